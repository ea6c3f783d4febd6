"""What the chapter on mistakes says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.chapters.where_it_fails.fashion_mnist import Mistakes
from mlp_book.chapters.where_it_fails.figures import count_by_class
from mlp_book.chapters.where_it_fails.predictions import (
    Predictions,
    PredictionTrace,
    average,
    bin_by_confidence,
    binomial_std,
    calibration_error,
    chance_errors,
    count_confusions,
    count_wrong,
    curves_of,
    independent_std,
    share_interval,
)
from mlp_book.facts import claim, facts
from mlp_book.frames import epochs, frame
from mlp_book.stats import EXACT, Effect, compare_paired, spread
from mlp_core import Run

NAME = "where-it-fails"
FULL, SAME, OWN = "all images", "same 200", "own 200"  # the teams, as the notebook calls them
TEST_SIZE = 10_000  # of MNIST
TOPS = ("T-shirt/top", "pullover", "coat", "shirt")  # of Fashion-MNIST


def moves(changes: np.ndarray) -> bool:
    """Say whether changes, one per seed, are shown to differ from zero."""
    return effect_of(changes).direction != 0


def effect_of(changes: np.ndarray) -> Effect:
    """Return the effect of changes, one per seed: a network before and after."""
    return compare_paired(changes, np.zeros(len(changes)), resolution=EXACT.resolution)


@facts(NAME)
def promises(confidence: np.ndarray, right: np.ndarray) -> Iterator[Any]:
    """Say what twenty predictions promise and keep."""
    groups = bin_by_confidence(confidence, right)
    last = groups.iloc[-1]
    low, high = share_interval(3, 5)
    yield claim(
        "two groups keep their promises, and the third promises 25 points too much",
        groups["gap"].round(9).tolist() == [0, 0, 0.25],
    )
    yield claim("the third is too sure for chance", last.low < 0.7 < last.high < last.confidence)
    yield claim("three of five says little", low < 0.3 and high > 0.85)
    yield {
        "byhand-error": f"{100 * calibration_error(confidence, right):.1f}",
        "byhand-low-3": f"{100 * low:.0f}",
        "byhand-high-3": f"{100 * high:.0f}",
    }


@facts(NAME)
def digits(members: Sequence[Predictions]) -> Iterator[Any]:
    """Say how many mistakes networks make on small digits, and how sure they are."""
    mistakes = [member.mistakes for member in members]
    counts = count_confusions(members)
    wrong = counts * ~np.eye(len(counts), dtype=bool)
    true, predicted = map(int, np.unravel_index(wrong.argmax(), wrong.shape))
    sure_right, sure_wrong = (
        np.mean([m.confidence[m.right == kind].mean() for m in members]) for kind in (True, False)
    )
    yield claim("there are 364 test images", len(members[0].labels) == 364)
    yield claim("a network makes fewer than 20 mistakes", max(mistakes) < 20)
    yield claim("mistakes are less sure than right answers", sure_wrong < 0.9 < sure_right)
    yield claim("they fill fewer than 20 cells of 90", (wrong > 0).sum() < 20)
    yield {
        "seeds": len(members),
        "mistakes": spread(mistakes).text(1),
        "cells": int((wrong > 0).sum()),
        "worst-true": true,
        "worst-predicted": predicted,
        "sure-wrong": f"{100 * sure_wrong:.0f}",
        "sure-right": f"{100 * sure_right:.0f}",
    }
    ensemble = average(members)
    surest = ensemble.most_wrong[0]
    yield claim("one mistake is made with more than 90 %", ensemble.confidence[surest] > 0.9)
    yield {
        "surest": f"{100 * ensemble.confidence[surest]:.1f}",
        "surest-true": int(ensemble.labels[surest]),
        "surest-predicted": int(ensemble.classes[surest]),
    }


@facts(NAME)
def classes(one: Predictions) -> Iterator[Any]:
    """Say what the test images can tell of single classes, and of one network."""
    table = count_by_class(one)
    everything, table = table.loc["all"], table.drop("all")
    lowest = table["share"].idxmin()
    worst, best = table.loc[lowest], table.loc[table["share"].idxmax()]
    minima = []  # of the classes, if the same mistakes fall on images at random
    rng = np.random.default_rng(2022)
    for _ in range(1000):
        right = np.bincount(one.labels, rng.permutation(one.right))
        minima.append((100 * right / table["count"]).min())
    as_low = np.mean(np.array(minima) <= worst["share"] + 1e-9)

    yield claim("one class has no mistake", best["share"] == 100)
    yield claim("another has less than 95 %", worst["share"] < 95)
    yield claim("their intervals overlap", best["low"] < worst["high"])
    yield claim("chance makes some class as bad, not rarely", as_low > 0.05)
    yield claim(
        "all images together leave more than 3 points open",
        everything["high"] - everything["low"] > 3,
    )
    yield {
        "class-smallest": int(table["count"].min()),
        "class-largest": int(table["count"].max()),
        "image-points": f"{100 / table['count'].mean():.1f}",
        "lowest": str(lowest),
        "lowest-share": f"{worst['share']:.0f}",
        "lowest-low": f"{worst['low']:.0f}",
        "lowest-high": f"{worst['high']:.0f}",
        "perfect-low": f"{best['low']:.0f}",
        "shuffled": f"{100 * as_low:.0f}",
        "point-images": f"{len(one.labels) / 100:.1f}",
        "one-share": f"{everything['share']:.1f}",
        "one-low": f"{everything['low']:.1f}",
        "one-high": f"{everything['high']:.1f}",
        "binomial": f"{100 * binomial_std(one.right.mean(), len(one.labels)):.1f}",
    }


@facts(NAME)
def agreement(teams: Mapping[str, Sequence[Predictions]]) -> Iterator[Any]:
    """Say which mistakes networks share, and what their average gains."""
    mistakes = {name: [m.mistakes for m in team] for name, team in teams.items()}
    mean = {name: np.mean(own) for name, own in mistakes.items()}
    together = {name: average(team).mistakes for name, team in teams.items()}
    shared = {name: int((count_wrong(team) == len(team)).sum()) for name, team in teams.items()}
    once = {name: int((count_wrong(team) > 0).sum()) for name, team in teams.items()}

    for name in (name for name in teams if name != OWN):
        yield claim(
            f"{name}: most mistakes are shared by all networks",
            shared[name] > 0.6 * once[name] and shared[name] > 0.7 * mean[name],
        )
        yield claim(
            f"{name}: the average makes about as many mistakes",
            abs(together[name] - mean[name]) < 2,
        )
    yield claim(f"{OWN}: few mistakes are shared", lambda: shared[OWN] < 0.2 * once[OWN])
    yield claim(
        f"{OWN}: the average makes fewer mistakes than its best member",
        lambda: (
            together[OWN] < min(mistakes[OWN])
            and together[OWN] < 0.6 * mean[OWN]
            and compare_paired(mistakes[OWN], [together[OWN]] * len(mistakes[OWN])).direction
        ),
    )
    yield claim(
        f"{OWN}: together they are hardly worse than one network that saw all images",
        lambda: abs(together[OWN] - mean[FULL]) < 6,
    )
    for key, name in {"full": FULL, "same": SAME, "own": OWN}.items():
        yield {
            f"mean-{key}": f"{mean[name]:.1f}",
            f"together-{key}": together[name],
            f"shared-{key}": shared[name],
            f"once-{key}": once[name],
        }
    yield {
        "best-own": min(mistakes[OWN]),
        "toss": f"{independent_std(teams[FULL]):.1f}",
        "seen-spread": f"{spread(mistakes[FULL]).std:.1f}",
    }


@facts(NAME)
def calibration(
    traces: Sequence[PredictionTrace], runs: Sequence[Run], members: Sequence[Predictions]
) -> Iterator[Any]:
    """Say what longer training does to the probabilities.

    The traces and the runs are of networks with 200 images each, the members learned from all.
    """
    watched = list(traces[0].predictions)
    curves = curves_of(traces)
    accuracy, loss = curves["accuracy"], curves["test loss"]
    gap = curves["confidence"] - accuracy
    lowest = int(loss.mean(axis=0).argmin())
    turn, late = watched[lowest], accuracy[:, -1] - accuracy[:, lowest]
    drawn = [trace.predictions[watched[-1]] for trace in traces]
    own, full = (
        [100 * calibration_error(m.confidence, m.right) for m in team] for team in (drawn, members)
    )
    chance, chance_full = (
        100 * chance_errors(team, 200, np.random.default_rng(2022)) for team in (drawn, members)
    )
    burden = np.mean([m.losses[~m.right].sum() / m.losses.sum() for m in drawn])

    yield {
        "accuracy-effect": effect_of(late).text(),
        "loss-effect": effect_of(loss[:, -1] - loss[:, lowest]).text(3),
        "gap-50": effect_of(gap[:, 0]).text(1),
        "gap-500-effect": effect_of(gap[:, -1]).text(1),
    }
    yield claim("early the networks are too modest", moves(gap[:, 0]) and gap[:, 0].mean() < -5)
    yield claim("in the end they are too sure", moves(gap[:, -1]) and gap[:, -1].mean() > 1)
    yield claim(
        "from its lowest point on, between epochs 100 and 300, the test loss rises",
        moves(loss[:, -1] - loss[:, lowest])
        and loss[:, -1].mean() > loss[:, lowest].mean()
        and 100 <= turn <= 300,
    )
    yield claim(
        "from there on no change of the accuracy is shown, while the confidence grows",
        not moves(late) and abs(late.mean()) < 0.5 < gap[:, -1].mean() - gap[:, lowest].mean(),
    )
    yield claim(
        "by then the training images are right, or all but",
        lambda: min(run.history["running_accuracy"][turn] for run in runs) > 0.99,
    )
    yield claim(
        "the calibration error is more than chance", np.mean(own) > np.quantile(chance, 0.975)
    )
    yield claim(
        "with all training images it is not", np.mean(full) < np.quantile(chance_full, 0.975)
    )
    yield claim("mistakes carry most of the test loss", burden > 0.6)
    yield {
        "gap-500": effect_of(gap[:, -1]).in_points(1),
        "turn": turn,
        "loss-turn": f"{loss[:, lowest].mean():.3f}",
        "loss-500": f"{loss[:, -1].mean():.3f}",
        "confidence-turn": f"{curves['confidence'][:, lowest].mean():.1f}",
        "confidence-500": f"{curves['confidence'][:, -1].mean():.1f}",
        "error-500": spread(own).text(1),
        "chance": f"{chance.mean():.1f}",
        "chance-high": f"{np.quantile(chance, 0.975):.1f}",
        "error-full": spread(full).text(1),
        "chance-full": f"{chance_full.mean():.1f}",
        "burden": f"{100 * burden:.0f}",
        "wrong-share": f"{100 * np.mean([(~m.right).mean() for m in drawn]):.0f}",
    }


def _of_images(runs: Sequence[Run]) -> tuple[Any, float]:
    """Return the spread of the test errors, and the binomial one for that many images."""
    found = spread(frame(runs)["test_error"])
    return found, 100 * binomial_std(found.mean / 100, TEST_SIZE)


@facts(NAME)
def mnist(runs: Sequence[Run]) -> Iterator[Any]:
    """Say which part of a test error is the test set's choice of images."""
    found, binomial = _of_images(runs)
    of_images = np.sqrt(max(binomial**2 - found.std**2, 0.0))
    # How small would the spread be by chance if each seed had its own test set?
    rng = np.random.default_rng(2022)
    own_sets = rng.binomial(TEST_SIZE, found.mean / 100, (5000, found.n)) / (TEST_SIZE / 100)
    smaller = np.mean(own_sets.std(axis=1, ddof=1) <= found.std)

    yield claim(
        "one config, whatever the seed",
        len({run.config.replace(seed=0).run_id for run in runs}) == 1,
    )
    yield claim("there are 30 seeds or more, none diverged", found.n == len(runs) >= 30)
    yield claim(
        "seeds spread less than with a test set of their own",
        smaller < 0.025 and found.std < binomial,
    )
    yield claim(
        "the mean over seeds is known far better than what the images leave open",
        found.std / np.sqrt(found.n) < of_images / 4,
    )
    yield {
        "runs": len(runs),
        "error": found,
        "seed-std": f"{found.std:.2f}",
        "binomial-mnist": f"{binomial:.2f}",
        "of-images": f"{of_images:.2f}",
        "share-seeds": f"{100 * (found.std / binomial) ** 2:.0f}",
        "mean-seeds": f"{found.std / np.sqrt(found.n):.3f}",
    }


