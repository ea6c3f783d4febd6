/** A study's runs, read from its script: one object per run, and the cells that they form. */

import { asWords, deviationOf, meanOf } from "../numbers.js";
import { readFigures } from "../packed.js";

// As `mlp_book.text` names them; a test holds them together.
const NAMES = {
  train_size: "training images",
  validation_size: "validation images",
  init: "initialization",
  init_std: "initial std",
  nesterov: "Nesterov momentum",
  adadelta_rho: "Adadelta's rho",
  adam_beta1: "Adam's beta1",
  adam_beta2: "Adam's beta2",
  evaluate_train: "training set evaluated",
  dtype: "precision",
};
const WORDS = {
  adadelta: "Adadelta",
  adam: "Adam",
  cross_entropy: "cross-entropy",
  "fashion-mnist": "Fashion-MNIST",
  gelu: "GELU",
  he: "He",
  log_softmax_mse: "mse on log-softmax",
  mlp_core: "mlp_core",
  mnist: "MNIST",
  mse: "squared error",
  naive_cross_entropy: "naive cross-entropy",
  naive_cross_entropy_epsilon: "naive cross-entropy + 10⁻¹⁰",
  pytorch: "PyTorch",
  relu: "ReLU",
  sgd: "SGD",
};
const ALL_IMAGES = 60_000;
const FEW_CELLS = 8; // that are all drawn at first
const FIRST_CHOICE = "Drawn at first: the three best cells, the middle one and the worst.";

export class StoredRuns {
  constructor(data) {
    this.data = data;
    this.columns = data.columns.map((column, place) => makeColumn(column, place));
    this.runs = data.ids.map((_, index) => this.makeRun(index));
    this.byId = new Map(this.runs.map((run) => [run.id, run]));
    this.cells = this.makeCells();
    this.isSeeded = this.cells.some((cell) => cell.runs.length > 1);
    this.epochs = sharedEpochs(this.runs);
  }

  /** Give all runs and cells their figures after an epoch, or after the last one for null. */
  setEpoch(epoch) {
    this.runs.forEach((run) => Object.assign(run, epoch === null ? run.final : this.figuresAt(run, epoch)));
    this.cells.forEach((cell) => Object.assign(cell, cellOf(cell.runs)));
  }

  figuresAt(run, epoch) {
    if (run.diverged) return run.final;
    const place = run.kept.indexOf(epoch);
    const [error, loss] = ["test_error", "test_loss"].map((name) => this.curve(run, name)[place]);
    return { accuracy: error === null ? null : 100 - error, loss, train: null };
  }

  makeRun(index) {
    const { ids, seeds, status, diverged, epochs, updates, final, columns, seconds } = this.data;
    const figures = {
      accuracy: percent(final.test_accuracy[index]),
      loss: final.test_loss[index],
      train: percent(final.train_accuracy[index]),
    };
    const run = {
      index,
      id: ids[index],
      at: columns.map((column) => column.at[index]),
      seeds: [seeds[index]],
      status: status[index],
      diverged: status[index] === "diverged" ? 1 : 0,
      divergedAt: diverged[index],
      epochs: epochs[index],
      updates: updates[index],
      seconds: seconds[index],
      kept: this.keptOf(index),
      final: figures,
      curves: {},
      ...figures,
    };
    return Object.assign(run, { runs: [run] });
  }

  /** The epochs that a run's curves hold. */
  keptOf(index) {
    return this.data.kept[this.data.epochs[index]];
  }

  /** Runs that differ in nothing but the seed. */
  makeCells() {
    const { fields } = this.data;
    const keyOf = (run) => [...run.at, ...fields.map((field) => field.at[run.index])].join();
    const cells = [...Map.groupBy(this.runs, keyOf).values()].map(cellOf);
    cells.forEach((cell) => cell.runs.forEach((run) => (run.cell = cell)));
    return cells;
  }

  curve(run, measure) {
    run.curves[measure] ??= readFigures(this.data.curves[measure][run.index]);
    return run.curves[measure];
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

  /** The cells of the first view: all if they are few, else some from best to worst. */
  firstCells() {
    const { length } = this.cells;
    if (length <= FEW_CELLS) return this.cells;
    const ranked = this.cells.toSorted((a, b) => (b.accuracy ?? -1) - (a.accuracy ?? -1));
    return [0, 1, 2, Math.floor(length / 2), length - 1].map((place) => ranked[place]);
  }

  get firstWords() {
    return this.cells.length <= FEW_CELLS ? "" : FIRST_CHOICE;
  }
}

/** Return what several runs have in common; figures are means over those that did not diverge. */
export function cellOf(runs) {
  const figures = (name) => runs.map((run) => run[name]).filter((value) => value !== null);
  const diverged = runs.filter((run) => run.diverged).length;
  return {
    runs,
    diverged,
    at: runs[0].at,
    seeds: runs.flatMap((run) => run.seeds),
    status: ["diverged", "stopped"].find((status) => runs.some((run) => run.status === status)) ?? "completed",
    accuracy: meanOf(figures("accuracy")),
    spread: deviationOf(figures("accuracy")),
    loss: meanOf(figures("loss")),
    train: meanOf(figures("train")),
    epochs: Math.max(...runs.map((run) => run.epochs)),
    seconds: meanOf(figures("seconds")),
  };
}

/** The epochs that the curves of all runs hold, but for those that diverged and for the last. */
function sharedEpochs(runs) {
  const lists = new Set(runs.filter((run) => !run.diverged).map((run) => run.kept));
  const [first = [], ...others] = lists;
  return first.slice(0, -1).filter((epoch) => others.every((kept) => kept.includes(epoch)));
}

/** Whether a level is a number, or all images: the one field that may be unset. */
export function isSize(level) {
  return level === null || typeof level === "number";
}

function makeColumn({ name, levels }, place) {
  const isNumber = levels.every(isSize);
  const texts = levels.map(levelText);
  // Some studies count out what others leave at all images: MNIST's.
  const whole = levels.includes(null) ? levels.indexOf(ALL_IMAGES) : -1;
  if (whole >= 0) texts[whole] += " (all)";
  return { name, place, levels, isNumber, label: NAMES[name] ?? wordsOf(name), texts };
}

/** Return a level as a reader sees it: 256-128, 2,048, none, on, 10⁻⁵, ReLU, naive sigmoid, L2 10⁻⁴. */
function levelText(value) {
  if (Array.isArray(value)) return value.length === 1 ? levelText(value[0]) : value.join("-") || "none";
  if (value === null) return "all";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return asWords(value);
  return WORDS[value] ?? wordsOf(value).replace(/^\d+$|\d+e-\d+/g, (number) => asWords(Number(number)));
}

function wordsOf(name) {
  return name.replaceAll("_", " ").replace(/^l(?=[12] )/, "L");
}

function percent(value) {
  return value === null ? null : 100 * value;
}
