/** A panel's controls: for each its row, and a function that shows a value. */

import { make, makeBox, makeSelect } from "../elements.js";
import { asText } from "../numbers.js";

export function makeControl(control, id, onValue) {
  const isOrdered = control.stops.length && control.stops.every((stop) => typeof stop === "number");
  const kind = isOrdered ? "stops" : control.kind;
  const makers = { stops: makeStops, choice: makeChoice, slider: makeSlider };
  return { name: control.name, ...(makers[kind] ?? makeNumber)(control, id, onValue) };
}

/** A slider that stops at given values; a value between two stops is shown at the nearest. */
function makeStops(control, id, onValue) {
  const { stops } = control;
  const { row, input, output } = makeRange(control, id, { min: 0, max: stops.length - 1, step: 1 });
  input.addEventListener("input", () => onValue(stops[Number(input.value)]));
  const bend = control.kind === "log" ? Math.log : (value) => value;
  const show = (value) => {
    const distances = stops.map((stop) => Math.abs(bend(stop) - bend(value)));
    input.value = String(distances.indexOf(Math.min(...distances)));
    input.setAttribute("aria-valuetext", asText(value));
    output.textContent = asText(value);
  };
  return { row, show };
}

function makeChoice({ label, choices }, id, onValue) {
  const choose = (input) => onValue(choices[input.selectedIndex]);
  const { row, input } = makeSelect(id, label, choices.map(asText), choose);
  return { row, show: (value) => (input.value = asText(value)) };
}

function makeSlider(control, id, onValue) {
  const { row, input, output } = makeRange(control, id, limitsOf(control));
  input.addEventListener("input", () => onValue(Number(input.value)));
  const show = (value) => {
    input.value = String(value);
    output.textContent = asText(value);
  };
  return { row, show };
}

function makeNumber(control, id, onValue) {
  const input = make("input", { id, type: "number", inputmode: "numeric", ...limitsOf(control) });
  input.addEventListener("change", () => onValue(input.value === "" ? NaN : Number(input.value)));
  const row = makeBox("mlp-control", make("label", { for: id }, control.label), input);
  return { row, show: (value) => (input.value = String(value)) };
}

function limitsOf({ low, high, step }) {
  return { min: low, max: high, step };
}

function makeRange({ label }, id, bounds) {
  const input = make("input", { id, type: "range", ...bounds });
  const output = make("output", { for: id });
  return { row: makeBox("mlp-control", make("label", { for: id }, label), input, output), input, output };
}
