"""`mlp-core study run`: makes a study's runs, or smaller or other ones in their place."""

from __future__ import annotations

import dataclasses
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from mlp_core.cli.flags import (
    Commands,
    Integers,
    Options,
    Parser,
    add_command,
    add_field,
    given_fields,
)
from mlp_core.cli.progress import Progress, counted, executor_at, interruptible
from mlp_core.data import DATASETS, load_dataset
from mlp_core.studies import STUDIES, RunStore, Study, find_results, missing, run_missing
from mlp_core.studies.own import read_study
from mlp_core.studies.runner import estimate_cost
from mlp_core.training import ConfigError, RunConfig, planned_run_id
from mlp_core.training.legal import integer

MY_RESULTS = Path("my-results")
_CATALOGUE = "as in the catalogue"
_OVERRIDES = ("dataset", "epochs")


def add_to(actions: Commands) -> None:
    """Add the action `run`."""
    parser = add_command(actions, "run", run_studies)
    parser.add_argument("names", metavar="NAME", nargs="*", help="names of studies, or TOML files")
    add_run_flags(parser)
    add_results_flag(parser)
    parser.add_argument("--all", action="store_true", help="run every study")


def add_run_flags(parser: Parser) -> None:
    """Add the flags that change a study's runs, or say where they are made."""
    for name in _OVERRIDES:
        add_field(parser, name, default=_CATALOGUE)
    seeds = f"a run of every cell for each of them (default: {_CATALOGUE})"
    parser.add_argument("--seeds", action=Integers, default=(), help=seeds)
    dask = "address of a Dask scheduler whose workers make the runs (default: none)"
    parser.add_argument("--dask", metavar="ADDRESS", help=dask)


def add_results_flag(
    parser: Parser,
    text: str = "folder of results",
    default: str = "the nearest folder named results",
) -> None:
    """Add the flag that says where runs are stored."""
    help = f"{text} (default: {default})"
    parser.add_argument("--results", metavar="DIR", type=Path, help=help)


def run_studies(options: Options) -> int:
    """Make the runs that are not stored yet, one process per core.

    Every run is stored when it is finished: Ctrl-C loses none, and the same command goes on.
    With --dataset, --epochs or --seeds, or from a TOML file, the runs are not those of the
    catalogue; they are stored in my-results, so that the report's own results stay as they are.
    """
    if options.all == bool(options.names):
        raise ConfigError("name studies or give --all (see mlp-core study list)")
    changes = overrides(options)
    own = changes or options.seeds or any(name not in STUDIES for name in options.names)
    root = options.results or (MY_RESULTS if own else find_results())
    studies = [with_seeds(find_study(name), options) for name in options.names or STUDIES]
    tasks = [_task(study, changes, root) for study in studies]
    costs = [(planned_run_id(config), cost(config)) for task in tasks for config in task.todo]
    progress = Progress(costs)
    with (
        interruptible(lambda: progress.made),
        executor_at(options.dask) as executor,
        progress,
    ):
        made = [
            run_missing(todo, store, study.callbacks, executor, progress.report)
            for study, (store, todo, *_) in zip(studies, tasks, strict=True)
        ]
    for study, task, number in zip(studies, tasks, made, strict=True):
        before = task.before + len(task.todo) - number  # another process may have made some
        print(
            f"{study.name}: {counted(number, 'run')} made, "
            f"{before} {'was' if before == 1 else 'were'} stored before{task.notes}; "
            f"in {task.store.folder}"
        )
    return 0


class _Task(NamedTuple):
    """A study's store, the runs missing there, how many are not, and what else is to be said."""

    store: RunStore
    todo: list[RunConfig]
    before: int
    notes: str


def _task(study: Study, changes: dict[str, Any], root: Path) -> _Task:
    store = RunStore(study.name, root)
    asked = study.configs(**changes)
    configs = [config for config in asked if fits(config)]
    stored = {run.run_id: run.config for run in store}
    todo = missing(configs, store, stored)
    planned = {planned_run_id(config) for config in configs}
    before = len(planned & stored.keys())
    notes = ""
    if skipped := len(asked) - len(configs):
        notes += f", {skipped} left out (train_size is more than the dataset has)"
    if broken := len(planned) - len(todo) - before:
        notes += f", {broken} left out (their files cannot be read: move them away first)"
    own = [config for config in configs if config.dataset not in DATASETS]
    if others := [run_id for run_id in stored.keys() - planned if stored[run_id] in own]:
        notes += f", {len(others)} with the same settings are of other data"
    return _Task(store, todo, before, notes)


def find_study(name: str) -> Study:
    """Return the study of that name or TOML file, or raise a ConfigError."""
    if name.endswith(".toml"):
        return read_study(name)
    if name in STUDIES:
        return STUDIES[name]
    near = [known for known in STUDIES if name in known] or get_close_matches(name, STUDIES)
    hint = f"; perhaps you meant {' or '.join(near)}" if near else ""
    raise ConfigError(f"there is no study {name!r}{hint} (see mlp-core study list)")


def overrides(options: Options) -> dict[str, Any]:
    """Return the config fields that replace the catalogue's."""
    return given_fields(options, _OVERRIDES)


def with_seeds(study: Study, options: Options) -> Study:
    """Return the study with the seeds asked for."""
    for seed in options.seeds:
        integer(0).check("seeds", seed)
    return dataclasses.replace(study, seeds=options.seeds) if options.seeds else study


def fits(config: RunConfig) -> bool:
    """Return whether the dataset has as many training examples as the config asks for."""
    asked = config.train_size
    if asked is None:
        return True
    return asked <= load_dataset(config.dataset).train_size - config.validation_size


def cost(config: RunConfig) -> float:
    """Return a run's estimated cost; fetches the data, before there are many processes."""
    dataset = load_dataset(config.dataset)
    return estimate_cost(config, dataset.train_size, dataset.in_features)
