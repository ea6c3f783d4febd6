/** Scales of charts: from values to pixels and back, and where their ticks stand. */

/** Map a range of values to a range of pixels; a logarithmic scale starts above zero. */
export function makeScale([low, high], [from, to], isLog) {
  const bend = isLog ? Math.log : (value) => value;
  const unbend = isLog ? Math.exp : (value) => value;
  const start = bend(low);
  const length = bend(high) - start || 1;
  const inside = (value) => (isLog ? Math.max(value, Math.min(low, high) / 2) : value);
  return {
    low,
    high,
    at: (value) => from + ((bend(inside(value)) - start) / length) * (to - from),
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
  const ticksAt = (steps) =>
    powers
      .flatMap((power) => steps.map((step) => rounded(step * power)))
      .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  const choices = [[1, 2, 5], [1, 3]].map(ticksAt);
  const fitting = choices.find((ticks) => ticks.length <= most);
  if (fitting) return fitting;
  const tens = ticksAt([1]);
  const every = Math.ceil(tens.length / most) || 1;
  return tens.filter((_, i) => i % every === 0);
}

function rounded(value) {
  return Number(value.toPrecision(10));
}
