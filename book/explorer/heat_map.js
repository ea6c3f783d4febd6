/** A map of two numeric factors: a field a pair of levels, its colour the mean test error. */

import { make } from "../what_if/elements.js";
import { labelledSelect } from "./filters.js";
import { accuracyText } from "./table.js";
import { rangeOf } from "./svg.js";

// Cividis, from dark to light: made to look the same to colour-blind readers, and in grey.
const CIVIDIS = ["#00224e", "#2a406c", "#575d6d", "#7d7c78", "#a59c74", "#d3c064", "#fee838"];
const LIGHT_FROM = 4; // from this colour on, dark words read better

export class HeatMap {
  constructor(study, onPick) {
    Object.assign(this, { study, onPick, pairs: crossedPairs(study), chosen: 0 });
    this.frame = make("div", { class: "explorer-scroll", tabindex: "0", role: "region", "aria-label": "map of two factors: scroll for more" });
    this.note = make("p", { class: "explorer-note" });
    const options = this.pairs.map(([x, y], i) => [String(i), `${x.label} and ${y.label}`]);
    const { row, input } = labelledSelect("explorer-map", "factors", options);
    input.addEventListener("change", () => {
      this.chosen = Number(input.value);
      this.show(this.cells, this.picked);
    });
    this.control = this.pairs.length > 1 ? row : null;
  }

  get isUseful() {
    return this.pairs.length > 0;
  }

  /** Show the mean over those cells that pass the filters; `picked` maps run ids to colours. */
  show(cells, picked) {
    Object.assign(this, { cells, picked });
    const [x, y] = this.pairs[this.chosen];
    const fields = gather(cells, x, y);
    const [low, high] = rangeOf([...fields.values()].map(errorOf).filter(Number.isFinite));
    const shade = (field) => (Math.log(high) - Math.log(errorOf(field))) / (Math.log(high) - Math.log(low) || 1);
    const table = make("table", { class: "explorer-map" });
    const body = make("tbody");
    const down = y.levels.map((_, level) => level).reverse(); // numbers rise
    body.append(...down.map((level) => this.makeRow(x, y, level, fields, shade)));
    table.append(headOf(x, y), body);
    this.keepFocus(() => this.frame.replaceChildren(table));
    this.note.textContent = noteOf(fields);
  }

  /** The field under the keyboard stays under it when the map is drawn anew. */
  keepFocus(draw) {
    const field = this.frame.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    draw();
    if (field) this.frame.querySelector(`[data-field="${field}"]`)?.focus();
  }

  makeRow(x, y, level, fields, shade) {
    const row = make("tr");
    row.append(make("th", { scope: "row" }, y.texts[level]));
    for (const i of x.levels.keys()) {
      const cell = make("td");
      const field = fields.get(`${i}-${level}`);
      if (field) cell.append(this.makeField(field, `${x.label} ${x.texts[i]}, ${y.label} ${y.texts[level]}`, shade(field), `${i}-${level}`));
      row.append(cell);
    }
    return row;
  }

  makeField(field, name, share, place) {
    const some = accuracyText(field);
    const words = field.accuracy === null ? "✕" : field.accuracy.toFixed(1);
    const on = field.cells.some((cell) => cell.runs.some((run) => this.picked.has(run.id)));
    const status = field.diverged ? `, ${field.diverged} diverged` : "";
    const label = `${name}: ${field.accuracy === null ? "all diverged" : `${some} %`}, ${field.runs} runs${status}`;
    const mark = field.diverged && field.accuracy !== null ? " ✕" : "";
    const attributes = { type: "button", "aria-pressed": on, "aria-label": label, title: label, "data-field": place };
    const button = make("button", attributes, `${words}${mark}`);
    if (field.accuracy !== null) {
      const bin = Math.min(Math.floor(share * CIVIDIS.length), CIVIDIS.length - 1);
      button.style.background = CIVIDIS[bin];
      button.style.color = bin >= LIGHT_FROM ? "#000000" : "#ffffff";
    }
    button.addEventListener("click", () => this.onPick(field.cells, !on));
    return button;
  }
}

/** Pairs of numeric factors that vary together, not only one at a time. */
function crossedPairs(study) {
  const numeric = study.columns.filter((column) => column.isNumber);
  const pairs = numeric.flatMap((x, i) => numeric.slice(i + 1).map((y) => [x, y]));
  return pairs.filter(([x, y]) => {
    const seen = (...columns) => new Set(study.cells.map((cell) => columns.map((c) => cell.at[c.place]).join())).size;
    return seen(x, y) > seen(x) + seen(y) - 1;
  });
}

function gather(cells, x, y) {
  const fields = new Map();
  for (const cell of cells) {
    const place = `${cell.at[x.place]}-${cell.at[y.place]}`;
    if (!fields.has(place)) fields.set(place, []);
    fields.get(place).push(cell);
  }
  for (const [place, members] of fields) fields.set(place, fieldOf(members));
  return fields;
}

function fieldOf(cells) {
  const runs = cells.flatMap((cell) => cell.runs);
  const values = runs.map((run) => run.accuracy).filter((value) => value !== null);
  const mean = values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
  const spread = cells.length === 1 ? cells[0].spread : null; // over seeds, not over settings
  return { cells, spread, accuracy: mean, runs: runs.length, diverged: runs.length - values.length };
}

function errorOf(field) {
  return field.accuracy === null ? NaN : Math.max(100 - field.accuracy, 0.01);
}

function headOf(x, y) {
  const row = make("tr");
  const corner = make("th", { scope: "col" });
  corner.append(make("span", {}, `${x.label} →`), make("span", {}, `${y.label} ↑`));
  row.append(corner, ...x.texts.map((text) => make("th", { scope: "col" }, text)));
  const head = make("thead");
  head.append(row);
  return head;
}

function noteOf(fields) {
  const most = Math.max(0, ...[...fields.values()].map((field) => field.cells.length));
  const mixed = most > 1 ? ` Up to ${most} settings share a field, which shows the mean over them: filter to part them.` : "";
  return (
    "Mean test accuracy, %. The lighter, the fewer errors, even in the logarithm of the error. ✕: runs diverged, " +
    `the figure is that of the others. Press a field to draw its curves.${mixed}`
  );
}
