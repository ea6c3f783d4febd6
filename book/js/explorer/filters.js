/** Which rows are shown: by level, by how a run ended, and by test accuracy. */

import { makeButton, makeSelect } from "../elements.js";

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
