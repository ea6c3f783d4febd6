"""Tables of the benchmarks, as text to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlp_core.report.chapters.speed import ENGINE

_UNBROKEN = str.maketrans({"-": "\N{NON-BREAKING HYPHEN}"})


def _unbroken(label: str) -> str:
    """Return a label that a narrow table breaks after its comma only."""
    return label.translate(_UNBROKEN).replace("batch ", "batch\N{NO-BREAK SPACE}")


def table_of_times(content: Mapping[str, Any], cores: int = 1) -> pd.DataFrame:
    """Return a row a case and a column a contestant: median milliseconds an update."""
    rows = {}
    for case in content["cases"]:
        if case["cores"] == cores:
            times = case["contestants"].items()
            rows[_unbroken(case["case"])] = {
                name: f"{row['ms_per_update']:.3f}" for name, row in times
            }
    return pd.DataFrame.from_dict(rows, orient="index").fillna("-")


def table_of_ratios(content: Mapping[str, Any], cores: int = 1) -> pd.DataFrame:
    """Return a row a case and a column a contestant: the engine's time over the contestant's.

    Below 1 the engine is faster. A ratio is the median over the rounds of the ratio within a
    round, so that a drift of the machine's speed falls out.
    """
    rows = {
        _unbroken(case["case"]): {
            name: f"{row['engine_ratio']:.2f}"
            for name, row in case["contestants"].items()
            if name != ENGINE
        }
        for case in content["cases"]
        if case["cores"] == cores
    }
    return pd.DataFrame.from_dict(rows, orient="index").fillna("-")


def table_of_activations(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return milliseconds an update by depth and loss, and in brackets the ratio to ReLU.

    Parameters
    ----------
    content : dict
        From ``load_benchmark("benchmark-activations")``.
    """
    rows: dict[str, dict[str, str]] = {}
    for cell in content["cells"]:
        row = rows.setdefault(f"{cell['depth']}, {cell['loss']}", {})
        row[cell["activation"]] = f"{cell['ms_per_update']:.3f} ({cell['ratio_to_relu']:.2f})"
    return pd.DataFrame.from_dict(rows, orient="index")


def table_of_parts(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return microseconds an update by part, a column a network.

    Parameters
    ----------
    content : dict
        From ``load_benchmark("benchmark-parts")``.
    """
    columns = {}
    for case in content["cases"]:
        widths = "-".join(str(width) for width in (784, *case["hidden_sizes"], 10))
        parts = {name: f"{value:.0f}" for name, value in case["parts"].items()}
        columns[_unbroken(widths)] = {**parts, "all": f"{case['us_per_update']:.0f}"}
    return pd.DataFrame(columns)


def describe_machine(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return what a benchmark ran on, and when."""
    environment = content["environment"]
    names = {
        "cpu": "processor",
        "system": "system",
        "python": "Python",
        "numpy": "NumPy",
        "blas": "matrix products by",
        "mlp_core": "mlp_core",
        "date": "measured on",
    }
    rows = {label: str(environment[name]) for name, label in names.items()}
    rows["measured on"] = rows["measured on"][:10]
    return pd.DataFrame({"benchmark": rows.values()}, index=list(rows))
