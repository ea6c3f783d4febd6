"""The page on other data: every question of What holds, on MNIST and on Fashion-MNIST."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from jinja2 import Environment
from matplotlib.ticker import NullLocator

from mlp_book.charts import bars, dots
from mlp_book.charts.shared import INTERVAL, draw_zero
from mlp_book.facts import claim, facts
from mlp_book.findings.carried import (
    CARRIES,
    DOES_NOT,
    HOLDS,
    NOT_RUN,
    OUTCOMES,
    WORDS,
    Carried,
    CarryOver,
    Pair,
    agreement,
    differences,
    in_a_sentence,
    predictions,
    runs_of,
)
from mlp_book.findings.claims import IN_EPOCHS, MEASURED, count_planned
from mlp_book.read_out import remember
from mlp_book.style import COLOURS, INK, UNDECIDED, ReportFigure, new_figure, styled
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, enumerate_words, format_number

NAME = "carry-over"
PALETTE = dict(zip(OUTCOMES, (COLOURS[0], COLOURS[1], UNDECIDED, UNDECIDED), strict=True))
SYMBOLS = dict(zip(OUTCOMES, f"✓✗?{NONE}", strict=True))
WAYS = {
    "different on both, same way": (COLOURS[0], "o"),
    "different on both, opposite ways": (COLOURS[1], "D"),
    "different on one of them or on neither": (UNDECIDED, "s"),
}
LINEAR = 0.2  # points about zero: beyond, axes are logarithmic
ROWS = """\
{%- macro predicted(one) -%}
<small>predicted: {{ one.predicted }}
<details><summary>why</summary>{{ one.reason }}</details></small>
{%- endmacro -%}
{%- macro head() -%}
<table class="words carried"><thead><tr>
{%- for head in heads %}<th scope="col">{{ head }}</th>{% endfor -%}
</tr></thead>
{%- endmacro -%}
{% if answered %}{{ head() }}
{% for one in answered -%}
<tbody><tr><th scope="row">{{ one.question }}
{%- if one.unit %}<br><small>in {{ one.unit }}</small>{% endif %}</th>
{% for verdict in one.verdicts -%}
<td data-head="{{ heads[loop.index] }}"><strong>{{ verdict }}</strong></td>
{% endfor -%}
<td rowspan="{{ one.shown | length + 1 }}">{{ one.symbol }}&nbsp;<strong>{{ one.outcome }}</strong>
<br>{{ predicted(one) }}</td></tr>
{% for compared, here, there in one.shown -%}
<tr class="compared"><th scope="row"><small>{{ compared }}</small></th>
<td data-head="{{ heads[1] }}">{{ here }}</td><td data-head="{{ heads[2] }}">{{ there }}</td></tr>
{% endfor -%}
{% if one.others -%}
<tr class="compared"><td colspan="4"><details><summary>{{ one.others | length }} more</summary>
{%- for line in one.others %}<p>{{ line }}</p>{% endfor %}</details></td></tr>
{% endif %}</tbody>
{% endfor %}</table>{% endif %}
{% if waiting %}<details{{ "" if answered else " open" }}>
<summary>Not answered yet: {{ left }}</summary>{{ head() }}
{% for missing, own in waiting -%}
<tbody><tr><th scope="rowgroup" colspan="4">
{{- own[0].symbol }} {{ own[0].outcome }}: {{ missing }}</th></tr>
{% for one in own -%}
<tr><th scope="row">{{ one.question }}</th>
<td data-head="{{ heads[1] }}"><strong>{{ one.verdicts[0] }}</strong></td>
<td colspan="2">{{ predicted(one) }}</td></tr>
{% endfor %}</tbody>
{% endfor %}</table></details>{% endif %}"""


class Board:
    """The questions as a table: MNIST beside the other data, outcome and prediction."""

    def __init__(self, found: CarryOver) -> None:
        self.title = found.title
        self.rows = [_row(one) for one in found.questions]

    def __repr__(self) -> str:
        return "\n".join(f"{row['question']} {row['outcome']}" for row in self.rows)

    def _repr_html_(self) -> str:
        """Return the answered questions, then those that wait, by the runs that they wait for."""
        missing = dict.fromkeys(row["missing"] for row in self.rows)
        by_runs = {runs: [row for row in self.rows if row["missing"] == runs] for runs in missing}
        answered = by_runs.pop("", [])
        return (
            Environment(autoescape=True)
            .from_string(ROWS)
            .render(
                heads=("question", "MNIST", self.title, "outcome"),
                answered=answered,
                waiting=by_runs.items(),
                left=f"{len(self.rows) - len(answered)} of {len(self.rows)} questions",
            )
        )


def _row(one: Carried) -> dict[str, Any]:
    said = predictions().loc[one.here.sentence]
    lines = [(words_of(pair), *(own.effect.text(own.digits) for own in pair)) for pair in one.pairs]
    return {
        "question": one.here.sentence,
        "unit": "epochs" if one.measure == IN_EPOCHS else "",
        "outcome": _said(one.outcome),
        "symbol": SYMBOLS[one.outcome],
        "predicted": _said(said["prediction"]),
        "reason": said["reason"],
        "missing": " ".join(one.there.lines) if one.there.pending else "",
        "verdicts": (one.here.verdict, one.there.verdict),
        "shown": lines[: one.deciding],
        "others": ["{}: {}; {}".format(*line) for line in lines[one.deciding :]],
    }


def _said(outcome: str) -> str:
    return WORDS[outcome][0].removeprefix("is ")


def plot_outcomes(found: CarryOver) -> ReportFigure:
    """Draw how many of the answered questions have which outcome."""
    count = Counter(one.outcome for one in found.questions)
    names = [name for name in OUTCOMES if count[name] and name != NOT_RUN] or [NOT_RUN]
    data = pd.DataFrame({"outcome": names, "questions": [count[name] for name in names]})
    figure = bars(
        data.assign(text=data["questions"].astype(str)), "outcome", "questions", color="outcome",
        text="text", palette=PALETTE, title=f"questions, on {found.title}", height=2.4,
    )  # fmt: skip
    figure.axes[0].locator_params("x", integer=True)
    return figure


def pairs_of(found: CarryOver) -> list[Pair]:
    """Return the comparisons of test accuracies whose effects are known on both, each once."""
    pairs = {
        runs_of(pair): pair
        for one in found.questions
        if one.measure == "test_accuracy"
        for pair in one.pairs
        if all(math.isfinite(each.effect.error) for each in pair)
    }
    return list(pairs.values())


def way_of(pair: Pair) -> str:
    """Return one of `WAYS`."""
    same, opposite, unknown = WAYS
    return {1: same, -1: opposite}.get(agreement(pair), unknown)


def _behind(pair: Pair) -> dict[str, Any]:
    """Return what is read off a dot: the effect on other data, beside that on MNIST."""
    a, b = pair
    own = b.effect
    return {
        "name": f"{words_of(pair)}; on MNIST {a.effect.text()}",
        **{"x": a.effect.difference, "y": own.difference, "mean": own.difference},
        **{"low": own.low, "high": own.high},
        "runs": ".".join(run_id for rows in b.rows for run_id in rows["run_id"]),
    }


def plot_effects(found: CarryOver) -> ReportFigure:
    """Draw the effects on other data over those on MNIST, with their intervals and the diagonal."""
    pairs = pairs_of(found)
    with styled():
        figure, (axes,) = new_figure(5.6)
        for depth, (name, (colour, marker)) in enumerate(WAYS.items()):
            own = [pair for pair in pairs if way_of(pair) == name]
            if not own:
                continue
            x, y = ([pair[side].effect for pair in own] for side in (0, 1))
            axes.errorbar(
                [one.difference for one in x], [one.difference for one in y],
                xerr=[one.high - one.difference for one in x],
                yerr=[one.high - one.difference for one in y],
                fmt=marker, color=colour, elinewidth=0.7, alpha=0.75, markersize=4, label=name,
                zorder=3 - depth / 10,
            )  # fmt: skip
        ends = [
            abs(end) for pair in pairs for one in pair for end in (one.effect.low, one.effect.high)
        ]
        reach = 1.2 * max([1.0, *ends])
        ticks = [sign * tick for tick in (LINEAR, 1, 10) for sign in (-1, 1) if tick < reach]
        for which in ("x", "y"):
            getattr(axes, f"set_{which}scale")("symlog", linthresh=LINEAR)
            getattr(axes, f"set_{which}lim")(-reach, reach)
            getattr(axes, f"set_{which}ticks")([0, *ticks], map(format_number, [0, *ticks]))
            getattr(axes, f"{which}axis").set_minor_locator(NullLocator())
        axes.plot([-reach, reach], [-reach, reach], color=INK, linewidth=1)
        for line in (axes.axhline, axes.axvline):  # between the quarters
            line(0, color=INK, linewidth=0.7)
        axes.set_title(f"difference on {found.title}, points")
        axes.set_xlabel("difference on MNIST, points")
        remember(axes, pd.DataFrame(map(_behind, pairs)), INTERVAL)
        if pairs:
            figure.legend(frameon=False, loc="outside lower left")
        else:
            _say_nothing_yet(axes)
        count = Counter(map(way_of, pairs))
        words = [f"{count[name]} {name}" for name in WAYS]
        axes.alt = f"{len(pairs)} comparisons and the line of equal effects: {', '.join(words)}"
    return figure


def plot_differences(found: CarryOver) -> ReportFigure:
    """Draw the comparisons whose effects lie farthest apart, with both effects."""
    rows = [
        {
            "compared": _head_of(one, pair), "data": name,
            "difference": own.difference, "low": own.low, "high": own.high,
            "runs": ".".join(run_id for rows in side.rows for run_id in rows["run_id"]),
        }
        for one, pair in differences(found)
        for name, side in zip(("MNIST", found.title), pair, strict=True)
        for own in (side.effect,)
    ]  # fmt: skip
    data = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["compared", "data", "difference"])
    figure = dots(
        data, "data", "difference", group="compared", title="difference, points",
        interval=("low", "high"), palette=dict.fromkeys(data["compared"], INK),
    )  # fmt: skip
    axes: Any = figure.axes[0]
    for head in axes.texts:  # one line may be wider than the axes
        head.set_text(re.sub(" (?=[(])|(?<=:) ", "\n", head.get_text()))
    draw_zero(axes, {"color": INK, "linewidth": 1, "zorder": 1}, 0.4)
    if not rows:
        _say_nothing_yet(axes)
    return figure


def table_of_fits(found: CarryOver) -> pd.DataFrame:
    """Return the mean training accuracies of the drawn comparisons' settings, on both data."""
    rows = {
        words_of(pair): {
            name: "\u00a0/\u00a0".join(f"{own['train_accuracy'].mean():.1f}" for own in one.rows)
            for name, one in zip(("MNIST", found.title), pair, strict=True)
        }
        for _, pair in differences(found)
    }
    return table_of_rows(rows or {NOT_RUN: {}}, "training accuracy, % (first\u00a0/\u00a0second)")


