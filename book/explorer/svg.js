/** What all drawings of the explorer share: SVG elements, scales, ticks, colours. */

const NAMESPACE = "http://www.w3.org/2000/svg";

// As in the book's figures: apart for colour-blind readers too, on light and on dark ground.
export const PALETTE = ["#2a7fc4", "#c8600f", "#0d8f6b", "#c0609a", "#a97f1e", "#7a68c8"];
export const RAMP = ["#2a7fc4", "#7a68c8", "#bf4f8f", "#c8600f", "#a97f1e"];

export function svgNode(name, attributes, words = "") {
  const element = document.createElementNS(NAMESPACE, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (words !== "") element.textContent = words;
  return element;
}

export function svgText(x, y, words, anchor = "start", kind = "explorer-tick") {
  return svgNode("text", { x, y, "text-anchor": anchor, class: kind }, words);
}

/** Map a range of values to a range of pixels; a logarithmic scale starts above zero. */
export function makeScale([low, high], [from, to], isLog) {
  const bend = isLog ? Math.log : (value) => value;
  const [start, end] = [bend(low), bend(high)];
  const unbend = isLog ? Math.exp : (value) => value;
  const length = end - start || 1;
  return {
    low,
    high,
    at: (value) => from + ((bend(isLog ? Math.max(value, low / 2) : value) - start) / length) * (to - from),
    valueAt: (pixel) => unbend(start + ((pixel - from) / (to - from)) * length),
    ticks: (most) => (isLog ? logarithmicTicks(low, high, most) : evenTicks(low, high, most)),
  };
}

function evenTicks(low, high, most) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, i) => rounded((first + i) * step));
}

/** Ticks at 1, 2, 5 where there is room; within less than a factor of three, even ones. */
function logarithmicTicks(low, high, most) {
  if (high / low < 3) return evenTicks(low, high, most).filter((tick) => tick > 0);
  const powers = Array.from({ length: 40 }, (_, i) => 10 ** (i - 20));
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const all = powers.flatMap((power) => steps.map((step) => rounded(step * power)));
    const inside = all.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
    if (inside.length <= most || steps.length === 1) {
      const every = Math.ceil(inside.length / most) || 1;
      return inside.filter((_, i) => i % every === 0);
    }
  }
  return [];
}

function rounded(value) {
  return Number(value.toPrecision(10));
}

/** Return a colour of the ramp for a share from 0 to 1. */
export function rampColour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const left = Math.min(Math.floor(place), RAMP.length - 2);
  const mix = (i) => {
    const [a, b] = [RAMP[left], RAMP[left + 1]].map((hex) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16));
    return Math.round(a + (b - a) * (place - left));
  };
  return `#${[0, 1, 2].map((i) => mix(i).toString(16).padStart(2, "0")).join("")}`;
}

export function rangeOf(values) {
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}
