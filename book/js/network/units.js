/** How many units of each hidden layer are dead, saturated, seldom active, active. */

import { make, makeBox, setText } from "../elements.js";
import { countOf } from "./frame.js";

const STATES = ["dead", "saturated", "seldom active", "active"]; // as `look` counts them

export class UnitsPicture {
  constructor() {
    this.rows = [];
    this.bars = makeBox("network-bars");
    const key = [...STATES].reverse().map((state) =>
      make("span", {}, make("span", { class: `network-key network-${classOf(state)}`, "aria-hidden": "true" }), state));
    const note = "Seldom: on at most a fifth of the training images. Saturated: at an end of its range on nine tenths.";
    this.root = makeBox("network-picture", this.bars, makeBox("network-legend", ...key), make("p", { class: "mlp-note" }, note));
  }

  draw({ hidden, epoch }) {
    if (this.rows.length !== hidden.length) {
      this.rows = hidden.map((_, i) => makeBar(i + 1));
      this.bars.replaceChildren(...this.rows.map(({ root }) => root));
    }
    hidden.forEach((counts, i) => this.rows[i].show(counts, hidden.length > 1));
    if (!hidden.length) return "This network has no hidden units.";
    const [dead, ...others] = STATES.map((_, i) => hidden.reduce((sum, counts) => sum + counts[i], 0));
    const all = countOf(hidden.flat().reduce((a, b) => a + b), "hidden unit");
    const states = [`${dead}\u00a0of\u00a0${all} ${dead === 1 ? "is" : "are"} dead`];
    others.forEach((count, i) => count && states.push(`${count}\u00a0${STATES[i + 1]}`));
    return `Epoch ${epoch}: ${states.join(", ")}.`;
  }
}

function makeBar(number) {
  const parts = STATES.map((state) => make("span", { class: `network-${classOf(state)}` }));
  const words = make("span", { class: "network-bar-words" });
  const bar = make("span", { class: "network-bar", "aria-hidden": "true" }, ...[...parts].reverse());
  const root = makeBox("network-bar-row", make("span", {}, `layer ${number}`), bar, words);
  const show = (counts, isOneOfSeveral) => {
    counts.forEach((count, i) => {
      parts[i].style.flexGrow = count;
      parts[i].hidden = !count;
    });
    words.hidden = !isOneOfSeveral; // of a single layer, the sentence says it all
    const told = STATES.map((state, i) => [counts[i], state]).reverse().filter(([count]) => count);
    setText(words, told.map(([count, state]) => `${count} ${state}`).join(", "));
  };
  return { root, show };
}

function classOf(state) {
  return state.replace(" active", "");
}
