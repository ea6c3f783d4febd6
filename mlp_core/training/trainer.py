"""`train`: a config goes in, a run comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import Network
from mlp_core.training.checkpoint import resume
from mlp_core.training.config import RunConfig
from mlp_core.training.environment import one_blas_thread
from mlp_core.training.loop import Callback, Training
from mlp_core.training.model import Model
from mlp_core.training.run import Run


def train(
    config: RunConfig,
    data: Dataset | tuple[Any, Any] | None = None,
    *,
    callbacks: Sequence[Callback] = (),
    network: Network | None = None,
    start_from: Model | None = None,
    resume_from: str | Path | None = None,
) -> Run:
    """Train one network and return what happened.

    A loss that is not finite ends the run with the status ``diverged``; it is a result, not an
    error. The same config gives the same history on the same machine, bit for bit.

    Parameters
    ----------
    config : RunConfig
    data : Dataset, or arrays (X, y), optional
        Data to use instead of loading `config.dataset`; the run's config names them, and its
        fingerprint is theirs. A fifth of bare arrays becomes the test set: see
        `Dataset.from_arrays`, and `resolve_data` for `input_scaling`.
    callbacks : sequence of Callback
        Called in order, checkpoints last; they may record values or ask to stop.
    network : Network, optional
        One of your own to train a copy of, from the parameters that it has. The config's
        `hidden_sizes`, `activation`, `dropout` and `init` then say nothing.
    start_from : Model, optional
        Go on from this model's parameters, with its scaling of inputs. The config describes its
        network: ``model.config.replace(epochs=10)``.
    resume_from : path, optional
        A file that the `Checkpoint` callback wrote for the same config and data.

    Raises
    ------
    ConfigError
        If the config does not fit the data, or the checkpoint belongs to others.
    DataError
        If the data are missing or damaged.
    """
    with one_blas_thread(), np.errstate(all="ignore"):
        training = Training(
            config, data, callbacks=callbacks, network=network, start_from=start_from
        )
        if resume_from is not None:
            resume(training, resume_from)
        return training.run()
