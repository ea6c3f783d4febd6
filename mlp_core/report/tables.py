"""Tables of runs: functions take runs and return a DataFrame, figures with their spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_core.report.axes import format_level
from mlp_core.report.measures import MEASURES, group_runs, values_of
from mlp_core.report.spread import outside_seed_noise, seed_spread
from mlp_core.training import Run

BEST = "★"  # before the best figure of a column, if seed noise tells it from every other


def table_by_factor(
    runs: Sequence[Run],
    factor: str,
    measures: Sequence[str] = ("train_accuracy", "test_accuracy", "train_loss", "test_loss"),
) -> pd.DataFrame:
    """Return a row for each level of a factor: mean and standard deviation over seeds, as text.

    Where some seeds diverged, the figures are those of the others; where all did, a dash. The best
    figure of a column is marked by `BEST`, but only where seed noise tells it from every other
    level. Times have no mark: they are the machine's, not the level's.

    Parameters
    ----------
    runs : sequence of Run
    factor : str
        A config field.
    measures : sequence of str
        Names from `mlp_core.report.measures.MEASURES`.
    """
    groups = group_runs(runs, factor)
    rows: dict[str, dict[str, str]] = {}
    best = {name: _clear_best(runs, factor, name) for name in measures}
    for level, group in groups.items():
        row = {}
        for name in measures:
            mark = f"{BEST}\u00a0" if level == best[name] else ""
            row[MEASURES[name].label] = mark + cell_text(group, name)
        diverged = sum(run.status == "diverged" for run in group)
        row["seeds"] = f"{len(group)}, {diverged} diverged" if diverged else str(len(group))
        rows[format_level(level)] = row
    return table_of_rows(rows, factor.replace("_", " "))


def _clear_best(runs: Sequence[Run], factor: str, measure: str) -> Any:
    """Return the one level that seed noise tells from every other, or None."""
    values = {g: values_of(group, measure) for g, group in group_runs(runs, factor).items()}
    scores = {level: scored for level, scored in values.items() if scored}
    whole = any(len(values[g]) == len(group) for g, group in group_runs(runs, factor).items())
    if measure == "ms_per_update" or len(scores) < 2 or not whole:
        return None
    best = best_levels(runs, factor, measure, largest=measure.endswith("accuracy"))[0]
    others = [scored for level, scored in scores.items() if level != best]
    return best if all(outside_seed_noise(scores[best], other) for other in others) else None


def table_of_rows(rows: Mapping[str, Mapping[str, Any]], title: str) -> pd.DataFrame:
    """Return rows by their names as a table, what the names are in the corner of its head.

    There the title takes no room; as the name of the index it would have a row of its own.
    """
    table = pd.DataFrame(rows).T
    table.columns.name = title
    return table


def cell_text(runs: Sequence[Run], measure: str) -> str:
    """Return mean and standard deviation of a measure over seeds; a dash where all diverged."""
    shown = MEASURES[measure]
    values = values_of(runs, shown)
    return seed_spread(values).text(shown.digits) if values else "-"


def best_levels(
    runs: Sequence[Run], factor: str, measure: str = "test_accuracy", largest: bool = True
) -> list[Any]:
    """Return what `best_of` does, of the levels of a config field."""
    return best_of(group_runs(runs, factor), measure, largest)


def best_of(
    groups: Mapping[Any, Sequence[Run]], measure: str = "test_accuracy", largest: bool = True
) -> list[Any]:
    """Return the best of some groups of runs, then all those that seed noise cannot tell from it.

    Parameters
    ----------
    groups : mapping of any to sequence of Run
    measure : str
        A name from `mlp_core.report.measures.MEASURES`.
    largest : bool
        Whether larger is better.

    Returns
    -------
    list
        The name of the best by the mean first, the others from best to worst. Groups in which a
        seed diverged are left out.

    Raises
    ------
    ValueError
        If every group has a run that diverged.
    """
    scores = {}
    for name, group in groups.items():
        values = values_of(group, measure)
        if len(values) == len(group):
            scores[name] = values
    if not scores:
        raise ValueError("each of these groups has a run that diverged: none is the best")
    sign = -1 if largest else 1
    ranked = sorted(scores, key=lambda name: sign * seed_spread(scores[name]).mean)
    best = ranked[0]
    return [best] + [
        name for name in ranked[1:] if not outside_seed_noise(scores[best], scores[name])
    ]


def reproduction_card(study: str, runs: Sequence[Run]) -> pd.DataFrame:
    """Return what it takes to make the runs of a chapter again, and what it took.

    Parameters
    ----------
    study : str
        Its name.
    runs : sequence of Run
        At least one.
    """
    seeds = sorted({run.config.seed for run in runs})
    minutes = sum(run.duration_s for run in runs) / 60
    rows: Mapping[str, str] = {
        "study": study,
        "runs": f"{len(runs)}, seeds {', '.join(str(seed) for seed in seeds)}",
        "data": _all(runs, lambda run: run.config.dataset),
        "mlp_core": _all(runs, lambda run: run.environment.get("mlp_core", "unknown")),
        "NumPy": _all(runs, lambda run: run.environment.get("numpy", "unknown")),
        "Python": _all(runs, lambda run: run.environment.get("python", "unknown")),
        "processor": _all(runs, lambda run: run.environment.get("cpu", "unknown")),
        "core-minutes": f"{minutes:.0f}" if minutes >= 10 else f"{minutes:.1f}",
        "again": f"mlp-core study run {study}",
    }
    return table_of_rows({name: {"stored runs": text} for name, text in rows.items()}, "")


def _all(runs: Sequence[Run], read: Any) -> str:
    """Return the distinct values of something over the runs."""
    return ", ".join(dict.fromkeys(str(read(run)) for run in runs))
