/** Line charts with bands, drawn as SVG: a few hundred points, so no library is needed. */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 230;
const EDGE = { left: 46, right: 10, top: 26, bottom: 34 };
const HIGHEST_LOSS = 30; // a loss on its way to infinity would flatten all the others
let clips = 0;

// A measure: the chart's title, what a reader who cannot see it is told (`of`), its solid curve
// (`test`) and its dashed one (`training`, may be missing), and either a logarithmic axis or
// percent, from `low` or else from the tens below where the curves end.
export const LOSS = {
  title: "loss",
  of: "test loss",
  test: "test_loss",
  training: "running_loss",
  log: true,
  crosses: true,
};
export const ACCURACY = {
  title: "accuracy, %",
  of: "test accuracy, %",
  test: "test_accuracy",
  training: "running_accuracy",
  log: false,
};

/** Draw the curves into an element; each has a colour already. */
export function drawChart(element, measure, curves) {
  const width = Math.max(Math.floor(element.clientWidth), 260);
  const scale = makeScales(measure, curves, width);
  const svg = node("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" });
  svg.setAttribute("aria-label", describe(measure, curves));
  drawAxes(svg, measure, scale, width);
  const id = `what-if-clip-${(clips += 1)}`;
  const clip = node("clipPath", { id });
  const room = { x: EDGE.left, y: EDGE.top - 1, width: width - EDGE.left - EDGE.right };
  clip.append(node("rect", { ...room, height: HEIGHT - EDGE.top - EDGE.bottom + 2 }));
  const inside = node("g", { "clip-path": `url(#${id})` });
  curves.forEach((curve) => drawCurve(inside, measure, scale, curve));
  svg.append(clip, inside);
  curves.forEach((curve) => drawCrosses(svg, measure, scale, curve));
  element.replaceChildren(svg);
}

