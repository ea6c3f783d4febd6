"""The chapter on momentum: a valley, the effective rate, Nesterov's look ahead, MNIST."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mlp_book import interactive
from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import Runs, epochs, frame, settled
from mlp_book.quadratic import eigenvalues, shrink_factor
from mlp_book.stats import Effect, compare, judge_family, spread
from mlp_book.style import COLOURS, DASHES, INK, ReportFigure, band_look, new_figure, styled
from mlp_book.text import NONE, enumerate_words, format_number
from mlp_core import Run
from mlp_core.nn import SGD

NAME = "momentum"
FARTHEST = 1e100  # its loss, and the margin of a logarithmic axis, are still numbers
MUCH = 0.9  # for the valley: more than critical damping
# Momentum at a rate of 0.05, and the rate that has the same effective rate at a momentum of 0.9.
SAME_EFFECTIVE = {0.95: 0.1, 0.99: 0.5}


def critical_momentum(rate_times_curvature: float) -> float:
    """Return the momentum at which a direction shrinks fastest: with more of it, it swings.

    From a product of 4 on there is none: the largest momentum below 1 still diverges.

    >>> round(critical_momentum(0.04), 6)
    0.64
    """
    return float(min((1 - np.sqrt(rate_times_curvature)) ** 2, np.nextafter(1.0, 0.0)))


def updates_per_oscillation(rate_times_curvature: float, momentum: float) -> float:
    """Return after how many updates a full oscillation about the minimum is over; nan without one.

    >>> round(updates_per_oscillation(1.0, 1.0 - 1e-12)), updates_per_oscillation(0.04, 0.5)
    (6, nan)
    """
    if momentum <= critical_momentum(rate_times_curvature):
        return float("nan")
    return float(2 * np.pi / np.abs(np.angle(eigenvalues(rate_times_curvature, momentum)[0])))


def play_valley(
    paths: Mapping[str, np.ndarray],
    curvatures: Sequence[float],
    rate: float,
    momenta: Sequence[float],
) -> interactive.Interactive:
    """Return the valley to take in hand; where it stands still, it is `plot_valley`."""
    if not all((np.abs(path) < FARTHEST).all() for path in paths.values()):
        raise ValueError(f"rate = {rate:g} in this cell throws a path out of reach: lower it")
    path = next(iter(paths.values()))
    return interactive.Interactive(
        "valley", plot_valley(paths, curvatures),
        curvatures=list(curvatures), start=list(path[0]), updates=len(path) - 1,
        rate=rate, momenta=list(momenta),
    )  # fmt: skip


def plot_valley(paths: Mapping[str, np.ndarray], curvatures: Sequence[float]) -> ReportFigure:
    """Draw paths through a valley, one panel per path, seen from above.

    Paths have the shape (updates + 1, 2): along the valley and across it, as the curvatures.
    """
    points = np.concatenate(list(paths.values()))
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.07 * (high - low)
    with styled():
        figure, panels = new_figure(5.6, len(paths), sharex=True)
        for axes, (title, path), colour in zip(panels, paths.items(), COLOURS, strict=False):
            _draw_levels(axes, curvatures, np.abs(points).max(axis=0))
            axes.plot(*path.T, "o-", color=colour, linewidth=1.3, markersize=3)
            axes.plot(0, 0, "+", color=INK, markersize=11, markeredgewidth=1.8, zorder=4)
            axes.set_title(title)
            axes.grid(visible=False)
            axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
            axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
            axes.set_ylabel("across")
            axes.alt = f"The path ends {np.linalg.norm(path[-1]):.2g} from the minimum"
        panels[-1].set_xlabel("along the valley")
    return figure


def _draw_levels(axes: Any, curvatures: Sequence[float], far: np.ndarray) -> None:
    """Draw lines of equal loss: ellipses about the minimum."""
    angle = np.linspace(0, 2 * np.pi, 33)
    widths = 1 / np.sqrt(np.asarray(curvatures))
    circle = (far / widths).max() * np.array([np.cos(angle), np.sin(angle)])
    for share in (0.15, 0.35, 0.6, 1.0):
        x, y = share * widths[:, None] * circle
        axes.plot(x, y, color=INK, linewidth=0.8, alpha=0.45, zorder=1)


def plot_damping_map(points: Mapping[str, Sequence[tuple[float, float]]]) -> ReportFigure:
    """Draw what one direction of a valley does, by rate times curvature and by momentum.

    Points, (rate times curvature, momentum), are dots; the name stands beside the last.
    """
    product = np.linspace(0, 2, 61) ** 2  # close where the curve is steep
    critical = (1 - np.sqrt(product)) ** 2
    with styled():
        figure, (axes,) = new_figure(4.2)
        axes.plot(product, critical, color=COLOURS[0], label="critical damping")
        axes.plot([2, 4], [0, 1], color=COLOURS[1], linestyle=DASHES[1], label="limit of stability")
        axes.fill_between(product, critical, 1, **band_look(COLOURS[0], 0.14))
        for x, y, words in (
            (1.05, 0.66, "swings: complex roots"), (0.12, 0.03, "creeps"),
            (1.64, 0.04, "leaps"), (3.05, 0.1, "diverges"),
        ):  # fmt: skip
            axes.text(x, y, words)
        axes.text(1, 0.06, "critically\ndamped", color=COLOURS[0], ha="center")
        axes.text(2.62, 0.26, "limit", color=COLOURS[1], va="top")
        for name, known in points.items():
            places = [place for place in known if place[0] <= 4]  # where the map ends
            if not places:
                continue
            axes.plot(
                *zip(*places, strict=True), "o", color=COLOURS[3], markersize=6, clip_on=False,
                label=name,
            )  # fmt: skip
            axes.annotate(
                name, places[-1], xytext=(7, 0), textcoords="offset points", va="center",
                color=COLOURS[3],
            )  # fmt: skip
        axes.set_title("momentum")
        axes.grid(visible=False)  # it would run through the words
        axes.set_xlabel("learning rate times curvature")
        axes.set_xlim(0, 4)
        axes.set_ylim(0, 1)
    return figure


@facts(NAME)
def valley(products: Mapping[str, float], losses: Mapping[str, Sequence[float]]) -> Iterator[Any]:
    """Say how fast the valley shrinks without momentum, with the best, and with much.

    `products` are rate times curvature of the directions "flat" and "steep"; `losses` go along
    the path of each of the three momenta.
    """
    best = critical_momentum(products["flat"])
    cells = [(rc, momentum) for rc in products.values() for momentum in (0.0, best, MUCH)]
    plain, at_best, much = (
        max(shrink_factor(rc, m) for rc, m in cells if m == momentum)
        for momentum in (0.0, best, MUCH)
    )
    ends = [path[-1] for path in losses.values()]
    yield {
        "best": f"{best:.3f}",
        "plain-factor": f"{plain:.3f}",
        "best-factor": f"{at_best:.3f}",
        "much-factor": f"{much:.3f}",
    }
    yield claim(
        "the optimizer shrinks each direction by the factor that the eigenvalues give",
        lambda: all(abs(_measured_factor(*cell) - shrink_factor(*cell)) < 0.02 for cell in cells),
    )
    yield claim(
        "critical damping of the flat direction is fastest, and 0.9 is slower than none",
        at_best < plain < much,
    )
    yield claim(
        "its loss ends at less than a hundredth of the others'",
        lambda: ends[1] < min(ends[0], ends[2]) / 100,
    )


def _measured_factor(product: float, momentum: float) -> float:
    """Return by what factor the optimizer's update shrinks a direction in the long run."""
    position, optimizer, sizes = np.array([1.0]), SGD(1.0, momentum=momentum), [1.0]
    # Below, the optimizer rounds to 0; above, the path has diverged.
    while len(sizes) < 1000 and 1e-25 < sizes[-1] < 1e25:
        optimizer.step(position, product * position)
        sizes.append(float(np.hypot(position[0], optimizer.state["step"][0])))
    late = sizes[len(sizes) // 2 :]
    return float((late[-1] / late[0]) ** (1 / (len(late) - 1)))


@facts(NAME)
def effective(runs: Sequence[Run]) -> Iterator[Any]:
    """Say how small digits learn with several momenta at one effective rate."""
    loss = Levels(frame(runs), "momentum", "running_loss", larger_is_better=False)
    curves = epochs(runs).pivot_table("running_loss", "epoch", "momentum")
    # The epoch at which the mean loss has fallen to half of what guessing pays.
    started = {m: curve.index[curve < np.log(10) / 2].min() for m, curve in curves.items()}
    updates = runs[0].history["updates"][0]
    late = curves.loc[11:]

    yield claim(
        "without momentum, with 0.5 and with 0.9 the curves lie on one another",
        lambda: all((late[m] / late[0.0] - 1).abs().max() < 0.25 for m in (0.5, 0.9)),
    )
    yield claim(
        "the more momentum, the later the loss falls",
        lambda: started[0.0] == started[0.5] <= started[0.9] < started[0.99] < started[0.999],
    )
    yield claim("0.99 is late, and lower in the end", loss[0.99].high < loss[0.0].low)
    yield claim("0.999 ends far above", loss[0.999].low > 3 * loss[0.0].high)
    yield {
        "loss-plain": loss[0.0].text(4),
        "loss-0.9": loss[0.9].text(4),
        "started-plain": started.get(0.0),
        "started-0.999": started.get(0.999),
        "updates-an-epoch": updates,
        "memory-epochs": f"{1000 / updates:.0f}",
    }


@facts(NAME)
def nesterov(ways: Mapping[str, Sequence[Run]]) -> Iterator[Any]:
    """Compare the usual step with the one that looks ahead, by rate."""
    accuracy = Levels(frame(ways), "group")
    rates = np.linspace(0, 4, 4001)
    usual, ahead = (
        max(rate for rate in rates if shrink_factor(rate, 0.9, is_ahead) <= 1)
        for is_ahead in (False, True)
    )
    yield {
        "limit": f"{usual:.2f}",
        "limit-ahead": f"{ahead:.2f}",
        "ahead-margin": accuracy.margin,
    }
    yield {
        f"ahead-effect-{rate}": accuracy.effect(f"{rate}, ahead", f"{rate}, usual").text()
        for rate in (0.05, 0.5)
    }
    yield claim(
        "the limits of stability are those of the formulas",
        abs(usual - 2 * 1.9) < 0.002 and abs(ahead - 3.8 / 2.8) < 0.002,
    )
    yield claim(
        "at the two smaller rates the test accuracies are not shown to differ",
        all(
            accuracy[f"{rate}, usual"].n > 1
            and not accuracy.different(f"{rate}, usual", f"{rate}, ahead")
            for rate in (0.05, 0.5)
        ),
    )
    yield claim(
        "at 1.5 the usual form still learns something, and looking ahead does not",
        accuracy.different("1.5, usual", "1.5, ahead")
        and accuracy["1.5, usual"].mean > 60 > 40 > accuracy["1.5, ahead"].mean,
    )


@facts(NAME)
def mnist(
    runs: Runs, rate_runs: Runs, thirty: Sequence[Run], watched: Mapping[float, Run]
) -> Iterator[Any]:
    """Say what momentum does on MNIST at a fixed rate, beside the study of the rate.

    `thirty` are many seeds with momentum 0.9; `watched` are runs on small digits by momentum, with
    `ActivationStatistics`.
    """
    data, others, curves = frame(runs), frame(rate_runs), epochs(runs)
    accuracy, loss = (Levels(data, "momentum", n) for n in ("test_accuracy", "train_loss"))
    by_rate, rate_loss = (
        Levels(others, "learning_rate", name) for name in ("test_accuracy", "train_loss")
    )
    for study in (data, others):
        study["effective"] = study["learning_rate"] / (1 - study["momentum"])
    steps, rate_steps = (
        Levels(data, "momentum", "effective"),
        Levels(others, "learning_rate", "effective"),
    )
    best, tied = accuracy.best, accuracy.tied
    learning = (0.0, 0.3, 0.6, 0.95)
    different = [momentum for momentum in learning if momentum not in tied]
    of_thirty = spread(frame(thirty)["test_accuracy"])
    effects = accuracy.against_other(of_thirty)
    against_thirty = [m for m in learning if m in effects and effects[m].direction]
    ways = [
        compare(
            settled(data[data["momentum"] == momentum]),
            settled(others[others["learning_rate"] == rate]),
            accuracy.noise,
        )
        for momentum, rate in SAME_EFFECTIVE.items()
    ]
    once = spread(curves[curves["momentum"] == 0.99].groupby("row")["test_accuracy"].max())
    dead = {m: 100 * run.records["dead_units"][-1][0] for m, run in watched.items()}

    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "up to 0.9, more momentum ends at a lower training loss in every seed",
        all(loss[less].low > loss[more].high for less, more in pairwise((0.0, 0.3, 0.6, 0.9))),
    )
    yield claim(
        "0.9 has the highest test accuracy, and three seeds distinguish it from none of its rivals",
        best == 0.9 and set(tied) == set(learning) and not different,
    )
    yield claim(
        "the thirty seeds of the same setting have a lower mean",
        of_thirty.n == 30
        and of_thirty.mean < accuracy[0.9].mean
        and all(set(run.config.changes()) <= {"dataset", "seed"} for run in thirty),
    )
    yield claim(
        "from 0.99 on hardly anything is learned, though 0.99 once stood at a better place",
        max(accuracy[momentum].high for momentum in (0.99, 0.995, 0.999)) < 30 < 50 < once.low,
    )
    yield claim(
        "the same effective rate is reached by momentum and by a larger rate",
        all(
            np.isclose(steps[momentum].mean, rate_steps[rate].mean)
            for momentum, rate in SAME_EFFECTIVE.items()
        ),
    )
    yield claim(
        "an effective rate of 1 still learns, one of 5 does not",
        min(accuracy[0.95].low, by_rate[0.1].low) > 97
        and max(accuracy[0.99].high, by_rate[0.5].high) < 30,
    )
    yield claim(
        "the loss of a rate of 0.01 lies between those of momentum 0.3 and 0.6",
        loss[0.3].low > rate_loss[0.01].high and rate_loss[0.01].low > loss[0.6].high,
    )
    yield {
        "runs": len(runs),
        "levels": len(accuracy.levels),
        "seeds": data["seed"].nunique(),
        "highest": accuracy.levels[-1],
        "lowest-effective": data["effective"].min(),
        "highest-effective": data["effective"].max(),
        "effect-none": accuracy.effect(0.0, best).in_points(),
        **{f"at-{momentum:g}": accuracy[momentum] for momentum in (0.0, 0.9, 0.95)},
        **{f"at-{momentum}": accuracy[momentum].text(1) for momentum in (0.99, 0.999)},
        "once-0.99": once.text(1),
        "thirty": of_thirty,
        "against-thirty": _against_thirty(against_thirty),
        "thirty-effect-none": effects[0.0].text() if 0.0 in effects else NONE,
        "same-effective": "; ".join(
            f"momentum {momentum:g} against a rate of {rate:g}: {_outcome(one)}"
            for (momentum, rate), one in zip(
                SAME_EFFECTIVE.items(), judge_family(ways), strict=True
            )
        ),
        "loss-at-0": loss[0.0].text(4),
        "loss-at-0.9": loss[0.9].text(5),
        "answer": (
            "Up to 0.9, momentum does what a larger learning rate does. On MNIST at a rate of "
            f"0.05, 0.9 has the highest test accuracy, {accuracy[0.9].text()} %, but three seeds "
            f"do not distinguish it from no momentum at all, {accuracy[0.0].text()} %. From 0.99 "
            "on hardly anything is learned."
        ),
    }
    yield claim(
        "with 0.999 far more of the hidden units are dead than with 0.9",
        lambda: dead[0.999] > 30 > 10 > dead[0.9],
    )
    yield {"dead-0.9": f"{dead[0.9]:.0f}", "dead-0.999": f"{dead[0.999]:.0f}"}


