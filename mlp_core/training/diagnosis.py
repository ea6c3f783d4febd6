"""Diagnosis: what went wrong in a run, each finding with its evidence and what to try."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from mlp_core.training.evidence import Evidence
from mlp_core.training.units import AT_END, at_ends

SHRUNK = 1.0  # root mean square: parameters as large as this were not shrunk
MODERATE = 0.1  # a rate to begin anew with, after one of any size that was too large
_STABLE = {
    "naive_cross_entropy": {"loss": "cross_entropy"},
    "naive_cross_entropy_epsilon": {"loss": "cross_entropy"},
    "naive_sigmoid": {"activation": "sigmoid"},
}


@dataclass(frozen=True)
class Finding:
    """One thing that went wrong.

    Attributes
    ----------
    name : str
        In two or three words, such as "dead units".
    evidence : str
        What was measured.
    advice : str
        What to try, in words.
    changes : dict
        The same as fields of the config, where that is possible: ``config.replace(**changes)``.
    """

    name: str
    evidence: str
    advice: str
    changes: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence}" + (f"; try {self.advice}" if self.advice else "")


def diagnose(run: Evidence) -> list[Finding]:
    """Return what went wrong in a run, causes last; nothing if it went well.

    With model and dataset, up to 1,000 training examples are passed through a copy of the
    network, forward and backward, and as many test examples forward. Of a run that was read from
    a file the history alone is looked at.
    """
    with np.errstate(all="ignore"):
        groups = ((_inputs,), (_labels,), (_penalties,), (_layers, _losses), (_slowness,))
        looked_for = groups[1:2] if run.is_well else groups
        found = (list(chain(*(cause(run) for cause in group))) for group in looked_for)
        causes = next(filter(None, found), [])
        return [*_divergence(run), *_guessing(run, causes), *causes]


def _divergence(run: Evidence) -> Iterator[Finding]:
    if run.diverged_at is None:
        return
    evidence = f"{run.stop_reason}"
    if run.model is not None:
        for layer in run.model.network.linear_layers:
            if not np.isfinite(layer.weight).all():
                evidence += f", and weights of {layer} are not finite since"
                break
    for name, changes in _STABLE.items():
        if name in (run.config.loss, run.config.activation):
            yield Finding("diverged", evidence, f"the stable formula instead of {name}", changes)
            return
    if run.diverged_at == 1:
        advice = "smaller initial weights (init='he'): nothing was updated before"
        yield Finding("diverged", evidence, advice, {"init": "he"})
    else:
        yield Finding("diverged", evidence, *_smaller_rate(run))


def _guessing(run: Evidence, causes: list[Finding]) -> Iterator[Finding]:
    if run.dataset is None or not len(run.history):
        return
    if run.is_a_guess(run.accuracy, run.dataset.train_size):
        evidence = (
            f"training accuracy {run.accuracy:.1%}, where always naming the largest class gives "
            f"{run.guess:.1%}"
        )
        yield Finding("guessing", evidence, "" if causes else "init='he', or another rate")


def _inputs(run: Evidence) -> Iterator[Finding]:
    if run.dataset is None:
        return
    inputs = run.inputs.astype(np.float64)
    size = math.sqrt((inputs**2).mean())
    if not inputs.std(axis=0).any():
        evidence = f"all {len(inputs):,} examples that were looked at are equal"
        yield Finding("constant inputs", evidence, "looking at the data: dataset.inputs()[:3]")
    elif size > 5 or size < 0.02:
        evidence = (
            f"inputs reach from {inputs.min():g} to {inputs.max():g}, {size:.2g} in the root mean "
            f"square, where about 1 is expected"
        )
        changes = {"input_scaling": "standardized"}
        yield Finding("unscaled inputs", evidence, "input_scaling='standardized'", changes)


def _labels(run: Evidence) -> Iterator[Finding]:
    if run.confusion is None or run.dataset is None:
        return
    counts, names = run.confusion, run.dataset.class_names
    total, usual = int(counts.sum()), counts.argmax(axis=1)
    right, renamed = counts.trace() / total, counts.max(axis=1).sum() / total
    if renamed > 0.5 and right < 0.5 * renamed and len(set(usual)) == len(usual):
        k = int(np.argmax(usual != np.arange(len(usual))))
        yield Finding(
            "labels look shifted",
            f"{counts[k, usual[k]] / counts[k].sum():.0%} of the test examples labelled "
            f"{names[k]} are taken for {names[usual[k]]}, and so on: under other names "
            f"{renamed:.0%} would be right instead of {right:.0%}",
            "comparing how training and test labels were made",
        )
        return
    learned = not run.is_a_guess(run.accuracy, run.dataset.train_size, sigmas=5)
    if learned and run.is_a_guess(right, total, sigmas=1):
        yield Finding(
            "labels look shuffled",
            f"training accuracy {run.accuracy:.1%}, test accuracy {right:.1%}: what was learned "
            f"by heart says nothing about other examples",
            "checking that features and labels are in the same order",
        )


def _layers(run: Evidence) -> Iterator[Finding]:
    """Look for the first hidden layer that passes nothing on, forward or backward."""
    if run.network is None:
        return
    spread = [float(x.std(axis=0).mean()) for x in (run.inputs, *(x for _, x in run.hidden))]
    for number, (layer, outputs) in enumerate(run.hidden, start=1):
        words = f"hidden layer {number} ({layer})"
        dead, at_end = (outputs.max(axis=0) <= 0).mean(), at_ends(layer, outputs).mean()
        if dead >= 0.9 and spread[number - 1] > 0.01 * spread[0]:
            evidence = f"{dead:.0%} of the units of {words} are 0 on all examples"
            yield Finding("dead units", evidence, *_larger_start(run))
        elif spread[number] < 1e-4 * spread[0]:
            sizes = ", ".join(f"{value:.1g}" for value in spread)
            evidence = f"from example to example, inputs and hidden units vary by {sizes}"
            yield Finding("dead signal", evidence, "init='he', or fewer layers", {"init": "he"})
        elif at_end >= AT_END:
            evidence = f"{at_end:.0%} of the outputs of {words} are within 1 % of their ends"
            yield Finding("saturated units", evidence, *_smaller_start(run))
        else:
            continue
        return
    slopes = [_size(layer.grad_weight) for layer in run.network.linear_layers]
    if len(run.hidden) > 1 and slopes[0] < 0.01 * slopes[-1]:
        first, last = slopes[0], slopes[-1]
        evidence = f"the gradient is {last:.1g} at the last layer and {first:.1g} at the first"
        changes = {"activation": "relu", "init": "he"}
        advice = "activation='relu' with init='he', or fewer layers"
        yield Finding("vanishing gradients", evidence, advice, changes)


def _size(array: np.ndarray) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


def _smaller_rate(run: Evidence) -> tuple[str, dict[str, Any]]:
    rate = min(run.config.learning_rate / 10, MODERATE)
    return f"a smaller rate: learning_rate={rate:g}", {"learning_rate": rate}


def _larger_start(run: Evidence) -> tuple[str, dict[str, Any]]:
    """Advise larger initial weights if they were almost 0, or a smaller rate."""
    if run.config.init == "normal" and run.config.init_std < 1e-3:
        return "larger initial weights: init='he'", {"init": "he"}
    return _smaller_rate(run)


def _smaller_start(run: Evidence) -> tuple[str, dict[str, Any]]:
    """Advise smaller initial weights, or a smaller rate if it cannot be these."""
    if run.config.init == "normal" and run.config.init_std > 0.3:
        return "smaller initial weights: init='xavier'", {"init": "xavier"}
    return _smaller_rate(run)


def _losses(run: Evidence) -> Iterator[Finding]:
    losses = run.history["running_loss"]
    if not losses:
        return
    least, last = min(losses), losses[-1]
    if last > 1.2 * least and last - least > 0.05 * losses[0]:
        evidence = (
            f"the running loss was {least:.3g} in epoch {losses.index(least) + 1} and is "
            f"{last:.3g} in epoch {len(losses)}"
        )
        yield Finding("loss rising", evidence, *_smaller_rate(run))
    elif run.model is not None and run.config.loss in ("cross_entropy", "nll"):
        chance = math.log(run.model.network.out_features)
        if losses[0] > 5 * chance:
            evidence = f"a loss of {losses[0]:.3g} in epoch 1, where guessing costs {chance:.3g}"
            yield Finding("loss explodes", evidence, *_smaller_start(run))


def _penalties(run: Evidence) -> Iterator[Finding]:
    config = run.config
    if run.model is None or not len(run.history):
        return
    size = max(_size(run.model.network.parameters), 1e-9)
    if not size < SHRUNK:  # large, or no number
        return
    reach = config.learning_rate * int(run.history.last("updates"))
    if config.optimizer == "sgd":
        reach /= 1 - config.momentum
    for name in ("weight_decay", "l2_penalty", "l1_penalty"):
        value = getattr(config, name)
        if reach * (value / size if name == "l1_penalty" else value) > 3:
            evidence = f"{name}={value:g} pulls harder than the loss: weights are about {size:.1g}"
            advice, changes = f"less of it: {name}={value / 100:g}", {name: value / 100}
            yield Finding("weights shrunk", evidence, advice, changes)


def _slowness(run: Evidence) -> Iterator[Finding]:
    """Look for a loss that falls as fast late as early: it had not arrived."""
    losses, updates = run.history["running_loss"], run.history.last("updates")
    if not losses or run.diverged_at is not None:
        return
    first, middle, last = losses[0], losses[len(losses) // 2], losses[-1]
    if (len(losses) > 2 and middle - last < 0.4 * (first - middle)) or last > first:
        return
    epochs = f"{len(losses)} epoch{'s' if len(losses) > 1 else ''}"
    evidence = f"the running loss is {last:.4g} after {updates:,} updates in {epochs}"
    if updates < 50 or last < 0.5 * first:
        more = max(10 * len(losses), 20)
        evidence += ", and it still falls" if len(losses) > 1 else ""
        yield Finding("too few epochs", evidence, f"more of them: epochs={more}", {"epochs": more})
    else:
        rate = 10 * run.config.learning_rate
        changes = {"learning_rate": rate}
        evidence += f"; it was {first:.4g} in the first"
        yield Finding("rate too small", evidence, f"a larger one: learning_rate={rate:g}", changes)
