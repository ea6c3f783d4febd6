"""`mlp-core study run`: makes the runs that are not stored yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, arg

from mlp_core.cli.find_study import find_study
from mlp_core.cli.flags import help_text, value_spec
from mlp_core.cli.progress import Progress, announced_interrupt, executor_at
from mlp_core.data import load_dataset
from mlp_core.studies import STUDIES, RunStore, Study, find_results, missing, run_missing
from mlp_core.studies.runner import estimate_cost
from mlp_core.training import ConfigError, RunConfig

MY_RESULTS = Path("my-results")
_AS_IN_CATALOGUE = "(default: as in the catalogue)"


@dataclass
class StudyRun:
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
    dataset: Annotated[
        Any,
        value_spec(str),
        arg(help=help_text("dataset"), help_behavior_hint=_AS_IN_CATALOGUE),
    ] = None
    epochs: Annotated[
        Any,
        value_spec(int),
        arg(help=help_text("epochs"), help_behavior_hint=_AS_IN_CATALOGUE),
    ] = None
    seeds: Annotated[
        Any,
        value_spec(tuple[int, ...]),
        arg(help="a run of every cell for each of them", help_behavior_hint=_AS_IN_CATALOGUE),
    ] = ()
    results: Annotated[
        Path | None,
        arg(metavar="DIR", help_behavior_hint="(default: the nearest folder named results)"),
    ] = None
    """folder of results"""
    dask: Annotated[str | None, arg(metavar="ADDRESS", help_behavior_hint="(default: none)")] = None
    """address of a Dask scheduler whose workers make the runs"""

    def run(self) -> int:
        """Make the runs, with progress on standard error."""
        studies = self._studies()
        overrides = {
            name: value
            for name, value in (("dataset", self.dataset), ("epochs", self.epochs))
            if value is not None
        }
        changed = bool(overrides or self.seeds)
        root = self.results or (MY_RESULTS if changed else find_results())
        tasks = [Task.of(study, overrides, root) for study in studies]
        costs = [(config.run_id, _cost(config)) for task in tasks for config in task.todo]
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
        if not self.seeds:
            return studies
        return [dataclasses.replace(study, seeds=self.seeds) for study in studies]


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
        """Find out what is missing; fetches the data once, before there are many processes."""
        store = RunStore(study.name, root)
        asked = study.configs(**overrides)
        configs = [config for config in asked if _fits(config)]
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


def _fits(config: RunConfig) -> bool:
    return (config.train_size or 0) <= load_dataset(config.dataset).train_size


def _cost(config: RunConfig) -> float:
    dataset = load_dataset(config.dataset)
    return estimate_cost(config, dataset.train_size, dataset.in_features)
