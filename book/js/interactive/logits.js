/** Two logits in float32: their bits, and where the naive cross-entropy breaks. */

import { make, makeBox, makeButton, setText } from "../elements.js";
import { bitsOf, naiveSteps, stableSteps } from "./float32.js";

/** Show it; `data` has `examples`: pairs of the wrong and of the true class's logit. */
export function showLogits({ examples }) {
  const says = make("p", { class: "interactive-says", role: "status" });
  const body = make("tbody");
  const heads = ["number", "value", "sign", "exponent", "fraction"].map((head) => make("th", { scope: "col" }, head));
  const head = make("thead", {}, make("tr", {}, ...heads));
  const table = make("table", { class: "interactive-bits" }, head, body);
  const [wrong, right] = ["wrong", "true"].map((name, i) => {
    const id = `interactive-logit-${name}`;
    const input = make("input", { type: "number", id, step: "any", value: examples[0][i] });
    input.addEventListener("input", draw);
    const label = make("label", { for: id }, `logit of the ${name} class`);
    return { input, row: makeBox("mlp-control", label, input) };
  });
  const buttons = examples.map((pair) =>
    makeButton(pair.join(" and "), () => {
      [wrong.input.value, right.input.value] = pair;
      draw();
    }),
  );

  function draw() {
    const logits = [wrong, right].map(({ input }) => input.valueAsNumber);
    if (!logits.every(Number.isFinite)) {
      setText(says, "Type two numbers.");
      return;
    }
    const naive = naiveSteps(...logits);
    const stable = stableSteps(...logits);
    setText(says, verdict(naive, stable));
    const rows = [
      ["z, wrong class", Math.fround(logits[0])],
      ["exp z, wrong class", naive.a],
      ["exp z, true class", naive.b],
      ["their sum", naive.sum],
      ["naive probability", naive.probability],
      ["naive loss", naive.loss],
      ["stable probability", stable.probability],
      ["stable loss", stable.loss],
    ];
    body.replaceChildren(...rows.map(([name, value]) => makeRow(name, value)));
  }

  return {
    root: [
      makeBox("interactive-pair", wrong.row, right.row),
      makeBox("mlp-buttons", ...buttons),
      says,
      table,
    ],
    draw,
  };
}

function makeRow(name, value) {
  const bits = bitsOf(value).map((text, i) => make("td", { class: `interactive-bit-${i}` }, text));
  const row = make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, inFigures(value)), ...bits);
  row.classList.toggle("interactive-broken", !Number.isFinite(value));
  return row;
}

function inFigures(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return String(Number(value.toPrecision(7))).replace("-", "−");
}

/** Return in a sentence where the naive formula breaks, if it does. */
function verdict(naive, stable) {
  const at = `The stable loss is ${inFigures(stable.loss)}.`;
  if (!Number.isFinite(naive.sum)) {
    const broken = Number.isNaN(naive.loss) ? "and ∞ / ∞ is not a number" : "and the loss is lost in it";
    return (
      "The exponential is larger than the largest float32, 3.4 · 10³⁸: all ones in its exponent are infinity, " +
      `${broken}. ${at}`
    );
  }
  if (naive.sum === 0) return `Both exponentials are too small for float32: 0 / 0 is not a number. ${at}`;
  if (naive.probability === 0) {
    return `The true class’s probability is too small for float32 and becomes 0: the loss is −log 0 = ∞. ${at}`;
  }
  const error = Math.abs(naive.loss - stable.loss) / Math.max(stable.loss, 1e-30);
  if (error > 1e-3) {
    const share = (100 * error).toPrecision(2);
    return `Nothing is infinite, but digits are lost: the naive loss is off by ${share} %. ${at}`;
  }
  return `Both formulas agree. ${at}`;
}
