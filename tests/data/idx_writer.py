"""A tiny IDX writer, the counterpart of the reader under test, and folders of such files."""

import gzip
import struct
from pathlib import Path

import numpy as np

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx_bytes(array: np.ndarray) -> bytes:
    code = CODES[array.dtype.name]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def small_arrays(train=12, test=5, shape=(3, 4), classes=3, seed=0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        NAMES[0]: rng.integers(0, 256, (train, *shape), dtype=np.uint8),
        NAMES[1]: np.arange(train, dtype=np.uint8) % classes,
        NAMES[2]: rng.integers(0, 256, (test, *shape), dtype=np.uint8),
        NAMES[3]: np.arange(test, dtype=np.uint8) % classes,
    }


def write_folder(folder: Path, arrays: dict[str, np.ndarray], zipped: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        content = idx_bytes(array)
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
        else:
            (folder / name).write_bytes(content)
    return folder