@facts(NAME)
def loss(
    rates: Mapping[str, Sequence[Run]],
    members: Sequence[Predictions],
    traces: Sequence[PredictionTrace],
) -> Iterator[Any]:
    """Say what loss and error do in the second half of training, at a fast and a slow rate.

    Members and traces, as in `calibration`, are for the chapter's answer.
    """
    data, (fast, slow) = epochs(rates), rates
    last = data["epoch"].max()
    ends = {
        (name, measure): data[data["group"] == name]
        .pivot(index="row", columns="epoch", values=measure)[[last // 2, last]]
        .to_numpy()
        for name in rates
        for measure in ("test_loss", "test_error")
    }
    # Each seed is compared with itself.
    more = {key: values[:, 1] - values[:, 0] for key, values in ends.items()}
    yield claim(
        "at the slower rate the test loss rises, in each seed",
        moves(more[slow, "test_loss"]) and (more[slow, "test_loss"] > 0).all(),
    )
    yield claim(
        "at the faster rate it falls",
        moves(more[fast, "test_loss"]) and more[fast, "test_loss"].mean() < 0,
    )
    yield claim(
        "no change of the error is shown",
        not any(moves(more[name, "test_error"]) for name in rates),
    )
    yield claim("all training images are right", frame(rates)["train_accuracy"].min() > 99.9)
    yield {"slower": len(rates[slow])}
    for key, name in {"slow": slow, "fast": fast}.items():
        yield {f"{key}-error-effect": effect_of(more[name, "test_error"]).text(3)}
        yield {f"{key}-loss-effect": effect_of(more[name, "test_loss"]).text(4)}
        half, end = ends[name, "test_loss"].mean(axis=0)
        yield {f"{key}-loss-half": f"{half:.4f}", f"{key}-loss-end": f"{end:.4f}"}
    yield claim("the networks on small digits are ten", len(members) == 10)
    found, binomial = _of_images(rates[fast])
    curves = curves_of(traces)
    accuracy = curves["accuracy"]
    gap = (curves["confidence"] - accuracy)[:, -1].mean()
    late = effect_of(accuracy[:, -1] - accuracy[:, int(curves["test loss"].mean(axis=0).argmin())])
    yield {
        "answer": (
            f"On the small digits, ten seeds share {(count_wrong(members) == len(members)).sum()} "
            f"of their {spread([m.mistakes for m in members]).text(1)} mistakes; their ensemble "
            f"makes {average(members).mistakes}. Long training on few images makes networks too "
            f"sure, by {gap:.1f} points, with no change of the accuracy shown ({late.text()}). On "
            f"MNIST, {found.n} seeds spread by {found.std:.2f} points; another {TEST_SIZE:,} test "
            f"images would move the error by about {binomial:.2f}."
        )
    }


@facts(NAME)
def fashion(found: Mistakes, runs: Sequence[Run]) -> Iterator[Any]:
    """Say what networks get wrong on Fashion-MNIST, and what becomes of their probabilities."""
    counts = found.counts
    wrong = counts.mask(np.eye(len(counts), dtype=bool), 0.0)
    tops = [name for name in counts if name in TOPS]
    share = 100 * wrong.loc[tops, tops].to_numpy().sum() / wrong.to_numpy().sum()
    known = pd.Series(np.diag(counts), counts.index) / counts.sum(axis=1)
    stored = {run.config.seed: 100 * run.history.last("test_accuracy") for run in runs}
    gaps = np.array([100 * np.average(m["gap"], weights=m["count"]) for m in found.members])
    losses, accuracies = (np.array([run.history[name] for run in runs])
                          for name in ("test_loss", "test_accuracy"))  # fmt: skip
    turn = int(losses.mean(axis=0).argmin())
    gain = 100 * (accuracies[:, -1] - accuracies[:, turn])

    yield claim(
        "the networks are those whose runs are stored",
        lambda: np.allclose([stored[seed] for seed in found.seeds], found.accuracies),
    )
    yield claim("most mistakes are among four kinds of tops", len(tops) == 4 and share > 50)
    yield claim("the hardest class is the shirt", known.idxmin() == "shirt")
    yield claim("the networks are too sure", moves(gaps) and gaps.mean() > 1)
    yield claim(
        "from its lowest point on the test loss rises in each seed",
        turn < len(losses[0]) // 2 and (losses[:, -1] > losses[:, turn]).all(),
    )
    yield claim("and the accuracy rises as well", moves(gain) and gain.mean() > 0)
    yield {
        "fashion-networks": len(found.seeds),
        "fashion-mistakes": f"{wrong.to_numpy().sum():,.0f}",
        "fashion-tops": f"{share:.0f}",
        "fashion-shirt": f"{100 * known.min():.0f}",
        "fashion-best": f"{known.idxmax()}",
        "fashion-best-share": f"{100 * known.max():.0f}",
        "fashion-gap": effect_of(gaps).in_points(1),
        "fashion-runs": len(runs),
        "fashion-turn": turn + 1,
        "fashion-loss-turn": f"{losses[:, turn].mean():.2f}",
        "fashion-loss-end": f"{losses[:, -1].mean():.2f}",
        "fashion-gain": effect_of(gain).in_points(),
    }


@facts(NAME)
def exercises(drawn: Sequence[Predictions]) -> Iterator[Any]:
    """Answer the exercises; the networks saw 200 images each."""
    promised, kept = np.full(50, 0.9), np.arange(50) < 40
    low, high = share_interval(40, 50)
    yield claim("forty of fifty just excludes 90 %", low < 0.8 < high < 0.9)
    yield {
        "ex1-error": f"{100 * calibration_error(promised, kept):.0f}",
        "ex1-low": f"{100 * low:.0f}",
        "ex1-high": f"{100 * high:.0f}",
    }
    images = 364
    needed = next(k for k in range(1, images) if 2 * 0.5**k < 0.05)
    yield claim("one point is never enough", 100 * needed / images > 1)
    yield {"ex2-k": needed, "ex2-points": f"{100 * needed / images:.1f}"}
    yield from _cooled(drawn)


def _cooled(drawn: Sequence[Predictions]) -> Iterator[Any]:
    """Choose each network's temperature on one half of the images, and try it on the other."""
    temperatures = np.arange(0.5, 4.01, 0.05)
    found = []
    for member in drawn:
        half, rest = member.take(slice(0, None, 2)), member.take(slice(1, None, 2))
        losses = [half.at_temperature(t).losses.mean() for t in temperatures]
        chosen = temperatures[np.argmin(losses)]
        cooled = rest.at_temperature(chosen)
        same = (cooled.classes == rest.classes).all()
        found.append((chosen, rest.losses.mean(), cooled.losses.mean(), same))
    chosen, before, after, same = np.array(found).T
    yield claim("the accuracy stays as it is, to the last image", same.all())
    yield claim("the temperature is above 1", moves(chosen - 1) and chosen.mean() > 1)
    yield claim("the loss falls", moves(before - after) and after.mean() < before.mean())
    yield {
        "ex3-temperature": spread(chosen).text(1),
        "ex3-before": f"{before.mean():.3f}",
        "ex3-after": f"{after.mean():.3f}",
    }
