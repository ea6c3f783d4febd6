"""A study as data, and the catalogue of all studies of the report."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mlp_core.training import (
    ActivationStatistics,
    Callback,
    ConfigError,
    NormStatistics,
    RunConfig,
)

# The levels of a factor: values of the config field of that name, or, for a factor that sets
# several fields, a mapping from the label of each level to these fields.
Levels = Sequence[Any] | Mapping[str, Mapping[str, Any]]

# Callbacks have to travel to other processes with a study, so they are named.
CALLBACKS: dict[str, type[Callback]] = {
    "activation_statistics": ActivationStatistics,
    "norm_statistics": NormStatistics,
}


def build_callbacks(names: Sequence[str]) -> list[Callback]:
    """Return new callbacks of these names, which `CALLBACKS` must hold."""
    for name in names:
        if name not in CALLBACKS:
            raise ConfigError(f"callback={name!r} is not legal: must be one of {list(CALLBACKS)}")
    return [CALLBACKS[name]() for name in names]


@dataclass(frozen=True)
class Study:
    """Many runs that answer one question; its folder of results has its name.

    Each grid maps factors to levels and stands for all their combinations; a study that varies
    one factor at a time has several. `base` holds the config fields common to all runs.
    """

    name: str
    question: str
    grids: Sequence[Mapping[str, Levels]]
    base: Mapping[str, Any] = field(default_factory=dict)
    seeds: Sequence[int] = (2022, 2023, 2024)
    callbacks: Sequence[str] = ()  # names from CALLBACKS

    @property
    def factors(self) -> list[str]:
        """The names of all that varies, without the seed."""
        return list(dict.fromkeys(name for grid in self.grids for name in grid))

    def configs(self, **overrides: Any) -> list[RunConfig]:
        """Return the configs of all runs, each once."""
        return [config for _, config in self.cells(**overrides)] if overrides else [*self._planned]

    @cached_property
    def _planned(self) -> tuple[RunConfig, ...]:
        return tuple(config for _, config in self.cells())

    def cells(self, **overrides: Any) -> list[tuple[dict[str, Any], RunConfig]]:
        """Return the factor levels and the config of each run; equal configs are listed once.

        All runs of the first seed come first, so that a study cut short still covers its grid.
        Overrides are config fields that replace those of the study, such as a smaller dataset.
        """
        cells: dict[str, tuple[dict[str, Any], RunConfig]] = {}
        for seed, grid in itertools.product(self.seeds, self.grids):
            for combination in itertools.product(*grid.values()):
                levels = dict(zip(grid, combination, strict=True))
                fields = dict(self.base)
                for factor, level in levels.items():
                    values = grid[factor]
                    fields |= values[level] if isinstance(values, Mapping) else {factor: level}
                if "seed" in fields:
                    words = "is not legal here: name it in seeds"
                    raise ConfigError(f"seed={fields['seed']!r} {words}")
                config = RunConfig.from_dict({**fields, **overrides, "seed": seed})
                cells.setdefault(config.run_id, ({**levels, "seed": seed}, config))
        return list(cells.values())


REPORT_A_SEEDS = (2022, 2023, 2024, 2025, 2026)
REPORT_A = {"dataset": "mnist"}  # all else are the defaults of RunConfig
REPORT_A_30 = {**REPORT_A, "epochs": 30}
REPORT_B = {
    "dataset": "mnist",
    "input_scaling": "standardized",
    "init": "pytorch",
    "optimizer": "adadelta",
    "learning_rate": 1.0,
    "weight_decay": 0.0,
    "loss": "nll",
    "batch_size": 64,
    "epochs": 14,
}
LOSSES = ("cross_entropy", "hinge", "mse")
DEPTHS = {"single": {"hidden_sizes": [128]}, "double": {"hidden_sizes": [256, 128]}}
WEIGHT_DECAYS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
REPORT_B_SIZES = ([128], [128, 64, 64], [256, 128, 128, 64, 64])
NAIVE_LOSSES = ("cross_entropy", "naive_cross_entropy", "naive_cross_entropy_epsilon")
SIGMOIDS = ("sigmoid", "naive_sigmoid")
DTYPES = ("float32", "float64")
STABILITY_STDS = (0.01, 0.1, 0.3, 1.0, 3.0)


def _powers(unit: float, low: int, high: int) -> list[float]:
    """Return a unit times two to the power of low and so on, below high."""
    return [unit * 2**power for power in range(low, high)]


def _strengths(field: str, *values: float) -> dict[str, dict[str, float]]:
    """Return levels of a compound factor, labelled by the field and its strength."""
    return {f"{field.removesuffix('_penalty')} {value:g}": {field: value} for value in values}


MARGIN_STDS = _powers(0.01, -2, 3)

_STUDIES = (
    Study(
        "seed-noise",
        "How much do the results of one config differ from seed to seed?",
        [{}],
        base=REPORT_A,
        seeds=range(2022, 2052),
    ),
    Study(
        "activations-losses-depth",
        "How do activation, loss and depth change accuracy, loss and time?",
        [{"activation": ("gelu", "relu", "sigmoid"), "loss": LOSSES, "depth": DEPTHS}],
        base=REPORT_A,
        seeds=REPORT_A_SEEDS,
    ),
    Study(
        "learning-rate",
        "How large may a step be, and how large should it be?",
        [{"learning_rate": (1e-5, 1e-4, 1e-3, 1e-2, 5e-2, 1e-1, 2e-1, 5e-1)}],
        base=REPORT_A,
    ),
    Study(
        "batch-size",
        "How many examples should an update average over?",
        [{"batch_size": (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)}],
        base=REPORT_A,
    ),
    Study(
        "weight-decay",
        "Does pulling the parameters towards zero help?",
        [{"weight_decay": WEIGHT_DECAYS}],
        base=REPORT_A,
    ),
    Study(
        "momentum",
        "How much of the last step should be kept?",
        [{"momentum": (0.0, 0.3, 0.6, 0.9, 0.95, 0.99, 0.995, 0.999)}],
        base=REPORT_A,
    ),
    Study(
        "hidden-size",
        "How many hidden units are enough, and are they needed at all?",
        [{"hidden_sizes": ([], [16], [32], [64], [128], [256], [512], [1024], [2048])}],
        base=REPORT_A,
    ),
    Study(
        "active-units",
        "How many hidden units are active, and does any die?",
        [{"activation": ("gelu", "relu"), "loss": LOSSES, "depth": DEPTHS}],
        base={**REPORT_A, "epochs": 20},
        callbacks=("activation_statistics", "norm_statistics"),
    ),
    Study(
        "numerical-stability",
        "Where do the naive formulas break, and what does it do to a run?",
        [
            {"loss": NAIVE_LOSSES, "dtype": DTYPES, "init_std": STABILITY_STDS},
            {"loss": NAIVE_LOSSES, "dtype": DTYPES, "learning_rate": (0.05, 0.2, 0.5, 1.0, 2.0)},
            {"activation": SIGMOIDS, "dtype": DTYPES, "init_std": STABILITY_STDS},
        ],
        base={**REPORT_A, "epochs": 10},
    ),
    Study(
        "one-at-a-time",
        "What do seven parameters do, one at a time, under Adadelta?",
        [
            {"hidden_sizes": REPORT_B_SIZES},
            {"activation": ("relu", "sigmoid", "tanh")},
            {"loss": ("nll", "log_softmax_mse")},
            {"batch_size": (16, 64, 256)},
            {"epochs": (14, 25)},
            {"learning_rate": (0.1, 1.0, 10.0)},
        ],
        base=REPORT_B,
        seeds=(1, 2, 3, 4, 5),
    ),
    Study(
        "regularization",
        "Do L1, L2 or dropout help, with all the data and with little?",
        [
            {
                "regularization": {
                    "none": {},
                    **_strengths("l1_penalty", 1e-6, 1e-5, 1e-4, 1e-3),
                    **_strengths("l2_penalty", 1e-5, 1e-4, 1e-3, 1e-2),
                    **_strengths("dropout", 0.1, 0.2, 0.35, 0.5),
                },
                "images": {"60000": {"epochs": 25}, "1000": {"train_size": 1000, "epochs": 100}},
            }
        ],
        base=REPORT_B,
        seeds=(1, 2, 3),
    ),
    Study(
        "weight-decay-data-size",
        "Does weight decay help when data are few?",
        [{"weight_decay": WEIGHT_DECAYS, "train_size": (500, 1000, 5000, 60000)}],
        base=REPORT_A,
    ),
    Study(
        "depth-activation",
        "Does GELU gain on ReLU as the network gets deeper?",
        [
            {
                "init": ("normal", "he"),
                "activation": ("gelu", "relu", "sigmoid", "tanh"),
                "hidden_sizes": [[128] * depth for depth in range(1, 9)],
            }
        ],
        base=REPORT_A_30,
    ),
    Study(
        "margin-init",
        "Are hinge margin (or target scale) and initial weights one hyper-parameter?",
        [
            {"loss": ("hinge",), "hinge_margin": _powers(0.1, -4, 5), "init_std": MARGIN_STDS},
            {"loss": ("mse",), "target_scale": _powers(1.0, -3, 3), "init_std": MARGIN_STDS},
        ],
        base=REPORT_A_30,
    ),
    Study(
        "batch-rate",
        "When the batch grows, should the rate grow with it?",
        [{"batch_size": _powers(25, 0, 7), "learning_rate": _powers(0.05, -3, 5)}],
        base=REPORT_A_30,
    ),
    Study(
        "schedules",
        "Does it help to lower the rate while training?",
        [{"schedule": ("constant", "step", "cosine"), "learning_rate": (0.02, 0.05, 0.1, 0.2)}],
        base={**REPORT_A_30, "schedule_step_epochs": 10},
    ),
    Study(
        "full-factorial",
        "Which of all combinations is the best, and which choices matter together?",
        [
            {
                "batch_size": (256, 64, 16),
                "hidden_sizes": REPORT_B_SIZES,
                "activation": ("relu", "sigmoid", "tanh"),
                "loss": ("nll", "log_softmax_mse"),
                "regularization": {
                    "none": {},
                    "l2 1e-4": {"l2_penalty": 1e-4},
                    "dropout 0.2": {"dropout": 0.2},
                },
                "learning_rate": (0.1, 1.0, 10.0),
            }
        ],
        base={**REPORT_B, "epochs": 25},
        seeds=(1,),
    ),
)

# Confirmatory studies: seeds that no sentence of the book has seen, as book/protocol.md has it.
# The default setting is run in one of them only, and the sweeps are compared with that.
FRESH = 3001
_BY_NAME = {study.name: study for study in _STUDIES}


def _fresh(name: str, seeds: int, grids: Sequence[Mapping[str, Levels]] | None = None) -> Study:
    """Return a study again with so many fresh seeds."""
    study = _BY_NAME[name]
    return replace(
        study,
        name=f"{name}-fresh",
        grids=study.grids if grids is None else grids,
        seeds=range(FRESH, FRESH + seeds),
    )


def _fresh_sweep(name: str) -> Study:
    """Return a sweep of one factor again, without the default setting."""
    ((factor, levels),) = _BY_NAME[name].grids[0].items()
    default = RunConfig().to_dict()[factor]
    others = [level for level in levels if level != default]
    assert len(others) == len(levels) - 1, name
    return _fresh(name, 10, [{factor: others}])


def _near_best() -> dict[str, dict[str, Any]]:
    """Return the settings of the full grid within 0.5 points of its best cell, by their words.

    Cells that differ in the number of epochs alone are one run here.
    """
    wide, medium = REPORT_B_SIZES[2], REPORT_B_SIZES[1]
    mse, l2, dropout = {"loss": "log_softmax_mse"}, {"l2_penalty": 1e-4}, {"dropout": 0.2}
    tanh, slow = {"activation": "tanh"}, {"learning_rate": 0.1}
    cells: list[tuple[int, list[int], dict[str, Any]]] = [
        (256, wide, l2), (256, medium, l2), (256, wide, {}), (16, wide, mse),
        (16, wide, mse | dropout), (256, medium, {}), (256, wide, tanh | l2), (256, wide, tanh),
        (64, wide, tanh | slow), (64, wide, mse), (64, medium, mse), (64, medium, mse | l2),
        (64, wide, mse | dropout), (16, wide, tanh | mse), (16, wide, mse | l2 | slow),
        (64, wide, mse | l2), (256, wide, dropout), (64, wide, dropout | slow),
        (16, wide, tanh | slow), (64, wide, {}), (64, wide, tanh | l2 | slow),
        (256, medium, tanh | l2), (64, wide, tanh), (16, wide, tanh | dropout | slow),
    ]  # fmt: skip
    return {
        ", ".join([str(batch), str(len(sizes)), *(f"{k} {v}" for k, v in fields.items())]): {
            "batch_size": batch, "hidden_sizes": sizes, **fields,
        }
        for batch, sizes, fields in cells
    }  # fmt: skip


_FRESH = (
    _fresh("seed-noise", 100),
    _fresh_sweep("learning-rate"),
    _fresh_sweep("batch-size"),
    _fresh_sweep("weight-decay"),
    _fresh_sweep("momentum"),
    _fresh_sweep("hidden-size"),
    _fresh("activations-losses-depth", 10),
    _fresh("one-at-a-time", 20),
    _fresh("regularization", 20),
    _fresh("schedules", 20),
    _fresh(
        "batch-rate",
        10,
        [
            {"batch_size": (size,), "learning_rate": [size / 2000 * f for f in (0.5, 1.0, 2.0)]}
            for size in _powers(25, 0, 7)
        ],
    ),
    Study(
        "depth-fresh",
        "Does GELU gain on ReLU with depth, if training is long enough?",
        [
            {
                "init": ("normal", "he"),
                "activation": ("gelu", "relu"),
                "hidden_sizes": [[128] * depth for depth in range(3, 7)],
            }
        ],
        base=REPORT_A,
        seeds=range(FRESH, FRESH + 5),
    ),
    Study(
        "near-best-fresh",
        "Does the winner of the full grid stay ahead of the settings close to it?",
        [{"setting": _near_best()}],
        base={**REPORT_B, "epochs": 25},
        seeds=range(FRESH, FRESH + 10),
    ),
    Study(
        "rivals-fresh",
        "How many seeds does a small difference need?",
        [{"learning_rate": (0.01,)}, {"batch_size": (200,)}],
        base=REPORT_A,
        seeds=range(FRESH, FRESH + 50),
    ),
)

# The same questions on Fashion-MNIST, as book/protocol.md has them: each study is that with fresh
# seeds on other data. The default setting has more seeds, since all sweeps are compared with it.
FASHION = "fashion-"
_SHALLOW = {
    "init": ("he",),
    "activation": ("gelu", "relu"),
    "hidden_sizes": [[128] * depth for depth in range(1, 5)],
}
_TWINS = (
    *("seed-noise", "activations-losses-depth", "learning-rate", "momentum", "weight-decay"),
    *("batch-size", "regularization", "schedules", "depth", "hidden-size"),
)


def twin(study: Study, dataset: str, seeds: Sequence[int], name: str) -> Study:
    """Return a study under another name, on other data and with other seeds."""
    return replace(study, name=name, base={**study.base, "dataset": dataset}, seeds=seeds)


def _fashion(name: str) -> Study:
    fresh = next(study for study in _FRESH if study.name == f"{name}-fresh")
    if name == "depth":
        fresh = replace(fresh, grids=[_SHALLOW])
    seeds = range(FRESH, FRESH + (20 if name == "seed-noise" else 5))
    return twin(fresh, "fashion-mnist", seeds, FASHION + name)


STUDIES: dict[str, Study] = {
    study.name: study for study in (*_STUDIES, *_FRESH, *map(_fashion, _TWINS))
}
