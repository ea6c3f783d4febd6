"""`mlp-core study`: the catalogue's studies, listed, shown, counted and exported."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from mlp_core.cli import study_run, study_search
from mlp_core.cli.flags import Commands, Options, add_command
from mlp_core.cli.study_run import MY_RESULTS, add_results_flag, find_study
from mlp_core.files import whole_file
from mlp_core.studies import STUDIES, RunStore, StoreWarning, Study, find_results, load_runs
from mlp_core.studies.catalogue import Levels
from mlp_core.studies.export import to_csv, to_json
from mlp_core.studies.runner import estimate_cost
from mlp_core.training import planned_run_id


def add_to(commands: Commands) -> None:
    """Add the command `study` with its actions."""
    text = "Make and look at studies: many runs that answer one question."
    actions = commands.add_parser("study", help=text, description=text).add_commands()
    add_command(actions, "list", run_list)
    show = add_command(actions, "show", run_show)
    study_run.add_to(actions)
    study_search.add_to(actions)
    status = add_command(actions, "status", run_status)
    export = add_command(actions, "export", run_export)
    for parser in (show, export):
        parser.add_argument("name", metavar="NAME", help="name of a study, or a TOML file")
    for parser in (show, status, export):
        add_results_flag(parser)
    export.add_argument(
        "--format", choices=["csv", "json"], default="csv", help="csv or json (default: csv)"
    )
    export.add_argument(
        "--output", metavar="FILE", type=Path, help="file to write; standard output if not given"
    )


def run_list(_: Options) -> int:
    """List all studies: name, number of runs, question."""
    for study in STUDIES.values():
        print(f"{study.name:<24} {len(study.configs()):>4} runs   {study.question}")
    return 0


def run_show(options: Options) -> int:
    """Show what a study varies, and what it keeps."""
    study = find_study(options.name)
    stored = int(_status(study, _root(options))[0])
    print(f"{study.name}: {study.question}\n")
    for field, value in study.base.items():
        print(_line(field, [str(value)]))
    for number, grid in enumerate(study.grids if study.factors else (), start=1):
        print(f"varies ({number})" if len(study.grids) > 1 else "varies")
        for factor, levels in grid.items():
            print(_line(factor, _labels(levels)))
    print(f"seeds {_seeds_text(study.seeds)}")
    print(f"{len(study.configs())} runs, {stored} stored")
    return 0


def _line(name: str, texts: list[str]) -> str:
    """Return a name and its values, in lines that a terminal has room for."""
    # A value with spaces in it stays in one piece.
    text = ", ".join(text.replace(" ", "\0") for text in texts)
    filled = textwrap.fill(
        text,
        width=100,
        initial_indent=f"  {name:<24} ",
        subsequent_indent=" " * 27,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace("\0", " ")


def _labels(levels: Levels) -> list[str]:
    """Return each level's label; of one that stands for several fields, these as well."""
    if not isinstance(levels, Mapping):
        return [str(level) for level in levels]
    return [_compound_label(label, fields) for label, fields in levels.items()]


def _compound_label(label: str, fields: Mapping[str, Any]) -> str:
    if not fields or (len(fields) == 1 and label.endswith(str(*fields.values()))):
        return label
    return f"{label} ({', '.join(f'{name}={value}' for name, value in fields.items())})"


def _seeds_text(seeds: Sequence[int]) -> str:
    """Return the seeds; many in a row by the first and the last."""
    numbers = list(seeds)
    if len(numbers) > 5 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(str(number) for number in numbers)


def run_status(options: Options) -> int:
    """Count, for every study, the runs that are stored, their core-hours, and those to come.

    What is to come is estimated, from the speed of all that is stored.
    """
    root = options.results or find_results()
    if not root.is_dir():
        warnings.warn(f"there is no folder {root} yet: a first run makes it", StoreWarning, 2)
    rows = {study.name: _status(study, root) for study in STUDIES.values()}
    rows["all"] = [sum(column) for column in zip(*rows.values(), strict=True)]
    _, _, all_hours, done, _ = rows["all"]
    print(f"{'study':<32} {'stored':>11} {'core-hours':>11} {'to come':>11}")
    for name, (stored, total, hours, _, left) in rows.items():
        to_come = f"{left * all_hours / done:.2f}" if done else "-"
        print(f"{name:<32} {f'{stored:.0f}/{total:.0f}':>11} {hours:>11.2f} {to_come:>11}")
    print("of runs stored without their processor time, core-hours are wall time, pauses included")
    return 0


def _status(study: Study, root: Path | None) -> list[float]:
    """Return stored runs, all runs, core-hours, and the arithmetic of what is stored and is not."""
    costs = {planned_run_id(config): estimate_cost(config) for config in study.configs()}
    store = RunStore(study.name, root or find_results())
    stored = {run.run_id: run.core_s for run in store if run.run_id in costs}
    done = sum(costs[run_id] for run_id in stored)
    hours = sum(stored.values()) / 3600
    return [len(stored), len(costs), hours, done, sum(costs.values()) - done]


def _root(options: Options) -> Path | None:
    """Return the folder of results: that asked for, or where a study of one's own is stored."""
    own = MY_RESULTS if options.name.endswith(".toml") else None
    return cast(Path | None, options.results or own)


def run_export(options: Options) -> int:
    """Write a study's stored runs as CSV (one row per run) or JSON (with their histories)."""
    name = find_study(options.name).name
    runs = load_runs(name, _root(options))
    text = to_csv(runs) if options.format == "csv" else to_json(name, runs) + "\n"
    if options.output is None:
        print(text, end="")
    else:
        with whole_file(options.output) as file:
            file.write(text.encode())
    return 0
