"""`mlp-core study search`: looks for the best cell of a study's space."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, arg

from mlp_core.cli.find_study import find_study
from mlp_core.cli.flags import value_spec
from mlp_core.cli.progress import Progress, announced_interrupt, executor_at, farewell
from mlp_core.cli.study_options import MY_RESULTS, StudyOptions, cost, fits
from mlp_core.studies import RunStore, find_results
from mlp_core.studies.objective import OBJECTIVES, StoredObjective
from mlp_core.studies.search import DEFAULT_TRIALS, SAMPLERS, Search, Trial
from mlp_core.studies.space import Cell, Space
from mlp_core.studies.study import Study


@dataclass(kw_only=True)
class StudySearch(StudyOptions):
    """Search a study's factors for the best cell, trial by trial.

    A trial's value is the mean over the study's seeds; runs that are stored are not made again,
    so a search over a finished study costs nothing. What is made is stored in my-results, beside
    the search's own file: the same command goes on where it was, and the report's results stay
    as they are.
    """

    name: Annotated[Positional[str], arg(metavar="NAME", help="name of a study")]
    sampler: Annotated[Any, value_spec(str), arg(help=f"one of {', '.join(SAMPLERS)}")] = "tpe"
    trials: Annotated[
        Any,
        value_spec(int),
        arg(
            help="how many in all, with those made before",
            help_behavior_hint=f"(default: {DEFAULT_TRIALS}; grid: all cells)",
        ),
    ] = None
    objective: Annotated[Any, value_spec(str), arg(help=f"one of {', '.join(OBJECTIVES)}")] = (
        "test_accuracy"
    )
    results: Annotated[
        Path | None,
        arg(metavar="DIR", help_behavior_hint="(default: my-results)"),
    ] = None
    """folder for what is made"""
    seed: Annotated[Any, value_spec(int), arg(help="of the search, not of its runs")] = 0

    def run(self) -> int:
        """Search, with progress on standard error, and print what was found."""
        study = self.with_seeds(find_study(self.name))
        space = Space.of(study, self.overrides(), fits)
        levels = {factor: list(labels) for factor, labels in space.factors.items()}
        search = Search(levels, self.sampler, self.objective, self.seed)
        total = search.count(self.trials)
        store = RunStore(study.name, self.results or MY_RESULTS)
        also = [] if self.results else [RunStore(study.name, find_results())]
        values = StoredObjective(space, self.objective, store, also, callbacks=study.callbacks)
        try:
            with (
                announced_interrupt(lambda: farewell(values.made)),
                executor_at(self.dask) as executor,
            ):
                values.executor = executor
                trials = search.run(
                    _Announced(values, total),
                    total,
                    storage=store.folder / "search.sqlite",
                    subject=space.describe(),
                )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(farewell(values.made)) from None
        print(outcome(study, search, trials, values.made))
        return 0


class _Announced:
    """Evaluates cells, with a bar for many and a line for one."""

    def __init__(self, values: StoredObjective, total: int) -> None:
        self._values, self._total, self._trials = values, total, 0

    def __call__(self, cells: list[Cell]) -> list[float]:
        todo = [(config.run_id, cost(config)) for config in self._values.missing(cells)]
        if len(cells) > 1:
            with Progress(todo) as progress:
                self._values.report = progress.report
                return self._values(cells)
        (value,) = self._values(cells)
        made = f" ({len(todo)} runs made)" if todo else ""
        print(f"{', '.join(cells[0])}: {value:.5g}{made}", file=sys.stderr, flush=True)
        return [value]


def outcome(study: Study, search: Search, trials: Sequence[Trial], made: int) -> str:
    """Return what a search found, in a few lines."""
    best = search.best(trials)
    seen = len({trial.cell for trial in trials})
    seeds = len(study.seeds)
    mean = f", mean of {seeds} seeds" if seeds > 1 else ""
    lines = [
        f"{study.name}: {len(trials)} trials by {search.sampler}, {seen} of {search.cells} cells, "
        f"{made} runs made",
        f"best {search.objective} {best.value:.5g}{mean}, first in trial {best.number}",
        *(f"  {name:<24} {label}" for name, label in zip(search.levels, best.cell, strict=True)),
    ]
    return "\n".join(lines)