function makeScales(measure, curves, width) {
  const last = Math.max(1, ...curves.map((curve) => curve.planned));
  const [low, high] = measure.log ? lossRange(measure, curves) : percentRange(measure, curves);
  const bend = measure.log ? Math.log : (value) => value;
  const [from, to] = [bend(low), bend(high)];
  const [w, h] = [width - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
  const share = measure.log ? 1 : 100;
  return {
    ...{ low, high, last },
    x: (epoch) => EDGE.left + (epoch / last) * w,
    tick: (value) => EDGE.top + (1 - (bend(value) - from) / (to - from)) * h,
    y(value) {
      return this.tick(measure.log ? Math.max(value, low / 10) : value * share);
    },
  };
}

function valuesOf(curves, ...names) {
  const bands = curves.flatMap((curve) => names.map((name) => curve.columns[name] ?? {}));
  const values = bands.flatMap(({ mean = [], low = [], high = [] }) => [...mean, ...low, ...high]);
  return values.filter((value) => Number.isFinite(value) && value > 0);
}

function lossRange(measure, curves) {
  const values = valuesOf(curves, measure.test, measure.training);
  if (!values.length) return [0.01, 3];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = Math.min(values.reduce((a, b) => Math.max(a, b)), HIGHEST_LOSS);
  return [Math.min(low, high) / 1.2, Math.max(high, low) * 1.2];
}

/** From the tens below where the curves end: the first steep epochs may leave the chart. */
function percentRange(measure, curves) {
  if (measure.low !== undefined) return [measure.low, 100];
  const ends = curves.map((curve) => curve.columns[measure.test].mean.at(-1)).filter(Number.isFinite);
  const lowest = ends.length ? 100 * Math.min(...ends) : 0;
  return [Math.max(0, Math.floor((lowest - 8) / 10) * 10), 100];
}

function drawAxes(svg, measure, scale, width) {
  const bottom = HEIGHT - EDGE.bottom;
  text(svg, 0, 14, measure.title, "start", "what-if-chart-title");
  for (const value of measure.log ? logTicks(scale) : linearTicks(scale.low, scale.high)) {
    const y = scale.tick(value);
    svg.append(node("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y, y2: y, class: "grid" }));
    text(svg, EDGE.left - 6, y + 4, Number(value.toPrecision(3)), "end");
  }
  for (const epoch of linearTicks(0, scale.last)) {
    if (Number.isInteger(epoch)) text(svg, scale.x(epoch), bottom + 15, epoch, "middle");
  }
  text(svg, width - EDGE.right, HEIGHT - 4, "epoch", "end");
  svg.append(node("line", { x1: EDGE.left, x2: width - EDGE.right, y1: bottom, y2: bottom }));
}

function logTicks({ low, high }) {
  const steps = high / low > 200 ? [1] : [1, 2, 5];
  const powers = Array.from({ length: 24 }, (_, i) => 10 ** (i - 16));
  const ticks = powers.flatMap((power) => steps.map((step) => step * power));
  const inside = ticks.filter((tick) => tick >= low && tick <= high);
  const every = Math.ceil(inside.length / 7);
  return inside.filter((_, i) => i % every === 0);
}

function linearTicks(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => s >= rough);
  const count = Math.floor((high - low) / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => low + i * step);
}

function drawCurve(group, measure, scale, curve) {
  const test = curve.columns[measure.test];
  if (test.low) {
    const upper = points(scale, curve.epochs, test.high);
    const lower = points(scale, curve.epochs, test.low).reverse();
    const d = `M${[...upper, ...lower].join("L")}Z`;
    const look = { fill: curve.colour, "fill-opacity": 0.2, class: "band" };
    if (upper.length) group.append(node("path", { d, ...look })); // nothing, if all diverged at once
  }
  const dashed = { "stroke-dasharray": "4 3", "stroke-width": 1.3 };
  const training = curve.columns[measure.training];
  if (training) drawLine(group, scale, curve, training.mean, dashed);
  drawLine(group, scale, curve, test.mean, { "stroke-width": curve.live ? 2.4 : 1.9 });
}

function drawLine(group, scale, curve, values, look) {
  const places = points(scale, curve.epochs, values);
  if (places.length === 1) {
    const [cx, cy] = places[0].split(",");
    group.append(node("circle", { cx, cy, r: 3, fill: curve.colour }));
  } else if (places.length) {
    const d = `M${places.join("L")}`;
    group.append(node("path", { d, fill: "none", stroke: curve.colour, ...look, class: "line" }));
  }
}

function points(scale, epochs, values) {
  return epochs
    .map((epoch, i) => [scale.x(epoch), values[i]])
    .filter(([, value]) => Number.isFinite(value))
    .map(([x, value]) => `${x.toFixed(1)},${scale.y(value).toFixed(1)}`);
}

function drawCrosses(svg, measure, scale, curve) {
  if (!measure.crosses) return;
  for (const epoch of curve.crosses) {
    const [x, y] = [scale.x(epoch), EDGE.top + 8];
    const d = `M${x - 6},${y - 6}L${x + 6},${y + 6}M${x - 6},${y + 6}L${x + 6},${y - 6}`;
    svg.append(node("path", { d, stroke: curve.colour, "stroke-width": 3, class: "cross" }));
  }
}

function describe(measure, curves) {
  const share = measure.log ? 1 : 100;
  const parts = curves.map((curve) => {
    const end = curve.columns[measure.test].mean.at(-1);
    const value = Number.isFinite(end) ? Number((end * share).toPrecision(3)) : "nothing yet";
    return `${curve.source}, ${curve.name}: ${curve.crosses.length ? "diverged" : value}`;
  });
  return `Line chart, ${measure.of} over the epochs. ${parts.join("; ")}`;
}

function text(svg, x, y, words, anchor, kind = "tick") {
  const element = node("text", { x, y, "text-anchor": anchor, class: kind });
  element.textContent = words;
  svg.append(element);
}

function node(name, attributes) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
}
