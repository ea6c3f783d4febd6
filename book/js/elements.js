/** Elements of a page: whatever is text enters the page as text, never as markup. */

import { fadeWhereCut } from "./fading.js";

const SVG = "http://www.w3.org/2000/svg";

/** Return an HTML element; its children are elements or words. */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Return an SVG element; its children are elements or words. */
export function makeSvg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

/** Return a div of a class. */
export function makeBox(name, ...children) {
  return make("div", { class: name }, ...children);
}

export function makeButton(words, action, attributes = {}) {
  const button = make("button", { type: "button", class: "mlp-button", ...attributes }, words);
  button.addEventListener("click", action);
  return button;
}

/** Return a labelled list of choices, which are texts or pairs of a value and its text. */
export function makeSelect(id, label, choices, onChange = () => {}) {
  const input = make("select", { id });
  fillSelect(input, choices);
  input.addEventListener("change", () => onChange(input));
  return { row: makeBox("mlp-control", make("label", { for: id }, label), input), input };
}

/** Return a labelled slider, and the place for its value in words. */
export function makeRange(id, label, bounds) {
  const input = make("input", { id, type: "range", ...bounds });
  const output = make("output", { for: id });
  return { row: makeBox("mlp-control", make("label", { for: id }, label), input, output), input, output };
}

export function fillSelect(input, choices) {
  const pairs = choices.map((choice) => [choice].flat());
  input.replaceChildren(...pairs.map(([value, text = value]) => make("option", { value }, text)));
}

/** Return a frame in which something wide scrolls, also by the keyboard. */
export function makeScrollFrame(label, name = "mlp-scroll") {
  const frame = make("div", { class: name, tabindex: "0", role: "region", "aria-label": label });
  fadeWhereCut(frame);
  return frame;
}

/** Set an element's words only if they are others: readers hear of every change. */
export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Whether a key belongs to the browser or the system, such as Alt and an arrow: back. */
export function isShortcut({ altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey;
}
