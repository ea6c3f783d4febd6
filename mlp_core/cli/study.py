"""`mlp-core study`: the catalogue's studies, listed, shown, counted and exported."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import Positional, arg, subcommand

from mlp_core.cli.find_study import find_study
from mlp_core.cli.study_run import StudyRun
from mlp_core.cli.study_search import StudySearch
from mlp_core.studies import STUDIES, RunStore, Study, find_results, load_runs
from mlp_core.studies.study import Levels
from mlp_core.training import Run

Name = Annotated[Positional[str], arg(metavar="NAME", help="name of a study")]
Results = Annotated[
    Path | None,
    arg(
        metavar="DIR",
        help="folder of results",
        help_behavior_hint="(default: the nearest folder named results)",
    ),
]


@dataclass
class StudyList:
    """List all studies: name, number of runs, question."""

    def run(self) -> int:
        """Print a line a study."""
        for study in STUDIES.values():
            print(f"{study.name:<24} {len(study.configs()):>4} runs   {study.question}")
        return 0


@dataclass
class StudyShow:
    """Show what a study varies, and what it keeps."""

    name: Name
    results: Results = None

    def run(self) -> int:
        """Print the study's data."""
        study = find_study(self.name)
        stored, _ = _count(study, self.results)
        print(f"{study.name}: {study.question}\n")
        for field, value in study.base.items():
            print(_line(field, [str(value)]))
        for number, grid in enumerate(study.grids if study.factors else ()):
            print(f"varies{f' ({number + 1})' if len(study.grids) > 1 else ''}")
            for factor, levels in grid.items():
                print(_line(factor, _texts(levels)))
        print(f"seeds {_seeds_text(study.seeds)}")
        print(f"{len(study.configs())} runs, {stored} stored")
        return 0


def _line(name: str, texts: list[str]) -> str:
    """Return a name and its values, in lines that a terminal has room for."""
    # A value with spaces in it stays in one piece.
    text = ", ".join(text.replace(" ", "\0") for text in texts)
    first, others = f"  {name:<24} ", " " * 27
    filled = textwrap.fill(
        text,
        width=100,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace("\0", " ")


def _texts(levels: Levels) -> list[str]:
    """Return each level's label; of one that stands for several fields, these as well."""
    if not isinstance(levels, Mapping):
        return [str(level) for level in levels]
    return [_compound_text(label, fields) for label, fields in levels.items()]


def _compound_text(label: str, fields: Mapping[str, Any]) -> str:
    if not fields or (len(fields) == 1 and label.endswith(str(*fields.values()))):
        return label
    return f"{label} ({', '.join(f'{name}={value}' for name, value in fields.items())})"


def _seeds_text(seeds: Sequence[int]) -> str:
    """Return the seeds; many in a row by the first and the last."""
    numbers = list(seeds)
    if len(numbers) > 5 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(str(number) for number in numbers)


@dataclass
class StudyStatus:
    """Count, for every study, the runs that are stored and the core-hours they took."""

    results: Results = None

    def run(self) -> int:
        """Print a table, with totals."""
        rows = [(s.name, *_count(s, self.results), len(s.configs())) for s in STUDIES.values()]
        totals = [sum(column) for column in list(zip(*rows, strict=True))[1:]]
        print(f"{'study':<24} {'stored':>11} {'core-hours':>11}")
        for name, stored, hours, total in [*rows, ("all", *totals)]:
            print(f"{name:<24} {f'{stored:.0f}/{total:.0f}':>11} {hours:>11.2f}")
        return 0


@dataclass
class StudyExport:
    """Write a study's stored runs as CSV (one row a run) or JSON (with their histories)."""

    name: Name
    format: Literal["csv", "json"] = "csv"
    """csv or json"""
    output: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """file to write; standard output if not given"""
    results: Results = None

    def run(self) -> int:
        """Write the runs."""
        runs = load_runs(find_study(self.name).name, self.results)
        text = to_csv(runs) if self.format == "csv" else to_json(runs)
        if self.output is None:
            print(text, end="")
        else:
            self.output.write_text(text, encoding="utf-8", newline="")
        return 0


@dataclass
class Studies:
    """Make and look at studies: many runs that answer one question."""

    action: Annotated[
        Annotated[StudyList, subcommand("list")]
        | Annotated[StudyShow, subcommand("show")]
        | Annotated[StudyRun, subcommand("run")]
        | Annotated[StudySearch, subcommand("search")]
        | Annotated[StudyStatus, subcommand("status")]
        | Annotated[StudyExport, subcommand("export")],
        arg(name=""),
    ]

    def run(self) -> int:
        """Run the action."""
        return self.action.run()


def _count(study: Study, root: Path | None) -> tuple[int, float]:
    """Return how many of a study's runs are stored, and the core-hours that they took."""
    asked = {config.run_id for config in study.configs()}
    store = RunStore(study.name, root or find_results())
    durations = [run.duration_s for run in store if run.config.run_id in asked]
    return len(durations), sum(durations) / 3600


def to_csv(runs: list[Run]) -> str:
    """Return one row a run: every config field, then the figures of the summary."""
    text = io.StringIO()
    rows = [{**run.config.to_dict(), **run.summary, "epochs": run.config.epochs} for run in runs]
    for row in rows:
        row["hidden_sizes"] = " ".join(str(size) for size in row["hidden_sizes"])
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_json(runs: list[Run]) -> str:
    """Return a list of everything that is stored, a run a line."""
    lines = ",\n".join(json.dumps(run.to_dict(), allow_nan=False) for run in runs)
    return f"[\n{lines}\n]\n"
