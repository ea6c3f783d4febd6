"""Where an update's time goes: gather, layers, loss, optimizer, and the loop around them.

``make bench`` runs this after the comparison with peers.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from figures import write_figures

from mlp_core import RunConfig
from mlp_core.nn.layers import Linear
from mlp_core.training import Training
from mlp_core.training.environment import one_blas_thread

SIZES = ((128,), (256, 128))


class Stopwatch:
    """Wraps methods so that the time spent in them is added up by the name of a part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def watch(self, owner: Any, method: str, part: str) -> None:
        """Replace a method of one object by one that is timed."""
        setattr(owner, method, self._timed(getattr(owner, method), part))

    def _timed(self, call: Callable[..., Any], part: str) -> Callable[..., Any]:
        clock, seconds = time.perf_counter, self.seconds

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = clock()
            result = call(*args, **kwargs)
            seconds[part] += clock() - started
            return result

        return timed


def time_parts(hidden_sizes: tuple[int, ...], epochs: int) -> dict[str, Any]:
    """Train for some epochs with every part timed; return microseconds per update."""
    config = RunConfig(dataset="mnist", hidden_sizes=hidden_sizes)
    whole, watched = Training(config), Training(config)
    stopwatch = Stopwatch()
    stopwatch.watch(watched.gatherer, "gather", "gather")
    for layer in watched.network.layers:
        part = "products and biases" if isinstance(layer, Linear) else "activations"
        for method in ("forward", "backward"):
            stopwatch.watch(layer, method, part)
    for method in ("forward", "backward"):
        stopwatch.watch(watched.loss, method, "loss")
    stopwatch.watch(watched.optimizer, "step", "optimizer")
    seconds = {"whole": 0.0, "watched": 0.0}
    for number in range(epochs + 1):
        if number == 1:  # the epoch that warmed the caches up does not count
            stopwatch.seconds.clear()
            seconds = dict.fromkeys(seconds, 0.0)
        order = np.random.default_rng(number).permutation(60_000)
        for name, training in (("whole", whole), ("watched", watched)):
            started = time.perf_counter()
            training.run_updates(order)
            seconds[name] += time.perf_counter() - started
    micro = 1e6 / (600 * epochs)
    parts = {name: micro * value for name, value in stopwatch.seconds.items()}
    # What the stopwatch itself costs is in the watched loop alone.
    parts["loop"] = max(0.0, micro * seconds["whole"] - sum(parts.values()))
    return {
        "hidden_sizes": list(hidden_sizes),
        "us_per_update": micro * seconds["whole"],
        "us_per_update_watched": micro * seconds["watched"],
        "parts": parts,
    }


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--output", type=Path, default=Path("results/benchmark-parts.json"))
    args = parser.parse_args()
    with one_blas_thread():
        cases = [time_parts(sizes, args.epochs) for sizes in SIZES]
    for case in cases:
        print(case)
    write_figures(args.output, cases=cases)


if __name__ == "__main__":
    main()
