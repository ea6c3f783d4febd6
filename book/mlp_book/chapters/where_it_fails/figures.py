"""Figures and tables of mistakes and of confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.chapters.where_it_fails.predictions import (
    Predictions,
    average,
    binomial_std,
    count_confusions,
    count_wrong,
    share_interval,
)
from mlp_book.charts import dots, heat_map, images
from mlp_book.charts.shared import GUIDE, INTERVAL
from mlp_book.read_out import remember
from mlp_book.stats import Values, spread
from mlp_book.style import COLOURS, ReportFigure, new_figure, styled
from mlp_book.tables import table_of_rows
from mlp_core.data import Dataset

Teams = Mapping[str, Sequence[Predictions]]
ORDINALS = ("first", "second", "third", "fourth", "fifth",
            "sixth", "seventh", "eighth", "ninth", "tenth")  # fmt: skip
PER_DOT = 0.04  # points of test error: dots closer than this are stacked


def table_of_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """Return what was promised and kept in each row of `bin_by_confidence`."""
    percent = (100 * groups[["confidence", "accuracy", "gap"]]).map("{:.0f}".format)
    return pd.DataFrame(
        {
            "promised, %": percent["confidence"],
            "right": groups["right"].map("{:,} of ".format) + groups["count"].map("{:,}".format),
            "kept, %": percent["accuracy"],
            "gap, points": percent["gap"],
        }
    ).set_axis(ORDINALS[: len(groups)])


def plot_reliability(diagrams: Mapping[str, pd.DataFrame]) -> ReportFigure:
    """Draw reliability diagrams side by side: accuracy against confidence.

    The larger a dot, the more predictions; its bar is the interval that the number of images
    leaves open. Below the diagonal the network is too sure of itself, above it not sure enough.
    By title, `diagrams` holds what `bin_by_confidence` returned.
    """
    count = len(diagrams)
    with styled():
        figure, panels = new_figure(2.9 if count > 1 else 3.4, count, count, sharey=True)
        for axes, (title, groups) in zip(panels, diagrams.items(), strict=True):
            _draw_groups(axes, groups)
            axes.set_title(title)
        panels[0].set_ylabel("accuracy, %")
    return figure


def _draw_groups(axes: Any, groups: pd.DataFrame) -> None:
    axes.plot([0, 100], [0, 100], **GUIDE)
    total = groups["count"].sum()
    for group in groups.itertuples():
        colour = COLOURS[1] if group.gap > 0 else COLOURS[0]
        x, size = 100 * group.confidence, 4 + 9 * (group.count / total) ** 0.5
        axes.plot([x, x], [100 * group.low, 100 * group.high], color=colour, lw=1.6, alpha=0.6)
        axes.plot(x, 100 * group.accuracy, "o", color=colour, markersize=size, clip_on=False)
    percent = 100 * groups[["confidence", "accuracy", "low", "high"]]
    names = (f"confidence {x:.0f} %, {n} predictions"
             for x, n in zip(percent["confidence"], groups["count"], strict=True))  # fmt: skip
    read = percent.set_axis(["x", "mean", "low", "high"], axis=1).assign(name=list(names))
    remember(axes, read.assign(y=read["mean"]), INTERVAL)
    axes.set(xlim=(0, 102), ylim=(0, 103), aspect="equal", xlabel="confidence, %")
    axes.set(xticks=range(0, 101, 25), yticks=range(0, 101, 25))
    said = (f"{100 * g.confidence:.0f}: {100 * g.accuracy:.0f} ({g.count} predictions)"
            for g in groups.itertuples())  # fmt: skip
    error = (groups["gap"].abs() * groups["count"]).sum() / total
    axes.alt = f"{', '.join(said)}; expected calibration error {100 * error:.1f}"


def plot_confusion(members: Sequence[Predictions]) -> ReportFigure:
    """Draw the confusion matrix, in images per network; only mistakes have a coloured ground."""
    return plot_counts(pd.DataFrame(count_confusions(members)))


def plot_counts(counts: pd.DataFrame, digits: int = 1, turned: float = 0) -> ReportFigure:
    """Draw a confusion matrix; the names of the columns may be turned, by some degrees."""
    wrong = counts.mask(np.eye(len(counts), dtype=bool), 0.0).round(digits)
    largest = wrong.to_numpy().max() or 1.0
    figure = heat_map(
        (0.08 + 0.5 * wrong / largest).where(wrong > 0, 0.0),
        counts.round(digits).map(lambda count: f"{count:.{digits}f}" if count else ""),
        behind=counts.map(lambda count: {"mean": count}),
        colour=COLOURS[1],
        row_label="true class",
        column_label="predicted class",
        height=4.5,
    )
    if turned:  # a name ends at its own column
        for name in figure.axes[0].get_xticklabels():
            name.set(rotation=turned, ha="right", rotation_mode="anchor")
    return figure


def plot_most_wrong(predictions: Predictions, dataset: Dataset, count: int = 10) -> ReportFigure:
    """Draw the mistakes that were made with the most confidence, with both classes."""
    shown = predictions.most_wrong[:count]
    names = [
        f"{predictions.labels[i]}, not {predictions.classes[i]}\n"
        f"{_percent(predictions.confidence[i])}\u00a0% sure"
        for i in shown
    ]
    pixels = dataset.test_features[shown].reshape(-1, *dataset.image_shape)
    return images(pixels, names, height=0.1 + 1.34 * -(-len(shown) // 5))


def _percent(confidence: float) -> str:
    """Return a confidence in whole percent, without rounding up to certainty."""
    return ">\u00a099" if 0.995 <= confidence < 1 else f"{100 * confidence:.0f}"


def count_by_class(one: Predictions) -> pd.DataFrame:
    """Return ``right`` of ``count`` for each class and for all, and their shares in percent.

    ``low`` and ``high`` are the ends of a share's interval.
    """
    counts = pd.Series(one.right).groupby(one.labels).agg(right="sum", count="size")
    counts.loc["all"] = counts.sum()
    low, high = share_interval(counts["right"], counts["count"])
    shares = {"share": counts["right"] / counts["count"], "low": low, "high": high}
    return counts.assign(**{name: 100 * values for name, values in shares.items()})


def plot_by_class(one: Predictions) -> ReportFigure:
    """Draw one network's accuracy on each class, with its interval."""
    table = count_by_class(one).rename_axis("class").reset_index()
    figure = dots(
        table, "class", "share", interval=("low", "high"), title="",
        xlabel="test accuracy of one network, %", height=0.9 + 0.27 * len(table),
    )  # fmt: skip
    figure.axes[0].set_ylabel("class")
    return figure


