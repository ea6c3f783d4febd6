/** What a panel says in words: of the curve that stands for its values, and of itself. */

import { make, makeSvg } from "../elements.js";
import { alikeNumbers, asText, shortNumber } from "../numbers.js";
import { readAt } from "./curves.js";
import { written } from "./values.js";

export const KEY = "Thick: test images. Dotted: training images, mean of the epoch. A band runs from the lowest to the highest seed.";

const asPercent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;

/** Return a control's name and the value that it has among those of all. */
export function saidOf(control, values) {
  return `${control.label} ${written(control, values[control.name])}`;
}

/** Return the sentence over the chart: the values, and what the curve says of them at an epoch. */
export function headlineOf({ curve, values, controls, differs, epoch }) {
  const isOwn = ({ name, default: usual }, i) => i === 0 || (name !== "epochs" && asText(values[name]) !== asText(usual));
  const asked = controls.filter(isOwn).map((one) => saidOf(one, values)).join(", ");
  if (!curve) return `${asked}: no curve yet.`;
  if (curve.marks?.length) return `${curve.name}: ${resultOf(curve, epoch)}.`;
  const named = differs.length ? `nearest stored: ${differs.join(", ")}` : asked;
  return `${named}: ${resultOf(curve, epoch)}.`;
}

/** What was changed on the way, the last two in words. */
export function changeWords({ marks }) {
  const earlier = marks.length - 2;
  const more = earlier > 0 ? [`${earlier} earlier change${earlier > 1 ? "s" : ""}`] : [];
  return [...more, ...marks.slice(-2).map(({ words }) => words)].join(", ");
}

function resultOf(curve, epoch) {
  const gone = curve.crosses;
  const count = curve.seeds.length;
  const ends = gone.length ? `${gone.length === count ? "" : `${gone.length} of ${count} seeds `}diverged in epoch ${epochOf(gone)}` : "";
  const read = readAt(curve, "test_accuracy", epoch);
  if (ends && (gone.length === count || !read)) return ends;
  if (!read) return "training has begun";
  const spread = count > 1 && read.low !== null ? ` (${count} seeds: ${asPercent(read.low)} to ${asPercent(read.high)})` : "";
  const loss = readAt(curve, "test_loss", epoch);
  const rest = loss ? `, test loss\u00a0${alikeNumbers([loss.mean])[0]}` : "";
  const result = `test accuracy ${asPercent(read.mean)} after epoch ${read.epoch}${spread}${rest}`;
  return ends ? `${ends}; the others: ${result}` : result;
}

function epochOf(gone) {
  const epochs = [...new Set(gone.map((at) => Math.floor(at) + 1))].sort((a, b) => a - b);
  return epochs.length > 1 ? `${epochs[0]} to ${epochs.at(-1)}` : String(epochs[0]);
}

/** How a live curve lies to the book's stored band of the same data, or nothing. */
export function comparisonOf(live, stored) {
  const isOther = (name) => live?.[name] !== stored?.[name];
  if (!live || !stored || isOther("data") || isOther("size") || live.crosses.length) return "";
  const epoch = Math.min(live.epochs.at(-1) ?? 0, stored.epochs.at(-1));
  const [mine, books] = [live, stored].map((curve) => readAt(curve, "test_accuracy", epoch));
  if (!mine || !books || !mine.epoch) return "";
  const [low, high] = [books.low ?? books.mean, books.high ?? books.mean];
  const words = `the stored band after epoch ${Math.round(epoch)} (${asPercent(low)} to ${asPercent(high)})`;
  if (mine.mean >= low && mine.mean <= high) return `Inside ${words}.`;
  return `${mine.mean > high ? "Above" : "Below"} ${words}.`;
}

/** How far a run is, and what a control does to it. */
export function progressOf(run, share, controls) {
  const { status, at, planned, seeds, seedNumber, histories } = run;
  const seed = seeds.length > 1 ? `, seed ${seedNumber} of ${seeds.length}` : "";
  const epoch = histories[seedNumber - 1].at(-1)?.epoch ?? 0;
  const within = share ? ` and ${Math.round(100 * share)}\u00a0%` : "";
  const place = status === "paused" ? `Paused after ${shortNumber(at)}` : `Training: epoch ${epoch}${within}`;
  return `${place} of ${planned} epochs${seed}. ${ruleOf(run, controls)}`;
}

function ruleOf(run, controls) {
  if (run.seeds.length > 1) return "With several seeds, moving a control starts a new run.";
  const live = controls.filter(({ name }) => run.canChange(name)).map(({ label }) => label);
  if (!live.length) return "Moving a control starts a new run.";
  const all = live.length > 1 ? `${live.slice(0, -1).join(", ")} and ${live.at(-1)} act` : `${live[0]} acts`;
  return `${all[0].toUpperCase()}${all.slice(1)} at once; the others start a new run.`;
}

/** Where and with what the panel trains. */
export function aboutTraining(place) {
  if (place.obstacle) return place.obstacle;
  const build = place.version ? `, version ${place.version}, commit ${place.commit}` : "";
  return `Play runs mlp_core${build}, ${place.words}`;
}

export function legendItem({ name, source, colour, pinned, faint, crosses, dash }) {
  const dashes = dash ? { "stroke-dasharray": dash } : {};
  const pen = { stroke: colour, "stroke-width": 4, ...dashes, opacity: faint ? 0.45 : 1 };
  const line = makeSvg("line", { x1: 0, x2: 28, y1: 2, y2: 2, ...pen });
  const mark = makeSvg("svg", { class: "mlp-line-mark", viewBox: "0 0 28 4", "aria-hidden": "true" }, line);
  const words = `${name}${pinned ? ", pinned" : ""}${crosses.length ? ", ✕ diverged" : ""}`;
  return make("li", {}, mark, make("span", { class: "mlp-name" }, words), make("span", { class: "mlp-source" }, source));
}
