/** Parallel coordinates: an axis per factor and one for the result, a line per row, and brushes. */

import { RAMP, binOf } from "../colours.js";
import { makeScrollFrame, makeSvg } from "../elements.js";
import { makeText } from "../line_chart.js";
import { AccuracyAxis, LevelAxis } from "./axes.js";
import { AxisBrush } from "./brush.js";

const ROOM = { top: 44, height: 270 };
const FOOT = ROOM.top + ROOM.height;
const BELOW = { handles: 24, diverged: 46 }; // the axes' feet
const SIDES = { left: 34, right: 48 };
const LEAST_STEP = 78; // pixels between two axes; where there are fewer, the drawing scrolls
const LETTER = 6.6; // pixels of an axis's text, about
const TITLE_LETTER = 7.6;
const LONGEST_TITLE = 11; // letters in one line
export const LEAST_FACTORS = 3;

export class Parallel {
  constructor(study, filters, onBrush) {
    Object.assign(this, { study, filters, onBrush });
    this.frame = makeScrollFrame("parallel coordinates: scroll for more", "mlp-scroll explorer-parallel");
  }

  /** Lay the drawing out anew: for these rows, and for the room that there is. */
  layOut(rows) {
    const axes = [...this.study.columns.map((column) => new LevelAxis(column)), new AccuracyAxis(rows)];
    const xs = placesOf(axes, this.frame.clientWidth);
    const width = xs.at(-1) + SIDES.right;
    const hasDiverged = rows.some((row) => row.accuracy === null);
    const height = FOOT + (hasDiverged ? BELOW.diverged : BELOW.handles);
    const size = { width, height, viewBox: `0 0 ${width} ${height}` };
    this.lines = makeSvg("g", { class: "explorer-lines", "aria-hidden": "true" });
    this.brushes = axes.map((axis, i) => new AxisBrush(axis, xs[i], ROOM, this.filters, this.onBrush));
    this.trace(rows, axes, xs);
    const svg = makeSvg(
      "svg",
      { ...size, role: "group", "aria-label": "parallel coordinates" },
      this.lines,
      ...axes.map((axis, i) => drawAxis(axis, xs[i])),
      ...this.brushes.map((brush) => brush.group),
    );
    if (hasDiverged) svg.append(makeText(xs.at(-1), FOOT + 34, "✕ diverged", "middle"));
    this.frame.replaceChildren(svg);
  }

  /** Each row's line, once: brushing then only chooses among them. */
  trace(rows, axes, xs) {
    const ranked = rows.toSorted((a, b) => (a.accuracy ?? -1) - (b.accuracy ?? -1));
    const yOf = (share) => (share === null ? FOOT + 20 : FOOT - share * ROOM.height);
    this.paths = new Map();
    ranked.forEach((row, i) => {
      const rank = ranked.length > 1 ? i / (ranked.length - 1) : 0.5;
      const shares = axes.map((axis) => axis.position(row, rank));
      const points = shares.map((share, k) => `${xs[k].toFixed(1)},${yOf(share).toFixed(1)}`);
      this.paths.set(row, { d: `M${points.join("L")}`, bin: binOf(shares.at(-1) ?? 0, RAMP.length) });
    });
  }

  /** Show which rows pass, and which are drawn in the chart (a map from run id to colour). */
  show(passing, picked) {
    const chosen = new Set(passing);
    const bins = RAMP.map(() => []);
    const [others, marked] = [[], []];
    for (const [row, { d, bin }] of this.paths) {
      (chosen.has(row) ? bins[bin] : others).push(d);
      const colour = chosen.has(row) && row.runs.map((run) => picked.get(run.id)).find(Boolean);
      if (colour) marked.push(makeSvg("path", { d, stroke: colour, class: "explorer-parallel-marked" }));
    }
    const opacity = Math.max(0.25, Math.min(0.85, 5 / Math.sqrt(chosen.size + 1)));
    // Paler than the lines that are drawn: these have their colours from the same palette.
    const pale = (colour) => `color-mix(in srgb, ${colour} 50%, gray)`;
    const look = (i) => ({ stroke: pale(RAMP[i]), "stroke-opacity": opacity, class: "explorer-parallel-line" });
    this.lines.replaceChildren(
      makeSvg("path", { d: others.join(""), class: "explorer-parallel-other" }),
      ...bins.map((ds, i) => makeSvg("path", { d: ds.join(""), ...look(i) })),
      ...marked,
    );
    this.brushes.forEach((brush) => brush.show());
  }
}

/** Where the axes stand: so far apart that their texts have room, and wider where there is more. */
function placesOf(axes, room) {
  const longest = (axis) => Math.max(...axis.ticks.map(({ text }) => text.length));
  const steps = axes.slice(0, -1).map((axis) => Math.max(LEAST_STEP, 30 + LETTER * longest(axis)));
  const widest = Math.max(...titleLines(axes[0].label).map((line) => line.length));
  const left = Math.max(SIDES.left, 4 + (TITLE_LETTER * widest) / 2);
  const least = steps.reduce((a, b) => a + b, 0) + left + SIDES.right;
  const more = Math.max(room - least, 0) / steps.length;
  const xs = [left];
  steps.forEach((step) => xs.push(xs.at(-1) + step + more));
  return xs;
}

function drawAxis({ label, ticks }, x) {
  const line = { x1: x, x2: x, y1: ROOM.top, y2: FOOT, class: "mlp-axis" };
  const texts = ticks.map(({ text, at }) =>
    makeText(x + 12, FOOT - at * ROOM.height + 4, text, "start", "explorer-level"),
  );
  return makeSvg("g", { "pointer-events": "none" }, makeSvg("line", line), ...axisTitle(label, x), ...texts);
}

/** A long title takes two lines. */
function titleLines(label) {
  const [first, ...others] = label.split(" ");
  return label.length > LONGEST_TITLE && others.length ? [first, others.join(" ")] : [label];
}

function axisTitle(label, x) {
  const lines = titleLines(label);
  const bottom = ROOM.top - 14;
  return lines.map((line, i) => makeText(x, bottom - 14 * (lines.length - 1 - i), line, "middle", "mlp-axis-label"));
}
