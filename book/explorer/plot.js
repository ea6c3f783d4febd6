/** The chart of curves: axes, bands, lines, crosses where runs diverged, and a reading line. */

import { makeScale, rangeOf, svgNode, svgText } from "./svg.js";

const PLOT_HEIGHT = 320;
const PLOT_MARGIN = { left: 48, right: 12, top: 30, bottom: 40 };
const LABEL_ROOM = 66; // for names at the ends of the lines, where they are short
const LABEL_GAP = 14;
const HIGHEST_DRAWN_LOSS = 30; // a loss on its way to infinity would flatten all the others
let plots = 0;

/** Draw groups, each with `drawn` (lines and band), into an element; `onRead` gets an x or null. */
export function drawPlot(element, groups, choices, words, onRead) {
  const labelled = groups.length > 0 && groups.every((group) => group.short);
  const full = Math.max(Math.floor(element.clientWidth), 280);
  const width = full - (labelled ? LABEL_ROOM : 0); // of the axes with their margins
  const scales = plotScales(groups, choices, width);
  const svg = svgNode("svg", { viewBox: `0 0 ${full} ${PLOT_HEIGHT}`, role: "img", "aria-label": words.label });
  drawFrame(svg, scales, width, words);
  const inside = clipped(svg, width);
  groups.forEach((group) => drawBand(inside, scales, group));
  groups.forEach((group) => drawLines(inside, scales, group));
  groups.forEach((group) => drawCrossMarks(svg, scales, group));
  if (labelled) drawLabels(svg, scales, groups, width);
  addReadingLine(svg, scales, [width, full], onRead);
  element.replaceChildren(svg);
}

function plotScales(groups, { curve, scale, across }, width) {
  const lines = groups.flatMap(({ drawn }) => [...drawn.lines, ...bandEdges(drawn.band)]);
  const isLog = scale === "log";
  const ys = lines.flatMap((line) => line.ys).filter((y) => y !== null && (!isLog || y > 0));
  const xs = [...lines.flatMap((line) => line.xs), ...groups.flatMap((group) => group.crosses)];
  const top = curve === "test_error" ? 100 : HIGHEST_DRAWN_LOSS;
  const x = horizontalRange(xs, across === "log");
  return {
    x: makeScale(x, [PLOT_MARGIN.left, width - PLOT_MARGIN.right], across === "log"),
    y: makeScale(verticalRange(ys, isLog, top), [PLOT_HEIGHT - PLOT_MARGIN.bottom, PLOT_MARGIN.top], isLog),
  };
}

function bandEdges(band) {
  return band ? [{ xs: [], ys: band.low }, { xs: [], ys: band.high }] : [];
}

function horizontalRange(xs, isLog) {
  const [low, high] = rangeOf(xs.filter((x) => x > 0));
  if (!Number.isFinite(low)) return [isLog ? 1 : 0, 10];
  return isLog ? [low, Math.max(high, low * 2)] : [0, high];
}

function verticalRange(ys, isLog, top) {
  const [low, high] = rangeOf(ys);
  if (!Number.isFinite(low)) return isLog ? [0.1, 1] : [0, 1];
  const highest = Math.max(Math.min(high, top), Math.min(low, top));
  return isLog ? [Math.min(low, highest) / 1.15, highest * 1.15] : [0, highest * 1.05];
}

function drawFrame(svg, { x, y }, width, words) {
  const bottom = PLOT_HEIGHT - PLOT_MARGIN.bottom;
  for (const value of y.ticks(7)) {
    const at = y.at(value);
    svg.append(
      svgNode("line", { x1: PLOT_MARGIN.left, x2: width - PLOT_MARGIN.right, y1: at, y2: at, class: "explorer-grid" }),
      svgText(PLOT_MARGIN.left - 6, at + 4, plainNumber(value), "end"),
    );
  }
  for (const value of x.ticks(width < 500 ? 4 : 8)) {
    svg.append(svgText(x.at(value), bottom + 17, plainNumber(value), "middle"));
  }
  svg.append(svgText(0, 14, words.vertical, "start", "explorer-axis-label"));
  const axis = { x1: PLOT_MARGIN.left, x2: width - PLOT_MARGIN.right, y1: bottom, y2: bottom };
  svg.append(svgNode("line", { ...axis, class: "explorer-axis" }));
  svg.append(svgText(width - PLOT_MARGIN.right, PLOT_HEIGHT - 5, words.horizontal, "end", "explorer-axis-label"));
}

export function plainNumber(value) {
  return value >= 1e4 ? value.toLocaleString("en") : String(Number(value.toPrecision(3)));
}

