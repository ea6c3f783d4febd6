"""Made-up runs for every claim: a change of the runs, the verdict, and what the evidence says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from made import fake_run, fake_runs, fake_study, wobble

from mlp_book.cells import Cell
from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.findings.published import report_a
from mlp_book.findings.report_a import LOWEST
from mlp_book.frames import frame
from mlp_core import RunConfig
from mlp_core.studies import STUDIES

BASE = RunConfig(dataset="mnist")


def study(name: str, accuracy: Callable[[RunConfig], float | None]) -> pd.DataFrame:
    return frame(fake_study(name, accuracy))


def seeds(accuracy: float, noise: float = 0.05) -> pd.DataFrame:
    configs = [BASE.replace(seed=seed) for seed in range(30)]
    return frame(fake_runs(configs, lambda config: accuracy, noise))


def tables(
    accuracy: Callable[[Cell], float] = lambda cell: 0,
    loss: Callable[[Cell], float] = lambda cell: 0,
    noise: float = 0.01,
) -> pd.DataFrame:
    """Return runs that reach report A's figures plus a change, in the published units."""
    rows = []
    for cell in report_a("test_accuracy"):
        for seed in range(5):
            row: dict[str, Any] = {**cell._asdict(), "seed": seed}
            for split in ("train", "test"):
                own, off = f"{split}_accuracy", noise * (seed - 2)
                row[own] = report_a(own)[cell] + accuracy(cell) + off
                own = f"{split}_loss"
                row[own] = (report_a(own)[cell] + loss(cell) + off / 10) / 100
            rows.append(row)
    return pd.DataFrame(rows)


def times(ms: Callable[[Cell, float], float]) -> dict[str, Any]:
    """Return a benchmark of report A's cells; `ms` takes a cell and its published time."""
    cells = []
    for cell, published in report_a("ms_per_update").items():
        own = ms(cell, published)
        quartiles = [0.99 * own, 1.01 * own]
        row = {"ms_per_update": own, "quartiles": quartiles, "ratio_to_relu": 1.0}
        cells.append({**cell._asdict(), **row})
    return {"cells": cells}


def batch_times(*ms: float) -> dict[str, Any]:
    cases = []
    for batch, own in zip((16, 100, 1000), ms, strict=True):
        row = {"ms_per_update": own, "quartiles": [own, own], "engine_ratio": 1.0}
        case = {"case": f"784-128-10, batch {batch}", "cores": 1, "hidden_sizes": [128]}
        both = {"mlp_core": row, "floor": row}
        cases.append({**case, "batch_size": batch, "contestants": both})
    return {"cases": cases}


def changed(name: str, gain: float) -> pd.DataFrame:
    """Return a sweep all of whose levels but the default gain so many points."""
    return study(name, lambda c: 97 + gain * (c.replace(seed=BASE.seed) != BASE))


def report_b(config: RunConfig) -> float:
    """Return an accuracy: batches of 16 gain a point, the odd loss loses two."""
    return 97 + (config.batch_size == 16) - 2 * (config.loss == "log_softmax_mse")


def treated(**gains: float) -> pd.DataFrame:
    def accuracy(config: RunConfig) -> float:
        return 97 + sum(gain * (getattr(config, field) > 0) for field, gain in gains.items())

    return study("regularization", accuracy)


def grid(hours: float) -> pd.DataFrame:
    return frame([fake_run(STUDIES["full-factorial"].configs()[0], duration_s=3600 * hours)])


def images(few: float, middle: float) -> pd.DataFrame:
    """Return what decay gains with few images; each seed has images that decay does not change."""

    def accuracy(config: RunConfig) -> float:
        gain = {500: few, 1000: middle, 5000: middle}.get(config.train_size or 0, 0)
        return 80 + wobble(config, 3) + (gain + wobble(config, 5e-5)) * (config.weight_decay > 0)

    return study("weight-decay-data-size", accuracy)


def rates(power: float, width: float = 1, late: int = 10**9) -> pd.DataFrame:
    """Return a grid whose best rate follows a power of the batch; far above it runs diverge."""

    def accuracy(config: RunConfig) -> float | None:
        off = math.log2(config.learning_rate / (0.05 * (config.batch_size / 100) ** power))
        return None if off > 4.5 else 98 - width * off**2 - 3 * (config.batch_size > late)

    return study("batch-rate", accuracy)


def collapsed(config: RunConfig) -> float:
    return 10 if config.learning_rate > 0.3 and config.seed == 2022 else 98


