"""The chapter on what holds: every claim with its verdict, and what surprised us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.cells import DEPTHS, LOSSES, with_cells
from mlp_book.charts import bars
from mlp_book.facts import claim, facts
from mlp_book.findings import questions, report_a, report_b
from mlp_book.findings.claims import VERDICTS, Claim, Finding, Stored, count_planned
from mlp_book.findings.comparison import HEADS, TOLERANCES, compare_published, gains
from mlp_book.findings.published import SEEDS, UPDATES
from mlp_book.findings.timing import total_hours, update_times
from mlp_book.frames import frame
from mlp_book.read_out import remember
from mlp_book.stats import compare, detectable, least_difference, spread
from mlp_book.style import (
    COLOURS,
    INK,
    UNDECIDED,
    ReportFigure,
    band_look,
    new_figure,
    styled,
)
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, count_of, enumerate_words, format_level, signed
from mlp_core import Run
from mlp_core.studies import STUDIES

NAME = "what-holds"
CLAIMS: tuple[Claim, ...] = (*report_a.CLAIMS, *report_b.CLAIMS, *questions.CLAIMS)
ACCURACIES = ("test_accuracy", "train_accuracy")
MARKERS = dict(zip(DEPTHS, "oD", strict=True))
FILLS = dict(zip(LOSSES, COLOURS, strict=False))
ROOM = 0.2  # percentage points about the dots
PALETTE = dict(zip(VERDICTS, (COLOURS[0], COLOURS[5], COLOURS[1], UNDECIDED), strict=False))
LESS_IS_ENOUGH = {  # of report B's findings, and what is compared
    "About 14 epochs suffice.": "25 epochs against 14",
    "One hidden layer is already enough.": "three layers and five against one",
}
FIRST = (2022, 2023, 2024)  # the seeds of the sweeps


def plot_agreement(runs: Sequence[Run]) -> ReportFigure:
    """Draw the accuracies that runs reach against those that report A printed.

    A dot is a cell: its colour is the loss, its shape the depth. A line runs from the lowest to
    the highest seed. The band is the tolerance of all losses but hinge.
    """
    data = frame(runs)
    with styled():
        figure, panels = new_figure(6.4, len(ACCURACIES))
        for axes, measure in zip(panels, ACCURACIES, strict=True):
            _draw_cells(axes, compare_published(data, measure))
            axes.set_title(f"{HEADS[measure]}: reproduced against published")
        panels[-1].set_xlabel("published")
        for names, marker in ((FILLS, "s"), (dict.fromkeys(DEPTHS, INK), None)):
            for name, colour in names.items():
                look = marker or MARKERS[name]
                panels[0].plot([], [], look, color=colour, label=format_level(name))
        panels[0].legend(frameon=False, loc="upper left", handletextpad=0.3, labelspacing=0.3)
    return figure


def _draw_cells(axes: Any, found: pd.DataFrame) -> None:
    if found.empty:
        return
    low = min(found["published"].min(), *(own.low for own in found["ours"])) - ROOM
    high = max(found["published"].max(), *(own.high for own in found["ours"])) + ROOM
    ends, band = (low, high), TOLERANCES["mse"]
    axes.fill_between(
        ends, [end - band for end in ends], [end + band for end in ends],
        **band_look(INK),
    )  # fmt: skip
    axes.plot(ends, ends, color=INK, linewidth=1)
    names = [f"{one.cell.text}, published {one.published:.2f}" for one in found.itertuples()]
    ours = pd.DataFrame(map(vars, found["ours"]), found.index)
    read = found.assign(name=names, x=found["published"], y=ours["mean"])
    remember(axes, read.join(ours[["mean", "low", "high", "n"]]), "lowest and highest")
    for one in found.itertuples():
        look = {"color": FILLS[one.cell.loss], "marker": MARKERS[one.cell.depth]}
        axes.plot(
            [one.published] * 2, [one.ours.low, one.ours.high], color=look["color"], alpha=0.6
        )
        axes.plot(one.published, one.ours.mean, alpha=0.85, markersize=5.5, **look)
    axes.set(xlim=(found["published"].min() - ROOM, high), ylim=ends)
    farthest = found.loc[found["difference"].abs().idxmax()]
    name = f"{farthest['cell'].text}: {signed(farthest['difference'])}"
    right = farthest["published"] > sum(axes.get_xlim()) / 2  # the name stands where there is room
    axes.annotate(
        name, (farthest["published"], farthest["ours"].mean), xytext=(-9 if right else 9, 0),
        textcoords="offset points", ha="right" if right else "left", va="center", size=9,
        color=FILLS[farthest["cell"].loss],
    )  # fmt: skip
    axes.alt = (
        f"{len(found)} cells and the line of equal values. {found['inside'].sum()} have their "
        f"interval within the tolerance; the farthest is {name}"
    )


def plot_verdicts(findings: Sequence[Finding]) -> ReportFigure:
    """Draw how many of the claims that stored runs can judge have which verdict."""
    count = Counter(one.verdict for one in findings if one.standing != NONE)
    names = [name for name in VERDICTS if count[name]]
    data = pd.DataFrame({"verdict": names, "claims": [count[name] for name in names]})
    return bars(
        data.assign(text=data["claims"].astype(str)), "verdict", "claims", color="verdict",
        text="text", palette=PALETTE, title="claims that have this verdict", height=2.4,
    )  # fmt: skip


def table_of_studies(stored: Stored) -> pd.DataFrame:
    """Return how many runs of each study are stored, and what they took."""
    rows = {
        name: {
            "stored runs": f"{len(data)} of {count_planned(name)}",
            "core-hours": f"{data['core_s'].sum() / 3600:.1f}" if len(data) else NONE,
        }
        for name, data in stored.items()
        if name in STUDIES
    }
    return table_of_rows(rows, "study")


@facts(NAME)
def seen(
    findings: Sequence[Finding],
    crossed: Sequence[Run],
    thirty: Sequence[Run],
    benchmark: Mapping[str, Any],
) -> Iterator[Any]:
    """Say how many claims hold, and what surprised us.

    Parameters
    ----------
    findings : sequence of Finding
        From `judge_claims`.
    crossed, thirty : sequence of Run
        Of the studies ``activations-losses-depth`` and ``seed-noise``.
    benchmark : mapping
        From ``load_benchmark("benchmark-activations")``.
    """
    yield {"tolerance": TOLERANCES["mse"], "tolerance-hinge": TOLERANCES["hinge"]}
    yield from _verdicts(findings)
    yield from _seeds(thirty)
    yield from _figures(crossed, benchmark)


def _verdicts(findings: Sequence[Finding]) -> Iterator[Any]:
    judged = [one for one in findings if one.standing != NONE]
    count = Counter(one.verdict for one in judged)
    confirmed = sum(one.confirmed for one in judged)
    many = {0: "none", 1: "one"}.get(confirmed, confirmed)
    rest = f"{many} of these verdicts {'rests' if confirmed < 2 else 'rest'}"
    verdict = {one.sentence: one.verdict for one in findings}
    of_b = [verdict[words] for words, _, _ in report_b.FINDINGS]
    yield {
        "answer": (
            f"Of {len(judged)} claims that the stored runs can judge, {count['holds']} hold, "
            f"{count['holds in part']} hold in part, {count['does not hold']} do not, and "
            f"{count['undecided']} {'is' if count['undecided'] == 1 else 'are'} undecided. "
            f"{rest.capitalize()} on fresh seeds."
        ),
        "judged": len(judged),
        "hold": count["holds"],
        "fail": count["does not hold"],
        "confirmed": rest,
        "b-hold": of_b.count("holds"),
        "b-all": len(of_b),
        "b-less": _less_is_enough(findings),
        "alike": verdict["Hinge and squared error are about as accurate as one another."],
    }
    yield claim(
        "cross-entropy is ahead of the other losses in every row",
        verdict["Cross-entropy is more accurate than hinge and squared error."] == "holds",
    )
    yield claim(
        "hinge and squared error are shown to differ",
        verdict["Hinge and squared error are about as accurate as one another."] == "does not hold",
    )


def _less_is_enough(findings: Sequence[Finding]) -> str:
    """Say what became of report B's findings that less is enough, the clearest evidence of each."""
    parts = []
    for sentence, compared in LESS_IS_ENOUGH.items():
        one = next(own for own in findings if own.sentence == sentence)
        word = "is undecided" if one.verdict == "undecided" else one.verdict
        effects = enumerate_words([own.effect.text() for own in one.comparisons])
        numbers = f" ({compared}, in points: {effects})" if one.comparisons else ""
        parts.append(f"\u201c{sentence.removesuffix('.')}\u201d {word}{numbers}")
    return enumerate_words(parts)


