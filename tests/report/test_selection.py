"""Runs that vary one factor: its levels and the base, and none of another factor's."""

from __future__ import annotations

import dataclasses

import pytest

from mlp_core.report.selection import runs_varying
from mlp_core.training import Run, RunConfig


def test_only_the_factor_and_the_seed_may_differ(runs: list[Run]) -> None:
    base = runs[3].config  # a rate of 0.1
    deeper = dataclasses.replace(runs[3], config=base.replace(hidden_sizes=(8, 8)))
    both = dataclasses.replace(
        runs[3], config=base.replace(hidden_sizes=(8, 8), learning_rate=0.01)
    )
    mixed = [*runs, deeper, both]
    assert runs_varying(mixed, base, "learning_rate") == runs
    assert runs_varying(mixed, base, "hidden_sizes") == [*runs[3:6], deeper]


def test_no_run_left_is_an_error_that_names_the_factor(runs: list[Run]) -> None:
    with pytest.raises(ValueError, match="dropout"):
        runs_varying(runs, RunConfig(epochs=7), "dropout")
