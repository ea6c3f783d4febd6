/** Sorting that tables share: what has no figure comes last, and equal rows keep their order. */

/** Return rows sorted by a key: a number, a text, or null for none. */
export function sortRows(rows, keyOf, isFalling = false) {
  const sign = isFalling ? -1 : 1;
  const keyed = rows.map((row) => [row, keyOf(row)]);
  keyed.sort(([, a], [, b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
  });
  return keyed.map(([row]) => row);
}

/** Say by which head a table is sorted: "ascending", "descending" or "none". */
export function markSorted(heads, head, state) {
  heads.forEach((one) => one.setAttribute("aria-sort", one === head ? state : "none"));
}
