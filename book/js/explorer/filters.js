/** Which rows are shown: by level, by how a run ended, and by test accuracy. */

import { make, makeBox, makeButton, makeSelect } from "../elements.js";

export const WHERE = "where."; // begins the names of a link's filters by level
const BETWEEN = "|";
const ACCURACY = /^\d{1,3}(\.\d{1,2})?-\d{1,3}(\.\d{1,2})?$/;

export class Filters {
  constructor() {
    this.clear();
  }

  clear() {
    this.levels = new Map(); // a column's place to the set of its levels that pass
    this.status = null;
    this.accuracy = null; // lowest and highest, in percent
  }

  get isActive() {
    return this.levels.size > 0 || this.status !== null || this.accuracy !== null;
  }

  setLevels(column, levels) {
    if (!levels.length || levels.length === column.levels.length) this.levels.delete(column.place);
    else this.levels.set(column.place, new Set(levels));
  }

  /** What a link says of the filters: by the names of columns, not by their places. */
  toLink(columns) {
    const levels = [...this.levels].map(([place, chosen]) => {
      const { name, texts } = columns[place];
      return [`${WHERE}${name}`, [...chosen].map((level) => texts[level]).join(BETWEEN)];
    });
    const status = this.status === null ? [] : [["status", this.status]];
    const accuracy = this.accuracy === null ? [] : [["accuracy", this.accuracy.map((end) => end.toFixed(2)).join("-")]];
    return [...levels, ...status, ...accuracy];
  }

  /** Take what a link says; return a sentence for each part that means nothing here. */
  fromLink(pairs, columns, statuses) {
    this.clear();
    return pairs.flatMap(([name, text]) => (this.takePair(name, text, columns, statuses) ? [] : [`The link’s filter ${name} does not belong to this study.`]));
  }

  takePair(name, text, columns, statuses) {
    if (name === "status" && statuses.includes(text)) this.status = text;
    else if (name === "accuracy" && ACCURACY.test(text)) {
      const ends = text.split("-").map(Number);
      if (Math.max(...ends) > 100) return false;
      this.accuracy = ends;
    } else {
      const column = columns.find((one) => WHERE + one.name === name);
      const levels = text.split(BETWEEN).map((level) => column?.texts.indexOf(level) ?? -1);
      if (levels.includes(-1)) return false;
      this.setLevels(column, levels);
    }
    return true;
  }

  passes(row) {
    for (const [place, levels] of this.levels) {
      if (!levels.has(row.at[place])) return false;
    }
    if (this.status !== null && row.status !== this.status) return false;
    if (this.accuracy === null) return true;
    const [low, high] = this.accuracy;
    return row.accuracy !== null && row.accuracy >= low && row.accuracy <= high;
  }
}

const ANY = "any";
const SEVERAL = "several";

/** The elements that set the filters. */
export class FilterControls {
  constructor(study, filters, onChange) {
    Object.assign(this, { filters, onChange, shows: [] });
    const statuses = [...new Set(study.runs.map((run) => run.status))];
    this.rows = study.columns.map((column) => this.levelChoice(column));
    if (statuses.length > 1) this.rows.push(this.statusChoice(statuses));
    this.rows.push(this.accuracyField());
    this.clear = makeButton("Clear filters", () => {
      filters.clear();
      onChange();
    });
  }

  /** Show what the filters say. */
  show() {
    this.shows.forEach((show) => show());
    this.clear.disabled = !this.filters.isActive;
  }

  levelChoice(column) {
    const { filters } = this;
    const choices = [ANY, ...column.texts.map((text, level) => [String(level), text]), SEVERAL];
    const { row, input } = makeSelect(`explorer-filter-${column.place}`, column.label, choices, () => {
      filters.setLevels(column, input.value === ANY ? [] : [Number(input.value)]);
      this.onChange();
    });
    input.lastChild.hidden = true; // set by brushes alone
    this.shows.push(() => {
      const levels = filters.levels.get(column.place);
      input.value = !levels ? ANY : levels.size > 1 ? SEVERAL : String([...levels][0]);
    });
    return row;
  }

  /** The lowest test accuracy that passes, typed in. */
  accuracyField() {
    const { filters } = this;
    const id = "explorer-filter-accuracy";
    const input = make("input", { id, type: "number", min: 0, max: 100, step: "any", inputmode: "decimal" });
    input.addEventListener("change", () => {
      const least = Number(input.value);
      const isLegal = input.value !== "" && least > 0 && least <= 100;
      filters.accuracy = isLegal ? [least, filters.accuracy?.[1] ?? 100] : null;
      this.onChange();
    });
    this.shows.push(() => (input.value = filters.accuracy ? String(Number(filters.accuracy[0].toFixed(2))) : ""));
    return makeBox("mlp-control", make("label", { for: id }, "test accuracy, %, at least"), input);
  }

  statusChoice(statuses) {
    const { filters } = this;
    const { row, input } = makeSelect("explorer-filter-status", "status", [ANY, ...statuses], () => {
      filters.status = input.value === ANY ? null : input.value;
      this.onChange();
    });
    this.shows.push(() => (input.value = filters.status ?? ANY));
    return row;
  }
}
