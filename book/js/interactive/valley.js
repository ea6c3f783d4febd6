/** Momentum in a valley: drag the starting point, or the point in the map of rate and momentum. */

import { PALETTE, channelsOf } from "../colours.js";
import { make, makeBox, makeButton, makeSvg, setText } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { shortNumber } from "../numbers.js";
import { clamp, followDrag, Plot, powerTicks } from "./plot.js";
import { descendValley, lossesAlong, motionOf, shrinkFactor } from "./quadratic.js";
import { Ranges } from "./ranges.js";

const DIRECTIONS = ["along the valley", "across"];
const HIGHEST_MOMENTUM = 0.99;
const FASTEST = 0.62; // the shrink factor that the map draws in full colour
const ABOUT_MAP =
  "The map: the deeper the blue, the faster the slower direction shrinks. On a thin line one direction shrinks as " +
  "fast as it can at that rate. The dots are the three momenta.";

/** Show it; `data` has `curvatures`, `start`, `rate`, the chapter's `momenta`, and `updates`. */
export function showValley({ curvatures, start, rate, momenta, updates }) {
  const most = Number((4.2 / curvatures[1]).toFixed(3));
  const [above, map] = [makeBox("interactive-plot"), makeBox("interactive-plot")];
  const losses = makeBox("mlp-chart");
  const says = make("p", { class: "interactive-says", role: "status" });
  const reach = start.map((value) => 1.12 * value);
  const ranges = new Ranges(
    {
      x: { label: "start, along", range: [-start[0], start[0]], step: 0.1, value: start[0] },
      y: { label: "start, across", range: [-start[1] * 2, start[1] * 2], step: 0.05, value: start[1] },
      rate: { label: "learning rate", range: [0.001, most], step: 0.001, value: rate },
      momentum: { label: "momentum", range: [0, HIGHEST_MOMENTUM], step: 0.001, value: 0 },
    },
    draw,
  );
  const buttons = momenta.map((momentum) =>
    makeButton(shortNumber(momentum), () => ranges.set({ momentum, rate }), {
      "aria-label": `momentum ${shortNumber(momentum)}`,
    }),
  );
  const choice = makeBox("mlp-buttons", make("span", {}, "momentum"), ...buttons);
  const about = make("p", { class: "interactive-says" }, ABOUT_MAP);
  followDrag(above, (x, y) => {
    ranges.set({ x: clamp(x, -start[0], start[0]), y: clamp(y, -start[1] * 2, start[1] * 2) });
  });
  followDrag(map, (x, y) => {
    ranges.set({ rate: clamp(x, 0.001, most), momentum: clamp(y, 0, HIGHEST_MOMENTUM) });
  });

  function draw({ x, y, rate: eta, momentum }) {
    const path = descendValley(curvatures, [x, y], { rate: eta, momentum, updates });
    setText(says, valleyWords(curvatures, eta, momentum));
    drawAbove(path);
    drawMap(eta, momentum);
    const xs = path.map((_, i) => i);
    const others = momenta.map((mu, i) => {
      const other = descendValley(curvatures, start, { rate, momentum: mu, updates });
      const line = { xs, ys: lossesAlong(other, curvatures), width: 1.3, opacity: 0.8 };
      return { colour: PALETTE[i], endName: shortNumber(mu), lines: [line] };
    });
    const yours = { xs, ys: lossesAlong(path, curvatures), width: 3 };
    drawLineChart(losses, [...others, { colour: PALETTE[3], endName: "yours", lines: [yours] }], {
      x: { range: [0, updates], label: "update" },
      y: { range: [1e-6, 1000], isLog: true, label: "loss", ticks: powerTicks(-6, 2) },
      height: 240,
      label: `The loss along your path, and with momentum ${momenta.map(shortNumber).join(", ")} at rate ${rate}.`,
    });
  }

  function drawAbove(path) {
    const plot = new Plot(above, {
      x: { range: [-reach[0], reach[0]], label: DIRECTIONS[0] },
      y: { range: [-reach[1] * 2, reach[1] * 2], label: `${DIRECTIONS[1]}: drag the point` },
      height: 240,
      label: `The path from ${path[0].map(shortNumber).join(", ")}, seen from above.`,
    });
    for (const level of [0.08, 0.3, 0.7, 1.2, 2]) {
      const loss = (level * (curvatures[0] * start[0] ** 2 + curvatures[1] * start[1] ** 2)) / 2;
      const radii = curvatures.map((curvature) => Math.sqrt((2 * loss) / curvature));
      const angles = Array.from({ length: 73 }, (_, i) => (i * Math.PI) / 36);
      plot.line(angles.map((a) => [radii[0] * Math.cos(a), radii[1] * Math.sin(a)]), { opacity: 0.28 });
    }
    plot.line(path, { stroke: PALETTE[3], "stroke-width": 1.4 });
    path.forEach((place) => plot.dot(place, { r: 2.8, fill: PALETTE[3] }));
    plot.line([[-reach[0] / 30, 0], [reach[0] / 30, 0]], { "stroke-width": 2 });
    plot.line([[0, -reach[1] / 10], [0, reach[1] / 10]], { "stroke-width": 2 });
    plot.handle(path[0], "the starting point");
  }

  function drawMap(eta, momentum) {
    const plot = new Plot(map, {
      x: { range: [0, most], label: "learning rate" },
      y: { range: [0, 1], label: "momentum: drag the point" },
      height: 240,
      label: `How fast the slower direction shrinks, by learning rate and momentum. ${says.textContent}`,
    });
    const field = { x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.bottom - plot.top };
    plot.inside.append(
      makeSvg("image", { ...field, href: fieldOf(curvatures, most), preserveAspectRatio: "none" }),
    );
    plot.line([[2 / curvatures[1], 0], [4 / curvatures[1], 1]], { "stroke-dasharray": "6 3", "stroke-width": 1.6 });
    curvatures.forEach((curvature) => {
      const damped = Array.from({ length: 101 }, (_, i) => (i / 100) * Math.min(most, 1 / curvature));
      plot.line(damped.map((r) => [r, (1 - Math.sqrt(r * curvature)) ** 2]), { opacity: 0.65 });
    });
    plot.words(3.1 / curvatures[1], 0.2, "diverges");
    momenta.forEach((mu, i) => plot.dot([rate, mu], { r: 4, fill: PALETTE[i] }));
    plot.handle([eta, momentum], "learning rate and momentum");
  }

  return {
    root: [
      says,
      makeBox("interactive-pair", above, losses),
      makeBox("interactive-pair", map, makeBox("", about, ranges.root, choice)),
    ],
    draw: () => ranges.tell(),
  };
}

