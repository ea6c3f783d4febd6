"""Mutants: one operator or constant of `nn` or `training` is changed, and tests run.

First those of its room, then those of the rooms that stand on it, while nothing is noticed.

A copy of the package is changed, never the checkout. Those that no test notices are written to
`tests/verify/survivors.txt`, in which a reason may stand after each: a survivor with a reason, or
one that is equal to the original, is no failure while at least 95 % are noticed.
"""

from __future__ import annotations

import ast
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.txt")
# The rooms that are changed, and the folders of tests that may notice it, the quickest first.
ROOMS = {"nn": ("nn", "training"), "training": ("training", "what_if", "studies")}
TRIED, LEAST = 220, 0.95
TIMEOUT_S = 300
_COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COUNTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def mutant(path: Path, number: int) -> tuple[int, str, str]:
    """Return line, description and text of a module's mutant of that number."""
    tree = ast.parse(path.read_text("utf-8"))
    place = next(itertools.islice(_places(tree), number, None))
    before = ast.unparse(place)
    _change(place)
    return place.lineno, f"{before}  ->  {ast.unparse(place)}", ast.unparse(tree)


def _places(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what can be changed: no annotation, no docstring, no text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.BoolOp):
            yield node
        elif isinstance(node, ast.BinOp) and type(node.op) in _COUNTED:
            text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
            if not text:
                yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            yield node


def _change(node: ast.expr) -> None:
    if isinstance(node, ast.Compare):
        node.ops[0] = _COMPARED[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = _COUNTED[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]


def rows(quick: bool) -> Iterator[tuple[str, int, int, str]]:
    """Yield one row for each room."""
    reasons = _reasons()
    survivors: list[str] = []
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as workers:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(os.cpu_count() or 1):
            copies.put(_copy_package(Path(name, str(number))))

        def is_noticed(each: tuple[str, str, str]) -> bool:
            copy = copies.get()
            try:
                return _is_noticed(copy, *each)
            finally:
                copies.put(copy)

        for room in ROOMS:
            path = next((ROOT / "mlp_core" / room).glob("*.py"))
            if is_noticed((f"{room}/{path.name}:0", "", path.read_text("utf-8"))):
                # All mutants would seem to be noticed.
                yield f"{room} without a mutant", 1, 1, "its tests fail, or take too long"
                continue
            chosen = _choose(room, 2 if quick else TRIED // len(ROOMS))
            noticed = list(workers.map(is_noticed, chosen))
            alive = [each for each, one in zip(chosen, noticed, strict=True) if not one]
            named = [f"{module}: {words}" for module, words, _ in alive]
            survivors += named
            unexplained = sum(each not in reasons for each in named)
            enough = len(alive) <= (1 - LEAST) * len(chosen)
            told = f"{1 - len(alive) / len(chosen):.0%} noticed, {unexplained} without reason"
            if not quick:
                lines = [f"{one}  # {reasons.get(one, '')}".rstrip() for one in sorted(survivors)]
                SURVIVORS.write_text("\n".join(lines) + "\n", "utf-8")
            yield f"mutants of {room}", len(chosen), 0 if enough else unexplained, told


def _copy_package(folder: Path) -> Path:
    for part in ("mlp_core", "book", "tests"):
        names = ("__pycache__", "browser", "notebooks", "js", "node_modules")
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(*names))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _reasons() -> dict[str, str]:
    lines = SURVIVORS.read_text("utf-8").splitlines() if SURVIVORS.exists() else []
    pairs = (line.partition("  # ") for line in lines)
    return {mutant: reason for mutant, _, reason in pairs if reason}


def _choose(room: str, number: int) -> list[tuple[str, str, str]]:
    paths = sorted((ROOT / "mlp_core" / room).glob("*.py"))
    places = [
        (path, k)
        for path in paths
        for k, _ in enumerate(_places(ast.parse(path.read_text("utf-8"))))
    ]
    chosen = random.Random(0).sample(places, min(number, len(places)))
    mutants = [(path, *mutant(path, k)) for path, k in chosen]
    return [(f"{room}/{path.name}:{line}", words, text) for path, line, words, text in mutants]


def _is_noticed(copy: Path, module: str, _: str, text: str) -> bool:
    """Return whether tests fail, or hang, with this module."""
    name = module.partition(":")[0]
    path = copy / "mlp_core" / name
    before = path.read_text("utf-8")
    path.write_text(text, "utf-8")
    try:
        return any(_fail(copy, room) for room in ROOMS[name.partition("/")[0]])
    finally:
        path.write_text(before, "utf-8")


def _fail(copy: Path, room: str) -> bool:
    """Return whether a room's tests fail, or hang."""
    words = ["-x", "-q", "-p", "no:cacheprovider", "--timeout=60", "-m", "not slow"]
    command = [sys.executable, "-m", "pytest", *words, f"tests/{room}"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, timeout=TIMEOUT_S,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0
