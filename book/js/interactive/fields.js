/** Number fields that keep the last legal value: typed, by arrow keys, or dragged to the side. */

import { make, makeBox } from "../elements.js";
import { clamp } from "./plot.js";

const DRAG_PX = 6; // per step of a field
let fieldCount = 0;

/** Fields by name, each of a `label` (nodes), its `words`, a `range`, a `step`, and a first `value`. */
export class Fields {
  constructor(specs, onChange) {
    Object.assign(this, { specs, onChange, values: {}, kept: {}, inputs: {}, rows: {}, problem: "" });
    for (const [name, { label, range, step, value }] of Object.entries(specs)) {
      const id = `interactive-field-${(fieldCount += 1)}`;
      const input = make("input", { type: "number", id, step, value });
      input.addEventListener("input", () => this.read(name));
      input.addEventListener("change", () => {
        this.kept[name] = this.values[name];
        this.write(name, this.values[name]);
      });
      followSideways(input, step, (moved) => {
        this.write(name, clamp(moved, ...range));
        this.read(name);
        this.kept[name] = this.values[name];
      });
      this.values[name] = this.kept[name] = value;
      this.inputs[name] = input;
      this.rows[name] = makeBox("mlp-control", make("label", { for: id }, ...label), input);
    }
  }

  /** Take what a field holds, if it is legal; else keep the value from before it was typed, and say so. */
  read(name) {
    const { words, range, step } = this.specs[name];
    const value = this.inputs[name].valueAsNumber;
    const isLegal = value >= range[0] && value <= range[1] && (step !== 1 || Number.isInteger(value));
    this.inputs[name].setAttribute("aria-invalid", !isLegal);
    const kind = step === 1 ? "whole number" : "number";
    this.values[name] = isLegal ? value : this.kept[name];
    const [low, high, kept] = [...range, this.values[name]].map((one) => String(one).replace("-", "−"));
    this.problem = isLegal ? "" : `${words} takes a ${kind} from ${low} to ${high}: it stays ${kept}.`;
    this.onChange(name);
  }

  write(name, value) {
    this.inputs[name].value = value;
    this.inputs[name].removeAttribute("aria-invalid");
  }

  /** Take values that are known to be legal. */
  set(values) {
    Object.entries(values).forEach(([name, value]) => this.write(name, value));
    Object.assign(this.values, values);
    Object.assign(this.kept, values);
    this.problem = "";
    this.onChange(null);
  }
}

/** Call `move` with the value that a hand drags a field to, whether it has the focus or not. */
function followSideways(input, step, move) {
  let held = null;
  input.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = { from: event.clientX, value: input.valueAsNumber, steps: 0, hasMoved: false };
    input.setPointerCapture(event.pointerId);
  });
  // A press alone gives the focus, but at its end: what moves drags.
  input.addEventListener("mousedown", (event) => held && !input.matches(":focus") && event.preventDefault());
  input.addEventListener("pointermove", (event) => {
    const steps = held ? Math.trunc((event.clientX - held.from) / DRAG_PX) : 0;
    if (!held || steps === held.steps) return;
    Object.assign(held, { steps, hasMoved: true });
    move(Number((held.value + steps * step).toFixed(6)));
  });
  input.addEventListener("pointerup", () => {
    if (held && !held.hasMoved && !input.matches(":focus")) {
      input.focus();
      input.select();
    }
    held = null;
  });
  input.addEventListener("pointercancel", () => (held = null));
}