function clipped(svg, width) {
  const id = `explorer-clip-${(plots += 1)}`;
  const clip = svgNode("clipPath", { id });
  const size = { width: width - PLOT_MARGIN.left - PLOT_MARGIN.right, height: PLOT_HEIGHT - PLOT_MARGIN.top - PLOT_MARGIN.bottom + 2 };
  clip.append(svgNode("rect", { x: PLOT_MARGIN.left, y: PLOT_MARGIN.top - 1, ...size }));
  const inside = svgNode("g", { "clip-path": `url(#${id})` });
  svg.append(clip, inside);
  return inside;
}

function drawBand(parent, scales, { drawn: { band }, colour }) {
  if (!band) return;
  const kept = band.low.map((_, i) => i).filter((i) => band.low[i] !== null);
  const edge = (ys) => kept.map((i) => pointAt(scales, band.xs[i], ys[i]));
  if (kept.length < 2) return;
  const d = `M${[...edge(band.high), ...edge(band.low).reverse()].join("L")}Z`;
  parent.append(svgNode("path", { d, fill: colour, class: "explorer-band" }));
}

function drawLines(parent, scales, { drawn, colour, dash }) {
  drawn.lines.forEach(({ xs, ys }, i) => {
    const d = pathOf(scales, xs, ys);
    const look = { stroke: colour, "stroke-dasharray": dash, class: "explorer-line" };
    if (drawn.band && i === 0) look["stroke-width"] = 2.2;
    if (d) parent.append(svgNode("path", { d, ...look }));
  });
}

/** A line through the finite values; a value that is not finite leaves a gap. */
function pathOf(scales, xs, ys) {
  let pen = "M";
  const parts = ys.map((y, i) => {
    if (y === null) pen = "M";
    const part = y === null ? "" : `${pen}${pointAt(scales, xs[i], y)}`;
    if (y !== null) pen = "L";
    return part;
  });
  // A lone point would be no line: the round cap of a line of no length shows it.
  return parts.filter(Boolean).length === 1 ? `${parts.join("")}h0.01` : parts.join("");
}

function pointAt({ x, y }, xValue, yValue) {
  return `${x.at(xValue).toFixed(1)},${y.at(yValue).toFixed(1)}`;
}

function drawCrossMarks(svg, { x }, { crosses, colour }) {
  for (const cross of crosses) {
    const [at, y] = [Math.max(x.at(Math.max(cross, x.low)), PLOT_MARGIN.left), PLOT_MARGIN.top + 7];
    const d = `M${at - 6},${y - 6}l12,12m-12,0l12,-12`;
    svg.append(svgNode("path", { d, stroke: colour, class: "explorer-cross" }));
  }
}

/** Names beside the ends of the lines, moved apart where they would meet. */
function drawLabels(svg, { y }, groups, width) {
  const ends = groups.map((group) => ({ group, at: y.at(lastOf(group) ?? y.high) }));
  ends.sort((a, b) => a.at - b.at);
  ends.forEach((end, i) => (end.at = Math.max(end.at, i ? ends[i - 1].at + LABEL_GAP : PLOT_MARGIN.top)));
  let room = PLOT_HEIGHT - PLOT_MARGIN.bottom;
  for (const end of ends.reverse()) {
    end.at = Math.min(end.at, room);
    room = end.at - LABEL_GAP;
    const label = svgText(width - 6, end.at + 4, end.group.short, "start", "explorer-end");
    label.style.fill = `color-mix(in srgb, ${end.group.colour} 72%, currentColor)`;
    svg.append(label);
  }
}

function lastOf({ drawn }) {
  return drawn.lines[0]?.ys.findLast((value) => value !== null);
}

function addReadingLine(svg, { x }, [width, full], onRead) {
  const line = svgNode("line", { y1: PLOT_MARGIN.top, y2: PLOT_HEIGHT - PLOT_MARGIN.bottom, class: "explorer-reading", visibility: "hidden" });
  svg.append(line);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const pixel = ((event.clientX - box.left) / box.width) * full;
    const inside = pixel >= PLOT_MARGIN.left && pixel <= width - PLOT_MARGIN.right;
    line.setAttribute("visibility", inside ? "visible" : "hidden");
    line.setAttribute("x1", pixel);
    line.setAttribute("x2", pixel);
    onRead(inside ? x.valueAt(pixel) : null);
  });
  svg.addEventListener("pointerleave", () => {
    line.setAttribute("visibility", "hidden");
    onRead(null);
  });
}
