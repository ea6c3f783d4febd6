"""What a sweep costs beside its runs: one process against two, and the bookkeeping of a run."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from figures import write_figures

from mlp_core import RunConfig
from mlp_core.studies import RunStore, run_missing


def time_sweep(processes: int, runs: int, epochs: int) -> dict[str, float]:
    """Make some runs on MNIST; return wall time and the sum of the runs' own durations."""
    configs = [RunConfig(dataset="mnist", epochs=epochs, seed=seed) for seed in range(runs)]
    made: list[float] = []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(processes) as pool:
        warm = [RunConfig(dataset="mnist", epochs=1, seed=1000 + i) for i in range(processes)]
        run_missing(warm, RunStore("warm", folder), executor=pool)
        started = time.perf_counter()
        run_missing(
            configs,
            RunStore("timed", folder),
            executor=pool,
            report=lambda run: made.append(run.duration_s),
        )
        wall = time.perf_counter() - started
    return {"wall_s": wall, "runs_s": sum(made)}


def main() -> None:
    """Measure in turn and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("results/benchmark-sweeps.json"))
    args = parser.parse_args()
    rounds: list[dict[str, Any]] = []
    for _ in range(args.rounds):
        one, two = (time_sweep(p, args.runs, args.epochs) for p in (1, 2))
        rounds.append(
            {
                "one": one,
                "two": two,
                "speedup": one["wall_s"] / two["wall_s"],
                "bookkeeping_ms_a_run": 1000 * (one["wall_s"] - one["runs_s"]) / args.runs,
            }
        )
        print(rounds[-1], flush=True)
    write_figures(
        args.output,
        rounds=rounds,
        speedup=statistics.median(r["speedup"] for r in rounds),
        bookkeeping_ms_a_run=statistics.median(r["bookkeeping_ms_a_run"] for r in rounds),
    )


if __name__ == "__main__":
    main()
