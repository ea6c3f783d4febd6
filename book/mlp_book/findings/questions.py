"""The book's own questions: whether other settings do better, and report A's conjectures hold."""

from __future__ import annotations

from functools import partial

import pandas as pd

from mlp_book.facts import Levels
from mlp_book.findings.claims import Claim, make_claims
from mlp_book.findings.depth import judge_depth
from mlp_book.findings.one_ratio import judge_margin, judge_target
from mlp_book.findings.scaling import judge_scaling
from mlp_book.findings.verdicts import (
    Judgement,
    describe_against,
    describe_difference,
    judge_against,
    overall_verdict,
)
from mlp_book.stats import judge, spread
from mlp_book.text import format_level, format_number
from mlp_core.training import RunConfig

ALL_IMAGES = 60_000


def judge_setting(setting: str, data: pd.DataFrame) -> Judgement:
    """Say whether another level of a setting has a higher accuracy outside seed noise.

    All levels have the same seeds as the default, and so its luck with them.
    """
    accuracy, default = Levels(data, setting), getattr(RunConfig(), setting)
    others = [level for level in accuracy.levels if level != default]
    seen = {level: judge(accuracy[level], accuracy[default]) for level in others}
    known = [level for level in others if accuracy[level].n]
    best = max(known, key=lambda level: accuracy[level].mean)
    better = [format_level(level) for level in known if seen[level] == "better"]
    worse = sum(word == "worse" for word in seen.values()) + len(others) - len(known)
    against = describe_difference(
        f"{format_level(default)}, published:",
        accuracy[default],
        f"{format_level(best)}, the best of the others:",
        accuracy[best],
    )
    evidence = (
        f"{against}.",
        f"Of {len(others)} other values, {worse} are worse outside seed noise, and "
        f"{', '.join(better) or 'none'} better.",
    )
    return evidence, "does not hold" if better else "holds"


def judge_few_images(data: pd.DataFrame) -> Judgement:
    """Say whether weight decay raises the test accuracy of networks with few images.

    A seed draws its own images, so it is set against itself. Its decay is the one that is best
    for the *other* seeds: chosen by its own result, it would look better than it is.
    """
    evidence, outcomes = [], []
    for size, own in data.groupby(data["train_size"].fillna(ALL_IMAGES)):
        accuracy = own.pivot_table("test_accuracy", "seed", "weight_decay")
        best, gains = accuracy.drop(columns=0.0).mean().idxmax(), gains_of_decay(accuracy)
        evidence.append(
            f"{size:,.0f} images: {spread(accuracy[0.0]).text()} % without decay, "
            f"{spread(accuracy[best]).text()} % at the best, {format_number(best)}. Gain of each "
            f"seed against itself, in points: {describe_against(gains)}."
        )
        if size < ALL_IMAGES:
            outcomes.append(("better", judge_against(gains)))
    return evidence, overall_verdict(outcomes)


def gains_of_decay(accuracy: pd.DataFrame) -> list[float]:
    """Return for each seed what the decay gains it that is best for the other seeds.

    Parameters
    ----------
    accuracy : DataFrame
        One row per seed, one column per decay.
    """
    treated = accuracy.drop(columns=0.0)
    chosen = {
        seed: treated.drop(index=seed).mean()[own.notna()].idxmax()
        for seed, own in treated.iterrows()
    }
    return [accuracy[best][seed] - accuracy[0.0][seed] for seed, best in chosen.items()]


SETTINGS = tuple(
    Claim(
        "report A: settings",
        f"No other {words} than {format_level(getattr(RunConfig(), setting))} does better.",
        partial(judge_setting, setting),
        (study,),
        chapter,
    )
    for setting, words, study, chapter in (
        ("learning_rate", "learning rate", "learning-rate", "learning_rate"),
        ("batch_size", "batch size", "batch-size", "batch_size"),
        ("momentum", "momentum", "momentum", "momentum"),
        ("weight_decay", "weight decay", "weight-decay", "weight_decay"),
        ("hidden_sizes", "size of the hidden layer", "hidden-size", "hidden_layers"),
    )
)
SAID = "report A: conjectures"
CONJECTURES = (
    *make_claims(SAID, "weight-decay-data-size", "weight_decay", {
        "Weight decay helps when images are few.": judge_few_images,
    }),
    *make_claims(SAID, "batch-rate", "learning_rate", {
        "When the batch grows, the learning rate should grow in proportion.": judge_scaling,
    }),
    *make_claims(SAID, "margin-init", "activations_losses", {
        "Hinge margin and the spread of the initial weights are one hyper-parameter, their ratio.":
            judge_margin,
        "So are target scale and the spread of the initial weights, with squared error.":
            judge_target,
    }),
    *make_claims(SAID, "depth-activation", "hidden_layers", {
        "GELU gains on ReLU as the network gets deeper.": judge_depth,
    }),
)  # fmt: skip
