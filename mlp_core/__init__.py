"""A small NumPy engine for training multilayer perceptrons, and the runs of a report on it."""

from mlp_core._version import __version__
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
