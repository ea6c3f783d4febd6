"""The front end's modules joined into one text: a script for pages, a module for Jupyter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

JS = Path(__file__).parents[1] / "js"
STYLES = Path(__file__).parents[1] / "_static"
IMPORT = re.compile(r'^import\b[^;]*?from "([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=class|const|function|async)", re.MULTILINE)


def join_modules(main: Path) -> str:
    """Return a module and all that it imports, in order of need; top-level names have to differ."""
    texts: dict[Path, str] = {}

    def add(path: Path) -> None:
        if path in texts:
            return
        source = path.read_text(encoding="utf-8")
        for name in IMPORT.findall(source):
            add((path.parent / name).resolve())
        texts[path] = EXPORT.sub("", IMPORT.sub("", source))

    add(main.resolve())
    return "\n".join(texts.values())


def classic_script(main: Path) -> str:
    """Return a script that leaves no name behind: a page opened from disk may load no modules."""
    return f'(() => {{\n"use strict";\n{join_modules(main)}}})();\n'


def widget_module(name: str = "what_if") -> str:
    """Return a folder's main module as the one module that an anywidget loads."""
    return join_modules(JS / name / "main.js") + "\nexport default { render };\n"


def widget_styles(name: str = "what_if") -> str:
    """Return a front end's styles, with Jupyter's colours under the names of the page's."""
    more = ("network.css",) if name == "what_if" else ()
    names = ("jupyter.css", "live.css", f"{name}.css", *more)
    return "\n".join((STYLES / name).read_text(encoding="utf-8") for name in names)


def as_json(content: Any) -> str:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
