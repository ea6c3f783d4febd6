"""What stays equal bit for bit: over processes, threads, seeds of hashes, and versions of NumPy.

Versions need not agree to the last bit, and the rows say how many trainings do. What may not
happen is that their accuracies differ by more than those of two seeds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlp_core.data.sources import find_dataset

ROOT = Path(__file__).resolve().parents[2]
LARGEST_GAP = 0.01  # of two versions' accuracies
_TRAIN = """
import hashlib
import numpy
from mlp_core import RunConfig, train
print(numpy.__version__)
for changes in {changes!r}:
    run = train(RunConfig(**changes))
    content = run.network.parameters.tobytes() + repr(run.history.to_dict()).encode()
    print(hashlib.sha256(content).hexdigest(), run.history["test_accuracy"][-1])
"""
Changes = list[dict[str, object]]


class Trained(NamedTuple):
    """The version of NumPy, and of each training a hash of all figures and its test accuracy."""

    numpy: str
    hashes: list[str]
    accuracies: list[float]


def rows(quick: bool) -> Iterator[tuple[str, int, int, str]]:
    """Yield a row for one version of NumPy, and one for each other version and data set."""
    digits = _changes("digits", 3, ("relu",) if quick else ("relu", "gelu", "sigmoid", "tanh"))
    ways = [{"OPENBLAS_NUM_THREADS": count, "PYTHONHASHSEED": count} for count in "1234"]
    first = _read(_start(digits, **ways[0]))
    beside = list(map(_read, [_start(digits, **way) for way in ways]))
    failed = sum(found != first for found in beside) + (len(first.hashes) != len(digits))
    tried = len(digits) * len(ways)
    yield "serial, parallel, 1 to 4 threads", tried, failed, "equal bit for bit"
    data, here = {"digits": digits}, {"digits": first}
    if find_dataset("mnist") and not quick:
        data["MNIST"] = _changes("mnist", 2, ("relu", "gelu"))
        here["MNIST"] = _read(_start(data["MNIST"]))
    for which, wanted in (("lowest", f"numpy=={lowest_numpy()}"), ("newest", "numpy")):
        with tempfile.TemporaryDirectory() as folder:
            if not _install(wanted, folder):
                yield f"NumPy's {which}", 0, 0, "left out: it cannot be installed here"
                continue
            for name, changes in data.items():
                found = _read(_start(changes, folder))
                if found.numpy == np.__version__:
                    yield f"NumPy's {which}", 0, 0, f"left out: it is {found.numpy}, the one in use"
                    break
                yield _compare(name, here[name], found)
    if "MNIST" not in data:
        why = "to be quick" if quick else "MNIST is not here"
        yield "versions of NumPy, MNIST", 0, 0, f"left out: {why}"


def lowest_numpy() -> str:
    """Return the lowest version that the package allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (needed,) = (each for each in project["dependencies"] if each.startswith("numpy>="))
    return str(needed.removeprefix("numpy>="))


def _changes(dataset: str, epochs: int, activations: tuple[str, ...]) -> Changes:
    rates = {"sgd": 0.05, "adam": 0.001, "adadelta": 1.0}
    return [
        {
            "dataset": dataset, "epochs": epochs, "activation": activation, "dtype": dtype,
            "optimizer": optimizer, "learning_rate": rate,
        }
        for optimizer, rate in rates.items()
        for activation in activations
        for dtype in ("float32", "float64")
    ]  # fmt: skip


def _start(changes: Changes, *folders: str, **variables: str) -> subprocess.Popen[str]:
    """Start a process that trains, with the packages of some folders before all others."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*folders, str(ROOT)]), **variables}
    command = [sys.executable, "-c", _TRAIN.format(changes=changes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def _read(process: subprocess.Popen[str]) -> Trained:
    version, *lines = process.communicate()[0].split("\n")[:-1] or ["none"]
    hashes, accuracies = zip(*map(str.split, lines), strict=True) if lines else ((), ())
    return Trained(version, list(hashes), list(map(float, accuracies)))


def _install(wanted: str, folder: str) -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    command += ["--only-binary", ":all:", wanted]
    return subprocess.run(command, capture_output=True).returncode == 0


def _compare(name: str, one: Trained, other: Trained) -> tuple[str, int, int, str]:
    """Return the row of two versions; a version that cannot train has failed in all."""
    case, tried = f"NumPy {other.numpy} and {one.numpy}, {name}", len(one.hashes)
    if len(other.hashes) != tried:
        return case, tried, tried, f"{len(other.hashes)} were trained"
    equal = sum(a == b for a, b in zip(one.hashes, other.hashes, strict=True))
    gaps = [abs(a - b) for a, b in zip(one.accuracies, other.accuracies, strict=True)]
    failed = sum(gap > LARGEST_GAP for gap in gaps)
    return case, tried, failed, f"{equal} equal bit for bit; accuracies within {max(gaps):.4f}"