def deep(growth: float, **reach: int) -> pd.DataFrame:
    """Return what GELU gains per layer; networks with small weights learn up to a depth."""

    def accuracy(config: RunConfig) -> float:
        depth = len(config.hidden_sizes)
        if config.init == "normal" and depth > reach.get(config.activation, 3):
            return 11.35
        return 97 + depth * (growth + wobble(config, 0.0025)) * (config.activation == "gelu")

    return study("depth-activation", accuracy)


def ratio(power: int) -> pd.DataFrame:
    """Return accuracies that depend on the setting over std**power alone."""

    def accuracy(config: RunConfig) -> float:
        top = config.hinge_margin if config.loss == "hinge" else config.target_scale
        return 90 + math.log2(top) - power * math.log2(config.init_std)

    return study("margin-init", accuracy)


def noisy(growth: float, noise: float = 1, loss: float | None = None) -> pd.DataFrame:
    """Return accuracies that grow with the first weights; the loss is the margin, but for noise."""
    scatter = np.random.default_rng(1)
    return frame(
        [
            fake_run(
                config,
                95 + growth * math.log2(config.init_std / 0.01) + noise * scatter.normal(),
                loss=loss or config.hinge_margin * (1 + wobble(config, 0.005)),
            )
            for config in STUDIES["margin-init"].configs()
        ]
    )


