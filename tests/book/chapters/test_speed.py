"""Speed: tables say what a benchmark's file says, and which change breaks which claim."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from figure_cases.speed import CONTENT
from made import failing

from mlp_book.benchmarks import contestants, load_benchmark
from mlp_book.chapters import speed as chapter
from mlp_book.style import COLOURS
from mlp_book.text import NONE

HYPHEN, NB = "\N{NON-BREAKING HYPHEN}", "\u00a0"


def test_contestants_are_found_by_case_and_number_of_cores() -> None:
    one, two = contestants(CONTENT), contestants(CONTENT, cores=2)
    assert one.loc[("usual", "mlp_core"), "ms_per_update"] == 0.6
    assert two.loc[("usual", "mlp_core"), "ms_per_update"] == 0.5
    assert one.loc[("usual", "mlp_core"), "over_floor"] == pytest.approx(1.5)
    with pytest.raises(KeyError, match="huge"):
        chapter.plot_contestants(CONTENT, ["huge"])


def test_tables_of_times_and_ratios_have_a_dash_for_the_absent() -> None:
    small = f"small{HYPHEN}1, batch{NB}100"
    times = chapter.table_of_times(CONTENT)
    assert list(times.index) == [small, "usual", "bulk"]
    assert times.loc["usual", "PyTorch"] == "1.000" and times.loc["bulk", "PyTorch"] == NONE
    ratios = chapter.table_of_ratios(CONTENT)
    assert list(ratios.columns) == ["floor", "PyTorch"]
    assert ratios.loc["bulk"].tolist() == ["1.33", NONE]
    assert chapter.table_of_ratios(CONTENT, cores=2).loc["usual"].tolist() == ["1.67"]


def test_activations_stand_side_by_side_for_each_depth_and_loss() -> None:
    cells = [
        {
            "activation": name, "loss": "mse", "depth": depth,
            "ms_per_update": ms, "ratio_to_relu": ms / 0.5,
        }
        for depth in ("single", "double")
        for name, ms in (("relu", 0.5), ("gelu", 0.55))
    ]  # fmt: skip
    table = chapter.table_of_activations({"cells": cells})
    assert list(table.index) == [f"{depth}, squared{NB}error" for depth in ("single", "double")]
    assert table.loc[f"single, squared{NB}error", "GELU"] == "0.550 (1.10)"


def test_parts_are_named_with_their_sum() -> None:
    case = {"hidden_sizes": [256, 128], "parts": {"gather": 39.6, "loop": 4.2}, "us_per_update": 44}
    table = chapter.table_of_parts({"cases": [case]})
    assert table.to_dict() == {
        f"784{HYPHEN}256{HYPHEN}128{HYPHEN}10": {"gather": "40", "loop": "4", "all": "44"}
    }


def test_work_in_a_page_has_times_and_ratios() -> None:
    seconds = {"mlp_core": [0.5, 1.5, 1.25], "NumPy": [9.0, 12.0, 10.0]}
    work = {"work": "an epoch", "seconds": seconds}
    short = {
        "work": "outputs",
        "seconds": {"mlp_core": [0.00065], "TensorFlow.js": [0.0005]},
    }
    table = chapter.table_of_page({"works": [work, short]})
    assert table.loc["an epoch"].tolist() == ["1.25 s", "10.0 s (0.12)", NONE]
    assert table.loc["outputs"].tolist() == ["0.650 ms", NONE, "0.500 ms (1.30)"]


def test_the_machine_is_named_with_the_day() -> None:
    names = ("cpu", "system", "python", "numpy", "blas", "mlp_core")
    environment = {**{name: name.upper() for name in names}, "date": "2026-01-02T03:04:05+00:00"}
    table = chapter.describe_machine({"environment": environment})
    assert table.loc["processor", "benchmark"] == "CPU"
    assert table.loc["measured on", "benchmark"] == "2026-01-02"


def test_the_engine_stands_out_among_multiples_of_the_floor() -> None:
    (axes,) = chapter.plot_contestants(CONTENT, ["usual"]).axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_xdata()[0] for dot in dots] == pytest.approx([2.5, 1.5])
    assert [dot.get_color() for dot in dots] == list(COLOURS[:2])
    assert axes.get_xlim()[1] > 1.2 * 2.5  # the number beside the last dot is within the axes


def test_growth_varies_one_of_the_two() -> None:
    by_units, by_batch = chapter.plot_growth(CONTENT).axes
    assert list(by_units.lines[0].get_xdata()) == [16, 128]
    assert list(by_batch.lines[1].get_xdata()) == [100, 1000]
    assert list(by_batch.lines[1].get_ydata()) == [0.4, 3.0]


def test_a_benchmark_that_was_not_run_says_how_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="make bench"):
        load_benchmark()
    (tmp_path / "benchmark.json").write_text(json.dumps(CONTENT))
    assert load_benchmark() == CONTENT


def stored(name: str, **changes: Any) -> dict[str, Any]:
    return deepcopy(load_benchmark(name)) | changes


def slower(content: dict[str, Any], factor: float) -> dict[str, Any]:
    """Return a benchmark in which the engine took so many times as long."""
    for case in content["cases"]:
        engine = case["contestants"]["mlp_core"]
        engine["ms_per_update"] *= factor
        engine["quartiles"] = [factor * end for end in engine["quartiles"]]
        for name, own in case["contestants"].items():
            own["engine_ratio"] *= 1 if name == "mlp_core" else factor
    return content


def scattered() -> dict[str, Any]:
    """Return the benchmark with one upper quartile far from its median, in a case that is drawn."""
    content = stored("benchmark")
    content["cases"][0]["contestants"]["PyTorch"]["quartiles"][1] *= 1.1
    return content


def page_by(ratios: dict[str, float]) -> dict[str, Any]:
    """Return the benchmark in a page with other ratios to NumPy's products."""
    content = stored("benchmark-page")
    for own in content["works"]:
        if own["work"] in ratios:
            own["seconds"]["NumPy"] = [s / ratios[own["work"]] for s in own["seconds"]["mlp_core"]]
    return content


