/** The panel's charts: what each of them measures, on which fixed axis, and what it says in words. */

import { drawLineChart } from "../line_chart.js";
import { shortNumber } from "../numbers.js";

const ERRORS = [100, 0.3]; // percent: from none correct to nearly all
export const BOOK_DASH = "12 4"; // of the full-scale curve; the others are told apart in grey, too
export const PINNED_DASHES = ["9 3", "2 3", "10 3 2 3", "5 5", "14 4"];

// A measure: the chart's title, what a reader who cannot see it is told (`of`), the columns of its
// solid and its thin curve, how a value is drawn, its axis, and how a value is said.
const percent = (value) => 100 * value;
const sayPercent = (value) => `${shortNumber(100 * value)} %`;
// An accuracy is drawn by what is missing to all, on a logarithmic axis: 98 and 99 are far apart.
const byError = (value) => Math.min(Math.max(100 * (1 - value), ERRORS[1]), ERRORS[0]);
export const MEASURES = {
  loss: {
    title: "loss; dotted: training",
    of: "test loss",
    columns: ["test_loss", "running_loss"],
    axis: { isLog: true },
    hasCrosses: true,
  },
  accuracy: {
    title: "accuracy, %",
    of: "test accuracy",
    columns: ["test_accuracy", "running_accuracy"],
    drawn: byError,
    axis: {
      isLog: true,
      range: ERRORS,
      ticks: [
        ...[0, 50, 80, 90, 95, 98, 99].map((accuracy) => [100 - accuracy, String(accuracy)]),
        [ERRORS[1], `≥${100 - ERRORS[1]}`], // along the edge, all that is better
      ],
    },
    say: sayPercent,
  },
  units: {
    title: "active, %; dotted: dead",
    of: "share of active hidden units",
    columns: ["active_units", "dead_units"],
    drawn: percent,
    axis: { range: [0, 100] },
    say: sayPercent,
  },
  gradient: {
    title: "length of the gradient",
    of: "length of the gradient",
    columns: ["gradient_norm"],
    axis: { isLog: true, range: [1e-4, 100] },
  },
};
export const SECOND = { accuracy: "accuracy", units: "hidden units", gradient: "gradient" };

/** Return the fixed range of the losses: to a thousandth at most, lower ones leave the chart. */
export function lossRange(curves) {
  const values = curves.flatMap(({ columns }) => [...columns.test_loss.mean, ...columns.running_loss.mean]);
  const low = values.length ? Math.min(1, ...values.filter((value) => value > 0)) : 0.01;
  return [Math.max(low / 1.2, 1e-3), 10];
}

/** Draw a measure of curves, which have a colour each, into an element. */
export function drawMeasure(element, measure, curves, { height, epochs, cursor, range, onRead }) {
  const drawn = curves
    .filter((curve) => curve.columns[measure.columns[0]])
    .sort((a, b) => Number(Boolean(b.faint)) - Number(Boolean(a.faint))) // pale ones lie behind
    .map((curve) => drawnCurve(measure, curve));
  drawLineChart(element, drawn, {
    x: { range: [0, epochs], label: "epoch" },
    y: { range, ...measure.axis, label: measure.title },
    height,
    cursor,
    onRead,
    label: describe(measure, curves),
  });
}

function drawnCurve(measure, { colour, epochs: xs, columns, crosses, marks = [], live, faint, pinned, dash }) {
  const [solid, thin] = measure.columns.map((name) => columns[name]);
  const place = measure.drawn ?? ((value) => Math.min(Math.max(value, 0), 1e9));
  const at = (values) => values.map((value) => (Number.isFinite(value) ? place(value) : null));
  const lines = [{ xs, ys: at(solid.mean), width: live ? 2.6 : 2.1, dash, opacity: faint ? 0.42 : 1 }];
  if (thin?.mean.length && !faint && !pinned) {
    lines.push({ xs, ys: at(thin.mean), width: 1.3, dash: "1 3" });
  }
  const hasBand = solid.low && !faint && !pinned;
  return {
    colour,
    lines,
    band: hasBand ? { xs, low: at(solid.low), high: at(solid.high) } : null,
    crosses: measure.hasCrosses ? crosses : [],
    // The words stand once, where the crosses do.
    marks: pinned ? [] : measure.hasCrosses ? marks : marks.map(({ x }) => ({ x })),
  };
}

function describe({ of, columns, say = shortNumber }, curves) {
  const parts = curves.map((curve) => {
    const end = curve.columns[columns[0]]?.mean.findLast(Number.isFinite);
    const value = Number.isFinite(end) ? say(end) : "nothing yet";
    // A name says what was changed on the way.
    return `${curve.source}, ${curve.name}: ${curve.crosses.length ? "diverged" : value}`;
  });
  return `Line chart, ${of} over the epochs. ${parts.join("; ")}`;
}
