/** The figures of a run, a cell or a field of the map in words. */

import { shortNumber } from "../numbers.js";

export function seedText({ seeds }) {
  return seeds.length === 1 ? String(seeds[0]) : `${seeds.length} seeds`;
}

/** Mean and standard deviation over the seeds, such as 98.07 ± 0.05. */
export function accuracyText({ accuracy, spread = null }) {
  return `${percentText(accuracy)}${spread === null ? "" : ` ± ${spread.toFixed(2)}`}`;
}

export function percentText(value) {
  return value === null ? "–" : value.toFixed(2);
}

/** Three digits, and those after the point for the others too: what stands together is equally precise. */
export function figuresText([first, ...others]) {
  const size = Math.abs(first);
  const digits = size ? 2 - Math.floor(Math.log10(size)) : 2;
  if (digits > 8) return [first, ...others].map(shortNumber);
  return [first, ...others].map((value) => value.toFixed(Math.max(digits, 0)).replace("-", "−"));
}

/** The test error in percent, as logarithmic scales take it: above zero, or NaN without accuracy. */
export function errorOf({ accuracy }) {
  return accuracy === null ? NaN : Math.max(100 - accuracy, 0.01);
}
