/** What is cut at the right edge of its box fades there, so that one sees that it scrolls. */

const BOXES = ".bd-article :is(.pst-scrollable-table-container, div.cell_output, div.math, .highlight > pre)";

/** The tables of a box fade, not the note that stays below them; what has no table fades itself. */
function mark(box) {
  const scrolls = getComputedStyle(box).overflowX !== "visible" && box.scrollWidth > box.clientWidth + 1;
  const tables = [...box.querySelectorAll("table")];
  if (!tables.length) {
    const isCut = scrolls && box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
    box.classList.toggle("is-cut", isCut);
  }
  const edge = box.getBoundingClientRect().right;
  for (const table of tables) {
    const { left, right } = table.getBoundingClientRect();
    table.classList.toggle("is-cut", scrolls && right > edge + 1);
    table.style.setProperty("--seen", `${edge - left}px`);
  }
}

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
for (const box of document.querySelectorAll(BOXES)) {
  box.addEventListener("scroll", () => mark(box), { passive: true });
  sizes.observe(box);
}
