/** A map of two factors: a field per pair of levels, its colour the mean test error. */

import { fieldColours } from "../colours.js";
import { make, makeScrollFrame, makeSelect } from "../elements.js";
import { rangeOf } from "../numbers.js";
import { accuracyText, errorOf } from "./figures.js";
import { cellOf } from "./study.js";

export class HeatMap {
  constructor(study, onPick) {
    Object.assign(this, { study, onPick, pairs: crossedPairs(study), chosen: 0 });
    this.frame = makeScrollFrame("map of two factors: scroll for more");
    this.note = make("p", { class: "mlp-note" });
    const choices = this.pairs.map(([x, y], i) => [String(i), `${x.label} and ${y.label}`]);
    const { row } = makeSelect("explorer-map", "factors", choices, (input) => {
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
    const fields = fieldsOf(cells, x, y);
    const logs = [...fields.values()].map((field) => Math.log(errorOf(field)));
    const [low, high] = rangeOf(logs.filter(Number.isFinite));
    const shade = (field) => (high - Math.log(errorOf(field))) / (high - low || 1);
    const levels = [...y.levels.keys()].reverse(); // numbers rise
    const rows = levels.map((level) => this.makeRow(x, y, level, fields, shade));
    const table = make("table", { class: "explorer-map" }, headOf(x, y), make("tbody", {}, ...rows));
    this.keepFocus(() => this.frame.replaceChildren(table));
    this.note.textContent = noteOf(fields);
  }

  /** The field under the keyboard stays under it when the map is drawn anew. */
  keepFocus(draw) {
    const place = this.frame.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    draw();
    if (place) this.frame.querySelector(`[data-field="${place}"]`)?.focus();
  }

  makeRow(x, y, level, fields, shade) {
    const cells = [...x.levels.keys()].map((i) => {
      const place = `${i}-${level}`;
      const field = fields.get(place);
      const name = `${x.label} ${x.texts[i]}, ${y.label} ${y.texts[level]}`;
      return make("td", {}, ...(field ? [this.makeField(field, name, shade(field), place)] : []));
    });
    return make("tr", {}, make("th", { scope: "row" }, y.texts[level]), ...cells);
  }

  makeField(field, name, share, place) {
    const { accuracy, diverged, runs, cells } = field;
    const isOn = runs.some((run) => this.picked.has(run.id));
    const result = accuracy === null ? "all diverged" : `${accuracyText(field)} %`;
    const label = `${name}: ${result}, ${runs.length} runs${diverged ? `, ${diverged} diverged` : ""}`;
    const words = accuracy === null ? "✕" : `${accuracy.toFixed(1)}${diverged ? " ✕" : ""}`;
    const attributes = { type: "button", "aria-pressed": isOn, "aria-label": label, title: label, "data-field": place };
    const button = make("button", attributes, words);
    if (accuracy !== null) Object.assign(button.style, fieldColours(share));
    button.addEventListener("click", () => this.onPick(cells, !isOn));
    return button;
  }
}

/** Pairs of factors that vary together, not only one at a time; those of numbers come first. */
function crossedPairs(study) {
  const ordered = study.columns.toSorted((a, b) => b.isNumber - a.isNumber);
  const pairs = ordered.flatMap((x, i) => ordered.slice(i + 1).map((y) => [x, y]));
  const count = (...columns) => new Set(study.cells.map((cell) => columns.map((c) => cell.at[c.place]).join())).size;
  return pairs.filter(([x, y]) => count(x, y) > count(x) + count(y) - 1);
}

/** Return the fields by place; one of several settings has no spread, which is one over seeds. */
function fieldsOf(cells, x, y) {
  const groups = Map.groupBy(cells, (cell) => `${cell.at[x.place]}-${cell.at[y.place]}`);
  const fields = [...groups].map(([place, members]) => {
    const field = cellOf(members.flatMap((cell) => cell.runs));
    return [place, { ...field, cells: members, spread: members.length === 1 ? field.spread : null }];
  });
  return new Map(fields);
}

function headOf(x, y) {
  const corner = make("th", { scope: "col" }, make("span", {}, `${x.label} →`), make("span", {}, `${y.label} ↑`));
  const heads = x.texts.map((text) => make("th", { scope: "col" }, text));
  return make("thead", {}, make("tr", {}, corner, ...heads));
}

function noteOf(fields) {
  const most = Math.max(0, ...[...fields.values()].map((field) => field.cells.length));
  const mixed = `Up to ${most} settings share a field, which shows their mean: filter to tell them apart.`;
  return (
    "Mean test accuracy, %. The lighter, the fewer errors, on a logarithmic scale of the error. ✕: runs diverged; " +
    `a figure beside it is the mean of the others. Press a field to draw its curves.${most > 1 ? ` ${mixed}` : ""}`
  );
}