ALL = {"l1_penalty": 1, "l2_penalty": 1, "dropout": 1}
MARGIN, TARGET, BATCH = "Hinge margin and", "So are target scale", "When the batch grows"
DEFAULT, GAPS = "The default setting", "The differences between"
GRID, SMALL, ORDER = "The full grid", "The smaller the batch", "An update takes longest"
# A source, or how a claim begins; what its runs are; the verdict, and what the evidence says.
CASES: list[tuple[str, Callable[[], Any], str, str]] = [
    ("report A: figures", lambda: tables(noise=0.002), "holds", ""),
    ("report A: figures", lambda: tables(lambda c: -2, lambda c: 9), "does not hold", ""),
    ("The 18 test", lambda: tables(lambda c: -(c == LOWEST)), "holds in part",
     "17 of 18 do; not so single, hinge, ReLU: 95.33"),
    ("The 18 train", lambda: tables(lambda c: -(c == LOWEST)), "holds in part",
     "The largest difference is \u22121.00 points: single, hinge"),
    ("The 36 losses", lambda: tables(loss=lambda c: 9 * (c.loss == "mse")), "holds in part",
     "explain 24 of the 36 differences."),
    ("The 36 losses", lambda: tables(loss=lambda c: 9 * (c.loss == "mse")), "holds in part",
     "single, squared\u00a0error, GELU, test: 12.94"),
    # Squared error and hinge are level in one pair, which no order is about.
    ("report A: orders", lambda: tables(noise=0.002), "holds", "0 inside"),
    ("report A: orders", lambda: tables(noise=10), "cannot be told", "Inside seed noise: "),
    ("Cross-entropy", lambda: tables(lambda c: -9 * (c.loss == "cross_entropy")), "does not hold",
     "The other way round: single, GELU: cross\u2011entropy 89.20"),
    ("Cross-entropy", lambda: tables(noise=10), "cannot be told", "; and 6 more."),
    (DEFAULT, lambda: seeds(98.09), "holds", "is inside"),
    (DEFAULT, lambda: seeds(98.25), "holds in part", "is outside"),
    (DEFAULT, lambda: seeds(97.5), "does not hold", "is outside"),
    (GAPS, lambda: seeds(98.1, 0.001), "holds", "9 pairs differ in one choice"),
    (GAPS, lambda: seeds(98.1, 0.05), "holds in part", "the smallest is 0.02"),
    (GAPS, lambda: seeds(98.1, 1.0), "does not hold", ""),
    # Sigmoid and ReLU lie within two percent of each other in one cell.
    (ORDER, lambda: times(lambda c, ms: ms / 10), "holds in part",
     "17 are in the published order, 0 the other way round, and 1"),
    (ORDER, lambda: times(lambda c, ms: 1 + 0.01 * (c.depth == "double")), "cannot be told", ""),
    ("GELU adds", lambda: times(lambda c, ms: ms / 10), "holds",
     "27 to 49 % in the published table and 27 to 49 % here"),
    ("GELU adds", lambda: times(lambda c, ms: 1), "does not hold", "In 0 of 6 cells"),
    ("A second hidden layer about", lambda: times(lambda c, ms: ms / 10), "holds", "In 9 of 9"),
    ("A second hidden layer about", lambda: times(lambda c, ms: 1), "does not hold", ""),
    *((f"No other {words} than", lambda n=name, g=gain: changed(n, g), verdict, says)
      for words, name in (("learning rate", "learning-rate"), ("batch size", "batch-size"),
                          ("momentum", "momentum"), ("weight decay", "weight-decay"),
                          ("size of the hidden layer", "hidden-size"))
      for gain, verdict, says in ((0, "holds", "none better"), (1, "does not hold", " better."))),
    ("No other momentum", lambda: study("momentum", lambda c: None if c.momentum > 0.98 else 98),
     "holds", "Of 7 other values, 3 are worse"),
    *((claim.sentence, lambda: study("one-at-a-time", report_b), verdict, "")
      for claim, verdict in zip(
          [claim for claim in CLAIMS if claim.studies == ("one-at-a-time",)],
          ("holds", "cannot be told", "holds", "does not hold", "holds", "cannot be told"),
          strict=True)),
    (SMALL, lambda: batch_times(0.2, 0.5, 4), "holds", "a factor of 1.23"),
    (SMALL, lambda: batch_times(0.1, 1, 11), "does not hold", "a factor of 1.23"),
    ("L1, L2 and dropout", lambda: treated(**ALL), "holds", "L1, best at "),
    ("L1, L2 and dropout", lambda: treated(dropout=1), "holds in part", "L1, best at "),
    ("L1, L2 and dropout", lambda: treated(), "cannot be told", "L1, best at "),
    ("L1, L2 and dropout", lambda: treated(dropout=-1), "does not hold", "L1, best at "),
    (GRID, lambda: grid(5), "does not hold", "They took 5.0 core-hours"),
    (GRID, lambda: grid(60), "holds", "They took 60.0 core-hours"),
    ("Weight decay helps", lambda: images(1, 1), "holds", "500 images: "),
    ("Weight decay helps", lambda: images(1, 0), "holds in part", "1,000 images: "),
    ("Weight decay helps", lambda: images(-1, 0), "does not hold", "5,000 images: "),
    ("Weight decay helps", lambda: images(0, 0), "cannot be told", "60,000 images: "),
    (BATCH, lambda: rates(1), "holds", "From batches of 100 at a rate of 0.05, 98.05"),
    (BATCH, lambda: rates(1, late=400), "holds in part",
     "kept at 25, 50, 200, 400; it is lower, or seeds break, at 800, 1600."),
    (BATCH, lambda: rates(1, late=400), "holds in part",
     "Even at its best rate lower outside seed noise: 800, 1600."),
    (BATCH, lambda: rates(1, width=0), "cannot be told", "kept at all batch sizes tried"),
    (BATCH, lambda: rates(-1), "does not hold", "seeds break, at all batch sizes tried"),
    # One seed breaks the rule however wide it makes the spread; the same rate does well everywhere.
    (BATCH, lambda: study("batch-rate", collapsed), "cannot be told",
     "kept at 25, 50, 200, 400; it is lower, or seeds break, at 800"),
    ("GELU gains", lambda: deep(0.1), "holds", "up to a depth of 8 with GELU, and of 8 with ReLU"),
    ("GELU gains", lambda: deep(-0.1), "does not hold", "Initial weights 'normal': networks learn"),
    ("GELU gains", lambda: deep(0.0), "cannot be told", ""),
    ("GELU gains", lambda: deep(0.1, gelu=4), "holds", "of 4 with GELU, and of 3 with ReLU"),
    # Depths at which one of the two fails are no part of the slope.
    ("GELU gains", lambda: deep(0.1, relu=4), "holds in part", "at 3. Growth"),
    *((claim, lambda p=power: ratio(p), verdict, "By test accuracy. ")
      for claim in (MARGIN, TARGET)
      for power, verdict in ((1, "holds"), (2, "holds in part"), (0, "does not hold"))),
    # Where accuracies are alike, the loss decides: 0.1 is, in units of the margin, not the same.
    (MARGIN, lambda: noisy(0, 0, loss=0.1), "does not hold", "By test loss. "),
    (MARGIN, lambda: noisy(0, 0), "cannot be told", "By test loss. "),
    # Where seeds scatter by a point, all runs together decide.
    (MARGIN, lambda: noisy(0.3), "does not hold", "p\u00a0<\u00a00.001"),
    (MARGIN, lambda: noisy(0), "cannot be told", "whenever both double: "),
]  # fmt: skip
