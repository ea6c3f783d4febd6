"""What the findings rest on: the levels of report B, treatments, and every number again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from compare_verdicts import BEFORE, compare_verdicts
from made import chance, fake_study
from recompute_verdicts import recompute

from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.findings.board import board_data
from mlp_book.findings.claims import judge_claims, load_planned, load_stored
from mlp_book.findings.regularization import by_treatment
from mlp_book.findings.report_b import by_parameter
from mlp_book.frames import frame
from mlp_core import RunConfig
from mlp_core.studies import STUDIES, RunStore, find_results


def study(name: str, accuracy: Callable[[RunConfig], float | None]) -> pd.DataFrame:
    return frame(fake_study(name, accuracy))


def test_each_parameter_has_its_levels_and_the_default() -> None:
    data = by_parameter(study("one-at-a-time", lambda c: 97.0))
    sizes = data.groupby(["parameter", "level"], sort=False).size()
    assert set(sizes) == {5} and len(sizes) == 16
    assert list(sizes["batch_size"].index) == [16, 64, 256]
    default = data[data["level"].isin([64, "relu", 1.0])].groupby("parameter")["row"].agg(set)
    assert default["batch_size"] == default["activation"] == default["learning_rate"]


def test_each_treatment_has_its_doses_and_none() -> None:
    data = by_treatment(study("regularization", lambda config: 97.0))
    sizes = data.groupby(["images", "kind", "dose"], sort=False).size()
    assert set(sizes) == {3} and len(sizes) == 30
    assert list(sizes["1,000 images", "dropout"].index) == [0.0, 0.1, 0.2, 0.35, 0.5]
    few = data[data["images"] == "1,000 images"]
    assert set(few["train_size"]) == {1000}
    assert list(dict.fromkeys(few["treatment"]))[:2] == ["none", "L1\u00a010⁻⁶"]
    untreated = few[few["treatment"] == "none"].groupby("kind")["row"].agg(set)
    assert untreated["L1"] == untreated["L2"] == untreated["dropout"]


def test_rows_of_another_study_are_an_error() -> None:
    for of in (by_parameter, by_treatment):
        with pytest.raises(ValueError, match="none of the 3 rows is of the study"):
            of(frame(fake_study("momentum", most=3)))


def test_every_interval_and_p_comes_out_again_without_our_code(tmp_path: Path) -> None:
    """SciPy, pandas and the run files alone: equal to 1e-9, at every comparison of the page."""
    board: dict[str, Any] = board_data(judge_claims(CLAIMS, load_stored(CLAIMS)), with_runs=True)
    found = recompute(json.loads(json.dumps(board)), find_results())
    assert len(found) > 400
    for name in ("low", "high", "p"):
        assert (found[name].isna() == found[f"{name}_again"].isna()).all()
        assert (found[name] - found[f"{name}_again"]).abs().max() < 1e-9


def test_the_first_epochs_of_a_run_come_out_again_too(tmp_path: Path) -> None:
    """Of the cells near the best, eight are the beginning of runs: no run file is theirs alone."""
    claim = next(one for one in CLAIMS if one.fresh == ("near-best-fresh",))
    for run in fake_study("near-best-fresh", lambda c: 97.0 + chance(c.run_id)):
        RunStore("near-best-fresh", tmp_path).save(run)
    data = load_planned(STUDIES["near-best-fresh"], tmp_path)
    finding = claim.judge_by({"near-best-fresh": data})
    assert finding.standing == "confirmatory"
    board = json.loads(json.dumps(board_data([finding], with_runs=True)))
    found = recompute(board, tmp_path)
    assert len(found) == 31
    for name in ("low", "high", "p"):
        assert (found[name] - found[f"{name}_again"]).abs().max() < 1e-9


def test_the_protocol_is_older_than_the_runs_that_it_judges() -> None:
    """And each of these runs says which commit of the code made it."""
    log = ["git", "log", "--reverse", "--format=%aI", "--", "book/protocol.md"]
    done = subprocess.run(log, capture_output=True, text=True, check=False)
    shallow = subprocess.run(
        ["git", "rev-parse", "--is-shallow-repository"], capture_output=True, text=True, check=False
    )
    if done.returncode or not done.stdout or shallow.stdout.strip() == "true":
        pytest.skip("no history here")
    first = datetime.fromisoformat(done.stdout.split()[0])
    found = []
    for path in find_results().glob("*/*.json"):
        run = json.loads(path.read_text(encoding="utf-8"))
        if run.get("config", {}).get("seed", 0) >= 3001:
            found.append(run["environment"])
    assert len(found) >= 100
    assert min(datetime.fromisoformat(own["date"]) for own in found) > first
    assert all(own["commit"] for own in found)


def test_every_verdict_before_has_one_after_or_a_reason() -> None:
    before = pd.read_csv(BEFORE, keep_default_na=False)
    sentences = {claim.sentence for claim in CLAIMS}
    for one in before.itertuples():
        assert set(filter(None, one.now.split("; "))) <= sentences, one.now
        assert one.now or one.reason
    table = compare_verdicts()
    changed = table[(table["before"] != table["after"]) & (table["before"] != "(no row)")]
    assert (changed["reason"] != "").all(), changed[changed["reason"] == ""]["claim"].unique()
