/** Which rows are shown: by level, by how a run ended, and by test accuracy. */

import { make, makeButton } from "../what_if/elements.js";

export class Filters {
  constructor() {
    this.clear();
  }

  clear() {
    this.levels = new Map(); // a column's place to the set of its levels that pass
    this.status = null;
    this.accuracy = null; // lowest and highest, in percent
  }

  get active() {
    return this.levels.size > 0 || this.status !== null || this.accuracy !== null;
  }

  setLevels(column, levels) {
    if (!levels.length || levels.length === column.levels.length) this.levels.delete(column.place);
    else this.levels.set(column.place, new Set(levels));
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

/** Return the elements that set the filters, and a function that shows what is set. */
export function makeFilterControls(study, filters, onChange) {
  const statuses = [...new Set(study.runs.map((run) => run.status))];
  const shows = [];
  const rows = study.columns.map((column) => {
    const { row, input } = labelledSelect(`explorer-filter-${column.place}`, column.label, [
      [ANY, "any"],
      ...column.texts.map((text, level) => [String(level), text]),
      [SEVERAL, "several"],
    ]);
    input.lastChild.hidden = true;
    input.addEventListener("change", () => {
      filters.setLevels(column, input.value === ANY ? [] : [Number(input.value)]);
      onChange();
    });
    shows.push(() => {
      const levels = filters.levels.get(column.place);
      input.lastChild.hidden = !(levels?.size > 1);
      input.value = !levels ? ANY : levels.size > 1 ? SEVERAL : String([...levels][0]);
    });
    return row;
  });
  if (statuses.length > 1) {
    const { row, input } = labelledSelect("explorer-filter-status", "status", [
      [ANY, "any"],
      ...statuses.map((status) => [status, status]),
    ]);
    input.addEventListener("change", () => {
      filters.status = input.value === ANY ? null : input.value;
      onChange();
    });
    shows.push(() => (input.value = filters.status ?? ANY));
    rows.push(row);
  }
  const clear = makeButton("Clear filters", () => {
    filters.clear();
    onChange();
  });
  shows.push(() => (clear.disabled = !filters.active));
  return { rows, clear, show: () => shows.forEach((show) => show()) };
}

export function labelledSelect(id, words, options) {
  const row = make("div", { class: "explorer-control" });
  const input = make("select", { id });
  input.append(...options.map(([value, text]) => make("option", { value }, text)));
  row.append(make("label", { for: id }, words), input);
  return { row, input };
}
