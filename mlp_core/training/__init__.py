"""One run: its config, the training loop, the history and the callbacks beside it."""

from mlp_core.training.build import planned_run_id
from mlp_core.training.callbacks import EarlyStopping, EpochLog, ProgressBar, WandbLogger
from mlp_core.training.checkpoint import Checkpoint
from mlp_core.training.config import RunConfig
from mlp_core.training.diagnosis import Finding
from mlp_core.training.evaluation import evaluate, predict
from mlp_core.training.history import History
from mlp_core.training.legal import ConfigError
from mlp_core.training.loop import Callback, Training
from mlp_core.training.model import Model
from mlp_core.training.model_file import ModelError
from mlp_core.training.run import Run
from mlp_core.training.statistics import ActivationStatistics, NormStatistics
from mlp_core.training.trainer import train

__all__ = [
    "ActivationStatistics",
    "Callback",
    "Checkpoint",
    "ConfigError",
    "EarlyStopping",
    "EpochLog",
    "Finding",
    "History",
    "Model",
    "ModelError",
    "NormStatistics",
    "ProgressBar",
    "Run",
    "RunConfig",
    "Training",
    "WandbLogger",
    "evaluate",
    "planned_run_id",
    "predict",
    "train",
]
