"""The parts of `make verify`: each takes whether to be quick and yields the rows of its table."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import determinism
import mutants
import numpy as np
from hostile import HOSTILE, PEAK, READ, write

from mlp_core import Model, RunConfig, load_dataset, train
from mlp_core.data import DataError
from mlp_core.nn import GELU, LogSoftmax, Sigmoid, Tanh, make_loss
from mlp_core.studies import RunStore
from mlp_core.studies.own import read_study
from mlp_core.studies.store import decode, encode
from mlp_core.training import Checkpoint, ConfigError, ModelError
from mlp_core.training.checkpoint import Snapshot

ROOT = Path(__file__).resolve().parents[2]


class Row(NamedTuple):
    """A line of the table."""

    case: str
    tried: int
    failed: int
    worst: str


# --- parity ---------------------------------------------------------------------------------------


def parity(quick: bool) -> Iterator[Row]:
    """Train random networks in float64 beside PyTorch: same weights, same batches."""
    try:
        import torch
    except ImportError:
        yield Row("parity with PyTorch", 0, 0, "left out: PyTorch is not installed")
        return
    import torch_twin

    torch.set_num_threads(1)
    gaps = [torch_twin.gap(seed) for seed in range(5 if quick else 300)]
    failed = sum(not gap <= limit for gap, limit in gaps)
    worst = max(gap / limit for gap, limit in gaps)
    yield Row("parity with PyTorch, float64", len(gaps), failed, f"{worst:.2g} of the tolerance")


# --- numerics -------------------------------------------------------------------------------------


def numerics(quick: bool) -> Iterator[Row]:
    """Compare values and slopes with mpmath (or numpy.longdouble), in eps; bounds as measured."""
    try:
        import mpmath as exact

        exact.mp.dps = 60
        kind = "mpmath"
    except ImportError:
        exact, kind = None, "longdouble"
    for (name, layer, bounds), dtype in itertools.product(_FUNCTIONS, ("float32", "float64")):
        near = np.linspace(-30, 30, 101 if quick else 3001)
        far = (
            np.array([1e3, 1e10, 1e20, 1e37])
            if dtype == "float32"
            else 10.0 ** np.arange(3, 308, 20)
        )
        x = np.concatenate([near, far, -far]).astype(dtype)
        built = layer(len(x))
        built.resize(1, dtype)
        with np.errstate(all="ignore"):
            value = built.forward(x[None].copy())[0].copy()
            slope = built.backward(np.ones((1, len(x)), dtype))[0]
        truth = [_EXACT[name](float(each), exact) for each in x]
        for what, found, place, bound in (
            ("value", value, 0, bounds[0]),
            ("slope", slope, 1, bounds[1]),
        ):
            true = np.array([float(each[place]) for each in truth])
            error = np.abs(found - true) / np.maximum(np.abs(true), 1) / np.finfo(dtype).eps
            failed = int((~(error <= bound)).sum())
            yield Row(
                f"{name}, {what}, {dtype} ({kind})", len(x), failed, f"{np.nanmax(error):.2g} eps"
            )
    yield _non_finite(quick)


_FUNCTIONS = [("gelu", GELU, (2, 40)), ("sigmoid", Sigmoid, (2, 2)), ("tanh", Tanh, (2, 3))]


def _functions(exact: Any) -> Any:
    wide = np.longdouble
    if exact is None:
        return wide, np.exp, np.sqrt(2 / wide("3.14159265358979323846264338327950288"))
    return exact.mpf, exact.exp, exact.sqrt(2 / exact.pi)


def _sigmoid(x: float, exact: Any) -> tuple[Any, Any]:
    wide, exp, _ = _functions(exact)
    small = exp(-min(abs(wide(x)), wide(11000)))
    share, other = 1 / (1 + small), small / (1 + small)
    return (share if x >= 0 else other), share * other


def _tanh(x: float, exact: Any) -> tuple[Any, Any]:
    value, slope = _sigmoid(2 * x, exact)
    return 2 * value - 1, 4 * slope


def _gelu(x: float, exact: Any) -> tuple[Any, Any]:
    wide, _, c = _functions(exact)
    if abs(x) > 1000:
        return (x, 1.0) if x > 0 else (0.0, 0.0)
    a, wide_x = wide("0.044715"), wide(x)
    share, slope = (
        _sigmoid(float("nan"), exact)
        if x != x
        else _wide_sigmoid(2 * c * (wide_x + a * wide_x**3), exact)
    )
    return wide_x * share, share + wide_x * slope * 2 * c * (1 + 3 * a * wide_x**2)


def _wide_sigmoid(u: Any, exact: Any) -> tuple[Any, Any]:
    wide, exp, _ = _functions(exact)
    small = exp(-min(abs(u), wide(11000)))
    share, other = 1 / (1 + small), small / (1 + small)
    return (share if u >= 0 else other), share * other


_EXACT = {"sigmoid": _sigmoid, "tanh": _tanh, "gelu": _gelu}


def _non_finite(quick: bool) -> Row:
    """Count where a loss or its slope is not finite, for logits up to 1e30, and should be."""
    rng, failed, tried = np.random.default_rng(0), 0, 50 if quick else 2000
    for _ in range(tried):
        dtype = rng.choice(["float32", "float64"])
        logits = (rng.normal(size=(8, 5)) * 10.0 ** rng.uniform(-30, 18)).astype(dtype)
        for name in ("cross_entropy", "hinge", "mse", "nll", "log_softmax_mse"):
            loss, outputs = make_loss(name), logits
            with np.errstate(all="ignore"):
                if loss.on_log_softmax:
                    layer = LogSoftmax(5)
                    layer.resize(8, dtype)
                    outputs = layer.forward(logits.copy())
                losses = loss.forward(outputs, np.arange(8) % 5)
                failed += not (np.isfinite(losses).all() and np.isfinite(loss.backward()).all())
    return Row("losses and slopes are finite", 5 * tried, failed, "-")


# --- kills ----------------------------------------------------------------------------------------


def kills(quick: bool) -> Iterator[Row]:
    """Kill `train --checkpoint` and `study run` at random moments; go on; compare with no kill."""
    chance, tried, failed = random.Random(0), 2 if quick else 50, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = ["train", "--epochs", "60", "--history", "h.csv", "--checkpoint", "c.npz"]
        _call(command, folder)
        expected = (folder / "h.csv").read_bytes()
        for _ in range(tried):
            for path in folder.iterdir():
                path.unlink()
            _kill(command, folder, chance.uniform(0.3, 1.5))
            resume = ["--resume", "c.npz"] if (folder / "c.npz").exists() else []
            _call([*command, *resume], folder)
            names = {path.name for path in folder.iterdir()}
            failed += (folder / "h.csv").read_bytes() != expected or names != {"h.csv", "c.npz"}
    yield Row("train, killed and resumed", tried, failed, "-")
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = ["study", "run", "learning-rate", "--dataset", "digits", "--epochs", "20"]
        command += ["--seeds", "1", "--results", "r"]
        for _ in range(tried):
            for path in folder.rglob("*.json"):
                path.unlink()
            _kill(command, folder, chance.uniform(0.5, 5))
            kept = {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}
            _call(command, folder)
            now = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
            whole = len(now) == 8 and all(path.suffix == ".json" for path in now)
            failed += not whole or not now.items() >= kept.items()
            failed += len(list(RunStore("learning-rate", folder / "r"))) != 8
    yield Row("study run, killed and run again", tried, failed, "-")


def _command(command: list[str]) -> list[str]:
    return [sys.executable, "-m", "mlp_core", *command]


def _call(command: list[str], folder: Path) -> None:
    subprocess.run(
        _command(command), cwd=folder, check=True, capture_output=True, env=_environment()
    )


def _kill(command: list[str], folder: Path, after_s: float) -> None:
    process = subprocess.Popen(
        _command(command), cwd=folder, env=_environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(after_s)
    process.kill()
    process.wait()


def _environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


# --- fuzzed inputs --------------------------------------------------------------------------------


def fuzz(quick: bool) -> Iterator[Row]:
    """Damage files at random: each is read or refused by the one error of its room."""
    chance, tried = random.Random(0), 30 if quick else 1250
    with tempfile.TemporaryDirectory() as name:
        for case, path, read, legal in _readable(Path(name)):
            content, failed, worst = path.read_bytes(), 0, "-"
            for _ in range(tried):
                path.write_bytes(_damage(content, chance))
                try:
                    read(path)
                except legal as error:
                    failed += str(path.name) not in str(error)
                except Exception as error:
                    failed, worst = failed + 1, f"{type(error).__name__}: {error}"[:60]
            yield Row(f"fuzzed {case}", tried, failed, worst)


def _readable(folder: Path) -> Iterator[tuple[str, Path, Callable[[Path], Any], type[Exception]]]:
    import gzip

    from idx_writer import idx_bytes, small_arrays

    checkpoint, model = folder / "c.npz", folder / "m.npz"
    run = train(RunConfig(epochs=1, hidden_sizes=(4,)), callbacks=[Checkpoint(checkpoint)])
    run.model.save(model)
    stored = folder / f"{run.run_id}.json"
    stored.write_text(encode(run))
    own = folder / "own.toml"
    own.write_text(
        "question = 'x'\nseeds = [1, 2]\n[base]\nepochs = 3\n[vary]\nmomentum = [0, 0.5]\n"
    )
    table = folder / "t.csv"
    table.write_text("a,b,label\n" + "".join(f"{k},{k * k % 7},{'uv'[k % 2]}\n" for k in range(40)))
    rows, labels = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    arrays = {"x_train": rows, "y_train": labels, "x_test": rows, "y_test": labels}
    plain, packed = folder / "a.npz", folder / "b.npz"
    np.savez(plain, **arrays)
    np.savez_compressed(packed, **arrays)
    images = folder / "idx"
    images.mkdir()
    for name, array in small_arrays().items():
        (images / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
    yield "model files", model, Model.load, ModelError
    yield "checkpoints", checkpoint, Snapshot.load, ConfigError
    yield "results", stored, decode, ValueError
    yield "TOML studies", own, read_study, ConfigError
    yield "CSV tables", table, load_dataset, DataError
    yield "npz data", plain, load_dataset, DataError
    yield "npz data, compressed", packed, load_dataset, DataError
    one = images / "train-images-idx3-ubyte.gz"
    yield "IDX files", one, lambda path: load_dataset(path.parent), DataError


def _damage(content: bytes, chance: random.Random) -> bytes:
    """Change bytes, cut, repeat, or put something else between."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        place = chance.randrange(len(changed) + 1)
        kind = chance.randrange(5)
        if kind == 0 and place < len(changed):
            changed[place] = chance.randrange(256)
        elif kind == 1 and place < len(changed):
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 2:
            changed[place : place + chance.randrange(1, 40)] = b""
        elif kind == 3:
            changed[place:place] = chance.choice(
                (b"\0" * 9, b"-", b"9" * 30, b"[", b'"', b"\xff\xfe")
            )
        else:
            changed[place:place] = changed[place : place + chance.randrange(1, 40)]
        changed = changed or bytearray(b"x")
    return bytes(changed)


