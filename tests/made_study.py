"""Made-up runs of a whole study of the catalogue, so that a page of them is known beforehand."""

from __future__ import annotations

import hashlib
import math

from mlp_core.studies import STUDIES, StoredStudy
from mlp_core.training import History, Run, RunConfig


def made_study(name: str, most: int | None = None) -> StoredStudy:
    """Return a study with a made-up run for each of its configs, or for the first ones."""
    configs = STUDIES[name].configs()[:most]
    return StoredStudy(name, [made_run(config) for config in configs], STUDIES[name])


def made_run(config: RunConfig) -> Run:
    """Return a run whose error falls evenly; each setting and each seed has its own."""
    setting, noise = chance(config.replace(seed=0).run_id), chance(config.run_id)
    # Rates far from a middle one are worse, and one setting in thirty diverges.
    off = abs(math.log10(config.learning_rate) + 0.5) / 3
    error = 0.015 + 0.05 * setting * off + 0.002 * noise
    diverged = setting > 0.97
    epochs = config.epochs // 2 if diverged else config.epochs
    updates = math.ceil(60000 / config.batch_size)
    history = History()
    for epoch in range(1, epochs + 1):
        now = round(error + 0.1 / epoch, 4)  # ten thousand test images
        history.append(
            **{"epoch": epoch, "updates": updates * epoch, "examples": 60000 * epoch},
            **{"learning_rate": config.learning_rate, "running_loss": 3 * now / epoch},
            **{"running_accuracy": 1 - now, "test_loss": 0.05 + 2 * now, "test_accuracy": 1 - now},
        )
    if not diverged:
        history.amend(-1, train_loss=0.01, train_accuracy=1 - error / 3)
    return Run(
        config,
        history,
        status="diverged" if diverged else "completed",
        diverged_at_update=updates * epochs + 7 if diverged else None,
        epoch_ms_per_update=[0.5] * epochs,
        duration_s=20.0,
        environment={"mlp_core": "0.1.0", "numpy": "2.3.5", "python": "3.11", "cpu": "made up"},
    )


def chance(text: str) -> float:
    """Return a number from 0 to 1 that is always the same for the same text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
