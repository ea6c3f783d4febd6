/** Gradient descent on a parabola: drag the starting point, or the rate along its factor. */

import { PALETTE, rampColour } from "../colours.js";
import { make, makeBox, setText } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { shortNumber } from "../numbers.js";
import { clamp, followDrag, Plot, powerTicks } from "./plot.js";
import { descendValley, lossesAlong } from "./quadratic.js";
import { Ranges } from "./ranges.js";

/** Show it; `data` has the `curvature`, the `updates`, and the `rates` that are drawn beside it. */
export function showParabola({ curvature, updates, rates }) {
  const most = Number((2.2 / curvature).toFixed(3));
  const above = makeBox("interactive-plot");
  const below = makeBox("interactive-plot");
  const losses = makeBox("mlp-chart");
  const says = make("p", { class: "interactive-says", role: "status" });
  const ranges = new Ranges(
    {
      start: { label: "start", range: [-1.5, 1.5], step: 0.05, value: 1 },
      rate: { label: "learning rate", range: [0, most], step: most / 110, value: 1.8 / curvature },
    },
    draw,
  );
  followDrag(above, (x) => ranges.set({ start: clamp(x, -1.5, 1.5) }));
  followDrag(below, (x) => ranges.set({ rate: clamp(x, 0, most) }));

  function draw({ start, rate }) {
    const descend = (from, eta) => descendValley([curvature], [from], { rate: eta, updates });
    const path = descend(start, rate);
    setText(says, wordsOf(rate, curvature));
    drawPath(path.map(([place]) => [place, (curvature / 2) * place ** 2]));
    drawFactor(rate);
    const xs = path.map((_, i) => i);
    const curveOf = (ys, colour, endName, look) => ({ colour, endName, lines: [{ xs, ys, ...look }] });
    const others = rates.map((eta, i) =>
      curveOf(lossesAlong(descend(1, eta), [curvature]), rampColour(i / Math.max(rates.length - 1, 1)), String(eta), {
        width: 1.2, opacity: 0.8,
      }),
    );
    const yours = curveOf(lossesAlong(path, [curvature]), PALETTE[2], "yours", { width: 3 });
    drawLineChart(losses, [...others, yours], {
      x: { range: [0, updates], label: "update" },
      y: { range: [1e-6, 100], isLog: true, label: "loss", ticks: powerTicks(-6, 2) },
      height: 240,
      label: `The loss along your path, and from 1 at the rates ${rates.join(", ")}.`,
    });
  }

  function drawPath(points) {
    const height = (curvature / 2) * 1.65 ** 2;
    const plot = new Plot(above, {
      x: { range: [-1.65, 1.65], label: "θ" },
      y: { range: [0, height], label: "loss: drag the point" },
      height: 240,
      label: `The path on the parabola, from θ = ${shortNumber(points[0][0])}.`,
    });
    const grid = Array.from({ length: 67 }, (_, i) => -1.65 + i / 20);
    plot.line(grid.map((x) => [x, (curvature / 2) * x ** 2]), { "stroke-width": 1.5, opacity: 0.5 });
    plot.line(points, { stroke: PALETTE[2], "stroke-width": 1.3 });
    points.forEach((point) => plot.dot(point, { r: 3.2, fill: PALETTE[2] }));
    plot.handle(points[0], "the starting point");
  }

  function drawFactor(rate) {
    const limit = 2 / curvature;
    const factor = (eta) => Math.abs(1 - eta * curvature);
    const plot = new Plot(below, {
      x: { range: [0, most], label: "learning rate" },
      y: { range: [0, 1.3], label: "distance after / before an update: drag" },
      height: 150,
      label: `The factor |1 - rate × ${curvature}|; at ${shortNumber(rate)} it is ${shortNumber(factor(rate))}.`,
    });
    plot.line([[0, 1], [most, 1]], { "stroke-dasharray": "4 3", opacity: 0.6 });
    plot.line([[limit, 0], [limit, 1.3]], { "stroke-dasharray": "4 3", opacity: 0.6 });
    plot.line([[0, 1], [1 / curvature, 0], [most, factor(most)]], { "stroke-width": 1.6 });
    plot.words(limit, 1.12, `2 / ${curvature} = ${shortNumber(limit)} \u00a0`, "end");
    plot.handle([rate, factor(rate)], "the learning rate");
  }

  return {
    root: [says, makeBox("interactive-pair", above, losses), below, ranges.root],
    draw: () => ranges.tell(),
  };
}

function wordsOf(rate, curvature) {
  const factor = 1 - rate * curvature;
  const size = Math.abs(factor);
  const so = [
    [size > 1 + 1e-9, "each step lands on the other side and farther away: it diverges."],
    [size > 1 - 1e-9, rate ? "it leaps to and fro and never comes nearer." : "nothing moves."],
    [size < 1e-9, "one step, and it is there."],
    [factor < 0, "each step lands on the other side, but nearer."],
    [true, "it creeps towards the minimum."],
  ].find(([holds]) => holds)[1];
  const terms = `1 − ${shortNumber(rate)} × ${curvature} = ${shortNumber(factor).replace("-", "−")}`;
  const product = terms.replaceAll(" ", "\u00a0"); // on one line
  return `An update multiplies the distance by ${product}: ${so}`;
}
