"""The catalogue: every study of the report, as data."""

from __future__ import annotations

from typing import Any

from mlp_core.studies.study import Study

REPORT_A_SEEDS = (2022, 2023, 2024, 2025, 2026)
REPORT_A = {"dataset": "mnist"}  # all else are the defaults of RunConfig
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
DEPTHS = {"single": {"hidden_sizes": [128]}, "double": {"hidden_sizes": [256, 128]}}
WEIGHT_DECAYS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
REPORT_B_SIZES = ([128], [128, 64, 64], [256, 128, 128, 64, 64])


def _one_at_a_time(**factors: Any) -> list[dict[str, Any]]:
    """One grid a factor: each varies while all others stay at the base."""
    return [{name: levels} for name, levels in factors.items()]


def _strengths(field: str, *values: float) -> dict[str, dict[str, float]]:
    """Levels of a compound factor, labelled by the field and its strength."""
    return {f"{field.removesuffix('_penalty')} {value:g}": {field: value} for value in values}


_STUDIES = (
    Study(
        name="seed-noise",
        question="How much do the results of one config differ from seed to seed?",
        base=REPORT_A,
        grids=[{}],
        seeds=range(2022, 2052),
    ),
    Study(
        name="activations-losses-depth",
        question="How do activation, loss and depth change accuracy, loss and time?",
        base=REPORT_A,
        grids=[
            {
                "activation": ("gelu", "relu", "sigmoid"),
                "loss": ("cross_entropy", "hinge", "mse"),
                "depth": DEPTHS,
            }
        ],
        seeds=REPORT_A_SEEDS,
    ),
    Study(
        name="learning-rate",
        question="How large may a step be, and how large should it be?",
        base=REPORT_A,
        grids=[{"learning_rate": (1e-5, 1e-4, 1e-3, 1e-2, 5e-2, 1e-1, 2e-1, 5e-1)}],
    ),
    Study(
        name="batch-size",
        question="How many examples should an update average over?",
        base=REPORT_A,
        grids=[{"batch_size": (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)}],
    ),
    Study(
        name="weight-decay",
        question="Does pulling the parameters towards zero help?",
        base=REPORT_A,
        grids=[{"weight_decay": WEIGHT_DECAYS}],
    ),
    Study(
        name="momentum",
        question="How much of the last step should be kept?",
        base=REPORT_A,
        grids=[{"momentum": (0.0, 0.3, 0.6, 0.9, 0.95, 0.99, 0.995, 0.999)}],
    ),
    Study(
        name="hidden-size",
        question="How many hidden units are enough, and are they needed at all?",
        base=REPORT_A,
        grids=[{"hidden_sizes": ([], [16], [32], [64], [128], [256], [512], [1024], [2048])}],
    ),
    Study(
        name="active-units",
        question="How many hidden units are active, and does any die?",
        base={**REPORT_A, "epochs": 20},
        grids=[
            {
                "activation": ("gelu", "relu"),
                "loss": ("cross_entropy", "hinge", "mse"),
                "depth": DEPTHS,
            }
        ],
        callbacks=("activation_statistics", "norm_statistics"),
    ),
    Study(
        name="numerical-stability",
        question="Where do the naive formulas break, and what does it do to a run?",
        base={**REPORT_A, "epochs": 10},
        grids=[
            {
                "loss": ("cross_entropy", "naive_cross_entropy", "naive_cross_entropy_epsilon"),
                "dtype": ("float32", "float64"),
                "init_std": (0.01, 0.1, 0.3, 1.0, 3.0),
            },
            {
                "loss": ("cross_entropy", "naive_cross_entropy", "naive_cross_entropy_epsilon"),
                "dtype": ("float32", "float64"),
                "learning_rate": (0.05, 0.2, 0.5, 1.0, 2.0),
            },
            {
                "activation": ("sigmoid", "naive_sigmoid"),
                "dtype": ("float32", "float64"),
                "init_std": (0.01, 0.1, 0.3, 1.0, 3.0),
            },
        ],
    ),
    Study(
        name="one-at-a-time",
        question="What do seven parameters do, one at a time, under Adadelta?",
        base=REPORT_B,
        grids=_one_at_a_time(
            hidden_sizes=REPORT_B_SIZES,
            activation=("relu", "sigmoid", "tanh"),
            loss=("nll", "log_softmax_mse"),
            batch_size=(16, 64, 256),
            epochs=(14, 25),
            learning_rate=(0.1, 1.0, 10.0),
        ),
        seeds=(1, 2, 3, 4, 5),
    ),
    Study(
        name="regularization",
        question="Do L1, L2 or dropout help, with all the data and with little?",
        base=REPORT_B,
        grids=[
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
        seeds=(1, 2, 3),
    ),
    Study(
        name="weight-decay-data-size",
        question="Does weight decay help when data are few?",
        base=REPORT_A,
        grids=[{"weight_decay": WEIGHT_DECAYS, "train_size": (500, 1000, 5000, 60000)}],
    ),
    Study(
        name="depth-activation",
        question="Does GELU gain on ReLU as the network gets deeper?",
        base={**REPORT_A, "epochs": 30},
        grids=[
            {
                "init": ("normal", "he"),
                "activation": ("gelu", "relu", "sigmoid", "tanh"),
                "hidden_sizes": [[128] * depth for depth in range(1, 9)],
            }
        ],
    ),
    Study(
        name="margin-init",
        question="Are hinge margin (or target scale) and initial weights one hyper-parameter?",
        base={**REPORT_A, "epochs": 30},
        grids=[
            {
                "loss": ("hinge",),
                "hinge_margin": [0.1 * 2.0**power for power in range(-4, 5)],
                "init_std": [0.01 * 2.0**power for power in range(-2, 3)],
            },
            {
                "loss": ("mse",),
                "target_scale": [2.0**power for power in range(-3, 3)],
                "init_std": [0.01 * 2.0**power for power in range(-2, 3)],
            },
        ],
    ),
    Study(
        name="batch-rate",
        question="When the batch grows, should the rate grow with it?",
        base={**REPORT_A, "epochs": 30},
        grids=[
            {
                "batch_size": [25 * 2**power for power in range(7)],
                "learning_rate": [0.05 * 2.0**power for power in range(-3, 5)],
            }
        ],
    ),
    Study(
        name="schedules",
        question="Does it help to lower the rate while training?",
        base={**REPORT_A, "epochs": 30, "schedule_step_epochs": 10},
        grids=[
            {
                "schedule": ("constant", "step", "cosine"),
                "learning_rate": (0.02, 0.05, 0.1, 0.2),
            }
        ],
    ),
    Study(
        name="full-factorial",
        question="Which of all combinations is the best, and which choices matter together?",
        base={**REPORT_B, "epochs": 25},
        grids=[
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
        seeds=(1,),
    ),
)

STUDIES: dict[str, Study] = {study.name: study for study in _STUDIES}
