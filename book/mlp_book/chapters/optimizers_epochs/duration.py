"""For how long to train, and with what rate at the end: epochs, early stopping, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mlp_book.facts import Levels, claim, facts
from mlp_book.findings.report_b import by_parameter, judge_findings
from mlp_book.frames import epochs, frame
from mlp_book.stats import compare, compare_paired, judge_family, noise_of, spread
from mlp_book.tables import grid_of_verdicts, table_of_rows
from mlp_core import Run

RATES = (0.02, 0.05, 0.1, 0.2)  # at which schedules start
LOWERED = ("step", "cosine")  # schedules that lower the rate


def learning_curves(runs: Sequence[Run]) -> pd.DataFrame:
    """Return error and loss of test and training by epoch, to draw on logarithmic axes.

    Training is the running mean of an epoch. An error of zero becomes 0.001 %.
    """
    data = epochs(runs)
    curves = {
        ("error, %", "test"): data["test_error"],
        ("error, %", "training"): (100 - data["running_accuracy"]).clip(lower=0.001),
        ("loss", "test"): data["test_loss"],
        ("loss", "training"): data["running_loss"],
    }
    parts = [
        data[["epoch", "row"]].assign(panel=panel, line=line, value=values)
        for (panel, line), values in curves.items()
    ]
    return pd.concat(parts, ignore_index=True)


class Stop(NamedTuple):
    """The last epoch that is trained, and the one whose network is kept: the best so far."""

    stopped: int
    kept: int


def find_stop(values: Sequence[float], patience: int, rising: bool = False) -> Stop:
    """Return where early stopping would have ended a run.

    The rule is that of `mlp_core.training.EarlyStopping`: training ends once the column of the
    history has not improved for `patience` epochs.

    >>> find_stop([0.5, 0.3, 0.4, 0.35, 0.2], patience=2)
    Stop(stopped=4, kept=2)
    """
    best = 0
    for epoch in range(1, len(values)):
        if (values[epoch] - values[best]) * (1 if rising else -1) > 0:
            best = epoch
        elif epoch - best >= patience:
            return Stop(epoch + 1, best + 1)
    return Stop(len(values), best + 1)


def _stops(runs: Sequence[Run], column: str, patience: int) -> list[Stop]:
    rising = column.endswith("accuracy")
    return [find_stop(run.history[column], patience, rising) for run in runs]


def _kept(runs: Sequence[Run], stops: Sequence[Stop]) -> list[float]:
    """Return the test accuracies of the networks that are kept, in percent."""
    pairs = zip(runs, stops, strict=True)
    return [100 * run.history["test_accuracy"][stop.kept - 1] for run, stop in pairs]


def table_of_patience(
    runs: Sequence[Run], patiences: Sequence[int], column: str = "test_loss"
) -> pd.DataFrame:
    """Return what each patience, and none, would have done to the runs; `column` is watched."""
    stops = {str(patience): _stops(runs, column, patience) for patience in patiences}
    stops["none"] = [Stop(len(run.history), len(run.history)) for run in runs]
    rows = {
        patience: {
            "epochs trained": _range([stop.stopped for stop in own]),
            "epoch kept": _range([stop.kept for stop in own]),
            "its test accuracy, %": spread(_kept(runs, own)).text(),
        }
        for patience, own in stops.items()
    }
    return table_of_rows(rows, "patience")


def _range(numbers: Sequence[int]) -> str:
    """Return mean and extremes, such as "12 (9 to 14)"."""
    low, high = min(numbers), max(numbers)
    mean = f"{np.mean(numbers):.1f}".removesuffix(".0")
    return mean if low == high else f"{mean} ({low}\u00a0to\u00a0{high})"


@facts("optimizers-epochs")
def stopping(runs: Sequence[Run]) -> Iterator[Any]:
    """Say how many epochs suffice in report B's study, and what early stopping would pick."""
    data = by_parameter(frame(runs))
    data = data[data["parameter"] == "epochs"]
    late, short = ([runs[row] for row in data.loc[data["level"] == n, "row"]] for n in (25, 14))
    readings = epochs(late).set_index(["epoch", "row"])
    accuracy, wrong = readings["test_accuracy"].unstack(), 100 - readings["running_accuracy"]
    at_14, last = accuracy.loc[14], accuracy.iloc[-1]
    extra = last - at_14
    # From the epoch after the last of these, no reading is shown to differ from the one at the end.
    lower = [epoch for epoch, own in accuracy.iterrows() if compare_paired(last, own).direction]
    enough = max(lower, default=0) + 1
    by_loss = _stops(late, "test_loss", 3)
    kept, stopped = _kept(late, by_loss), [stop.stopped for stop in by_loss]
    lowest = [int(np.argmin(run.history["test_loss"])) + 1 for run in late]
    yield {
        "enough": enough,
        "lowest-first": min(lowest),
        "lowest-last": max(lowest),
        "patient-first": min(stopped),
        "patient-last": max(stopped),
        "kept-loss": spread(kept),
        "after-14": spread(at_14),
        "after-25": spread(last),
        "extra-effect": compare_paired(last, at_14).in_points(),
        "kept-effect": compare_paired(kept, last).text(),
        "wrong-14": f"{wrong.loc[14].mean():.2f}",
    }
    histories = {run.config.seed: run.history for run in short}
    yield claim(
        "the first 14 epochs of a long run are the short run, bit for bit",
        lambda: all(
            run.history[name][:14] == histories[run.config.seed][name]
            for run in late
            for name in ("test_accuracy", "test_loss", "running_loss")
        ),
    )
    yield claim(
        "the training images are learned by heart after epoch 14",
        wrong.loc[len(accuracy)].max() < 0.02 < wrong.loc[14].min(),
    )
    yield claim(
        "the last eleven epochs gain a little, and no seed loses 0.02 points",
        enough > 14 and extra.min() > -0.02,
    )
    yield claim(
        "the test loss is lowest early and rises from there",
        max(lowest) <= 8
        and all(own.iloc[-1] > 1.1 * own.min() for _, own in readings["test_loss"].groupby("row")),
    )
    yield claim(
        "stopping by the test loss keeps a worse network", compare_paired(kept, last).direction < 0
    )

    hasty = _stops(late, "test_accuracy", 1)
    unlucky = min(range(len(late)), key=lambda seed: (hasty[seed].stopped, last.iloc[seed]))
    hasty_kept = _kept(late, hasty)[unlucky]
    yield {
        "ex3-stopped": hasty[unlucky].stopped,
        "ex3-kept": f"{hasty_kept:.2f}",
        "ex3-last": f"{last.iloc[unlucky]:.2f}",
    }
    yield claim("without patience the unluckiest seed loses", hasty_kept < last.iloc[unlucky])


