"""Chapters are thin, folded where the book hides, committed without outputs, and in the contents.

What a chapter computes with lives in mlp_core, what it draws and says in mlp_book.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from built_book import ROOT, toc_files

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIBRARIES = {"IPython", "numpy", "pandas"} | sys.stdlib_module_names
MOST_DOTS = 2  # of an import: deeper ones are for the packages themselves
MOST_HIDDEN_LINES = 15  # without imports, 78 columns wide


def faults(notebook: dict[str, Any]) -> list[str]:
    """Return one sentence for everything that a chapter's notebook must not have."""
    found = []
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel is not python3")
    if "widgets" in notebook["metadata"]:
        found.append("the state of widgets is stored")
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            found += [f"cell {number}: {fault}" for fault in cell_faults(cell)]
        elif "[](" in "".join(cell["source"]):
            found.append(f"cell {number}: a link has no words, and JupyterLab shows none")
    return found


def cell_faults(cell: dict[str, Any]) -> list[str]:
    found, source = [], "".join(cell["source"])
    if cell["outputs"]:
        found.append("has outputs: clear them before committing")
    if cell["execution_count"] is not None:
        found.append("has an execution count: clear the outputs before committing")
    if any(tag.startswith(("hide-", "remove-")) for tag in cell["metadata"].get("tags", [])):
        if not cell["metadata"].get("jupyter", {}).get("source_hidden"):
            found.append('is open in JupyterLab: set {"jupyter": {"source_hidden": true}}')
        if (lines := lines_but_imports(source)) > MOST_HIDDEN_LINES:
            found.append(f"hides {lines} lines: put what they do into the chapter's module")
    return found + code_faults(source)


def lines_but_imports(source: str) -> int:
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    return len(source.splitlines()) - sum(n.end_lineno - n.lineno + 1 for n in imports)


def code_faults(source: str) -> list[str]:
    """Find what belongs into the packages, and imports that reach too deep or elsewhere."""
    python = "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))
    found = []
    for node in ast.walk(ast.parse(python)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.append(f"defines {node.name}: put it into a package")
            case ast.Assign(value=ast.Lambda()) | ast.AnnAssign(value=ast.Lambda()):
                found.append("names a lambda: put a function into a package")
            case ast.Import(names=names):
                found += import_faults(*(alias.name for alias in names))
            case ast.ImportFrom(module=module, level=level):
                found += import_faults("." * level + (module or ""))
    return found


def import_faults(*modules: str) -> list[str]:
    found = []
    for module in modules:
        if module.split(".")[0] not in {"mlp_core", "mlp_book"} | LIBRARIES:
            found.append(f"imports {module}: neither mlp_core, mlp_book nor a known library")
        if module.count(".") > MOST_DOTS:
            found.append(f"imports {module}: more than {MOST_DOTS} dots deep")
    return found


def test_there_is_a_chapter() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_is_thin_and_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5)
    nbformat.validate(notebook)
    assert faults(notebook) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_is_in_the_table_of_contents(path: Path) -> None:
    assert path.relative_to(ROOT).as_posix() in toc_files()


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    pass",
        "if True:\n    class Thing:\n        pass",
        "%matplotlib inline\nsquare = lambda x: x * x",
        "from mlp_book.chapters.engine.facts import check",
        "import helpers",
        "from .helpers import plot",
    ],
)
def test_a_thick_cell_is_caught(source: str) -> None:
    assert len(code_faults(source)) == 1


def test_a_run_notebook_is_caught() -> None:
    kernel = {"name": "other", "display_name": "Other"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel, "widgets": {}})
    output = nbformat.v4.new_output("stream", text="hello")
    notebook["cells"] = [nbformat.v4.new_code_cell("1", outputs=[output], execution_count=1)]
    assert len(faults(notebook)) == 4


def test_a_hidden_cell_that_is_long_or_open_is_caught() -> None:
    cell = nbformat.v4.new_code_cell("x = 1\n" * 16, metadata={"tags": ["hide-cell"]})
    assert len(cell_faults(cell)) == 2
    folded = {"tags": ["remove-input"], "jupyter": {"source_hidden": True}}
    assert cell_faults(nbformat.v4.new_code_cell("x = 1\n" * 15, metadata=folded)) == []


def test_a_link_without_words_is_caught() -> None:
    for words, count in (("[Momentum](momentum.ipynb)", 0), ("[](momentum.ipynb)", 1)):
        cell = nbformat.v4.new_markdown_cell(f"See {words}.")
        notebook = nbformat.v4.new_notebook(cells=[cell])
        notebook.metadata["kernelspec"] = {"name": "python3"}
        assert len(faults(notebook)) == count
