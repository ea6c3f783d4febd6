"""The published tables and the runs that repeat them: what they say; the exercises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.cells import LOSSES, Cell, with_cells
from mlp_book.chapters.activations_losses.first_steps import NAME, arrival, first_epoch, waits
from mlp_book.chapters.activations_losses.hidden_units import RIVAL, STRUCK, dead_after_one
from mlp_book.chapters.activations_losses.shapes import trace_loss
from mlp_book.facts import Levels, claim, facts
from mlp_book.findings.claims import Comparison
from mlp_book.findings.comparison import account_for, compare_published, gains
from mlp_book.findings.published import SEEDS, report_a
from mlp_book.findings.report_a import cells
from mlp_book.findings.timing import update_times
from mlp_book.frames import frame, records
from mlp_book.stats import EXACT, Spread, compare, spread
from mlp_book.text import count_of, enumerate_words, format_level
from mlp_core import Run

SIGMOIDS = Cell("double", "cross_entropy", "sigmoid")
RELUS = SIGMOIDS._replace(activation="relu")
LAYERS = {"single": "one layer", "double": "two layers"}


@facts(NAME)
def times(benchmark: Mapping[str, Any]) -> Iterator[Any]:
    """Say what an update costs; from ``load_benchmark("benchmark-activations")``."""
    data = update_times(benchmark)
    ours, published = (_extra_of_gelu(data, whose) for whose in ("ours", "published"))
    by_depth = data.pivot_table(["ours", "published"], ["loss", "activation"], "depth")
    deeper = by_depth.xs("double", axis=1, level="depth") / by_depth.xs(
        "single", axis=1, level="depth"
    )
    yield {
        "gelu-extra": _range(ours),
        "gelu-extra-published": _range(published),
        "deeper": _range(deeper["ours"], 1),
        "deeper-published": _range(deeper["published"], 1),
    }
    yield claim("all 18 cells were measured", len(data) == len(report_a("ms_per_update")) == 18)
    yield claim(
        "GELU adds less than 15 % to an update here, more in the published table",
        0 < min(ours) <= max(ours) < 15 < min(published),
    )
    yield claim("a second layer about doubles the time", deeper.min(axis=None) > 1.8)


def _extra_of_gelu(data: pd.DataFrame, whose: str) -> pd.Series[float]:
    """Return how many percent longer an update with GELU takes than with ReLU."""
    return 100 * (data.query("activation == 'gelu'")[f"{whose}_to_relu"] - 1)


def _in_words(cell: Cell) -> str:
    """Return a cell as a sentence has it, such as "GELU with hinge in one layer"."""
    layers = LAYERS.get(cell.depth, cell.depth)  # other networks go by their sizes
    return f"{format_level(cell.activation)} with {format_level(cell.loss)} in {layers}"


def _told(*tables: pd.DataFrame) -> str:
    """Return how many published figures are shown to differ from ours."""
    told = [one.direction != 0 for table in tables for one in table["effect"]]
    return count_of(sum(told), len(told))


def _range(values: Iterable[float], digits: int = 0) -> str:
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


@facts(NAME)
def mnist(
    runs: Sequence[Run], looked: Sequence[Run], benchmark: Mapping[str, Any]
) -> Iterator[Any]:
    """Say what the runs of MNIST show.

    Parameters
    ----------
    runs, looked : sequence of Run
        Of the studies ``activations-losses-depth`` and ``active-units``.
    benchmark : mapping
        From ``load_benchmark("benchmark-activations")``.
    """
    data = with_cells(frame(runs))
    accuracy, training = Levels(data, "cell"), Levels(data, "cell", "train_accuracy")
    best, first, published = accuracy.best, first_epoch(runs), report_a("test_accuracy")
    tests, trainings, *of_losses = (
        compare_published(data, f"{split}_{what}")
        for what in ("accuracy", "loss")
        for split in ("test", "train")
    )
    pairs = [
        (cell, cell._replace(loss=loss))
        for cell in accuracy.levels
        if cell.loss == "cross_entropy"
        for loss in ("hinge", "mse")
    ]
    gained = gains(data, "test_accuracy")
    helped = gained[[one.direction > 0 for one in gained["effect"]]]
    yield {
        "runs": len(runs),
        "seeds": data["seed"].nunique(),
        "account-test": account_for(tests),
        "account-train": account_for(trainings),
        "told-accuracies": _told(tests, trainings),
        "told-losses": _told(*of_losses),
        "best": _in_words(best),
        "at-best": accuracy[best],
        "tied": "; ".join(
            f"{_in_words(cell)} ({accuracy.effect(cell, best).text()})" for cell in accuracy.tied
        )
        or "no other",
        "soft-apart": count_of(sum(accuracy.different(*pair) for pair in pairs), len(pairs)),
        "at-struck": accuracy[STRUCK],
        "training-struck": training[STRUCK],
        "gelu-relu": _gelu_against_relu(
            cells("activation", {("gelu", "relu"): "alike"}, data).comparisons
        ),
        "helped": len(helped),
        "gains": len(gained),
        "gain-largest": [
            one.text() for one in helped["effect"] if one.difference == helped["ours"].max()
        ],
        "sigmoid-first-epoch": first[SIGMOIDS].text(1),
        "relu-first-epoch": first[RELUS].text(1),
    }
    for depth, relu in (("single", RIVAL), ("double", RELUS)):
        sigmoid = relu._replace(activation="sigmoid")
        yield {f"sigmoid-{depth}-effect": accuracy.effect(sigmoid, relu).text()}
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "all 18 cells have five seeds",
        len(accuracy.levels) == 18 and {accuracy[cell].n for cell in published} == {SEEDS},
    )
    yield claim(
        "the seeds of hinge differ most",
        lambda: max(accuracy.levels, key=lambda cell: accuracy[cell].std).loss == "hinge",
    )
    yield claim("the best of all has two hidden layers", best.depth == "double")
    means = {cell: accuracy[cell].mean for cell in accuracy.levels}
    yield claim(
        "hinge with ReLU in one layer is among the lowest three, published and here",
        all(STRUCK in sorted(table, key=table.__getitem__)[:3] for table in (means, published)),
    )
    yield claim(
        "networks with cross-entropy know their training images, that of hinge with ReLU does not",
        data.loc[data["loss"] == "cross_entropy", "train_accuracy"].min() > 99.9
        and training[STRUCK].mean < 99.5,
    )
    by_loss = data.pivot_table("test_accuracy", ["depth", "activation"], "loss")
    yield claim(
        "cross-entropy has the highest mean with every activation and at either depth",
        len(by_loss) == 6 and (by_loss.idxmax(axis=1) == "cross_entropy").all(),
    )
    nine_of_ten = waits(runs, 90)
    yield claim(
        "two layers of sigmoids start later than two of ReLU",
        nine_of_ten[RELUS].high < nine_of_ten[SIGMOIDS].low
        and first[SIGMOIDS].high < first[RELUS].low,
    )
    yield {
        "answer": (
            "Cross-entropy has the highest mean test accuracy with every activation and depth, "
            f"{accuracy[best].text()} % at best, in two layers. Sigmoids start late. Hinge makes "
            "the first steps ten times as long and kills "
            f"{dead_after_one(looked)[STRUCK].mean:.0f} % of the ReLU units in one epoch. A second "
            f"layer is shown to help in {len(helped)} of {len(gained)} cases; GELU costs "
            f"{_range(_extra_of_gelu(update_times(benchmark), 'ours'))} % more time than ReLU."
        )
    }


def _gelu_against_relu(comparisons: Sequence[Comparison]) -> str:
    """Say where GELU or ReLU is shown to be ahead, in the family of the board of claims."""
    parts = []
    for name, way in (("GELU", 1), ("ReLU", -1)):
        ahead = [
            f"{loss} in {LAYERS[depth]} ({one.effect.text()})"
            for one in comparisons
            for depth, loss in [one.first.split(", ")[:2]]
            if one.effect.direction == way
        ]
        parts += [f"{name} is shown to be ahead with {enumerate_words(ahead)}"] if ahead else []
    return "; ".join(parts) or "neither is shown to be ahead"


@facts(NAME)
def exercises(killed: Sequence[Run], xavier: Run, runs: Sequence[Run]) -> Iterator[Any]:
    """Answer the exercises.

    Parameters
    ----------
    killed : sequence of Run
        Small digits with `ActivationStatistics`: hinge at the rates 0.05 and 0.005, cross-entropy
        at ten times these; several seeds.
    xavier : Run
        Two layers of sigmoids whose first weights are scaled to the size of the layer.
    runs : sequence of Run
        The stored runs of MNIST.
    """
    nine_of_ten = waits(runs, 90)
    relu, sigmoid = nine_of_ten[RELUS], nine_of_ten[SIGMOIDS]
    yield {"ex3-epochs": _ends(sigmoid), "ex3-relu": _ends(relu)}
    yield claim("two layers of sigmoids need two epochs or more", sigmoid.low >= 2)

    at_both = {loss: trace_loss(loss, np.array([0.0, 2.0]))[0] for loss in LOSSES}
    soft, hinge = at_both["cross_entropy"], at_both["hinge"]
    yield {"ex2-lead": 2, "ex2-hinge": hinge[1], "ex2-soft": f"{100 * soft[1] / soft[0]:.0f} %"}
    yield claim(
        "at an output of 2 the squared error is as large as at 0, and hinge is 0",
        np.isclose(*at_both["mse"]) and hinge[1] == 0,
    )

    wait = arrival([xavier], 50, "updates")[0]
    yield {"xavier-wait": wait}
    yield claim("scaled first weights shorten the wait to fewer than 500 updates", wait < 500)

    dead = records(killed, "dead_units")
    share = {
        cell: spread(100 * own["dead_units"])
        for cell, own in dead[dead["epoch"] == dead["epoch"].max()].groupby(
            ["loss", "learning_rate"]
        )
    }
    fast, careful = (
        (share["hinge", rate], share["cross_entropy", 10 * rate]) for rate in (0.05, 0.005)
    )
    yield {
        "ex1-hinge": fast[0].text(0),
        "ex1-soft-fast": fast[1].text(0),
        "ex1-hinge-slow": careful[0].text(0),
        "ex1-soft": careful[1].text(0),
        "ex1-effects": [compare(*pair, EXACT, 0.0).text(0) for pair in (fast, careful)],
    }
    yield claim(
        "hinge and cross-entropy at ten times the rate are not shown to differ; at a tenth of both "
        "rates fewer units die",
        not (compare(*fast, EXACT).direction or compare(*careful, EXACT).direction)
        and min(own.mean for own in fast) > 2 * max(own.mean for own in careful),
    )


def _ends(own: Spread) -> str:
    """Return the lowest and the highest of whole numbers, once if they are the same."""
    return " to ".join(f"{value:.0f}" for value in sorted({own.low, own.high}))
