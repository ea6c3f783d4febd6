"""What the chapter on searching says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from mlp_book.chapters.searching.figures import count_text
from mlp_book.chapters.searching.grid import (
    DEFAULT,
    STUDY,
    cells_of,
    describe_cell,
    exact_importance,
    expected_best,
    from_everywhere,
    level_shares,
    load_seconds,
    mean_errors,
    pooled_noise,
    smallest_gap,
    without_interactions,
)
from mlp_book.facts import claim, facts
from mlp_book.findings import regularization, report_b
from mlp_book.findings.published import published
from mlp_book.frames import frame
from mlp_book.stats import EXACT, LEVEL, Effect, compare, spread
from mlp_core import Run
from mlp_core.studies import STUDIES
from mlp_core.studies.effort import Effort
from mlp_core.studies.grid import Grid, OneAtATime

NAME = "searching"
FAILED = 50.0  # percent of test error
Shares = Mapping[str, float]


def in_verdict(better: str, undecided: str, worse: str, effect: Effect) -> str:
    """Return the words for the direction of an effect."""
    return (undecided, better, worse)[effect.direction]


@facts(NAME)
def small(data: pd.DataFrame, found: OneAtATime) -> Iterator[Any]:
    """Say what two good changes do together, on small digits."""
    by_cell = data.groupby(["learning_rate", "momentum"])["test_accuracy"]
    accuracy = {cell: spread(own) for cell, own in by_cell}
    cells = ((0.01, 0.0), (1.0, 0.0), (0.01, 0.99), (1.0, 0.99))
    start, fast, heavy, both = (accuracy.get(cell, spread([])) for cell in cells)
    yield claim("a rate of 1 and a momentum of 0.99 are best alone", found.found == ("1.0", "0.99"))
    yield claim(
        "each alone is better than the start",
        min(compare(one, start).direction for one in (fast, heavy)) > 0,
    )
    yield claim("both together are worse", compare(both, start).direction < 0)
    yield claim(
        "alone they learn, together they do not", min(fast.low, heavy.low) > 90 > 50 > both.high
    )
    yield {
        "small-start": start.text(1),
        "small-rate": fast.text(1),
        "small-momentum": heavy.text(1),
        "small-both": both.text(1),
        "small-best": accuracy[tuple(map(float, found.best))].text(1),
    }


@facts(NAME)
def ranking(grid: Grid, runs: Sequence[Run]) -> Iterator[Any]:
    """Say what the grid is, how its cells differ, and which fail."""
    cells = cells_of(grid)
    errors = cells["test_error"]
    failed = cells[errors > FAILED]
    at_default = 100 * (1 - grid.value(list(DEFAULT.values())))
    hours = sum(run.duration_s for run in runs) / 3600

    yield claim(
        "486 runs answer all 2,187 cells, and all are stored",
        len(runs) == len(STUDIES[STUDY].configs()) == 486 and len(cells) == 3**7,
    )
    yield claim(
        "runs that completed have 25 epochs",
        all(len(run.history) == 25 for run in runs if run.status == "completed"),
    )
    yield claim(
        "nll and cross-entropy are the same",
        np.array_equal(grid.table.take(0, axis=3), grid.table.take(1, axis=3)),
    )
    yield claim("some cells fail, and not most", 0.01 < len(failed) / len(cells) < 0.5)
    yield claim("the default is not the best", errors.min() < at_default)
    yield {
        "all-cells": f"{3 ** len(grid.levels):,}",
        "all-runs": len(STUDIES[STUDY].configs()),
        "cells": f"{len(cells):,}",
        "gpu-hours": published().query("table == 'full factorial'")["mean"].item(),
        "hours": f"{hours:.1f}",
        "best-cell": describe_cell(grid.best()[0]),
        "best-error": f"{errors.min():.2f}",
        "default-error": f"{at_default:.2f}",
        "median-error": f"{errors.median():.2f}",
        "failed-share": f"{100 * len(failed) / len(cells):.0f}",
    }
    shares = level_shares(failed)
    most, blamed = shares.max(), " ".join(shares.idxmax())
    yield {
        "blamed-words": (
            f"Most of them ({100 * most:.0f} %) have the {blamed}."
            if most > 0.5
            else f"Most frequent among them is the {blamed} ({100 * most:.0f} %)."
        ),
        "factor": f"{load_seconds().table.sum() / 3600 / hours:.1f}",
    }
    ahead, pairs = _odd_loss_ahead(cells)
    yield claim("with small batches and several layers, mse is ahead of nll", 0 < pairs == ahead)
    yield {"odd-ahead": ahead, "odd-pairs": pairs}


def _odd_loss_ahead(cells: pd.DataFrame) -> tuple[int, int]:
    """Return in how many pairs mse has a lower error than nll, and of how many, where it thrives.

    That is in deeper networks of ReLU with batches of 16 and a rate of 1, after 25 epochs.
    """
    where = {"batch size": "16", "activation": "ReLU", "learning rate": "1", "epochs": "25"}
    own = cells[(cells[list(where)] == pd.Series(where)).all(axis=1)]
    errors = own[own["hidden layers"] != "1"].pivot_table(
        "test_error", ["hidden layers", "regularization"], "loss", observed=True
    )
    return int((errors["mse"] < errors["nll"]).sum()), len(errors)


@facts(NAME)
def seed_noise(
    cells: pd.DataFrame,
    near: pd.DataFrame,
    noise: float,
    changes: Sequence[Run],
    runs: Sequence[Run],
) -> Iterator[Any]:
    """Say what a single run can tell, and what the best cells have in common.

    `near` are those of them that differ: nll and cross-entropy are one run.
    """
    data = frame(changes)
    wild = pooled_noise(data[data["learning_rate"] == 10])
    histories = {run.config.replace(epochs=14): run.history["test_accuracy"] for run in runs}
    same = [
        run.history["test_accuracy"] == histories[run.config][:14]
        for run in changes
        if run.config in histories
    ]
    shares = level_shares(near)
    common = [
        f"{' '.join(level)} ({100 * share:.0f} %)" for level, share in shares[shares > 0.6].items()
    ]
    distinct = len(near)
    everywhere = int((cells["test_error"] <= near["test_error"].max()).sum())
    luck = expected_best(max(distinct, 1)) * noise

    yield claim("runs of 14 epochs are the beginning of those of 25", len(same) >= 9 and all(same))
    yield claim("at a rate of 10, seeds spread more", wild > 2 * noise)
    yield claim("few cells are near the best", everywhere < 0.2 * len(cells))
    yield claim("none of them is counted twice", "cross-entropy" not in set(near["loss"]))
    yield {
        "default-seeds": len(_default(data)),
        "noise": f"{noise:.2f}",
        "gap": f"{smallest_gap(noise):.2f}",
        "near": everywhere,
        "near-distinct": distinct,
        "near-share": f"{100 * everywhere / len(cells):.1f}",
        "common": common or "nothing",
        "luck": (
            f"Suppose that these {distinct} cells were all equally good. Even then one of them has "
            "to come out first, and by chance alone it would stand about "
            f"{luck:.2f} points above their mean."
            if distinct > 1
            else "Here it is a single run, the best of very many that were compared."
        ),
    }


def _default(data: pd.DataFrame) -> pd.Series:
    """Return the test accuracies of the report's own setting, one per seed."""
    rows = report_b.by_parameter(data).query("parameter == 'epochs' and level == 14")
    return rows["test_accuracy"]


