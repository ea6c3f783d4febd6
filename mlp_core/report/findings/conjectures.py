"""Conjectures of report A that it gives no evidence for, as questions to the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mlp_core.report.axes import format_number
from mlp_core.report.crossed import cross
from mlp_core.report.findings.by_seed import (
    BySeed,
    describe_against,
    differences,
    judge_against,
    seed_values,
)
from mlp_core.report.findings.claims import weigh
from mlp_core.report.findings.one_ratio import judge_margin, judge_target
from mlp_core.report.findings.questions import Judged, Question
from mlp_core.report.findings.scaling_rule import judge_scaling
from mlp_core.report.measures import all_learned, group_by
from mlp_core.report.spread import seed_spread
from mlp_core.training import Run

ALL_IMAGES = 60_000

# From a decay to its values by seed.
Decays = Mapping[float, BySeed]


def judge_few_images(runs: Sequence[Run]) -> Judged:
    """Say whether weight decay raises the test accuracy of networks with few images.

    A seed draws its own images, so it is set against itself. Its decay is the one that is best
    for the *other* seeds: chosen by its own result, it would look better than it is.
    """
    sizes = group_by(runs, lambda run: run.config.train_size or ALL_IMAGES)
    evidence, outcomes = [], []
    for size in sorted(sizes):
        decays = group_by(sizes[size], lambda run: run.config.weight_decay)
        accuracy = {d: seed_values(group, "test_accuracy") for d, group in decays.items()}
        gains = gains_of_decay(accuracy)
        evidence.append(
            f"{size:,} images: {_best_and_none(accuracy)}. Gain of each seed against itself, in "
            f"points: {describe_against(gains)}."
        )
        if size < ALL_IMAGES:
            outcomes.append(("better", judge_against(gains)))
    return evidence, weigh(outcomes)


def gains_of_decay(decays: Decays) -> list[float]:
    """Return for each seed what the decay gains it that is best for the other seeds."""
    none = decays[0.0]
    gains = []
    for seed in none:
        others = {d: [v for s, v in by_seed.items() if s != seed] for d, by_seed in decays.items()}
        choices = [d for d in decays if d and seed in decays[d] and others[d]]
        chosen = max(choices, key=lambda d: seed_spread(others[d]).mean)
        gains.append(decays[chosen][seed] - none[seed])
    return gains


def _best_and_none(decays: Decays) -> str:
    means = {d: seed_spread(list(values.values())) for d, values in decays.items() if values}
    best = max((d for d in means if d), key=lambda d: means[d].mean)
    return (
        f"{means[0.0].text()} % without decay, {means[best].text()} % at the best, "
        f"{format_number(best)}"
    )


def judge_depth(runs: Sequence[Run]) -> Judged:
    """Say whether GELU gains on ReLU with every further hidden layer.

    For each way to start: the slope, over the depths at which all seeds of both learn, of GELU
    minus ReLU within a seed; and which of the two still learns in deeper networks.
    """
    evidence, outcomes = [], []
    for init, group in group_by(runs, lambda run: run.config.init).items():
        grid = cross(group, "activation", lambda config: len(config.hidden_sizes))
        gelu, relu = (
            {depth: seed_values(own, "test_accuracy") for depth, own in grid[name].items()}
            for name in ("gelu", "relu")
        )
        reach = {name: reach_of(grid[name]) for name in ("gelu", "relu")}
        both = [depth for depth in gelu if depth <= min(reach.values())]
        evidence.append(
            f"Initial weights '{init}': networks learn up to a depth of {reach['gelu']} with "
            f"GELU, and of {reach['relu']} with ReLU."
        )
        if reach["gelu"] != reach["relu"]:
            outcomes.append(("better", "better" if reach["gelu"] > reach["relu"] else "worse"))
        if len(both) >= 3:
            gaps = {depth: differences(gelu[depth], relu[depth]) for depth in both}
            slopes = slopes_of(gaps)
            evidence.append(_describe_gaps(gaps, slopes))
            outcomes.append(("better", judge_against(slopes)))
    return evidence, weigh(outcomes) if outcomes else "cannot be told"


def reach_of(by_depth: Mapping[int, Sequence[Run]]) -> int:
    """Return the last depth up to which all networks learn, 0 if not even the first do."""
    reach = 0
    for depth in sorted(by_depth):
        if not all_learned(by_depth[depth]):
            break
        reach = depth
    return reach


def slopes_of(gaps: Mapping[int, Sequence[float]]) -> list[float]:
    """Return for each seed by how much its gap grows a layer: the slope of the best line.

    >>> [round(slope, 6) for slope in slopes_of({1: [0.0, 1.0], 2: [0.5, 2.0], 3: [1.0, 3.0]})]
    [0.5, 1.0]
    """
    depths = list(gaps)
    return [float(slope) for slope in np.polyfit(depths, np.array(list(gaps.values())), 1)[0]]


def _describe_gaps(gaps: Mapping[int, Sequence[float]], slopes: Sequence[float]) -> str:
    first, last = min(gaps), max(gaps)
    return (
        f"GELU minus ReLU in points: {describe_against(gaps[first])}, at a depth of {first}; "
        f"{describe_against(gaps[last])}, at {last}. Growth a layer: {describe_against(slopes)}."
    )


CONJECTURES = (
    Question(
        "Weight decay helps when images are few.",
        "weight_decay",
        ("weight-decay-data-size",),
        judge_few_images,
    ),
    Question(
        "When the batch grows, the learning rate should grow in proportion.",
        "learning_rate",
        ("batch-rate",),
        judge_scaling,
    ),
    Question(
        "Hinge margin and the spread of the initial weights are one hyper-parameter, their ratio.",
        "activations_losses",
        ("margin-init",),
        judge_margin,
    ),
    Question(
        "So are target scale and the spread of the initial weights, with squared error.",
        "activations_losses",
        ("margin-init",),
        judge_target,
    ),
    Question(
        "GELU gains on ReLU as the network gets deeper.",
        "hidden_layers",
        ("depth-activation",),
        judge_depth,
    ),
)