def _against_thirty(different: Sequence[float]) -> str:
    """Say which momenta are shown to differ from the thirty seeds."""
    names = enumerate_words([format_number(momentum) for momentum in different])
    if not different:
        return "Against the thirty, too, none of the others is shown to differ"
    return f"Against the thirty, {names} {'is' if len(different) == 1 else 'are'} shown to differ"


def _outcome(effect: Effect) -> str:
    """Return an effect as text; where no seed is left, there is no difference to give."""
    if effect.broken and all(broke == seeds for broke, seeds in effect.broken):
        return "all seeds broke on both sides"
    return effect.text()


@facts(NAME)
def exercises(pace: Sequence[Run]) -> Iterator[Any]:
    """Answer the exercises; `pace` has momentum 0.95, and none at a rate of 1."""
    loss = Levels(frame(pace), "momentum", "running_loss")
    yield claim(
        "without momentum, a rate of 0.05 / (1 - 0.95) trains at the same pace",
        abs(loss[0.95].mean / loss[0.0].mean - 1) < 0.25,
    )
    yield {
        "ex3-rate": 0.05 / (1 - 0.95),
        "ex3-loss": f"{loss[0.95].mean:.4f}",
        "ex3-loss-plain": f"{loss[0.0].mean:.4f}",
    }
    curvatures = np.array([1.0, 100.0])
    low, high = np.sqrt(curvatures)
    rate, momentum = (2 / (low + high)) ** 2, ((high - low) / (low + high)) ** 2
    plain = _updates_to_arrive(SGD(2 / curvatures.sum()), curvatures)
    moved = _updates_to_arrive(SGD(rate, momentum=momentum), curvatures)
    yield claim(
        "in a long valley momentum needs less than a fifth of the updates", 5 * moved < plain
    )
    yield {
        "ex1-plain": plain,
        "ex1-momentum": moved,
        "ex1-rate": f"{rate:.3f}",
        "ex1-mu": f"{momentum:.2f}",
    }
    gathered = {mu: _updates_to_gather(mu) for mu in (0.9, 0.99, 0.999)}
    yield claim(
        "nine tenths are there once the momentum's power has fallen to a tenth",
        all(abs(n - np.log(0.1) / np.log(mu)) < 2 for mu, n in gathered.items()),
    )
    yield {
        "ex2-updates": [f"{count:,}" for count in gathered.values()],
        "ex2-epochs": f"{gathered[0.999] / 600:.1f}",
    }


def _updates_to_arrive(optimizer: SGD, curvatures: np.ndarray) -> int:
    """Return after how many updates a thousandth of the distance to the minimum is left."""
    position = np.ones(2)
    while np.linalg.norm(position) > 1e-3 * np.sqrt(2):
        optimizer.step(position, curvatures * position)
    return optimizer.steps


def _updates_to_gather(momentum: float) -> int:
    """Return after how many updates the velocity has nine tenths of its size in the long run."""
    position, optimizer, velocity = np.zeros(1), SGD(1.0, momentum=momentum), 0.0
    while velocity < 0.9 / (1 - momentum):
        before = float(position[0])
        optimizer.step(position, np.ones(1))
        velocity = before - float(position[0])  # at a rate of 1
    return optimizer.steps
