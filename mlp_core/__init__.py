"""A small NumPy engine for training multilayer perceptrons, and the runs of a report on it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mlp_core._version import __version__

if TYPE_CHECKING:
    from mlp_core.data import Dataset, load_dataset
    from mlp_core.training import (
        ConfigError,
        EarlyStopping,
        History,
        Model,
        ModelError,
        Run,
        RunConfig,
        evaluate,
        predict,
        train,
    )

__all__ = [
    "ConfigError",
    "Dataset",
    "EarlyStopping",
    "History",
    "Model",
    "ModelError",
    "Run",
    "RunConfig",
    "__version__",
    "evaluate",
    "load_dataset",
    "predict",
    "train",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for: until then the program can end at once, without NumPy."""
    if name in ("data", "nn", "training"):
        return importlib.import_module(f"mlp_core.{name}")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "data" if name in ("Dataset", "load_dataset") else "training"
    return getattr(importlib.import_module(f"mlp_core.{room}"), name)


def __dir__() -> list[str]:
    return [*__all__, "data", "nn", "training"]
