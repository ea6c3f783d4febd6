"""`make new-chapter` begins a chapter that runs, and overwrites nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from mlp_book.facts import Facts
from mlp_core.studies import load_runs

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("book/mlp_book/chapters", "notebooks", "tests/book/chapters"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "book" / "new_chapter.py", tmp_path / "book")
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    return tmp_path


def begin(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(tree / "book" / "new_chapter.py"), *arguments]
    return subprocess.run(program, capture_output=True, text=True)


def test_a_chapter_begins_whole(tree: Path) -> None:
    assert begin(tree, "label_noise", "Noisy labels").returncode == 0
    notebook = nbformat.read(tree / "notebooks" / "label_noise.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# Noisy labels")
    assert (tree / "_toc.yml").read_text("utf-8").count("notebooks/label_noise.ipynb") == 1
    module: dict[str, object] = {}
    exec((tree / "book/mlp_book/chapters/label_noise.py").read_text("utf-8"), module)
    said = module["mnist"](load_runs("learning-rate"))  # type: ignore[operator]
    assert isinstance(said, Facts)
    assert f"{{glue:text}}`{next(n for n in said.values if 'answer' in n)}`" in str(notebook)


def test_a_new_notebook_passes_lint(tree: Path) -> None:
    assert begin(tree, "label_noise").returncode == 0
    for file in ("pyproject.toml", "notebooks/ruff.toml"):
        shutil.copy(ROOT / file, tree / file)
    # Which packages are the book's own, ruff sees from folders that are not here.
    for command in (["check", "--ignore", "I001"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "notebooks"]
        checked = subprocess.run(ruff, cwd=tree, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", ["Label", "label-noise", "../up", "", "class"])
def test_a_name_that_python_cannot_import_is_refused(tree: Path, name: str) -> None:
    outcome = begin(tree, name)
    assert outcome.returncode == 2
    assert f"NAME={name!r} is not legal" in outcome.stderr


@pytest.mark.parametrize("title", ['a """ b', "C:\\new", "two\nlines"])
def test_a_title_that_ends_or_changes_the_modules_text_is_refused(tree: Path, title: str) -> None:
    outcome = begin(tree, "label_noise", title)
    assert outcome.returncode == 2
    assert f"TITLE={title!r} is not legal" in outcome.stderr


def test_nothing_is_overwritten(tree: Path) -> None:
    (tree / "book/mlp_book/chapters/label_noise.py").write_text("mine", "utf-8")
    assert "is there already" in begin(tree, "label_noise").stderr
    assert not (tree / "notebooks" / "label_noise.ipynb").exists()
    assert (tree / "book/mlp_book/chapters/label_noise.py").read_text("utf-8") == "mine"
