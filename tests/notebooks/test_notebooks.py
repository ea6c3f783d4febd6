"""Chapters are thin, committed without outputs, and stand in the table of contents."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest
from built_book import ROOT, toc_files

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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
    return found


def cell_faults(cell: dict[str, Any]) -> list[str]:
    found = []
    if cell["outputs"]:
        found.append("has outputs: clear them before committing")
    if cell["execution_count"] is not None:
        found.append("has an execution count: clear the outputs before committing")
    return found + code_faults("".join(cell["source"]))


def code_faults(source: str) -> list[str]:
    """Find what belongs into the package: functions, classes and named lambdas."""
    python = "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))
    found = []
    for node in ast.walk(ast.parse(python)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(f"defines {node.name}: put it into mlp_core")
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda):
            found.append("names a lambda: put a function into mlp_core")
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
