"""Figures of the page on other data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from made import fake_runs

from mlp_book.chapters import carry_over as chapter
from mlp_book.findings.carried import Carried, CarryOver, carry_over, studies_on
from mlp_core.studies import RunStore


def weight_decay(stored: bool) -> CarryOver:
    """Return the chapter's question with made runs on both data, or with none.

    Pictures do not depend on what is stored: made runs stand in MNIST's place too.
    """
    names = ["seed-noise", "weight-decay"] if stored else ["seed-noise"]
    founds = []
    for per_decay in (1, 100):
        with TemporaryDirectory() as folder:
            for study in studies_on(names=names):
                for run in fake_runs(
                    study.configs(), lambda config: 89 - per_decay * config.weight_decay
                ):
                    RunStore(study.name, folder).save(run)
            founds.append(carry_over(root=Path(folder), chapter="weight_decay"))
    here, there = founds
    return replace(
        there,
        questions=tuple(
            Carried(a.there, b.there) for a, b in zip(here.questions, there.questions, strict=True)
        ),
    )


CASES = {
    "effects against effects": lambda: chapter.plot_effects(weight_decay(True)),
    "effects farthest apart": lambda: chapter.plot_differences(weight_decay(True)),
    "no effects yet": lambda: chapter.plot_effects(weight_decay(False)),
    "none farthest apart yet": lambda: chapter.plot_differences(weight_decay(False)),
    "outcomes": lambda: chapter.plot_outcomes(weight_decay(True)),
}
