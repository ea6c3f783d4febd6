/** The cells of the stored study that a panel's controls can reach, each a click away. */

import { reachable } from "./curves.js";
import { make, makeButton, makeSelect } from "./elements.js";
import { asText } from "./values.js";

const MOST_BUTTONS = 12; // more stored cells than this are offered as a list to choose from
const LONGEST_LIST = 60; // of more, the list holds those one choice away from the present values

export class StoredCells {
  constructor(view) {
    this.view = view;
    this.root = make("div", { class: "what-if-stored", role: "group" });
    this.cells = reachable(view.study, view.config, view.panel.controls);
    if (this.cells.length < 2) return;
    const names = Object.keys(this.cells[0]);
    this.varying = names.filter((name) => new Set(this.cells.map((cell) => asText(cell[name]))).size > 1);
    const labelOf = (name) => view.panel.controls.find((one) => one.name === name).label;
    this.labels = this.varying.map(labelOf);
    const label = `Stored in the book, by ${this.labels.join(", ")}:`;
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
    const { row, input } = makeSelect(`${this.view.key}-stored`, "stored in the book", []);
    this.list = input;
    input.addEventListener("change", () => {
      if (input.selectedIndex) this.choose(this.listed[input.selectedIndex - 1]);
    });
    this.root.append(row);
    this.update(this.view.values);
  }

  /** Of a large study, list what is nearest to the present values: one choice away, if there is. */
  update(values) {
    if (!this.list) return;
    const steps = this.cells.map(
      (cell) => this.varying.filter((name) => asText(cell[name]) !== asText(values[name])).length,
    );
    const large = this.cells.length > LONGEST_LIST;
    const nearest = Math.min(...steps.filter((count) => count > 0));
    const near = this.cells.filter((_, i) => !large || steps[i] === nearest).slice(0, LONGEST_LIST);
    const away = nearest === 1 ? "one choice away" : `${nearest} choices away`;
    const first = large ? `${near.length} of ${this.cells.length}, ${away}` : this.labels.join(", ");
    this.listed = near;
    const words = [first, ...near.map((cell) => this.wordsOf(cell))];
    this.list.replaceChildren(...words.map((word) => make("option", { value: word }, word)));
    this.list.selectedIndex = 1 + near.indexOf(this.cells[steps.indexOf(0)]);
  }
}
