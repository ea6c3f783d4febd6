"""A page of its own with what the build would give it: scripts, styles, a worker that trains."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import mlp_pages

from mlp_book.scripts import JS, STYLES, classic_script

# As the book's theme has it.
BODY = "margin: 0; color: var(--pst-color-text-base); background: var(--pst-color-background)"
HEAD = (
    '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>x</title>'
    '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
)


def write_page(folder: Path, body: str, trains: bool = False) -> Path:
    """Write a page of the very pieces that the build writes; return its file."""
    app = SimpleNamespace(
        srcdir=JS.parents[1], outdir=folder, builder=SimpleNamespace(format="html")
    )
    if trains:
        mlp_pages.write_scripts(app)
    head = HEAD
    for name in dict.fromkeys(["book.css", *mlp_pages.files_of(app, body)]):
        if name.endswith(".css"):
            shutil.copy(STYLES / name, folder)
            head += f'<link rel="stylesheet" href="{name}">'
        else:
            head += f'<script defer src="_static/mlp/{name}"></script>'
            if name in mlp_pages.SCRIPTS:
                script = classic_script(mlp_pages.SCRIPTS[name])
                (mlp_pages.script_folder(app) / name).write_text(script, "utf-8")
    page = folder / "page.html"
    page.write_text(f'{head}<body style="{BODY}"><main class="bd-article">{body}</main>', "utf-8")
    return page
