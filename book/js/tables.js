/** Tables of numbers are sorted by the buttons in their heads; without this script they are tables. */

import { make } from "./elements.js";
import { markSorted, sortRows } from "./sorting.js";

const LEAST_ROWS = 3; // fewer are read at a glance
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const NUMBER = /^(?:★\s*)?([-−+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/i;
const POWER = /^((?:★\s*)?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/;
const EMPTY = /^(?:|-|–|nan)$/i;
// From the order as it came to rising, falling, and back.
const NEXT_STATE = { none: "ascending", ascending: "descending", descending: "none" };

/** Return the number that a cell begins with, powers of ten included; NaN if there is none. */
function numberOf(text) {
  const found = NUMBER.exec(text.replace(POWER, "$11·10$2"));
  if (!found) return NaN;
  const [, digits, power = ""] = found;
  const exponent = [...power].map((sign) => (sign === "⁻" ? "-" : SUPERSCRIPTS.indexOf(sign))).join("");
  return Number(digits.replaceAll(",", "").replace("−", "-")) * 10 ** Number(exponent);
}

/** Return the keys of a column by row: numbers if all of them are, else texts; null where empty. */
function keysOf(rows, column) {
  const texts = rows.map((row) => row.cells[column].innerText.trim().replace(/\s+/g, " "));
  const filled = texts.filter((text) => !EMPTY.test(text));
  const isNumeric = filled.every((text) => !Number.isNaN(numberOf(text)));
  const keyOf = (text) => (EMPTY.test(text) ? null : isNumeric ? numberOf(text) : text);
  return new Map(rows.map((row, i) => [row, keyOf(texts[i])]));
}

function addButton(head, heads, body, original, column) {
  const button = make("button", { type: "button", class: "sort-button" }, ...head.childNodes);
  head.append(button);
  head.setAttribute("aria-sort", "none");
  button.addEventListener("click", () => {
    const state = NEXT_STATE[head.getAttribute("aria-sort")];
    const keys = keysOf(original, column);
    const sorted = sortRows(original, (row) => keys.get(row), state === "descending");
    body.append(...(state === "none" ? original : sorted));
    markSorted(heads, head, state);
  });
}

/** A cell that spans others, a head of several rows, a card of names and values: not for sorting. */
function isSortable(table) {
  const [body] = table.tBodies;
  if (table.tHead?.rows.length !== 1 || table.tBodies.length !== 1) return false;
  if (body.rows.length < LEAST_ROWS || table.querySelector("[rowspan], [colspan]")) return false;
  const columns = table.tHead.rows[0].cells.length;
  return columns > 2 && [...body.rows].every((row) => row.cells.length === columns);
}

for (const table of document.querySelectorAll(".bd-article table.dataframe")) {
  if (!isSortable(table)) continue;
  const heads = [...table.tHead.rows[0].cells].filter((head) => head.textContent.trim());
  const original = [...table.tBodies[0].rows];
  heads.forEach((head) => addButton(head, heads, table.tBodies[0], original, head.cellIndex));
}