def table_of_schedules(runs: Sequence[Run]) -> pd.DataFrame:
    """Return the test accuracy by rate and schedule, each against the constant rate."""
    rates = frame(runs).groupby("learning_rate")
    grid = {
        f"{rate:g}": {name: x["test_accuracy"] for name, x in own.groupby("schedule", sort=False)}
        for rate, own in rates
    }
    return grid_of_verdicts(grid, "constant", "learning rate")


@facts("optimizers-epochs")
def schedules(runs: Sequence[Run], report_b: Sequence[Run]) -> Iterator[Any]:
    """Say whether it helps to lower the rate; report B's study gives the chapter's answer."""
    data, found = frame(runs), by_parameter(frame(report_b))
    at = {rate: Levels(data[data["learning_rate"] == rate], "schedule") for rate in RATES}
    spreads = {(rate, name): at[rate][name] for rate in RATES for name in ("constant", *LOWERED)}
    plain, lowered = (
        max((x for x in spreads if x[1] in names), key=lambda x: np.nan_to_num(spreads[x].mean))
        for names in (("constant",), LOWERED)
    )
    best, noise = spreads[plain], noise_of(spreads.values())
    # Each run with a schedule against the one with the constant rate and the same seed.
    twins = data.pivot_table("test_accuracy", ["learning_rate", "seed"], "schedule")
    gains = twins[[*LOWERED]].sub(twins["constant"], axis=0)
    large = gains.query("learning_rate >= 0.05")
    found_14, found_25 = (
        found[found["level"] == n].set_index("seed")["test_accuracy"].sort_index() for n in (14, 25)
    )
    default, verdicts = spread(found_14), [one.verdict for one in judge_findings(report_b)]
    asked = [(rate, name) for rate in RATES for name in LOWERED]
    effects = judge_family([compare(spreads[x], spreads[x[0], "constant"], noise) for x in asked])
    better = {key for key, one in zip(asked, effects, strict=True) if one.direction > 0}
    yield {
        "schedule-runs": len(runs),
        "schedule-seeds": data["seed"].nunique(),
        "schedule-comparisons": len(asked),
        "twins": large.size,
        "constant-rate": plain[0],
        "constant-best": best,
        "lowered-rate": lowered[0],
        "lowered-name": lowered[1],
        "lowered-best": spreads[lowered],
        "lowered-effect": compare(spreads[lowered], best, noise).text(),
        **{
            f"{words}-effects": " and ".join(
                f"{compare(spreads[rate, name], best, noise).text()} ({name})" for name in LOWERED
            )
            for words, rate in (("tenth", 0.1), ("fifth", 0.2))
        },
        "tenth-constant-effect": compare(spreads[0.1, "constant"], best, noise).text(),
        **{
            f"tenth-{name}-points": compare(spreads[0.1, name], best, noise).in_points()
            for name in ("constant", "step")
        },
        **{
            f"effects-{rate:g}": " and ".join(
                f"{one.text()} ({name})"
                for (own, name), one in zip(asked, effects, strict=True)
                if own == rate
            )
            for rate in RATES
            if rate > 0.02
        },
        **{f"{name}-0.1": spreads[0.1, name] for name in LOWERED},
        **{f"constant-{rate:g}": spreads[rate, "constant"] for rate in RATES if rate > 0.02},
        "answer": (
            f"Under Adadelta {verdicts.count('holds')} of {len(verdicts)} published findings "
            f"hold. The default reaches {default.text()} % after 14 epochs; 11 more change that "
            f"by {compare_paired(found_25, found_14).in_points()}. With SGD, from a rate of 0.1, "
            f"a constant rate ({spreads[0.1, 'constant'].text()} %) is shown to be worse than "
            f"the best one; lowered rates ({spreads[0.1, 'step'].text()} % in steps) are not."
        ),
    }
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "three seeds distinguish no schedule from the constant rate, at any of the rates",
        not better,
    )
    yield claim(
        "from 0.2 they gain more than two points and narrow the spread to a fifth",
        all(
            spreads[0.2, name].mean > spreads[0.2, "constant"].mean + 2
            and spreads[0.2, name].std < spreads[0.2, "constant"].std / 5
            for name in LOWERED
        ),
    )
    yield claim(
        "a schedule from 0.1 is not shown to differ from the best constant rate, and the "
        "constant 0.1 is worse",
        all(compare(spreads[0.1, name], best, noise).direction == 0 for name in LOWERED)
        and compare(spreads[0.1, "constant"], best, noise).direction < 0,
    )
    yield claim(
        "from 0.2 no schedule makes up for the start",
        all(compare(spreads[0.2, name], best, noise).direction < 0 for name in LOWERED),
    )
    yield claim(
        "the best schedule is not shown to differ from the best constant rate; both start at 0.05",
        plain[0] == lowered[0] == 0.05 and compare(spreads[lowered], best, noise).direction == 0,
    )
    yield claim(
        "from 0.05 on each run with a schedule ends above its twin, from 0.02 not all",
        lambda: large.min(axis=None) > 0 > gains.loc[0.02, "step"].min(),
    )
