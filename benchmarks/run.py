"""Speed against peers and against the floor, interleaved, in one run: ``make bench``.

Every contestant lives in a process of its own and works only when it is its turn, so that a
drift of the machine's speed meets all alike. A ratio is the median over the rounds of the
ratio within a round.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import os
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from figures import write_figures
from work import Work

CASES = [
    *(Work("mnist", sizes, batch) for sizes in ((128,), (256, 128)) for batch in (100, 16, 1000)),
    Work("digits", (32,), 32),
]
LOSS_TOLERANCE = 0.02  # relative; float32 sums in another order drift apart a little
ENGINE, FLOOR = "mlp_core", "floor"


def contestant_process(name: str, work: dict[str, Any], cores: int, pipe: Connection) -> None:
    """Build a contestant, then make as many updates as asked until told to stop."""
    pin_to(cores)
    from contestants import CONTESTANTS
    from work import loss_of, prepare

    try:
        task = Work(**work)
        materials = prepare(task)
        contestant = CONTESTANTS[name](task, materials)
    except ImportError as error:
        pipe.send(("absent", str(error)))
        return
    contestant.run(materials.batches(task.batch_size, task.check_updates, seed=1))
    loss = loss_of(contestant.layers(), materials) if contestant.learns else None
    pipe.send(("ready", loss))
    round_number = 1
    while (updates := pipe.recv()) is not None:
        round_number += 1
        batches = materials.batches(task.batch_size, updates, seed=round_number)
        started = time.perf_counter()
        contestant.run(batches)
        pipe.send(1000 * (time.perf_counter() - started) / updates)


def pin_to(cores: int) -> None:
    """Keep the process on so many cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def limit_threads(cores: int) -> None:
    """Tell every library; processes begun from now on read it when they load their libraries."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(cores)
    if cores == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    else:
        os.environ.pop("XLA_FLAGS", None)


class Rival:
    """A contestant's process as seen from outside."""

    def __init__(self, name: str, work: Work, cores: int) -> None:
        self.name = name
        limit_threads(cores)
        context = mp.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        arguments = (name, work.to_dict(), cores, theirs)
        self._process = context.Process(target=contestant_process, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        try:
            state, value = self._pipe.recv()
        except EOFError:
            raise SystemExit(f"{name}: its process ended early, for the reason above") from None
        self.absent = str(value) if state == "absent" else None
        self.loss = value if state == "ready" else None
        self.times: list[float] = []

    def time(self, updates: int) -> float:
        """Make updates; return the milliseconds per update."""
        self._pipe.send(updates)
        return float(self._pipe.recv())

    def stop(self) -> None:
        """End the process."""
        if self.absent is None:
            self._pipe.send(None)
        self._process.join(10)


def run_case(work: Work, names: list[str], cores: int, rounds: int, budget_s: float) -> dict:
    """Run one case: all contestants in turn, round after round."""
    rivals = [Rival(name, work, cores) for name in names]
    present = [rival for rival in rivals if rival.absent is None]
    check_losses(present)
    updates = {r.name: updates_for(r, budget_s) for r in present}
    for _ in range(rounds):
        for rival in present:
            rival.times.append(rival.time(updates[rival.name]))
    for rival in rivals:
        rival.stop()
    return {
        "case": work.label,
        **work.to_dict(),
        "cores": cores,
        "rounds": rounds,
        "absent": {r.name: r.absent for r in rivals if r.absent is not None},
        "contestants": {r.name: describe(r, present) for r in present},
    }


def updates_for(rival: Rival, budget_s: float) -> int:
    """Return how many updates fill the budget, after a warm-up of as many."""
    rival.time(20)
    updates = max(20, round(1000 * budget_s / rival.time(20)))
    rival.time(updates)
    return updates


def check_losses(rivals: list[Rival]) -> None:
    """Fail unless all that learn have reached the same loss by the same updates."""
    losses = {rival.name: rival.loss for rival in rivals if rival.loss is not None}
    expected = losses[ENGINE]
    for name, loss in losses.items():
        if abs(loss - expected) > LOSS_TOLERANCE * expected:
            raise SystemExit(f"{name} reached the loss {loss}, not {expected}: not the same work")


def describe(rival: Rival, present: list[Rival]) -> dict[str, Any]:
    """Return a contestant's times and the ratios of the engine's to them."""
    engine = next(r for r in present if r.name == ENGINE)
    ratios = [a / b for a, b in zip(engine.times, rival.times, strict=True)]
    low, _, high = statistics.quantiles(rival.times, n=4)
    return {
        "ms_per_update": statistics.median(rival.times),
        "quartiles": [low, high],
        "engine_ratio": statistics.median(ratios),
        "loss": rival.loss,
    }


def print_case(result: dict) -> None:
    """Print a case as a table."""
    print(f"\n{result['case']}, {result['cores']} core(s)")
    print(f"  {'':<18}{'ms per update':>14}{'quartiles':>20}{'mlp_core / it':>16}")
    for name, row in result["contestants"].items():
        low, high = row["quartiles"]
        print(
            f"  {name:<18}{row['ms_per_update']:>14.4f}{f'{low:.4f} to {high:.4f}':>20}"
            f"{row['engine_ratio']:>16.3f}"
        )
    for name, reason in result["absent"].items():
        print(f"  {name:<18}absent: {reason}")


def main() -> None:
    """Run all cases and write the figures."""
    from contestants import CONTESTANTS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--budget", type=float, default=0.4, help="seconds per contestant and round"
    )
    parser.add_argument("--only", default="", help="cases whose label contains this text")
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS))
    parser.add_argument("--cores", type=int, nargs="*", default=[1, os.cpu_count() or 1])
    parser.add_argument("--output", type=Path, default=Path("results/benchmark.json"))
    args = parser.parse_args()
    names = [name for name in CONTESTANTS if name in {ENGINE, FLOOR, *args.contestants}]
    results = []
    for cores in dict.fromkeys(args.cores):
        for work in CASES:
            if args.only in work.label:
                results.append(run_case(work, names, cores, args.rounds, args.budget))
                print_case(results[-1])
    write_figures(args.output, cases=results)


if __name__ == "__main__":
    main()
