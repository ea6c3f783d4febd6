"""`mlp-core study run`: makes the runs that are not stored yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, arg

from mlp_core.cli.find_study import find_study
from mlp_core.cli.progress import Progress, announced_interrupt, executor_at
from mlp_core.cli.study_options import MY_RESULTS, StudyOptions, cost, fits
from mlp_core.studies import STUDIES, RunStore, Study, find_results, missing, run_missing
from mlp_core.training import ConfigError, RunConfig


@dataclass
class StudyRun(StudyOptions):
    """Make the runs that are not stored yet, one process a core.

    Every run is stored when it is finished: Ctrl-C loses none, and the same command goes on.
    With --dataset, --epochs or --seeds the runs are not those of the catalogue; they are stored
    in my-results, so that the report's own results stay as they are.
    """

    names: Annotated[
        Positional[tuple[str, ...]], arg(metavar="[NAME ...]", help_behavior_hint="")
    ] = ()
    """names of studies"""
    all: Annotated[bool, arg(help_behavior_hint="")] = False
    """run every study"""

    def run(self) -> int:
        """Make the runs, with progress on standard error."""
        studies = self._studies()
        overrides = self.overrides()
        changed = bool(overrides or self.seeds)
        root = self.results or (MY_RESULTS if changed else find_results())
        tasks = [Task.of(study, overrides, root) for study in studies]
        costs = [(config.run_id, cost(config)) for task in tasks for config in task.todo]
        progress = Progress(costs)
        try:
            with (
                announced_interrupt(progress.farewell),
                executor_at(self.dask) as executor,
                progress,
            ):
                for task in tasks:
                    run_missing(
                        task.todo, task.store, task.study.callbacks, executor, progress.report
                    )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(progress.farewell()) from None
        for task in tasks:
            print(task.outcome())
        return 0

    def _studies(self) -> list[Study]:
        """Return the studies asked for, with the seeds asked for."""
        if self.all == bool(self.names):
            raise ConfigError("name studies or give --all (see mlp-core study list)")
        studies = list(STUDIES.values()) if self.all else [find_study(n) for n in self.names]
        return [self.with_seeds(study) for study in studies]


@dataclass
class Task:
    """What is to be done for one study.

    Attributes
    ----------
    todo : list of RunConfig
        The runs that are not stored yet.
    stored : int
        How many were stored before.
    skipped : int
        How many ask for more training examples than the dataset has.
    """

    study: Study
    store: RunStore
    todo: list[RunConfig]
    stored: int
    skipped: int

    @classmethod
    def of(cls, study: Study, overrides: dict[str, Any], root: Path) -> Task:
        """Find out what is missing."""
        store = RunStore(study.name, root)
        asked = study.configs(**overrides)
        configs = [config for config in asked if fits(config)]
        todo = missing(configs, store)
        return cls(
            study=study,
            store=store,
            todo=todo,
            stored=len(configs) - len(todo),
            skipped=len(asked) - len(configs),
        )

    def outcome(self) -> str:
        """Return one line on what was made and where it lies."""
        line = f"{self.study.name}: {len(self.todo)} runs made, {self.stored} were stored before"
        if self.skipped:
            line += f", {self.skipped} left out (train_size is more than the dataset has)"
        return f"{line}; in {self.store.folder}"
