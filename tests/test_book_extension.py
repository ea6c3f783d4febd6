"""The book's own Sphinx extension: stale notebooks are found, pages lose what they do not need."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import mlp_build
import pytest


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("mlp_core/nn/layers.py", "results/study/run.json", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    return tmp_path


def outdated(root: Path, env: SimpleNamespace) -> list[str]:
    app = SimpleNamespace(srcdir=str(root))
    return mlp_build.outdated_notebooks(app, env, set(), set(), set())


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ("mlp_core/nn/layers.py", True),
        ("mlp_core/nn/new.py", True),
        ("results/study/run.json", True),
        ("results/study/another.json", True),
        ("README.md", False),
    ],
)
def test_notebooks_run_again_when_what_they_use_changes(
    sources: Path, name: str, stale: bool
) -> None:
    env = SimpleNamespace(
        found_docs=["book/glossary", "notebooks/rate"],
        doc2path=lambda doc: doc + (".ipynb" if doc.startswith("notebooks") else ".md"),
    )
    assert outdated(sources, env) == ["notebooks/rate"]  # the first build
    assert outdated(sources, env) == []
    (sources / name).write_text("after")
    assert outdated(sources, env) == (["notebooks/rate"] if stale else [])


@pytest.mark.parametrize(("name", "runs"), [("glossary", False), ("index", True), ("data", True)])
def test_a_text_with_cells_of_code_is_run_again_too(name: str, runs: bool) -> None:
    page = Path(__file__).parents[1] / "book" / f"{name}.md"
    assert mlp_build.has_code_to_run(page) is runs


def test_pages_lose_the_icon_script_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "book" / "page.html"
    page.parent.mkdir()
    icons = '\n  <script src="../_static/scripts/fontawesome.js?digest=1"></script>'
    rest = '<head>{}\n<script src="../_static/scripts/bootstrap.js"></script></head>'
    page.write_text(rest.format(icons))
    mlp_build.drop_icon_script(SimpleNamespace(outdir=str(tmp_path)))
    assert page.read_text() == rest.format("")


def test_styles_keep_the_icons_of_the_pages_alone(tmp_path: Path) -> None:
    styles = tmp_path / "_static" / "styles" / "pydata-sphinx-theme.css"
    styles.parent.mkdir(parents=True)
    (tmp_path / "page.html").write_text('<i class="fa-solid fa-moon"></i>')
    mlp_build.drop_unused_icons(SimpleNamespace(outdir=str(tmp_path)))
    text = styles.read_text(encoding="utf-8")
    assert ".fa-moon:before{" in text
    assert ".fa-solid" in text
    assert ".fa-sun:before{" not in text
    assert 300_000 < len(text) < 315_000  # all but the icons is there


def test_pages_lose_the_state_of_widgets() -> None:
    files = {"ipywidgets_state": (None, {}), "other": ("x.js", {})}
    env = SimpleNamespace(nb_metadata={"notebooks/rate": {"js_files": files}, "book/index": {}})
    mlp_build.drop_widget_state(SimpleNamespace(), env)
    assert list(files) == ["other"]
