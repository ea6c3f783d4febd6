/** A line chart in SVG: axes, bands, lines, crosses where runs diverged, names at the lines' ends. */

import { makeSvg } from "./elements.js";
import { axisNumber, rangeOf } from "./numbers.js";
import { makeScale } from "./scales.js";

const MARGIN = { left: 48, right: 12, top: 28, bottom: 38 };
const TICK_GAP = 14;
const LEAST_WIDTH = 160;
const NAME_ROOM = 76; // for names at the ends of the lines
const NAME_GAP = 14;
const NAME_NEAR = 12; // a name farther from its line's end has a leader
const NAME_LIFT = 8; // above the axis, along which no leader would be seen
const CROSS_SIZE = 12;
const MARK_LINE = 14;
const MARK_CHARACTER = 6.2; // about so wide
let charts = 0;

/**
 * Draw curves into an element.
 *
 * A curve has a `colour`, `lines` ({ xs, ys, dash, width }; a y that is not finite leaves a gap),
 * and, where there is one, a `band` ({ xs, low, high }), `crosses` (each an x), `marks` ({ x, words })
 * and an `endName`, which is drawn if all curves have one. An axis has a `range`, `isLog`, a `label`, and its own `ticks` (pairs
 * of a value and its words) if it needs them. `cursor` is an x that stays marked. `onRead` gets the x
 * under the pointer, or null. Returns the drawing with its scales `x` and `y`.
 */
export function drawLineChart(element, curves, { x, y, height, label, cursor = null, onRead = null }) {
  const isNamed = curves.length > 0 && curves.every((curve) => curve.endName);
  const width = Math.max(Math.floor(element.clientWidth), LEAST_WIDTH);
  const right = width - MARGIN.right - (isNamed ? NAME_ROOM : 0);
  const area = { left: MARGIN.left, right, top: MARGIN.top, bottom: height - MARGIN.bottom };
  area.x = makeScale(x.range, [area.left, area.right], x.isLog);
  area.y = makeScale(y.range, [area.bottom, area.top], y.isLog);
  const clip = makeClip(area);
  const svg = makeSvg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    ...drawAxes(area, x.label, y, height),
    ...(cursor === null ? [] : [drawCursor(area, cursor)]),
    clip,
    makeSvg(
      "g",
      { "clip-path": `url(#${clip.id})` },
      ...curves.flatMap((curve) => drawBand(area, curve)),
      ...curves.flatMap((curve) => drawLines(area, curve)),
    ),
    ...curves.flatMap((curve) => drawMarks(area, curve)).sort(byLayer), // no line through words
    ...curves.flatMap((curve) => drawCrosses(area, curve)),
    ...(isNamed ? drawEndNames(area, curves) : []),
  );
  if (onRead) addReadingLine(svg, area, width, onRead);
  element.replaceChildren(svg);
  return { svg, width, x: area.x, y: area.y };
}

/** Return the range of all finite values of curves, with some room; values above `most` are cut off. */
export function valueRange(curves, isLog, most) {
  const drawn = curves.flatMap(({ lines, band }) => [
    ...lines.flatMap((line) => line.ys),
    ...(band ? [...band.low, ...band.high] : []),
  ]);
  const [low, high] = rangeOf(drawn.filter((y) => Number.isFinite(y) && (!isLog || y > 0)));
  if (!Number.isFinite(low)) return isLog ? [0.1, 1] : [0, 1];
  const highest = Math.max(Math.min(high, most), Math.min(low, most));
  return isLog ? [Math.min(low, highest) / 1.15, highest * 1.15] : [0, highest * 1.05];
}

function drawAxes({ left, right, top, bottom, x, y }, xLabel, { label: yLabel, ticks }, height) {
  const across = (at, name) => makeSvg("line", { x1: left, x2: right, y1: at, y2: at, class: name });
  let below = Infinity;
  const yTicks = (ticks ?? y.ticks(7).map((value) => [value, axisNumber(value)])).flatMap(([value, words]) => {
    const at = y.at(value);
    if (Math.abs(below - at) < TICK_GAP) return []; // in a low chart words would touch
    below = at;
    return [across(at, "mlp-grid"), makeText(left - 6, at + 4, words, "end")];
  });
  // Epochs and updates are counted: half of one is no tick.
  const mostTicks = right - left < 120 ? 3 : right - left < 440 ? 5 : 8;
  const xTicks = x.ticks(mostTicks).filter(Number.isInteger);
  return [
    ...yTicks,
    ...xTicks.map((value) => makeText(x.at(value), bottom + 17, axisNumber(value), "middle")),
    across(bottom, "mlp-axis"),
    makeText(0, top - 14, yLabel, "start", "mlp-axis-label"),
    makeText(right, height - 5, xLabel, "end", "mlp-axis-label"),
  ];
}

export function makeText(x, y, words, anchor = "start", name = "mlp-tick") {
  return makeSvg("text", { x, y, "text-anchor": anchor, class: name }, words);
}

function makeClip({ left, right, top, bottom }) {
  const size = { x: left, y: top - 1, width: right - left, height: bottom - top + 2 };
  return makeSvg("clipPath", { id: `mlp-clip-${(charts += 1)}` }, makeSvg("rect", size));
}

function drawCursor({ top, bottom, x }, cursor) {
  const at = x.at(cursor);
  return makeSvg("line", { x1: at, x2: at, y1: top, y2: bottom, class: "mlp-cursor" });
}

