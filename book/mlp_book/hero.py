"""The front page's live picture: what sixteen hidden units learn, at fifteen learning rates.

``python -m mlp_book.hero`` trains the small digits and writes `results/hero.json`.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mlp_book.style import COLOURS
from mlp_book.text import format_number
from mlp_core.studies import find_results
from mlp_core.training import Callback, Run, RunConfig, Training
from mlp_core.training.environment import describe_environment
from mlp_core.training.evaluation import forward_in_chunks

# From asleep to broken.
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.006, 0.01, 0.03, 0.1, 0.2, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0)
KEPT = (0, 1, 2, 3, 5, 8, 12, 17, 24, 33, 45, 60)  # epochs whose weights are stored
UNITS, SIDE = 16, 8
# A little decay: what a unit does not use fades, and so does a unit that has died.
CONFIG = RunConfig(
    dataset="digits", hidden_sizes=(UNITS,), weight_decay=3e-4, epochs=KEPT[-1], seed=2022
)
STILL = (0.0001, 0.1, 2.0)  # the rates of the picture that stands where no script runs
FULL = 0.9  # the size of a weight that is drawn in full colour
BLUE, ORANGE = (tuple(bytes.fromhex(colour[1:])) for colour in COLOURS[:2])  # below, above zero


@dataclass
class Snapshots(Callback):
    """Keeps the first weight matrix, and which hidden units are dead, at some epochs."""

    weights: list[np.ndarray] = field(default_factory=list)
    dead: list[list[int]] = field(default_factory=list)

    def on_train_begin(self, training: Training) -> None:
        """Keep the weights before the first update."""
        self._keep(training)

    def on_epoch_end(self, training: Training) -> None:
        """Keep the weights of an epoch that is stored."""
        if training.epoch in KEPT:
            self._keep(training)

    def _keep(self, training: Training) -> None:
        network, data = training.network, training.dataset
        layer = network.activation_layers[0]
        active = np.zeros(layer.out_features, bool)
        for _ in forward_in_chunks(network, data, "train", data.train_size):
            active |= (layer.outputs > 0).any(axis=0)
        self.weights.append(network.linear_layers[0].weight.copy())
        self.dead.append([int(unit) for unit in np.flatnonzero(~active)])


def train_rate(rate: float) -> tuple[Run, Snapshots]:
    """Train the hero's network at one rate."""
    kept = Snapshots()
    return Training(CONFIG.replace(learning_rate=rate), callbacks=[kept]).run(), kept


def pack_run(run: Run, kept: Snapshots) -> dict[str, Any]:
    """Return a run as the file holds it: unit by unit and row by row, a byte per weight."""
    scales = [float(f"{np.abs(weights).max() / 127 or 1:.5g}") for weights in kept.weights]
    frames = [
        np.round(weights.T / scale).clip(-127, 127).astype(np.int8).tobytes()
        for weights, scale in zip(kept.weights, scales, strict=True)
    ]
    return {
        "rate": run.config.learning_rate,
        "status": run.status,
        "test_accuracy": [round(share, 4) for share in run.history["test_accuracy"]],
        "dead": kept.dead,
        "scales": scales,
        "weights": base64.b64encode(b"".join(frames)).decode(),
    }


def make_hero() -> dict[str, Any]:
    """Train all rates; return what the file holds."""
    environment = describe_environment(CONFIG.dtype)
    runs = [pack_run(*train_rate(rate)) for rate in RATES]
    return {
        "seed": CONFIG.seed,
        "config": CONFIG.to_dict(),
        "environment": {
            name: environment[name] for name in ("mlp_core", "commit", "numpy", "blas", "date")
        },
        "written": (
            "one run per learning rate; of each kept epoch the first weight matrix, unit by unit, "
            "as int8 times the scale of its epoch, in base 64; dead: units that no training digit "
            "switches on"
        ),
        "kept": KEPT,
        "full": FULL,
        "colours": {"below": BLUE, "above": ORANGE},
        "runs": runs,
    }


def load_hero(results: Path | None = None) -> dict[str, Any]:
    """Return what is stored."""
    path = (results or find_results()) / "hero.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def unpack_weights(run: dict[str, Any]) -> np.ndarray:
    """Return a stored run's weights: (kept epochs, units, rows, columns)."""
    levels = np.frombuffer(base64.b64decode(run["weights"]), np.int8)
    weights = levels.reshape(-1, UNITS, SIDE, SIDE).astype(float)
    return weights * np.reshape(run["scales"], (-1, 1, 1, 1))


def tiles_png(weights: np.ndarray) -> str:
    """Return sixteen units' weights as the address of a small picture, transparent where zero."""
    picture = np.zeros((4 * (SIDE + 1) - 1, 4 * (SIDE + 1) - 1, 4), np.uint8)
    for unit, tile in enumerate(weights):
        top, left = (SIDE + 1) * (unit // 4), (SIDE + 1) * (unit % 4)
        part = picture[top : top + SIDE, left : left + SIDE]
        part[..., :3] = np.where(tile[..., None] > 0, ORANGE, BLUE)
        part[..., 3] = 255 * np.clip(np.abs(tile) / FULL, 0.04, 1)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _percent(share: float) -> str:
    """Return a share, stored with four decimals, as the page's script rounds it: a half goes up.

    >>> _percent(0.9725)
    '97.3'
    """
    return f"{100 * share + 1e-9:.1f}"


class Hero:
    """The live picture as HTML; where no script runs, three of its rates stand still."""

    def _repr_html_(self) -> str:
        stored = load_hero()
        pictures = [
            f'<figure><img src="{tiles_png(unpack_weights(run)[-1])}" alt="The weights of sixteen '
            f'hidden units"><figcaption>learning rate {format_number(run["rate"])}:<br>'
            f"test accuracy {_percent(run['test_accuracy'][-1])} %</figcaption></figure>"
            for run in stored["runs"]
            if run["rate"] in STILL
        ]
        return (
            f'<div class="hero"><div class="live-static"><div class="hero-pictures">'
            f"{''.join(pictures)}</div><p>What the sixteen hidden units of a small network look "
            f"for in images of digits, after {KEPT[-1]} epochs: too low a learning rate leaves "
            f"them asleep, too high a rate kills them.</p></div></div>"
        )


def main() -> None:
    """Train and write the file."""
    text = json.dumps(make_hero(), separators=(",", ":"), allow_nan=False) + "\n"
    path = find_results() / "hero.json"
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {len(RATES)} rates, {len(text):,} characters")


if __name__ == "__main__":
    main()
