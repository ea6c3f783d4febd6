/** The board of verdicts: filter, sort, and judge anew by a rule of the reader's own. */

import { make, makeBox, makeButton, makeSelect, setText } from "../elements.js";
import { PROTOCOL, verdictOf } from "./judge.js";

const RULES = {
  level: ["level", [["0.1", "10 %"], ["0.05", "5 %"], ["0.01", "1 %"], ["0.001", "0.1 %"]]],
  margin: ["margin", [["0.5", "half"], ["1", "as fixed"], ["2", "twice"], ["5", "five times"]]],
  pairing: ["seeds", [["protocol", "as fixed"], ["paired", "always paired"], ["apart", "never paired"]]],
  correction: ["many tests", [["bh", "Benjamini–Hochberg"], ["bonferroni", "Bonferroni"], ["none", "not corrected"]]],
}; // prettier-ignore
const ALL = "all";

/** Say whose rule judges, and how many verdicts it changes. */
function wordsFor(changes, rule) {
  const isOwn = changes || Object.entries(PROTOCOL).some(([name, value]) => rule[name] !== value);
  if (!isOwn) return "They are judged by the protocol’s rule.";
  return `Your rule changes ${changes || "no"} verdict${changes > 1 ? "s" : ""}.`;
}

class Board {
  constructor(root) {
    this.data = JSON.parse(root.querySelector(".verdicts-data").textContent);
    this.bodies = [...root.querySelectorAll("tbody")];
    this.rows = [...root.querySelectorAll("tr[data-row]")];
    this.inputs = {};
    this.status = make("p", { class: "verdicts-status", role: "status" });
    this.counts = make("dl", { class: "verdicts-counts" });
    const { rule, rows } = this.makeControls();
    root.querySelector("table").before(rows, this.status);
    // A page may have a place for the rule at its top, far from the rows that it judges.
    const place = document.querySelector(".verdicts-rule");
    if (place) place.append(makeBox("mlp-live", rule, this.counts));
    else rows.before(rule);
    this.update();
  }

  makeControls() {
    const verdicts = Object.entries(this.data.symbols).map(([word, sign]) => [word, `${sign} ${word}`]);
    const choices = {
      verdict: ["show", [[ALL, "all verdicts"], ["changed", "what your rule changes"], ...verdicts]],
      order: ["order", [["given", "as in the reports"], ["verdict", "by verdict"], ["claim", "by claim"]]],
      ...RULES,
    };
    const boxes = Object.entries(choices).map(([name, [label, options]]) => {
      const { row, input } = makeSelect(`verdicts-${name}`, label, options, () => this.update());
      if (name in PROTOCOL) input.value = String(PROTOCOL[name]);
      this.inputs[name] = input;
      return [name in RULES, row];
    });
    const boxesOf = (isRule) => boxes.filter(([of]) => of === isRule).map(([, row]) => row);
    const search = make("input", { id: "verdicts-search", type: "search" });
    search.addEventListener("input", () => this.update());
    this.inputs.search = search;
    const find = makeBox("mlp-control", make("label", { for: search.id }, "find"), search);
    const again = makeButton("The protocol’s rule", () => this.reset());
    return {
      rule: makeBox("verdicts-controls", ...boxesOf(true), again),
      rows: makeBox("verdicts-controls", ...boxesOf(false), find),
    };
  }

  reset() {
    Object.entries(PROTOCOL).forEach(([name, value]) => (this.inputs[name].value = String(value)));
    this.update();
  }

  rule() {
    const { level, margin, pairing, correction } = this.inputs;
    return {
      level: Number(level.value), margin: Number(margin.value),
      pairing: pairing.value, correction: correction.value,
    }; // prettier-ignore
  }

  update() {
    const rule = this.rule();
    let changes = 0;
    for (const row of this.rows) {
      const stored = this.data.rows[row.dataset.row];
      const verdict = verdictOf(stored, rule);
      const hasChanged = verdict !== stored.verdict;
      changes += hasChanged;
      this.show(row, verdict, hasChanged ? stored.verdict : "");
    }
    const shown = this.filter();
    this.sort();
    this.count();
    const all = this.rows.length;
    const share = shown === all ? `All ${all} claims are shown.` : `${shown} of ${all} claims are shown.`;
    setText(this.status, `${share} ${wordsFor(changes, rule)}`);
  }

  show(row, verdict, before) {
    const cell = row.querySelector(".verdict");
    row.dataset.verdict = cell.dataset.verdict = verdict;
    row.toggleAttribute("data-changed", Boolean(before));
    setText(cell.querySelector("span"), this.data.symbols[verdict]);
    setText(cell.querySelector("strong"), verdict);
    const note = cell.querySelector("em") ?? cell.appendChild(make("em"));
    setText(note, before ? `by the protocol: ${before}` : "");
  }

  /** Tell how many claims have which verdict, and how many by the protocol. */
  count() {
    const found = Object.entries(this.data.symbols).map(([word, sign]) => {
      const now = this.rows.filter((row) => row.dataset.verdict === word).length;
      return { word, sign, now, before: this.data.rows.filter(({ verdict }) => verdict === word).length };
    });
    // The longest leaves room for the words behind it, on a phone too.
    const most = Math.max(...found.flatMap(({ now, before }) => [now, before]));
    const lines = found.flatMap(({ word, sign, now, before }) => {
      const bar = make("span", { class: "verdict", "data-verdict": word });
      bar.style.width = `${(60 * now) / most}%`;
      return [make("dt", {}, `${sign} ${word}`), make("dd", {}, bar, now === before ? `${now}` : `${now}, was ${before}`)];
    });
    this.counts.replaceChildren(...lines);
  }

  filter() {
    const { verdict, search } = this.inputs;
    const words = search.value.trim().toLowerCase();
    for (const row of this.rows) {
      const fits = {
        [ALL]: true, changed: row.hasAttribute("data-changed"), [row.dataset.verdict]: true,
      }; // prettier-ignore
      row.hidden = !(fits[verdict.value] && row.textContent.toLowerCase().includes(words));
    }
    const isShown = (row) => !row.hidden;
    this.bodies.forEach((body) => (body.hidden = !this.rows.some((row) => isShown(row) && body.contains(row))));
    return this.rows.filter(isShown).length;
  }

  sort() {
    const words = Object.keys(this.data.symbols);
    const keys = {
      given: (row) => Number(row.dataset.row),
      verdict: (row) => words.indexOf(row.dataset.verdict),
      claim: (row) => row.querySelector("th").textContent,
    };
    const key = keys[this.inputs.order.value];
    const compare = (a, b) => (typeof key(a) === "string" ? key(a).localeCompare(key(b)) : key(a) - key(b));
    this.bodies.forEach((body) => {
      const own = this.rows.filter((row) => body.contains(row));
      body.append(...own.sort(compare));
    });
  }
}

document.querySelectorAll(".verdicts").forEach((root) => new Board(root));