@facts(NAME)
def importance(
    grid: Grid, shares: pd.DataFrame, log_shares: pd.DataFrame, forest: Shares
) -> Iterator[Any]:
    """Say which factors matter, and how much belongs to pairs and larger groups."""
    kinds = shares.groupby("kind", observed=True)["share"].sum()
    exact = exact_importance(shares)
    alone, log_alone = (
        table[table["kind"] == "factor"].set_index("term")["share"]
        for table in (shares, log_shares)
    )
    least, log_least = alone.index[-1], log_alone.index[-1]
    yield claim("all shares add up", np.allclose([kinds.sum(), log_shares["share"].sum()], 1))
    yield claim(
        "the forest agrees with the exact shares",
        all(abs(forest[factor] - share) < 0.05 for factor, share in exact.items()),
    )
    yield claim("much belongs to pairs and larger groups", kinds["pair"] + kinds["rest"] > 0.15)
    yield {
        "first": alone.index[0],
        "second": alone.index[1],
        "alone": f"{100 * kinds['factor']:.0f}",
        "pairs": f"{100 * kinds['pair']:.0f}",
        "rest": f"{100 * kinds['rest']:.0f}",
        "log-first": log_alone.index[0],
        "least": f"{least}, on both scales"
        if least == log_least
        else f"{least} for the accuracy, and the {log_least} for the logarithm",
        "forest-first": f"{100 * forest[alone.index[0]]:.0f}",
        "exact-first": f"{100 * exact.iloc[0]:.0f}",
    }
    strongest = shares[shares["kind"] == "pair"].iloc[0]
    lines, across = strongest["term"].split(" x ")
    means = mean_errors(cells_of(grid), lines, across)
    apart = means.max() - means.min()
    wide, narrow = apart.idxmax(), apart.idxmin()
    yield claim("the distance between the lines is not the same", apart[wide] > apart[narrow])
    yield {
        "pair-lines": lines,
        "wide": _with_level(across, wide),
        "wide-apart": f"{apart[wide]:.1f}",
        "narrow": _with_level(across, narrow),
        "narrow-apart": f"{apart[narrow]:.1f}",
    }


