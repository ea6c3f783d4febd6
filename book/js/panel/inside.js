/** What goes on inside the network: active and dead hidden units, and how long the gradient is. */

import { make, makeBox } from "../elements.js";
import { GRADIENT, UNITS, drawMeasure } from "./charts.js";

const INSIDE_KEY =
  "Active: above 0 on more than a fifth of 500 training images. Dead: on none of them. The largest " +
  "output tells how near inf is: exp overflows above 88 in float32, above 709 in float64. " +
  "The book's stored runs do not hold these figures.";

export class Inside {
  constructor() {
    this.summary = make("summary");
    this.charts = [0, 1].map(() => makeBox("mlp-chart"));
    const charts = makeBox("what-if-charts", ...this.charts);
    const key = make("p", { class: "mlp-note" }, INSIDE_KEY);
    this.root = make("details", { class: "what-if-inside" }, this.summary, charts, key);
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
    if (withUnits.length) drawMeasure(this.charts[0], UNITS, withUnits);
    drawMeasure(this.charts[1], GRADIENT, this.curves);
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