def _seeds(thirty: Sequence[Run]) -> Iterator[Any]:
    data = frame(thirty)
    is_first, accuracy = data["seed"].isin(FIRST), data["test_accuracy"]
    noise, first, others = (
        spread(own) for own in (accuracy, accuracy[is_first], accuracy[~is_first])
    )
    lucky = compare(first, others)
    yield {
        "seeds": noise.n,
        "noise": noise.text(),
        "three": first,
        "three-effect": lucky.text(),
        "least-five": f"{least_difference(noise.std, SEEDS):.2f}",
        "power-five": f"{detectable(noise.std, SEEDS):.2f}",
    }
    yield claim("there are thirty seeds, three of them the sweeps'", (noise.n, first.n) == (30, 3))
    yield claim("the first three are shown to be better than the others", lucky.direction > 0)


def _figures(crossed: Sequence[Run], benchmark: Mapping[str, Any]) -> Iterator[Any]:
    planned = {config.run_id for config in STUDIES[report_a.STUDY].configs()}
    stored = sum(run.config.run_id in planned for run in crossed)
    is_complete, data = stored == len(planned), with_cells(frame(crossed))
    yield {"drawn": count_of(stored, len(planned))}
    times = update_times(benchmark)
    ours = (
        f"Our {stored} runs took {data['duration_s'].sum() / 3600:.1f} core-hours, with other "
        "work on the machine and an evaluation after every epoch."
        if is_complete
        else f"{stored} of our {len(planned)} runs are stored so far."
    )
    yield {
        "compute": (
            f"{len(times)} cells, {SEEDS} seeds and {UPDATES:,} updates take "
            f"{total_hours(times['published']):.1f} hours at the published times. At our times per "
            f"update, measured on an idle core, they take {total_hours(times['ours']):.1f} hours. "
            f"{ours}"
        )
    }
    tables = [compare_published(data, measure) for measure in ACCURACIES]
    inside = sum(int(found["inside"].sum()) for found in tables)
    near = sum(int((found["difference"].abs() <= found["tolerance"]).sum()) for found in tables)
    gained = gains(data, "test_accuracy")
    helped = sum(one.direction > 0 for one in gained["effect"])
    yield {"within": inside, "near": count_of(near, sum(map(len, tables))).capitalize(),
           "gained": helped, "gains": len(gained)}  # fmt: skip
    yield claim(
        "all means lie within the tolerance, not all intervals do",
        is_complete and inside < near == 36,
    )
