/** What is taken for what: test images by their true class and by what the network says. */

import { PALETTE } from "../colours.js";
import { make, makeBox } from "../elements.js";

const STRONGEST = 55; // percent of colour where most are confused: the number stays readable
const TIED = 2; // so many mistakes that are equally frequent are named

export class ConfusionPicture {
  constructor() {
    this.cells = [];
    this.table = make("table", { class: "network-confusion" });
    this.note = make("p", { class: "mlp-note" }, "Rows: the true digit. Columns: what the network says. The diagonal is right, and takes no part in the colours.");
    this.root = makeBox("network-picture", this.table, this.note);
  }

  draw({ confusion, epoch }) {
    this.root.classList.toggle("network-empty", !confusion);
    if (!confusion) return "There are too many classes for a table of what is taken for what.";
    const classes = Math.sqrt(confusion.length);
    if (this.cells.length !== confusion.length) this.make(classes);
    const errors = confusion.map((count, i) => (i % (classes + 1) ? count : 0));
    const most = Math.max(...errors, 1);
    this.cells.forEach((cell, i) => {
      const words = confusion[i] ? String(confusion[i]) : "";
      if (cell.textContent !== words) cell.textContent = words;
      cell.style.background = errors[i] ? colourOf(errors[i] / most) : "";
    });
    return wordsFor(confusion, errors, classes, epoch);
  }

  make(classes) {
    const names = Array.from({ length: classes }, (_, i) => String(i));
    const head = make("tr", {}, make("td"), ...names.map((name) => make("th", { scope: "col" }, name)));
    this.cells = [];
    const rows = names.map((name, row) => {
      const cells = names.map((_, column) => make("td", row === column ? { class: "network-right" } : {}));
      this.cells.push(...cells);
      return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
    });
    this.table.replaceChildren(make("caption", {}, "true digit by what the network says"), make("thead", {}, head), make("tbody", {}, ...rows));
  }
}

function colourOf(share) {
  return `color-mix(in srgb, ${PALETTE[1]} ${Math.round(8 + (STRONGEST - 8) * share)}%, transparent)`;
}

function wordsFor(confusion, errors, classes, epoch) {
  const all = confusion.reduce((a, b) => a + b, 0);
  const wrong = errors.reduce((a, b) => a + b, 0);
  const most = Math.max(...errors);
  const places = errors.flatMap((count, i) => (count === most ? [i] : []));
  const named = places.map((i) => `${Math.floor(i / classes)} is taken for ${i % classes}`);
  const times = most === 1 ? "once" : `${most}\u00a0times${named.length > 1 ? " each" : ""}`;
  const isTold = wrong && named.length <= TIED;
  const worst = isTold ? ` Most often ${named.join(", and ")}: ${times}.` : "";
  return `Epoch ${epoch}: ${wrong}\u00a0of\u00a0${all} test images are wrong.${worst}`;
}
