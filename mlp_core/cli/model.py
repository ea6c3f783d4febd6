"""`mlp-core predict`, `evaluate` and `export`: what a trained model is for."""

from __future__ import annotations

import csv
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.cli.flags import Commands, Options, add_command, add_field
from mlp_core.data import DataError, DataWarning, load_dataset
from mlp_core.data.images import ENDINGS as PICTURES
from mlp_core.data.images import read_images
from mlp_core.data.tables import read_examples
from mlp_core.training import ConfigError, Model
from mlp_core.training.export import EXPORTS


def add_to(commands: Commands) -> None:
    """Add the three commands."""
    predict = add_command(commands, "predict", run_predict)
    evaluate = add_command(commands, "evaluate", run_evaluate)
    export = add_command(commands, "export", run_export)
    for parser in (predict, evaluate, export):
        parser.add_argument(
            "model", metavar="MODEL", type=Path, help="a file that train --save-model wrote"
        )
    files = "raw examples: a .npy or CSV file, one example per row, or a picture"
    predict.add_argument("file", metavar="FILE", type=Path, help=files)
    add_field(evaluate, "dataset", default="that of the model's run")
    evaluate.add_argument(
        "--split", choices=["train", "validation", "test"], default="test", help="(default: test)"
    )
    evaluate.add_argument("--json", action="store_true", help="print one line of JSON instead")
    export.add_argument("--to", choices=list(EXPORTS), required=True, help="the framework")
    export.add_argument(
        "--output", metavar="FILE", type=Path, help="file to write (default: beside the model)"
    )


def run_predict(options: Options) -> int:
    """Print the class of each example, as CSV, with its probability if the network gives one."""
    model = Model.load(options.model)
    examples = _read_examples(options.file, model.feature_names)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    columns: list[Any] = [model.predict(examples)]
    if model.gives_probabilities:
        columns.append([f"{p:.4f}" for p in model.predict_proba(examples).max(axis=1)])
    writer.writerow(["class", "probability"][: len(columns)])
    writer.writerows(zip(*columns, strict=True))
    return 0


def _read_examples(path: Path, names: Sequence[str]) -> np.ndarray:
    """Return the examples in a file, by its ending; of a table the columns of these names."""
    if path.suffix.lower() in PICTURES:
        return read_images(path.parent, {"train": {"": [path]}})["train"][0]
    try:
        if path.suffix.lower() == ".npy":
            return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        return read_examples(path, names)
    except Exception as error:  # a damaged file raises almost anything
        found = f"{error!s:.300}"
        raise DataError(f"{path}: expected raw examples as numbers, found {found}") from error


def run_evaluate(options: Options) -> int:
    """Print a model's accuracy and loss on a dataset."""
    model = Model.load(options.model)
    path = getattr(options, "dataset", model.config.dataset)
    data = load_dataset(path, model.config.input_scaling)
    if path == model.config.dataset and data.fingerprint != model.fingerprint:
        warnings.warn(
            f"{path} does not give the data that the model was trained on: they have changed, or "
            f"were split otherwise, so that training examples may be among the test examples",
            DataWarning,
            stacklevel=1,
        )
    loss, accuracy = model.evaluate(data, options.split)
    size = len(data.examples(options.split)[1])
    if options.json:
        facts = {"dataset": data.name, "split": options.split, "examples": size}
        print(json.dumps({**facts, "accuracy": accuracy, "loss": loss}))
    else:
        words = f"{data.name}, {size:,} {options.split} examples"
        print(f"{words}: accuracy {accuracy:.2%}, loss {loss:.4f}")
    return 0


def run_export(options: Options) -> int:
    """Write a model for another framework: an ONNX graph, or PyTorch's state_dict as npz.

    For PyTorch, the lines that read the file are printed.
    """
    export, ending = EXPORTS[options.to]
    stem = options.model.name.removesuffix(".npz").removesuffix(".model")
    output = options.output or options.model.with_name(stem + ending)
    if output.resolve() == options.model.resolve():
        raise ConfigError(f"output={output} is not legal: it is the model")
    lines = export(Model.load(options.model), output)
    print(f"{output} is written", file=sys.stderr)
    if lines:
        print(lines, end="")
    return 0
