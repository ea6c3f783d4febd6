/** Which curves are drawn: a line for each run, or the mean of a cell's runs with a band. */

import { PALETTE, rampColour } from "./svg.js";

export const MOST_CELLS = 2 * PALETTE.length;
const DASH = "7 4";
const SHORT = 9; // characters that fit beside the end of a line

/** Return the selected runs by cell, each with its colour and dash. */
export function groupRuns(study, selected) {
  const cells = study.cells.filter((cell) => cell.runs.some((run) => selected.has(run.id)));
  const differing = study.columns.filter(
    (column) => new Set(cells.map((cell) => cell.at[column.place])).size > 1,
  );
  const ordered = differing.length === 1 && differing[0].isNumber && cells.length > 2;
  const inOrder = ordered ? sortByLevel(cells, differing[0]) : cells;
  return inOrder.map((cell, i) => ({
    cell,
    runs: cell.runs.filter((run) => selected.has(run.id)),
    name: study.describe(cell, differing.length ? differing : study.columns),
    short: shortName(cell, differing),
    colour: ordered ? rampColour(i / (cells.length - 1)) : PALETTE[i % PALETTE.length],
    dash: !ordered && i >= PALETTE.length ? DASH : "",
  }));
}

/** The levels alone, where they are short enough to stand beside a line; else nothing. */
function shortName(cell, differing) {
  const words = differing.map((column) => column.texts[cell.at[column.place]]).join(", ");
  return words.length <= SHORT ? words : "";
}

function sortByLevel(cells, column) {
  return [...cells].sort((a, b) => a.at[column.place] - b.at[column.place]);
}

/** Return what to draw of a group: lines, and a band where several runs went equally far. */
export function linesOf(study, group, { curve, against, seeds }) {
  const line = (run) => {
    const xs = run.kept.map((epoch) => epoch * (against === "updates" ? run.updates : 1));
    return { epochs: run.kept, xs, ys: study.curve(run, curve) };
  };
  const furthest = Math.max(...group.runs.map((run) => run.epochs));
  const whole = group.runs.filter((run) => run.epochs === furthest && run.status !== "diverged");
  if (seeds === "lines" || whole.length < 2) {
    return { lines: group.runs.map(line), band: null };
  }
  const others = group.runs.filter((run) => !whole.includes(run));
  const band = spreadOf(whole.map(line));
  return { lines: [{ ...band, ys: band.mean }, ...others.map(line)], band };
}

/** Mean, lowest and highest at each epoch; null where one of the runs has no finite value. */
function spreadOf(lines) {
  const [{ epochs, xs }] = lines;
  const at = xs.map((_, i) => lines.map((one) => one.ys[i]));
  const over = (reduce) => at.map((values) => (values.includes(null) ? null : reduce(values)));
  return {
    epochs,
    xs,
    mean: over((values) => values.reduce((a, b) => a + b, 0) / values.length),
    low: over((values) => Math.min(...values)),
    high: over((values) => Math.max(...values)),
  };
}

/** Where runs diverged, on the horizontal axis. */
export function crossesOf(group, against) {
  return group.runs
    .filter((run) => run.status === "diverged")
    .map((run) => (against === "updates" ? run.divergedAt : run.divergedAt / (run.updates || 1)));
}
