"""Figures of the benchmarks: the engine beside its peers and its floor."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mlp_core.report.axes import make_log
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled
from mlp_core.studies import find_results

ENGINE, FLOOR = "mlp_core", "floor"

Case = Mapping[str, Any]


def load_benchmark(name: str = "benchmark") -> dict[str, Any]:
    """Return what a benchmark wrote: its environment and its cases.

    Parameters
    ----------
    name : {"benchmark", "benchmark-growth", "benchmark-activations", "benchmark-parts", \
"benchmark-sweeps"}

    Raises
    ------
    FileNotFoundError
        If it has not been run.
    """
    path = find_results() / f"{name}.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `make bench` on an idle machine")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def find_case(content: Mapping[str, Any], label: str, cores: int = 1) -> Case:
    """Return the case of that label, such as "784-128-10, batch 100".

    Raises
    ------
    KeyError
        If there is none, with the labels that there are.
    """
    cases: Sequence[Case] = content["cases"]
    for case in cases:
        if (case["case"], case["cores"]) == (label, cores):
            return case
    known = sorted({f"{case['case']} on {case['cores']}" for case in cases})
    raise KeyError(f"{label} on {cores}: no such case; there are {'; '.join(known)}")


def over_floor(case: Case) -> float:
    """Return the engine's time as a multiple of the floor's."""
    times = case["contestants"]
    return float(times[ENGINE]["ms_per_update"] / times[FLOOR]["ms_per_update"])


def plot_contestants(cases: Sequence[Case], height: float = 5.2) -> ReportFigure:
    """Draw each contestant's time as a multiple of the floor's, one panel a case.

    A dot is the median over the rounds, its line runs from the lower to the upper quartile.

    Parameters
    ----------
    cases : sequence of dict
        From `find_case`.
    height : float
        In inches.
    """
    with styled():
        figure, rows = new_figure(height, len(cases), sharex=True)
        for axes, case in zip(rows, cases, strict=True):
            _draw_case(axes, case)
        rows[-1].set_xlabel("time of an update, as a multiple of the floor")
        figure.set_label(" ".join(_describe_case(case) for case in cases))
    return figure


def _multiples(case: Case) -> dict[str, list[float]]:
    """Return lower quartile, median and upper quartile over the floor, slowest first."""
    floor = case["contestants"][FLOOR]["ms_per_update"]
    multiples = {
        name: [
            value / floor
            for value in (row["quartiles"][0], row["ms_per_update"], row["quartiles"][1])
        ]
        for name, row in case["contestants"].items()
        if name != FLOOR
    }
    return dict(sorted(multiples.items(), key=lambda item: -item[1][1]))


def _draw_case(axes: Any, case: Case) -> None:
    multiples = _multiples(case)
    axes.axvline(1, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    for place, (name, (low, median, high)) in enumerate(multiples.items()):
        colour = COLOURS[1] if name == ENGINE else COLOURS[0]
        axes.plot([low, high], [place, place], color=colour, alpha=0.6)
        axes.plot(median, place, "o", color=colour, markersize=6)
        axes.annotate(
            f"{median:.2f}", (median, place), xytext=(0, 5), textcoords="offset points",
            ha="center", va="bottom", color=colour, size=8.5,
        )  # fmt: skip
    axes.set_yticks(range(len(multiples)), list(multiples))
    axes.set_ylim(-0.6, len(multiples) - 0.1)
    axes.set_title(case["case"])
    make_log(axes, "x")
    axes.grid(visible=False, axis="y")


def _describe_case(case: Case) -> str:
    parts = [f"{name} {median:.2f}" for name, (_, median, _) in _multiples(case).items()]
    return f"Dot chart, {case['case']}: times over the floor's. {', '.join(parts)}."


def plot_growth(content: Mapping[str, Any], height: float = 5.4) -> ReportFigure:
    """Draw the time of an update over the hidden size and over the batch size, with the floor.

    Parameters
    ----------
    content : dict
        From ``load_benchmark("benchmark-growth")``.
    height : float
        In inches.
    """
    axes_of = (
        (
            "hidden units, at batch size 100",
            lambda case: case["hidden_sizes"][0],
            "batch_size",
            100,
        ),
        ("batch size, at 128 hidden units", lambda case: case["batch_size"], "hidden_sizes", [128]),
    )
    with styled():
        figure, rows = new_figure(height, 2)
        for axes, (label, position, fixed, value) in zip(rows, axes_of, strict=True):
            cases = sorted((c for c in content["cases"] if c[fixed] == value), key=position)
            for name, colour, style in ((ENGINE, COLOURS[1], "o-"), (FLOOR, COLOURS[0], "s--")):
                times = [case["contestants"][name]["ms_per_update"] for case in cases]
                axes.plot([position(case) for case in cases], times, style, color=colour)
                # Above the upper line's beginning, and below the lower one's.
                axes.annotate(
                    name, (position(cases[0]), times[0]), ha="left",
                    xytext=(-4, 9) if name == ENGINE else (14, -7),
                    va="bottom" if name == ENGINE else "center",
                    textcoords="offset points", color=colour,
                )  # fmt: skip
            axes.set_title("milliseconds an update")
            axes.set_xlabel(label)
            make_log(axes, "x")
            make_log(axes, "y")
            axes.margins(y=0.12)
        figure.set_label(_describe_growth(content["cases"]))
    return figure


def _describe_growth(cases: Sequence[Case]) -> str:
    parts = [
        f"{case['case']}: {case['contestants'][ENGINE]['ms_per_update']:.3g} ms, "
        f"floor {case['contestants'][FLOOR]['ms_per_update']:.3g} ms"
        for case in cases
    ]
    return f"Two line charts of the time of an update. {'; '.join(parts)}."
