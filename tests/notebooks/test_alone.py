"""A notebook alone, as in Colab: one documented line gets the packages and the stored runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import mlp_downloads
import nbformat
import pytest
from built_book import ROOT
from sphinx.errors import ExtensionError
from waiting import PATIENCE_S

from mlp_core.studies import load_runs
from mlp_core.studies.store import GET_RUNS

NOTEBOOK = ROOT / "notebooks" / "momentum.ipynb"
GITHUB = "https://github.com/owner/name"
# What a notebook's first lines need; what it prints says where they came from.
SOURCES = "import mlp_book.scripts as s; print(s.__file__, s.widget_module()[:2])"


def documented_line() -> str:
    (line,) = mlp_downloads.ALONE.findall((ROOT / "book" / "reproducing.md").read_text("utf-8"))
    return str(line).removeprefix("!")


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a notebook's `!` does, with this checkout in the place of the repository."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "MLP_CORE_RESULTS"}}
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("REPOSITORY", ROOT.as_uri())],
        cwd=folder, env={**clean, **environment}, capture_output=True, text=True,
        timeout=PATIENCE_S,
    )  # fmt: skip


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_the_line_gets_what_a_notebook_alone_needs(tmp_path: Path) -> None:
    tools, alone = tmp_path / "tools", tmp_path / "alone"
    tools.mkdir()
    alone.mkdir()
    # What pip would ask the registry for is installed; it says what it was asked for.
    (tools / "pip").write_text('#!/bin/sh\necho "$@"\n')
    (tools / "pip").chmod(0o755)
    got = shell(documented_line(), alone, PATH=f"{tools}:{os.environ['PATH']}")
    assert got.returncode == 0, got.stderr
    *_, own, book = got.stdout.split()
    assert [(alone / p / "pyproject.toml").is_file() for p in (own, book)] == [True, True]
    cells = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.cell_type == "code"]
    (alone / "first.py").write_text("\n".join([*cells[:2], SOURCES]))
    # A kernel looks for packages where the notebook is, before those that are installed.
    ran = shell(f"'{sys.executable}' first.py", alone)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith(str(alone / "mlp_book"))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_the_advice_on_missing_runs_gets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLP_CORE_RESULTS", raising=False)
    with pytest.raises(FileNotFoundError, match=re.escape(GET_RUNS)):
        load_runs("momentum")
    assert shell(GET_RUNS, tmp_path).returncode == 0
    assert load_runs("momentum")


def test_every_notebook_says_where_the_line_is() -> None:
    heading = re.compile(r"(?m)^## A notebook alone$")
    assert heading.search((ROOT / "book" / "reproducing.md").read_text("utf-8"))
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
        (comment,) = re.findall(r'(?m)^# .*"A notebook alone" in (\S+)\.\nfrom mlp_book', cells[0])
        assert (ROOT / comment).is_file(), path.name


@pytest.mark.parametrize("named", [GITHUB, f"{GITHUB}.git", f"{GITHUB}/"])
def test_a_chapter_links_to_colab_if_a_repository_is_named(
    monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv(mlp_downloads.REPOSITORY, named)
    box = mlp_downloads.card([], mlp_downloads.in_colab("notebooks/momentum", ROOT))
    (address,) = re.findall(r'href="([^"]+)"', box)
    colab = "https://colab.research.google.com/github/owner/name/blob/main/"
    assert address == f"{colab}notebooks/momentum.ipynb"
    assert f"!git clone -q --depth 1 {GITHUB} copy &amp;&amp; pip" in box
    monkeypatch.delenv(mlp_downloads.REPOSITORY)
    assert "Colab" not in mlp_downloads.card([], mlp_downloads.in_colab("notebooks/x", ROOT))


def test_a_repository_that_colab_cannot_open_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(mlp_downloads.REPOSITORY, "https://host.example/owner/name")
    with pytest.raises(ExtensionError, match=r"host\.example"):
        mlp_downloads.in_colab("notebooks/momentum", ROOT)
