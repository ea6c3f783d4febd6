"""A student changes a line and runs all: no cell stops, and the claims that fail say so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from built_book import ROOT
from cells import EditableNotebook, use_cached_train

from mlp_book.facts import STRICT

# Notebook, cell, what stands there, what the student writes.
EDITS = {
    "learning_rate": [
        ("digits-train", "1.0, 10.0)", "1.0)"),
        ("digits-train", "10.0)", "3.0)"),
        ("mnist-sweep", '"learning-rate"', '"batch-rate"'),
        ("crossed-map", '("batch-rate")', '("batch-rate")[:84]'),
        ("descent", "curvature = 4.0", "curvature = 40.0"),
        ("digits-train", "(2022, 2023, 2024)", "(2022,)"),
    ],
    "momentum": [
        ("valley-paths", "rate = 0.07", "rate = 0.05"),
        ("valley-paths", "[1.0, 25.0]", "[1.0, 50.0]"),
        ("effective-digits", "0.99, 0.999)", "0.99)"),
        ("nesterov-digits", "epochs=30", "epochs=10"),
        ("effective-digits", "(2022, 2023, 2024)", "(2022,)"),
    ],
    "batch_size": [
        ("noise-measured", "(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)", "(1, 10, 100)"),
        ("digits-train", '("100", 100, 100, 0.05)', '("100", 100, 50, 0.05)'),
        ("digits-train", '        ("20, rate 0.01", 20, 100, 0.01),\n', ""),
        ("mnist-epochs", '"batch-size"', '"learning-rate"'),
        ("judge-figure", ">= 50", ">= 500"),
    ],
    "engine": [
        ("network-make", '"tanh"', '"relu"'),
        ("network-make", "(4,), 2", "(6,), 2"),
        ("network-make", '"float64"', '"float32"'),
        ("check", "step=1e-5", "step=1e-2"),
        ("steps", "(-11, 0.25, 0.5)", "(-6, 0.25, 0.25)"),
        ("update", "0.1, 0.9, 0.01", "0.1, 0.0, 0.01"),
        ("operations", "(128,)", "(256, 128)"),
        ("denormals", "1401", "401"),
        ("denormals", "momentum=0.9", "momentum=0.0"),
        ("drift", "(1, 3000, 40)", "(1, 300, 20)"),
    ],
    "speed": [
        ("speed-04", "101_770", "1_000_000"),
        ("speed-04", "rate, momentum, decay = 0.05, 0.9, 1e-5", "rate, momentum, decay = 1, 0, 0"),
        ("speed-04", '    "the engine": "optimizer.step(parameters, gradient, scale=-rate)",', ""),
        ("speed-09", '"784-256-128-10, batch 100"', '"64-32-10, batch 32"'),
        ("speed-21", '"benchmark-growth"', '"benchmark"'),
        ("speed-29", "max", "min"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def student() -> Iterator[None]:
    """Run as in Jupyter: claims that fail are lines of output."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(STRICT, raising=False)
        patch.chdir(ROOT / "notebooks")
        restore = use_cached_train()
        yield
        restore()


@cache
def notebook(name: str) -> EditableNotebook:
    return EditableNotebook(ROOT / "notebooks" / f"{name}.ipynb")


@pytest.mark.parametrize(
    ("name", "edit"),
    [(name, edit) for name, edits in EDITS.items() for edit in edits],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}: {value[2]}"[:60],
)
def test_every_cell_runs(name: str, edit: tuple[str, str, str]) -> None:
    claims = notebook(name).run_edited(*edit)
    assert all(claim.sentence for claim in claims)
    assert all(str(claim).startswith("✓" if claim.holds else "✗") for claim in claims)
