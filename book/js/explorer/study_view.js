/** One study on the page: its overviews, its chart, its table and the code of its runs. */

import { make, makeBox, makeButton, makeSelect, setText } from "../elements.js";
import { MOST_CELLS, curvesOf, drawCurves } from "./chart.js";
import { deviationOf, meanOf } from "../numbers.js";
import { CodeBox } from "./code.js";
import { FilterControls, Filters } from "./filters.js";
import { HeatMap } from "./heat_map.js";
import { fillLegend } from "./legend.js";
import { LEAST_FACTORS, Parallel } from "./parallel.js";
import { MOST_RUNS } from "./state.js";
import { RunTable } from "./table.js";

const DRAW_FIRST = 5;
const TOO_MANY = `At most ${MOST_CELLS} cells and ${MOST_RUNS} runs can be distinguished in the chart: take some out first.`;
const PARALLEL_HELP =
  "Each line is a row of the table below. It meets every axis at its level, the better rows above the others " +
  "there, and ends at its result. Thick lines have their curves in the chart, in the same colours. Pale ones are " +
  "coloured by result. Drag along an axis, press a level, or move the two ends of an axis with the arrow keys: " +
  "only what lies between them stays, here, in the map and in the table.";
const EPOCH_HELP =
  "Where the learning rate is constant, the first epochs of a run are a shorter run. Choose an epoch, and the " +
  "table and the overviews show what was reached by then.";
const CELL_HELP = "A cell is one setting with all its seeds: mean ± standard deviation over them.";

export class StudyView {
  /** `page`: `choices`, `say`, `complain`, `remember` and `linkTo`. */
  constructor(study, entry, page) {
    Object.assign(this, { study, entry, page, selected: new Set(), isByCell: study.isSeeded && study.cells.length > 1 });
    this.filters = new Filters();
    this.controls = new FilterControls(study, this.filters, () => {
      this.refilter();
      page.remember();
    });
    this.table = new RunTable(study, {
      pick: (row, isOn) => this.pick([row], isOn),
      showCode: (row) => this.code.show(row),
      turned: () => this.showCount(),
    });
    this.map = new HeatMap(study, (cells, isOn) => this.pick(cells, isOn));
    this.parallel = study.columns.length >= LEAST_FACTORS ? new Parallel(study, this.filters, () => this.soon()) : null;
    this.chart = makeBox("mlp-chart");
    this.legend = make("ul", { class: "mlp-legend", "aria-label": "curves" });
    this.count = make("p", { class: "mlp-note explorer-count", role: "status" });
    this.code = new CodeBox(study, page);
    this.element = makeBox("explorer-study", ...this.overviews(), ...this.curves(), ...this.runs());
  }

  overviews() {
    const { study, parallel, map } = this;
    return [
      ...(study.epochs.length ? [this.epochChoice(), note(EPOCH_HELP)] : []),
      ...(parallel ? [heading("Factors and result"), note(PARALLEL_HELP), parallel.frame] : []),
      ...(map.isUseful ? [heading("Map of two factors"), map.control ?? "", map.frame, map.note] : []),
    ];
  }

  curves() {
    return [heading("Curves"), this.chart, this.legend, note(thinning(this.study))];
  }

  runs() {
    const { study, controls, table } = this;
    const hasFilters = controls.rows.length > 0;
    const buttons = [
      ...(study.isSeeded ? [this.rowChoice()] : []),
      ...(hasFilters ? [controls.clear] : []),
      makeButton(`Draw the first ${DRAW_FIRST}`, () => this.replace(idsOf(table.sorted.slice(0, DRAW_FIRST)))),
      makeButton("Draw all shown", () => this.drawShown()),
      makeButton("Draw none", () => this.replace([])),
    ];
    return [
      heading(study.isSeeded ? "Runs and cells" : "Runs"),
      ...(study.isSeeded ? [note(CELL_HELP)] : []),
      ...(hasFilters ? [makeBox("explorer-controls", ...controls.rows)] : []),
      makeBox("mlp-buttons", ...buttons),
      this.count,
      table.frame,
      table.pages,
      this.code.element,
    ];
  }

  rowChoice() {
    const words = () => (this.isByCell ? "Show single runs" : "Show cells");
    const button = makeButton(words(), () => {
      this.isByCell = !this.isByCell;
      button.textContent = words();
      this.layOut();
    });
    return button;
  }

  epochChoice() {
    const choices = [["", "the last epoch"], ...this.study.epochs.map((epoch) => [String(epoch), `epoch ${epoch}`])];
    return makeSelect("explorer-epoch", "results after", choices, ({ value }) => {
      this.study.setEpoch(value ? Number(value) : null);
      this.filters.accuracy = null; // its ends belong to the results before
      this.layOut();
    }).row;
  }

