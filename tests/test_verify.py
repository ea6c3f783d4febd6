"""`make verify` itself: its table, its file, its exit status; what it tries is beside the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE_S

ROOT = Path(__file__).parents[1]
VERIFY = ROOT / "tests" / "verify"
# Two parts in the place of its own, of which the second may fail.
PROGRAM = f"""
import runpy, sys
sys.path[:0] = [{str(VERIFY)!r}, {str(ROOT / "tests" / "data")!r}]
import parts
print(*parts.PARTS)
failed = int(sys.argv.pop(1))
parts.PARTS = {{
    "one": lambda quick: [parts.Row("case a", 300, 0, "0.5 of the tolerance")],
    "two": lambda quick: [parts.Row("case b", 100, failed, "-")],
}}
runpy.run_path({str(VERIFY / "__main__.py")!r}, run_name="__main__")
"""


def verify(output: Path, failed: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(failed), "--output", str(output), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)


@pytest.mark.parametrize("failed", [0, 3])
def test_it_prints_a_table_writes_a_file_and_fails_if_anything_did(
    tmp_path: Path, failed: int
) -> None:
    path = tmp_path / "verify.json"
    done = verify(path, failed)
    assert done.returncode == int(failed > 0), done.stderr
    own, head, *rows = done.stdout.splitlines()
    assert own.split() == [
        *("parity", "numerics", "kills", "fuzz", "bombs", "mirrors", "mutants", "determinism"),
    ]
    assert head.split() == ["case", "tried", "failed", "worst"]
    assert [row.split()[:4] for row in rows] == [
        ["case", "a", "300", "0"], ["case", "b", "100", str(failed)],
    ]  # fmt: skip
    content = json.loads(path.read_text("utf-8"))
    assert content["quick"] is False and "numpy" in content["environment"]
    assert [(row["part"], row["tried"], row["failed"]) for row in content["rows"]] == [
        ("one", 300, 0), ("two", 100, failed),
    ]  # fmt: skip


def test_a_part_that_is_run_again_leaves_the_rows_of_the_others(tmp_path: Path) -> None:
    """What failed before fails still, and a quick run mixes with no thorough one."""
    path = tmp_path / "verify.json"
    assert verify(path, 3).returncode == 1
    assert verify(path, 3, "--only", "one").returncode == 1
    assert verify(path, 0, "--only", "two").returncode == 0
    assert len(json.loads(path.read_text("utf-8"))["rows"]) == 2
    assert verify(path, 0, "--quick", "--only", "one").returncode == 0
    assert [row["part"] for row in json.loads(path.read_text("utf-8"))["rows"]] == ["one"]


def test_every_survivor_that_is_listed_has_its_reason() -> None:
    for line in (VERIFY / "survivors.txt").read_text("utf-8").splitlines():
        assert line.partition("  # ")[2].strip(), line


def test_what_is_stored_is_a_whole_verification_without_a_failure() -> None:
    """The page on trust is built from it."""
    path = ROOT / "results" / "verify.json"
    if not path.exists():
        pytest.skip("make verify has stored nothing here")
    content = json.loads(path.read_text("utf-8"))
    tried: dict[str, int] = {}
    for row in content["rows"]:
        assert row["failed"] == 0, row
        tried[row["part"]] = tried.get(row["part"], 0) + row["tried"]
    assert content["quick"] is False
    least = {"parity": 300, "kills": 100, "fuzz": 10_000, "bombs": 20, "mutants": 200}
    assert {part: tried.get(part, 0) >= least[part] for part in least} == dict.fromkeys(least, True)
    assert {"numerics", "mirrors", "determinism"} <= tried.keys()
