"""Sphinx extension for a page's text: how long it takes, what stays on one line, its marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils.smartquotes import educateQuotes

from mlp_book.text import keep_quantities

if TYPE_CHECKING:
    from sphinx.application import Sphinx

WORDS_PER_MINUTE = 230
# What a reader of the main line passes over: code, tables, what is folded, navigation.
ASIDE = (
    "pre, table, details, nav, svg, script, style, .cell_input, .math, .headerlink, .topic, "
    ".what-if, .reading-time, .downloads"
)
# Headings of sections to look things up in; numbers stand before them.
LAST = re.compile(r"[\d. ]*(?:Sources|Reproduction cards?)")
# What stays as it was written.
EXACT = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw)
DRAWN = re.compile(r"<(svg|script)\b.*?</\1>", re.DOTALL)  # nine tenths of a page, and no words
HEADING = re.compile(r"</h1>")
# What is no text or stays as it is, a tag, or a text between two of them.
PARTS = re.compile(
    r"<(script|style|pre|code|math|textarea)\b.*?</\1>|<!--.*?-->"
    r"""|<(?:"[^"]*"|'[^']*'|[^"'>])*>|(?P<text>[^<]+)""",
    re.DOTALL,
)
QUOTES = {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&#x27;": "'"}
PAGES = re.compile(r"(\bpages\s+\d+)-(?=\d)")  # of a source
# Code in a line breaks at its spaces alone, and where a long path has its next part.
PRE = re.compile(r'<span class="pre">([^<]{25,})</span>')
SHORT = 24  # characters of code that a phone's line has room for
JOINT = re.compile(r"(?<=\w[./])(?=[^\W\d])")
COMMAND = re.compile(r"(?<=<td>)mlp-core [^<]+(?=</td>)")  # of a reproduction card
QUOTE = re.compile("|".join((*QUOTES, "[\"']")))


def words_of(body: str) -> int:
    """Count the words of a page's main line.

    >>> words_of("<p>Three plain words.</p><details><p>Folded.</p></details>")
    3
    """
    page = BeautifulSoup(DRAWN.sub("", body), "html.parser")
    for aside in page.select(ASIDE):
        aside.decompose()
    for heading in page.find_all("h2"):
        section = heading.find_parent("section")
        if section and LAST.match(heading.get_text(strip=True)):
            section.decompose()
    return len(re.findall(r"\w[\w'\u2019.,-]*", page.get_text(" ")))


def reading_time(body: str) -> str:
    """Return how long the main line takes.

    >>> reading_time("<p>" + 2000 * "word " + "</p>")
    '9 minutes to read'
    """
    minutes = max(1, round(words_of(body) / WORDS_PER_MINUTE))
    return f"{minutes} minute{'s' if minutes > 1 else ''} to read"


def keep_together(app: Sphinx, document: nodes.document, name: str) -> None:
    """Keep a number and its unit on one line, a short command, and what else belongs together."""
    for text in list(document.findall(nodes.Text)):
        kept = keep_quantities(text)
        if kept != text and not isinstance(text.parent, EXACT):
            text.parent.replace(text, nodes.Text(kept))
    for code in document.findall(nodes.literal):
        if len(code.astext()) <= SHORT:
            code["classes"].append("short")


def set_marks(body: str) -> str:
    """Curl a page's quotes, also in texts that come from Python; ranges of pages get their dash."""
    before = " "

    def curl(part: re.Match[str]) -> str:
        nonlocal before
        text = part["text"]
        if text is None:
            before = "x" if part[1] else before
            return part[0]
        if QUOTE.search(text):
            plain = QUOTE.sub(lambda quote: QUOTES.get(quote[0], quote[0]), text)
            text = educateQuotes(before + plain, "en")[1:]
        before = text[-1]
        return PAGES.sub("\\1\u2013", text)

    return PARTS.sub(curl, body)


def keep_code(body: str) -> str:
    """Let code within a line break where a reader can tell how to join it.

    >>> keep_code("<td>mlp-core info</td>")
    '<td><span class="pre">mlp-core</span> <span class="pre">info</span></td>'
    """
    kept = '<span class="pre">{}</span>'.format
    body = COMMAND.sub(lambda line: " ".join(map(kept, line[0].split())), body)
    return PRE.sub(lambda word: "<wbr>".join(map(kept, JOINT.split(word[1]))), body)


def finish(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Set the marks of a page's text, when all of it is there."""
    if app.builder.format == "html" and context.get("body"):
        context["body"] = keep_code(set_marks(context["body"]))


def add_time(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a chapter its reading time."""
    if app.builder.format == "html" and page.startswith("notebooks/"):
        time = f'<p class="reading-time">{reading_time(context["body"])}</p>'
        context["body"] = HEADING.sub(f"</h1>\n{time}", context["body"], count=1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("doctree-resolved", keep_together)
    app.connect("html-page-context", add_time, priority=600)  # after the pages' own scripts
    app.connect("html-page-context", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
