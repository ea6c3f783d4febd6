/** One study on the page: its overviews, its chart, its table and the code of its runs. */

import { make, makeButton } from "../what_if/elements.js";
import { CodeBox } from "./code.js";
import { MOST_CELLS, crossesOf, groupRuns, linesOf } from "./curves_of_cells.js";
import { Filters, labelledSelect, makeFilterControls } from "./filters.js";
import { HeatMap } from "./heat_map.js";
import { fillLegend } from "./legend.js";
import { LEAST_FACTORS, Parallel } from "./parallel.js";
import { drawPlot } from "./plot.js";
import { CHOICES, MOST_RUNS } from "./state.js";
import { RunTable } from "./table.js";

const DRAW_FIRST = 5;

export class StudyView {
  /** `page`: `choices`, `say`, `complain`, `remember` and `linkTo`. */
  constructor(study, entry, page) {
    Object.assign(this, { study, entry, page, selected: new Set(), byCell: study.seeded && study.cells.length > 1 });
    this.filters = new Filters();
    this.controls = makeFilterControls(study, this.filters, () => this.refilter());
    this.table = new RunTable(study, {
      pick: (row, isOn) => this.pick([row], isOn),
      showCode: (row) => this.code.show(row),
      turned: () => this.showCount(),
    });
    this.map = new HeatMap(study, (cells, isOn) => this.pick(cells, isOn));
    this.parallel = study.columns.length >= LEAST_FACTORS ? new Parallel(study, this.filters, () => this.soon()) : null;
    this.chart = make("div", { class: "explorer-chart" });
    this.legend = make("ul", { class: "explorer-legend", "aria-label": "curves" });
    this.count = make("p", { class: "explorer-count", role: "status" });
    this.code = new CodeBox(study, page);
    this.element = make("div", { class: "explorer-study" });
    this.arrange();
  }

  arrange() {
    const { controls, table, map, parallel, study } = this;
    const overview = parallel ? [heading("Factors and result"), note(PARALLEL_HELP), parallel.frame] : [];
    const control = map.control ? [map.control] : [];
    const mapped = map.isUseful ? [heading("Map of two factors"), ...control, map.frame, map.note] : [];
    const rows = study.seeded ? [this.rowChoice()] : [];
    const filters = controls.rows.length ? [block("explorer-controls", ...controls.rows)] : [];
    const none = makeButton("Draw none", () => this.replace([]));
    const first = makeButton(`Draw the first ${DRAW_FIRST}`, () => this.drawFirst());
    this.element.append(
      ...(study.epochs.length ? [this.epochChoice(), note(EPOCH_HELP)] : []),
      ...overview,
      ...mapped,
      heading("Curves"),
      this.chart,
      this.legend,
      note(thinning(study)),
      heading(study.seeded ? "Runs and cells" : "Runs"),
      ...(study.seeded ? [note(CELL_HELP)] : []),
      ...filters,
      block("explorer-buttons", ...rows, ...(filters.length ? [controls.clear] : []), first, none),
      this.count,
      table.frame,
      table.pages,
      this.code.element,
    );
  }

  rowChoice() {
    const words = () => (this.byCell ? "Show single runs" : "Show cells");
    const button = makeButton(words(), () => {
      this.byCell = !this.byCell;
      button.textContent = words();
      this.layOut();
    });
    return button;
  }

  epochChoice() {
    const options = this.study.epochs.map((epoch) => [String(epoch), `epoch ${epoch}`]);
    const { row, input } = labelledSelect("explorer-epoch", "results after", [["", "the last epoch"], ...options]);
    input.addEventListener("change", () => {
      this.study.setEpoch(input.value ? Number(input.value) : null);
      this.filters.accuracy = null; // its ends belong to the results before
      this.layOut();
    });
    return row;
  }

  get rows() {
    return this.byCell ? this.study.cells : this.study.runs;
  }

  // What the reader does

  pick(rows, isOn) {
    const ids = rows.flatMap((row) => row.runs.map((run) => run.id));
    const next = new Set(this.selected);
    ids.forEach((id) => (isOn ? next.add(id) : next.delete(id)));
    this.replace([...next]);
  }

