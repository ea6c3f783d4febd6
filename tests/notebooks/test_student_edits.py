"""A student changes a line and runs all: no cell stops, and the claims that fail say so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from built_book import ROOT
from cells import EditableNotebook, use_cached_train

from mlp_book.facts import STRICT

QUICK = ("network", "learning_rate", "engine")  # one edit of each is tried every time
# Notebook, cell, what stands there, what the student writes.
EDITS = {
    "network": [
        ("start", "sizes = (64, 32, 10)", "sizes = (64, 16, 16, 10)"),
        ("train", "learning_rate=0.05", "learning_rate=5.0"),
        ("spreads", "range(10)", "range(3)"),
    ],
    "reports": [
        ("opening", '-depth")', '-depth")[:40]'),
        ("a-loss", '"test_loss"', '"test_error"'),
        ("b-loss", '"test_loss"', '"running_loss"'),
    ],
    "learning_rate": [
        ("digits-train", "1.0, 10.0)", "1.0)"),
        ("digits-train", "10.0)", "3.0)"),
        ("opening", '("learning-rate")', '("batch-rate")'),
        ("crossed-predict", '("batch-rate")', '("batch-rate")[:84]'),
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
        ("opening", 'load_runs("batch-size")', 'load_runs("learning-rate")'),
        ("judge-figure", ">= 50", ">= 500"),
    ],
    "engine": [
        ("network-make", '"tanh"', '"relu"'),
        ("network-make", "(4,), 2", "(6,), 2"),
        ("check", "step=1e-5", "step=1e-2"),
        ("steps", "(-11, 0.25, 0.5)", "(-6, 0.25, 0.25)"),
        ("opening", "(128,)", "(256, 128)"),
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
    "activations_losses": [
        ("losses-curves", "in LOSSES", 'in ("hinge", "mse")'),
        ("stop", "loss=loss)", "loss=loss, epochs=5)"),
        ("start", '("gelu", "relu", "sigmoid")', '("gelu", "relu")'),
        ("opening", '"activations-losses-depth"', '"learning-rate"'),
        ("opening", '-depth")', '-depth")[:40]'),
        ("margin-units", "epochs=40", "epochs=8"),
        ("margin-hinge", '"margin-init")', '"margin-init")[:30]'),
    ],
    "hidden_layers": [
        ("xor", "(0, 2, 4, 16)", "(0, 3)"),
        ("xor-luck", "starts = 30", "starts = 5"),
        ("digits-sizes", "(0, 1, 2, 4, 8, 16, 32, 64, 128)", "(4, 8, 16)"),
        ("digits-sizes", "(2022, 2023, 2024, 2025, 2026)", "(2022,)"),
        ("opening", '"hidden-size"', '"learning-rate"'),
        ("deeper-starts", '(("normal", "0.01"), ("he", "He"))', '(("xavier", "Xavier"),)'),
        ("deeper-predict", '"depth-activation")', '"depth-activation")[:80]'),
    ],
    "optimizers_epochs": [
        ("digits-train", "epochs=20", "epochs=5"),
        ("digits-train", '    "Adadelta": {"optimizer": "adadelta"},\n', ""),
        ("valley", "(-3.0, 0.3), 3000", "(-3.0, 0.3), 300"),
        ("growth", "steps = 3000", "steps = 50"),
        ("unit", "10.0, 1000.0)", "10.0)"),
        ("opening", '"schedules"', '"learning-rate"'),
    ],
    "regularization": [
        ("digits-train", '    "L1": {"l1_penalty": 1e-3},\n', ""),
        ("digits-train", "(1, 2, 3)", "(1,)"),
        ("weight", "strength, rate = 0.5", "strength, rate = 1.0"),
        ("weight", '"L1": L1Penalty, ', ""),
        ("dropout", "0.35, 0.5)", "0.35)"),
        ("opening", '("regularization")', '("regularization")[::3]'),
    ],
    "numerical_stability": [
        ("digits", "1.0, 10.0)", "1.0)"),
        ("digits", '        "naive_cross_entropy_epsilon",\n', ""),
        ("exp", "709.0, 710.0)", "709.0)"),
        ("epsilon", "0, 121, 0.5", "0, 51, 1.0"),
        ("sigmoid", "[-100, -95, -20, 0, 20, 100]", "[-50, 0, 50]"),
        ("nan", '"mse", "hinge")', '"mse")'),
        ("nan", "range(2)", "range(1)"),
        ("opening", 'load_runs("numerical-stability")', 'load_runs("learning-rate")'),
    ],
    "weight_decay": [
        ("parabola-minimum", "1.0, 10.0)", "1.0)"),
        ("digits-train", "seed=seed)", "seed=seed, epochs=50)"),
        ("digits-train", "(0.0, 1e-4, 1e-3, 1e-2, 1e-1)", "(1e-4, 1e-2)"),
        ("digits-train", "(2022, 2023, 2024)", "(2022,)"),
        ("opening", '("weight-decay")', '("weight-decay")[:14]'),
    ],
    "searching": [
        ("small-train", "epochs=20", "epochs=5"),
        ("small-train", "(0.01, 0.1, 1.0), (0.0, 0.5, 0.9, 0.99)", "(0.1, 1.0), (0.0, 0.5)"),
        ("small-train", "(2022, 2023, 2024)", "(2022,)"),
        ("searches", '"one-at-a-time"', '"learning-rate"'),
        ("searches", "150, range(20)", "30, range(3)"),
    ],
    "where_it_fails": [
        ("opening", "range(2022, 2032)", "range(2022, 2027)"),
        ("opening", "85, 100, 140, 200, 300, 400, 500", "85"),
        ("agreement", '"own 200": drawn', '"mine": drawn'),
        ("mnist-spread", '"seed-noise"', '"momentum"'),
        ("mnist-loss", "== 0.01", "== 0.1"),
    ],
    "comparing": [
        ("draw", "level = 0.05", "level = 0.2"),
        ("opening", '"seed-noise-fresh", "seed-noise"', '"seed-noise"'),
        ("outcomes-ten", "seeds=10", "seeds=3"),
    ],
    "what_holds": [
        ("agreement", '"activations-losses-depth"', '"active-units"'),
        ("agreement", '"activations-losses-depth"', '"momentum"'),
        ("agreement", '"activations-losses-depth")', '"activations-losses-depth")[:45]'),
        ("figures-table", "findings", "findings[:3]"),
        ("card-noise", '"seed-noise"', '"momentum"'),
    ],
    "carry_over": [
        ("data", '"fashion-mnist"', '"fashion-mnist", ["regularization"]'),
        ("data", '"fashion-mnist"', '"fashion-mnist", ["momentum"]'),
        ("data", '"fashion-mnist"', '"digits", seeds=[3001]'),
        ("data", "None", '"elsewhere"'),
        ("opening", "(studies, folder)", '(studies, folder, "momentum")'),
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


def marks(name: str, number: int) -> list[pytest.MarkDecorator]:
    """One process has all edits of a notebook; most are of `make test-all`."""
    is_quick = name in QUICK and not number
    return [pytest.mark.xdist_group(name), *([] if is_quick else [pytest.mark.slow])]


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        pytest.param(name, edit, marks=marks(name, number))
        for name, edits in EDITS.items()
        for number, edit in enumerate(edits)
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}: {value[2]}"[:60],
)
def test_every_cell_runs(name: str, edit: tuple[str, str, str]) -> None:
    claims = notebook(name).run_edited(*edit)
    assert all(claim.sentence for claim in claims)
    assert all(str(claim).startswith("✓" if claim.holds else "✗") for claim in claims)
