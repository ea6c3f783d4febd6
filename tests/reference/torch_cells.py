"""Three of report A's 18 cells on Fashion-MNIST, trained by PyTorch, beside the stored runs.

Nothing of the engine takes part: the files are read, the networks built and trained here. Seeds
draw other numbers in PyTorch, so means are compared: each line ends with "agrees" where the 95 %
interval of the difference contains zero. Needs torch and SciPy, and the data:

    MLP_CORE_DATA_DIR=path/to/data python tests/reference/torch_cells.py --seeds 5 --epochs 100

With fewer epochs, the stored runs are read off after as many: their rate is constant. Where none
are stored, the engine trains its own side (and stores nothing).
"""

import argparse
import gzip
import itertools
import os
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from torch import nn

from mlp_core import train
from mlp_core.studies import STUDIES, RunStore

STUDY = "fashion-activations-losses-depth"
CELLS = (
    ("single", "cross_entropy", "relu"),
    ("double", "mse", "gelu"),
    ("single", "hinge", "sigmoid"),
)
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
    return 100 * run.history["test_accuracy"][epochs - 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    data = load("train"), load("t10k")
    study = STUDIES[STUDY]
    for cell in CELLS:
        configs = [
            config
            for levels, config in study.cells()
            if (levels["depth"], levels["loss"], levels["activation"]) == cell
        ][: args.seeds]
        ours = [accuracy_by_engine(config, args.epochs) for config in configs]
        theirs = [accuracy_by_torch(*cell, config.seed, args.epochs, data) for config in configs]
        low, high = stats.ttest_ind(theirs, ours, equal_var=False).confidence_interval()
        word = "agrees" if low <= 0 <= high else "DIFFERS"
        means = f"PyTorch {np.mean(theirs):.2f}, the engine {np.mean(ours):.2f}"
        print(f"{', '.join(cell)}: {means}; [{low:+.2f}, {high:+.2f}], {word}", flush=True)


if __name__ == "__main__":
    main()
