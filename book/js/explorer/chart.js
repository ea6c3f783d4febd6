/** The chart of the picked curves: a line for each run, or the mean of a cell's runs with a band. */

import { PALETTE, rampColour } from "../colours.js";
import { drawLineChart, valueRange } from "../line_chart.js";
import { rangeOf, seedBand } from "../numbers.js";
import { CHOICES } from "./state.js";

export const MOST_CELLS = 2 * PALETTE.length;
const HEIGHT = 320;
const DASH = "7 4";
const LONGEST_END_NAME = 9; // characters that fit beside the end of a line
const MOST = { test_error: 100, test_loss: 30, running_loss: 30 }; // more would flatten the others

/** Return the drawn cells as curves, each with its name, colour, lines, band and crosses. */
export function curvesOf(study, selected, choices) {
  const cells = study.cells.filter((cell) => cell.runs.some((run) => selected.has(run.id)));
  const columns = study.columns.filter(({ place }) => new Set(cells.map((cell) => cell.at[place])).size > 1);
  const isOrdered = columns.length === 1 && columns[0].isNumber && cells.length > 2;
  if (isOrdered) cells.sort((a, b) => a.at[columns[0].place] - b.at[columns[0].place]);
  return cells.map((cell, i) => {
    const runs = cell.runs.filter((run) => selected.has(run.id));
    const levels = columns.map((column) => column.texts[cell.at[column.place]]).join(", ");
    const dash = !isOrdered && i >= PALETTE.length ? DASH : "";
    return {
      runs,
      dash,
      name: study.describe(cell, columns.length ? columns : study.columns),
      endName: levels.length <= LONGEST_END_NAME ? levels : "",
      colour: isOrdered ? rampColour(i / (cells.length - 1)) : PALETTE[i % PALETTE.length],
      crosses: runs.filter((run) => run.diverged).map((run) => divergedAt(run, choices)),
      ...linesOf(study, runs, choices, dash),
    };
  });
}

function divergedAt({ divergedAt: update, updates }, { against }) {
  return against === "updates" ? update : update / (updates || 1);
}

/** Return the lines of runs; several that went equally far become their mean and a band. */
function linesOf(study, runs, { curve, against, seeds }, dash) {
  const lineOf = (run) => ({
    dash,
    epochs: run.kept,
    xs: run.kept.map((epoch) => epoch * (against === "updates" ? run.updates : 1)),
    ys: study.curve(run, curve),
  });
  const furthest = Math.max(...runs.map((run) => run.epochs));
  const whole = runs.filter((run) => run.epochs === furthest && !run.diverged);
  if (seeds === "lines" || whole.length < 2) return { lines: runs.map(lineOf), band: null };
  const [first] = whole.map(lineOf);
  const band = { xs: first.xs, ...seedBand(whole.map((run) => study.curve(run, curve))) };
  const others = runs.filter((run) => !whole.includes(run)).map(lineOf);
  return { lines: [{ ...first, ys: band.mean, width: 2.2 }, ...others], band };
}

/** Draw curves as the reader has chosen; `onRead` gets the x under the pointer, or null. */
export function drawCurves(element, curves, { curve, scale, against, across }, onRead) {
  const xs = curves.flatMap(({ lines, crosses }) => [...lines.flatMap((line) => line.xs), ...crosses]);
  const title = CHOICES.curve.options[curve];
  const names = curves.length ? `Curves: ${curves.map(({ name }) => name).join("; ")}.` : "No curve is drawn.";
  const isLog = scale === "log";
  const label = against === "updates" ? "update" : "epoch";
  drawLineChart(element, curves, {
    x: { range: horizontalRange(xs, across === "log"), isLog: across === "log", label },
    y: { range: valueRange(curves, isLog, MOST[curve]), isLog, label: title },
    height: HEIGHT,
    label: `Line chart: ${title}, against ${against}. ${names}`,
    onRead,
  });
}

function horizontalRange(xs, isLog) {
  const [low, high] = rangeOf(xs.filter((x) => x > 0));
  if (!Number.isFinite(low)) return [isLog ? 1 : 0, 10];
  return isLog ? [low, Math.max(high, low * 2)] : [0, high];
}
