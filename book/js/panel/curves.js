/** Curves as the charts show them: from stored runs, and from runs that the page has trained. */

import { seedBand, withThousands } from "../numbers.js";

const COLUMNS = [
  ...["running_loss", "test_loss", "running_accuracy", "test_accuracy"],
  ...["active_units", "dead_units", "gradient_norm", "largest_output"], // not in the stored runs
];
// What says how a network is trained but not how well: no reason to hold a stored run back.
const SET_ASIDE = new Set(["dataset", "train_size", "seed", "evaluate_train"]);

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

/** Return the study's cells that differ from the panel's values in nothing but the data. */
export function findStored(study, config, values) {
  if (!study) return [];
  const wanted = { ...config, ...values };
  return study.cells.filter((cell) => {
    const held = { ...study.config, ...cell.values };
    // At a constant rate, a shorter run is the beginning of a longer one.
    const isAside = (name) => SET_ASIDE.has(name) || (name === "epochs" && held.schedule === "constant");
    const isEqual = (name) => JSON.stringify(held[name]) === JSON.stringify(wanted[name]);
    return Object.keys(held).every((name) => isAside(name) || isEqual(name));
  });
}

/** Return the cells that the panel's controls can reach, each with the values that lead there. */
export function reachable(study, config, controls) {
  const names = controls.map((control) => control.name).filter((name) => !SET_ASIDE.has(name));
  const found = (study?.cells ?? [])
    .map((cell) => ({ ...study.config, ...cell.values }))
    .map((held) => Object.fromEntries(names.map((name) => [name, held[name]])))
    .filter((values) => findStored(study, config, values).length > 0);
  // Cells that differ in what the panel has no control for lead to the same values.
  return [...new Map(found.map((values) => [JSON.stringify(values), values])).values()];
}

export function curveOfCell(study, cell, values) {
  const { name } = study.dataset;
  const size = cell.values.train_size ?? study.dataset.train_size;
  const drawn = "train_size" in cell.values ? { train_size: size } : {};
  const seeds = cell.seeds.length === 1 ? `seed ${cell.seeds[0]}` : `${cell.seeds.length} seeds`;
  return {
    source: `book: ${name}, ${withThousands(size)} images, ${seeds}`,
    values: { ...values, ...cell.values, ...drawn, epochs: cell.values.epochs ?? study.config.epochs },
    epochs: cell.epochs,
    planned: Math.max(...cell.epochs, 1),
    columns: cell.columns,
    crosses: cell.diverged,
  };
}

/** Return the run that was trained when the page was built, as a curve. */
export function curveOfBuild(run) {
  const { name, train_size: size } = run.dataset;
  const seed = "seed" in run.values ? `, seed ${run.values.seed}` : "";
  const columns = COLUMNS.map((column) => [column, { mean: run.columns[column] ?? [] }]);
  return {
    source: `book: ${name}, ${withThousands(size)} images${seed}`,
    values: run.values,
    epochs: run.columns.epoch,
    planned: run.epochs,
    columns: Object.fromEntries(columns),
    crosses: run.diverged_at_update ? [run.diverged_at_update / (run.updates / run.epochs)] : [],
  };
}

/** Gathers the events of a run, one history per seed. */
export class LiveRun {
  constructor(values, seeds) {
    Object.assign(this, { values, seeds, dataset: null, planned: values.epochs ?? 1, updates: 1 });
    this.histories = seeds.map(() => []);
    this.endings = [];
    this.status = "running";
  }

  take(index, event) {
    if (event.kind === "epoch") this.histories[index].push(event);
    if (event.kind === "end") this.endings[index] = event;
    if (event.kind === "start") {
      Object.assign(this, { dataset: event.dataset, planned: event.epochs, updates: event.updates });
    }
  }

  get epoch() {
    return this.histories.reduce((sum, rows) => sum + rows.length, 0);
  }

  get diverged() {
    return this.endings.filter((end) => end?.status === "diverged");
  }

  /** Finished seeds, or else those begun, as mean, lowest and highest at each epoch they share. */
  curve() {
    const begun = this.histories.filter((rows) => rows.length);
    const whole = begun.filter((rows) => rows.length === this.planned);
    const used = whole.length ? whole : begun;
    const length = used.length ? Math.min(...used.map((rows) => rows.length)) : 0;
    const shared = used.map((rows) => rows.slice(0, length));
    const perEpoch = this.updates / this.planned;
    return {
      source: this.source,
      values: this.values,
      epochs: (shared[0] ?? []).map((row) => row.epoch),
      planned: this.planned,
      columns: Object.fromEntries(COLUMNS.map((name) => [name, columnOf(shared, name)])),
      crosses: this.diverged.map((end) => end.diverged_at_update / perEpoch),
    };
  }

  get source() {
    const { name, train_size: size } = this.dataset ?? { name: "digits", train_size: 0 };
    const [first, last] = [this.seeds[0], this.seeds.at(-1)];
    const seeds = first === last ? `seed ${first}` : `seeds ${first} to ${last}`;
    return `your browser: ${name}, ${withThousands(size)} images, ${seeds}`;
  }
}

function columnOf(histories, name) {
  if (!histories.length) return { mean: [] };
  const { mean, low, high } = seedBand(histories.map((rows) => rows.map((row) => row[name])));
  return histories.length > 1 ? { mean, low, high } : { mean };
}
