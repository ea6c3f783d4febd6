"""Datasets: digits (comes with the package), MNIST, and any folder of IDX files."""

from mlp_core.data.dataset import Dataset
from mlp_core.data.errors import DataError
from mlp_core.data.gather import BatchGatherer
from mlp_core.data.loading import DATASETS, load_dataset
from mlp_core.data.mnist import FileCheck, fetch_mnist, find_mnist, verify_mnist
from mlp_core.data.scaling import INPUT_SCALINGS

__all__ = [
    "DATASETS",
    "INPUT_SCALINGS",
    "BatchGatherer",
    "DataError",
    "Dataset",
    "FileCheck",
    "fetch_mnist",
    "find_mnist",
    "load_dataset",
    "verify_mnist",
]