function drawBand(area, { band, colour }) {
  const kept = band ? [...band.xs.keys()].filter((i) => Number.isFinite(band.low[i])) : [];
  if (kept.length < 2) return [];
  const edge = (ys) => kept.map((i) => pointAt(area, band.xs[i], ys[i]));
  const d = `M${[...edge(band.high), ...edge(band.low).reverse()].join("L")}Z`;
  return [makeSvg("path", { d, fill: colour, stroke: colour, class: "mlp-band" })];
}

function drawLines(area, { lines, colour }) {
  return lines.flatMap(({ xs, ys, dash = "", width = 1.7, opacity = 1 }) => {
    const pen = { stroke: colour, "stroke-dasharray": dash, "stroke-width": width, opacity };
    const look = { ...pen, class: "mlp-line" };
    const d = pathOf(area, xs, ys);
    return d ? [makeSvg("path", { d, ...look })] : [];
  });
}

function pathOf(area, xs, ys) {
  let pen = "M";
  const parts = ys.map((y, i) => {
    const part = Number.isFinite(y) ? `${pen}${pointAt(area, xs[i], y)}` : "";
    pen = part ? "L" : "M";
    return part;
  });
  const drawn = parts.filter(Boolean);
  // A lone point is no line: the round cap of a line without length shows it.
  return drawn.length === 1 ? `${drawn[0]}h0.01` : drawn.join("");
}

function pointAt({ x, y }, xValue, yValue) {
  return `${x.at(xValue).toFixed(1)},${y.at(yValue).toFixed(1)}`;
}

function drawCrosses({ left, top, x }, { crosses = [], colour }) {
  return crosses.map((cross) => {
    const at = Math.max(x.at(Math.max(cross, x.low)), left) - CROSS_SIZE / 2;
    const d = `M${at},${top + 1}l${CROSS_SIZE},${CROSS_SIZE}m${-CROSS_SIZE},0l${CROSS_SIZE},${-CROSS_SIZE}`;
    return makeSvg("path", { d, stroke: colour, class: "mlp-cross" });
  });
}

const byLayer = (a, b) => Number(a.tagName === "text") - Number(b.tagName === "text");

/** A line where something was changed, with words as long as they have room below each other. */
function drawMarks({ left, right, top, bottom, x }, { marks = [], colour }) {
  const rows = Math.floor((bottom - top) / 2 / MARK_LINE);
  return marks.flatMap((mark, i) => {
    const at = x.at(mark.x);
    const line = makeSvg("line", { x1: at, x2: at, y1: top, y2: bottom, stroke: colour, class: "mlp-change" });
    if (!mark.words || i < marks.length - rows) return [line];
    const room = right - MARK_CHARACTER * mark.words.length;
    const row = top + MARK_LINE * (1 + (i % rows)) - 3;
    return [line, makeText(Math.max(Math.min(at + 4, room), left + 2), row, mark.words, "start", "mlp-change-words")];
  });
}

/** Names beside the ends of the lines, moved apart where they would meet, with leaders to those far away. */
function drawEndNames(area, curves) {
  const names = curves.map(({ endName, colour, lines }) => ({ endName, colour, end: lastSeen(area, lines[0]) }));
  names.sort((a, b) => a.end[1] - b.end[1]);
  names.forEach((name, i) => (name.at = Math.max(name.end[1], i ? names[i - 1].at + NAME_GAP : area.top)));
  let lowest = area.bottom - NAME_LIFT;
  return names.reverse().flatMap(({ endName, colour, end, at }) => {
    const free = Math.min(at, lowest);
    lowest = free - NAME_GAP;
    const text = makeText(area.right + 6, free + 4, endName, "start", "mlp-end-name");
    text.style.fill = `color-mix(in srgb, ${colour} 72%, currentColor)`;
    if (Math.hypot(text.getAttribute("x") - end[0], free - end[1]) <= NAME_NEAR) return [text];
    const [x1, y1] = end;
    return [makeSvg("line", { x1, y1, x2: area.right + 4, y2: free, stroke: colour, class: "mlp-leader" }), text];
  });
}

/** Return the pixels at which a line ends, or at which it leaves the chart for good. */
function lastSeen({ right, top, bottom, x, y }, { xs, ys } = { xs: [], ys: [] }) {
  const points = xs.map((value, i) => [x.at(value), Number.isFinite(ys[i]) && y.at(ys[i])]).filter(([, at]) => at !== false);
  const isIn = ([, at]) => at >= top && at <= bottom;
  const last = points.findLastIndex(isIn);
  if (last < 0) return [right, points.length && points.at(-1)[1] > bottom ? bottom : top];
  const [[x0, y0], [x1, y1] = []] = points.slice(last);
  if (x1 === undefined) return [x0, y0];
  const edge = y1 > bottom ? bottom : top;
  return [x0 + ((edge - y0) / (y1 - y0)) * (x1 - x0), edge];
}

function addReadingLine(svg, { left, right, top, bottom, x }, width, onRead) {
  const line = makeSvg("line", { y1: top, y2: bottom, class: "mlp-reading", visibility: "hidden" });
  const read = (pixel) => {
    const isInside = pixel >= left && pixel <= right;
    line.setAttribute("visibility", isInside ? "visible" : "hidden");
    line.setAttribute("x1", pixel);
    line.setAttribute("x2", pixel);
    onRead(isInside ? x.valueAt(pixel) : null);
  };
  svg.append(line);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    read(((event.clientX - box.left) / box.width) * width);
  });
  svg.addEventListener("pointerleave", () => read(-1));
}
