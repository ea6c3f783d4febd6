/** Curves as the charts show them: stored stops, the book's full-scale runs, and runs made live. */

import { asText, asWords, seedBand, shortNumber, withThousands } from "../numbers.js";
import { PLACE } from "../packed.js";
import { Frames } from "./frames.js";

const COLUMNS = [
  ...["running_loss", "test_loss", "running_accuracy", "test_accuracy"],
  ...["active_units", "dead_units", "gradient_norm"], // not in the full-scale runs
];
const LEVELS = 64 * 64 - 2;
const NOT_STORED = new Set(["seed", "epochs"]);
// What says how a network is trained but not how well: no reason to hold a stored run back.
const SET_ASIDE = new Set(["dataset", "train_size", "seed", "evaluate_train"]);
const MOVED_COUNTS = 10; // the control that the reader moved has to answer

/** Whether the epochs are a place on the curve: at a constant rate a shorter run begins a longer one. */
export function isCursor(config, values) {
  return ({ ...config, ...values }.schedule ?? "constant") === "constant";
}

// Stored stops

/** Return the stored setting that is nearest to the values, and the controls in which it differs. */
export function nearestStop(stops, controls, values, moved) {
  const varied = controls.filter(({ name }) => !NOT_STORED.has(name));
  const held = (run, { name, default: usual }) => run.values[name] ?? usual;
  const far = (run) =>
    varied.reduce((sum, control) => {
      const step = distance(control, held(run, control), values[control.name]);
      return sum + step * (control.name === moved ? MOVED_COUNTS : 1);
    }, 0);
  const distances = stops.runs.map(far);
  const run = stops.runs[distances.indexOf(Math.min(...distances))];
  const differs = varied.filter((control) => asText(held(run, control)) !== asText(values[control.name]));
  const its = Object.fromEntries(controls.map((control) => [control.name, held(run, control)]));
  return { run, differs, values: { ...its, ...run.values } };
}

function distance(control, a, b) {
  if (asText(a) === asText(b)) return 0;
  if (typeof a !== "number" || typeof b !== "number") return 1;
  if (!control.stops.length) return Math.abs(a - b) / (control.high - control.low);
  const place = (value) => control.stops.reduce((best, stop, i, all) =>
    Math.abs(stop - value) < Math.abs(all[best] - value) ? i : best, 0);
  return Math.max(Math.abs(place(a) - place(b)), 0.5) / control.stops.length;
}

/** Return a stored setting as a curve; its columns are read from their short form once. */
export function curveOfStop(stops, { run, values }) {
  run.read ??= Object.fromEntries(COLUMNS.map((name) => [name, readColumn(stops, name, run.columns[name])]));
  const { name, train_size: all } = stops.dataset;
  const [title, size] = [titleOf(name), values.train_size ?? all];
  return {
    data: name,
    title,
    size,
    source: `book: ${title}, ${withThousands(size)} images, ${seedWords(stops.seeds)}`,
    seeds: stops.seeds,
    values,
    epochs: stops.kept,
    planned: stops.epochs,
    columns: run.read,
    crosses: run.diverged,
  };
}

function readColumn(stops, name, texts) {
  const [low, high] = stops.ends[name];
  const isLog = stops.logarithmic.includes(name);
  const read = (text) =>
    Array.from({ length: text.length / 2 }, (_, i) => {
      const level = 64 * PLACE.get(text[2 * i]) + PLACE.get(text[2 * i + 1]);
      const value = low + (level / LEVELS) * (high - low);
      if (level > LEVELS) return null;
      return isLog ? 10 ** value : value;
    });
  const [mean, lowest, highest] = texts.map(read);
  return lowest ? { mean, low: lowest, high: highest } : { mean };
}

/** Return the stored test images: pixels and label. */
export function readImages(stops) {
  return (stops?.images ?? []).map(([text, label]) => ({ label, pixels: [...text].map((c) => PLACE.get(c)) }));
}