def _with_level(factor: str, level: str) -> str:
    """Return a level as it stands after "with": a word by itself, a number with its factor."""
    return f"{factor} {level}" if level[:1].isdigit() else level


def _shortfall(found: OneAtATime, noise: float) -> str:
    """Return in words how far the cell that was found is from the best one."""
    short = 100 * (found.best_value - found.found_value)
    if short <= 1e-9:
        return "the lowest of the grid"
    gap = smallest_gap(noise)
    outcome = "different from it" if short > gap else "not shown to differ from it"
    return f"{short:.2f} ± {gap:.2f} points above the lowest of the grid, so {outcome}"


@facts(NAME)
def one_at_a_time(
    grid: Grid,
    found: OneAtATime,
    noise: float,
    changes: Sequence[Run],
    treated: Sequence[Run],
) -> Iterator[Any]:
    """Say what changing one factor at a time finds from the report's default, what it misses.

    The runs are those of the studies ``one-at-a-time`` and ``regularization``.
    """
    cells, data = cells_of(grid), frame(changes)
    errors, gap = cells["test_error"], smallest_gap(noise)
    found_error = 100 * (1 - found.found_value)
    default = _default(data)
    lead = 100 * found.best_value - default.mean()
    tried = int((cells["loss"] != "cross-entropy").sum())
    enough = smallest_gap(noise, 1, len(default))
    enough_of_all = smallest_gap(noise, 1, len(default), comparisons=tried)
    arrived = 100 * (1 - from_everywhere(grid))
    near = (errors <= errors.min() + gap).mean()
    levels = report_b.by_parameter(data).groupby(["parameter", "level"], sort=False)[
        "test_accuracy"
    ]
    treatments = regularization.by_treatment(frame(treated)).query("images == @regularization.MANY")
    by_treatment = dict(iter(treatments.groupby("treatment")["test_accuracy"]))
    untreated = by_treatment.get(regularization.UNTREATED, [])

    yield claim(
        "it begins at the default and sees 8 to 16 cells",
        found.base == tuple(DEFAULT.values()) and 8 <= found.cells_seen <= 16,
    )
    yield claim("the best cell is better than the default", lead > 0)
    yield claim(
        "from the default it finds the best, from few other starts it comes near",
        found.found_value == found.best_value and (arrived <= errors.min() + gap).mean() < 0.1,
    )
    yield claim(
        "no single change but more epochs is shown to be better than the default",
        all(
            compare(own, default).direction <= 0
            for (parameter, _), own in levels
            if parameter != "epochs"
        ),
    )
    yield claim(
        "nor a treatment better than none",
        all(compare(own, untreated).direction <= 0 for own in by_treatment.values()),
    )
    yield {
        "found-error": f"{found_error:.2f}",
        "found-seen": found.cells_seen,
        "short": _shortfall(found, noise),
        "lead": f"{lead:.2f}",
        "lead-enough": f"{enough:.2f}",
        "lead-words": "larger" if lead > enough else "smaller",
        "lead-enough-of-all": f"{enough_of_all:.2f}",
        "lead-of-all-words": "and it is" if lead > enough_of_all else "and it is not",
        "tried": f"{tried:,}",
        "default-mean": spread(100 - default),
        "arrived": f"{100 * (arrived <= errors.min() + gap).mean():.0f}",
        "stranded": f"{100 * (arrived > FAILED).mean():.0f}",
        "by-chance": f"{100 * (1 - (1 - near) ** found.cells_seen):.0f}",
    }


