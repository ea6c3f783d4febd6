"""How the cost of an update grows with the hidden size and the batch size, and with what memory.

``make bench`` runs this after the comparison with peers.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from figures import parse_rounds, write_figures
from run import ENGINE, FLOOR, print_case, run_case
from work import Work

HIDDEN_SIZES = (16, 64, 256, 1024, 4096)
BATCH_SIZES = (8, 32, 128, 512, 2048, 8192)

# A whole run in a process of its own, which reports its peak memory in MiB as it ends.
MEMORY_PROBE = """
import resource, sys
from mlp_core import RunConfig, load_dataset, train
load_dataset("mnist")
loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
train(RunConfig(dataset="mnist", epochs=2))
print(loaded / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure_growth(rounds: int, budget_s: float) -> list[dict[str, Any]]:
    """Time the engine and the floor, one thread, over both axes."""
    works = [Work("mnist", (size,), 100) for size in HIDDEN_SIZES]
    works += [Work("mnist", (128,), size) for size in BATCH_SIZES]
    results = []
    for work in works:
        results.append(run_case(work, [ENGINE, FLOOR], 1, rounds, budget_s))
        print_case(results[-1])
    return results


def measure_memory() -> dict[str, float]:
    """Return the peak memory of a run on MNIST, in MiB: with the data loaded, and in all."""
    output = subprocess.run(
        [sys.executable, "-c", MEMORY_PROBE], capture_output=True, text=True, check=True
    ).stdout
    loaded, peak = (float(number) for number in output.split())
    return {"loaded_mib": loaded, "peak_mib": peak}


def main() -> None:
    """Measure and write the figures."""
    what, output = "seconds per contestant and round", "benchmark-growth.json"
    args = parse_rounds(__doc__, "budget", 0.3, what, output)
    cases, memory = measure_growth(args.rounds, args.budget), measure_memory()
    print(f"\n{memory}")
    write_figures(args.output, cases=cases, memory=memory)


if __name__ == "__main__":
    main()
