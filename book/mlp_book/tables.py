"""Tables of runs: functions take frames and return a DataFrame of text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.facts import Levels
from mlp_book.frames import MEASURES, broke, dataset_name, label_of
from mlp_book.stats import (
    MARGIN,
    Effect,
    Spread,
    Values,
    against_all,
    compare,
    judge_family,
    noise_of,
    spread,
)
from mlp_book.text import NONE, format_level, in_words, keep_quantities
from mlp_core.training import Run

BEST = "★"  # before the best figure of a column, if it is shown to differ from every other
FIGURES = ("train_accuracy", "test_accuracy", "train_loss", "test_loss")
pd.set_option("display.max_colwidth", None)  # words of a cell stand there whole


def table_of_rows(rows: Mapping[str, Mapping[str, Any]], title: str) -> pd.DataFrame:
    """Return rows by their names as a table, what the names are in the corner of its head.

    There the title takes no room; as the name of the index it would have a row of its own.
    """
    table = pd.DataFrame(rows).T
    table.columns.name = title
    return table


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

    Where some seeds broke, the figures are those of the others, and the table says how many did.

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
        Whether `BEST` marks the best figure of a column, where it is shown to differ from
        every other level. Times have no mark: they are the machine's, not the level's.
    count : bool
        Whether to say how many seeds there are.
    """
    values = {name: Levels(data, factor, name, name.endswith("accuracy")) for name in measures}
    marked = {name: _clear_best(own, name) if best else None for name, own in values.items()}
    digits = {name: _digits(own, MEASURES[name].digits) for name, own in values.items()}
    lost, rows = broke(data), {}
    for level in next(iter(values.values())).levels:
        row = {
            label_of(name): f"{BEST}\u00a0" * (level == marked[name])
            + own[level].text(digits[name])
            for name, own in values.items()
        }
        if count:
            here = pd.Series([x == level for x in data[factor]], index=data.index)
            broken = int(lost[here].sum())
            row["seeds"] = f"{here.sum()}, {broken} broke" if broken else str(here.sum())
        rows[format_level(level)] = row
    return table_of_rows(rows, in_words(factor) if title is None else title)


def _digits(levels: Levels, digits: int) -> int:
    """Return a column's decimals: as many everywhere, unless its means differ too much in size."""
    means = [abs(mean) for level in levels.levels if (mean := levels[level].mean)]
    if digits >= 0 or not means or not max(means) < 100 * min(means):
        return digits
    return max(0, -digits - 1 - math.floor(math.log10(min(means))))


def _clear_best(levels: Levels, measure: str) -> Any:
    """Return the one level that is shown to differ from every other, or None."""
    if measure == "ms_per_update" or len(levels.levels) < 2 or levels.best is None:
        return None
    effects = levels.against(levels.best).values()
    known = [one for one in effects if all(one.n) or one.broken]
    return levels.best if known and all(one.direction for one in known) else None


def compare_with(
    data: pd.DataFrame, factor: str, reference: Any, measure: str = "test_accuracy"
) -> pd.DataFrame:
    """Compare every level of a factor with one of them: one family.

    Returns
    -------
    DataFrame
        One row per level, as text: mean and standard deviation, the difference with its 95 %
        interval, p after the correction for the family, and the outcome.

    Raises
    ------
    ValueError
        If the reference is no level.
    """
    levels = Levels(data, factor, measure)
    if reference not in levels.levels:
        raise ValueError(f"{factor}={reference!r} is not among the runs: {levels.levels}")
    digits, found = abs(MEASURES[measure].digits), levels.against(reference)
    rows = {
        format_level(level): {
            label_of(measure): levels[level].text(digits),
            **_in_columns(found.get(level), digits),
        }
        for level in levels.levels
    }
    return table_of_rows(rows, in_words(factor))


def _in_columns(effect: Effect | None, digits: int) -> dict[str, str]:
    if effect is None:
        return {"difference": NONE, "adjusted p": NONE, "outcome": NONE}
    p = effect.adjusted
    words = effect.text(digits)
    return {
        "difference": words if effect.broken else words.rpartition(", ")[0],
        "adjusted p": NONE if p != p else f"{p:.3f}" if p >= 0.001 else "<\u00a00.001",
        "outcome": effect.said,
    }


def treatments(
    columns: Mapping[str, Mapping[str, Values | Spread]],
    reference: str,
    title: str,
    margin: float = MARGIN,
    effects: Mapping[str, Mapping[str, Effect]] | None = None,
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
    margin : float
    effects : mapping of str to mapping, optional
        Of a group, where its levels are not compared unpaired.
    """
    parts = {}
    for name, levels in columns.items():
        groups = {level: spread(values) for level, values in levels.items()}
        parts[name] = {level: own.text() for level, own in groups.items()}
        found = (effects or {}).get(name) or against_all(
            {reference: spread([]), **groups}, reference, margin=margin
        )
        # The group's name keeps the columns of two groups apart.
        words = {level: keep_quantities(one.text()) for level, one in found.items()}
        parts[f"{name}: against {reference}"] = {
            level: words.get(level, "").replace("\u00a0[", " [") for level in groups
        }
    table = pd.DataFrame(parts).fillna("")
    table.columns.name = title
    return table


def grid_of_verdicts(
    grid: Mapping[str, Mapping[str, Values | Spread]], reference: str, title: str
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
    every = {(row, name): spread(own) for row, cells in grid.items() for name, own in cells.items()}
    noise = noise_of(every.values())
    pairs = [key for key in every if key[1] != reference]
    found = judge_family(
        [compare(every[key], every.get((key[0], reference), []), noise) for key in pairs]
    )
    words = {key: f", {keep_quantities(one.text())}" for key, one in zip(pairs, found, strict=True)}
    rows = {
        row: {name: every[row, name].text() + words.get((row, name), "") for name in cells}
        for row, cells in grid.items()
    }
    return table_of_rows(rows, title)


def reproduction_card(study: str, runs: Sequence[Run]) -> pd.DataFrame:
    """Return what it takes to make the runs of a chapter again, and what it took."""
    seeds = sorted({run.config.seed for run in runs})
    minutes = sum(run.core_s for run in runs) / 60
    rows = {
        "study": study,
        "runs": f"{len(runs)}, {_seeds(seeds)}",
        "data": ", ".join(dict.fromkeys(dataset_name(run.config.dataset) for run in runs)),
        "mlp_core": _environment(runs, "mlp_core"),
        "NumPy": _environment(runs, "numpy"),
        "Python": _environment(runs, "python"),
        "processor": _environment(runs, "cpu"),
        "core\u2011minutes": f"{minutes:.0f}" if minutes >= 10 else f"{minutes:.1f}",
        "to rerun": f"mlp-core study run {study}",
    }
    return table_of_rows({name: {"stored runs": text} for name, text in rows.items()}, "")


def _seeds(seeds: Sequence[int]) -> str:
    first, last = seeds[0], seeds[-1]
    if len(seeds) > 2 and list(seeds) == list(range(first, last + 1)):
        return f"seeds {first} to {last}"
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"


def _environment(runs: Sequence[Run], name: str) -> str:
    return ", ".join(dict.fromkeys(str(run.environment.get(name, "unknown")) for run in runs))
