"""Three of report A's 18 cells on Fashion-MNIST, trained by PyTorch, beside the stored runs.

The cells are, by the stored runs of MNIST: the default setting, the best, and the cheapest. Nothing
of the engine takes part: the files are read, the networks built and trained here. Seeds draw other
numbers in PyTorch, so means are compared: by Welch's 95 % interval of their difference and the
margin of `book/protocol.md`, each cell is different, equivalent or undecided. It ends with 1 if one
is different; of three that are equal in truth, one is so by chance in one call of seven.

    MLP_CORE_DATA_DIR=path/to/data python tests/reference/torch_cells.py

Needs torch and SciPy, and the data. It takes about half an hour of one core. Less:
`--cells single/mse/sigmoid`, or `--epochs 10`: the stored runs are then read off there as well
(their rate is constant). What is not stored, the engine trains, and stores nothing.
"""

import argparse
import gzip
import itertools
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from torch import nn

from mlp_core import train
from mlp_core.studies import STUDIES, RunStore

STUDY = "fashion-activations-losses-depth"
CELLS = ("single/cross_entropy/relu", "double/cross_entropy/gelu", "single/mse/sigmoid")
MARGIN_POINTS = 0.2  # of Fashion-MNIST with all images
HIDDEN = {"single": [128], "double": [256, 128]}
ACTIVATIONS = {"relu": nn.ReLU, "gelu": lambda: nn.GELU(approximate="tanh"), "sigmoid": nn.Sigmoid}
RATE, MOMENTUM, DECAY, BATCH, STD, MARGIN = 0.05, 0.9, 1e-5, 100, 0.01, 0.1


def hinge(outputs, labels):
    true = outputs.gather(1, labels[:, None])
    excess = (MARGIN - true + outputs).clamp(min=0)
    return (excess * (1 - nn.functional.one_hot(labels, 10))).sum(1).mean()


def squares(outputs, labels):
    return ((outputs - nn.functional.one_hot(labels, 10)) ** 2).sum(1).mean() / 2


LOSSES = {"cross_entropy": nn.functional.cross_entropy, "hinge": hinge, "mse": squares}


def read(name):
    folder = Path(os.environ["MLP_CORE_DATA_DIR"]) / "fashion-mnist"
    raw = gzip.decompress((folder / f"{name}.gz").read_bytes())
    header = 16 if "idx3" in name else 8
    return np.frombuffer(raw, np.uint8, offset=header)


def load(split):
    pixels = read(f"{split}-images-idx3-ubyte").reshape(-1, 784)
    labels = torch.tensor(read(f"{split}-labels-idx1-ubyte").astype(np.int64))
    return (torch.tensor(pixels.astype(np.float32)) - 128) / 255, labels


def accuracy_by_torch(depth, loss, activation, seed, epochs, data):
    torch.manual_seed(seed)
    (x, y), (test_x, test_y) = data
    sizes = [784, *HIDDEN[depth], 10]
    layers = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    for layer in layers:
        nn.init.normal_(layer.weight, 0, STD)
        nn.init.zeros_(layer.bias)
    parts = [part for layer in layers for part in (layer, ACTIVATIONS[activation]())]
    network = nn.Sequential(*parts[:-1])
    optimizer = torch.optim.SGD(network.parameters(), RATE, MOMENTUM, weight_decay=DECAY)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            LOSSES[loss](network(x[batch]), y[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        return 100 * float((network(test_x).argmax(1) == test_y).float().mean())


def accuracy_by_engine(config, epochs):
    store = RunStore(STUDY)
    stored = store.path(config.run_id).is_file()
    run = store.load(config.run_id) if stored else train(config.replace(epochs=epochs))
    return 100 * run.history["test_accuracy"][epochs - 1], stored


def outcome(low, high):
    if low > 0 or high < 0:
        return "DIFFERENT"
    return "equivalent" if low > -MARGIN_POINTS and high < MARGIN_POINTS else "undecided"


def compare(cell, seeds, epochs, data):
    """Print one row of the table; return whether the cell differs."""
    start = time.perf_counter()
    depth, loss, activation = cell.split("/")
    wanted = {"depth": depth, "loss": loss, "activation": activation}
    configs = [
        config for levels, config in STUDIES[STUDY].cells() if wanted.items() <= levels.items()
    ]
    if not configs:
        sys.exit(f"{cell!r} is no cell of {STUDY}: give depth/loss/activation, such as {CELLS[0]}")
    configs = configs[:seeds]
    theirs = [accuracy_by_torch(depth, loss, activation, c.seed, epochs, data) for c in configs]
    ours, stored = zip(*(accuracy_by_engine(config, epochs) for config in configs), strict=True)
    low, high = stats.ttest_ind(theirs, ours, equal_var=False).confidence_interval()
    found = outcome(low, high)
    sides = [f"{np.mean(x):6.2f} ± {np.std(x, ddof=1):.2f}" for x in (theirs, ours)]
    difference = f"{np.mean(theirs) - np.mean(ours):+.2f} [{low:+.2f}, {high:+.2f}]"
    minutes = (time.perf_counter() - start) / 60
    print(f"{cell:27} {len(ours)} seeds, {sum(stored)} stored  {'   '.join(sides)}   "
          f"{difference:24}{found}  {minutes:.1f} min", flush=True)  # fmt: skip
    return found == "DIFFERENT"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", nargs="+", default=CELLS, metavar="depth/loss/activation")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    data = load("train"), load("t10k")
    print("test accuracy, %: PyTorch, the engine, and the difference with its 95 % interval")
    differ = [compare(cell, args.seeds, args.epochs, data) for cell in args.cells]
    sys.exit(int(any(differ)))


if __name__ == "__main__":
    main()
