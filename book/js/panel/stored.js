/** The cells of the stored study that a panel's controls can reach, each a click away. */

import { fillSelect, make, makeBox, makeButton, makeSelect } from "../elements.js";
import { asText } from "../numbers.js";
import { reachable } from "./curves.js";

const MOST_BUTTONS = 12; // more stored cells than this are offered as a list to choose from
const LONGEST_LIST = 60; // of more, the list holds those one choice away from the present values

export class StoredCells {
  constructor(view) {
    const { study, config, panel } = view;
    this.view = view;
    this.root = makeBox("what-if-stored mlp-buttons");
    this.cells = reachable(study, config, panel.controls);
    if (this.cells.length < 2) return;
    const isVarying = ({ name }) => new Set(this.cells.map((cell) => asText(cell[name]))).size > 1;
    const varying = panel.controls.filter(isVarying);
    this.varying = varying.map((control) => control.name);
    this.labels = varying.map((control) => control.label).join(", ");
    const label = `Stored in the book, by ${this.labels}:`;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", label);
    if (this.cells.length > MOST_BUTTONS) this.offerList();
    else this.root.append(make("span", {}, label), ...this.cells.map((cell) => this.button(cell)));
  }

  wordsOf(cell) {
    return this.varying.map((name) => asText(cell[name])).join(", ");
  }

  choose(cell) {
    this.view.setAll({ ...this.view.values, ...cell });
  }

  button(cell) {
    return makeButton(this.wordsOf(cell), () => this.choose(cell));
  }

  offerList() {
    const choose = ({ selectedIndex: i }) => i && this.choose(this.listed[i - 1]);
    const { row, input } = makeSelect(`${this.view.key}-stored`, "stored in the book", [], choose);
    this.list = input;
    this.root.append(row);
    this.update(this.view.values);
  }

  /** Of a large study, list what is nearest to the present values: one choice away, if there is. */
  update(values) {
    if (!this.list) return;
    const isOther = (cell, name) => asText(cell[name]) !== asText(values[name]);
    const steps = this.cells.map((cell) => this.varying.filter((name) => isOther(cell, name)).length);
    const isLarge = this.cells.length > LONGEST_LIST;
    const nearest = Math.min(...steps.filter((count) => count > 0));
    const near = this.cells.filter((_, i) => !isLarge || steps[i] === nearest).slice(0, LONGEST_LIST);
    const away = nearest === 1 ? "one choice away" : `${nearest} choices away`;
    const first = isLarge ? `${near.length} of ${this.cells.length}, ${away}` : this.labels;
    this.listed = near;
    fillSelect(this.list, [first, ...near.map((cell) => this.wordsOf(cell))]);
    this.list.selectedIndex = 1 + near.indexOf(this.cells[steps.indexOf(0)]);
  }
}
