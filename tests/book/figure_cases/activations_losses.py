"""The figures of the chapter on activations and losses, and of the published tables."""

from __future__ import annotations

from made import fake_run

from mlp_book.chapters import activations_losses as chapter
from mlp_book.findings.comparison import plot_comparisons
from mlp_book.frames import frame
from mlp_core import RunConfig
from mlp_core.studies import STUDIES


def layers(config: RunConfig) -> list[list[float]]:
    """Return a share for each of two epochs and each layer."""
    count, seed = len(config.hidden_sizes), config.seed % 3 / 100
    return [[0.1 * layer + 0.01 * epoch + seed for layer in range(count)] for epoch in (1, 2)]


LOOKED = [
    fake_run(config, epochs=2, records={"dead_units": layers(config)})
    for config in STUDIES["active-units"].configs()
]
TABLE = [
    fake_run(config, 97.0 + 0.1 * (config.seed % 5), epochs=2)
    for config in STUDIES["activations-losses-depth"].configs()
]

CASES = {
    "dead units of both depths": lambda: chapter.plot_layers(LOOKED, "dead_units", "dead, %"),
    "dead units of two layers": lambda: chapter.plot_layers(
        LOOKED, "dead_units", "dead, %", depth="double"
    ),
    "comparison with the published table": lambda: plot_comparisons(frame(TABLE), "test_accuracy"),
}
