// In Jupyter, a chapter's text shows its roles as they were typed. Once the cell that computes the
// values has run, this puts them into the text, as the book's pages have them. It changes what is
// shown, never the notebook.
((values) => {
  const glued = (window.mlpCoreGlued ??= {});
  Object.assign(glued, values);

  const TEXTS = '.jp-RenderedMarkdown, .text_cell_render';

  /** What stands in place of a role, or null where nothing is known of it. */
  function shown(role, content) {
    if (role === 'glue:text') return Object.hasOwn(glued, content) ? glued[content] : null;
    if (role === 'numref') return `the figure "${content.replace(/^fig-/, '').replaceAll('-', ' ')}"`;
    if (role === 'term') return content.replace(/\s*<[^>]*>$/, '');
    return null;
  }

  function fillRole(code) {
    const before = code.previousSibling;
    const role = before?.nodeType === Node.TEXT_NODE && /\{([a-z:]+)\}$/.exec(before.data);
    const text = role ? shown(role[1], code.textContent) : null;
    if (text === null) return;
    before.data = before.data.slice(0, -role[0].length);
    code.replaceWith(text);
  }

  function fill() {
    for (const text of document.querySelectorAll(TEXTS)) {
      text.querySelectorAll('code').forEach(fillRole);
    }
  }

  fill();
  // Jupyter draws a text anew when it is scrolled to or edited.
  window.mlpCoreProse?.disconnect();
  window.mlpCoreProse = new MutationObserver(fill);
  window.mlpCoreProse.observe(document.body, { childList: true, subtree: true });
})(__VALUES__);
