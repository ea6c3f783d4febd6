/** A panel's pictures of its network, of the run under way or of the stored one: one beside the curves, more folded. */

import { make, makeBox, makeButton, setText } from "../elements.js";
import { asText } from "../numbers.js";
import { readImages } from "../what_if/curves.js";
import { written } from "../what_if/values.js";
import { NETWORK_CHOICES, NetworkView } from "./view.js";

const USUAL_PICTURES = ["weights", "digits"];

export class PanelNetwork {
  constructor(panel) {
    this.panel = panel;
    const { pictures, mapped } = panel.model.get("data");
    this.about = make("p", { class: "mlp-note network-about" });
    const place = makeBox("network-view");
    this.root = panel.parts.network;
    this.root.hidden = true;
    const attributes = { class: "mlp-button what-if-fold", "aria-expanded": "false" };
    this.fold = makeButton("Map of the test digits", () => this.toggleMap(), attributes);
    this.wait = make("p", { class: "mlp-note", role: "status" });
    const map = makeBox("network-map-place");
    const morePlace = makeBox("network-more network");
    this.root.append(this.about, place);
    panel.parts.pictures.append(morePlace, makeBox("network-fold", this.fold), this.wait, map);
    const open = (number) => this.open(number);
    const names = [...(pictures ?? USUAL_PICTURES)];
    names.push(NETWORK_CHOICES.map(([name]) => name).find((name) => !names.includes(name)));
    this.view = new NetworkView(place, names, { open, stored: panel.sketch.stored, mapPlace: map, morePlace });
    Object.assign(this, { isMapped: mapped !== null && mapped !== undefined, isOpen: false });
    this.fold.hidden = !this.isMapped;
    this.isMapFirst = Boolean(mapped); // the map is unfolded with the pictures
    this.unfold();
  }

  /** Show what has been unfolded. */
  unfold() {
    if (this.panel.morePictures.root.hidden) return;
    if (this.isMapFirst) this.toggleMap();
    this.isMapFirst = false;
    this.view.draw();
  }

  close() {
    this.view.close();
  }

  /** Show the frame at the panel's epoch, if there is one. */
  show() {
    const found = this.find();
    this.root.hidden = !found;
    const { button, root: more } = this.panel.morePictures;
    button.hidden = !found;
    more.classList.toggle("network-none", !found);
    if (!found) return;
    const { frames, frame, dataset, words, isOther } = found;
    if (dataset !== this.dataset) this.view.know({ side: dataset.side, shown: dataset.shown });
    this.dataset = dataset;
    this.root.classList.toggle("network-other", isOther);
    setText(this.about, words);
    this.fold.hidden = !this.isMapped || dataset.name !== "digits";
    if (frame !== this.view.frame || frames.length !== this.view.run.length) this.view.show(frame, frames);
  }

  /** Return frames, the one to show, and what they are of; null if there are none. */
  find() {
    const { run, cursor, stops } = this.panel;
    if (run?.frames.latest) {
      const { kept, latest } = run.frames;
      const frames = kept.at(-1) === latest ? kept : [...kept, latest];
      const seed = run.seeds.length > 1 ? ` Of several seeds, the first (${run.seeds[0]}).` : "";
      const words = `Inside the network that ${run.isUnderWay ? "trains" : "was trained"} here.${seed}`;
      return { frames, frame: run.frames.at(cursor) ?? frames[0], dataset: run.dataset, words, isOther: false };
    }
    const stored = stops?.frames;
    if (!stored || this.panel.data.name !== "digits") return null;
    const { frames, dataset } = stored;
    const frame = frames.findLast(({ epoch }) => epoch <= cursor) ?? frames[0];
    return { frames, frame, dataset, ...this.wordsOfStored() };
  }

  /** What the stored frames are of, which is not always what the controls say. */
  wordsOfStored() {
    const { controls, values, place } = this.panel;
    const differing = controls.filter(({ name, default: usual }) => name !== "epochs" && asText(values[name]) !== asText(usual));
    if (!differing.length) return { words: "Inside a stored run of these values.", isOther: false };
    const named = differing.map((control) => `${control.label} ${written(control, control.default)}`).join(", ");
    const more = place.obstacle ? "" : " Play shows yours.";
    return { words: `Inside the stored run of ${named}.${more}`, isOther: true };
  }

  /** Light the units that an image in the sketch excites; an empty one excites none. */
  excite(pixels) {
    this.view.excite(pixels);
  }

  // The sketch and the map

  open(number) {
    const { panel } = this;
    if (panel.data.name !== "digits" && panel.sketch.network.isStored) {
      panel.say("The sketch asks this network when its run has ended.");
      return;
    }
    panel.openSketch();
    panel.sketch.pick(number);
  }

  /** Unfold the map: on a page it lies beside it, a kernel is asked for it once. */
  toggleMap() {
    this.isOpen = !this.isOpen;
    this.fold.setAttribute("aria-expanded", String(this.isOpen));
    if (this.view.map) {
      this.view.showMap(this.isOpen);
      return;
    }
    const map = this.panel.model.get("map");
    if (map) this.takeMap(map);
    else if (!this.isAsked) {
      this.isAsked = true;
      setText(this.wait, "The digits are being placed: a few seconds.");
      this.panel.model.send({ kind: "map" });
    }
  }

  takeMap(map) {
    setText(this.wait, "");
    this.panel.sketch.know(readImages(map));
    this.view.addMap(map);
    this.view.showMap(this.isOpen);
  }
}
