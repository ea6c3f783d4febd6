"""Datasets: digits (comes with the package), MNIST, and any folder of IDX files."""

from mlp_core.data.dataset import Dataset
from mlp_core.data.download import fetch_dataset
from mlp_core.data.errors import DataError
from mlp_core.data.gather import BatchGatherer
from mlp_core.data.loading import DATASETS, load_dataset
from mlp_core.data.scaling import INPUT_SCALINGS
from mlp_core.data.sources import SOURCES, find_dataset, verify_dataset

__all__ = [
    "DATASETS",
    "INPUT_SCALINGS",
    "SOURCES",
    "BatchGatherer",
    "DataError",
    "Dataset",
    "fetch_dataset",
    "find_dataset",
    "load_dataset",
    "verify_dataset",
]