@facts(NAME)
def searches(
    grid: Grid,
    reached: Mapping[str, np.ndarray],
    goals: Shares,
    efforts: Mapping[str, Mapping[str, Effort]],
    runs: Sequence[Run],
) -> Iterator[Any]:
    """Say how soon searches, "random" and "TPE", find what is good.

    By kind, `reached` has the test error of the best cell so far, as (searches, trials).
    """
    early, close, best = efforts.values()
    count, trials = reached["TPE"].shape
    # Half of all random searches hold a cell of a share of the grid after so many draws.
    medians = [_median_of_chance(grid.table >= goal - 1e-12) for goal in goals.values()]
    arrived, hits = (
        {kind: int(np.isfinite(own.trials).sum()) for kind, own in effort.items()}
        for effort in (close, best)
    )
    minutes = np.median(close["TPE"].costs) / 60
    hours = sum(run.duration_s for run in runs) / 3600

    yield claim(
        "the first ten trials of TPE are those of random search",
        np.array_equal(reached["TPE"][:, :10], reached["random"][:, :10]),
    )
    yield claim(
        "to find one of the best twentieth is easy",
        max(effort.median_trials for effort in early.values()) < trials / 3,
    )
    yield claim(
        "random search takes as long as chance says",
        1 / 3 < early["random"].median_trials / medians[0] < 3,
    )
    yield claim("to find the best is hard", hits["random"] < count)
    yield claim(
        "more searches with TPE come near the best than random ones",
        arrived["TPE"] > arrived["random"] and _arrival_p(arrived, count) < LEVEL,
    )
    yield {
        "searches": count,
        "trials": trials,
        "early-random": count_text(early["random"].median_trials, trials),
        "early-tpe": count_text(early["TPE"].median_trials, trials),
        "top-median": math.ceil(medians[0]),
        "arrivals-random": arrived["random"],
        "arrivals-tpe": arrived["TPE"],
        "close-tpe": count_text(close["TPE"].median_trials, trials),
        "hits-random": hits["random"],
        "hits-tpe": hits["TPE"],
        "expected-median": math.ceil(medians[1]),
        # A search that did not arrive has no number of trials: what is compared is who arrived.
        "arrival-p": f"{_arrival_p(arrived, count):.3f}",
        "sooner": "different" if _arrival_p(arrived, count) < LEVEL else "undecided",
        "cost": (
            f"In the median, a search with TPE would have taken {minutes:.2g} core-minutes to "
            f"come near the best, {100 * minutes / 60 / hours:.1f} % of what the grid took."
            if np.isfinite(minutes)
            else f"Not half of the searches with TPE came near the best in {trials} trials."
        ),
    }


