"""Sphinx extension for pages that do something: scripts, styles, and notes under tables."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlp_data import copy_data
from mlp_wheel import build_info

from mlp_book.hero import load_hero
from mlp_book.pages import study_json
from mlp_book.panels.stops import load_stops
from mlp_book.scripts import JS, as_json, classic_script
from mlp_book.tables import BEST

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPTS = {
    "hero.js": JS / "hero" / "main.js",
    "interactive.js": JS / "interactive" / "page.js",
    "what_if.js": JS / "what_if" / "page.js",
    "explorer.js": JS / "explorer" / "main.js",
    "tables.js": JS / "tables.js",
    "verdicts.js": JS / "verdicts" / "main.js",
}
FOLDER = "mlp"  # of all that is written for the scripts, in the pages' _static
HERO = '<div class="hero">'
INTERACTIVE = '<div class="interactive"'
PANEL = re.compile(r'<div class="what-if" data-panel="([^"]*)"')
STUDY = re.compile(r'"study":\s*"([\w-]+)"')
EXPLORER = '<div class="explorer">'
VERDICTS = '<div class="verdicts">'
TABLE = re.compile(r'<table[^>]*\bclass="[^"]*\bdataframe\b.*?</table>', re.DOTALL)
OUTCOME = re.compile(r"\b(?:different|equivalent|undecided|seeds broke)\b")
# What a reader of the page cannot see in the code: see mlp_book.tables.
NOTE = (
    f'<p class="table-note"><span aria-hidden="true">{BEST}</span> '
    "The best mean of its column; it is shown to differ from every other row.</p>"
)
READING = "comparing"  # the chapter that says what the outcomes mean
OUTCOME_NOTE = (
    '<p class="table-note">In brackets: 95\u00a0% intervals. What the outcomes mean: '
    '<a href="{page}">Reading a comparison</a>.</p>'
)


def script_folder(app: Sphinx) -> Path:
    """Return the folder of all that is written for the scripts."""
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def as_script(target: str, content: str) -> str:
    """Return JSON as a script that a page opened from disk may load too."""
    return f"{target} = {content};\n"


def write_scripts(app: Sphinx) -> None:
    """Write the scripts, and what the panels train with."""
    if app.builder.format != "html":
        return
    folder = script_folder(app)
    for name, main in SCRIPTS.items():
        (folder / name).write_text(classic_script(main), "utf-8")
    shutil.copyfile(JS / "what_if" / "worker.js", folder / "worker.js")
    info = {**build_info(Path(app.srcdir), folder), "datasets": copy_data(folder)}
    build = json.dumps(info)
    (folder / "build.js").write_text(as_script("window.mlpCoreBuild", build), "utf-8")


def write_study(app: Sphinx, name: str) -> str | None:
    """Write a study's curves for panels; return the script's name, or None if nothing is stored."""
    text = study_json(name, Path(app.srcdir) / "results")
    if text is None:
        return None
    target = f"(window.mlpCoreStudies ??= {{}})[{json.dumps(name)}]"
    script = f"curves-{name}.js"
    (script_folder(app) / script).write_text(as_script(target, text), "utf-8")
    return script


def write_stops(app: Sphinx, name: str) -> str | None:
    """Write what is stored of a panel; return the script's name, or None if nothing is."""
    stops = load_stops(name, Path(app.srcdir) / "results")
    if stops is None:
        return None
    script = f"stops-{name}.js"
    target = f"(window.mlpCoreStops ??= {{}})[{json.dumps(name)}]"
    (script_folder(app) / script).write_text(as_script(target, as_json(stops)), "utf-8")
    return script


def write_hero(app: Sphinx) -> str:
    """Write what is stored for the front page's live picture; return the script's name."""
    text = as_json(load_hero(Path(app.srcdir) / "results"))
    (script_folder(app) / "hero-runs.js").write_text(as_script("window.mlpCoreHero", text), "utf-8")
    return "hero-runs.js"


def files_of(app: Sphinx, body: str) -> Iterator[str]:
    """Name the styles and scripts that a page's content asks for, in the order of their loading."""
    if HERO in body:
        yield from ("live.css", "hero.css", write_hero(app), "hero.js")
    if INTERACTIVE in body:
        yield from ("live.css", "interactive.css", "interactive.js")
    if PANEL.search(body):
        studies = (write_study(app, name) for name in dict.fromkeys(STUDY.findall(body)))
        stops = (write_stops(app, name) for name in dict.fromkeys(PANEL.findall(body)))
        stored = filter(None, (*studies, *stops))
        yield from ("live.css", "what_if.css", "build.js", *stored, "what_if.js")
    if EXPLORER in body:
        yield from ("live.css", "explorer.css", "studies.js", "explorer.js")
    if VERDICTS in body:
        yield from ("live.css", "verdicts.css", "verdicts.js")
    if TABLE.search(body):
        yield "tables.js"


def explain_marks(body: str, page: str = "") -> str:
    """Put notes under tables: what marks the best, and where outcomes are explained."""

    def explained(table: re.Match[str]) -> str:
        folder = "" if page.startswith("notebooks/") else "../notebooks/"
        outcome = OUTCOME_NOTE.format(page=f"{folder}{READING}.html")
        notes = (NOTE, BEST in table[0]), (outcome, bool(OUTCOME.search(table[0])))
        return table[0] + "".join(note for note, is_needed in notes if is_needed)

    return TABLE.sub(explained, body)


def prepare(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a page what its content asks for; all others stay as they are."""
    body = context.get("body") or ""
    if app.builder.format != "html" or not body:
        return
    for name in dict.fromkeys(files_of(app, body)):
        if name.endswith(".css"):
            app.add_css_file(name)
        else:
            app.add_js_file(f"{FOLDER}/{name}", loading_method="defer")
    context["body"] = explain_marks(body, page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