def _say_nothing_yet(axes: Any) -> None:
    axes.text(0.05, 0.9, "no study is whole yet", transform=axes.transAxes)


def words_of(pair: Pair) -> str:
    """Return both settings, and in brackets what they share."""
    settings = [own.split(", ") for own in (pair[0].first, pair[0].second)]
    shared = [part for part in settings[0] if part in settings[1]]
    own = [", ".join(part for part in parts if part not in shared) for parts in settings]
    if not shared or not all(own):
        return f"{pair[0].first} against {pair[0].second}"
    return f"{own[0]} against {own[1]} ({', '.join(shared)})"


def _head_of(one: Carried, pair: Pair) -> str:
    """Return both settings, after what is compared if that is not their test accuracy."""
    what = MEASURED.get(one.measure, "").partition(",")[0]
    return f"{what[0].lower()}{what[1:]}: {words_of(pair)}" if what else words_of(pair)


def table_of_studies(found: CarryOver) -> pd.DataFrame:
    """Return how many runs of each study are stored, and what they took."""
    rows = {
        name: {
            "stored runs": f"{len(data)} of {count_planned(name, found.studies)}",
            "core-hours": f"{data['core_s'].sum() / 3600:.1f}" if len(data) else NONE,
        }
        for name, data in found.stored.items()
    }
    return table_of_rows(rows, "study")


