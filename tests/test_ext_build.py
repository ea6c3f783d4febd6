"""The book's own Sphinx extension: stale notebooks are found, pages lose what they do not need."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import mlp_build
import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    files = ("mlp_core/nn/layers.py", "results/study/run.json", "README.md", "book/glossary.md")
    for name in (*files, "notebooks/rate.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "is_stale"),
    [
        ("mlp_core/nn/layers.py", True),
        ("mlp_core/nn/new.py", True),
        ("results/study/run.json", True),
        ("results/study/another.json", True),
        ("tests/verify/survivors.txt", True),
        ("README.md", False),
    ],
)
def test_notebooks_run_again_when_what_they_use_changes(
    sources: Path, name: str, is_stale: bool
) -> None:
    files = {"book/glossary": "book/glossary.md", "notebooks/rate": "notebooks/rate.ipynb"}
    env = SimpleNamespace(found_docs=list(files), doc2path=lambda doc: sources / files[doc])
    app = SimpleNamespace(srcdir=str(sources))

    def outdated() -> list[str]:
        return mlp_build.outdated_notebooks(app, env, set(), set(), set())

    assert outdated() == ["notebooks/rate"]  # the first build
    assert outdated() == []
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("after")
    assert outdated() == (["notebooks/rate"] if is_stale else [])


def test_a_notebook_that_failed_runs_again_and_is_named(
    sources: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ran = {"exec_data": {"succeeded": True, "error": None}}
    failed = {"exec_data": {"succeeded": False, "error": "CellTimeoutError"}}
    seen = {"rate": ran, "depth": failed, "index": {}, "deleted": failed}
    env = SimpleNamespace(found_docs={"rate", "depth", "index"}, nb_metadata=seen)
    env.mlp_build_fingerprint = mlp_build.fingerprint(sources)
    app = SimpleNamespace(srcdir=str(sources), env=env)
    assert mlp_build.outdated_notebooks(app, env, set(), set(), set()) == ["depth"]
    del seen["deleted"]
    mlp_build.name_failed_notebooks(app, None)
    (message,) = caplog.messages
    assert "depth did not run to its end (CellTimeoutError)" in message


@pytest.mark.parametrize(("name", "runs"), [("glossary", False), ("index", True), ("trust", True)])
def test_a_text_with_cells_of_code_is_run_again_too(name: str, runs: bool) -> None:
    assert mlp_build.has_code_to_run(ROOT / "book" / f"{name}.md") is runs


def test_pages_keep_the_icons_that_they_have_and_lose_the_others(tmp_path: Path) -> None:
    styles = tmp_path / "_static" / "styles" / "pydata-sphinx-theme.css"
    styles.parent.mkdir(parents=True)
    fonts = tmp_path / "_static" / "vendor" / "fontawesome" / "webfonts"
    fonts.mkdir(parents=True)
    page = tmp_path / "page.html"
    script = '\n  <script src="../_static/scripts/fontawesome.js?digest=1"></script>'
    rest = '<head>{}\n<script src="../bootstrap.js"></script></head><i class="fa-solid fa-moon">'
    page.write_text(rest.format(script))
    app = SimpleNamespace(outdir=str(tmp_path), builder=SimpleNamespace(format="html"))
    mlp_build.finish_pages(app, None)
    assert page.read_text() == rest.format("")
    text = styles.read_text(encoding="utf-8")
    assert ".fa-moon:before{" in text
    assert ".fa-solid" in text
    assert ".fa-sun:before{" not in text
    assert 300_000 < len(text) < 315_000  # all but the icons is there
    assert "woff2" not in text
    with TTFont(fonts / "fa-solid-900.ttf") as solid:
        assert list(solid.getBestCmap()) == [0xF186]  # the moon


def test_pages_lose_the_state_of_widgets() -> None:
    files = {"ipywidgets_state": (None, {}), "other": ("x.js", {})}
    env = SimpleNamespace(nb_metadata={"notebooks/rate": {"js_files": files}, "book/index": {}})
    mlp_build.drop_widget_state(SimpleNamespace(), env)
    assert list(files) == ["other"]
