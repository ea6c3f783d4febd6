/** One update of a tiny network, step by step: every given number is in the reader's hand. */

import { isShortcut, make, makeBox, makeButton, makeRange, setText } from "../elements.js";
import { Fields } from "./fields.js";
import { formulasOf, makePieces, placesIn, toThreeDecimals } from "./formulas.js";
import { clamp } from "./plot.js";
import { findUpdate } from "./update.js";
import { UpdateDrawing } from "./update_drawing.js";

const LAYERS = [["w11", "w12", "w21", "w22", "b1", "b2"], ["v11", "v12", "v21", "v22", "c1", "c2"]];
const GROUPS = [
  ["Input", ["x1", "x2"]], ["First layer", LAYERS[0]],
  ["Second layer", LAYERS[1]], ["Target, rate", ["target", "rate"]],
]; // prettier-ignore
const HINT = "Point at a number or a formula, and its terms light up. Type in a given number, or drag it sideways.";
const MOST_USES = 6; // that are told of a number

/**
 * Show it; `data` has the `given` numbers by name, the `plans` (one per true class: of each step the phase,
 * title, lines, and the names of what it finds), and the drawing: `lines`, `nodes`, and texts of each step.
 */
export function showStepper({ given, plans, lines, nodes, drawings }) {
  const count = drawings.length;
  const formulas = plans.map(formulasOf);
  const fields = new Fields(specsOf(given), compute);
  const says = make("p", { class: "interactive-says", role: "status" });
  const title = make("p", { class: "stepper-title", role: "status" });
  const drawing = new UpdateDrawing({ lines, nodes, drawings });
  const told = make("p", { class: "stepper-told" });
  const body = makeBox("stepper-lines");
  const slider = makeRange("interactive-step", "Step", { min: 1, max: count, step: 1 });
  slider.output.remove(); // the title says the step
  slider.input.addEventListener("input", () => go(Number(slider.input.value) - 1));
  const back = makeButton("Back", () => go(at - 1));
  const next = makeButton("Next", () => go(at + 1));
  const phases = [...new Set(plans[0].map(([phase]) => phase))].map((phase) =>
    makeButton(phase, () => go(plans[0].findIndex(([name]) => name === phase))),
  );
  const again = makeButton("Reset numbers", () => fields.set(given));
  const groups = GROUPS.map((group) => makeGroup(group, fields));
  groups.at(-1).append(again);
  const root = makeBox(
    "stepper",
    says,
    makeBox("mlp-buttons", ...phases),
    makeBox("stepper-moves", back, slider.row, next),
    title,
    drawing.svg,
    told,
    body,
    makeBox("stepper-fields", ...groups),
  );
  let at = 0;
  let numbers = findUpdate(given);
  let before = numbers; // the present field was edited
  let edited = null;
  let lit = null;

  const plan = () => plans[fields.values.target - 1];
  const formulaOf = (name) => formulas[fields.values.target - 1].get(name);

  function compute(name) {
    const found = findUpdate(fields.values);
    if (name !== edited) before = name ? numbers : found;
    [numbers, edited] = [found, name];
    draw();
  }

  function go(place) {
    const focus = document.activeElement;
    const isLine = body.contains(focus);
    at = clamp(place, 0, count - 1);
    draw();
    // What is gone or closed hands the focus on.
    if (isLine) body.querySelector("button").focus();
    else if (focus.disabled) (focus === back ? next : back).focus();
  }

  function press(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || isShortcut(event) || event.target.matches("input")) return;
    event.preventDefault();
    go(at + move);
  }

  /** Return the classes of what has these numbers. */
  function looksOf(names) {
    const isFresh = names.some((name) => plan()[at][3].includes(name));
    const isChanged = names.some((name) => toThreeDecimals(numbers[name]) !== toThreeDecimals(before[name]));
    return `${isFresh ? "stepper-fresh" : ""} ${isChanged ? "stepper-changed" : ""}`;
  }

  function draw() {
    const [phase, words, stageLines] = plan()[at];
    const step = `${phase}, step ${at + 1} of ${count}.`;
    if (title.textContent !== `${step} ${words}.`) title.replaceChildren(make("strong", {}, step), ` ${words}.`);
    slider.input.value = at + 1;
    slider.input.setAttribute("aria-valuetext", `${step} ${words}`);
    back.disabled = at === 0;
    next.disabled = at === count - 1;
    phases.forEach((button) => button.setAttribute("aria-pressed", button.textContent === phase));
    const known = new Set(plan().slice(0, at + 1).flatMap(([, , , finds]) => finds));
    setText(says, fields.problem || lossWords(numbers, known, edited && fields.specs[edited].words));
    drawing.draw(at, { numbers, known, looksOf });
    body.replaceChildren(...stageLines.map(makeLine));
    light(lit);
  }

  function makeLine(line) {
    const mark = (name, ...children) => {
      const isNumber = children.length === 1;
      return make("span", { "data-name": name, class: isNumber ? looksOf([name]) : "" }, ...children);
    };
    const pieces = makePieces(line, numbers, mark);
    if (!line.includes(" = ")) return make("p", {}, ...pieces);
    const name = placesIn(line).at(-1);
    const button = makeButton("", () => light(name), { class: "mlp-button stepper-line", "data-name": name });
    button.append(make("span", {}, ...pieces));
    return button;
  }

  /** Light a number wherever it stands, with the terms of its formula, and tell the formula. */
  function light(name) {
    lit = name;
    const terms = formulaOf(name)?.terms ?? [];
    for (const element of root.querySelectorAll("[data-name]")) {
      element.classList.toggle("stepper-lit", element.dataset.name === name);
      element.classList.toggle("stepper-term", terms.includes(element.dataset.name));
    }
    drawing.light();
    const plain = (_, ...children) => make("span", {}, ...children);
    const words = formulaOf(name)?.line ?? usesOf(name) ?? HINT;
    told.replaceChildren(...makePieces(words, numbers, plain));
  }

  function usesOf(name) {
    const all = formulas[fields.values.target - 1];
    const isFirst = (result) => !result.startsWith("new ") || !all.has(result.slice(4));
    const uses = [...all.keys()].filter((result) => isFirst(result) && all.get(result).terms.includes(name));
    if (!uses.length) return null;
    const some = uses.length > MOST_USES ? [...uses.slice(0, MOST_USES / 2), "and so on"] : uses;
    return `${name} is given; it is in ${some.join(", ").replaceAll("new", "the new")}.`;
  }

  const nameOf = (element) => (root.contains(element) && element.closest("[data-name]")?.dataset.name) || null;
  // A pointer that rests says nothing, whatever is drawn anew below it.
  const point = ({ target }) => {
    const name = nameOf(target) ?? nameOf(document.activeElement);
    if (name !== lit) light(name);
  };
  root.addEventListener("pointermove", point);
  root.addEventListener("pointerdown", point);
  root.addEventListener("pointerleave", () => light(nameOf(document.activeElement)));
  root.addEventListener("focusin", (event) => light(nameOf(event.target)));
  root.addEventListener("focusout", () => light(null));
  drawing.svg.addEventListener("click", (event) => fields.inputs[nameOf(event.target)]?.focus());

  return { root: [root], draw, press, keys: "input, button" };
}

