"""Made-up runs to show: every figure and table of them is known beforehand."""

from __future__ import annotations

from mlp_core.training import History, Run, RunConfig


def make_run(
    learning_rate: float, seed: int, accuracy: float | None, epochs: int = 5, **fields: object
) -> Run:
    """Return a run that climbs evenly to an accuracy; None for one that diverged at epoch 3."""
    config = RunConfig(learning_rate=learning_rate, seed=seed, epochs=epochs, **fields)
    history = History()
    length = epochs if accuracy is not None else 2
    for epoch in range(1, length + 1):
        reached = (accuracy or 0.1) * epoch / length
        figures = {"running_loss": 2.3 / epoch, "test_loss": 2.4 / epoch}
        figures |= {"running_accuracy": reached, "test_accuracy": reached}
        last = {"train_loss": 0.5, "train_accuracy": 0.99} if epoch == epochs else {}
        history.append(epoch=epoch, updates=15 * epoch, learning_rate=0.1, **figures, **last)
    diverged = accuracy is None
    return Run(
        config,
        history,
        status="diverged" if diverged else "completed",
        diverged_at_update=40 if diverged else None,
        epoch_ms_per_update=[0.1] * length,
        duration_s=90.0,
        environment={"mlp_core": "0.1.0", "numpy": "2.3.5", "python": "3.11", "cpu": "a processor"},
    )