  get rows() {
    return this.isByCell ? this.study.cells : this.study.runs;
  }

  // What the reader does

  pick(rows, isOn) {
    const ids = new Set(idsOf(rows));
    const others = [...this.selected].filter((id) => !ids.has(id));
    this.replace(isOn ? [...others, ...ids] : others);
  }

  /** Draw the curves of all rows that pass; of too many a sample, evenly from best to worst. */
  drawShown() {
    const { sorted } = this.table;
    const per = Math.max(1, ...sorted.map((row) => row.runs.length));
    const most = Math.min(MOST_CELLS, Math.floor(MOST_RUNS / per));
    const isSample = sorted.length > most;
    const step = (sorted.length - 1) / (most - 1);
    const rows = isSample ? Array.from({ length: most }, (_, i) => sorted[Math.round(i * step)]) : sorted;
    this.replace(idsOf(rows));
    if (isSample) this.page.complain(`This is a sample: ${most} of ${sorted.length}, spread evenly over the table’s order.`);
  }

  /** Take a link's filters; return what is said of those that mean nothing here. */
  filterBy(pairs) {
    const statuses = [...new Set(this.study.runs.map((run) => run.status))];
    const problems = this.filters.fromLink(pairs, this.study.columns, statuses);
    if (this.passing) this.refilter();
    return problems;
  }

  /** Draw these runs and no others, if they are few enough to tell apart. */
  replace(ids, isMemorable = true) {
    const cells = new Set(ids.map((id) => this.study.byId.get(id).cell));
    const isFitting = cells.size <= MOST_CELLS && ids.length <= MOST_RUNS;
    this.page.complain(isFitting ? "" : TOO_MANY);
    if (isFitting) {
      this.selected = new Set(ids);
      if (isMemorable) this.page.remember();
    }
    if (!this.passing) return; // not laid out yet
    this.redraw();
    this.mark();
  }

  // What is shown

  /** Show everything anew, as after a change of width. */
  layOut() {
    this.parallel?.layOut(this.rows);
    this.redraw();
    this.refilter();
  }

  /** A brush moves more often than anybody can look: once per frame. */
  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.refilter();
      this.page.remember();
    });
  }

  refilter() {
    this.passing = this.rows.filter((row) => this.filters.passes(row));
    this.cells = this.study.cells.filter((cell) => this.filters.passes(cell));
    this.controls.show();
    this.table.show(this.passing, this.colours);
    this.mark();
  }

  redraw() {
    const { study, page } = this;
    const curves = curvesOf(study, this.selected, page.choices);
    this.colours = new Map(curves.flatMap(({ runs, colour }) => runs.map((run) => [run.id, colour])));
    const read = fillLegend(this.legend, curves, page.choices.against);
    drawCurves(this.chart, curves, page.choices, read);
  }

  /** Show everywhere which runs are drawn. */
  mark() {
    this.table.mark(this.colours);
    this.parallel?.show(this.passing, this.colours);
    if (this.map.isUseful) this.map.show(this.cells, this.colours);
    this.showCount();
  }

  showCount() {
    const unit = this.isByCell ? "cells" : "runs";
    const { size } = this.selected;
    const accuracies = this.passing.flatMap((row) => row.runs.map((run) => run.accuracy)).filter(Number.isFinite);
    const mean = meanOf(accuracies);
    const deviation = deviationOf(accuracies);
    const spread = deviation === null ? "" : ` ± ${deviation.toFixed(2)}`;
    const figures = mean === null ? "" : `; their mean test accuracy is ${mean.toFixed(2)}${spread} %`;
    const shown = `${this.passing.length} of ${this.rows.length} ${unit} shown${this.table.listed}${figures}`;
    setText(this.count, `${shown}; ${size} ${size === 1 ? "run" : "runs"} drawn.`);
  }
}

function idsOf(rows) {
  return rows.flatMap((row) => row.runs.map((run) => run.id));
}

function heading(words) {
  return make("h2", {}, words);
}

function note(words) {
  return make("p", { class: "mlp-note" }, words);
}

/** Say what bands are, where there are any, and which epochs are drawn. */
function thinning({ runs, isSeeded }) {
  const { epochs, kept } = runs.reduce((a, b) => (b.epochs > a.epochs ? b : a));
  const band = isSeeded ? "A band runs from the lowest to the highest seed. " : "";
  if (kept.length === epochs) return `${band}Every epoch is drawn, with four significant digits.`;
  const early = kept.findIndex((epoch, i) => epoch !== i + 1);
  return (
    `${band}Of ${epochs} epochs, ${kept.length} are drawn, with four significant digits: the first ${early}, then ` +
    `${kept.length - early} evenly spaced up to the last. None is an average over epochs. The table shows the ` +
    "figures of the epoch chosen above."
  );
}
