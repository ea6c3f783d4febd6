/** A dozen test images, always the same, with what the network says of them now. */

import { make, makeBox, setText } from "../elements.js";
import { bytesOf, countOf, listOf, readFrame } from "./frame.js";
import { drawPixels } from "./canvas.js";

export class DigitsPicture {
  constructor(data) {
    this.data = data;
    this.list = make("ol", { class: "network-digits" });
    this.root = makeBox("network-picture", this.list);
    this.shown = null;
  }

  draw(frame) {
    const { shown } = this.data;
    if (!shown) return "The data are no images: there is nothing to show.";
    if (shown !== this.shown) this.make(shown);
    const { scores } = readFrame(frame);
    const classes = scores.length / shown.labels.length;
    const isPlain = ["hinge", "mse"].includes(frame.network.loss);
    const wrong = [];
    shown.labels.forEach((label, i) => {
      const own = scores.subarray(i * classes, (i + 1) * classes);
      if (this.items[i].show(own, label, isPlain) !== label) wrong.push(label);
    });
    const many = wrong.length ? `wrong: ${listOf(wrong.map((label) => `a ${label}`))}` : "all are right";
    return `Epoch ${frame.epoch}: of ${countOf(shown.labels.length, "test digit")} ${many}.`;
  }

  make(shown) {
    this.shown = shown;
    const pixels = bytesOf(shown.pixels);
    const size = pixels.length / shown.labels.length;
    const side = Math.sqrt(size);
    const { open } = this.data;
    this.items = shown.labels.map((label, i) => {
      const own = Array.from(pixels.subarray(i * size, (i + 1) * size), (value) => value / 255);
      return makeItem(own, side, label, open && (() => open(shown.places[i] + 1)));
    });
    this.list.replaceChildren(...this.items.map(({ root }) => root));
    this.items.forEach(({ paint }) => paint());
  }

  /** Paint the images anew, as after a change of the page's colours. */
  repaint() {
    this.items?.forEach(({ paint }) => paint());
  }
}

function makeItem(pixels, side, label, open) {
  const canvas = make("canvas", { role: "img", "aria-label": `a ${label}` });
  const bar = make("span", { class: "network-sure", "aria-hidden": "true" }, make("span"));
  const words = make("span", { class: "network-says-digit" });
  const whole = open
    ? make("button", { type: "button", class: "network-digit", title: "open in the sketch" }, canvas, bar, words)
    : make("span", { class: "network-digit" }, canvas, bar, words);
  if (open) whole.addEventListener("click", open);
  const root = make("li", {}, whole);
  const show = (scores, truth, isPlain) => {
    const said = scores.indexOf(Math.max(...scores));
    const share = scores[said] / 255;
    bar.firstChild.style.width = `${isPlain ? 100 : 100 * share}%`;
    whole.classList.toggle("network-wrong", said !== truth);
    const sure = isPlain ? "" : `: ${Math.round(100 * share)}\u00a0%`;
    setText(words, `${said === truth ? "" : "✗ "}${said}${sure}`);
    return said;
  };
  return { root, show, paint: () => drawPixels(canvas, pixels, side) };
}
