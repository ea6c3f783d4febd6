"""Scripts of the pages: modules joined into one that a page opened from disk may load."""

from __future__ import annotations

import re
from pathlib import Path

IMPORT = re.compile(r'^import\b[^;]*?from "([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=class|const|function|async)", re.MULTILINE)


def join_modules(main: Path) -> str:
    """Return a module and all that it imports as one classic script that leaves no name behind.

    A page opened from disk may load classic scripts but no modules. Names at the top level have
    to differ.
    """
    texts: dict[Path, str] = {}

    def add(path: Path) -> None:
        if path in texts:
            return
        source = path.read_text(encoding="utf-8")
        for name in IMPORT.findall(source):
            add((path.parent / name).resolve())
        texts[path] = EXPORT.sub("", IMPORT.sub("", source))

    add(main.resolve())
    return '(() => {\n"use strict";\n' + "\n".join(texts.values()) + "})();\n"
