"""What a panel in Jupyter is asked to train: one run a seed, on data that are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlp_core.data import DataError, find_dataset
from mlp_core.what_if.panel import Panel

NO_MNIST = (
    "MNIST is not on this computer. Type mlp-core data fetch in a terminal (12 MB, once), or put "
    "the name of the folder that holds its four files into MLP_CORE_DATA_DIR."
)


@dataclass
class Job:
    """Runs to be made one after the other.

    Attributes
    ----------
    runs : list of (Panel, values)
        One a seed.
    due : float
        When it may begin, by `time.monotonic`.
    cancelled : bool
    """

    runs: list[tuple[Panel, dict[str, Any]]]
    due: float = 0.0
    cancelled: bool = False


def make_job(
    panel: Panel, values: Mapping[str, Any], seeds: int = 1, dataset: str | None = None
) -> Job:
    """Return the runs that a panel's values stand for.

    Parameters
    ----------
    panel : Panel
    values : mapping
        From control names to values.
    seeds : int
        How many to train, from the one in the values or in the panel's base on.
    dataset : str, optional
        What to train on instead of the panel's own.

    Raises
    ------
    ConfigError
        If a value is not legal, or the values do not go together.
    """
    if dataset:
        panel = panel.with_base(dataset=dataset)
    first, legal = panel.config(values).seed, panel.clean(values)
    runs = []
    for seed in range(first, first + seeds):
        # Where the seed is a control its value counts, elsewhere that of the base.
        its_values = {**legal, "seed": seed} if "seed" in legal else legal
        its_panel = panel.with_base(seed=seed)
        its_panel.config(its_values)
        runs.append((its_panel, its_values))
    return Job(runs)


def require_data(dataset: str) -> None:
    """Raise a DataError if training would have to download its data first."""
    if dataset == "mnist" and find_dataset("mnist") is None:
        raise DataError(NO_MNIST)
