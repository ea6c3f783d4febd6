"""Mutants: one operator or constant of `nn` or `training` is changed, and tests run.

First those of its room that name the module, then the others of the room and those of the rooms
that stand on it, while nothing is noticed. A copy of the package is changed, never the checkout.

Those that no test notices are written to `tests/verify/survivors.txt`, in which a reason may stand
after each: a survivor with a reason, or one that is equal to the original, is no failure while at
least 95 % are noticed. `python tests/verify/mutants.py` tries only those listed there once more.
"""

from __future__ import annotations

import ast
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.txt")
# The rooms that are changed, and the folders of tests that may notice it, the quickest first.
ROOMS = {"nn": ("nn", "reference", "training"), "training": ("training", "what_if")}
TRIED, LEAST = 220, 0.95
TIMEOUT_S = 300
# Those of pytest's plugins that the tests need: to find all that are installed takes seconds.
PLUGINS = ("pytest_timeout", "xdist.plugin", "_hypothesis_pytestplugin")
_STAMPS = itertools.count(1_000_000_000)
_COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COUNTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


class Mutant(NamedTuple):
    """A module, the number of the changed place in it, and the source line with its change."""

    module: str  # such as nn/layers.py
    place: int
    name: str

    def text(self) -> str:
        """Return the text of the changed module."""
        tree = ast.parse(_source(self.module))
        _change(next(itertools.islice(_places(tree), self.place, None)))
        return ast.unparse(tree)


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
    with _copies() as copies:
        for room in ROOMS:
            if _notices_nothing_changed(copies, room):
                # All mutants would seem to be noticed.
                yield f"{room} without a mutant", 1, 1, "its tests fail, or take too long"
                continue
            chosen = _choose(room, 2 if quick else TRIED // len(ROOMS))
            alive = _survivors(copies, chosen)
            survivors += alive
            unexplained = sum(each not in reasons for each in alive)
            enough = len(alive) <= (1 - LEAST) * len(chosen)
            told = f"{1 - len(alive) / len(chosen):.1%} noticed, {unexplained} without reason"
            yield f"mutants of {room}", len(chosen), 0 if enough else unexplained, told
    if not quick:
        _write(survivors, reasons)


def try_survivors_again() -> int:
    """Try what is listed as a survivor once more, and list those that are one still."""
    reasons = _reasons()
    listed = [each for room in ROOMS for each in _mutants(room) if each.name in reasons]
    with _copies() as copies:
        alive = _survivors(copies, listed)
    _write(alive, reasons)
    print(f"{len(alive)} of {len(listed)} survive")
    return int(any(not reasons[each] for each in alive))


@contextmanager
def _copies() -> Iterator[SimpleQueue[Path]]:
    """Yield copies of the package with its tests, one for each core."""
    names = ("__pycache__", "browser", "notebooks", "node_modules")
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as name:
        for number in range(os.cpu_count() or 1):
            folder = Path(name, str(number))
            for part in ("mlp_core", "book", "tests"):
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(*names))
            shutil.copy(ROOT / "pyproject.toml", folder)
            copies.put(folder)
        yield copies


def _reasons() -> dict[str, str]:
    """Return the reason of every survivor that is listed, or nothing where none is given."""
    lines = SURVIVORS.read_text("utf-8").splitlines() if SURVIVORS.exists() else []
    parts = (line.partition("  # ") for line in lines)
    return {name: reason for name, _, reason in parts}


def _write(survivors: list[str], reasons: dict[str, str]) -> None:
    lines = (f"{each}  # {reasons.get(each, '')}\n" for each in sorted(survivors))
    SURVIVORS.write_text("".join(lines), "utf-8")


def _choose(room: str, number: int) -> list[Mutant]:
    """Return a sample of all places; a change of one module leaves that of the others as it is."""
    return sorted(_mutants(room), key=lambda each: random.Random(each.name).random())[:number]


def _mutants(room: str) -> Iterator[Mutant]:
    """Yield every mutant of a room."""
    for path in sorted((ROOT / "mlp_core" / room).glob("*.py")):
        module = f"{room}/{path.name}"
        lines = _source(module).splitlines()
        seen: Counter[str] = Counter()
        for number, place in enumerate(_places(ast.parse(_source(module)))):
            changed = deepcopy(place)
            _change(changed)
            line = lines[place.lineno - 1].partition("  # ")[0].strip()
            name = f"{module}: {line}: {ast.unparse(place)} -> {ast.unparse(changed)}"
            seen[name] += 1
            yield Mutant(module, number, name + f" ({seen[name]})" * (seen[name] > 1))


def _put(copy: Path, module: str, text: str) -> None:
    """Write a module with a time of its own, so that no compiled one is taken for it."""
    path = copy / "mlp_core" / module
    path.write_text(text, "utf-8")
    os.utime(path, (stamp := next(_STAMPS), stamp))


def _source(module: str) -> str:
    return (ROOT / "mlp_core" / module).read_text("utf-8")


def _survivors(copies: SimpleQueue[Path], mutants: list[Mutant]) -> list[str]:
    """Return the names of those that no test notices."""

    def is_noticed(each: Mutant) -> bool:
        copy = copies.get()
        _put(copy, each.module, each.text())
        try:
            noticed = any(_fail(copy, files) for files in _stages(each.module))
        finally:
            _put(copy, each.module, _source(each.module))
            copies.put(copy)
        if not noticed:
            print(f"  survives: {each.name}", file=sys.stderr, flush=True)
        return noticed

    with ThreadPoolExecutor(copies.qsize()) as workers:
        noticed = list(workers.map(is_noticed, mutants))
    return [each.name for each, one in zip(mutants, noticed, strict=True) if not one]


def _notices_nothing_changed(copies: SimpleQueue[Path], room: str) -> bool:
    """Return whether tests fail with modules that are written anew, but not changed."""
    copy = copies.get()
    modules = [path.name for path in (ROOT / "mlp_core" / room).glob("*.py")]
    try:
        for name in modules:
            module = f"{room}/{name}"
            _put(copy, module, ast.unparse(ast.parse(_source(module))))
        return any(_fail(copy, files) for files in _stages(f"{room}/{modules[0]}"))
    finally:
        for name in modules:
            _put(copy, f"{room}/{name}", _source(f"{room}/{name}"))
        copies.put(copy)


def _stages(module: str) -> Iterator[list[str]]:
    """Yield the room's tests that name the module, the others, its examples, and other rooms'.

    Tests over generated cases come last in each: they search for the smallest case that fails.
    """
    own, *others = ROOMS[module.partition("/")[0]]
    name = Path(module).stem
    texts = {path: path.read_text("utf-8") for path in (ROOT / "tests" / own).glob("test_*.py")}
    files = sorted(texts, key=lambda path: ("hypothesis" in texts[path], path.name))
    word = re.compile(rf"\b{name}\b")
    named = [p for p in files if word.search(p.stem.replace("_", " ")) or word.search(texts[p])]
    for paths in (named, [path for path in files if path not in named]):
        if paths:
            yield [f"tests/{own}/{path.name}" for path in paths]
    yield ["--doctest-modules", f"mlp_core/{module}"]
    for room in others:
        yield [f"tests/{room}"]


def _fail(copy: Path, tests: list[str]) -> bool:
    """Return whether tests fail, or hang."""
    plugins = [word for name in PLUGINS for word in ("-p", name)]
    words = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--timeout=60", "-m", "not slow"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *plugins, *words, *tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            timeout=TIMEOUT_S,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode not in (0, pytest.ExitCode.NO_TESTS_COLLECTED)


if __name__ == "__main__":
    sys.exit(try_survivors_again())