# --- bombs ----------------------------------------------------------------------------------------


def bombs(quick: bool) -> Iterator[Row]:
    """Read each of the files made to hurt in a process of its own; the peak of its memory."""
    if not PEAK.exists():
        yield Row("files made to hurt", 0, 0, "left out: only Linux tells a new peak of memory")
        return
    failed, worst, names = 0, 0.0, list(HOSTILE)[::6] if quick else list(HOSTILE)
    with tempfile.TemporaryDirectory() as name:
        for each in names:
            path = write(Path(name), each)
            parts = [path] if path.is_file() else list(path.iterdir())
            limit = max(64 << 20, 4 * sum(part.stat().st_size for part in parts))
            done = subprocess.run(
                [sys.executable, "-c", READ, str(path)],
                capture_output=True, text=True, env=_environment(),
            )  # fmt: skip
            lines = [line.split("\t") for line in done.stdout.splitlines()]
            share = max((int(line[2]) / limit for line in lines), default=99.0)
            legal = done.returncode == 0 and all(str(path) in line[1] for line in lines)
            failed += not legal or share > 1
            worst = max(worst, share)
    yield Row("files made to hurt", len(names), failed, f"{worst:.2f} of the memory allowed")


# --- mirrors --------------------------------------------------------------------------------------


def mirrors(quick: bool) -> Iterator[Row]:
    """Run the tests of mirrors, each of which puts a bad one before a good one."""
    words = ["-k", "length"] if quick else []
    tests = ["tests/data/test_mirror_faults.py", "tests/data/test_sources.py"]
    yield _pytest("mirrors", [*tests, *words])


def _pytest(case: str, words: list[str]) -> Row:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=_environment())
    last = (done.stdout.splitlines() or [""])[-1].strip("= ").split()
    count = {word.strip(","): int(n) for n, word in pairwise(last) if n.isdecimal()}
    passed, bad = count.get("passed", 0), count.get("failed", 0) + count.get("error", 0)
    return Row(case, passed + bad, bad or int(done.returncode != 0), " ".join(last)[:40])


PARTS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "parity": parity,
    "numerics": numerics,
    "kills": kills,
    "fuzz": fuzz,
    "bombs": bombs,
    "mirrors": mirrors,
    "mutants": lambda quick: (Row(*row) for row in mutants.rows(quick)),
    "determinism": lambda quick: (Row(*row) for row in determinism.rows(quick)),
}
