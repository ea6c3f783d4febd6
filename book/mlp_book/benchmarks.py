"""What the benchmarks measured: times of the engine, of its peers and of its floor."""

from __future__ import annotations

import json
from typing import Any

from mlp_core.studies import find_results


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
        raise FileNotFoundError(f"{path} is not there: run `make bench` on an idle machine")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
