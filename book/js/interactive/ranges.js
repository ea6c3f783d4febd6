/** Sliders that hold a picture's values: whatever a hand drags, the keyboard moves too. */

import { makeBox, makeRange } from "../elements.js";
import { shortNumber } from "../numbers.js";

let sliders = 0;

/** Sliders by name, each of a label, a range and a step; `onChange` hears of every move. */
export class Ranges {
  constructor(specs, onChange) {
    this.onChange = onChange;
    this.inputs = {};
    this.rows = Object.entries(specs).map(([name, { label, range, step, value }]) => {
      const id = `interactive-${(sliders += 1)}`;
      const { row, input, output } = makeRange(id, label, { min: range[0], max: range[1], step });
      input.value = value;
      input.addEventListener("input", () => this.tell());
      this.inputs[name] = { input, output };
      return row;
    });
    this.root = makeBox("interactive-ranges", ...this.rows);
  }

  /** The present values by name. */
  get values() {
    const pairs = Object.entries(this.inputs).map(([name, { input }]) => [name, Number(input.value)]);
    return Object.fromEntries(pairs);
  }

  set(values) {
    Object.entries(values).forEach(([name, value]) => (this.inputs[name].input.value = value));
    this.tell();
  }

  tell() {
    Object.values(this.inputs).forEach(({ input, output }) => {
      output.textContent = shortNumber(Number(input.value));
    });
    this.onChange(this.values);
  }
}
