"""Runs of which only the end is known: for judges that look at nothing else."""

from __future__ import annotations

from collections.abc import Callable

from mlp_core.studies import STUDIES
from mlp_core.training import History, Run, RunConfig


def ended_run(
    config: RunConfig,
    accuracy: float | None,
    loss: float = 0.1,
    train_accuracy: float = 99.0,
    train_loss: float = 0.1,
) -> Run:
    """Return a run that ended at these accuracies in percent; None for one that diverged."""
    history = History()
    reached = (accuracy if accuracy is not None else 10.0) / 100
    history.append(epoch=1, updates=600, test_accuracy=reached, test_loss=loss)
    if accuracy is None:
        return Run(config, history, "diverged", diverged_at_update=3, duration_s=36.0)
    history.amend_last(train_accuracy=train_accuracy / 100, train_loss=train_loss)
    return Run(config, history, "completed", duration_s=36.0)


def wobble(config: RunConfig, size: float = 0.05) -> float:
    """Return a seed's own small number: -size, 0, size and so on."""
    return size * (config.seed % 5 - 2)


def ended_study(name: str, accuracy: Callable[[RunConfig], float | None]) -> list[Run]:
    """Return a run for each config of a study, its accuracy moved a little by the seed."""
    runs = []
    for config in STUDIES[name].configs():
        reached = accuracy(config)
        runs.append(ended_run(config, None if reached is None else reached + wobble(config)))
    return runs
