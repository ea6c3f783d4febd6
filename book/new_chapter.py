"""Begin a chapter: ``make new-chapter NAME=label_noise TITLE="Label noise"``.

Writes a notebook that runs, its module, its test, and the line in ``_toc.yml``.
"""

from __future__ import annotations

import argparse
import keyword
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent
HIDDEN = {"tags": ["hide-cell"], "jupyter": {"source_hidden": True}}
MODULE = '''"""{title}: its facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import Runs, frame


@facts("{slug}")
def mnist(runs: Runs) -> Iterator[Any]:
    """Say what full-scale runs show."""
    levels = Levels(frame(runs), "learning_rate")
    yield claim("one level is best", levels.best is not None)
    yield {{"best": levels.best, "answer": f"{{levels.best:g}} is best."}}
'''
TEST = '''"""What the chapter says of the stored runs is true of them."""

from mlp_book.chapters import {name} as chapter
from mlp_core.studies import load_runs


def test_what_the_text_says_holds() -> None:
    assert all(claim.holds for claim in chapter.mnist(load_runs("learning-rate")).claims)
'''
IMPORTS = """from mlp_book import Opening, frame, glue, sweep
from mlp_book.chapters import {name} as chapter
from mlp_core.studies import load_runs"""
OPENING = """runs = load_runs("learning-rate")
figure = sweep(frame(runs), "learning_rate", "test_error", height=2.6)
Opening("{slug}", figure)"""
ANSWER = """{{glue:text}}`{slug}-answer` Replace the study, the figure and the facts by your own:
CONTRIBUTING shows how."""


def cells(name: str, title: str) -> list[nbformat.NotebookNode]:
    """Return the cells of a chapter that draws the learning rate's sweep."""
    slug = name.replace("_", "-")
    figure = 'sweep(frame(runs), "learning_rate", ("test_error", "train_loss"))'
    made = [
        new_markdown_cell(f"# {title}"),
        new_code_cell(IMPORTS.format(name=name), metadata=HIDDEN),
        new_code_cell(OPENING.format(slug=slug), metadata={**HIDDEN, "tags": ["hide-input"]}),
        new_markdown_cell(ANSWER.format(slug=slug)),
        new_code_cell("glue(chapter.mnist(runs))", metadata=HIDDEN),
        new_markdown_cell("## The question\n\n> **What does it do?**"),
        new_code_cell(figure),
        new_markdown_cell("## Sources\n\n- None yet."),
    ]
    for number, cell in enumerate(made):
        cell["id"] = f"{slug}-{number}"
    return made


def main() -> None:
    """Write the four parts, and nothing if one of them is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="such as label_noise")
    parser.add_argument("title", nargs="?", help="such as 'Label noise'")
    args = parser.parse_args()
    name = args.name
    if not re.fullmatch(r"[a-z][a-z_]*", name) or keyword.iskeyword(name):
        words = "must be lower-case words joined by _, and none of Python's own"
        parser.error(f"NAME={name!r} is not legal: {words}")
    title = args.title or name.replace("_", " ").capitalize()
    if re.search(r'"""|[\\\r\n]', title):
        parser.error(f'TITLE={title!r} is not legal: must be one line without \\ and """')
    notebook = ROOT / "notebooks" / f"{name}.ipynb"
    texts = {
        ROOT / "book" / "mlp_book" / "chapters" / f"{name}.py": MODULE,
        ROOT / "tests" / "book" / "chapters" / f"test_{name}.py": TEST,
    }
    for path in (notebook, *texts):
        if path.exists():
            parser.error(f"{path.relative_to(ROOT)} is there already: choose another name")
    toc = ROOT / "_toc.yml"
    last = "      - file: notebooks/where_it_fails.ipynb\n"
    before, found, after = toc.read_text("utf-8").partition(last)
    if not found:
        parser.error("_toc.yml no longer has where_it_fails: add the chapter by hand")
    for path, text in texts.items():
        path.write_text(text.format(name=name, title=title, slug=name.replace("_", "-")), "utf-8")
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(new_notebook(cells=cells(name, title), metadata=kernel), notebook)
    toc.write_text(f"{before}{found}      - file: notebooks/{name}.ipynb\n{after}", "utf-8")
    print(f"{notebook.relative_to(ROOT)} is begun; `make lab` opens it, `make book` builds it.")


if __name__ == "__main__":
    main()
