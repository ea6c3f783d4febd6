"""Report A's settings: whether another value of a single one does better."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mlp_core.report.dots import name_level
from mlp_core.report.findings.claims import describe_difference
from mlp_core.report.findings.questions import Judged, Question
from mlp_core.report.measures import group_runs, values_of
from mlp_core.report.spread import seed_spread
from mlp_core.report.treatments import judge
from mlp_core.training import Run, RunConfig

# Factor, study and chapter.
SWEEPS = (
    ("learning_rate", "learning-rate", "learning_rate"),
    ("batch_size", "batch-size", "batch_size"),
    ("momentum", "momentum", "momentum"),
    ("weight_decay", "weight-decay", "weight_decay"),
    ("hidden_sizes", "hidden-size", "hidden_layers"),
)
NAMES = {"hidden_sizes": "size of the hidden layer"}


def judge_setting(factor: str, runs: Sequence[Run]) -> Judged:
    """Say whether another level of a factor has a higher accuracy outside seed noise.

    All levels have the same seeds as the default, and so its luck with them.
    """
    levels = {
        level: values_of(own, "test_accuracy") for level, own in group_runs(runs, factor).items()
    }
    default = getattr(RunConfig(), factor)
    others = {level: values for level, values in levels.items() if level != default and values}
    seen = {level: judge(values, levels[default]) for level, values in others.items()}
    best = max(others, key=lambda level: seed_spread(others[level]).mean)
    better = [name_level(level) for level, word in seen.items() if word == "better"]
    worse = sum(word == "worse" for word in seen.values())
    diverged = len(levels) - 1 - len(others)
    against = describe_difference(
        f"{name_level(default)}, published:",
        levels[default],
        f"{name_level(best)}, the best of the others:",
        others[best],
    )
    evidence = [
        f"{against}.",
        f"Of {len(levels) - 1} other values, {worse + diverged} are worse outside seed noise, "
        f"and {', '.join(better) or 'none'} better.",
    ]
    return evidence, "does not hold" if better else "holds"


QUESTIONS = tuple(
    Question(
        f"No other {NAMES.get(factor, factor.replace('_', ' '))} than "
        f"{name_level(getattr(RunConfig(), factor))} does better.",
        chapter,
        (study,),
        partial(judge_setting, factor),
    )
    for factor, study, chapter in SWEEPS
)
