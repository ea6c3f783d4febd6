"""Runs a notebook's cells in this process, and runs it again from a changed cell on."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import mlp_core
from mlp_book.facts import Claim, Facts
from mlp_core.training import Run, RunConfig

Source = tuple[str, str]  # id and text of a cell


def read_cells(path: Path) -> list[Source]:
    """Return id and source of each code cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [(c["id"], "".join(c["source"])) for c in cells if c["cell_type"] == "code"]


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Execute a cell as Jupyter does; return the value of its last expression, rendered."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if last is None:
        return None
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # type: ignore[attr-defined]
    if value is not None:
        render = getattr(value, "_repr_html_", None)
        assert render() if render else repr(value)
    return value


class EditableNotebook:
    """A notebook that was run once, and can be run again with one line changed.

    A change reruns its cell and those after it; what stands before is taken from the first run.
    """

    def __init__(self, path: Path) -> None:
        self.cells = read_cells(path)
        self.before: list[dict[str, Any]] = []
        names: dict[str, Any] = {}
        for _, source in self.cells:
            self.before.append(dict(names))
            run_cell(source, names)

    def run_edited(self, cell: str, old: str, new: str) -> list[Claim]:
        """Return the claims of all cells from a changed one on."""
        place = [name for name, _ in self.cells].index(cell)
        assert old in self.cells[place][1], f"{old!r} does not stand in the cell {cell}"
        names, claims = dict(self.before[place]), []
        for number, (_, source) in enumerate(self.cells[place:]):
            value = run_cell(source.replace(old, new) if number == 0 else source, names)
            if isinstance(value, Facts):
                claims += value.claims
        return claims


def cached_train(train: Callable[..., Run]) -> Callable[..., Run]:
    """Return a `train` that trains each config once: most cells of an edited notebook stay.

    Runs with callbacks are trained anew: what a callback holds belongs to one run.
    """

    @cache
    def train_once(config: RunConfig) -> Run:
        return train(config)

    def train_cached(config: RunConfig | None = None, *args: Any, **kwargs: Any) -> Run:
        if config is None or args or kwargs:
            return train(*(() if config is None else (config,)), *args, **kwargs)
        return copy.copy(train_once(config))

    return train_cached


def use_cached_train() -> Callable[[], None]:
    """Make notebooks use `cached_train`; return a function that puts the engine's own back."""
    train = mlp_core.train
    mlp_core.train = cached_train(train)

    def restore() -> None:
        mlp_core.train = train

    return restore
