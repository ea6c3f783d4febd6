"""What the build leaves for the explorer page: one script, the studies' runs, the static table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import mlp_explorer as extension
import pytest
from made_study import made_study
from mlp_scripts import join_modules
from sphinx.errors import ExtensionError

from mlp_core.studies import RunStore, StoredStudy, Study

ROOT = Path(__file__).parents[1]
UNSAFE = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")


def build(results: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLP_CORE_RESULTS", str(results))
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), srcdir=ROOT, outdir=out)
    extension.write_assets(app)
    return out / "_static" / "explorer"


def test_the_joined_script_has_every_module_and_no_module_syntax() -> None:
    script = join_modules(extension.SOURCES / "main.js")
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    for path in extension.SOURCES.glob("*.js"):
        opening = path.read_text(encoding="utf-8").splitlines()[0]
        assert opening.startswith("/** "), path.name
        assert script.count(opening) == 1, path.name
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))


def test_no_module_writes_markup_or_runs_text() -> None:
    for path in extension.SOURCES.glob("*.js"):
        assert not UNSAFE.search(path.read_text(encoding="utf-8")), path.name


def test_a_build_writes_a_script_and_two_files_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    for name, count in (
        ("seed-noise", 3),
        ("learning-rate", 4),
        ("momentum", 24),
        ("schedules", 9),
    ):
        for run in made_study(name, count).runs:
            RunStore(name, results).save(run)
    folder = build(results, tmp_path / "out", monkeypatch)
    listed = json.loads((folder / "studies.js").read_text("utf-8").split(" = ", 1)[1][:-2])
    assert [entry["name"] for entry in listed] == [
        *("seed-noise", "learning-rate", "momentum", "schedules")
    ]
    # The first view is of a whole study in which something varies.
    assert [entry["name"] for entry in listed if entry["first"]] == ["momentum"]
    assert listed[1]["stored"] == "4 of 24 runs stored"
    for entry in listed:
        script = folder / entry["script"].split("?")[0]
        assert script.stat().st_size < 300_000
        for file in entry["files"].values():
            assert (folder / file).resolve().is_relative_to(tmp_path / "out" / "downloads")
            assert (folder / file).is_file()


def test_a_damaged_store_ends_the_build_with_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "momentum").mkdir()
    (tmp_path / "momentum" / "0123456789ab.json").write_text("{")
    with pytest.raises(ExtensionError, match=r"'momentum' are damaged: .*0123456789ab\.json"):
        build(tmp_path, tmp_path / "out", monkeypatch)


def test_an_empty_store_builds_an_empty_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build(tmp_path / "none", tmp_path / "out", monkeypatch)
    assert (folder / "studies.js").read_text("utf-8") == "window.mlpCoreExplorer = [];\n"


def test_the_static_table_names_every_study_and_escapes_it() -> None:
    own = StoredStudy("x", made_study("momentum", 2).runs, Study("x", "<b>&", []))
    table = extension.static_table(
        [made_study("learning-rate", 5), own, StoredStudy("y", [])], "../"
    )
    assert "<b>" not in table and "&lt;b&gt;&amp;" in table
    assert "<td>5 of 24</td>" in table
    assert 'href="../downloads/learning-rate.csv"' in table
    assert table.count("<tr>") == 4
