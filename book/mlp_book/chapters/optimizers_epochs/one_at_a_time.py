"""What each optimizer bears, what report B found under one of them, and its odd loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_book.facts import Levels, claim, facts
from mlp_book.findings.report_b import FINDINGS, by_parameter, judge_findings
from mlp_book.frames import frame
from mlp_book.stats import compare
from mlp_core import Run
from mlp_core.nn import make_loss

METHODS = ("SGD", "momentum 0.9", "Adadelta", "Adam")


@facts("optimizers-epochs")
def digits(runs: Mapping[str, Sequence[Run]]) -> Iterator[Any]:
    """Say which rates each optimizer bears on small digits."""
    data = frame(runs)
    every = [Levels(data[data["group"] == name], "learning_rate") for name in METHODS]
    plain, heavy, adadelta, adam = every
    yield claim("each optimizer learns at its best rate", all(x[x.best].mean > 95 for x in every))
    yield claim(
        "at 0.001 Adam learns well and SGD does not",
        plain[0.001].mean < 50 < 90 < adam[0.001].mean,
    )
    yield claim(
        "at 10 only Adadelta learns well, and better than at 1",
        adadelta[10.0].mean > 90
        and all(own[10.0].mean < 50 for own in (plain, heavy, adam))
        and adadelta.effect(10.0, 1.0).direction > 0,
    )
    yield claim(
        "Adam's best rate is small, Adadelta's is large", lambda: adam.best < 0.1 < adadelta.best
    )
    yield {
        "digits-updates": data["updates"].max(),
        "digits-adam": adam[0.001].text(1),
        "digits-sgd": plain[0.001].text(1),
        "digits-adadelta-1": adadelta[1.0].text(1),
        "digits-adadelta-10": adadelta[10.0].text(1),
        **{
            f"digits-best-{name.split()[0].lower()}": own[own.best].text(1)
            for name, own in zip(METHODS, every, strict=True)
        },
    }


@facts("optimizers-epochs")
def findings(runs: Sequence[Run], digits: Mapping[str, Sequence[Run]]) -> Iterator[Any]:
    """Say which of report B's findings hold, from its study and the runs on small digits."""
    data = by_parameter(frame(runs))
    _, activation, _, _, length, rate = (
        Levels(data[data["parameter"] == name], "level") for _, name, _ in FINDINGS
    )
    default = length[14]
    updates = data.loc[data["level"] == 14, "updates"].max()
    yield {
        "seeds": data["seed"].nunique(),
        "runs": len(runs),
        "default": default,
        "sigmoid": activation["sigmoid"],
        "tanh": activation["tanh"],
        "rate-10": rate[10.0],
        "updates": f"{updates:,}",
    }
    yield claim("no run diverges", (data["status"] == "completed").all())
    found = {one.sentence: one.verdict for one in judge_findings(runs)}
    yield {"holding": sum(verdict == "holds" for verdict in found.values())}
    yield claim(
        "four hold; of the two that say less is enough, one does not and one is undecided",
        sorted(found.values()) == ["does not hold", *["holds"] * 4, "undecided"],
    )
    yield claim(
        "a rate of 10 is worse, and no change of one parameter but more epochs is better",
        rate.effect(10.0, 1.0).direction < 0
        and all(
            compare(own["test_accuracy"], default).direction <= 0
            for _, own in data.groupby(["parameter", "level"], sort=False)
        ),
    )
    yield claim(
        "a run has more than 40 times the updates of one on small digits",
        updates > 40 * frame(digits)["updates"].max(),
    )


@facts("optimizers-epochs")
def odd_loss(
    share: np.ndarray, odd: Mapping[str, np.ndarray], logs: np.ndarray, runs: Sequence[Run]
) -> Iterator[Any]:
    """Say what a squared error on log-probabilities asks for.

    Parameters
    ----------
    share : ndarray of shape (n,)
        The probability of the true class, the first one.
    odd : mapping of str to ndarray of shape (n,)
        The losses "nll" and "log_softmax_mse".
    logs : ndarray of shape (n, 10)
        The log-probabilities of all classes.
    runs : sequence of Run
        Of the study ``one-at-a-time``.
    """
    squared, nll = odd["log_softmax_mse"], odd["nll"]
    best, data = share[squared.argmin()], by_parameter(frame(runs))
    stored = data.loc[data["level"] == "log_softmax_mse", "test_loss"].mean()
    yield {
        "odd-best": f"{best:.2f}",
        "odd-rest": f"{(1 - best) / 9:.2f}",
        "odd-lowest": f"{squared.min():.3f}",
        "odd-stored": f"{stored:.3f}",
    }
    yield claim("nll prefers certainty", share[nll.argmin()] > 0.99)
    yield claim(
        "mse hardly knows a preference, and certainty costs more than guessing",
        lambda: 0.1 < best < 0.16 and squared[-1] > squared[9] > squared.min(),
    )
    twice = make_loss("cross_entropy").forward(logs, np.zeros(len(share), int))
    yield claim("cross-entropy of log-probabilities is nll", np.allclose(twice, nll, atol=1e-5))
    yield claim("stored runs end just above the lowest loss", 0 < stored - squared.min() < 0.1)
