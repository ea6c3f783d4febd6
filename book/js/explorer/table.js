/** The table of runs or cells: sorted by any column, its rows picked for the chart. */

import { make, makeBox, makeButton, makeScrollFrame } from "../elements.js";
import { withThousands } from "../numbers.js";
import { markSorted, sortRows } from "../sorting.js";
import { accuracyText, figuresText, percentText, seedText } from "./figures.js";
import { isSize } from "./study.js";

const PAGE_ROWS = 50; // few enough to be laid out anew at once

export class RunTable {
  /** `actions`: `pick(row, isOn)`, `showCode(row)` and `turned()`. */
  constructor(study, actions) {
    Object.assign(this, { study, actions, first: 0, isFalling: true, marks: new Map() });
    // The result first: on a phone the rest is out of view.
    const isWhole = study.runs.every(({ status }) => status === "completed");
    const [result, ...others] = isWhole ? FIGURES.filter((column) => column !== STATUS) : FIGURES;
    this.columns = [result, ...study.columns.map(levelColumn), ...others];
    this.sortedBy = result;
    this.heads = this.columns.map((column) => this.makeHead(column));
    this.body = make("tbody");
    const fixed = ["draw", "code"].map((word) => make("th", { scope: "col" }, word));
    const head = make("thead", {}, make("tr", {}, ...fixed, ...this.heads));
    this.frame = makeScrollFrame("table of runs: scroll for more");
    this.frame.append(make("table", { class: "explorer-table" }, head, this.body));
    this.before = makeButton("Previous rows", () => this.turn(-1));
    this.after = makeButton("Next rows", () => this.turn(1));
    this.pages = makeBox("mlp-buttons", this.before, this.after);
  }

  makeHead(column) {
    const button = make("button", { type: "button", class: "explorer-sort" }, column.label);
    button.addEventListener("click", () => this.sortBy(column));
    return make("th", { scope: "col", ...lookOf(column) }, button);
  }

  sortBy(column) {
    this.isFalling = this.sortedBy === column ? !this.isFalling : Boolean(column.isBestFirst);
    this.sortedBy = column;
    this.show(this.rows, this.picked);
    this.actions.turned();
  }

  turn(pages) {
    this.first += pages * PAGE_ROWS;
    this.list();
    this.frame.scrollTop = 0;
    this.actions.turned();
  }

  /** Show rows; `picked` maps the ids of drawn runs to their colours. */
  show(rows, picked) {
    Object.assign(this, { rows, picked, first: 0 });
    const head = this.heads[this.columns.indexOf(this.sortedBy)];
    markSorted(this.heads, head, this.isFalling ? "descending" : "ascending");
    this.sorted = sortRows(rows, this.sortedBy.value, this.isFalling);
    this.list();
  }

  list() {
    const shown = this.sorted.slice(this.first, this.first + PAGE_ROWS);
    this.marks = new Map();
    this.body.replaceChildren(...shown.map((row) => this.makeRow(row)));
    this.pages.hidden = this.sorted.length <= PAGE_ROWS;
    this.before.disabled = this.first === 0;
    this.after.disabled = this.first + PAGE_ROWS >= this.sorted.length;
    this.mark(this.picked);
  }

  /** Which rows are listed, in words; nothing if all of them are. */
  get listed() {
    const { length } = this.sorted;
    const last = Math.min(this.first + PAGE_ROWS, length);
    return length <= PAGE_ROWS ? "" : `, ${this.first + 1} to ${last} listed`;
  }

  makeRow(row) {
    const name = `${this.study.describe(row)}, ${seedText(row)}`;
    const box = make("input", { type: "checkbox", "aria-label": `draw ${name}` });
    box.addEventListener("change", () => this.actions.pick(row, box.checked));
    const code = make("button", { type: "button", class: "explorer-code-button", "aria-label": `code of ${name}` }, "code");
    code.addEventListener("click", () => this.actions.showCode(row));
    const pick = make("label", { class: "explorer-pick" }, box);
    const cells = this.columns.map((column) => make("td", lookOf(column), column.text(row)));
    const element = make("tr", {}, make("td", {}, pick), make("td", {}, code), ...cells);
    this.marks.set(row, { element, box });
    return element;
  }

  /** Show which rows are drawn, and in which colour. */
  mark(picked) {
    this.picked = picked;
    for (const [row, { element, box }] of this.marks) {
      const colour = row.runs.map((run) => picked.get(run.id)).find(Boolean);
      box.checked = Boolean(colour);
      box.indeterminate = Boolean(colour) && row.runs.some((run) => !picked.has(run.id));
      element.style.setProperty("--explorer-colour", colour ?? "transparent");
    }
  }
}

/** Words begin below one another, numbers end there. */
function lookOf({ isWords }) {
  return isWords ? { class: "explorer-words" } : {};
}

function levelColumn({ label, place, levels, texts }) {
  const isWords = !levels.every((level) => isSize(level) || Array.isArray(level));
  return { label, isWords, value: (row) => row.at[place], text: (row) => texts[row.at[place]] };
}

const STATUS = { label: "status", isWords: true, value: (row) => row.status, text: statusText };
const FIGURES = [
  { label: "test accuracy, %", isBestFirst: true, value: (row) => row.accuracy, text: accuracyText },
  { label: "seed", value: (row) => row.seeds[0], text: seedText },
  STATUS,
  { label: "test loss", value: (row) => row.loss, text: ({ loss }) => (loss === null ? "–" : figuresText([loss])[0]) },
  { label: "training accuracy, %", isBestFirst: true, value: (row) => row.train, text: (row) => percentText(row.train) },
  { label: "epochs", value: (row) => row.epochs, text: (row) => String(row.epochs) },
  { label: "run time, s", value: (row) => row.seconds, text: (row) => figuresText([row.seconds])[0] },
];

function statusText({ status, runs, diverged }) {
  if (status !== "diverged") return status;
  if (runs.length === 1) return `✕ diverged at update ${withThousands(runs[0].divergedAt)}`;
  return `✕ ${diverged} of ${runs.length} diverged`;
}
