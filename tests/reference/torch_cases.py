"""The settings of the stored PyTorch runs, read by the script that makes them and by the tests.

Names and settings are those of `mlp_core`; it and PyTorch each translate them.
"""

ROWS, IN_FEATURES, HIDDEN, CLASSES = 8, 4, 3, 3
UPDATES = 10
HINGE_MARGIN = 0.5

# A case: the optimizer, its settings, and what else acts on the run.
TRAJECTORIES = {
    "sgd": {"optimizer": "sgd", "learning_rate": 0.3},
    "sgd_decay": {"optimizer": "sgd", "learning_rate": 0.3, "weight_decay": 0.05},
    "momentum": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9},
    "momentum_decay": {
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "momentum": 0.9,
        "weight_decay": 0.05,
    },
    # Weak decay and strong: SGD computes them in different coordinates.
    "momentum_weak_decay": {
        "optimizer": "sgd",
        "learning_rate": 0.05,
        "momentum": 0.9,
        "weight_decay": 1e-3,
    },
    "decay_of_everything": {"optimizer": "sgd", "learning_rate": 0.1, "weight_decay": 10.0},
    "nesterov": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.8, "nesterov": True},
    "nesterov_decay": {
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "momentum": 0.8,
        "nesterov": True,
        "weight_decay": 0.05,
    },
    "adadelta": {"optimizer": "adadelta", "learning_rate": 1.0},
    "adadelta_decay": {
        "optimizer": "adadelta",
        "learning_rate": 2.0,
        "rho": 0.7,
        "epsilon": 1e-4,
        "weight_decay": 0.05,
    },
    "adam": {"optimizer": "adam", "learning_rate": 0.02},
    "adam_decay": {
        "optimizer": "adam",
        "learning_rate": 0.02,
        "beta1": 0.8,
        "beta2": 0.95,
        "epsilon": 1e-6,
        "weight_decay": 0.05,
    },
    "l1": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "l1": 0.02},
    "l2": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "l2": 0.1},
    "l1_l2_adam": {"optimizer": "adam", "learning_rate": 0.02, "l1": 0.02, "l2": 0.1},
    # Five epochs of two updates each.
    "constant_schedule": {"optimizer": "sgd", "learning_rate": 0.2, "schedule": "constant"},
    "step_schedule": {"optimizer": "sgd", "learning_rate": 0.2, "schedule": "step"},
    "cosine_schedule": {"optimizer": "sgd", "learning_rate": 0.2, "schedule": "cosine"},
    "cosine_momentum": {
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "momentum": 0.9,
        "schedule": "cosine",
    },
    "step_momentum_decay": {
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "momentum": 0.8,
        "weight_decay": 0.05,
        "schedule": "step",
    },
    "cosine_nesterov_decay": {
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "momentum": 0.8,
        "nesterov": True,
        "weight_decay": 0.05,
        "schedule": "cosine",
    },
    "cosine_adam_decay": {
        "optimizer": "adam",
        "learning_rate": 0.02,
        "weight_decay": 0.05,
        "schedule": "cosine",
    },
}
UPDATES_PER_EPOCH, EPOCHS, STEP_EPOCHS, STEP_FACTOR = 2, 5, 2, 0.5

# Learning rates of whole runs, epoch by epoch: base rate, epochs, step_epochs, step_factor.
SCHEDULES = {
    "constant": (0.1, 60, 30, 0.1),
    "step": (0.1, 60, 7, 0.3),
    "cosine": (0.1, 60, 30, 0.1),
}
