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
    """Return the chapter's question with made runs, all alike, or with none."""
    with TemporaryDirectory() as folder:
        for study in studies_on(names=["seed-noise", "weight-decay"] if stored else ["seed-noise"]):
            for run in fake_runs(study.configs(), lambda config: 89 - config.weight_decay):
                RunStore(study.name, folder).save(run)
        found = carry_over(root=Path(folder), chapter="weight_decay")
    # The made runs stand in MNIST's place too: pictures do not depend on what is stored.
    return replace(found, questions=tuple(Carried(one.there, one.there) for one in found.questions))


CASES = {
    "effects against effects": lambda: chapter.plot_effects(weight_decay(True)),
    "no effects yet": lambda: chapter.plot_effects(weight_decay(False)),
    "outcomes": lambda: chapter.plot_outcomes(weight_decay(True)),
}
