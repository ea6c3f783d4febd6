/** The legend under the chart: name, mark and a value of every curve, in the order of the lines. */

import { make } from "../what_if/elements.js";
import { plainNumber } from "./plot.js";

/** Fill a list; return a function that shows the values at a place, or at the end for null. */
export function fillLegend(list, groups, against) {
  const values = groups.map(() => make("span", { class: "explorer-value" }));
  list.replaceChildren(...groups.map((group, i) => legendRow(group, values[i])));
  const read = (x) => groups.forEach((group, i) => (values[i].textContent = reading(group, x, against)));
  read(null);
  return read;
}

function legendRow({ name, colour, dash, runs }, value) {
  const item = make("li");
  const mark = make("span", { class: "explorer-mark", "aria-hidden": "true" });
  mark.style.borderTop = `4px ${dash ? "dashed" : "solid"} ${colour}`;
  const seeds = runs.length === 1 ? `seed ${runs[0].seeds[0]}` : `${runs.length} seeds`;
  const title = make("span", {});
  title.append(make("span", { class: "explorer-name" }, name), make("span", { class: "explorer-seeds" }, ` · ${seeds}`));
  item.append(mark, title, value);
  return item;
}

function reading({ drawn, runs }, x, against) {
  const diverged = runs.filter((run) => run.status === "diverged");
  if (x === null && diverged.length === runs.length) {
    const updates = [...new Set(diverged.map((run) => run.divergedAt))].sort((a, b) => a - b);
    const ends = updates.length > 1 ? [updates[0], updates.at(-1)] : updates;
    return `✕ diverged at update ${ends.map((update) => update.toLocaleString("en")).join(" to ")}`;
  }
  const [line] = drawn.lines.filter(({ xs }) => xs.length);
  if (!line) return "";
  const i = x === null ? line.xs.length - 1 : nearest(line.xs, x);
  const { low, high } = drawn.band ?? {};
  const spread = low && low[i] !== null ? ` (${shortNumber(low[i])} to ${shortNumber(high[i])})` : "";
  const where = against === "updates" ? `update ${plainNumber(line.xs[i])}` : `epoch ${line.epochs[i]}`;
  const some = x === null && diverged.length ? `, ✕ ${diverged.length} diverged` : "";
  return line.ys[i] === null ? "not finite" : `${shortNumber(line.ys[i])}${spread} at ${where}${some}`;
}

function nearest(xs, x) {
  const distances = xs.map((one) => Math.abs(one - x));
  return distances.indexOf(Math.min(...distances));
}

function shortNumber(value) {
  return String(Number(value.toPrecision(3)));
}
