"""`mlp-core study search`: looks for the best cell of a study's space."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from mlp_core.cli.flags import Commands, Options, add_command, reader
from mlp_core.cli.progress import Progress, counted, executor_at, interruptible
from mlp_core.cli.study_run import (
    MY_RESULTS,
    add_results_flag,
    add_run_flags,
    cost,
    find_study,
    fits,
    overrides,
    with_seeds,
)
from mlp_core.studies import RunStore, Study, find_results
from mlp_core.studies.search import (
    DEFAULT_TRIALS,
    OBJECTIVES,
    SAMPLERS,
    Cell,
    Search,
    Space,
    StoredObjective,
    Trial,
)
from mlp_core.training import planned_run_id


def add_to(actions: Commands) -> None:
    """Add the action `search`."""
    parser = add_command(actions, "search", run_search)
    parser.add_argument("name", metavar="NAME", help="name of a study")
    add_run_flags(parser)
    add_results_flag(parser, "folder for what is made", str(MY_RESULTS))
    trials = f"how many in all, with those made before (default: {DEFAULT_TRIALS}; grid: all cells)"
    parser.add_argument("--trials", metavar="INT", type=reader(int), help=trials)
    for flag, convert, default, text in (
        ("--sampler", str, "tpe", f"one of {', '.join(SAMPLERS)}"),
        ("--objective", str, "test_accuracy", f"one of {', '.join(OBJECTIVES)}"),
        ("--seed", int, 0, "of the search, not of its runs"),
    ):
        parser.add_argument(
            flag,
            metavar="INT" if convert is int else "TEXT",
            type=reader(convert),
            default=default,
            help=f"{text} (default: {default})",
        )


def run_search(options: Options) -> int:
    """Search a study's factors for the best cell, trial by trial.

    A trial's value is the mean over the study's seeds; runs that are stored are not made again,
    so a search over a finished study costs nothing. What is made is stored in my-results, beside
    the search's own file: the same command goes on where it was, and the report's results stay
    as they are.
    """
    study = with_seeds(find_study(options.name), options)
    space = Space.of(study, overrides(options), fits)
    levels = {factor: list(labels) for factor, labels in space.factors.items()}
    search = Search(levels, options.sampler, options.objective, options.seed)
    total = search.count(options.trials)
    store = RunStore(study.name, options.results or MY_RESULTS)
    also = [] if options.results else [RunStore(study.name, find_results())]
    values = StoredObjective(space, options.objective, store, also, callbacks=study.callbacks)
    with interruptible(lambda: values.made), executor_at(options.dask) as executor:
        values.executor = executor
        trials = search.run(
            partial(_evaluate, values),
            total,
            storage=store.folder / "search.sqlite",
            subject=space.describe(),
        )
    print(_outcome(study, search, trials, values.made))
    return 0


def _evaluate(values: StoredObjective, cells: list[Cell]) -> list[float]:
    """Return the values of cells, with a bar for many and a line for one."""
    todo = [(planned_run_id(config), cost(config)) for config in values.missing(cells)]
    if len(cells) > 1:
        with Progress(todo) as progress:
            values.report = progress.report
            return values(cells)
    (value,) = values(cells)
    made = f" ({counted(len(todo), 'run')} made)" if todo else ""
    print(f"{', '.join(cells[0])}: {value:.5g}{made}", file=sys.stderr, flush=True)
    return [value]


def _outcome(study: Study, search: Search, trials: Sequence[Trial], made: int) -> str:
    """Return what a search found, in a few lines."""
    best = search.best(trials)
    tried = len({trial.cell for trial in trials})
    seeds = len(study.seeds)
    mean = f", mean of {seeds} seeds" if seeds > 1 else ""
    lines = [
        f"{study.name}: {counted(len(trials), 'trial')} by {search.sampler}, "
        f"{tried} of {counted(search.cells, 'cell')}, {counted(made, 'run')} made",
        f"best {search.objective} {best.value:.5g}{mean}, first in trial {best.number}",
        *(f"  {name:<24} {label}" for name, label in zip(search.levels, best.cell, strict=True)),
    ]
    return "\n".join(lines)
