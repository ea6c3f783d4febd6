"""Tables of runs: functions take frames and return a DataFrame of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.frames import MEASURES, label_of, levels_of
from mlp_book.stats import LEVEL, Values, different, finite, judge, spread, welch_p
from mlp_book.text import NONE, format_level, in_words, signed, unbroken
from mlp_core.training import Run

BEST = "★"  # before the best figure of a column, if seed noise tells it from every other
FIGURES = ("train_accuracy", "test_accuracy", "train_loss", "test_loss")


def table_of_rows(rows: Mapping[str, Mapping[str, Any]], title: str) -> pd.DataFrame:
    """Return rows by their names as a table, what the names are in the corner of its head.

    There the title takes no room; as the name of the index it would have a row of its own.
    """
    table = pd.DataFrame(rows).T
    table.columns.name = title
    return table


def cell(values: Values, measure: str) -> str:
    """Return mean and standard deviation of a measure over seeds; a dash where all diverged."""
    return spread(values).text(MEASURES[measure].digits)


def by_level(
    data: pd.DataFrame,
    factor: str,
    measures: Sequence[str] = FIGURES,
    *,
    title: str | None = None,
    best: bool = True,
    count: bool = True,
) -> pd.DataFrame:
    """Return one row per level: mean and standard deviation over seeds, as text.

    Where some seeds diverged, the figures are those of the others; where all did, a dash.

    Parameters
    ----------
    data : DataFrame
        Such as from `mlp_book.frames.frame`.
    factor : str
        A column.
    measures : sequence of str
        Names from `mlp_book.frames.MEASURES`.
    title : str, optional
        Instead of the factor's name.
    best : bool
        Whether `BEST` marks the best figure of a column, where seed noise tells it from every
        other level. Times have no mark: they are the machine's, not the level's.
    count : bool
        Whether to say how many seeds there are.
    """
    groups = {level: data[[x == level for x in data[factor]]] for level in levels_of(data[factor])}
    marked = {name: _clear_best(groups, name) if best else None for name in measures}
    rows = {}
    for level, group in groups.items():
        row = {
            label_of(name): f"{BEST}\u00a0" * (level == marked[name]) + cell(group[name], name)
            for name in measures
        }
        if count:
            diverged = int(group["diverged"].sum())
            row["seeds"] = f"{len(group)}, {diverged} diverged" if diverged else str(len(group))
        rows[format_level(level)] = row
    return table_of_rows(rows, in_words(factor) if title is None else title)


def _clear_best(groups: Mapping[Any, pd.DataFrame], measure: str) -> Any:
    """Return the one level that seed noise tells from every other, or None."""
    values = {level: finite(group[measure]) for level, group in groups.items()}
    scores = {level: own for level, own in values.items() if len(own)}
    complete = [level for level, own in scores.items() if len(own) == len(groups[level])]
    if measure == "ms_per_update" or len(scores) < 2 or not complete:
        return None
    sign = 1 if measure.endswith("accuracy") else -1
    best = max(complete, key=lambda level: sign * spread(scores[level]).mean)
    others = [own for level, own in scores.items() if level != best]
    return best if all(different(scores[best], other) for other in others) else None


def compare_with(
    data: pd.DataFrame, factor: str, reference: Any, measure: str = "test_accuracy"
) -> pd.DataFrame:
    """Compare every level of a factor with one of them by Welch's test.

    Returns
    -------
    DataFrame
        One row per level, as text: mean and standard deviation, difference to the reference, the
        test's p, and the verdict.

    Raises
    ------
    ValueError
        If the reference is no level.
    """
    values = {level: own[measure] for level, own in data.groupby(factor)}
    if reference not in values:
        raise ValueError(f"{factor}={reference!r} is not among the runs: {list(values)}")
    digits, rows = abs(MEASURES[measure].digits), {}
    for level, own in values.items():
        p = welch_p(own, values[reference]) if level != reference else float("nan")
        known = p == p
        rows[format_level(level)] = {
            label_of(measure): cell(own, measure),
            "difference": signed(spread(own).mean - spread(values[reference]).mean, digits)
            if known
            else NONE,
            "p": (f"{p:.3f}" if p >= 0.001 else "<\u00a00.001") if known else NONE,
            "seed noise": ("outside" if p < LEVEL else "inside") if known else NONE,
        }
    return table_of_rows(rows, in_words(factor))


def treatments(
    columns: Mapping[str, Mapping[str, Values]], reference: str, title: str
) -> pd.DataFrame:
    """Return mean, spread, and the difference to a reference, for each level.

    Parameters
    ----------
    columns : mapping of str to mapping
        From what a group of columns is to its levels: from a level to one value per seed, larger
        being better. A level that a group lacks is left blank.
    reference : str
        The level that the others are set against.
    title : str
        What the levels are.
    """
    parts = {}
    for name, levels in columns.items():
        base = levels.get(reference, [])
        parts[name] = {level: spread(values).text() for level, values in levels.items()}
        # The group's name keeps the columns of two groups apart.
        parts[f"{name}: against {reference}"] = {
            level: "" if level == reference else _difference(values, base)
            for level, values in levels.items()
        }
    table = pd.DataFrame(parts).fillna("")
    table.columns.name = title
    return table


def _difference(values: Values, reference: Values) -> str:
    difference = signed(spread(values).mean - spread(reference).mean)
    return unbroken(f"{difference}, {judge(values, reference)}")


def grid_of_verdicts(
    grid: Mapping[str, Mapping[str, Values]], reference: str, title: str
) -> pd.DataFrame:
    """Return a cell for each row and column; each is set against its row's reference column.

    Parameters
    ----------
    grid : mapping of str to mapping
        From rows to columns to one value per seed, larger being better.
    reference : str
        A column.
    title : str
        What the rows are.
    """
    rows = {
        name: {
            column: spread(values).text()
            + (
                ""
                if column == reference
                else f", {unbroken(judge(values, cells.get(reference, [])))}"
            )
            for column, values in cells.items()
        }
        for name, cells in grid.items()
    }
    return table_of_rows(rows, title)


def reproduction_card(study: str, runs: Sequence[Run]) -> pd.DataFrame:
    """Return what it takes to make the runs of a chapter again, and what it took."""
    seeds = sorted({run.config.seed for run in runs})
    minutes = sum(run.duration_s for run in runs) / 60
    rows = {
        "study": study,
        "runs": f"{len(runs)}, seeds {', '.join(str(seed) for seed in seeds)}",
        "data": ", ".join(dict.fromkeys(str(run.config.dataset) for run in runs)),
        "mlp_core": _environment(runs, "mlp_core"),
        "NumPy": _environment(runs, "numpy"),
        "Python": _environment(runs, "python"),
        "processor": _environment(runs, "cpu"),
        "core-minutes": f"{minutes:.0f}" if minutes >= 10 else f"{minutes:.1f}",
        "again": f"mlp-core study run {study}",
    }
    return table_of_rows({name: {"stored runs": text} for name, text in rows.items()}, "")


def _environment(runs: Sequence[Run], name: str) -> str:
    return ", ".join(dict.fromkeys(str(run.environment.get(name, "unknown")) for run in runs))
