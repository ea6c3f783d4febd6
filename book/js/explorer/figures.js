/** The figures of a run, a cell or a field of the map in words. */

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

/** The test error in percent, as logarithmic scales take it: above zero, or NaN without accuracy. */
export function errorOf({ accuracy }) {
  return accuracy === null ? NaN : Math.max(100 - accuracy, 0.01);
}
