"""Mistakes on Fashion-MNIST: five networks of a stored study trained again, and what they say.

``python -m mlp_book.chapters.where_it_fails.fashion_mnist`` trains those that are not stored yet,
about a minute each, and writes `results/fashion-mistakes.json`.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.chapters.where_it_fails.predictions import (
    Predictions,
    bin_by_confidence,
    bins_of,
    count_confusions,
    predict_probabilities,
    share_interval,
)
from mlp_core import RunConfig, train
from mlp_core.data import load_dataset
from mlp_core.studies import STUDIES, find_results
from mlp_core.training.environment import describe_environment

STUDY = "fashion-seed-noise"  # whose stored runs lack the networks
SEEDS = 5
FILE = "fashion-mistakes.json"


@dataclass(frozen=True)
class Mistakes:
    """What several networks got wrong of the same test images, in counts.

    Attributes
    ----------
    seeds : list of int
    confusions : ndarray of shape (networks, classes, classes)
        How many images of each class (row) a network takes for each class (column).
    names : list of str
        Of the classes.
    members : list of DataFrame
        Of each network, what `bin_by_confidence` returned.
    """

    seeds: list[int]
    confusions: np.ndarray
    names: list[str]
    members: list[pd.DataFrame]

    @property
    def counts(self) -> pd.DataFrame:
        """The confusions of a network in the mean, by the names of the classes."""
        return pd.DataFrame(self.confusions.mean(axis=0), self.names, self.names)

    @property
    def accuracies(self) -> np.ndarray:
        """Of each network, in percent."""
        right = self.confusions.trace(axis1=1, axis2=2)
        return 100 * right / self.confusions.sum(axis=(1, 2))

    @property
    def groups(self) -> pd.DataFrame:
        """All networks' predictions in one `bin_by_confidence`."""
        rows = pd.concat(self.members)
        rows["promised"] = rows["confidence"] * rows["count"]
        bins = bins_of(rows["confidence"].to_numpy())
        table = rows.groupby(bins)[["promised", "right", "count"]].sum()
        shares = table[["promised", "right"]].div(table["count"], axis=0)
        table = table.assign(confidence=shares["promised"], accuracy=shares["right"])
        networks = len(self.members)
        low, high = share_interval(table["right"] / networks, table["count"] / networks)
        return table.assign(gap=table["confidence"] - table["accuracy"], low=low, high=high)


def count_mistakes(one: Predictions) -> dict[str, Any]:
    """Return as plain values what a network got wrong."""
    groups = bin_by_confidence(one.confidence, one.right)[["confidence", "right", "count"]]
    return {
        "confusions": count_confusions([one]).astype(int).tolist(),
        "groups": groups.to_dict("list"),
    }


def load_mistakes() -> Mistakes:
    """Return what is stored."""
    stored = json.loads((find_results() / FILE).read_text("utf-8"))
    members = []
    for own in stored["seeds"].values():
        groups = pd.DataFrame(own["groups"])
        gap = groups["confidence"] - groups["right"] / groups["count"]
        members.append(groups.assign(gap=gap))
    confusions = np.array([own["confusions"] for own in stored["seeds"].values()])
    return Mistakes([*map(int, stored["seeds"])], confusions, stored["class_names"], members)


def train_again(config: RunConfig) -> dict[str, Any]:
    """Train one network, and count its mistakes."""
    run = train(config)
    assert run.dataset is not None
    return count_mistakes(predict_probabilities(run.network, run.dataset))


def main() -> None:
    """Train the networks whose counts are not stored yet, and write the file after each."""
    path, configs = find_results() / FILE, STUDIES[STUDY].configs()[:SEEDS]
    names = load_dataset(configs[0].dataset).class_names
    environment = describe_environment(configs[0].dtype)
    kept = ("mlp_core", "commit", "numpy", "blas", "cpu", "date")
    content = {
        "config": configs[0].to_dict(),
        "environment": {name: environment[name] for name in kept},
        "class_names": [*names],
        "seeds": json.loads(path.read_text("utf-8"))["seeds"] if path.is_file() else {},
    }
    lacking = [config for config in configs if str(config.seed) not in content["seeds"]]
    with ProcessPoolExecutor(2) as pool:
        for config, counts in zip(lacking, pool.map(train_again, lacking), strict=True):
            content["seeds"][str(config.seed)] = counts
            path.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")
            print(f"seed {config.seed}", flush=True)


if __name__ == "__main__":
    main()
