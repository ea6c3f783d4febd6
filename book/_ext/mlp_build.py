"""The book's own Sphinx extension: pages that stand alone, notebooks that never go stale."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pydata_sphinx_theme
from fontTools.ttLib import TTFont
from mlp_fonts import write_subset
from mlp_kernels import fork_kernels
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

EXTENSIONS = (
    "mlp_answers",
    "mlp_bibliography",
    "mlp_csp",
    "mlp_downloads",
    "mlp_explorer",
    "mlp_formulas",
    "mlp_pages",
    "mlp_reading",
    "mlp_sharing",
)

# What a notebook's output depends on besides the notebook itself.
SOURCES = (
    ("mlp_core", "*.py"),
    ("book/mlp_book", "*.py"),
    ("book/mlp_book", "*.csv"),
    ("book/mlp_book", "*.wat"),
    ("book/mlp_book", "*.html"),
    ("mlp_core", "*.npz"),
    ("results", "*.json"),
    ("tests/verify", "*.txt"),
)

PROCESSES = 6

logger = logging.getLogger(__name__)

# 1.5 MB of drawings on every page; the theme's style sheet shows the same icons from a font.
ICON_SCRIPT = re.compile(r'\s*<script src="[^"]*scripts/fontawesome\.js[^"]*"></script>')
ICON_STYLES = "styles/pydata-sphinx-theme.css"
ICON = re.compile(r"\bfa-[\w-]+")
ICON_RULE = re.compile(r'(?:\.fa-[\w-]+:{1,2}before,?)+\{content:"\\?([^"]*)"\}')
ICON_FONTS = "vendor/fontawesome/webfonts"
WOFF2 = re.compile(r'url\([^)]*/fa-[^)]*\.woff2\) format\("woff2"\),')
ARTICLE = '<article class="bd-article">'


def fingerprint(root: Path) -> str:
    """Hash the names and contents of everything that notebooks are computed from."""
    digest = hashlib.sha256()
    for folder, pattern in SOURCES:
        for path in sorted((root / folder).rglob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read_in_parallel(app: Sphinx) -> None:
    """Run several notebooks at once.

    Sphinx hands out its documents in alphabetical lumps, and all notebooks have one folder: with
    many processes the lumps are small enough that each has a notebook or two.
    """
    for extension in app.extensions.values():
        # Two of Jupyter Book's own say nothing. One acts when everything is read, one in LaTeX.
        if extension.parallel_read_safe is None:
            extension.parallel_read_safe = True
    app.parallel = max(app.parallel, PROCESSES)


def outdated_notebooks(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the notebooks to run again: the package or the stored runs changed, or they failed."""
    now = fingerprint(Path(app.srcdir))
    before = getattr(env, "mlp_build_fingerprint", None)
    env.mlp_build_fingerprint = now  # type: ignore[attr-defined]
    if now == before:
        return sorted(set(failed_notebooks(env)) & set(env.found_docs))
    return [doc for doc in env.found_docs if has_code_to_run(Path(env.doc2path(doc)))]


def failed_notebooks(env: BuildEnvironment) -> dict[str, str]:
    """Map the notebooks that did not run to their end to the error that stopped them."""
    ran = {doc: seen.get("exec_data") for doc, seen in getattr(env, "nb_metadata", {}).items()}
    return {doc: data["error"] for doc, data in ran.items() if data and not data["succeeded"]}


def name_failed_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Name them once more at the end: a warning for each value that they lack stands above."""
    for doc, what in sorted(failed_notebooks(app.env).items()):
        logger.warning("%s did not run to its end (%s): see above", doc, what, location=doc)


def has_code_to_run(page: Path) -> bool:
    """Say whether a page is a notebook, or a text with cells of code."""
    opening = "---\nfile_format: mystnb"
    return page.suffix == ".ipynb" or page.read_text(encoding="utf-8").startswith(opening)


def drop_widget_state(app: Sphinx, env: BuildEnvironment) -> None:
    """Leave the state of ipywidgets out of the pages: without a kernel nothing reads it."""
    for metadata in getattr(env, "nb_metadata", {}).values():
        metadata.get("js_files", {}).pop("ipywidgets_state", None)


def skip_to_article(page: str) -> str:
    """Lead the link for those who use keys past the buttons above a page's text, too.

    >>> skip_to_article('<a href="#main-content">Skip</a><i></i><article class="bd-article">')
    '<a href="#article">Skip</a><i></i><article class="bd-article" id="article">'
    """
    if ARTICLE not in page:
        return page
    page = page.replace('<a href="#main-content">Skip', '<a href="#article">Skip')
    return page.replace(ARTICLE, f'{ARTICLE[:-1]} id="article">')


def finish_pages(app: Sphinx, error: Exception | None) -> None:
    """Lead each page's skip link to its text, and leave out the theme's icons that no page has.

    They are a script, and 1,900 styles.
    """
    if error is not None or app.builder.format != "html":
        return
    out, used = Path(app.outdir), set[str]()
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        used.update(ICON.findall(text))
        kept = skip_to_article(ICON_SCRIPT.sub("", text))
        if kept != text:
            page.write_text(kept, encoding="utf-8")
    # From the theme itself: a page that is new may have an icon that was left out before.
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
    styles = (theme / ICON_STYLES).read_text(encoding="utf-8")
    rules = ICON_RULE.sub(lambda rule: rule[0] if used & set(ICON.findall(rule[0])) else "", styles)
    (out / "_static" / ICON_STYLES).write_text(WOFF2.sub("", rules), encoding="utf-8")
    drawn = {int(code, 16) if len(code) > 1 else ord(code) for code in ICON_RULE.findall(rules)}
    for path in (theme / ICON_FONTS).glob("*.ttf"):
        with TTFont(path) as font:
            write_subset(font, drawn, out / "_static" / ICON_FONTS / path.name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events, and set up the other extensions."""
    # For the notebooks that the build runs: a claim that does not hold is an error.
    os.environ["MLP_BOOK_STRICT"] = "1"
    # Notebooks run side by side: each has one thread for its products.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    fork_kernels()
    for name in EXTENSIONS:
        app.setup_extension(name)
    # Jupyter Book sets this for sphinx_comments, which the book leaves out.
    app.add_config_value("comments_config", {}, "", dict)
    app.connect("builder-inited", read_in_parallel)
    app.connect("env-get-outdated", outdated_notebooks)
    app.connect("env-updated", drop_widget_state)
    app.connect("build-finished", finish_pages)
    app.connect("build-finished", name_failed_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
