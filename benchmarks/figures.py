"""How every benchmark leaves its figures: as JSON, with what machine they were taken on."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mlp_core.training.environment import describe_environment


def parse_rounds(about: str, unit: str, default: Any, what: str, output: str) -> Any:
    """Parse the command line of a benchmark in rounds: --rounds, how long one is, --output."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(f"--{unit}", type=type(default), default=default, help=what)
    parser.add_argument("--output", type=Path, default=Path("results") / output)
    return parser.parse_args()


def write_figures(output: Path, **figures: Any) -> None:
    """Write figures to a file, and say where."""
    content = {"environment": describe_environment("float32"), **figures}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {output}", file=sys.stderr)
