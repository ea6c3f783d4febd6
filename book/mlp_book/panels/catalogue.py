"""The book's what-if panels, one a chapter."""

from __future__ import annotations

from mlp_core.what_if.control import Control
from mlp_core.what_if.panel import Panel

_SEED = Control("seed", "seed", "int", 2022, low=0, high=999_999, step=1)
_EPOCHS = Control("epochs", "epochs", "choice", 100, choices=(1, 10, 20, 50, 100, 200, 500, 1000))
_RATE = Control("learning_rate", "learning rate", "log", 0.05, low=1e-4, high=100.0, step=0.1)

_MOMENTUM_SLIDER = Control("momentum", "momentum", "slider", 0.9, low=0.0, high=0.99, step=0.01)
_PRECISION = Control("dtype", "precision", "choice", "float32", choices=("float32", "float64"))
_ACTIVATION = Control(
    "activation", "activation", "choice", "relu", choices=("relu", "gelu", "sigmoid", "tanh")
)
_TRAIN_SIZE = Control(
    "train_size", "training images", "choice", 1433, choices=(50, 100, 200, 500, 1433)
)

_LEARNING_RATE = Panel(
    name="learning-rate",
    title="What if the steps were larger?",
    question="How large may the learning rate be before training falls apart?",
    controls=(
        Control("learning_rate", "learning rate", "log", 0.05, low=1e-5, high=1000.0, step=0.1),
        _MOMENTUM_SLIDER,
        Control(
            "batch_size", "batch size", "choice", 100, choices=(1, 10, 20, 50, 100, 200, 500, 1000)
        ),
        _EPOCHS,
        _SEED,
    ),
    study="learning-rate",
)

_NUMERICAL_STABILITY = Panel(
    name="numerical-stability",
    title="What if the formulas were the plain ones?",
    question="Which formula breaks first, and does more precision save it?",
    controls=(
        Control(
            "loss", "loss", "choice", "naive_cross_entropy",
            choices=("cross_entropy", "naive_cross_entropy", "naive_cross_entropy_epsilon"),
        ),
        Control(
            "activation", "activation", "choice", "relu",
            choices=("relu", "sigmoid", "naive_sigmoid"),
        ),
        Control("init_std", "std of the first weights", "log", 0.01, low=0.01, high=10.0, step=0.1),
        Control("learning_rate", "learning rate", "log", 0.05, low=0.01, high=10.0, step=0.1),
        _PRECISION,
    ),
    base={"epochs": 30},
    study="numerical-stability",
)  # fmt: skip

_ENGINE = Panel(
    name="engine",
    title="What if the engine had other parts?",
    question="Does half the precision cost accuracy, and what do more layers buy?",
    controls=(
        Control(
            "hidden_sizes", "hidden units", "choice", [128],
            choices=([], [8], [32], [128], [512], [64, 32], [32, 32, 32]),
        ),
        _ACTIVATION,
        _PRECISION,
        _SEED,
    ),
)  # fmt: skip

_MOMENTUM = Panel(
    name="momentum",
    title="What if more of the last step were kept?",
    question="How much momentum can a network bear, and how does the learning rate change that?",
    controls=(
        Control(
            "momentum", "momentum", "choice", 0.9,
            choices=(0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999),
        ),
        Control("nesterov", "Nesterov momentum", "choice", False, choices=(False, True)),
        _RATE,
        _EPOCHS,
        _SEED,
    ),
    study="momentum",
)  # fmt: skip

_WEIGHT_DECAY = Panel(
    name="weight-decay",
    title="What if the parameters were pulled towards zero?",
    question="How much pull helps on new images, and how much is too much?",
    controls=(
        Control(
            "weight_decay", "weight decay", "choice", 1e-5,
            choices=(0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0),
        ),
        _TRAIN_SIZE,
        _RATE,
        _EPOCHS,
        _SEED,
    ),
    study="weight-decay",
)  # fmt: skip

_BATCH_SIZE = Panel(
    name="batch-size",
    title="What if an update saw more images?",
    question="What does a larger batch cost over the same epochs, and can the rate make up for it?",
    controls=(
        Control(
            "batch_size", "batch size", "choice", 100,
            choices=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1433),
        ),
        _RATE,
        _MOMENTUM_SLIDER,
        _EPOCHS,
        _SEED,
    ),
    study="batch-size",
)  # fmt: skip

_HIDDEN_LAYERS = Panel(
    name="hidden-layers",
    title="What if the network were wider, or deeper?",
    question="How few units are enough, what do very many change, and what does depth require?",
    controls=(
        Control(
            "hidden_sizes", "hidden units", "choice", [128],
            choices=(
                [], [1], [2], [4], [8], [16], [32], [64], [128], [256], [512], [1024], [2048],
                [256, 128], [32, 32], [32, 32, 32], [32, 32, 32, 32],
            ),
        ),
        _ACTIVATION,
        Control("init", "first weights", "choice", "normal", choices=("normal", "he")),
        _RATE,
        _EPOCHS,
        _SEED,
    ),
    study="hidden-size",
)  # fmt: skip

