"""What the build leaves for the panels: one classic script, a wheel, checked addresses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import mlp_what_if as extension
from mlp_scripts import join_modules

ROOT = Path(__file__).parents[1]


def test_the_joined_script_has_every_module_and_no_module_syntax() -> None:
    script = join_modules(extension.SOURCES / "main.js")
    for path in set(extension.SOURCES.glob("*.js")) - {extension.SOURCES / "worker.js"}:
        assert script.count(path.read_text(encoding="utf-8").splitlines()[0]) == 1, path.name
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))


UNSAFE = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")


def test_no_module_writes_markup_or_runs_text() -> None:
    for path in extension.SOURCES.glob("*.js"):
        source = path.read_text(encoding="utf-8")
        assert not UNSAFE.search(source)
        assert source.startswith("/** "), path.name


def test_the_wheel_is_the_package(tmp_path: Path) -> None:
    wheel = extension.write_wheel(ROOT, tmp_path)
    first = wheel.read_bytes()
    assert extension.write_wheel(ROOT, tmp_path).read_bytes() == first
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("mlp_core/_version.py") == (ROOT / "mlp_core/_version.py").read_bytes()
    assert {"mlp_core/py.typed", "mlp_core/data/digits.npz"} <= names
    program = "import mlp_core, sys; from mlp_core.what_if import Panel; print(mlp_core.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    command = [sys.executable, "-c", program]
    found = subprocess.run(
        command, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert found.stdout.startswith(str(wheel))


def test_every_file_of_pyodide_has_an_exact_version_and_a_hash() -> None:
    pins = json.loads((ROOT / "book" / "pyodide.json").read_text(encoding="utf-8"))
    for name, pin in pins["files"].items():
        assert pin["cdn"]["url"].startswith("https://cdn.jsdelivr.net/"), name
        assert pins["version"] in pin["cdn"]["url"]
        assert re.fullmatch(r"@?[\w/-]+@\d+\.\d+\.\d+", pin["own"]["package"])
        for kind in ("cdn", "own"):
            assert re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", pin[kind]["integrity"])


def test_the_commit_is_named_or_unknown(tmp_path: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{10}( with changes)?|unknown", extension.commit_of(ROOT))
    assert extension.commit_of(tmp_path) == "unknown"
