/** How large the gradient is at each layer, over the epochs. */

import { PALETTE } from "../colours.js";
import { makeBox } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { shortNumber } from "../numbers.js";

const [GRADIENT_HEIGHT, GRADIENT_LOW] = [220, 150];
const LEAST = 1e-12; // what is less is drawn here
const DECADES = 0.5; // the axis grows by half a power of ten

export class GradientPicture {
  constructor(_, isLow = false) {
    this.height = isLow ? GRADIENT_LOW : GRADIENT_HEIGHT;
    this.root = makeBox("network-picture network-chart");
  }

  draw(frame, run) {
    const xs = run.map(({ epoch }) => epoch);
    const norms = frame.gradient.map((_, layer) => run.map(({ gradient }) => gradient[layer]));
    const drawn = norms.map((ys) => ys.map((y) => (Number.isFinite(y) ? Math.max(y, LEAST) : null)));
    const words = gradientWords(frame);
    drawLineChart(
      this.root,
      drawn.map((ys, layer) => ({
        colour: PALETTE[layer % PALETTE.length],
        lines: [{ xs, ys, width: 2 }],
        endName: `layer ${layer + 1}`,
      })),
      {
        x: { range: [0, Math.max(xs.at(-1), 1)], label: "epoch" },
        y: { range: rangeAround(drawn.flat()), isLog: true, label: "length of the gradient" },
        height: this.height,
        cursor: frame.epoch,
        label: words,
      },
    );
    return words;
  }
}

function rangeAround(values) {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  if (!logs.length) return [0.1, 1];
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const end = (log, round) => 10 ** (DECADES * round(log / DECADES));
  return [end(low - 0.01, Math.floor), end(high + 0.01, Math.ceil)];
}

function gradientWords({ gradient, epoch }) {
  const sizes = gradient.map((norm) => (norm === null ? "no number" : shortNumber(norm)));
  if (sizes.length === 1) return `Length of the gradient, epoch ${epoch}: ${sizes[0]}.`;
  const ratio = gradient[0] / gradient.at(-1);
  const much = gradient.every(Boolean) && (ratio < 0.1 || ratio > 10);
  const more = ratio < 1 ? `${shortNumber(1 / ratio)}\u00a0times smaller` : `${shortNumber(ratio)}\u00a0times larger`;
  const named = sizes.map((size, i) => `${size}\u00a0in\u00a0layer\u00a0${i + 1}`).join(", ");
  return `Length of the gradient, epoch ${epoch}: ${named}.${much ? ` The first layer’s is ${more} than the last’s.` : ""}`;
}
