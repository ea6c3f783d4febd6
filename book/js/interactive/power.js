/** How often a test is right: seeds drawn from the runs of one setting, their number in the reader's hand. */

import { PALETTE } from "../colours.js";
import { make, makeBox, setText } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { shortNumber } from "../numbers.js";
import { reachOf } from "../verdicts/student.js";
import { Ranges } from "./ranges.js";

const DRAWS = 2000;
const DRAWN = [2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50]; // seeds per side that the lines go through

/** Show it; `data` has the `values` of the runs, the `margin`, the `resolution`, and the first `level`. */
export function showPower({ values, margin, resolution, level }) {
  const chart = makeBox("mlp-chart");
  const says = make("p", { class: "interactive-says", role: "status" });
  const known = new Map();
  const ranges = new Ranges(
    {
      seeds: { label: "seeds per side", range: [2, 50], step: 1, value: 3 },
      shift: { label: "true difference", range: [0, 0.3], step: 0.01, value: 0.1 },
      level: { label: "level", range: [0.005, 0.2], step: 0.005, value: level },
    },
    draw,
  );

  function sharesAt(seeds, rule) {
    if (!known.has(seeds)) known.set(seeds, drawPairs(values, seeds, resolution));
    return sharesOf(known.get(seeds), seeds, { ...rule, margin });
  }

  function draw({ seeds, shift, level: own }) {
    const rule = { shift, level: own };
    setText(says, sayShares(seeds, shift, sharesAt(seeds, rule), sharesAt(seeds, { ...rule, shift: 0 })));
    const found = DRAWN.map((n) => sharesAt(n, rule));
    const nothing = DRAWN.map((n) => sharesAt(n, { ...rule, shift: 0 }));
    const curve = (endName, colour, ys, dash = "") => ({ endName, colour, lines: [{ xs: DRAWN, ys, dash, width: 2.2 }] });
    const curves = [
      curve("different", PALETTE[0], found.map((one) => one.different)),
      curve("equivalent", PALETTE[2], found.map((one) => one.equivalent), "6 3"),
      curve("false alarm", PALETTE[1], nothing.map((one) => one.different), "2 3"),
    ]; // prettier-ignore
    drawLineChart(chart, curves, {
      x: { range: [2, 50], isLog: true, label: "seeds per side" },
      y: { range: [0, 100], label: "how often it is said, %" },
      height: 280,
      label: `Shares of outcomes by the number of seeds, at a true difference of ${shortNumber(shift)} points.`,
      cursor: seeds,
    });
  }

  return { root: [says, chart, ranges.root], draw: () => ranges.tell() };
}

/** Draw two groups of seeds, many times over; return how far apart the means are, and the standard error. */
export function drawPairs(values, seeds, resolution) {
  const random = randomFrom(seeds);
  const side = () => {
    const own = Array.from({ length: seeds }, () => values[Math.floor(random() * values.length)]);
    const mean = own.reduce((sum, value) => sum + value, 0) / seeds;
    return [mean, own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1)];
  };
  return Array.from({ length: DRAWS }, () => {
    const [[first, one], [second, other]] = [side(), side()];
    return [first - second, Math.sqrt((Math.max((one + other) / 2, resolution ** 2) * 2) / seeds)];
  });
}

/** Return how often which outcome is said, in percent, if a true difference is added to one side. */
export function sharesOf(pairs, seeds, { shift, level, margin }) {
  const reach = reachOf(level, 2 * seeds - 2);
  const count = { different: 0, equivalent: 0, undecided: 0 };
  for (const [apart, error] of pairs) {
    const off = Math.abs(apart + shift);
    count[off > reach * error ? "different" : off + reach * error < margin ? "equivalent" : "undecided"] += 1;
  }
  return Object.fromEntries(Object.entries(count).map(([name, n]) => [name, (100 * n) / pairs.length]));
}

/** A small generator of random numbers that begins anew from its seed (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sayShares(seeds, shift, found, nothing) {
  const [different, equivalent, undecided] = Object.values(found).map((share) => share.toFixed(0));
  return (
    `${seeds} seeds per side, a true difference of ${shortNumber(shift)} points: different in ${different}\u00a0% of the ` +
    `draws, equivalent in ${equivalent}\u00a0%, undecided in ${undecided}\u00a0%. Where there is none, ` +
    `${nothing.different.toFixed(0)}\u00a0% seem different.`
  );
}
