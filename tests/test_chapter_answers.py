"""The front page's table: every chapter, its question and its computed answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import mlp_answers as answers
import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHAPTERS = ROOT / "book" / "mlp_book" / "chapters"


def glue(folder: Path, chapter: str, values: dict[str, str]) -> None:
    content = {name: {"data": {"text/plain": repr(text)}} for name, text in values.items()}
    file = folder / f"{chapter}.glue.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("text", ["98.1\u00a0± 0.1 %", 'It\'s "plain", 10⁻³', "\\eta"])
def test_an_answer_is_what_the_notebook_glued(tmp_path: Path, text: str) -> None:
    glue(tmp_path, "notebooks/learning_rate", {"learning-rate-answer": text, "x-answer": "no"})
    assert answers.answer_of("notebooks/learning_rate", tmp_path) == text


def test_a_chapter_without_an_answer_has_none(tmp_path: Path) -> None:
    glue(tmp_path, "notebooks/engine", {"engine-ex1-answer": "3"})
    assert answers.answer_of("notebooks/engine", tmp_path) is None
    assert answers.answer_of("notebooks/unread", tmp_path) is None


def test_the_question_is_the_first_quoted_paragraph() -> None:
    document = new_document("chapter")
    for text in ("How large\nmay it be?", "another"):
        document += nodes.block_quote("", nodes.paragraph("", text))
    assert answers.question_of("chapter", document) == "How large may it be?"


def test_a_chapter_without_a_question_is_an_error() -> None:
    with pytest.raises(Exception, match="notebooks/engine: no question"):
        answers.question_of("notebooks/engine", new_document("chapter"))


def test_a_table_has_a_head_and_a_row_a_chapter() -> None:
    rows = [[nodes.Text(f"{name} {n}") for name in answers.HEADS] for n in range(3)]
    table = answers.make_table(rows)
    texts = [[entry.astext() for entry in row] for row in table.findall(nodes.row)]
    assert texts == [list(answers.HEADS), *([f"{h} {n}" for h in answers.HEADS] for n in range(3))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_chapter_asks_and_answers(path: Path) -> None:
    cells = nbformat.read(path, as_version=4)["cells"]
    prose = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    chapter, module = path.stem.replace("_", "-"), CHAPTERS / path.stem
    files = sorted(module.glob("*.py")) or [module.with_suffix(".py")]
    code = "\n".join(file.read_text("utf-8") for file in files)
    assert f'"{chapter}"' in code, f"no facts under {chapter!r}"
    assert code.count('"answer":') == 1, 'no single value "answer": see CONTRIBUTING.md'
    assert re.search(r"(?m)^> \*\*.+\?\*\*", prose), "no question: > **...?**"