def _median_of_chance(wanted: np.ndarray | pd.Series) -> float:
    """Return after how many draws half of all random searches hold a wanted cell: it is exact."""
    return float(np.log(0.5) / np.log1p(-np.mean(wanted)))


def _arrival_p(arrived: Mapping[str, int], count: int) -> float:
    """Return the p of Fisher's exact test of how many searches of each kind arrived."""
    return float(fisher_exact([[n, count - n] for n in arrived.values()]).pvalue)


@facts(NAME)
def learned(
    shares: pd.DataFrame, forest: Shares, by_kind: Mapping[str, Sequence[Shares]]
) -> Iterator[Any]:
    """Say what a forest that is shown the trials of one search knows of importance.

    The shares are the exact ones, those of the `forest` were learned from all cells.
    """
    exact = exact_importance(shares)
    off = {
        kind: [100 * max(abs(own[f] - share) for f, share in exact.items()) for own in each]
        for kind, each in {"forest": [forest], **by_kind}.items()
    }
    yield claim(
        "the forest is not to blame",
        min(np.mean(off["TPE"]), np.mean(off["random"])) > 1.5 * off["forest"][0],
    )
    yield {
        "listeners": len(by_kind["TPE"]),
        "off-forest": f"{off['forest'][0]:.1f}",
        "off-random": spread(off["random"]).text(0),
        "off-tpe": spread(off["TPE"]).text(0),
        "nearer": in_verdict(
            "less far off",
            "not shown to differ from that",
            "farther off",
            compare([-x for x in off["TPE"]], [-x for x in off["random"]], EXACT),
        ),
    }


@facts(NAME)
def exercises(
    grid: Grid, found: OneAtATime, noise: float, close: Mapping[str, Effort], trials: int
) -> Iterator[Any]:
    """Answer the exercises, and the chapter's question.

    By kind of search, `close` is the effort until it comes near the best.
    """
    cells, gap = cells_of(grid), smallest_gap(noise)
    errors = cells["test_error"].to_numpy()
    draws = int(np.ceil(np.log(0.05) / np.log(0.95)))
    top = np.zeros(errors.size, bool)
    top[np.argsort(errors)[: round(0.05 * errors.size)]] = True
    held = top[np.random.default_rng(1).integers(errors.size, size=(10_000, draws))].any(axis=1)
    yield claim("the draws are the fewest", 0.95**draws <= 0.05 < 0.95 ** (draws - 1))
    yield claim("simulated searches agree", 0.94 < held.mean() < 0.97)
    yield {"ex1-draws": draws, "ex1-seen": f"{100 * held.mean():.1f}"}

    flat = without_interactions(grid)
    successes = int(np.isclose(from_everywhere(flat), flat.table.max()).sum())
    yield claim("without interactions all starts lead to the best", successes == flat.table.size)
    yield {"ex2": f"{successes:,}"}

    deviations = expected_best(int((cells["loss"] != "cross-entropy").sum()))
    yield claim("the best of equals seems better than a gap", deviations * noise > gap)
    yield claim("by 3 to 3.5 standard deviations", 3 < deviations < 3.5)
    yield {"ex3": f"{deviations * noise:.2f}", "ex3-deviations": f"{deviations:.1f}"}

    soon = {kind: count_text(effort.median_trials, trials) for kind, effort in close.items()}
    yield {
        "answer": (
            f"Of {errors.size:,} combinations, {(errors <= errors.min() + gap).sum()} are near "
            f"the best (test error {errors.min():.2f} %, one seed). One at a time, "
            f"from the report's default, ends at {100 * (1 - found.found_value):.2f} %, "
            f"{_shortfall(found, noise)}. In the median of the searches, it took "
            f"{soon['random']} random trials to come near it, and {soon['TPE']} with TPE."
        ),
    }
