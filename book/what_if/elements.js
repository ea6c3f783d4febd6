/** The panel's elements: everything that is text enters the page as text, never as markup. */

import { asText } from "./values.js";

export function make(name, attributes = {}, words = "") {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (words) element.textContent = words;
  return element;
}

export function makeButton(words, action) {
  const button = make("button", { type: "button", class: "what-if-button" }, words);
  button.addEventListener("click", action);
  return button;
}

export function makeSelect(id, words, options) {
  const row = make("div", { class: "what-if-control" });
  const input = make("select", { id });
  input.append(...options.map((option) => make("option", { value: option }, option)));
  row.append(make("label", { for: id }, words), input);
  return { row, input };
}

/** Return a control: its row, and a function that shows a value. */
export function makeControl(control, id, onValue) {
  const ordered = control.stops.length && control.stops.every((stop) => typeof stop === "number");
  const built = ordered
    ? makeStops(control, id, onValue)
    : control.kind === "choice"
      ? makeChoice(control, id, onValue)
      : makeNumber(control, id, onValue);
  return { name: control.name, ...built };
}

/** A slider that stops at given values; a value between two stops is shown at the nearest. */
function makeStops(control, id, onValue) {
  const { row, input, output } = slider(control, id, 0, control.stops.length - 1, 1);
  input.addEventListener("input", () => onValue(control.stops[Number(input.value)]));
  const bend = control.kind === "log" ? Math.log : (value) => value;
  const far = (stop, value) => Math.abs(bend(stop) - bend(value));
  const show = (value) => {
    const distances = control.stops.map((stop) => far(stop, value));
    input.value = String(distances.indexOf(Math.min(...distances)));
    input.setAttribute("aria-valuetext", asText(value));
    output.textContent = asText(value);
  };
  return { row, show };
}

function makeChoice(control, id, onValue) {
  const { row, input } = makeSelect(id, control.label, control.choices.map(asText));
  input.addEventListener("change", () => onValue(control.choices[input.selectedIndex]));
  return { row, show: (value) => (input.value = asText(value)) };
}

function makeNumber(control, id, onValue) {
  if (control.kind === "slider") {
    const { row, input, output } = slider(control, id, control.low, control.high, control.step);
    input.addEventListener("input", () => onValue(Number(input.value)));
    const show = (value) => {
      input.value = String(value);
      output.textContent = asText(value);
    };
    return { row, show };
  }
  const row = make("div", { class: "what-if-control" });
  const bounds = { min: control.low, max: control.high, step: control.step };
  const input = make("input", { id, type: "number", inputmode: "numeric", ...bounds });
  input.addEventListener("change", () => onValue(input.value === "" ? NaN : Number(input.value)));
  row.append(make("label", { for: id }, control.label), input);
  return { row, show: (value) => (input.value = String(value)) };
}

function slider(control, id, min, max, step) {
  const row = make("div", { class: "what-if-control" });
  const input = make("input", { id, type: "range", min, max, step });
  const output = make("output", { for: id });
  row.append(make("label", { for: id }, control.label), input, output);
  return { row, input, output };
}
