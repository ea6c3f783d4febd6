"""The shared charts, drawn from made-up studies and curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from made import fake_run, fake_study

from mlp_book import bars, dots, epochs, error_map, frame, heat_map, images, lines, sweep, tidy
from mlp_core import RunConfig

RATES = fake_study("learning-rate", lambda c: None if c.learning_rate > 0.3 else 97.0)
FEW = [fake_run(RunConfig(momentum=m, epochs=4), 95 + m) for m in (0.0, 0.5, 0.9)]
LEVELS = pd.DataFrame(
    {
        "factor": ["size", "size", "size", "loss", "loss"],
        "level": [(32,), (32,), (), "mse", "nll"],
        "test_error": [2.0, 2.2, 8.0, 3.0, 2.5],
        "low": [1.5, 1.7, 7.0, 2.0, 2.0],
        "high": [2.5, 2.7, 9.0, 4.0, 3.0],
    }
)
TABLE = pd.DataFrame([[0.1, 1.0], [0.5, np.nan]], index=["a", "b"], columns=[0.01, 0.1])

CASES = {
    "curves by rate, one of which diverged": lambda: lines(
        epochs(RATES), "epoch", "test_error", color="learning_rate", log="xy"
    ),
    "curves over the loss": lambda: lines(
        epochs(RATES), "running_loss", "test_error", color="learning_rate", by="epoch", log="xy"
    ),
    "computed curves in panels": lambda: lines(
        tidy("x", [1, 2, 3], {"up": {"a": [1, 2, 4], "b": [1, 1, 1]}, "down": {"a": [3, 2, 0]}}),
        "x", color="line", panel="panel", sharex=False,
    ),
    "sweep": lambda: sweep(frame(RATES), "learning_rate", guessing=10),
    "sweep at even places": lambda: sweep(frame(FEW), "momentum", "test_error", even=True),
    "sweep with lines and a reference": lambda: sweep(
        frame(RATES).assign(kind=["odd", "even"] * 12), "learning_rate", "test_error",
        color="kind", reference={"few": frame(FEW)},
    ),
    "rows of seeds": lambda: dots(LEVELS, "level", "test_error", group="factor", log=True),
    "rows with intervals": lambda: dots(
        LEVELS, "level", "test_error", interval=("low", "high"), reference=("band", [2.0, 3.0])
    ),
    "bars": lambda: bars(LEVELS, "level", "test_error", color="factor", panel="factor"),
    "heat map": lambda: heat_map(TABLE, TABLE.map("{:g}".format), framed=TABLE > 0.7, title="t"),
    "map of errors": lambda: error_map(
        frame(fake_study("batch-rate")), "batch_size", "learning_rate"
    ),
    "images": lambda: images(np.arange(12.0).reshape(3, 2, 2), ["a", "b", "c"], columns=2),
    "weights as images": lambda: images(
        np.linspace(-1, 1, 8).reshape(2, 2, 2), ["a", "b"], signed=True, title="weights"
    ),
}  # fmt: skip