def test_what_the_text_says_holds_for_the_stored_benchmarks() -> None:
    found = chapter.peers(stored("benchmark"))
    assert found.values["speed-single-torch"] == "0.55"
    assert "1.56 times as long as its matrix" in found.values["speed-answer"]
    chapter.parts(stored("benchmark-parts"))
    assert chapter.growth(stored("benchmark-growth")).values["speed-wide"] == "4,096"
    chapter.costs(stored("benchmark-activations"), stored("benchmark-sweeps"))
    assert float(chapter.page(stored("benchmark-page")).values["speed-page-epoch-numpy"]) < 0.2
    assert chapter.exercises(stored("benchmark")).values["speed-ex1-us"] == "61"
    written = chapter.ways({"new": 4.0, "in place": 2.0, "engine": 1.0})
    assert written.values["speed-way-ratio"] == "4.0"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (
            lambda: chapter.peers(slower(stored("benchmark"), 2.0)),
            ["on one core the engine is", "behind a"],
        ),
        (
            lambda: chapter.peers(slower(stored("benchmark"), 0.5)),
            ["behind a compiled", "it is behind JAX", "nearer to the floor"],
        ),
        (lambda: chapter.peers(scattered()), ["the quartiles"]),
        (lambda: chapter.peers(CONTENT), ["the rest can be computed"]),
        (
            lambda: chapter.parts({"cases": stored("benchmark-parts")["cases"][1:]}),
            ["the network has"],
        ),
        (
            lambda: chapter.growth(slower(stored("benchmark-growth"), 2.0)),
            ["small networks", "so are small batches"],
        ),
        (
            lambda: chapter.costs(
                stored("benchmark-activations"), stored("benchmark-sweeps", speedup=1.5)
            ),
            ["two processes"],
        ),
        (
            lambda: chapter.page(page_by({"outputs": 0.3, "an epoch of MNIST": 0.9})),
            ["every product", "the larger the network"],
        ),
    ],
)
def test_a_change_says_which_claims_fail(make: Callable[[], Any], fails: list[str]) -> None:
    failed = failing(make)
    assert len(failed) == len(fails)
    assert all(sentence.startswith(start) for sentence, start in zip(failed, fails, strict=True))
