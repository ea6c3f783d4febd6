/** A study's runs, read from its script: one object a run, and the cells that they form. */

import { asText } from "../what_if/values.js";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export class StoredRuns {
  constructor(data) {
    this.data = data;
    this.columns = data.columns.map((column, place) => makeColumn(column, place));
    this.runs = data.ids.map((_, index) => this.makeRun(index));
    this.byId = new Map(this.runs.map((run) => [run.id, run]));
    this.cells = this.makeCells();
    this.seeded = this.cells.some((cell) => cell.runs.length > 1);
    this.epochs = sharedEpochs(this.runs);
  }

  /** Give all runs and cells their figures after an epoch, or after the last one for null. */
  setEpoch(epoch) {
    this.runs.forEach((run) => Object.assign(run, epoch === null ? run.final : this.figuresAt(run, epoch)));
    this.cells.forEach((cell) => Object.assign(cell, makeCell(cell.runs)));
  }

  figuresAt(run, epoch) {
    if (run.diverged) return run.final;
    const place = run.kept.indexOf(epoch);
    const [error, loss] = ["test_error", "test_loss"].map((name) => this.curve(run, name)[place]);
    return { accuracy: error === null ? null : 100 - error, loss, train: null };
  }

  makeRun(index) {
    const { data } = this;
    const at = data.columns.map((column) => column.at[index]);
    const { final } = data;
    const figures = {
      accuracy: percent(final.test_accuracy[index]),
      loss: final.test_loss[index],
      train: percent(final.train_accuracy[index]),
    };
    const run = {
      index,
      at,
      id: data.ids[index],
      key: data.ids[index],
      seeds: [data.seeds[index]],
      status: data.status[index],
      diverged: data.status[index] === "diverged" ? 1 : 0,
      divergedAt: data.diverged[index],
      epochs: data.epochs[index],
      updates: data.updates[index],
      ...figures,
      final: figures,
      kept: data.kept[data.epochs[index]],
    };
    return Object.assign(run, { runs: [run] });
  }

  /** Runs that differ in nothing but the seed; figures are means over those that did not diverge. */
  makeCells() {
    const { fields } = this.data;
    const groups = new Map();
    for (const run of this.runs) {
      const key = [...run.at, ...fields.map((field) => field.at[run.index])].join();
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(run);
    }
    const cells = [...groups.values()].map((runs) => makeCell(runs));
    cells.forEach((cell) => cell.runs.forEach((run) => (run.cell = cell)));
    return cells;
  }

  curve(run, measure) {
    return this.data.curves[measure][run.index];
  }

  /** The levels of a row in words, of some columns. */
  describe(row, columns = this.columns) {
    const parts = columns.map((column) => `${column.label} ${column.texts[row.at[column.place]]}`);
    return parts.join(", ") || "the one setting";
  }

  /** Every field of a run's config that is not at its default, without the seed. */
  fieldsOf(run) {
    const { columns, fields, shared } = this.data;
    const own = [...columns.filter((column) => column.is_field), ...fields];
    const values = own.map((column) => [column.name, column.levels[column.at[run.index]]]);
    return { ...shared, ...Object.fromEntries(values) };
  }
}

/** The epochs that the curves of all runs hold, but for those that diverged and for the last. */
function sharedEpochs(runs) {
  const lists = new Set(runs.filter((run) => !run.diverged).map((run) => run.kept));
  const [first = [], ...others] = lists;
  return first.slice(0, -1).filter((epoch) => others.every((kept) => kept.includes(epoch)));
}

function makeColumn({ name, levels }, place) {
  const isNumber = levels.every((level) => typeof level === "number");
  return { name, place, levels, isNumber, label: labelOf(name), texts: levels.map(levelText) };
}

function labelOf(name) {
  return name.replaceAll("_", " ");
}

/** Return a level as a reader sees it: 256-128, none, 10⁻⁵, naive cross entropy. */
function levelText(value) {
  if (Array.isArray(value)) return value.join("-") || "none";
  if (value === null) return "all";
  if (typeof value !== "number") return String(value).replaceAll("_", " ");
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e5)) return asText(Number(value.toPrecision(size >= 1e4 ? 5 : 4)));
  const [factor, power] = value.toExponential(2).split("e").map(Number);
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[digit]).join("");
  return `${factor === 1 ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`;
}

function percent(value) {
  return value === null ? null : 100 * value;
}

function makeCell(runs) {
  const [first] = runs;
  const figures = (name) => runs.map((run) => run[name]).filter((value) => value !== null);
  const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null);
  const diverged = runs.filter((run) => run.status === "diverged").length;
  return {
    runs,
    diverged,
    at: first.at,
    key: first.id,
    seeds: runs.map((run) => run.seeds[0]),
    status: diverged ? "diverged" : runs.some((run) => run.status === "stopped") ? "stopped" : "completed",
    accuracy: mean(figures("accuracy")),
    spread: deviation(figures("accuracy")),
    loss: mean(figures("loss")),
    train: mean(figures("train")),
    epochs: Math.max(...runs.map((run) => run.epochs)),
  };
}

/** The sample standard deviation (divisor n - 1), or null for fewer than two values. */
function deviation(values) {
  if (values.length < 2) return null;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

/** The first view of a study: all cells if they are few, else some from best to worst. */
export function firstChoice(study) {
  const ranked = [...study.cells].sort((a, b) => (b.accuracy ?? -1) - (a.accuracy ?? -1));
  if (ranked.length <= 8) return study.cells;
  const middle = Math.floor(ranked.length / 2);
  return [ranked[0], ranked[1], ranked[2], ranked[middle], ranked.at(-1)];
}

export const FIRST_CHOICE = "Drawn at first: the three best cells, the middle one and the worst.";