const titleOf = (name) => (name === "digits" ? "small digits" : name);

export function seedWords(seeds) {
  const [first, last] = [seeds[0], seeds.at(-1)];
  return seeds.length === 1 ? `seed\u00a0${first}` : `${seeds.length}\u00a0seeds (${first} to ${last})`;
}

// The full-scale runs of the book

/** Return a study as the panels use it; one of very many cells comes in a shorter form. */
export function unpackStudy(study) {
  if (!study?.rows) return study ?? null;
  const fields = Object.entries(study.levels);
  const band = ([mean, low, high]) => ({ mean, low, high });
  const cells = study.rows.map((row) => {
    const [seeds, epochs, diverged, loss, accuracy] = row.slice(fields.length);
    return {
      values: Object.fromEntries(fields.map(([name, levels], i) => [name, levels[row[i]]])),
      seeds: study.lists[seeds],
      epochs: study.lists[epochs],
      diverged,
      columns: { test_loss: band(loss), test_accuracy: band(accuracy) },
    };
  });
  return { dataset: study.dataset, config: study.config, cells };
}

/** Return the study's cell that differs from the panel's values in nothing but the data, or null. */
export function findStored(study, config, values) {
  const wanted = { ...config, ...values };
  const isAside = (held, name) => SET_ASIDE.has(name) || (name === "epochs" && isCursor(held, {}));
  const isEqual = (cell) => {
    const held = { ...study.config, ...cell.values };
    return Object.keys(held).every((name) => isAside(held, name) || asJson(held[name]) === asJson(wanted[name]));
  };
  const found = study?.cells.filter(isEqual) ?? [];
  // Of cells that differ in how many images they saw, the one of the most.
  return found.sort((a, b) => (b.values.train_size ?? 1e9) - (a.values.train_size ?? 1e9))[0] ?? null;
}

const asJson = (value) => JSON.stringify(value);

export function curveOfCell(study, cell, values) {
  const { name } = study.dataset;
  const size = cell.values.train_size ?? study.dataset.train_size;
  return {
    data: name.toLowerCase(),
    title: name,
    size,
    source: `book: ${name}, ${withThousands(size)} images, ${seedWords(cell.seeds)}`,
    seeds: cell.seeds,
    values: { ...values, ...cell.values },
    epochs: cell.epochs,
    planned: Math.max(...cell.epochs, 1),
    columns: cell.columns,
    crosses: cell.diverged,
  };
}

// Live

// What acts on a running network, and how a mark calls it.
export const SETTINGS = { learning_rate: "rate", momentum: "momentum", weight_decay: "decay", batch_size: "batch size" };
const HAND_MS = 700; // changes of a setting that follow each other sooner are one move of a hand

/** Gathers the events of a run, one history per seed. */
export class LiveRun {
  constructor(id, values, seeds, where) {
    Object.assign(this, { id, values, seeds, where, dataset: null, planned: values.epochs ?? 1 });
    Object.assign(this, { status: "running", endings: [], starts: [], changes: [], moves: [], ahead: null, at: 0 });
    this.histories = seeds.map(() => []);
    this.frames = new Frames(); // of the first seed
  }

  take(event) {
    const { kind, index } = event;
    if (kind === "epoch") this.histories[index].push(event);
    if (kind === "frame" && index === 0) this.frames.take(event);
    if (kind === "end") this.endings[index] = event;
    if (kind === "change") this.takeChange(event);
    if (kind === "ahead") this.ahead = event;
    if (kind === "paused") Object.assign(this, { status: "paused", ahead: null, at: event.at });
    if (kind === "playing") Object.assign(this, { status: "running", ahead: null });
    if (kind === "start") {
      const { dataset, epochs: planned, config } = event;
      Object.assign(this, { dataset, planned, config });
      this.starts[index] = event.before; // what the network did before the first update
    }
  }

