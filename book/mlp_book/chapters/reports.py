"""The page on the two reports: their default settings, and the curves of all that they varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.charts import lines
from mlp_book.facts import claim, facts
from mlp_book.findings import regularization
from mlp_book.findings.published import published
from mlp_book.findings.report_b import BASE, FINDINGS, by_parameter
from mlp_book.frames import epochs, frame, levels_of
from mlp_book.stats import spread
from mlp_book.style import COLOURS, MEANINGS, ReportFigure
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, enumerate_words, format_level, level_text, listed_name
from mlp_core.studies import STUDIES
from mlp_core.training import Run, RunConfig

NAME = "reports"
BASES = {
    "report A": RunConfig.from_dict(dict(STUDIES["learning-rate"].base)),
    "report B": BASE,
}
# A setting that is in use only where another has a level.
NEEDS = {
    "hinge_margin": ("loss", "hinge"),
    "target_scale": ("loss", "mse"),
    "init_std": ("init", "normal"),
    "momentum": ("optimizer", "sgd"),
    "nesterov": ("optimizer", "sgd"),
    "adadelta_rho": ("optimizer", "adadelta"),
    "adam_beta1": ("optimizer", "adam"),
    "adam_beta2": ("optimizer", "adam"),
    "schedule_step_epochs": ("schedule", "step"),
    "schedule_step_factor": ("schedule", "step"),
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
    """Return all settings: those in which the defaults differ, those in use, then the others."""
    names = [name for name in RunConfig.field_names() if name != "seed"]
    rows = {
        listed_name(name): {report: _in_words(base, name) for report, base in BASES.items()}
        for name in names
    }
    table = table_of_rows(rows, "setting")
    unlike = table["report A"] != table["report B"]
    unused = (table == NONE).all(axis=1)
    return pd.concat([table[unlike], table[~unlike & ~unused], table[unused]])


def _in_words(base: RunConfig, name: str) -> str:
    needed, level = NEEDS.get(name, (name, getattr(base, name)))
    if getattr(base, needed) != level:
        return NONE
    value = getattr(base, name)
    return ("on" if value else "off") if isinstance(value, bool) else level_text(value)


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
    """Draw a measure by epoch, with a panel per parameter and a line per level.

    The default has one colour in all panels, ReLU's, since it is one of them.
    """
    defaults = {name: getattr(BASE, name) for _, name, _ in FINDINGS} | {SEVENTH: TREATED[0]}
    free = [colour for colour in COLOURS if colour not in MEANINGS.values()]
    palette = {_level(name): colour for name, colour in MEANINGS.items()}
    for name, default in defaults.items():
        levels = levels_of(data.loc[data["parameter"] == name, "level"])
        others = [level for level in levels if level != default]
        for level, colour in zip([default, *others], (MEANINGS["relu"], *free), strict=False):
            palette.setdefault(_level(level), colour)
    named = data[data["parameter"].isin(list(defaults))]
    named = named.assign(
        level=named["level"].map(_level), parameter=named["parameter"].str.replace("_", " ")
    )
    return lines(
        named, "epoch", measure, color="level", panel="parameter", palette=palette, log="y",
        sharex=False, height=2.1 * len(defaults),
    )  # fmt: skip


def _level(level: Any) -> str:
    """Return a level as a line is called: report B's "mse" is not report A's squared error."""
    return level_text(level) if level == "log_softmax_mse" else str(format_level(level))


@facts(NAME)
def defaults(runs: Defaults) -> Iterator[Any]:
    """Say where both defaults end."""
    ends = {name: spread(frame(own)["test_accuracy"]) for name, own in runs.items()}
    counts = {own.n for own in ends.values()}
    yield claim(
        "both defaults have equally many seeds, five or more",
        len(counts) == 1 and min(counts) >= 5,
    )
    yield claim(
        "both classify more than 97 % of the test images", min(e.low for e in ends.values()) > 97
    )
    yield {
        "a-default": ends["report A"],
        "b-default": ends["report B"],
        "a-epochs": BASES["report A"].epochs,
        "b-epochs": BASES["report B"].epochs,
        "seeds": ends["report A"].n,
        "answer": (
            f"Report A's default ends at {ends['report A'].text()} % test accuracy after "
            f"{BASES['report A'].epochs} epochs, report B's at {ends['report B'].text()} % after "
            f"{BASES['report B'].epochs}; every curve is here."
        ),
    }


@facts(NAME)
def times(one_at_a_time: Sequence[Run]) -> Iterator[Any]:
    """Say what runs of report B's batch sizes took here, by the files' durations."""
    rows = by_parameter(frame(one_at_a_time)).query("parameter == 'batch_size'")
    took = {size: spread(own["duration_s"]) for size, own in rows.groupby("level")}
    theirs = published().query("report == 'B' and measure == 'duration_s'").set_index("batch_size")
    yield {
        "b-times": enumerate_words([f"{own.text(1)} with {size}" for size, own in took.items()]),
        "b-times-published": enumerate_words(
            [f"{s:.0f} with {size:.0f}" for size, s in theirs["mean"].items()]
        ),
    }
    yield claim("three batch sizes were timed", sorted(took) == sorted(theirs.index) and took)
    means = [own.mean for _, own in sorted(took.items())]
    yield claim("the smaller the batch, the longer the run", means == sorted(means, reverse=True))
