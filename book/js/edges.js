/** A table that is cut at the right edge of its box fades there, so that one sees that it scrolls. */

const BOXES = ".bd-article :is(.pst-scrollable-table-container, .text_html):has(table)";

/** The table fades, not its box: the note below it stays as it is. */
function mark(box) {
  const edge = box.getBoundingClientRect().right;
  for (const table of box.querySelectorAll("table")) {
    const { left, right } = table.getBoundingClientRect();
    table.classList.toggle("is-cut", right > edge + 1);
    table.style.setProperty("--seen", `${edge - left}px`);
  }
}

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
for (const box of document.querySelectorAll(BOXES)) {
  box.addEventListener("scroll", () => mark(box), { passive: true });
  sizes.observe(box);
}
