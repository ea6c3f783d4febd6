/** The legend under the chart: name, mark and a value of every curve, in the order of the lines. */

import { make } from "../elements.js";
import { axisNumber, withThousands } from "../numbers.js";
import { figuresText } from "./figures.js";

/** Fill a list; return a function that shows the values at an x, or at the end for null. */
export function fillLegend(list, curves, against) {
  const values = curves.map(() => make("span", { class: "explorer-value" }));
  list.replaceChildren(...curves.map((curve, i) => legendRow(curve, values[i])));
  const read = (x) => curves.forEach((curve, i) => (values[i].textContent = reading(curve, x, against)));
  read(null);
  return read;
}

function legendRow({ name, colour, dash, lines, runs }, value) {
  // A run that diverged in its first epoch is a cross in the chart.
  const hasLine = lines.some(({ ys }) => ys.some(Number.isFinite));
  const mark = make("span", { class: hasLine ? "mlp-mark" : "", "aria-hidden": "true" }, hasLine ? "" : "✕");
  if (hasLine) mark.style.borderTop = `4px ${dash ? "dashed" : "solid"} ${colour}`;
  else mark.style.color = colour;
  const seeds = runs.length === 1 ? `seed ${runs[0].seeds[0]}` : `${runs.length}\u00a0seeds`;
  const title = make("span", { class: "mlp-name" }, name);
  return make("li", {}, mark, make("span", {}, title, make("span", { class: "mlp-source" }, ` · ${seeds}`)), value);
}

function reading({ lines, band, runs }, x, against) {
  const diverged = runs.filter((run) => run.diverged);
  if (x === null && diverged.length === runs.length) {
    const updates = diverged.map((run) => run.divergedAt);
    const ends = new Set([Math.min(...updates), Math.max(...updates)]);
    return `✕ diverged at update ${[...ends].map(withThousands).join(" to ")}`;
  }
  const line = lines.find(({ xs }) => xs.length);
  if (!line) return "";
  const i = x === null ? line.xs.length - 1 : nearest(line.xs, x);
  if (line.ys[i] === null) return "not finite";
  const hasSpread = band && band.low[i] !== null;
  const [value, low, high] = figuresText([line.ys[i], ...(hasSpread ? [band.low[i], band.high[i]] : [])]);
  const spread = hasSpread ? ` (${low} to ${high})` : "";
  const where = against === "updates" ? `update ${axisNumber(line.xs[i])}` : `epoch ${line.epochs[i]}`;
  const some = x === null && diverged.length ? `, ✕ ${diverged.length} diverged` : "";
  return `${value}${spread} at ${where}${some}`;
}

function nearest(xs, x) {
  const distances = xs.map((one) => Math.abs(one - x));
  return distances.indexOf(Math.min(...distances));
}
