"""The page on the two reports: their default settings, and the curves of all that they varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.charts import lines
from mlp_book.facts import claim, facts
from mlp_book.findings import regularization
from mlp_book.findings.published import published
from mlp_book.findings.report_b import BASE, FINDINGS, by_parameter, name_level
from mlp_book.frames import epochs, frame
from mlp_book.stats import spread
from mlp_book.style import ReportFigure
from mlp_book.text import enumerate_words, format_level, in_words
from mlp_core.studies import STUDIES
from mlp_core.training import Run, RunConfig

NAME = "reports"
BASES = {
    "report A": RunConfig.from_dict(dict(STUDIES["learning-rate"].base)),
    "report B": BASE,
}
Defaults = Mapping[str, Sequence[Run]]
# Report B's seventh parameter: it names it, and its grid has these levels.
SEVENTH = "regularization"
TREATED = ("none", "L2\u00a010⁻⁴", "dropout\u00a00.2")


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
        in_words(name): {report: getattr(base, name) for report, base in BASES.items()}
        for name in names
    }
    table = pd.DataFrame(rows).T
    unlike = table["report A"].map(str) != table["report B"].map(str)
    return pd.concat([table[unlike], table[~unlike]]).map(_in_words)


def _in_words(value: Any) -> str:
    words = {True: "on", False: "off", None: "all"}
    return words[value] if isinstance(value, bool | None) else format_level(value)


def all_parameters(one_at_a_time: Sequence[Run], treated: Sequence[Run]) -> pd.DataFrame:
    """Return the epochs of report B's seven parameters by ``parameter`` and ``level``.

    The last is from the study ``regularization``, which has the same network for 25 epochs.
    """
    rows = regularization.by_treatment(epochs(treated))
    rows = rows[(rows["images"] == regularization.MANY) & rows["treatment"].isin(TREATED)]
    rows = rows.drop_duplicates(["treatment", "seed", "epoch"])
    seventh = rows.assign(parameter=SEVENTH, level=rows["treatment"])
    return pd.concat([by_parameter(epochs(one_at_a_time)), seventh], ignore_index=True)


def plot_parameters(data: pd.DataFrame, measure: str) -> ReportFigure:
    """Draw a measure by epoch, with a panel per parameter and a line per level."""
    named = data.assign(
        level=[f"{name_level(level)}" for level in data["level"]],
        parameter=data["parameter"].map(format_level).str.replace("_", " "),
    )
    names = [*(name for _, name, _ in FINDINGS), SEVENTH]
    order = [format_level(name).replace("_", " ") for name in names]
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


@facts(NAME)
def times(one_at_a_time: Sequence[Run]) -> Iterator[Any]:
    """Say what report B's default run and its batch sizes took here, by the files' durations."""
    rows = by_parameter(frame(one_at_a_time)).query("parameter == 'batch_size'")
    took = {size: spread(own["duration_s"]) for size, own in rows.groupby("level")}
    theirs = published().query("report == 'B' and measure == 'duration_s'").set_index("batch_size")
    yield {
        "b-time": took[BASE.batch_size].text(1),
        "b-time-published": f"{theirs.loc[BASE.batch_size, 'mean']:.0f}",
        "b-times": enumerate_words([f"{own.text(1)} with {size}" for size, own in took.items()]),
        "b-times-published": enumerate_words(
            [f"{s:.0f} with {size:.0f}" for size, s in theirs["mean"].items()]
        ),
    }
    yield claim("three batch sizes were timed", sorted(took) == sorted(theirs.index) and took)
    means = [own.mean for _, own in sorted(took.items())]
    yield claim("the smaller the batch, the longer the run", means == sorted(means, reverse=True))
