"""What is given away: the source archive, its metadata, SECURITY.md, tests without extras."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
from waiting import PATIENCE_S

from mlp_core.data import DataError, content, download
from mlp_core.studies import own
from mlp_core.training import ConfigError, ModelError

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ROOMS = ("nn", "data", "training", "studies", "cli", "what_if")
EXTRAS = {"pandas", "optuna", "sklearn", "distributed", "wandb", "PIL", "onnx", "torch", "scipy"}


def test_the_source_archive_holds_the_package_and_no_test_that_needs_more(tmp_path: Path) -> None:
    """setuptools adds tests/test*.py by itself, without what they import."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "mlp_core", copy / "mlp_core")
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("tests/test_x.py", "book/x.py", "benchmarks/x.py", "notebooks/x.py"):
        (copy / name).parent.mkdir()
        (copy / name).write_text("")
    build = f"from setuptools.build_meta import build_sdist; build_sdist({str(tmp_path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=copy, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {"LICENSE", "mlp_core/py.typed", "mlp_core/data/digits.npz"} <= names
    assert {name.partition("/")[0] for name in names if "/" in name} == {
        *("mlp_core", "mlp_core.egg-info"),
    }


def test_the_metadata_names_the_lowest_python_and_no_gap() -> None:
    prefix = "Programming Language :: Python :: 3."
    minors = [int(c.removeprefix(prefix)) for c in PROJECT["classifiers"] if c.startswith(prefix)]
    assert PROJECT["requires-python"] == f">=3.{minors[0]}"
    assert minors == list(range(minors[0], minors[0] + len(minors)))


def test_security_md_says_what_the_code_does() -> None:
    text = re.sub(r"\s+", " ", (ROOT / "SECURITY.md").read_text("utf-8"))
    small, large = content.SMALL >> 20, download.LARGEST >> 20
    assert f"at most {content.LARGEST_RATIO} times what is stored, or {small} MB" in text
    assert f"may take {download.LONGEST_S / 60:g} minutes and {large} MB" in text
    assert f"at most {own._MOST_RUNS:,} runs" in text
    for error in (DataError, ModelError, ConfigError):
        assert f"`{error.__name__}`" in text


@pytest.mark.parametrize("room", ROOMS)
def test_no_test_of_the_engine_is_read_with_an_extra(room: str) -> None:
    """One that needs a package of an extra asks for it (`pytest.importorskip`), and is skipped."""
    for path in (ROOT / "tests" / room).glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not EXTRAS & {name.partition(".")[0] for name in names}, path
