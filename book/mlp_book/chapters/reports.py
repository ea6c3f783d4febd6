"""The page on the two reports: their default settings, and the curves of all that they varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.charts import lines
from mlp_book.facts import claim, facts
from mlp_book.findings.report_b import BASE, FINDINGS, name_level
from mlp_book.frames import epochs, frame
from mlp_book.stats import spread
from mlp_book.style import ReportFigure
from mlp_book.text import format_level
from mlp_core.studies import STUDIES
from mlp_core.training import Run, RunConfig

NAME = "reports"
BASES = {
    "report A": RunConfig.from_dict(dict(STUDIES["learning-rate"].base)),
    "report B": BASE,
}
Defaults = Mapping[str, Sequence[Run]]


def default_runs(cells: Sequence[Run], one_at_a_time: Sequence[Run]) -> dict[str, list[Run]]:
    """Return the runs of each report's default setting."""
    runs = {"report A": cells, "report B": one_at_a_time}
    return {
        name: [run for run in runs[name] if run.config.replace(seed=base.seed) == base]
        for name, base in BASES.items()
    }


def both_defaults(defaults: Defaults) -> pd.DataFrame:
    """Return the test error by epoch of both defaults, for `lines`."""
    parts = [epochs(runs).assign(line=name) for name, runs in defaults.items() if runs]
    data = pd.concat(parts, ignore_index=True)
    return data.assign(value=data["test_error"], panel="test error, %")


def table_of_defaults() -> pd.DataFrame:
    """Return the settings in which the reports' defaults differ from one another, and the rest."""
    names = [name for name in RunConfig.field_names() if name != "seed"]
    rows = {
        name.replace("_", " "): {report: getattr(base, name) for report, base in BASES.items()}
        for name in names
    }
    table = pd.DataFrame(rows).T
    unlike = table["report A"].map(str) != table["report B"].map(str)
    return pd.concat([table[unlike], table[~unlike]]).map(_in_words)


def _in_words(value: Any) -> str:
    words = {True: "on", False: "off", None: "all"}
    return words[value] if isinstance(value, bool | None) else format_level(value)


def plot_parameters(data: pd.DataFrame, measure: str) -> ReportFigure:
    """Draw a measure by epoch, with a panel per parameter and a line per level."""
    named = data.assign(
        level=[f"{name_level(level)}" for level in data["level"]],
        parameter=data["parameter"].map(format_level).str.replace("_", " "),
    )
    order = [format_level(name).replace("_", " ") for _, name, _ in FINDINGS]
    known = named[named["parameter"].isin(order)]
    return lines(
        known, "epoch", measure, color="level", panel="parameter", log="y", height=1.75 * len(order)
    )


@facts(NAME)
def defaults(runs: Defaults) -> Iterator[Any]:
    """Say where both defaults end."""
    ends = {name: spread(frame(own)["test_accuracy"]) for name, own in runs.items()}
    yield claim(
        "both defaults were trained with several seeds", all(e.n >= 5 for e in ends.values())
    )
    yield claim(
        "both classify more than 97 % of the test images", min(e.low for e in ends.values()) > 97
    )
    yield {
        "a-default": ends["report A"],
        "b-default": ends["report B"],
        "a-epochs": BASES["report A"].epochs,
        "b-epochs": BASES["report B"].epochs,
        "a-seeds": ends["report A"].n,
        "answer": (
            f"Report A's default ends at {ends['report A'].text()} % test accuracy after "
            f"{BASES['report A'].epochs} epochs, report B's at {ends['report B'].text()} % after "
            f"{BASES['report B'].epochs}; every curve is here."
        ),
    }