  /** Whether it can go on. */
  get isUnderWay() {
    return this.status === "running" || this.status === "paused";
  }

  /** Whether a setting may be changed on the way. */
  canChange(name) {
    if (!this.isUnderWay || this.seeds.length > 1 || !this.starts.length || !(name in SETTINGS)) return false;
    return name !== "momentum" || this.config.optimizer === "sgd";
  }

  /** What was set in one move, or without an update between, is one mark. */
  takeChange(event) {
    this.changes.push(event);
    const { name, from, to, at, update } = event;
    const [last, heard] = [this.moves.at(-1), performance.now()];
    const isSame = last?.name === name && (last.update === update || heard - last.heard < HAND_MS);
    if (isSame) Object.assign(last, { to, at, update, heard });
    else this.moves.push({ name, from, to, at, update, heard });
  }

  /** Where the curve bends, each with its words. */
  get marks() {
    const words = ({ name, from, to, at }) =>
      `${SETTINGS[name]} ${asWords(from)} → ${asWords(to)} at epoch ${shortNumber(at)}`;
    return this.moves.filter(({ from, to }) => from !== to).map((move) => ({ name: move.name, x: move.at, words: words(move) }));
  }

  get epoch() {
    return this.histories.reduce((sum, rows) => sum + rows.length, 0);
  }

  get diverged() {
    return this.endings.filter((end) => end?.status === "diverged");
  }

  /** The seed under way, counted from 1. */
  get seedNumber() {
    return Math.max(1, this.starts.filter(Boolean).length);
  }

  /** Finished seeds, or else those begun, as mean, lowest and highest at each epoch they share. */
  curve() {
    const rows = this.histories.map((history, i) => [...(this.starts[i] ? [this.starts[i]] : []), ...history]);
    const begun = rows.filter((history) => history.length);
    const whole = rows.filter((_, i) => this.endings[i]?.status === "completed");
    const used = whole.length ? whole : begun;
    const length = used.length ? Math.min(...used.map((history) => history.length)) : 0;
    const shared = used.map((history) => history.slice(0, length));
    const seeds = this.seeds.slice(0, Math.max(1, begun.length));
    const { name = "", train_size: size = 0 } = this.dataset ?? {};
    const title = titleOf(this.dataset?.title ?? "");
    return {
      data: name,
      title,
      size,
      source: `${this.where}: ${title}, ${withThousands(size)} images, ${seedWords(seeds)}`,
      seeds,
      values: this.values,
      epochs: (shared[0] ?? []).map((row) => row.epoch),
      planned: this.planned,
      columns: Object.fromEntries(COLUMNS.map((name) => [name, columnOf(shared, name)])),
      crosses: this.diverged.map((end) => end.diverged_at),
      marks: this.marks,
      live: true,
    };
  }
}

function columnOf(histories, name) {
  if (!histories.length) return { mean: [] };
  const { mean, low, high } = seedBand(histories.map((rows) => rows.map((row) => row[name] ?? null)));
  return histories.length > 1 ? { mean, low, high } : { mean };
}

/** Return mean, low and high of a curve's column at an epoch, between two kept ones on a line. */
export function readAt(curve, name, epoch) {
  const { epochs, columns } = curve;
  const column = columns[name];
  const last = epochs.findLastIndex((at, i) => at <= epoch && Number.isFinite(column.mean[i]));
  if (last < 0) return null;
  const next = Math.min(last + 1, epochs.length - 1);
  const share = next > last && epochs[last] < epoch ? (epoch - epochs[last]) / (epochs[next] - epochs[last]) : 0;
  const between = (ys) => {
    if (!ys) return null;
    return Number.isFinite(ys[next]) ? ys[last] + share * (ys[next] - ys[last]) : ys[last];
  };
  const at = share && Number.isFinite(column.mean[next]) ? epoch : epochs[last];
  return { epoch: at, mean: between(column.mean), low: between(column.low), high: between(column.high) };
}