  drawFirst() {
    this.replace(this.table.sorted.slice(0, DRAW_FIRST).flatMap((row) => row.runs.map((run) => run.id)));
  }

  /** Draw these runs and no others, if they are few enough to tell apart. */
  replace(ids, isMemorable = true) {
    const cells = new Set(ids.map((id) => this.study.byId.get(id).cell));
    const fits = cells.size <= MOST_CELLS && ids.length <= MOST_RUNS;
    this.page.complain(fits ? "" : `At most ${MOST_CELLS} cells and ${MOST_RUNS} runs can be told apart in the chart: take some out first.`);
    if (fits) {
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

  /** A brush moves more often than anybody can look: once a frame. */
  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.refilter();
    });
  }

  refilter() {
    const rows = this.rows.filter((row) => this.filters.passes(row));
    this.passing = rows;
    this.controls.show();
    this.table.show(rows, this.colours);
    this.parallel?.show(rows, this.colours);
    if (this.map.isUseful) this.map.show(this.study.cells.filter((cell) => this.filters.passes(cell)), this.colours);
    this.showCount();
  }

  redraw() {
    const { study, page } = this;
    const groups = groupRuns(study, this.selected).map((group) => ({
      ...group,
      drawn: linesOf(study, group, page.choices),
      crosses: crossesOf(group, page.choices.against),
    }));
    this.colours = new Map(groups.flatMap((group) => group.runs.map((run) => [run.id, group.colour])));
    const read = fillLegend(this.legend, groups, page.choices.against);
    drawPlot(this.chart, groups, page.choices, plotWords(page.choices, groups), read);
  }

  mark() {
    this.table.mark(this.colours);
    this.parallel?.show(this.passing, this.colours);
    if (this.map.isUseful) this.map.show(this.map.cells, this.colours);
    this.showCount();
  }

  showCount() {
    const unit = this.byCell ? "cells" : "runs";
    const drawn = this.selected.size;
    const shown = `${this.passing.length} of ${this.rows.length} ${unit} shown${this.table.listed}`;
    const words = `${shown}; ${drawn} ${drawn === 1 ? "run" : "runs"} drawn.`;
    if (this.count.textContent !== words) this.count.textContent = words;
  }
}

const PARALLEL_HELP =
  "Each line is a row of the table below; it meets every axis at its level, the better the higher in the " +
  "bundle, and ends at its result. Drag along an axis, press a level, or move an axis's two ends with the " +
  "arrow keys: only what lies between them stays, here, in the map and in the table.";
const EPOCH_HELP =
  "Where the learning rate is constant, the first epochs of a run are a shorter run: choose an epoch, and the " +
  "table and the overviews show what was reached by then.";
const CELL_HELP = "A cell is one setting with all its seeds: mean ± standard deviation over them.";

function heading(words) {
  return make("h2", {}, words);
}

function note(words) {
  return make("p", { class: "explorer-note" }, words);
}

function block(name, ...children) {
  const element = make("div", { class: name });
  element.append(...children);
  return element;
}

function thinning({ runs }) {
  const longest = runs.reduce((a, b) => (b.epochs > a.epochs ? b : a));
  const { epochs, kept } = longest;
  const drawn = `A band runs from the lowest to the highest seed. `;
  if (kept.length === epochs) return `${drawn}Every epoch is drawn, with four significant digits.`;
  const early = kept.findIndex((epoch, i) => epoch !== i + 1);
  return (
    `${drawn}Of ${epochs} epochs, ${kept.length} are drawn, with four significant digits: the first ${early}, then ` +
    `${kept.length - early} at even distances up to the last. None is an average over epochs. The table shows the ` +
    "figures of the epoch chosen above."
  );
}

function plotWords({ curve, against }, groups) {
  const title = CHOICES.curve.options[curve];
  const names = groups.map((group) => group.name).join("; ");
  const label = `Line chart: ${title}, against ${against}. ${groups.length ? `Curves: ${names}.` : "No curve is drawn."}`;
  return { vertical: title, horizontal: against === "updates" ? "update" : "epoch", label };
}
