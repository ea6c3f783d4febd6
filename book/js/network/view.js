/** The network while it learns: small pictures of a frame, chosen from five. */

import { make, makeBox, makeSelect, setText } from "../elements.js";
import { ConfusionPicture } from "./confusion.js";
import { DigitsPicture } from "./digits.js";
import { GradientPicture } from "./gradient.js";
import { DigitMap } from "./map.js";
import { UnitsPicture } from "./units.js";
import { WeightsPicture } from "./weights.js";

const NETWORK_PICTURES = {
  weights: ["what the first units look for", WeightsPicture],
  units: ["active and dead units", UnitsPicture],
  gradient: ["the gradient, layer by layer", GradientPicture],
  confusion: ["what is taken for what", ConfusionPicture],
  digits: ["twelve test digits", DigitsPicture],
};
export const NETWORK_CHOICES = Object.entries(NETWORK_PICTURES).map(([name, [words]]) => [name, words]);
const ORDER = ["first", "second", "third"];
let views = 0;

/**
 * Shows frames of a network.
 *
 * `names` are the pictures that are shown first, three at most. `data` are what a run's `start`
 * tells of its dataset (`side`, `shown`), and `open`, which gets the number of a test image that was
 * clicked; for a map of the test digits, its `map` and perhaps a `stored` network and a `mapPlace`.
 * With a `morePlace`, all pictures but the first lie there, and the first is `low`.
 */
export class NetworkView {
  constructor(root, names, data = {}) {
    Object.assign(this, { root, data: { ...data }, frame: null, run: [], excited: null });
    this.id = `network-${(views += 1)}`;
    this.slots = names.map((name, i) => this.makeSlot(name, i));
    const [first, ...others] = this.slots.map((slot) => slot.root);
    this.body = makeBox("network-body", first, ...(data.morePlace ? [] : others));
    root.append(this.body);
    if (data.morePlace) data.morePlace.append(makeBox("network-body", ...others));
    if (data.map) this.addMap(data.map);
    root.classList.add("network");
    const places = [this.body, ...(data.morePlace ? [data.morePlace] : [])];
    this.widths = "";
    this.watch = new ResizeObserver(() => {
      const widths = places.map((place) => place.clientWidth).join();
      if (widths === this.widths) return;
      this.widths = widths;
      this.draw();
    });
    places.forEach((place) => this.watch.observe(place));
    this.theme = new MutationObserver(() => this.recolour());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  close() {
    this.map?.close();
    this.watch.disconnect();
    this.theme.disconnect();
  }

  /** Put the map of the test digits under the pictures. */
  addMap(map) {
    this.data.map = map;
    this.map = new DigitMap(this.data);
    (this.data.mapPlace ?? this.root).append(this.map.root);
    this.draw();
  }

  showMap(isOpen) {
    this.map.isOpen = isOpen;
    this.draw();
  }

  /** Take what is known of the data that the network is trained on. */
  know(data) {
    Object.assign(this.data, data);
  }

  /** Show a frame; `run` are the frames of its run so far, in order, itself among them. */
  show(frame, run = [frame]) {
    Object.assign(this, { frame, run });
    this.draw();
  }

  /** Light what an image excites, pixels as the data have them; null for none. */
  excite(pixels) {
    this.excited = pixels?.length ? { pixels } : null;
    this.draw();
  }

  makeSlot(name, i) {
    const says = make("p", { class: "network-says" });
    const place = makeBox("network-place");
    const choice = makeSelect(`${this.id}-${i}`, `${ORDER[i]} picture`, NETWORK_CHOICES, ({ value }) => this.choose(i, value));
    choice.input.value = name;
    const root = makeBox("network-slot", choice.row, place, says);
    const isLow = i === 0 && Boolean(this.data.morePlace);
    root.classList.toggle("network-low", isLow);
    const slot = { root, says, place, choice: choice.input, isLow, made: new Map() };
    this.fill(slot, name);
    return slot;
  }

  fill(slot, name) {
    slot.name = name;
    slot.choice.value = name;
    const [, Picture] = NETWORK_PICTURES[name];
    if (!slot.made.has(name)) slot.made.set(name, new Picture(this.data, slot.isLow));
    slot.picture = slot.made.get(name);
    slot.place.replaceChildren(slot.picture.root);
  }

  /** Show another picture; if another place shows it, they change places. */
  choose(i, name) {
    const slot = this.slots[i];
    const other = this.slots.find((one) => one.name === name);
    if (other) this.fill(other, slot.name);
    this.fill(slot, name);
    this.draw();
  }

  draw() {
    if (!this.frame || !this.body.clientWidth) return;
    for (const { picture, says, place } of this.slots) {
      if (!place.clientWidth) continue; // folded
      const words = picture.draw(this.frame, this.run, this.excited);
      setText(says, words);
      const canvas = picture.canvas;
      if (canvas && canvas.getAttribute("aria-label") !== words) canvas.setAttribute("aria-label", words);
    }
    this.map?.draw(this.frame);
  }

  recolour() {
    this.slots.forEach(({ picture }) => picture.repaint?.());
    this.draw();
  }
}
