/** The panel's charts: what each of them measures, on which axis, and what it says in words. */

import { drawLineChart, valueRange } from "../line_chart.js";
import { shortNumber } from "../numbers.js";

const HEIGHT = 230;
const HIGHEST_LOSS = 30; // a loss on its way to infinity would flatten all the others

// A measure: the chart's title, what a reader who cannot see it is told (`of`), the columns of its
// solid and its dashed curve, and either a logarithmic axis or percent, from `low` or else from the
// tens below where the curves end.
export const LOSS = {
  title: "loss",
  of: "test loss",
  solid: "test_loss",
  dashed: "running_loss",
  isLog: true,
  hasCrosses: true,
};
export const ACCURACY = {
  title: "accuracy, %",
  of: "test accuracy, %",
  solid: "test_accuracy",
  dashed: "running_accuracy",
};
export const UNITS = {
  title: "hidden units, %: active, dashed: dead",
  of: "share of active hidden units",
  solid: "active_units",
  dashed: "dead_units",
  low: 0,
};
export const GRADIENT = {
  title: "length of the gradient",
  of: "length of the gradient",
  solid: "gradient_norm",
  isLog: true,
};

/** Draw a measure of curves, which have a colour each, into an element. */
export function drawMeasure(element, measure, curves) {
  const drawn = curves.map((curve) => drawnCurve(measure, curve));
  const range = measure.isLog ? valueRange(drawn, true, HIGHEST_LOSS) : percentRange(measure, curves);
  drawLineChart(element, drawn, {
    x: { range: [0, Math.max(1, ...curves.map((curve) => curve.planned))], label: "epoch" },
    y: { range, isLog: measure.isLog, label: measure.title },
    height: HEIGHT,
    label: describe(measure, curves),
  });
}

function drawnCurve(measure, { colour, epochs: xs, columns, crosses, live }) {
  const unit = measure.isLog ? 1 : 100;
  const scaled = (values) => values.map((value) => (Number.isFinite(value) ? value * unit : null));
  const { mean, low, high } = columns[measure.solid];
  const lines = [{ xs, ys: scaled(mean), width: live ? 2.4 : 1.9 }];
  const { mean: dashed = [] } = columns[measure.dashed] ?? {};
  if (dashed.length) lines.push({ xs, ys: scaled(dashed), width: 1.3, dash: "4 3" });
  return {
    colour,
    lines,
    band: low ? { xs, low: scaled(low), high: scaled(high) } : null,
    crosses: measure.hasCrosses ? crosses : [],
  };
}

/** From the tens below where the curves end: the first steep epochs may leave the chart. */
function percentRange({ low, solid }, curves) {
  const ends = curves.map((curve) => curve.columns[solid].mean.at(-1)).filter(Number.isFinite);
  const lowest = ends.length ? 100 * Math.min(...ends) : 0;
  return [low ?? Math.max(0, Math.floor((lowest - 8) / 10) * 10), 100];
}

function describe({ of, solid, isLog }, curves) {
  const parts = curves.map((curve) => {
    const end = curve.columns[solid].mean.at(-1);
    const value = Number.isFinite(end) ? shortNumber(isLog ? end : 100 * end) : "nothing yet";
    return `${curve.source}, ${curve.name}: ${curve.crosses.length ? "diverged" : value}`;
  });
  return `Line chart, ${of} over the epochs. ${parts.join("; ")}`;
}
