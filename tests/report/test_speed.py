"""The figures of the benchmarks say what the benchmark's file says."""

import json

import pytest

from mlp_core.report.chapters.speed import (
    find_case,
    load_benchmark,
    over_floor,
    plot_contestants,
    plot_growth,
)
from mlp_core.report.chapters.speed_tables import (
    describe_machine,
    table_of_activations,
    table_of_parts,
    table_of_ratios,
    table_of_times,
)


def contestant(ms):
    return {"ms_per_update": ms, "quartiles": [0.9 * ms, 1.2 * ms], "engine_ratio": 1, "loss": 1}


def case(label, hidden, batch, engine, floor, cores=1, **others):
    times = {"mlp_core": engine, "floor": floor, **others}
    return {
        "case": label, "hidden_sizes": [hidden], "batch_size": batch, "cores": cores,
        "contestants": {name: contestant(ms) for name, ms in times.items()},
    }  # fmt: skip


CONTENT = {
    "cases": [
        case("small", 16, 100, 0.2, 0.1, PyTorch=0.4),
        case("usual", 128, 100, 0.6, 0.4, PyTorch=1.0),
        case("usual", 128, 100, 0.5, 0.3, cores=2),
        case("bulk", 128, 1000, 4.0, 3.0),
    ]
}


def test_a_case_is_found_by_label_and_cores():
    assert find_case(CONTENT, "usual")["contestants"]["mlp_core"]["ms_per_update"] == 0.6
    assert find_case(CONTENT, "usual", cores=2)["contestants"]["mlp_core"]["ms_per_update"] == 0.5
    with pytest.raises(KeyError, match="huge on 1: no such case; there are bulk on 1; small on 1"):
        find_case(CONTENT, "huge")


def test_the_engine_is_measured_by_the_floor():
    assert over_floor(find_case(CONTENT, "usual")) == pytest.approx(1.5)


def test_the_table_has_a_row_a_case_and_a_dash_for_the_absent():
    table = table_of_times(CONTENT)
    assert list(table.index) == ["small", "usual", "bulk"]
    assert table.loc["usual", "PyTorch"] == "1.000"
    assert table.loc["bulk", "PyTorch"] == "-"


def test_ratios_leave_the_engine_out():
    table = table_of_ratios(CONTENT)
    assert list(table.columns) == ["floor", "PyTorch"]
    assert table.loc["bulk"].tolist() == ["1.00", "-"]


def test_activations_stand_side_by_side_for_each_depth_and_loss():
    cells = [
        {"activation": name, "loss": "mse", "depth": depth, "ms_per_update": ms,
         "ratio_to_relu": ms / 0.5}
        for depth in ("single", "double")
        for name, ms in (("relu", 0.5), ("gelu", 0.55))
    ]  # fmt: skip
    table = table_of_activations({"cells": cells})
    assert list(table.index) == ["single, mse", "double, mse"]
    assert table.loc["single, mse", "gelu"] == "0.550 (1.10)"


def test_parts_are_named_with_their_sum():
    case = {"hidden_sizes": [256, 128], "parts": {"gather": 39.6, "loop": 4.2}, "us_per_update": 44}
    table = table_of_parts({"cases": [case]})
    assert table[
        "784\N{NON-BREAKING HYPHEN}256\N{NON-BREAKING HYPHEN}128\N{NON-BREAKING HYPHEN}10"
    ].to_dict() == {"gather": "40", "loop": "4", "all": "44"}


def test_the_machine_is_named_with_the_day():
    names = ("cpu", "system", "python", "numpy", "blas", "mlp_core")
    environment = {**{name: name.upper() for name in names}, "date": "2026-01-02T03:04:05+00:00"}
    table = describe_machine({"environment": environment})
    assert table.loc["processor", "benchmark"] == "CPU"
    assert table.loc["measured on", "benchmark"] == "2026-01-02"


def test_contestants_are_drawn_as_multiples_of_the_floor():
    figure = plot_contestants([find_case(CONTENT, "small"), find_case(CONTENT, "usual")])
    (first, second) = figure.axes
    assert [tick.get_text() for tick in first.get_yticklabels()] == ["PyTorch", "mlp_core"]
    dots = [line.get_xdata()[0] for line in second.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([2.5, 1.5])
    assert "usual: times over the floor's. PyTorch 2.50, mlp_core 1.50" in figure.get_label()


def test_growth_has_a_panel_for_each_axis():
    by_size, by_batch = plot_growth(CONTENT).axes
    assert list(by_size.lines[0].get_xdata()) == [16, 128, 128]
    assert list(by_batch.lines[1].get_ydata()) == [0.4, 0.3, 3.0]


def test_a_benchmark_that_was_not_run_says_how_to(tmp_path, monkeypatch):
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="make bench"):
        load_benchmark()
    (tmp_path / "benchmark.json").write_text(json.dumps(CONTENT))
    assert load_benchmark() == CONTENT
