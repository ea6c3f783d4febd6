"""The page on trust: tables and sentences are those of the file, also where that lacks parts."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from mlp_book.chapters import trust as chapter
from mlp_book.text import NONE

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    "python": "3.11.7",
    "numpy": "2.4.6",
    "system": "Linux x86_64",
    "date": "2026-11-28T08:37:32+00:00",
}
WHOLE = {
    name: {"part": name, "case": f"case of {name}", "tried": 1000, "failed": 0, "worst": "-"}
    for name in chapter.PARTS
}
SURVIVOR = chapter.Survivor("nn/a.py", "x < 1: x < 1 -> x <= 1", "both are equal")


def content(**changes: dict[str, Any] | None) -> chapter.Content:
    """Return a file of all parts, of which some are changed, or left out if they are None."""
    rows = [{**row, **(changes.get(name) or {})} for name, row in WHOLE.items()]
    kept = [row for row in rows if changes.get(row["part"], {}) is not None]
    return {"quick": False, "environment": ENVIRONMENT, "rows": kept}


def said(content: chapter.Content, *survivors: chapter.Survivor) -> dict[str, str]:
    values = chapter.seen(content, survivors).values
    return {name.removeprefix("trust-"): text for name, text in values.items()}


def test_the_answer_counts_what_was_tried_and_what_failed() -> None:
    found = said(content(), SURVIVOR)
    assert found["answer"] == "8,000 cases in all 8 parts were tried, and none of them failed."
    assert found["where"] == "They ran on 28 November 2026, with Python 3.11.7 and NumPy 2.4.6."
    assert found["left-out"] == "Nothing was left out."
    assert found["survivors"] == (
        "1,000 mutants were tried. The list of survivors holds 1, in nn, each with its reason."
    )
    assert "and 7 of them failed" in said(content(fuzz={"failed": 7}))["answer"]
    assert "quick run" in said({**content(), "quick": True})["answer"]


def test_a_part_that_is_missing_is_named() -> None:
    parts = content(kills=None, parity={"tried": 0, "worst": "left out: no PyTorch"}, mutants=None)
    found = said(parts)
    assert found["answer"].startswith("5,000 cases in 5 of 8 parts")
    assert found["left-out"] == (
        "Parts that were not tried: 2 of 8. Left out: case of parity (no PyTorch)."
    )
    assert found["survivors"].startswith("No mutant was tried for this page.")
    table = chapter.table_of_parts(parts)
    assert list(table.loc[chapter.PARTS["kills"]]) == [NONE, chapter.NOT_TRIED]
    assert list(table.loc[chapter.PARTS["fuzz"]]) == ["1,000", "0"]


def test_without_the_file_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path / "results"))
    nothing, survivors = chapter.load_verification(), chapter.load_survivors()
    assert (said(nothing, *survivors)["answer"], survivors) == (chapter.NOTHING, [])
    assert set(chapter.table_of_parts(nothing)["failed"]) == {chapter.NOT_TRIED}
    for table in (chapter.table_of_cases(nothing), chapter.table_of_versions(nothing)):
        assert list(table.index) == [chapter.NOT_TRIED]
    assert "None is listed" in chapter.Survivors(survivors)._repr_html_()


def test_tables_hold_the_rows_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path))
    equal = {"case": "NumPy 2.0.0 and 2.4.6, digits", "worst": "24 equal bit for bit"}
    (tmp_path / "verify.json").write_text(json.dumps(content(determinism=equal)), "utf-8")
    read = chapter.load_verification()
    versions = chapter.table_of_versions(read)
    assert list(versions.loc[equal["case"]]) == ["1,000", "0", equal["worst"]]
    far = content(determinism={"worst": "0 equal bit for bit; accuracies within 0.0012"})
    assert "accuracies within 0.12 points" in chapter.table_of_versions(far).to_html()
    cases = chapter.table_of_cases(read)
    assert len(cases) == len(chapter.PARTS)
    assert cases.loc["case of fuzz", "found"] == NONE


def test_a_survivor_is_shown_with_its_reason() -> None:
    html = chapter.Survivors([SURVIVOR, SURVIVOR._replace(reason="")])._repr_html_()
    assert "x &lt; 1: x &lt; 1 -\u2060&gt; x &lt;= 1" in html
    assert "both are equal" in html and "no reason is given" in html
    assert "holds 2, in nn, 1 without a reason" in said(
        content(), SURVIVOR, SURVIVOR._replace(reason="")
    )["survivors"]  # fmt: skip


def test_the_list_of_survivors_is_read() -> None:
    listed = chapter.load_survivors(ROOT / "tests" / "verify" / "survivors.txt")
    assert listed and all((ROOT / "mlp_core" / one.module).is_file() for one in listed)
    assert all(" -> " in one.change and one.reason for one in listed)


def test_the_page_knows_the_parts_that_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("verify", "data"):
        monkeypatch.syspath_prepend(str(ROOT / "tests" / room))
    parts = runpy.run_path(str(ROOT / "tests" / "verify" / "parts.py"))["PARTS"]
    assert list(parts) == list(chapter.PARTS)
