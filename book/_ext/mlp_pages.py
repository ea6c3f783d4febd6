"""Sphinx extension for pages that do something: scripts, styles, and notes under tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlp_data import copy_data
from mlp_wheel import build_info

from mlp_book.hero import load_hero
from mlp_book.pages import study_json
from mlp_book.panels.pictures import MAPPED
from mlp_book.panels.places import digit_map
from mlp_book.panels.stops import load_stops
from mlp_book.scripts import JS, as_json, classic_script
from mlp_book.tables import BEST
from mlp_book.text import keep_quantities
from mlp_core.studies.catalogue import FASHION

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPTS = {
    "hero.js": JS / "hero" / "main.js",
    "interactive.js": JS / "interactive" / "page.js",
    "what_if.js": JS / "what_if" / "page.js",
    "explorer.js": JS / "explorer" / "main.js",
    "search.js": JS / "search.js",
    "tables.js": JS / "tables.js",
    "code_switch.js": JS / "code_switch.js",
    "edges.js": JS / "edges.js",
    "read_out.js": JS / "read_out.js",
    "verdicts.js": JS / "verdicts" / "main.js",
}
FOLDER = "mlp"  # of all that is written for the scripts, in the pages' _static
HERO = '<div class="hero">'
INTERACTIVE = '<div class="interactive"'
PANEL = re.compile(r'<div class="what-if" data-panel="([^"]*)"')
STUDY = re.compile(r'"study":\s*"([\w-]+)"')
EXPLORER = '<div class="explorer">'
VERDICTS = '<div class="verdicts">'
READABLE = "data-scales="
FOLDED = '<details class="admonition hide above-input">'
TABLE = re.compile(r'<table[^>]*\bclass="[^"]*\bdataframe\b.*?</table>', re.DOTALL)
# Tables whose HTML is not Sphinx's, and what a reader sees of them.
MADE = re.compile(
    r'<table[^>]*\bclass="[^"]*\b(?:dataframe|verdicts-table|explorer-studies|carried)\b.*?</table>',
    re.DOTALL,
)
SEEN = re.compile(r">[^<]+<")
OUTCOME = re.compile(r"\b(?:different|equivalent|undecided|seeds broke)\b")
# What a reader of the page cannot see in the code: see mlp_book.tables.
NOTE = (
    f'<p class="table-note"><span aria-hidden="true">{BEST}</span> '
    "The best mean of its column; it is shown to differ from every other row.</p>"
)
READING = "comparing"  # the chapter that says what the outcomes mean
INTERVAL = re.compile(r"\[[+\u2212\d]")
INTERVAL_NOTE = (
    "In brackets: 95\u00a0% intervals, each of a single comparison. Verdicts are corrected for all "
    "comparisons of a table, so one may be undecided although its interval leaves out zero."
)
OUTCOME_NOTE = 'What the outcomes mean: <a href="{page}">Reading a comparison</a>.'


def script_folder(app: Sphinx) -> Path:
    """Return the folder of all that is written for the scripts."""
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_data(folder: Path, name: str, target: str, content: str) -> str:
    """Write JSON as a script, which a page opened from disk may load too; return its name."""
    (folder / name).write_text(f"{target} = {content};\n", "utf-8")
    return name


def write_scripts(app: Sphinx) -> None:
    """Write the scripts, and what the panels train with."""
    if app.builder.format != "html":
        return
    folder = script_folder(app)
    for name, main in SCRIPTS.items():
        (folder / name).write_text(classic_script(main), "utf-8")
    info = {**build_info(Path(app.srcdir), folder), "datasets": copy_data(folder)}
    write_data(folder, "build.js", "window.mlpCoreBuild", json.dumps(info))


def write_of_panels(app: Sphinx, body: str) -> Iterator[str]:
    """Write what is stored for a page's panels: studies' curves and stops; name the scripts."""
    folder, results = script_folder(app), Path(app.srcdir) / "results"
    studies = [twin + name for name in STUDY.findall(body) for twin in ("", FASHION)]
    for name in dict.fromkeys(studies):
        if (curves := study_json(name, results)) is not None:
            target = f"(window.mlpCoreStudies ??= {{}})[{json.dumps(name)}]"
            yield write_data(folder, f"curves-{name}.js", target, curves)
    for name in dict.fromkeys(PANEL.findall(body)):
        if (stops := load_stops(name, results)) is not None:
            target = f"(window.mlpCoreStops ??= {{}})[{json.dumps(name)}]"
            yield write_data(folder, f"stops-{name}.js", target, as_json(stops))
        if name in MAPPED:
            yield write_data(folder, "map.js", "window.mlpCoreMap", as_json(digit_map()))


def files_of(app: Sphinx, body: str) -> Iterator[str]:
    """Name the styles and scripts that a page's content asks for, in the order of their loading."""
    if HERO in body:
        runs = as_json(load_hero(Path(app.srcdir) / "results"))
        stored = write_data(script_folder(app), "hero-runs.js", "window.mlpCoreHero", runs)
        yield from ("live.css", "hero.css", stored, "hero.js")
    if INTERACTIVE in body:
        yield from ("live.css", "interactive.css", "interactive.js")
    if PANEL.search(body):
        stored_of_panels = write_of_panels(app, body)
        yield from (
            "live.css",
            "what_if.css",
            "network.css",
            "build.js",
            *stored_of_panels,
            "what_if.js",
        )
    if EXPLORER in body:
        yield from ("live.css", "explorer.css", "studies.js", "explorer.js")
    if VERDICTS in body:
        yield from ("live.css", "verdicts.css", "verdicts.js")
    if TABLE.search(body):
        yield "tables.js"
    if READABLE in body:
        yield "read_out.js"
    if FOLDED in body:
        yield "code_switch.js"
    if "<table" in body or "<pre" in body:  # any may be wider than a phone
        yield "edges.js"


def explain_marks(body: str, page: str = "") -> str:
    """Put notes under tables: what marks the best, and where outcomes are explained."""

    def explained(table: re.Match[str]) -> str:
        marked = NOTE if BEST in table[0] else ""
        return table[0] + marked + explain_outcomes(table[0], page)

    return TABLE.sub(explained, body)


def keep_cells(body: str) -> str:
    """Let no cell of a table break within a number and its unit; prose: see mlp_reading."""
    return MADE.sub(lambda table: SEEN.sub(lambda seen: keep_quantities(seen[0]), table[0]), body)


def explain_outcomes(table: str, page: str) -> str:
    """Return the note on what a table says of outcomes and of their intervals, if it does."""
    if not OUTCOME.search(table):
        return ""
    notes = [INTERVAL_NOTE] if INTERVAL.search(table) else []
    if page != f"notebooks/{READING}":
        folder = "" if page.startswith("notebooks/") else "../notebooks/"
        notes.append(OUTCOME_NOTE.format(page=f"{folder}{READING}.html"))
    return f'<p class="table-note">{" ".join(notes)}</p>' if notes else ""


def prepare(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a page what its content asks for; all others stay as they are."""
    body = context.get("body") or ""
    if page == "search":
        app.add_js_file(f"{FOLDER}/search.js", loading_method="defer")  # Sphinx's begins later
    if app.builder.format != "html" or not body:
        return
    for name in dict.fromkeys(files_of(app, body)):
        if name.endswith(".css"):
            app.add_css_file(name)
        else:
            app.add_js_file(f"{FOLDER}/{name}", loading_method="defer")
    context["body"] = explain_marks(keep_cells(body), page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
