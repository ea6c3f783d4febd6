"""A module imports only from its own floor or from floors below it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import mlp_core

PACKAGE = Path(mlp_core.__file__).parent

FLOORS = {
    "_version": 0,
    "nn": 1,  # nn and data share a floor and do not know one another
    "data": 1,
    "training": 2,
    "studies": 3,
    "report": 4,
    "cli": 5,
    "__main__": 6,
    "": 6,  # mlp_core itself: the public face, which nothing inside may import
}
APART = {frozenset({"nn", "data"})}


@dataclass(frozen=True)
class Import:
    """One imported module, as a dotted name, and where it is imported."""

    name: str
    line: int
    at_load: bool  # in the module's body, so that importing the module runs it


def module_name(path: Path) -> str:
    parts = ["mlp_core", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_path(name: str) -> Path | None:
    """Return the file of a module of the package, or None if there is no such module."""
    base = PACKAGE.joinpath(*name.split(".")[1:])
    return next((p for p in (base / "__init__.py", base.with_suffix(".py")) if p.is_file()), None)


def imports_of(source: str, module: str, is_package: bool) -> Iterator[Import]:
    """Yield every import in a module's source, also those in functions and for types alone."""
    tree = ast.parse(source)
    at_load = set(statements_run_at_load(tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module, is_package)
            # `from package import name` may import a module of that name.
            inner = [f"{base}.{alias.name}" for alias in node.names]
            names = [i if i.startswith("mlp_core.") and module_path(i) else base for i in inner]
        else:
            continue
        for name in dict.fromkeys(names):
            yield Import(name, node.lineno, node in at_load)


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """Resolve a relative import."""
    if node.level == 0:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def statements_run_at_load(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that importing a module runs: no functions, no TYPE_CHECKING."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from statements_run_at_load(statement.orelse)
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from statements_run_at_load(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []):
            yield from statements_run_at_load(handler.body)


def room(module: str) -> str:
    return [*module.split("."), ""][1]


def violations(source: str, module: str, is_package: bool = False) -> list[str]:
    """Return one sentence for every import that goes up, or across between nn and data."""
    own = room(module)
    found = []
    for item in imports_of(source, module, is_package):
        if item.name.split(".")[0] != "mlp_core":
            continue
        other = room(item.name)
        up = FLOORS[other] > FLOORS[own]
        if up or frozenset({own, other}) in APART:
            found.append(f"{module}, line {item.line}: imports {item.name}")
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_stay_on_their_floor_or_below(path: Path) -> None:
    module = module_name(path)
    assert room(module) in FLOORS, f"{module}: give its room a floor in FLOORS"
    assert violations(path.read_text("utf-8"), module, path.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("mlp_core.nn.layers", "from mlp_core.training import train"),
        ("mlp_core.nn.layers", "import mlp_core.data.mnist"),
        ("mlp_core.data.mnist", "from mlp_core import nn"),
        ("mlp_core.data.mnist", "def f():\n    from ..nn.layers import Linear"),
        ("mlp_core.training.trainer", "from mlp_core import load_dataset"),
        ("mlp_core.training.run", "if TYPE_CHECKING:\n    from mlp_core.report import figures"),
        ("mlp_core.report.figures", "try:\n    import mlp_core.cli\nexcept ImportError:\n    pass"),
    ],
)
def test_a_violation_is_caught(module: str, source: str) -> None:
    assert len(violations(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("mlp_core.training.trainer", "from mlp_core.nn import MLP\nfrom mlp_core.data import x"),
        ("mlp_core.nn.layers", "from . import workspace\nfrom .losses import LOSSES"),
        ("mlp_core.nn.layers", "import numpy as np\nimport mlp_coreutils"),
    ],
)
def test_a_legal_import_is_not_a_violation(module: str, source: str) -> None:
    assert violations(source, module) == []


def loaded_by(module: str) -> set[str]:
    """Return all modules whose code runs when a module of the package is imported."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = module_path(name) if room(name) or name == "mlp_core" else None
        if name.split(".")[0] != "mlp_core" or path is None:
            continue
        parents = name.split(".")[:-1]
        waiting += [".".join(parents[: n + 1]) for n in range(len(parents))]
        for item in imports_of(path.read_text("utf-8"), name, path.name == "__init__.py"):
            if item.at_load:
                waiting.append(item.name)
    return seen


def test_the_what_if_panels_need_numpy_alone() -> None:
    """They also run in a browser, where nothing else is installed."""
    modules = loaded_by("mlp_core.what_if")
    roots = {name.split(".")[0] for name in modules}
    assert roots - sys.stdlib_module_names == {"mlp_core", "numpy"}
    assert not [name for name in modules if name.startswith("mlp_core.studies")]