def _asked(questions: Sequence[Carried]) -> str:
    """Say to which questions the drawn comparisons belong, in their order."""
    names = [f"\u201c{one.here.sentence.removesuffix('.')}\u201d" for one in questions]
    return f"From top to bottom, they belong to {enumerate_words(names)}." if names else ""


def _changed(found: CarryOver) -> str:
    """Say which answers do not carry over, and where each of them holds."""
    told = [
        f"\u201c{one.here.sentence.removesuffix('.')}\u201d {verdict} on {name} alone"
        for one in found.questions
        if one.outcome == DOES_NOT
        for name, verdict in (("MNIST", one.here.verdict), (found.title, one.there.verdict))
        if verdict in HOLDS
    ]
    return f"What does not: {'; '.join(told)}." if told else ""


def _compared(same: int, opposite: int, unknown: int) -> str:
    """Say which way the comparisons go on both data sets."""
    if not same + opposite + unknown:
        return "No comparison has its runs on both data sets yet."
    return (
        f"Of {same + opposite + unknown} comparisons, {same or 'none'} "
        f"{'differs' if same == 1 else 'differ'} the same way on both data sets, and "
        f"{opposite or 'none'} in opposite ways. In the other {unknown}, at least one of the two "
        "differences is undecided or equivalent."
    )


@facts(NAME)
def seen(found: CarryOver) -> Iterator[Any]:
    """Say how many answers carry over, and how many of the predictions were right."""
    judged = [one for one in found.questions if one.outcome != NOT_RUN]
    right = sum(one.outcome == predictions().loc[one.here.sentence, "prediction"] for one in judged)
    count = Counter(map(way_of, pairs_of(found)))
    outcomes = Counter(one.outcome for one in found.questions)
    yield {
        "title": found.title,
        "runs": found.runs,
        "answer": in_a_sentence(found),
        "changed": _changed(found),
        "predicted": f"Predictions that came true: {right} of {len(judged)}."
        if judged
        else "No prediction is put to the test yet.",
        "carry": outcomes[CARRIES],
        "fail": outcomes[DOES_NOT],
        "compared": _compared(*(count[name] for name in WAYS)),
        "apart": _asked([one for one, _ in differences(found)]),
    }
    yield claim("there are questions that the studies can judge", found.questions)
