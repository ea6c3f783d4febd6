"""Inside the hidden layers: how many units work, how many die, how long gradients are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from mlp_book import lines
from mlp_book.cells import Cell, with_cells
from mlp_book.chapters.activations_losses.first_steps import NAME, first_epoch
from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import records
from mlp_book.style import ReportFigure
from mlp_core import Run

STRUCK = Cell("single", "hinge", "relu")  # the network that loses most of its units
RIVAL = Cell("single", "cross_entropy", "relu")
SHARES = ("active_units", "active_per_pass", "dead_units")  # records that are shown in percent
CELL = list(Cell._fields)
ORDINALS = ("", "1st", "2nd", "3rd", *(f"{n}th" for n in range(4, 20)))


def by_layer(runs: Sequence[Run], record: str, depth: str | None = None) -> pd.DataFrame:
    """Return what a callback recorded of each layer, shares in percent.

    Parameters
    ----------
    runs : sequence of Run
    record : str
        Such as "dead_units".
    depth : str, optional
        "single" or "double": the runs of this depth alone.

    Returns
    -------
    DataFrame
        As from `records`, with ``cell``, ``depth`` and ``place``: which layer it is, in words.
    """
    data = with_cells(records(runs, record))
    if record in SHARES:
        data[record] *= 100
    places = data["layer"].map(ORDINALS.__getitem__).where(data["layers"] > 1, "")
    if depth:
        return data.assign(place=places)[data["depth"] == depth]
    return data.assign(place=(data["depth"] + " " + places).str.strip())


def plot_layers(
    runs: Sequence[Run], record: str, title: str, depth: str | None = None, **look: Any
) -> ReportFigure:
    """Draw a record over the epochs, one panel per loss, one line per activation and layer."""
    return lines(
        by_layer(runs, record, depth), "epoch", record, color="activation", dash="place",
        panel="loss", title=title, legend=True, height=7.2, **look,
    )  # fmt: skip


def dead_after_one(runs: Sequence[Run]) -> Levels:
    """Return the share of units of each cell's first layer that are dead after one epoch."""
    return Levels(
        by_layer(runs, "dead_units").query("epoch == 1 and layer == 1"), "cell", "dead_units"
    )


@facts(NAME)
def active(looked: Sequence[Run]) -> Iterator[Any]:
    """Say how many hidden units work and how many die; runs of the study ``active-units``."""
    dead, work = (
        own[own["epoch"] == own["epoch"].max()]
        for own in (by_layer(looked, name) for name in ("dead_units", "active_per_pass"))
    )
    early, first = dead_after_one(looked), first_epoch(looked)
    late = Levels(dead[dead["layer"] == 1], "cell", "dead_units")
    double = STRUCK._replace(depth="double")
    yield {
        "active-runs": len(looked),
        "active-seeds": len({run.config.seed for run in looked}),
        "dead-struck": early[STRUCK].text(1),
        "dead-struck-end": late[STRUCK].text(1),
        "dead-rival": early[RIVAL].text(1),
        "dead-double": early[double].text(1),
        "dead-gelu": early[STRUCK._replace(activation="gelu")].text(1),
        "left": f"{128 * (1 - early[STRUCK].mean / 100):.0f}",
        "first-struck": first[STRUCK].text(1),
        "first-rival": first[RIVAL].text(1),
    }
    yield claim("no run diverges", all(run.status == "completed" for run in looked))
    yield claim(
        "in one epoch, hinge kills most ReLU units of one layer, and hardly any comes back",
        early[STRUCK].low > 60 and abs(early[STRUCK].mean - late[STRUCK].mean) < 5,
    )
    yield claim(
        "with two layers far fewer die in the first epoch",
        early[double].mean < early[STRUCK].mean / 4,
    )
    yield claim(
        "after that epoch it is behind the network with cross-entropy",
        first[STRUCK].high < first[RIVAL].low,
    )
    mean = dead.groupby([*CELL, "layer"])["dead_units"].mean()
    yield claim("no other layer loses a third", lambda: mean.drop(index=STRUCK).max() < 35)
    ends = work.groupby([*CELL, "layer"])["active_per_pass"].agg(["min", "max"])
    yield claim(
        "GELU keeps more units at work than ReLU, with each loss, at each depth, in each layer",
        lambda: (
            (_of(ends["min"], "gelu") > _of(ends["max"], "relu")).all()
            and (_of(mean, "gelu") <= _of(mean, "relu")).all()
        ),
    )


def _of(table: pd.Series[float], activation: str) -> pd.Series[float]:
    return table.xs(activation, level="activation")


@facts(NAME)
def gradients(looked: Sequence[Run]) -> Iterator[Any]:
    """Say how long the gradients of the first and the last layers are, epoch by epoch."""
    data = by_layer(looked, "gradient_norm")
    first, last = (
        data[data["layer"] == layer].pivot_table("gradient_norm", CELL, "epoch")
        for layer in (1, data["layers"])
    )
    yield claim(
        "the first layer's gradient is longer than the last one's, and none is zero",
        (first > last).all(axis=None) and data["gradient_norm"].min() > 0,
    )
    yield claim(
        "the gradients of all losses get shorter",
        (first.iloc[:, -5:].mean(axis=1) / first.iloc[:, 0] < 0.9).all(),
    )
