"""`mlp-core study run`: makes the runs that are not stored yet."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg

from mlp_core.cli.find_study import find_study
from mlp_core.cli.flags import help_text, value_spec
from mlp_core.data import load_dataset
from mlp_core.studies import STUDIES, RunStore, Study, find_results, missing, run_missing
from mlp_core.studies.runner import estimate_cost
from mlp_core.training import ConfigError, Run, RunConfig

if TYPE_CHECKING:
    from tqdm import tqdm

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
        with _executor(self.dask) as executor, Progress(tasks) as progress:
            try:
                with _announce_interrupt():
                    for task in tasks:
                        run_missing(
                            task.todo, task.store, task.study.callbacks, executor, progress.report
                        )
            except KeyboardInterrupt:
                made = f"interrupted; {progress.made} runs were stored"
                raise KeyboardInterrupt(f"{made}, the same command makes the rest") from None
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
    cost : dict of str to float
        The estimated cost of each run to do, by its run_id.
    """

    study: Study
    store: RunStore
    todo: list[RunConfig]
    stored: int
    skipped: int
    cost: dict[str, float]

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
            cost={config.run_id: _cost(config) for config in todo},
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


class Progress:
    """A bar with the time left in a terminal, a line a run elsewhere; on standard error.

    Runs differ in length by far, so the bar advances by their estimated cost.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.made = 0
        self._cost = {run_id: cost for task in tasks for run_id, cost in task.cost.items()}
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty() and self._cost:
            from tqdm import tqdm

            self._bar = tqdm(
                total=sum(self._cost.values()),
                bar_format="{desc}{percentage:3.0f}%|{bar}| {elapsed} gone, {remaining} left",
            )
            self._bar.set_description_str(f"0/{len(self._cost)} runs ")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def report(self, run: Run) -> None:
        """Advance by a run that was stored."""
        self.made += 1
        count = f"{self.made}/{len(self._cost)}"
        run_id = run.config.run_id
        if self._bar is None:
            print(f"{count} {run_id} {run.status}, {run.duration_s:.1f} s", file=sys.stderr)
        else:
            self._bar.set_description_str(f"{count} runs ", refresh=False)
            self._bar.update(self._cost[run_id])


@contextlib.contextmanager
def _announce_interrupt() -> Iterator[None]:
    """On the first Ctrl-C, say what happens next; the runner does it."""

    def announce(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print(
            "\nmlp-core: finishing the runs under way; Ctrl-C again abandons them", file=sys.stderr
        )
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, announce)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _executor(dask: str | None) -> Iterator[Executor | None]:
    """Give a Dask cluster's executor, or None for processes on this machine."""
    if dask is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise ImportError(
            "--dask needs the package distributed: pip install 'mlp-core[dask]'"
        ) from None
    with Client(dask) as client:
        yield client.get_executor()
