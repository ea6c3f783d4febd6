"""Grid, random and Bayesian search over the space of any study, with Optuna's samplers."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.studies.objective import is_maximized
from mlp_core.studies.space import Cell
from mlp_core.training import ConfigError

SAMPLERS = ("grid", "random", "tpe")
DEFAULT_TRIALS = 30

Evaluate = Callable[[list[Cell]], list[float]]


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
        A key of `mlp_core.studies.objective.OBJECTIVES`.
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
        return int(np.prod([len(labels) for labels in self.levels.values()]))

    def count(self, trials: int | None = None) -> int:
        """Return how many trials the search has: a grid is at most gone through once."""
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
        """Ask for cells until there are so many trials.

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

        Returns
        -------
        list of Trial
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
                values = evaluate([self._cell(trial.params) for trial in asked])
                for trial, value in zip(asked, values, strict=True):
                    told = self._tell(study, trial, value)
                    if stored:
                        stored.add_trial(told)
                done += batch
                if until and until(values[-1]):
                    break
            return [
                Trial(trial.number + 1, self._cell(trial.params), trial.value)
                for trial in study.trials
            ]

    def _cell(self, params: Mapping[str, str]) -> Cell:
        return tuple(params[name] for name in self.levels)

    def _new_study(self, **storage: Any) -> Any:
        import optuna

        return optuna.create_study(
            direction="maximize" if is_maximized(self.objective) else "minimize", **storage
        )

    def _ask(self, study: Any, number: int) -> Any:
        from optuna.distributions import CategoricalDistribution

        study.sampler = self._sampler(number)
        return study.ask({f: CategoricalDistribution(tuple(v)) for f, v in self.levels.items()})

    def _sampler(self, number: int) -> Any:
        from optuna.samplers import GridSampler, RandomSampler, TPESampler

        if self.sampler == "grid":  # goes by the trial's number itself
            return GridSampler({f: list(v) for f, v in self.levels.items()}, seed=self.seed)
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        return RandomSampler(seed) if self.sampler == "random" else TPESampler(seed=seed)

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
        from optuna.storages import RDBStorage
        from sqlalchemy.exc import SQLAlchemyError

        about = repr((subject, {f: list(v) for f, v in self.levels.items()}, self.objective))
        digest = hashlib.sha256(about.encode()).hexdigest()[:12]
        name = f"{self.sampler} seed {self.seed} {self.objective} {digest}"
        path.parent.mkdir(parents=True, exist_ok=True)
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
    """Leave out Optuna's line a trial; what it warns of is still shown."""
    try:
        import optuna
    except ImportError:
        raise ConfigError(
            "a search needs the package optuna: pip install 'mlp-core[studies]'"
        ) from None
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
