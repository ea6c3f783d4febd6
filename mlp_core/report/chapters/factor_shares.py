"""Which share of a grid's variance each factor explains, and each pair of factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled

if TYPE_CHECKING:
    import pandas as pd

ROW = 0.27  # inches
PAIRS = 6  # that are drawn, the largest


def plot_shares(tables: Mapping[str, pd.DataFrame], pairs: int = PAIRS) -> ReportFigure:
    """Draw bars for all factors, the largest pairs and what is left, one panel a table.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        From a panel's title to what `mlp_core.studies.grid.variance_shares` returned.
    pairs : int
        How many pairs to show.
    """
    panels = {title: _rows(table, pairs) for title, table in tables.items()}
    longest = max(sum(map(len, panels.values())), 1)
    with styled():
        figure, all_axes = new_figure(
            0.6 * len(panels) + ROW * longest, len(panels), sharex=True,
            height_ratios=[len(rows) + 1 for rows in panels.values()],
        )  # fmt: skip
        for axes, (title, rows) in zip(all_axes, panels.items(), strict=True):
            for place, (kind, _, share) in enumerate(rows):
                colour = {"factor": COLOURS[0], "pair": COLOURS[1]}.get(kind, INK)
                alpha = 0.5 if colour == INK else 1.0
                axes.barh(place, 100 * share, 0.7, color=colour, alpha=alpha, linewidth=0)
                axes.text(100 * share, place, f" {100 * share:.1f}", va="center", size=9)
            axes.set_yticks(range(len(rows)), [words for _, words, _ in rows])
            axes.set_ylim(len(rows) - 0.4, -0.6)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="y", visible=False)
            axes.set_title(title, loc="left")
        all_axes[-1].set_xlabel("share of the variance, %")
        figure.set_label(_describe(panels))
    return figure


def _rows(table: pd.DataFrame, pairs: int) -> list[tuple[str, str, float]]:
    """Return kind, words and share of what is drawn; what is not drawn is summed up."""
    factors = table[table["kind"] == "factor"]
    shown = table[table["kind"] == "pair"]
    rows = [("factor", term, share) for term, share in _items(factors)]
    rows += [("pair", term.replace(" x ", " and "), share) for term, share in _items(shown[:pairs])]
    if len(shown) > pairs:
        rows.append(("other", "all other pairs", float(shown["share"][pairs:].sum())))
    rest = float(table.loc[table["kind"] == "rest", "share"].sum())
    return [*rows, ("other", "three or more together", rest)]


def _items(table: pd.DataFrame) -> list[tuple[str, float]]:
    return [
        (str(term), float(share)) for term, share in zip(table["term"], table["share"], strict=True)
    ]


def _describe(panels: Mapping[str, list[tuple[str, str, float]]]) -> str:
    sentences = []
    for title, rows in panels.items():
        parts = ", ".join(f"{words}: {100 * share:.1f}" for _, words, share in rows)
        sentences.append(f"{title}: {parts}.")
    return "Bar chart of shares of the variance, in percent. " + " ".join(sentences)