const fields = new Map();

/** Return the map's colours as a picture: blue where both directions shrink, orange where one grows. */
function fieldOf(curvatures, most) {
  const key = `${curvatures} ${most}`;
  if (!fields.has(key)) {
    const canvas = make("canvas", { width: 160, height: 100 });
    const context = canvas.getContext("2d");
    const image = context.createImageData(160, 100);
    const [blue, orange] = PALETTE.map(channelsOf);
    for (let pixel = 0; pixel < 16000; pixel += 1) {
      const momentum = 1 - (Math.floor(pixel / 160) + 0.5) / 100;
      const rate = (((pixel % 160) + 0.5) / 160) * most;
      const slower = Math.max(...curvatures.map((curvature) => shrinkFactor(rate * curvature, momentum)));
      const share = (1 - slower) / (1 - FASTEST);
      image.data.set(slower > 1 ? [...orange, 90] : [...blue, 235 * Math.min(share, 1)], 4 * pixel);
    }
    context.putImageData(image, 0, 0);
    fields.set(key, canvas.toDataURL());
  }
  return fields.get(key);
}

function valleyWords(curvatures, rate, momentum) {
  const parts = curvatures.map((curvature, k) => {
    const factor = shrinkFactor(rate * curvature, momentum);
    return `${DIRECTIONS[k]} it ${motionOf(rate * curvature, momentum)}, × ${factor.toFixed(2)} per update`;
  });
  return `Rate ${shortNumber(rate)}, momentum ${shortNumber(momentum)}: ${parts.join("; ")}.`;
}
