"""Figures of the page on other data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from made import fake_runs

from mlp_book.chapters import carry_over as chapter
from mlp_book.findings.carried import Carried, CarryOver, carry_over, studies_on
from mlp_core.studies import RunStore


def decay_costs(points: float, stored: bool) -> CarryOver:
    """Return the chapter's question with made runs on other data, or with none."""
    with TemporaryDirectory() as folder:
        for study in studies_on(names=["seed-noise", "weight-decay"] if stored else ["seed-noise"]):
            runs = fake_runs(study.configs(), lambda config: 89 - points * config.weight_decay)
            for run in runs:
                RunStore(study.name, folder).save(run)
        return carry_over(root=Path(folder), chapter="weight_decay")


def weight_decay(stored: bool) -> CarryOver:
    """Return the same with made runs in MNIST's place too: no picture hangs on what is stored."""
    here, there = (decay_costs(points, stored) for points in (1, 100))
    pairs = zip(here.questions, there.questions, strict=True)
    return replace(there, questions=tuple(Carried(a.there, b.there) for a, b in pairs))


CASES = {
    "effects against effects": lambda: chapter.plot_effects(weight_decay(True)),
    "effects farthest apart": lambda: chapter.plot_differences(weight_decay(True)),
    "no effects yet": lambda: chapter.plot_effects(weight_decay(False)),
    "none farthest apart yet": lambda: chapter.plot_differences(weight_decay(False)),
    "outcomes": lambda: chapter.plot_outcomes(weight_decay(True)),
}
