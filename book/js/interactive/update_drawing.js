/** The drawing of the tiny network at a step of its update: what is known, what is new, what is lit. */

import { makeSvg } from "../elements.js";
import { fillIn, toThreeDecimals } from "./formulas.js";

const NUMBER_PLACE = /\{([a-z\d ]+)\}/;
const TEXT_HEIGHT = 16;

/** A drawing of `lines` and `nodes` (their numbers' names and their place), and each step's texts. */
export class UpdateDrawing {
  constructor({ lines, nodes, drawings }) {
    Object.assign(this, { lines, nodes, drawings });
    this.svg = makeSvg("svg", { role: "img", viewBox: "0 0 440 262" });
    this.lights = makeSvg("g", {}); // behind the numbers
  }

  /** Draw a step: names of what is `known` after it, and `looksOf` some names as classes. */
  draw(step, { numbers, known, looksOf }) {
    const present = (name) => (known.has(`new ${name}`) ? `new ${name}` : name);
    const presentOf = (words) => words.replace(new RegExp(NUMBER_PLACE, "g"), (_, name) => `{${present(name)}}`);
    const markOf = (kind) => ([names, place]) => {
      const found = names.map(present).filter((name) => known.has(name));
      return makeSvg(kind, { ...place, class: looksOf(found), "data-name": present(names[0]) });
    };
    // Every second part of a text is the name of a number.
    const wordOf = (part, i) => {
      if (i % 2 === 0) return part;
      const slope = part.startsWith("slope") ? "stepper-slope " : "";
      return makeSvg("tspan", { class: slope + looksOf([part]), "data-name": part }, toThreeDecimals(numbers[part]));
    };
    const [label, texts] = this.drawings[step];
    this.svg.setAttribute("aria-label", fillIn(presentOf(label), numbers));
    this.svg.replaceChildren(
      this.lights,
      ...this.lines.map(markOf("line")),
      ...this.nodes.map(markOf("circle")),
      ...texts.map(([x, y, words, anchor]) =>
        makeSvg("text", { x, y, "text-anchor": anchor }, ...presentOf(words).split(NUMBER_PLACE).map(wordOf)),
      ),
    );
  }

  /** Put a ground behind the numbers that are lit. */
  light() {
    const lit = this.svg.querySelectorAll("tspan:is(.stepper-lit, .stepper-term)");
    this.lights.replaceChildren(...[...lit].map(makeGround));
  }
}

function makeGround(tspan) {
  const { x, y } = tspan.getStartPositionOfChar(0);
  const width = tspan.getComputedTextLength() + 6;
  const place = { x: x - 3, y: y - TEXT_HEIGHT + 4, width, height: TEXT_HEIGHT, rx: 3 };
  return makeSvg("rect", { ...place, class: tspan.getAttribute("class"), "data-name": tspan.dataset.name });
}
