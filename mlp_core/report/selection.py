"""Which runs of a study belong together: those that differ from a base in one field alone."""

from __future__ import annotations

from collections.abc import Sequence

from mlp_core.training import Run, RunConfig


def runs_varying(runs: Sequence[Run], base: RunConfig, factor: str) -> list[Run]:
    """Return the runs that differ from a base in nothing but one field, and the seed.

    A study that varies one factor at a time shares its base among all factors: the runs of the
    base itself are in every selection.

    Parameters
    ----------
    runs : sequence of Run
    base : RunConfig
        Its seed does not matter.
    factor : str
        A config field.

    Raises
    ------
    ValueError
        If no run is left.
    """
    kept = [
        run
        for run in runs
        if run.config.replace(**{factor: getattr(base, factor), "seed": base.seed}) == base
    ]
    if not kept:
        raise ValueError(f"none of the {len(runs)} runs differs from the base in {factor!r} alone")
    return kept
