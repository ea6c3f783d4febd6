/** A panel's controls: for each its row, its element, and a function that shows a value. */

import { make, makeBox, makeRange, makeSelect } from "../elements.js";
import { asText } from "../numbers.js";
import { written } from "./values.js";

const DECIDED_PX = 8; // so far a finger moves before it is known where it goes

/** Return a control; the main one is always a slider. */
export function makeControl(control, id, onValue, isMain) {
  const isOrdered = control.stops.length && control.stops.every((stop) => typeof stop === "number");
  const kind = isOrdered || (isMain && control.stops.length) ? "stops" : control.kind;
  const makers = { stops: makeStops, choice: makeChoice, slider: makeSlider };
  return { name: control.name, ...(makers[kind] ?? makeNumber)(control, id, onValue) };
}

/** A slider that stops at given values; a value between two stops is shown at the nearest. */
function makeStops(control, id, onValue) {
  const { stops } = control;
  const parts = makeRange(id, control.label, { min: 0, max: stops.length - 1, step: 1 });
  const { input, output } = parts;
  const bend = control.kind === "log" ? Math.log : (value) => value;
  const placeOf = (value) => {
    if (typeof value !== "number") return stops.findIndex((stop) => asText(stop) === asText(value));
    const distances = stops.map((stop) => Math.abs(bend(stop) - bend(value)));
    return distances.indexOf(Math.min(...distances));
  };
  const show = (value) => {
    input.value = String(placeOf(value));
    output.textContent = written(control, value);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  follow(input, () => onValue(stops[Number(input.value)]));
  return { ...parts, show };
}

function makeSlider(control, id, onValue) {
  const parts = makeRange(id, control.label, limitsOf(control));
  follow(parts.input, () => onValue(Number(parts.input.value)));
  const show = (value) => {
    parts.input.value = String(value);
    parts.output.textContent = written(control, value);
  };
  return { ...parts, show };
}

function makeChoice(control, id, onValue) {
  const { label, choices } = control;
  const choose = (input) => onValue(choices[input.selectedIndex]);
  const pairs = choices.map((choice) => [asText(choice), written(control, choice)]);
  const { row, input } = makeSelect(id, label, pairs, choose);
  return { row, input, show: (value) => (input.value = asText(value)) };
}

function makeNumber(control, id, onValue) {
  const input = make("input", { id, type: "number", inputmode: "numeric", ...limitsOf(control) });
  input.addEventListener("change", () => onValue(input.value === "" ? NaN : Number(input.value)));
  const row = makeBox("mlp-control", make("label", { for: id }, control.label), input);
  return { row, input, show: (value) => (input.value = String(value)) };
}

function limitsOf({ low, high, step }) {
  return { min: low, max: high, step };
}

/** Call when a slider moves, but not when a finger begins to scroll the page on it. */
function follow(input, onMove) {
  let finger = null; // where it came down, what stood there, and whether it means the slider
  const take = () => {
    finger.isMeant = true;
    onMove();
  };
  input.addEventListener("input", () => {
    if (!finger || finger.isMeant) onMove();
  });
  input.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    finger = { x: event.clientX, y: event.clientY, before: input.value, isMeant: false };
  });
  input.addEventListener("pointermove", (event) => {
    if (!finger || finger.isMeant) return;
    const [across, down] = [event.clientX - finger.x, event.clientY - finger.y].map(Math.abs);
    if (across > DECIDED_PX && across > down) take();
  });
  input.addEventListener("pointerup", () => {
    if (finger && !finger.isMeant) take();
    finger = null;
  });
  input.addEventListener("pointercancel", () => {
    if (finger && !finger.isMeant) input.value = finger.before;
    finger = null;
  });
}
