"""`mlp-core data`: MNIST's files and the digits that come with the package."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg, subcommand

from mlp_core.data import DataError, fetch_mnist, find_mnist, load_dataset, verify_mnist


@dataclass
class Fetch:
    """Download MNIST's four files where they are missing, and check their hashes."""

    def run(self) -> int:
        """Download, and say where the files are."""
        try:
            folder = fetch_mnist(progress=sys.stderr.isatty())
        except DataError as error:
            print(f"mlp-core: {error}", file=sys.stderr)
            return 1
        print(f"MNIST is in {folder}")
        return 0


@dataclass
class Verify:
    """Check MNIST's four files against the known hashes; exit status 1 if one is wrong."""

    def run(self) -> int:
        """Check, and print a line a file."""
        checks = verify_mnist()
        for check in checks:
            print(f"ok     {check.path}" if check.ok else f"wrong  {check.message}")
        return 0 if all(check.ok for check in checks) else 1


@dataclass
class DataInfo:
    """Say which datasets there are and where they lie."""

    def run(self) -> int:
        """Print a line a dataset."""
        print(f"{load_dataset('digits').describe()}; comes with the package")
        print(f"mnist: {describe_mnist()}")
        print("Any folder of IDX files with MNIST's names is a dataset too: --dataset FOLDER")
        return 0


@dataclass
class Data:
    """Get, check or find the data."""

    action: Annotated[
        Annotated[Fetch, subcommand("fetch")]
        | Annotated[Verify, subcommand("verify")]
        | Annotated[DataInfo, subcommand("info")],
        arg(name=""),
    ]

    def run(self) -> int:
        """Run the action."""
        return self.action.run()


def describe_mnist() -> str:
    """Say where MNIST is, or how to get it."""
    folder = find_mnist()
    return f"in {folder}" if folder else "not here yet; get it with: mlp-core data fetch"
