/** The table of runs or cells: sorted by any column, its rows picked for the chart. */

import { make, makeButton } from "../what_if/elements.js";

const PAGE_ROWS = 50; // few enough to be laid out anew at once

export class RunTable {
  /** `actions`: `pick(row, isOn)`, `showCode(row)` and `turned()`. */
  constructor(study, actions) {
    Object.assign(this, { study, actions, order: { key: "accuracy", down: true }, first: 0 });
    // The result first: on a phone the rest is out of view.
    const [result, ...others] = makeFigures();
    this.heads = [result, ...levelHeads(study), ...others];
    this.table = make("table", { class: "explorer-table" });
    this.head = this.makeHead();
    this.body = make("tbody");
    this.table.append(this.head, this.body);
    const label = "table of runs: scroll for more";
    this.frame = make("div", { class: "explorer-scroll", tabindex: "0", role: "region", "aria-label": label });
    this.frame.append(this.table);
    this.pages = make("div", { class: "explorer-buttons" });
    this.before = makeButton("Previous rows", () => this.turn(-1));
    this.after = makeButton("Next rows", () => this.turn(1));
    this.pages.append(this.before, this.after);
    this.marks = new Map();
  }

  makeHead() {
    const row = make("tr");
    row.append(make("th", { scope: "col" }, "draw"), make("th", { scope: "col" }, "code"));
    for (const head of this.heads) {
      const cell = make("th", { scope: "col" });
      const button = make("button", { type: "button", class: "explorer-sort" }, head.label);
      button.addEventListener("click", () => this.sortBy(head));
      cell.append(button);
      head.cell = cell;
      row.append(cell);
    }
    const head = make("thead");
    head.append(row);
    return head;
  }

  sortBy(head) {
    const same = this.order.key === head.key;
    this.order = { key: head.key, down: same ? !this.order.down : Boolean(head.bestFirst) };
    this.show(this.rows, this.picked);
    this.actions.turned();
  }

  turn(pages) {
    this.first += pages * PAGE_ROWS;
    this.list();
    this.frame.scrollTop = 0;
    this.actions.turned();
  }

  /** Show rows; `picked` maps the ids of drawn runs to their colours. */
  show(rows, picked) {
    Object.assign(this, { rows, picked, first: 0 });
    const head = this.heads.find(({ key }) => key === this.order.key);
    this.heads.forEach((one) => one.cell.setAttribute("aria-sort", "none"));
    head.cell.setAttribute("aria-sort", this.order.down ? "descending" : "ascending");
    this.sorted = sortRows(rows, head, this.order.down);
    this.list();
  }

  list() {
    const shown = this.sorted.slice(this.first, this.first + PAGE_ROWS);
    this.marks = new Map();
    this.body.replaceChildren(...shown.map((row) => this.makeRow(row)));
    this.pages.hidden = this.sorted.length <= PAGE_ROWS;
    this.before.disabled = this.first === 0;
    this.after.disabled = this.first + PAGE_ROWS >= this.sorted.length;
    this.mark(this.picked);
  }

  /** Which rows are listed, in words; nothing if all of them are. */
  get listed() {
    const { length } = this.sorted;
    if (length <= PAGE_ROWS) return "";
    return `, ${this.first + 1} to ${Math.min(this.first + PAGE_ROWS, length)} listed`;
  }

  makeRow(row) {
    const element = make("tr");
    const name = `${this.study.describe(row)}, ${seedText(row)}`;
    const box = make("input", { type: "checkbox", "aria-label": `draw ${name}` });
    box.addEventListener("change", () => this.actions.pick(row, box.checked));
    const target = make("label", { class: "explorer-pick" });
    target.append(box);
    const code = make("button", { type: "button", class: "explorer-code-button", "aria-label": `code of ${name}` }, "code");
    code.addEventListener("click", () => this.actions.showCode(row));
    element.append(cellWith(target), cellWith(code), ...this.heads.map((head) => make("td", {}, head.text(row))));
    this.marks.set(row, { element, box });
    return element;
  }

  /** Show which rows are drawn, and in which colour. */
  mark(picked) {
    this.picked = picked;
    for (const [row, { element, box }] of this.marks) {
      const colour = row.runs.map((run) => picked.get(run.id)).find(Boolean);
      box.checked = Boolean(colour);
      box.indeterminate = Boolean(colour) && row.runs.some((run) => !picked.has(run.id));
      element.style.setProperty("--explorer-colour", colour ?? "transparent");
    }
  }
}

function cellWith(element) {
  const cell = make("td");
  cell.append(element);
  return cell;
}

function levelHeads(study) {
  return study.columns.map((column) => ({
    key: `column-${column.place}`,
    label: column.label,
    value: (row) => row.at[column.place],
    text: (row) => column.texts[row.at[column.place]],
  }));
}

const makeFigures = () => [
  { key: "accuracy", label: "test accuracy, %", bestFirst: true, value: (row) => row.accuracy, text: accuracyText },
  { key: "seed", label: "seed", value: (row) => row.seeds[0], text: seedText },
  { key: "status", label: "status", value: (row) => row.status, text: statusText },
  { key: "loss", label: "test loss", value: (row) => row.loss, text: (row) => lossText(row.loss) },
  { key: "train", label: "training accuracy, %", bestFirst: true, value: (row) => row.train, text: (row) => fixed(row.train) },
  { key: "epochs", label: "epochs", value: (row) => row.epochs, text: (row) => String(row.epochs) },
];

export function seedText(row) {
  return row.seeds.length === 1 ? String(row.seeds[0]) : `${row.seeds.length} seeds`;
}

function statusText(row) {
  if (row.status !== "diverged") return row.status;
  if (row.runs.length === 1) return `✕ diverged at update ${row.runs[0].divergedAt.toLocaleString("en")}`;
  return `✕ ${row.diverged} of ${row.runs.length} diverged`;
}

/** Mean and standard deviation over the seeds, such as 98.07 ± 0.05. */
export function accuracyText(row) {
  const spread = row.spread === null || row.spread === undefined ? "" : ` ± ${row.spread.toFixed(2)}`;
  return `${fixed(row.accuracy)}${spread}`;
}

function fixed(value) {
  return value === null ? "–" : value.toFixed(2);
}

function lossText(value) {
  return value === null ? "–" : Number(value.toPrecision(3)).toString();
}

/** What has no figure comes last, whichever way the others are sorted. */
function sortRows(rows, head, down) {
  const sign = down ? -1 : 1;
  const keyed = rows.map((row, i) => ({ row, i, value: head.value(row) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.i - b.i;
    return (a.value < b.value ? -sign : a.value > b.value ? sign : 0) || a.i - b.i;
  });
  return keyed.map(({ row }) => row);
}
