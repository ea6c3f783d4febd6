"""`make verify`: what takes longer than the tests, as a table and as results/verify.json.

It stands beside the tests, whose files made to hurt and tiny runs it uses, and is none of them:
`python tests/verify` runs every part, `--quick` a few cases of each, `--only PART` one of them,
and what the file says of the others stays.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / room) for room in ("verify", "data", ""))]

import parts  # noqa: E402

from mlp_core.files import whole_file  # noqa: E402
from mlp_core.training.environment import describe_environment  # noqa: E402


def main() -> int:
    """Run the parts, print their table, write the JSON; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few cases of each part")
    parser.add_argument("--only", choices=list(parts.PARTS), action="append", help="one part")
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "verify.json")
    options = parser.parse_args()
    names = options.only or list(parts.PARTS)
    rows = [row for row in _stored(options) if row["part"] not in names]
    print(f"{'case':<42} {'tried':>7} {'failed':>7}  worst")
    for name in names:
        started = time.perf_counter()
        for row in parts.PARTS[name](options.quick):
            rows.append({"part": name, **row._asdict()})
            print(f"{row.case:<42} {row.tried:>7} {row.failed:>7}  {row.worst}", flush=True)
        print(f"  {name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    rows.sort(key=lambda row: list(parts.PARTS).index(row["part"]))
    content = {"quick": options.quick, "environment": describe_environment("both"), "rows": rows}
    with whole_file(options.output) as file:
        file.write((json.dumps(content, indent=1) + "\n").encode())
    return int(any(row["failed"] for row in rows))


def _stored(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the rows that are there, of a verification that was as thorough."""
    if not options.output.exists():
        return []
    content = json.loads(options.output.read_text("utf-8"))
    return list(content["rows"]) if content["quick"] == options.quick else []


if __name__ == "__main__":
    sys.exit(main())
