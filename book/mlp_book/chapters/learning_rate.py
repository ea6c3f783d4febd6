"""The chapter on the learning rate: a parabola, small digits, MNIST, rates and batches crossed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.facts import Levels, claim, facts
from mlp_book.findings.scaling import RULES, against_start, follow_rule
from mlp_book.frames import LEARNED, all_learned, epochs, frame, settled
from mlp_book.stats import compare, spread
from mlp_book.tables import treatments
from mlp_book.text import NONE, enumerate_words, format_number
from mlp_core import Run, RunConfig

NAME = "learning-rate"
GUESSING = float(np.log(10))  # the cross-entropy of ten equally likely classes
START = (RunConfig().batch_size, RunConfig().learning_rate)  # the published setting


@facts(NAME)
def digits(runs: Sequence[Run], watched: Mapping[float, Run]) -> Iterator[Any]:
    """Say how small digits learn at rates a factor of ten apart.

    Parameters
    ----------
    runs : sequence of Run
        Several seeds at each rate.
    watched : mapping of float to Run
        By rate, with `ActivationStatistics`.
    """
    data = frame(runs)
    loss = Levels(data, "learning_rate", "running_loss", larger_is_better=False)
    accuracy = Levels(data, "learning_rate")
    falling = epochs([run for run in runs if run.config.learning_rate == 0.001])
    last = [own["running_loss"].diff().iloc[-1] for _, own in falling.groupby("row")]
    dead = {rate: 100 * run.records["dead_units"][-1][0] for rate, run in watched.items()}

    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "up to a rate of 1, the larger rate ends at the lower loss",
        loss[1.0].high < loss[0.1].low < loss[0.01].high < loss[0.001].low,
    )
    yield claim(
        "at 10 the loss stays above that of guessing, at 0.001 it is below",
        loss[10.0].low > GUESSING > loss[0.001].high,
    )
    yield claim("at 10 the network guesses", accuracy[10.0].high < 20)
    yield claim("at 0.001 the loss is still falling", len(last) > 0 and max(last) < 0)
    yield {
        "digits-at-1": accuracy[1.0],
        "digits-at-10": accuracy[10.0],
        "digits-at-0.001": accuracy[0.001],
        "guessing-loss": f"{GUESSING:.2f}",
        "digits-loss-at-10": loss[10.0],
    }
    yield claim(
        "at 10 every hidden unit is dead, at 0.1 fewer than half",
        lambda: dead[10.0] == 100 > 50 > dead[0.1],
    )
    yield {"dead-at-0.1": f"{dead[0.1]:.0f}", "dead-at-10": f"{dead[10.0]:.0f}"}


@facts(NAME)
def mnist(runs: Sequence[Run], thirty: Sequence[Run]) -> Iterator[Any]:
    """Say where the plateau of good rates lies on MNIST, and what happens on its two sides.

    `thirty` are many seeds at the default rate: the three of the study are lucky.
    """
    data, default = frame(runs), RunConfig().learning_rate
    accuracy = Levels(data, "learning_rate")
    error, training = (
        Levels(data, "learning_rate", name) for name in ("test_error", "train_accuracy")
    )
    smallest, largest = accuracy.levels[0], accuracy.levels[-1]
    best, plateau, below, above = accuracy.best, accuracy.plateau, accuracy.below, accuracy.above
    late = accuracy.step(below, -1)
    of_thirty = spread(frame(thirty)["test_accuracy"])
    below_thirty = accuracy.against_other(of_thirty).get(below)
    on_plateau = data.loc[data["learning_rate"].isin(plateau), "train_accuracy"]
    fifth, fourfold = error[default / 5], error[default * 4]

    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim("the published rate is on a plateau of several", plateau[1:] and default in plateau)
    yield claim("the plateau has no gap", accuracy.contiguous)
    yield claim(
        "there are rates on both sides of it, and beyond those",
        lambda: smallest < late < below < plateau[0] < plateau[-1] < above < largest,
    )
    yield claim(
        "its upper neighbour is shown to be worse, or breaks",
        accuracy.effect(above, best).direction < 0 or accuracy.effect(above, best).broken,
    )
    yield claim(
        "its lower one is shown to be worse than three seeds at the best rate, not than thirty",
        accuracy.effect(below, best).direction < 0
        and below_thirty is not None
        and below_thirty.direction == 0,
    )
    yield claim(
        "the thirty seeds are those of the best rate",
        best == default and all(set(r.config.changes()) <= {"dataset", "seed"} for r in thirty),
    )
    yield claim(
        "at the late rates the loss still falls when training ends",
        lambda: all(
            run.history["running_loss"][-1] < run.history["running_loss"][-11]
            for run in runs
            if run.config.learning_rate <= late
        ),
    )
    yield claim(
        "the late rate has not learned its training images, the one above it has",
        training[late].high < 99 < 99.9 < training[below].low,
    )
    yield claim("at the largest rate the network guesses", accuracy[largest].high < 20)
    yield claim("a fifth of the rate costs less than four times it", fifth.high < fourfold.low)
    yield {
        "runs": len(runs),
        "rates": len(accuracy.levels),
        "seeds": data["seed"].nunique(),
        "best": best,
        "at-best": accuracy[best],
        "tied": accuracy.tied,
        "tied-effects": [accuracy.effect(rate, best).in_points() for rate in accuracy.tied],
        "plateau-training": "all"
        if on_plateau.min() >= 100
        else f"at least {np.floor(10 * on_plateau.min()) / 10:.1f} %",
        "below": below,
        "at-below": accuracy[below],
        "below-effect": accuracy.effect(below, best).text(),
        "thirty-seeds": of_thirty.n,
        "thirty": of_thirty,
        "below-thirty": below_thirty.text() if below_thirty else NONE,
        "training-below": training[below],
        "late": late,
        "at-late": accuracy[late],
        "smallest": smallest,
        "at-smallest": accuracy[smallest],
        "above": above,
        "at-above": accuracy[above],
        "largest": largest,
        "at-largest": accuracy[largest],
        "default": default,
        "fifth": default / 5,
        "error-fifth": fifth,
        "fourfold": default * 4,
        "error-fourfold": fourfold,
    }
    yield {
        "above-to-edge": above / plateau[-1],
        "answer": (
            f"On MNIST the rates {enumerate_words([format_number(rate) for rate in plateau])} have "
            f"the highest means, {accuracy[best].text()} % test accuracy at {best:g}; they are not "
            f"shown to differ. Rates far below are late, not wrong; at {above:g} "
            f"the accuracy is {accuracy[above].text()} %, and at {largest:g} the network guesses."
        ),
    }


def best_rates(runs: Sequence[Run]) -> pd.DataFrame:
    """Return for each batch size the rate with the lowest mean test error, where no seed broke."""
    cells = [(*cell, own) for cell, own in frame(runs).groupby(["batch_size", "learning_rate"])]
    means = pd.DataFrame(
        [(size, rate, own["test_error"].mean()) for size, rate, own in cells if all_learned(own)],
        columns=["batch_size", "learning_rate", "test_error"],
    )
    return means.loc[means.groupby("batch_size")["test_error"].idxmin()]


def table_of_rules(runs: Sequence[Run]) -> pd.DataFrame:
    """Return the accuracy of each batch size if the rate follows each rule from `START`.

    It is judged as in the text; seeds that broke are counted, and no part of a mean.
    """
    data = frame(runs)
    columns, effects = {}, {}
    for rule, p in RULES.items():
        followed, judged = follow_rule(data, START, p), against_start(data, START, p)
        columns[rule] = {format_number(b): settled(own) for b, own in followed.items()}
        effects[rule] = {format_number(b): one for b, one in judged.items()}
    return treatments(columns, f"{START[0]}", "batch size", effects=effects)


@facts(NAME)
def crossed(runs: Sequence[Run]) -> Iterator[Any]:
    """Say how far the rate may grow with the batch."""
    data = frame(runs)
    linear, _, same = (
        {batch: spread(own["test_accuracy"]) for batch, own in follow_rule(data, START, p).items()}
        for p in RULES.values()
    )
    effects, root_effects, same_effects = (against_start(data, START, p) for p in RULES.values())
    half = (START[0], START[1] / 2)
    # Where the loss of accuracy is shown, or seeds break; elsewhere it is undecided or equivalent.
    lost, half_lost, root_lost, same_lost = (
        [batch for batch, one in found.items() if one.direction < 0 or one.broken]
        for found in (effects, against_start(data, half, 1.0), root_effects, same_effects)
    )
    by_cell = dict(iter(data.groupby(["batch_size", "learning_rate"])))
    # The largest rate at which every seed still learns, the best rate, and one late diagonal.
    learning = [cell for cell, own in by_cell.items() if all_learned(own)]
    sizes = sorted({size for size, _ in by_cell})
    edge = {size: max((r for s, r in learning if s == size), default=np.nan) for size in sizes}
    error = {cell: by_cell[cell]["test_error"].mean() for cell in learning}
    best = {
        size: min((mean, rate) for (s, rate), mean in error.items() if s == size)[1]
        for size in sorted({size for size, _ in error})
    }
    late = {s: by_cell[s, s / 64000]["test_accuracy"] for s in (400, 800, 1600)
            if (s, s / 64000) in by_cell}  # fmt: skip
    beyond = by_cell.get((800, START[1] * 800 / START[0]), data.iloc[:0])
    broken = int((beyond["test_accuracy"] < LEARNED).sum())

    yield claim("every setting has three seeds", {len(own) for own in by_cell.values()} == {3})
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "the best rate grows with the batch, up to the largest at which all seeds learn",
        lambda: best[25] < best[100] < best[800] and max(best.values()) == edge[1600],
    )
    yield claim(
        "in proportion, the accuracy falls with 400 or seeds break from 800; from half of it, 1600",
        {800, 1600} <= set(lost) <= {400, 800, 1600} and half_lost == [1600],
    )
    yield claim("by the square root rule no loss of accuracy is shown", not root_lost)
    yield claim(
        "at an unchanged rate, batches of 1600 lose more than a point",
        lambda: 1600 in same_lost and same[1600].mean < same[100].mean - 1,
    )
    yield claim(
        "on the diagonal of small rates all are late, and not shown to differ",
        lambda: (
            not any(compare(late[400], own).direction for own in late.values())
            and max(own.max() for own in late.values()) < linear[100].low - 2
        ),
    )
    yield claim(
        "the cliff is a diagonal up to batches of 100, then stands still",
        lambda: (
            [edge[25], edge[50], edge[100]] == [0.05, 0.1, 0.2]
            and {edge[size] for size in sizes if size >= 100} == {0.2}
        ),
    )
    yield claim("beyond it the linear rule breaks seeds", broken >= 1)
    yield {
        "crossed-sizes": len(sizes),
        "crossed-rates": len({rate for size, rate in by_cell if size == START[0]}),
        "crossed-seeds": data["seed"].nunique(),
        "crossed-base-size": START[0],
        "crossed-base": START[1],
        "crossed-best": [f"{best.get(size, np.nan):g} with {size}" for size in (25, 100, 800)],
        "crossed-at-base": linear[START[0]],
        "crossed-diagonal": "; ".join(
            f"{size} images, {effects[size].text()}" for size in (25, 400, 800) if size in effects
        ),
        "crossed-lost": lost,
        "crossed-root": "; ".join(
            f"{format_number(b)}: {one.text()}" for b, one in root_effects.items()
        ),
        "crossed-late": [spread(values).text() for values in late.values()],
        "crossed-beyond": START[1] * 800 / START[0],
        "crossed-broken": broken,
        "crossed-half": half[1],
        "crossed-half-lost": half_lost,
        "crossed-same": same.get(1600, spread([])),
        "crossed-edges": [edge.get(size, np.nan) for size in (25, 50, 100)],
        "crossed-edge": edge.get(1600, np.nan),
    }


@facts(NAME)
def exercises(
    distances: Mapping[float, float], slow: Sequence[Run], edge: Sequence[Run], runs: Sequence[Run]
) -> Iterator[Any]:
    """Answer the exercises.

    Parameters
    ----------
    distances : mapping of float to float
        By rate: what is left of a distance of 1 after 50 updates on a parabola of curvature 10.
    slow : sequence of Run
        The rate 0.01 with momentum 0.9, and ten times the rate without momentum.
    edge : sequence of Run
        The rates 2 and 3 without momentum, 1 and 2 with momentum 0.9; several seeds.
    runs : sequence of Run
        The stored runs of MNIST.
    """
    yield claim(
        "a rate of 0.2 is the limit at a curvature of 10, and 0.1 arrives in one step",
        lambda: (
            distances[0.1] < 1e-12 < distances[0.19] < 1 < distances[0.21]
            and np.isclose(distances[0.2], 1)
        ),
    )
    yield {"ex1-limit": 0.2, "ex1-one-step": 0.1}

    loss = {run.config.momentum: run.history.last("running_loss") for run in slow}
    yield claim(
        "without momentum, ten times the rate learns at the same pace",
        lambda: abs(loss[0.9] / loss[0.0] - 1) < 0.15,
    )
    yield {
        "ex2-plain-rate": 0.1,
        "ex2-loss-momentum": f"{loss.get(0.9, np.nan):.4f}",
        "ex2-loss-plain": f"{loss.get(0.0, np.nan):.4f}",
    }
    data = frame(edge)
    reached = {cell: spread(own["test_accuracy"])
               for cell, own in data.groupby(["learning_rate", "momentum"])}  # fmt: skip
    cells = ((2.0, 0.0), (3.0, 0.0), (1.0, 0.9), (2.0, 0.9))
    plain, plain_broken, moved, moved_broken = (reached.get(c, spread([])) for c in cells)
    yield claim(
        "a rate of 2 works without momentum and 1 with it; 3 and 2 do not",
        min(plain.low, moved.low) > 90 and max(plain_broken.high, moved_broken.high) < 80,
    )
    yield {
        "ex2-plain-2": plain.text(1),
        "ex2-plain-3": plain_broken.text(1),
        "ex2-momentum-1": moved.text(1),
        "ex2-momentum-2": moved_broken.text(1),
    }

    curves = epochs(runs).groupby(["learning_rate", "epoch"])["test_error"].mean()
    fast, late = curves.get(0.01), curves.get(0.001)
    arrival = int((late <= fast.loc[5]).idxmax())
    yield claim("a tenth of the rate takes about ten times the epochs", 40 <= arrival <= 60)
    yield {"ex3-epochs": arrival}
