"""`mlp-core data` and `mlp-core info`: which data are here, how to get them, and what else is."""

from __future__ import annotations

import json
import sys
from typing import Any

from mlp_core.cli.flags import Commands, Options, add_command
from mlp_core.data import DataError, fetch_dataset, load_dataset
from mlp_core.data.sources import SOURCES, find_dataset, verify_dataset
from mlp_core.studies import find_results
from mlp_core.studies.runner import available_cores
from mlp_core.training.environment import describe_environment


def add_to(commands: Commands) -> None:
    """Add the command `data` with its actions."""
    text = "Get, check or find the data."
    actions = commands.add_parser("data", help=text, description=text).add_commands()
    for name, run in (("fetch", run_fetch), ("verify", run_verify)):
        add_command(actions, name, run).add_argument(
            "name",
            metavar="NAME",
            nargs="?",
            choices=list(SOURCES),
            default="mnist",
            help=f"one of {', '.join(SOURCES)} (default: mnist)",
        )
    add_command(actions, "info", run_data_info)


def add_info(commands: Commands) -> None:
    """Add the command `info`."""
    parser = add_command(commands, "info", run_info)
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead")


def run_fetch(options: Options) -> int:
    """Download a dataset's files where they are missing, and check their hashes."""
    try:
        folder = fetch_dataset(options.name, progress=sys.stderr.isatty())
    except DataError as error:
        print(f"mlp-core: {error}", file=sys.stderr)
        return 1
    print(f"{options.name} is in {folder}")
    return 0


def run_verify(options: Options) -> int:
    """Check a dataset's files against the known hashes; exit status 1 if one is wrong."""
    checks = verify_dataset(options.name)
    for check in checks:
        print(f"wrong  {check.problem}" if check.problem else f"ok     {check.path}")
    return int(any(check.problem for check in checks))


def run_data_info(_: Options) -> int:
    """Print which datasets there are and where they lie."""
    print(f"{load_dataset('digits').describe()}; comes with the package")
    for name in SOURCES:
        print(f"{name}: {_place(name)}")
    print(
        "Your own data: --dataset PATH of a folder (IDX files, or pictures), an npz or a CSV file"
    )
    return 0


def _place(name: str) -> str:
    """Return where a dataset is, or how to get it."""
    folder = find_dataset(name)
    return f"in {folder}" if folder else f"not here yet; get it with: mlp-core data fetch {name}"


def run_info(options: Options) -> int:
    """Print versions, BLAS, threads, processor, and where the data are."""
    facts = _facts()
    if options.json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name:<14} {value}")
    return 0


def _facts() -> dict[str, Any]:
    """Return what a figure on this machine depends on."""
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    environment = describe_environment("float32")
    return {
        **{n: v for n, v in environment.items() if n not in ("dtype", "date")},
        "cores": available_cores(),
        "blas_threads": f"{max((p['num_threads'] for p in pools), default=1)}; a run uses 1",
        "digits": "comes with the package",
        **{name: _place(name) for name in SOURCES},
        "results": str(find_results()),
    }
