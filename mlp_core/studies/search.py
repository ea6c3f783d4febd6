"""Grid, random and Bayesian search for the best cell of a study, with the samplers of Optuna."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.studies.catalogue import Study
from mlp_core.studies.runner import Report, run_missing
from mlp_core.studies.store import RunStore
from mlp_core.training import ConfigError, Run, RunConfig, planned_run_id

# Columns of a run's summary, and whether more is better.
OBJECTIVES = {
    "test_accuracy": True,
    "train_accuracy": True,
    "test_loss": False,
    "train_loss": False,
    "ms_per_update": False,
    "duration_s": False,
}
SAMPLERS = ("grid", "random", "tpe")
DEFAULT_TRIALS = 30

Cell = tuple[str, ...]  # a level of every factor, by label
Evaluate = Callable[[list[Cell]], list[float]]


def is_maximized(objective: str) -> bool:
    """Return whether more is better of an objective, a key of `OBJECTIVES`."""
    if objective not in OBJECTIVES:
        raise ConfigError(
            f"objective={objective!r} is not legal: must be one of {', '.join(OBJECTIVES)}"
        )
    return OBJECTIVES[objective]


def worst_value(objective: str) -> float:
    """Return the value of a cell of which a run diverged: 0 for accuracies, else infinity."""
    return 0.0 if is_maximized(objective) else math.inf


def cell_value(runs: Sequence[Run], objective: str) -> float:
    """Return the mean of an objective over the runs of a cell; the worst if any diverged."""
    values = [None if run.status == "diverged" else run.summary[objective] for run in runs]
    finite = [value for value in values if value is not None]
    return statistics.fmean(finite) if len(finite) == len(values) else worst_value(objective)


@dataclass(frozen=True)
class Space:
    """All combinations of the levels of a study."""

    factors: Mapping[str, Mapping[str, Mapping[str, Any]]]  # factor -> label -> fields it sets
    base: Mapping[str, Any]  # config fields common to all cells
    seeds: tuple[int, ...]  # every cell has one run for each of them
    overrides: Mapping[str, Any]  # config fields that replace those of base and levels

    @classmethod
    def of(
        cls,
        study: Study,
        overrides: Mapping[str, Any] | None = None,
        fits: Callable[[RunConfig], bool] = lambda config: True,
    ) -> Space:
        """Return the space that the grids of a study span; one that varies nothing is an error.

        Where a study has several grids, this is more than the study itself: all levels of all
        grids are combined, and where a grid leaves a factor alone, the base's level is one more.

        Parameters
        ----------
        study : Study
        overrides : mapping, optional
            Config fields that replace those of the study; an overridden factor does not vary.
        fits : callable, optional
            Whether a config can be run at all; levels that cannot are left out.
        """
        overrides = dict(overrides or {})

        def is_possible(fields: Mapping[str, Any]) -> bool:
            return fits(RunConfig.from_dict({**study.base, **fields, **overrides}))

        factors = {
            factor: {k: v for k, v in _levels_of(study, factor).items() if is_possible(v)}
            for factor in study.factors
            if factor not in overrides
        }
        if not any(len(levels) > 1 for levels in factors.values()):
            raise ConfigError(f"the study {study.name!r} varies nothing that could be searched")
        return cls(factors, dict(study.base), tuple(study.seeds), overrides)

    def cells(self) -> list[Cell]:
        """Return all cells, the last factor varying fastest."""
        return list(itertools.product(*self.factors.values()))

    def configs(self, cell: Sequence[str]) -> list[RunConfig]:
        """Return the runs of a cell, one per seed."""
        fields = dict(self.base)
        for levels, label in zip(self.factors.values(), cell, strict=True):
            fields.update(levels[label])
        return [RunConfig.from_dict({**fields, **self.overrides, "seed": s}) for s in self.seeds]

    def describe(self) -> str:
        """Return everything that the space depends on, as one line of JSON."""
        return json.dumps([self.factors, self.base, self.seeds, self.overrides], sort_keys=True)


def _levels_of(study: Study, factor: str) -> dict[str, dict[str, Any]]:
    """Return the labelled levels of a factor over all grids of a study."""
    levels: dict[str, dict[str, Any]] = {}
    compound = False
    for grid in study.grids:
        values = grid.get(factor, ())
        if isinstance(values, Mapping):
            compound = True
            levels |= {label: dict(fields) for label, fields in values.items()}
        else:
            levels |= {str(value): {factor: value} for value in values}
    if not all(factor in grid for grid in study.grids):
        if compound:
            levels.setdefault("base", {})
        else:
            value = RunConfig.from_dict(dict(study.base)).to_dict()[factor]
            levels.setdefault(str(value), {factor: value})
    return levels


class StoredObjective:
    """Gives the values of cells; only runs that are stored nowhere are made.

    Runs that are made are stored in `store`; they are looked for in `read_only` as well. See
    `run_missing` for callbacks, executor and report.
    """

    def __init__(
        self,
        space: Space,
        objective: str,
        store: RunStore,
        read_only: Sequence[RunStore] = (),
        *,
        callbacks: Sequence[str] = (),
        executor: Executor | None = None,
        report: Report = lambda run: None,
    ) -> None:
        is_maximized(objective)
        self.space, self.objective, self.store = space, objective, store
        self.executor, self.report = executor, report
        self.made = 0  # how many runs were made so far
        self._callbacks = callbacks
        self._runs = {run.run_id: run for each in (*read_only, store) for run in each}

    def missing(self, cells: Sequence[Cell]) -> list[RunConfig]:
        """Return the configs of cells that are stored nowhere, each once."""
        configs = {planned_run_id(c): c for cell in cells for c in self.space.configs(cell)}
        return [config for run_id, config in configs.items() if run_id not in self._runs]

    def __call__(self, cells: Sequence[Cell]) -> list[float]:
        """Return the values of cells, after making the runs that are missing."""
        todo = self.missing(cells)
        for path in (self.store.path(planned_run_id(c)) for c in todo):
            if self.store.is_unreadable(path.stem):
                raise FileExistsError(f"{path} cannot be read, its cell has no value: move it away")

        def keep(run: Run) -> None:
            self._runs[run.run_id] = run
            self.made += 1
            self.report(run)

        run_missing(todo, self.store, self._callbacks, self.executor, keep)
        # To 5 digits, as they will be read again: a search that resumes must see the same.
        ids = map(planned_run_id, todo)
        self._runs |= {run_id: self.store.load(run_id) for run_id in ids}
        runs = ([self._runs[planned_run_id(c)] for c in self.space.configs(cell)] for cell in cells)
        return [cell_value(each, self.objective) for each in runs]


@dataclass(frozen=True)
class Trial:
    """One cell that a search asked for: its number from 1, the cell, its value."""

    number: int
    cell: Cell
    value: float


@dataclass(frozen=True)
class Search:
    """A search that gives the same trials for the same seed, in one go or in pieces.

    Every trial has a sampler of its own, seeded by the search's seed and the trial's number: so
    what it proposes depends on the trials before it alone, and not on when the search was begun.

    Attributes
    ----------
    levels : mapping of str to sequence of str
        The labels of each factor's levels.
    sampler : {"grid", "random", "tpe"}
        Optuna's GridSampler (all cells, in an order that the seed shuffles), RandomSampler or
        TPESampler (Bayesian: prefers levels that were frequent among the best trials so far).
    objective : str
        A key of `OBJECTIVES`.
    seed : int
    """

    levels: Mapping[str, Sequence[str]]
    sampler: str = "tpe"
    objective: str = "test_accuracy"
    seed: int = 0

    def __post_init__(self) -> None:
        is_maximized(self.objective)
        if self.sampler not in SAMPLERS:
            legal = ", ".join(SAMPLERS)
            raise ConfigError(f"sampler={self.sampler!r} is not legal: must be one of {legal}")
        if not isinstance(self.seed, int) or self.seed < 0:
            raise ConfigError(f"seed={self.seed!r} is not legal: must be an integer >= 0")

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return math.prod(len(labels) for labels in self.levels.values())

    def count(self, trials: int | None = None) -> int:
        """Return how many trials the search has: a grid is gone through at most once."""
        if trials is not None and (not isinstance(trials, int) or trials < 1):
            raise ConfigError(f"trials={trials!r} is not legal: must be an integer >= 1")
        if self.sampler == "grid":
            return min(trials or self.cells, self.cells)
        return trials or DEFAULT_TRIALS

    def best(self, trials: Sequence[Trial]) -> Trial:
        """Return the best of some trials; of equals, the first."""
        sign = 1 if is_maximized(self.objective) else -1
        return max(trials, key=lambda trial: (sign * trial.value, -trial.number))

    def run(
        self,
        evaluate: Evaluate,
        trials: int | None = None,
        *,
        storage: Path | None = None,
        subject: str = "",
        until: Callable[[float], bool] | None = None,
    ) -> list[Trial]:
        """Ask for cells until there are enough trials.

        Parameters
        ----------
        evaluate : callable
            Returns the values of cells. Grid and random search ask for all cells at once, so
            that their runs can be made side by side; TPE for one after another.
        trials : int, optional
            How many in all, with those that are stored; 30 by default, for a grid all cells.
        storage : Path, optional
            An SQLite file in which the trials are kept; a search that was interrupted goes on
            with the next one.
        subject : str
            What is searched; trials in the file that belong to another subject, sampler,
            objective or seed are not mixed with these.
        until : callable, optional
            Ends the search after a trial of whose value it is true.
        """
        total = self.count(trials)
        with quiet_optuna(), self._stored(storage, subject) as stored:
            study = self._new_study()
            for trial in stored.trials[:total] if stored else ():
                study.add_trial(trial)
            done = len(study.trials)
            while done < total:
                batch = 1 if self.sampler == "tpe" or until else total - done
                asked = [self._ask(study, done + n) for n in range(batch)]
                values = evaluate([self._cell(trial) for trial in asked])
                for trial, value in zip(asked, values, strict=True):
                    finished = self._tell(study, trial, value)
                    if stored:
                        stored.add_trial(finished)
                done += batch
                if until and until(values[-1]):
                    break
            return [Trial(t.number + 1, self._cell(t), t.value) for t in study.trials]

    def _cell(self, trial: Any) -> Cell:
        return tuple(trial.params[factor] for factor in self.levels)

    def _new_study(self, **storage: Any) -> Any:
        import optuna

        return optuna.create_study(
            direction="maximize" if is_maximized(self.objective) else "minimize", **storage
        )

    def _ask(self, study: Any, number: int) -> Any:
        from optuna import distributions, samplers

        levels = {factor: tuple(labels) for factor, labels in self.levels.items()}
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        if self.sampler == "grid":  # goes by the trial's number itself
            study.sampler = samplers.GridSampler(levels, seed=self.seed)
        else:
            kinds = {"random": samplers.RandomSampler, "tpe": samplers.TPESampler}
            study.sampler = kinds[self.sampler](seed=seed)
        return study.ask({f: distributions.CategoricalDistribution(v) for f, v in levels.items()})

    def _tell(self, study: Any, trial: Any, value: float) -> Any:
        from optuna.samplers import RandomSampler

        # GridSampler ends the study when it is told its last cell, which raises out here.
        study.sampler = RandomSampler()
        return study.tell(trial, value)

    @contextlib.contextmanager
    def _stored(self, path: Path | None, subject: str) -> Iterator[Any]:
        """Open this search's trials in an SQLite file. Only finished trials are ever written."""
        if path is None:
            yield None
            return
        about = repr((subject, {f: list(v) for f, v in self.levels.items()}, self.objective))
        digest = hashlib.sha256(about.encode()).hexdigest()[:12]
        name = f"{self.sampler} seed {self.seed} {self.objective} {digest}"
        store = RunStore(path.parent.name, path.parent.parent)
        with store.claim("search"), self._opened(path, name) as stored:
            yield stored

    @contextlib.contextmanager
    def _opened(self, path: Path, name: str) -> Iterator[Any]:
        from optuna.storages import RDBStorage
        from sqlalchemy.exc import SQLAlchemyError

        try:
            _check_header(path)
            storage = RDBStorage(f"sqlite:///{path.resolve()}")
        except (SQLAlchemyError, RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise OSError(f"{path} cannot be opened: {reason}; move it away") from None
        try:
            yield self._new_study(storage=storage, study_name=name, load_if_exists=True)
        finally:
            storage.remove_session()
            storage.engine.dispose()


def _check_header(path: Path) -> None:
    """Find a file of another kind before Optuna does, which then leaves it open."""
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                raise ValueError("it is no SQLite database")


@contextlib.contextmanager
def quiet_optuna() -> Iterator[None]:
    """Leave out the line that Optuna prints per trial; its warnings are still shown."""
    try:
        from optuna import logging
    except ImportError:
        raise ConfigError(
            "a search needs the package optuna: pip install 'mlp-core[studies]'"
        ) from None
    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        logging.set_verbosity(before)
