"""What an update costs by activation, loss and depth: the cells of report A's table of times.

``make bench`` runs this after the comparison with peers.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
from figures import parse_rounds, write_figures

from mlp_core import RunConfig
from mlp_core.nn import STABLE_ACTIVATIONS
from mlp_core.training import Training
from mlp_core.training.environment import one_blas_thread

REFERENCE = "relu"
LOSSES = ("cross_entropy", "hinge", "mse")
DEPTHS = {"single": (128,), "double": (256, 128)}


class Cell:
    """One network with its loss, and its times an update, one a round."""

    def __init__(self, activation: str, loss: str, depth: str) -> None:
        self.key = {"activation": activation, "loss": loss, "depth": depth}
        self._training = Training(
            RunConfig(dataset="mnist", activation=activation, loss=loss, hidden_sizes=DEPTHS[depth])
        )
        self.times: list[float] = []

    def time(self, order: np.ndarray) -> None:
        """Make the updates of an order of examples."""
        first = self._training.update
        started = time.perf_counter()
        self._training.run_updates(order)
        elapsed = time.perf_counter() - started
        self.times.append(1000 * elapsed / (self._training.update - first))

    def describe(self, reference: Cell) -> dict[str, Any]:
        """Return times, and the ratio to the reference round by round."""
        ratios = [a / b for a, b in zip(self.times, reference.times, strict=True)]
        low, _, high = statistics.quantiles(self.times, n=4)
        return {
            **self.key,
            "ms_per_update": statistics.median(self.times),
            "quartiles": [low, high],
            f"ratio_to_{REFERENCE}": statistics.median(ratios),
        }


def measure(rounds: int, updates: int) -> list[dict[str, Any]]:
    """Time all cells, one thread: those that are compared with each other in turn."""
    results = []
    for depth in DEPTHS:
        for loss in LOSSES:
            cells = {name: Cell(name, loss, depth) for name in STABLE_ACTIVATIONS}
            for number in range(rounds + 1):
                order = np.random.default_rng(number).permutation(60_000)[: 100 * updates]
                for cell in cells.values():
                    cell.time(order)
            for cell in cells.values():
                del cell.times[0]  # the round that warmed the caches up
            for cell in cells.values():
                results.append(cell.describe(cells[REFERENCE]))
                print(results[-1], flush=True)
    return results


def main() -> None:
    """Measure and write the figures."""
    what, output = "per activation and round", "benchmark-activations.json"
    args = parse_rounds(__doc__, "updates", 300, what, output)
    with one_blas_thread():
        cells = measure(args.rounds, args.updates)
    write_figures(args.output, cells=cells)


if __name__ == "__main__":
    main()