function specsOf(given) {
  const plain = (_, ...children) => make("span", {}, ...children);
  const others = {
    target: { words: "true class", range: [1, 2], step: 1 },
    rate: { words: "rate", range: [0.001, 100], step: 0.05 },
  };
  const specOf = ([name, value]) => {
    const { words, range, step } = others[name] ?? { words: below(name), range: [-100, 100], step: 0.1 };
    return [name, { label: makePieces(others[name]?.words ?? name, {}, plain), words, range, step, value }];
  };
  return Object.fromEntries(Object.entries(given).map(specOf));
}

/** Return a name with its indices below the line. */
function below(name) {
  return name.replace(/\d/g, (digit) => "₀₁₂"[digit]);
}

function makeGroup([legend, names], fields) {
  const rows = names.map((name) => {
    fields.rows[name].dataset.name = name;
    return fields.rows[name];
  });
  return make("fieldset", {}, make("legend", {}, legend), ...rows);
}

/** Tell the losses: those that no step has found yet are the reader's to predict, until a number is `edited`. */
function lossWords(numbers, known, edited) {
  const lossOf = (name) => (edited || known.has(name) ? numbers[name].toFixed(3) : "?");
  const mark = edited ? ` Underlined: what changed with ${edited}.` : "";
  const isSure = /^[01]$/.test(toThreeDecimals(numbers[`p${numbers.target}`]));
  const sure = isSure ? " The true class’s probability is rounded; the loss comes from z₁ and z₂." : "";
  return `The loss is ${lossOf("loss")} before the update, ${lossOf("new loss")} after.${sure}${mark}`;
}
