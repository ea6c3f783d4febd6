"""The chapter on what holds: every claim of the book with its verdict, and what surprised us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.cells import DEPTHS, LOSSES, Cell, with_cells
from mlp_book.facts import Levels, claim, facts
from mlp_book.findings import questions, report_a, report_b
from mlp_book.findings.claims import Claim, Stored, count_planned
from mlp_book.findings.comparison import HEADS, TOLERANCES, compare, gains
from mlp_book.findings.published import SEEDS, UPDATES
from mlp_book.findings.timing import FACTOR, total_hours, update_times
from mlp_book.findings.verdicts import VERDICTS, Finding, describe_p
from mlp_book.frames import frame
from mlp_book.stats import different, least_difference, most_by_chance, spread, welch_p
from mlp_book.style import COLOURS, INK, ReportFigure, new_figure, styled
from mlp_book.tables import table_of_rows
from mlp_book.text import format_level, signed
from mlp_core import Run
from mlp_core.studies import STUDIES

NAME = "what-holds"
CLAIMS: tuple[Claim, ...] = (
    *report_a.CLAIMS, *questions.SETTINGS, *report_b.CLAIMS, *questions.CONJECTURES,
)  # fmt: skip
ACCURACIES = ("test_accuracy", "train_accuracy")
MARKERS = dict(zip(DEPTHS, "oD", strict=True))
FILLS = dict(zip(LOSSES, COLOURS, strict=False))
ROOM = 0.2  # percentage points about the dots
FIRST = (2022, 2023, 2024)  # the seeds of the sweeps


def plot_agreement(runs: Sequence[Run]) -> ReportFigure:
    """Draw the accuracies that runs reach over those that report A printed.

    A dot is a cell: its colour is the loss, its shape the depth. A line runs from the lowest to
    the highest seed. The band is the tolerance of all losses but hinge.
    """
    data = frame(runs)
    with styled():
        figure, panels = new_figure(6.4, len(ACCURACIES))
        for axes, measure in zip(panels, ACCURACIES, strict=True):
            _draw_cells(axes, compare(data, measure))
            axes.set_title(f"{HEADS[measure]}: reproduced over published")
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
        color=INK, alpha=0.18, linewidth=0,
    )  # fmt: skip
    axes.plot(ends, ends, color=INK, linewidth=1)
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
        f"{len(found)} cells and the line of equal values. {found['inside'].sum()} lie within "
        f"their tolerance; the farthest is {name}"
    )


def table_of_verdicts(findings: Mapping[str, Sequence[Finding]]) -> pd.DataFrame:
    """Return how many claims of each source have which verdict; those that wait stand apart."""
    rows = {
        source: {
            **{v: sum(one.verdict == v and not one.pending for one in own) for v in VERDICTS},
            "runs missing": sum(one.pending for one in own),
        }
        for source, own in findings.items()
    }
    table = table_of_rows(rows, "claims")
    table.loc["all"] = table.sum()
    return table


def table_of_studies(stored: Stored) -> pd.DataFrame:
    """Return how many runs of each study are stored, and what they took."""
    rows = {
        name: {
            "runs": f"{len(data)} of {count_planned(name)}",
            "core-hours": f"{data['duration_s'].sum() / 3600:.1f}",
        }
        for name, data in stored.items()
        if name in STUDIES
    }
    return table_of_rows(rows, "stored")


@facts(NAME)
def seen(
    findings: Mapping[str, Sequence[Finding]],
    crossed: Sequence[Run],
    thirty: Sequence[Run],
    benchmark: Mapping[str, Any],
) -> Iterator[Any]:
    """Say by which rules claims are judged, how many hold, and what surprised us.

    Parameters
    ----------
    findings : mapping of str to sequence of Finding
        From `judge_claims`.
    crossed, thirty : sequence of Run
        Of the studies ``activations-losses-depth`` and ``seed-noise``.
    benchmark : mapping
        From ``load_benchmark("benchmark-activations")``.
    """
    yield {
        "tolerance": TOLERANCES["mse"],
        "tolerance-hinge": TOLERANCES["hinge"],
        "chance": most_by_chance(36),
        "factor": FACTOR,
        "grid-hours": report_b.HOURS,
    }
    yield from _verdicts([one for own in findings.values() for one in own])
    yield from _seeds(thirty)
    yield from _figures(crossed, benchmark)


def _verdicts(findings: Sequence[Finding]) -> Iterator[Any]:
    judged = [one for one in findings if not one.pending]
    waiting = len(findings) - len(judged)
    count = Counter(one.verdict for one in judged)
    yield {
        "answer": (
            f"Of {len(judged)} claims that the stored runs can judge, {count['holds']} hold, "
            f"{count['holds in part']} hold in part, {count['does not hold']} do not, and "
            f"{count['cannot be told']} cannot be told from seed noise. "
            f"{waiting or 'None'} {'wait' if waiting else 'waits'} for runs."
        )
    }
    verdict = {one.sentence: one.verdict for one in findings}
    evidence = {one.sentence: one.evidence for one in findings}

    def said(beginning: str) -> str:
        return next(sentence for sentence in verdict if sentence.startswith(beginning))

    yield {"gelu": evidence[said("GELU adds")][0]}
    yield claim("here GELU adds less to an update", verdict[said("GELU adds")] == "does not hold")
    yield claim(
        "cross-entropy is ahead of the other losses in every row",
        verdict[said("Cross-entropy is ahead")] == "holds",
    )
    yield claim(
        "several published differences are smaller than five seeds can see, but not all",
        verdict[said("The differences between")] == "holds in part",
    )
    of_b = [verdict[words] for words, _, _ in report_b.FINDINGS]
    yield claim("all six findings of report B hold", of_b == ["holds"] * 6)
    many, few = (said(f"L1, L2 and dropout help, with {images}") for images in ("60,", "1,"))
    helped = [sum("outside" in line for line in evidence[one]) for one in (many, few)]
    yield claim(
        "with 60,000 images no treatment beats none, with 1,000 one of three does",
        helped == [0, 1] and verdict[few] == "holds in part",
    )


def _seeds(thirty: Sequence[Run]) -> Iterator[Any]:
    data = frame(thirty)
    is_first, accuracy = data["seed"].isin(FIRST), data["test_accuracy"]
    noise, first, others = (
        spread(own) for own in (accuracy, accuracy[is_first], accuracy[~is_first])
    )
    least_of_three = least_difference(noise.std, 3)
    yield {
        "seeds": noise.n,
        "noise": noise.text(3),
        "noise-low": f"{noise.low:.2f}",
        "noise-high": f"{noise.high:.2f}",
        "three": first,
        "three-chance": describe_p(welch_p(first, others)),
        "least-five": f"{least_difference(noise.std, SEEDS):.2f}",
        "least-three": f"{least_of_three:.2f}",
    }
    yield claim("there are thirty seeds, three of them the sweeps'", (noise.n, first.n) == (30, 3))
    yield claim(
        "the first three are better than the others, by more than a standard deviation",
        different(first, others) and first.mean > noise.mean + noise.std,
    )
    yield claim("means of three seeds have to differ by more than that", least_of_three > noise.std)


def _figures(crossed: Sequence[Run], benchmark: Mapping[str, Any]) -> Iterator[Any]:
    planned = {config.run_id for config in STUDIES[report_a.STUDY].configs()}
    stored = sum(run.config.run_id in planned for run in crossed)
    is_complete, data = stored == len(planned), with_cells(frame(crossed))
    yield {"drawn": f"all {stored}" if is_complete else f"{stored} of {len(planned)} so far"}
    times = update_times(benchmark)
    ours = (
        f"Our {stored} runs took {data['duration_s'].sum() / 3600:.1f} core-hours, beside other "
        "work and with the evaluation after every epoch."
        if is_complete
        else f"{stored} of our {len(planned)} runs are stored so far."
    )
    yield {
        "compute": (
            f"{len(times)} cells, {SEEDS} seeds and {UPDATES:,} updates take "
            f"{total_hours(times['published']):.1f} hours at the published times. At our times an "
            f"update, measured on an idle core, they take {total_hours(times['ours']):.1f} hours. "
            f"{ours}"
        )
    }
    accuracy = Levels(data, "cell")
    rivals = {
        depth: [accuracy[Cell(depth, "cross_entropy", name)] for name in ("gelu", "relu")]
        for depth in DEPTHS
    }
    for depth, (gelu, relu) in rivals.items():
        yield {f"{depth}-gelu": gelu, f"{depth}-relu": relu}
    yield claim(
        "GELU and ReLU with cross-entropy cannot be told apart, at either depth",
        all(a.n and b.n and not different(a, b) for a, b in rivals.values()),
    )
    inside = [compare(data, measure)["inside"].sum() for measure in ACCURACIES]
    yield claim("all 36 accuracies lie within the tolerance", is_complete and sum(inside) == 36)
    gained = gains(data, "test_accuracy")["different"]
    yield claim(
        "the second layer adds nothing to be seen in two of nine cases",
        (len(gained), gained.sum()) == (9, 7),
    )
