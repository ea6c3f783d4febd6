// Tables of numbers can be sorted by the buttons in their heads. Without this script they are tables.
//
// A classic script in a function of its own: a page opened from disk may load no modules.
(() => {
  "use strict";

  const ROWS = 3; // fewer are read at a glance
  const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const NUMBER = /^(?:★\s*)?([-−+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/i;

  // The number that a cell begins with, powers of ten included; NaN if there is none.
  function numberOf(text) {
    const found = NUMBER.exec(text.replace(/^((?:★\s*)?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, "$11·10$2"));
    if (!found) return NaN;
    const power = [...(found[2] ?? "")]
      .map(sign => (sign === "⁻" ? "-" : SUPERSCRIPTS.indexOf(sign)))
      .join("");
    return Number(found[1].replaceAll(",", "").replace("−", "-")) * 10 ** Number(power);
  }

  const isEmpty = text => text === "" || text === "-" || text === "–" || /^nan$/i.test(text);

  // Compares two cells' texts; empty ones come last in either direction.
  function comparer(texts, direction) {
    const filled = texts.filter(text => !isEmpty(text));
    const numeric = filled.every(text => !Number.isNaN(numberOf(text)));
    return (a, b) => {
      if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b);
      const order = numeric
        ? numberOf(a) - numberOf(b)
        : a.localeCompare(b, undefined, { numeric: true });
      return direction * order;
    };
  }

  const textOf = (row, column) => row.cells[column].innerText.trim().replace(/\s+/g, " ");

  function sortRows(body, original, column, direction) {
    const texts = new Map(original.map(row => [row, textOf(row, column)]));
    const compare = comparer([...texts.values()], direction);
    const rows = direction
      ? [...original].sort((a, b) => compare(texts.get(a), texts.get(b)))
      : original;
    body.append(...rows);
  }

  // From the order as it came to rising, falling, and back.
  const NEXT = { none: ["ascending", 1], ascending: ["descending", -1], descending: ["none", 0] };

  function addButton(head, heads, body, original, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort-button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const [state, direction] = NEXT[head.getAttribute("aria-sort")];
      for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", state);
      sortRows(body, original, column, direction);
    });
  }

  // A cell that spans others, a head of several rows, a card of names and values: not for sorting.
  function isSortable(table) {
    const body = table.tBodies[0];
    if (table.tHead?.rows.length !== 1 || table.tBodies.length !== 1) return false;
    if (body.rows.length < ROWS || table.querySelector("[rowspan], [colspan]")) return false;
    const columns = table.tHead.rows[0].cells.length;
    return columns > 2 && [...body.rows].every(row => row.cells.length === columns);
  }

  for (const table of document.querySelectorAll(".bd-article table.dataframe")) {
    if (!isSortable(table)) continue;
    const [body] = table.tBodies;
    const heads = [...table.tHead.rows[0].cells];
    const original = [...body.rows];
    heads.forEach((head, column) => {
      if (head.textContent.trim()) addButton(head, heads, body, original, column);
    });
  }
})();