_ACTIVATIONS_LOSSES = Panel(
    name="activations-losses",
    title="What if the network had another activation, or another loss?",
    question="Which pair learns at once, which one waits, and does waiting cost accuracy?",
    controls=(
        Control(
            "activation", "activation", "choice", "relu",
            choices=("gelu", "relu", "sigmoid", "tanh"),
        ),
        Control(
            "loss", "loss", "choice", "cross_entropy", choices=("cross_entropy", "hinge", "mse")
        ),
        Control("hidden_sizes", "hidden units", "choice", [128], choices=([128], [256, 128])),
        _RATE,
        _EPOCHS,
        _SEED,
    ),
    study="activations-losses-depth",
)  # fmt: skip

_SPEED = Panel(
    name="speed",
    title="What if there were more work, or less?",
    question="Which settings make the epochs come faster, and what do they cost in accuracy?",
    controls=(
        Control(
            "batch_size", "batch size", "choice", 32, choices=(1, 8, 32, 128, 512, 1433)
        ),
        Control(
            "hidden_sizes", "hidden units", "choice", [128],
            choices=([], [16], [32], [128], [512], [2048], [256, 128]),
        ),
        _ACTIVATION,
        _PRECISION,
        Control("epochs", "epochs", "choice", 50, choices=(10, 20, 50, 100, 200)),
    ),
)  # fmt: skip

# The world of report B: other inputs, first weights, optimizer and loss than the rest of the book.
_REPORT_B = {
    "input_scaling": "standardized", "init": "pytorch", "weight_decay": 0.0, "batch_size": 64,
    "optimizer": "adadelta", "learning_rate": 1.0, "loss": "nll",
}  # fmt: skip

_REGULARIZATION = Panel(
    name="regularization",
    title="What if learning by heart were made harder?",
    question="Which treatment helps on new images, how much of it, and with how many images?",
    controls=(
        Control(
            "l1_penalty", "L1 strength", "choice", 0.0,
            choices=(0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2),
        ),
        Control(
            "l2_penalty", "L2 strength", "choice", 0.0,
            choices=(0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1),
        ),
        Control(
            "dropout", "dropout rate", "choice", 0.0,
            choices=(0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8),
        ),
        _TRAIN_SIZE,
        Control("epochs", "epochs", "choice", 50, choices=(10, 25, 50, 100, 200)),
        _SEED,
    ),
    base=_REPORT_B,
    study="regularization",
)  # fmt: skip

_OPTIMIZERS = Panel(
    name="optimizers",
    title="What if another rule made the steps?",
    question="Which rates does each optimizer tolerate, and does it help to lower them on the way?",
    controls=(
        Control(
            "optimizer", "optimizer", "choice", "adadelta", choices=("sgd", "adadelta", "adam")
        ),
        Control("learning_rate", "learning rate", "log", 1.0, low=1e-4, high=100.0, step=0.1),
        Control("schedule", "schedule", "choice", "constant", choices=("constant", "cosine")),
        Control("batch_size", "batch size", "choice", 64, choices=(16, 64, 256)),
        Control("loss", "loss", "choice", "nll", choices=("nll", "log_softmax_mse")),
        Control("epochs", "epochs", "choice", 14, choices=(5, 14, 25, 50, 100)),
        _SEED,
    ),
    base=_REPORT_B,
    study="one-at-a-time",
)  # fmt: skip

_SEARCHING = Panel(
    name="searching",
    title="What if you searched by hand?",
    question="How few runs does it take you to come near the best, changing one thing at a time?",
    controls=(
        Control("learning_rate", "learning rate", "choice", 1.0, choices=(0.1, 1.0, 10.0)),
        Control("batch_size", "batch size", "choice", 64, choices=(16, 64, 256)),
        Control(
            "hidden_sizes", "hidden units", "choice", [128],
            choices=([128], [128, 64, 64], [256, 128, 128, 64, 64]),
        ),
        Control(
            "activation", "activation", "choice", "relu", choices=("relu", "sigmoid", "tanh")
        ),
        Control("loss", "loss", "choice", "nll", choices=("nll", "log_softmax_mse")),
        Control("l2_penalty", "L2 strength", "choice", 0.0, choices=(0.0, 1e-4)),
        Control("dropout", "dropout rate", "choice", 0.0, choices=(0.0, 0.2)),
    ),
    base={**_REPORT_B, "epochs": 25, "seed": 1},
    study="full-factorial",
)  # fmt: skip

_WHERE_IT_FAILS = Panel(
    name="where-it-fails",
    title="What if training went on?",
    question="When does the test loss turn up while the accuracy stays, and what prevents it?",
    controls=(
        Control(
            "train_size", "training images", "choice", 200, choices=(50, 100, 200, 500, 1433)
        ),
        Control("epochs", "epochs", "choice", 500, choices=(20, 50, 100, 200, 500, 1000)),
        Control(
            "hidden_sizes", "hidden units", "choice", [128], choices=([], [8], [32], [128], [512])
        ),
        Control(
            "weight_decay", "weight decay", "choice", 1e-5,
            choices=(0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1),
        ),
        _RATE,
        _SEED,
    ),
    study="seed-noise",
)  # fmt: skip

PANELS: dict[str, Panel] = {
    panel.name: panel
    for panel in (
        _HIDDEN_LAYERS,
        _ACTIVATIONS_LOSSES,
        _BATCH_SIZE,
        _LEARNING_RATE,
        _WEIGHT_DECAY,
        _MOMENTUM,
        _NUMERICAL_STABILITY,
        _REGULARIZATION,
        _OPTIMIZERS,
        _SEARCHING,
        _WHERE_IT_FAILS,
        _ENGINE,
        _SPEED,
    )
}
