"""What the build leaves for the pages: classic scripts, a wheel, checked addresses, notes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import mlp_pages
import mlp_wheel
import pytest

from mlp_book.scripts import JS, classic_script, widget_module

ROOT = Path(__file__).parents[1]
MODULES = sorted(JS.rglob("*.js"))
BESIDE = ("worker.js",)  # a script of its own
UNSAFE = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")


@pytest.mark.parametrize("name", mlp_pages.SCRIPTS)
def test_a_script_has_every_module_once_and_no_module_syntax(name: str) -> None:
    script = classic_script(mlp_pages.SCRIPTS[name])
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    folder = JS / name.removesuffix(".js")
    for path in (path for path in MODULES if path.parent == folder and path.name not in BESIDE):
        assert script.count(path.read_text("utf-8").splitlines()[0]) == 1, path.name
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))


def test_the_widgets_module_has_one_export_and_no_import() -> None:
    module = widget_module()
    exports = re.findall(r"^(?:import|export)\b.*", module, re.MULTILINE)
    assert exports == ["export default { render };"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_writes_markup_or_runs_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.startswith("/** ")
    assert not UNSAFE.search(source)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>words</p>", []),
        ('<table class="x dataframe"></table>', ["tables.js", "edges.js"]),
        ("<pre>code</pre>", ["edges.js"]),
        ('<div class="explorer">', ["live.css", "explorer.css", "studies.js", "explorer.js"]),
        (
            '<div class="interactive" data-picture="x">',
            ["live.css", "interactive.css", "interactive.js"],
        ),
        ('<div class="verdicts">', ["live.css", "verdicts.css", "verdicts.js"]),
        (
            '<div class="what-if" data-panel="x">{"study": "none-such"}</div>',
            ["live.css", "what_if.css", "network.css", "build.js", "what_if.js"],
        ),
    ],
)
def test_a_page_gets_what_its_content_asks_for(
    tmp_path: Path, body: str, expected: list[str]
) -> None:
    app = SimpleNamespace(srcdir=ROOT, outdir=tmp_path)
    assert list(mlp_pages.files_of(app, body)) == expected


def test_a_marked_table_has_a_note_and_no_other() -> None:
    plain = '<table border="1" class="dataframe"><tr><td>1</td></tr></table>'
    marked = plain.replace("1</td>", "★ 1</td>")
    text = mlp_pages.explain_marks(plain + marked + plain)
    assert text == plain + marked + mlp_pages.NOTE + plain


@pytest.mark.parametrize(
    ("cell", "page", "has_intervals", "link"),
    [
        ("+0.1 [\u22120.1, +0.3], undecided", "notebooks/depth", True, '"comparing.html"'),
        ("undecided", "notebooks/depth", False, '"comparing.html"'),
        ("undecided", "book/index", False, '"../notebooks/comparing.html"'),
        ("[+0.1, +0.3] different", "notebooks/comparing", True, ""),
        ("undecided", "notebooks/comparing", False, ""),
    ],
)
def test_outcomes_are_explained_as_far_as_a_table_has_them(
    cell: str, page: str, has_intervals: bool, link: str
) -> None:
    """A page does not link to itself, and no brackets are explained where there are none."""
    table = f'<table class="dataframe"><tr><td>{cell}</td></tr></table>'
    note = mlp_pages.explain_marks(table, page).removeprefix(table)
    assert (mlp_pages.INTERVAL_NOTE in note) == has_intervals
    assert ("<a href=" in note) == bool(link) and link in note
    assert bool(note) == (has_intervals or bool(link))


def test_cells_break_no_quantity_and_other_text_is_not_theirs() -> None:
    page = '<table class="dataframe"><tr title="2 of 3"><td>2 of 3</td></tr></table><p>2 of 3</p>'
    kept = mlp_pages.keep_cells(page)
    assert kept == page.replace("<td>2 of 3", "<td>2\u00a0of\u00a03")


def test_the_wheel_is_the_package(tmp_path: Path) -> None:
    wheel = mlp_wheel.write_wheel(ROOT, tmp_path)
    first = wheel.read_bytes()
    assert mlp_wheel.write_wheel(ROOT, tmp_path).read_bytes() == first
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("mlp_core/_version.py") == (ROOT / "mlp_core/_version.py").read_bytes()
    assert {"mlp_core/py.typed", "mlp_core/data/digits.npz"} <= names
    assert not [name for name in names if "mlp_book" in name]
    program = "import mlp_core, sys; from mlp_core.what_if import Panel; print(mlp_core.__file__)"
    found = subprocess.check_output(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(wheel)},
        cwd=tmp_path,
        text=True,
    )
    assert found.startswith(str(wheel))


def test_the_files_beside_the_page_are_checked(tmp_path: Path) -> None:
    info = mlp_wheel.build_info(ROOT, tmp_path)
    files = info["files"]
    assert (tmp_path / info["worker"]).is_file()
    assert list(files) == ["mlp_core", "products"]
    for file in files.values():
        content = (tmp_path / file["url"]).read_bytes()
        assert file["bytes"] == len(content)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert file["integrity"] == f"sha256-{digest}"
    assert (tmp_path / "products.wasm").read_bytes()[:4] == b"\0asm"


def test_every_file_of_pyodide_has_an_exact_version_and_a_hash() -> None:
    pins = json.loads((ROOT / "book" / "pyodide.json").read_text(encoding="utf-8"))
    for name, pin in pins["files"].items():
        assert pin["cdn"]["url"].startswith("https://cdn.jsdelivr.net/"), name
        assert pins["version"] in pin["cdn"]["url"]
        assert re.fullmatch(r"@?[\w/-]+@\d+\.\d+\.\d+", pin["own"]["package"])
        for kind in ("cdn", "own"):
            assert re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", pin[kind]["integrity"])


def test_the_commit_is_named_or_unknown(tmp_path: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{10}( with changes)?|unknown", mlp_wheel.commit_of(ROOT))
    assert mlp_wheel.commit_of(tmp_path) == "unknown"
