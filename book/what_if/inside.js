/** What goes on inside the network: active and dead hidden units, and how long the gradient is. */

import { drawChart } from "./chart.js";
import { make } from "./elements.js";

const UNITS = {
  title: "hidden units, %: active, dashed: dead",
  of: "share of active hidden units",
  test: "active_units",
  training: "dead_units",
  log: false,
  low: 0,
};
const GRADIENT = { title: "length of the gradient", of: "length of the gradient", test: "gradient_norm", log: true };

const INSIDE_KEY =
  "Active: above 0 on more than a fifth of 500 training images. Dead: on none of them. The largest " +
  "output tells how near inf is: exp overflows above 88 in float32, above 709 in float64. " +
  "The book's stored runs do not hold these figures.";

export class Inside {
  constructor() {
    this.root = make("details", { class: "what-if-inside" });
    this.summary = make("summary");
    this.charts = [UNITS, GRADIENT].map(() => make("div", { class: "what-if-chart" }));
    const charts = make("div", { class: "what-if-charts" });
    charts.append(...this.charts);
    const key = make("p", { class: "what-if-key" }, INSIDE_KEY);
    this.root.append(this.summary, charts, key);
    this.root.addEventListener("toggle", () => this.draw());
  }

  /** Take the curves; those that hold figures of the inside are drawn, if anybody looks. */
  show(curves) {
    this.curves = curves.filter((curve) => curve.columns.gradient_norm?.mean.length);
    this.root.hidden = !this.curves.length;
    if (this.root.hidden) return;
    this.summary.textContent = `Inside the network: ${insideWords(this.curves[0])}`;
    this.draw();
  }

  draw() {
    if (!this.root.open || !this.curves?.length) return;
    const withUnits = this.curves.filter((curve) => Number.isFinite(curve.columns.active_units.mean[0]));
    this.charts[0].hidden = !withUnits.length;
    if (withUnits.length) drawChart(this.charts[0], UNITS, withUnits);
    drawChart(this.charts[1], GRADIENT, this.curves);
  }
}

function insideWords(curve) {
  const names = ["active_units", "dead_units", "gradient_norm", "largest_output"];
  const [active, dead, norm, largest] = names.map((name) => curve.columns[name].mean.at(-1));
  const size = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(2))) : "not finite");
  const rest = `gradient of length ${size(norm)}, largest output ${size(largest)}`;
  if (!Number.isFinite(active)) return `no hidden units, ${rest}`;
  const [a, d] = [active, dead].map((share) => `${Math.round(100 * share)} %`);
  return `${a} of the hidden units active, ${d} dead, ${rest}`;
}
