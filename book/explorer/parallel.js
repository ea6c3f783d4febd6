/** Parallel coordinates: an axis a factor and one for the result, a line a row, brushes to choose. */

import { make } from "../what_if/elements.js";
import { AccuracyAxis, LevelAxis } from "./axes.js";
import { AxisBrush } from "./brush.js";
import { RAMP, svgNode, svgText } from "./svg.js";

const PARALLEL_HEIGHT = 360;
const AXIS_ROOM = { top: 44, height: 270 };
const PARALLEL_SIDES = { left: 34, right: 62 };
const LEAST_STEP = 96; // pixels between two axes; where there are fewer, the drawing scrolls
const LETTER = 6.6; // pixels of an axis's text, about
export const LEAST_FACTORS = 3;

export class Parallel {
  constructor(study, filters, onBrush) {
    Object.assign(this, { study, filters, onBrush });
    const label = "parallel coordinates: scroll for more";
    this.frame = make("div", { class: "explorer-scroll explorer-parallel", tabindex: "0", role: "region", "aria-label": label });
  }

  /** Lay the drawing out anew: for these rows, and for the room that there is. */
  layOut(rows) {
    const axes = [...this.study.columns.map((column) => new LevelAxis(column)), new AccuracyAxis(rows)];
    const xs = placesOf(axes, this.frame.clientWidth);
    const width = xs.at(-1) + PARALLEL_SIDES.right;
    const size = { width, height: PARALLEL_HEIGHT, viewBox: `0 0 ${width} ${PARALLEL_HEIGHT}` };
    const svg = svgNode("svg", { ...size, role: "group", "aria-label": "parallel coordinates" });
    this.lines = svgNode("g", { class: "explorer-lines", "aria-hidden": "true" });
    this.brushes = axes.map((axis, i) => new AxisBrush(axis, xs[i], AXIS_ROOM, this.filters, this.onBrush));
    this.trace(rows, axes, xs);
    svg.append(this.lines, ...axes.map((axis, i) => drawAxis(axis, xs[i])), ...this.brushes.map((one) => one.group));
    if (rows.some((row) => row.accuracy === null)) {
      svg.append(svgText(xs.at(-1), AXIS_ROOM.top + AXIS_ROOM.height + 34, "✕ diverged", "middle"));
    }
    this.frame.replaceChildren(svg);
  }

  /** Each row's line, once: brushing then only chooses among them. */
  trace(rows, axes, xs) {
    const ranked = [...rows].sort((a, b) => (a.accuracy ?? -1) - (b.accuracy ?? -1));
    const result = axes.at(-1);
    this.paths = new Map();
    ranked.forEach((row, i) => {
      const rank = ranked.length > 1 ? i / (ranked.length - 1) : 0.5;
      const shares = axes.map((axis) => axis.position(row, rank));
      const ys = shares.map((share) => AXIS_ROOM.top + (share === null ? AXIS_ROOM.height + 20 : (1 - share) * AXIS_ROOM.height));
      const d = `M${ys.map((y, k) => `${xs[k].toFixed(1)},${y.toFixed(1)}`).join("L")}`;
      const share = result.position(row) ?? 0;
      this.paths.set(row, { d, bin: Math.min(Math.floor(share * RAMP.length), RAMP.length - 1) });
    });
  }

  /** Show which rows pass, and which are drawn in the chart (a map from run id to colour). */
  show(passing, picked) {
    const chosen = new Set(passing);
    const bins = RAMP.map(() => []);
    const others = [];
    const marked = [];
    for (const [row, { d, bin }] of this.paths) {
      (chosen.has(row) ? bins[bin] : others).push(d);
      const colour = chosen.has(row) && row.runs.map((run) => picked.get(run.id)).find(Boolean);
      if (colour) marked.push(svgNode("path", { d, stroke: colour, class: "explorer-parallel-marked" }));
    }
    const opacity = Math.max(0.25, Math.min(0.85, 20 / Math.sqrt(chosen.size + 1) / 4));
    this.lines.replaceChildren(
      svgNode("path", { d: others.join(""), class: "explorer-parallel-other" }),
      ...bins.map((ds, i) => svgNode("path", { d: ds.join(""), stroke: RAMP[i], "stroke-opacity": opacity, class: "explorer-parallel-line" })),
      ...marked,
    );
    this.brushes.forEach((brush) => brush.show());
  }
}

/** Where the axes stand: so far apart that their texts have room, and wider where there is more. */
function placesOf(axes, room) {
  const longest = (axis) => Math.max(...axis.ticks.map(({ text }) => text.length));
  const steps = axes.slice(0, -1).map((axis) => Math.max(LEAST_STEP, 30 + LETTER * longest(axis)));
  const least = steps.reduce((a, b) => a + b, 0) + PARALLEL_SIDES.left + PARALLEL_SIDES.right;
  const more = Math.max(room - least, 0) / steps.length;
  const xs = [PARALLEL_SIDES.left];
  steps.forEach((step) => xs.push(xs.at(-1) + step + more));
  return xs;
}

function drawAxis(axis, x) {
  const group = svgNode("g", { "pointer-events": "none" });
  group.append(
    svgNode("line", { x1: x, x2: x, y1: AXIS_ROOM.top, y2: AXIS_ROOM.top + AXIS_ROOM.height, class: "explorer-axis" }),
    ...axisTitle(axis.label, x),
    ...axis.ticks.map(({ text, at }) => svgText(x + 12, AXIS_ROOM.top + (1 - at) * AXIS_ROOM.height + 4, text, "start", "explorer-level")),
  );
  return group;
}

/** A long title takes two lines. */
function axisTitle(label, x) {
  const words = label.split(" ");
  const lines = label.length > 11 && words.length > 1 ? [words[0], words.slice(1).join(" ")] : [label];
  return lines.map((line, i) => svgText(x, AXIS_ROOM.top - 14 - 14 * (lines.length - 1 - i), line, "middle", "explorer-axis-label"));
}
