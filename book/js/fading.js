/** What is cut at the right or lower edge of its box fades there, so that one sees that it scrolls. */

const UNSEEN = 6; // pixels: no more than the room beside a last letter

/** Keep the marks of a box that scrolls, whatever becomes of its size and of what is in it. */
export function fadeWhereCut(box) {
  const sizes = new ResizeObserver(() => markCut(box));
  const observeAll = () => [box, ...box.querySelectorAll("table, svg")].forEach((one) => sizes.observe(one));
  new MutationObserver(observeAll).observe(box, { childList: true });
  box.addEventListener("scroll", () => markCut(box), { passive: true });
  observeAll();
}

function markCut(box) {
  const tables = box.classList.contains("mlp-scroll") ? [] : [...box.querySelectorAll("table")];
  if (tables.length) tables.forEach((table) => markTable(table, box.getBoundingClientRect().right));
  else {
    box.classList.toggle("is-cut", box.scrollWidth - box.scrollLeft - box.clientWidth > UNSEEN);
    box.classList.toggle("is-cut-below", box.scrollHeight - box.scrollTop - box.clientHeight > UNSEEN);
  }
}

/** A table in the text fades, not its box: the note below it stays as it is. */
function markTable(table, edge) {
  const { left, right } = table.getBoundingClientRect();
  table.classList.toggle("is-cut", right - edge > UNSEEN);
  table.style.setProperty("--seen", `${edge - left}px`);
}