def table_of_agreement(teams: Teams) -> pd.DataFrame:
    """Return one row per team of networks: their mistakes, alone and together."""
    rows = {}
    for name, members in teams.items():
        wrong = count_wrong(members)
        rows[name] = {
            "of one": spread([member.mistakes for member in members]).text(1),
            "of all": int((wrong == len(members)).sum()),
            "of some": int(((wrong > 0) & (wrong < len(members))).sum()),
            "ensemble": average(members).mistakes,
        }
    return table_of_rows(rows, "mistakes")


def plot_agreement(teams: Teams) -> ReportFigure:
    """Draw for each team how many images just one, just two ... of its networks get wrong."""
    wrong = {
        name: np.bincount(count_wrong(members), minlength=len(members) + 1)[1:]
        for name, members in teams.items()
    }
    top = 1.25 * max(1, *(counts.max() for counts in wrong.values()))
    with styled():
        figure, panels = new_figure(0.5 + 1.35 * len(teams), len(teams), sharex=True)
        for axes, (name, counts) in zip(panels, wrong.items(), strict=True):
            places = range(1, len(counts) + 1)
            colours = [COLOURS[0]] * (len(counts) - 1) + [COLOURS[1]]  # wrong in all of them
            drawn = axes.bar(places, counts, width=0.75, color=colours)
            axes.bar_label(drawn, padding=2, size=9)
            axes.set(title=name, xticks=places, yticks=[], ylim=(0, top))
            axes.spines["left"].set_visible(False)
            axes.grid(visible=False)
            said = (f"{n}: {count}" for n, count in enumerate(counts, 1) if count)
            axes.alt = f"Images: {', '.join(said)}"
        panels[-1].set_xlabel("networks that get the image wrong")
    return figure


def plot_error_spread(errors: Values, test_size: int) -> ReportFigure:
    """Draw one dot per seed, and two bars: the seeds' spread, and that of the choice of images.

    The errors are in percent, all on the same `test_size` images.
    """
    found = spread(errors)
    binomial = 100 * binomial_std(found.mean / 100, test_size)
    bins = pd.Series(np.floor(np.sort(list(errors)) / PER_DOT + 1e-9))
    height = bins.groupby(bins).cumcount() + 1
    reach = 1.1 * max(2 * binomial, found.high - found.mean, found.mean - found.low)
    with styled():
        figure, (axes,) = new_figure(3.0)
        axes.plot((bins + 0.5) * PER_DOT, height, "o", color=COLOURS[0], markersize=8)
        top = height.max()
        _draw_bar(axes, found.mean, found.std, top + 1.1, COLOURS[0], f"{found.n} seeds")
        _draw_bar(axes, found.mean, binomial, top + 2.6, COLOURS[1], f"{test_size:,} images")
        axes.set(xlim=(found.mean - reach, found.mean + reach), ylim=(0.2, top + 4.1), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("test error, %")
        axes.alt = (
            f"Dots: {found.n} seeds, from {found.low:.2f} to {found.high:.2f}, mean "
            f"{found.mean:.2f}. Bars: a standard deviation to both sides of the mean, "
            f"{found.std:.3f} over the seeds, {binomial:.3f} for a choice of {test_size:,} images"
        )
    return figure


def _draw_bar(axes: Any, mean: float, std: float, y: float, colour: str, name: str) -> None:
    axes.plot([mean - std, mean + std], [y, y], color=colour, linewidth=4, solid_capstyle="butt")
    axes.annotate(
        f"{name}: ± {std:.2f}", (mean, y), xytext=(0, 6), textcoords="offset points",
        ha="center", color=colour,
    )  # fmt: skip
