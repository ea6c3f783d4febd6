/** Numbers as readers see them, and the few statistics that the pages compute. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Return a value as text, without exponent: 0.00001, 64, [256, 128] as "256, 128". */
export function asText(value) {
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(10).replace(/\.?0+$/, "");
}

/** Return a number for readers, very small and very large ones as powers of ten: 0.05, 2,048, 2·10⁻⁵. */
export function asWords(value) {
  const size = Math.abs(value);
  if (size >= 1e3 && size < 1e5) return withThousands(Number(value.toPrecision(5)));
  if (value === 0 || (size >= 1e-3 && size < 1e3)) return asText(Number(value.toPrecision(4)));
  const [factor, power] = value.toExponential(2).split("e").map(Number);
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[digit]).join("");
  return `${factor === 1 ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`;
}

/** Return a value to three digits, with the sign that is a minus. */
export function shortNumber(value) {
  return String(Number(value.toPrecision(3))).replace(/^-/, "−");
}

/** Return a number of an axis: three digits, thousands parted. */
export function axisNumber(value) {
  return value >= 1e3 ? value.toLocaleString("en") : shortNumber(value);
}

/** Return numbers to the same decimals: three digits of the largest. */
export function alikeNumbers(values) {
  const largest = Math.max(...values.map(Math.abs)) || 1;
  const digits = Math.min(Math.max(2 - Math.floor(Math.log10(largest)), 0), 20);
  const look = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return values.map((value) => value.toLocaleString("en", look).replace(/^-/, "−"));
}

export function withThousands(value) {
  return value.toLocaleString("en");
}

export function rangeOf(values) {
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}

/** Return the mean, or null of no values. */
export function meanOf(values) {
  return values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
}

/** Return the sample standard deviation (divisor n - 1), or null for fewer than two values. */
export function deviationOf(values) {
  if (values.length < 2) return null;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

/** Return mean, lowest and highest of several curves at each place; null where one is not finite. */
export function seedBand(curves) {
  const at = curves[0].map((_, i) => curves.map((curve) => curve[i]));
  const over = (reduce) => at.map((values) => (values.every(Number.isFinite) ? reduce(values) : null));
  return {
    mean: over(meanOf),
    low: over((values) => Math.min(...values)),
    high: over((values) => Math.max(...values)),
  };
}
