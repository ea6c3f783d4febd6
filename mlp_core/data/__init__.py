"""Datasets: digits (comes with the package), MNIST, and one's own, from arrays or files."""

from mlp_core.data.dataset import Dataset
from mlp_core.data.download import fetch_dataset
from mlp_core.data.errors import DataError, DataWarning
from mlp_core.data.gather import BatchGatherer
from mlp_core.data.loading import DATASETS, load_dataset
from mlp_core.data.scaling import INPUT_SCALINGS, Scaling
from mlp_core.data.sources import SOURCES, find_dataset, verify_dataset

__all__ = [
    "DATASETS",
    "INPUT_SCALINGS",
    "SOURCES",
    "BatchGatherer",
    "DataError",
    "DataWarning",
    "Dataset",
    "Scaling",
    "fetch_dataset",
    "find_dataset",
    "load_dataset",
    "verify_dataset",
]
