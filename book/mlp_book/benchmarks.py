"""What the benchmarks measured: times of the engine, of its peers and of its floor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlp_core.studies import find_results

ENGINE, FLOOR = "mlp_core", "floor"


def load_benchmark(name: str = "benchmark") -> dict[str, Any]:
    """Return what a benchmark wrote: its environment and its measurements.

    Parameters
    ----------
    name : str
        Of a file in the folder of stored runs, such as "benchmark-activations".

    Raises
    ------
    FileNotFoundError
        If it has not been run.
    """
    path = find_results() / f"{name}.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there: run `make bench` (`make bench-page` in a browser)"
        )
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def contestants(content: Mapping[str, Any], cores: int = 1) -> pd.DataFrame:
    """Return one row per case and contestant, which are the index, in the order of the file.

    Parameters
    ----------
    content : mapping
        From ``load_benchmark()`` or ``load_benchmark("benchmark-growth")``.
    cores : int

    Returns
    -------
    DataFrame
        ``ms_per_update`` (median over the rounds) and its quartiles ``low`` and ``high``,
        ``engine_ratio`` (the engine's time over the contestant's, within a round), ``over_floor``
        (its time over the floor's, by these ratios), ``hidden_sizes`` and ``batch_size``.
    """
    rows = [
        {
            "case": case["case"],
            "contestant": name,
            "ms_per_update": own["ms_per_update"],
            "low": own["quartiles"][0],
            "high": own["quartiles"][1],
            "engine_ratio": own["engine_ratio"],
            "over_floor": case["contestants"][FLOOR]["engine_ratio"] / own["engine_ratio"],
            "hidden_sizes": tuple(case["hidden_sizes"]),
            "batch_size": case["batch_size"],
        }
        for case in content["cases"]
        if case["cores"] == cores
        for name, own in case["contestants"].items()
    ]
    return pd.DataFrame(rows).set_index(["case", "contestant"])
