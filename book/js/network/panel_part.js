/** A panel's pictures of its network: of the run that is under way, or of the stored one. */

import { make, makeBox, makeButton, setText } from "../elements.js";
import { asText, asWords } from "../numbers.js";
import { readImages } from "../what_if/curves.js";
import { NetworkView } from "./view.js";

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
    this.root.append(this.about, place, makeBox("network-fold", this.fold), this.wait, map);
    const open = (number) => this.open(number);
    this.view = new NetworkView(place, pictures ?? ["weights", "digits"], { open, stored: panel.sketch.stored, mapPlace: map });
    Object.assign(this, { isMapped: mapped !== null && mapped !== undefined, isOpen: false });
    this.fold.hidden = !this.isMapped;
    if (mapped) this.toggleMap();
  }

  close() {
    this.view.close();
  }

  /** Show the frame at the panel's epoch, if there is one. */
  show() {
    const found = this.find();
    this.root.hidden = !found;
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
    if (!differing.length) return { words: "Inside a stored run of these values, at a few of its epochs.", isOther: false };
    const named = differing.map(({ label, default: usual }) => `${label} ${asWords(usual)}`).join(", ");
    const more = place.obstacle ? "" : " Play shows yours.";
    return { words: `Inside the stored run of ${named}, at a few of its epochs.${more}`, isOther: true };
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
