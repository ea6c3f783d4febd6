"""Made-up runs and studies, of which every figure and table is known beforehand."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from typing import Any
from unittest import mock

from mlp_book.facts import STRICT, Facts
from mlp_core.studies import STUDIES
from mlp_core.training import History, Run, RunConfig

ENVIRONMENT = {"mlp_core": "0.1.0", "numpy": "2.3.5", "python": "3.11", "cpu": "made up"}


def fake_run(
    config: RunConfig,
    accuracy: float | None = 97.0,
    *,
    train_accuracy: float = 99.0,
    loss: float = 0.1,
    train_loss: float = 0.01,
    epochs: int | None = None,
    records: dict[str, list[Any]] | None = None,
    duration_s: float = 20.0,
) -> Run:
    """Return a run whose errors and losses fall evenly towards those at its end.

    Parameters
    ----------
    config : RunConfig
    accuracy, train_accuracy : float or None
        Percent after the last epoch; None for a run that diverged half-way.
    loss, train_loss : float
        Of the test and the training set after the last epoch; the running loss ends at the
        latter too.
    epochs : int, optional
        How many to write; by default as many as the config says.
    records : dict, optional
    duration_s : float
    """
    diverged = accuracy is None
    reached = (10.0 if accuracy is None else accuracy) / 100
    length = epochs or config.epochs
    if diverged:
        length = max(1, length // 2)
    updates = math.ceil((config.train_size or 60000) / config.batch_size)
    history = History()
    for epoch in range(1, length + 1):
        left = 0.1 * (1 / epoch - 1 / length)  # how far the epoch is from the end
        history.append(
            epoch=epoch,
            updates=updates * epoch,
            examples=updates * config.batch_size * epoch,
            learning_rate=config.learning_rate,
            running_loss=train_loss + 3 * left,
            running_accuracy=reached - left,
            test_loss=loss + 2 * left,
            test_accuracy=reached - left,
        )
    if not diverged:
        history.amend(-1, train_loss=train_loss, train_accuracy=train_accuracy / 100)
    return Run(
        config,
        history,
        status="diverged" if diverged else "completed",
        diverged_at_update=updates * length + 7 if diverged else None,
        records=records or {},
        epoch_ms_per_update=[0.5] * length,
        duration_s=duration_s,
        environment=dict(ENVIRONMENT),
    )


def fake_runs(
    configs: list[RunConfig], accuracy: Callable[[RunConfig], float | None], noise: float = 0.05
) -> list[Run]:
    """Return a run for each config, its accuracy moved a little by the seed."""
    runs = []
    for config in configs:
        reached = accuracy(config)
        runs.append(fake_run(config, None if reached is None else reached + wobble(config, noise)))
    return runs


def fake_study(
    name: str, accuracy: Callable[[RunConfig], float | None] | None = None, most: int | None = None
) -> list[Run]:
    """Return a run for each config of a study of the catalogue, or for the first ones.

    Without `accuracy`, each setting has its own, rates far from a middle one are worse, and one
    setting in thirty diverges.
    """
    return fake_runs(STUDIES[name].configs()[:most], accuracy or _own_accuracy)


def _own_accuracy(config: RunConfig) -> float | None:
    setting = chance(config.replace(seed=0).run_id)
    off = abs(math.log10(config.learning_rate) + 0.5) / 3
    return None if setting > 0.97 else 98.5 - 5 * setting * off


def failing(make: Callable[[], Facts]) -> list[str]:
    """Return the sentences of claims that do not hold, as in Jupyter: there that is no error."""
    with mock.patch.dict(os.environ):
        os.environ.pop(STRICT, None)
        return [claim.sentence for claim in make().claims if not claim.holds]


def wobble(config: RunConfig, size: float = 0.05) -> float:
    """Return a seed's own small number: -size, 0, size and so on."""
    return size * (config.seed % 5 - 2)


def chance(text: str) -> float:
    """Return a number from 0 to 1 that is always the same for the same text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
