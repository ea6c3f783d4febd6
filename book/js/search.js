/** A search shows sentences: its excerpts leave out code, figures' words, numbers' tables and buttons. */

const ASIDE =
  "h1, script, style, svg, pre, table.dataframe, button, details.hide, .headerlink, .cell_input, div.math, " +
  ".reading-time, .what-if, .hero, .interactive, .downloads";

const BLOCKS = "p, li, dt, dd, th, td, h2, h3, h4, summary, figcaption"; // words of two of them never join

/** Return what an excerpt is cut from: a page's text, or that of one of its sections. */
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const article = page.querySelector(".bd-article") ?? page.querySelector('[role="main"]');
  article?.querySelectorAll(ASIDE).forEach((aside) => aside.remove());
  article?.querySelectorAll(BLOCKS).forEach((block) => block.append(" "));
  const part = anchor ? page.getElementById(anchor.slice(1)) : null;
  return (part ?? article)?.textContent.trim().replace(/\s+/g, " ") ?? "";
};

const makeSummary = Search.makeSearchSummary;

/** Return an excerpt that begins and ends with whole words. */
Search.makeSearchSummary = (...sought) => {
  const summary = makeSummary(...sought);
  if (summary) summary.textContent = summary.textContent.replace(/^\.{3}\S*\s/, "… ").replace(/\s\S*\.{3}$/, " …");
  return summary;
};
