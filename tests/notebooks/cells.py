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
    """Execute a cell as Jupyter does; return the value of its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # type: ignore[attr-defined]


def names_in(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell reads, and those that it sets or changes."""
    read, changed = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else changed).add(node.id)
        elif isinstance(node, ast.alias):
            changed.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            changed |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return read, changed


class EditableNotebook:
    """A notebook that was run once, and can be run again with one line changed.

    What a changed line can reach is run again: its cell, then every cell that reads what such a
    cell sets or changes. All else would come out as in the first run.
    """

    def __init__(self, path: Path) -> None:
        self.cells = read_cells(path)
        self.before: list[dict[str, Any]] = []
        names: dict[str, Any] = {}
        for _, source in self.cells:
            self.before.append(dict(names))
            value = run_cell(source, names)
            render = getattr(value, "_repr_html_", None)
            assert render is None or render()

    def run_edited(self, cell: str, old: str, new: str) -> list[Claim]:
        """Return the claims of all cells that a change of one cell reaches."""
        edited = [name for name, _ in self.cells].index(cell)
        assert old in self.cells[edited][1], f"{old!r} does not stand in the cell {cell}"
        claims, other = [], {}  # names whose values differ from the first run
        for place, (_, source) in enumerate(self.cells):
            text = source.replace(old, new) if place == edited else source
            read, changed = names_in(text)
            if place == edited or read & set(other):
                names = {**self.before[place], **other}
                value = run_cell(text, names)
                other |= {name: names[name] for name in changed if name in names}
                claims += value.claims if isinstance(value, Facts) else []
            else:
                other = {name: kept for name, kept in other.items() if name not in changed}
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
