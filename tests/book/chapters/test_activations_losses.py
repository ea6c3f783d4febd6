"""Activations and losses: shapes, first gradients, layers; which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made import failing, fake_run

from mlp_book.benchmarks import load_benchmark
from mlp_book.cells import DEPTHS
from mlp_book.chapters import activations_losses as chapter
from mlp_book.chapters.activations_losses.first_steps import FIRST, LAST, arrival
from mlp_book.chapters.activations_losses.hidden_units import by_layer
from mlp_book.facts import Facts
from mlp_book.text import NONE
from mlp_core import Run, RunConfig, load_dataset
from mlp_core.nn import STABLE_ACTIVATIONS, make_loss
from mlp_core.nn.gradient_check import compute_gradients
from mlp_core.studies import load_runs
from mlp_core.training import Training

X = np.linspace(-4, 4, 81)
PM = "\u00a0±\u00a0"


@pytest.mark.parametrize("name", STABLE_ACTIVATIONS)
def test_slopes_are_those_of_the_outputs(name: str) -> None:
    step = 1e-6
    _, slopes = chapter.trace_activation(name, X + 0.01)  # off the kink of relu
    above, below = (chapter.trace_activation(name, X + 0.01 + s)[0] for s in (step, -step))
    assert slopes == pytest.approx((above - below) / (2 * step), abs=1e-8)


@pytest.mark.parametrize("classes", [2, 10])
def test_losses_pull_as_their_formulas_say(classes: int) -> None:
    rivals = classes - 1
    losses, pulls = chapter.trace_loss("cross_entropy", X, classes)
    share = np.exp(X) / (np.exp(X) + rivals)
    assert losses == pytest.approx(-np.log(share))
    assert pulls == pytest.approx(1 - share)
    losses, pulls = chapter.trace_loss("mse", X, classes)
    assert losses == pytest.approx((X - 1) ** 2 / 2)
    assert pulls == pytest.approx(1 - X)
    losses, pulls = chapter.trace_loss("hinge", X + 0.01, classes, hinge_margin=0.5)
    assert losses == pytest.approx(rivals * np.maximum(0.5 - X - 0.01, 0))
    assert set(pulls[X + 0.01 < 0.5]) == {rivals}
    assert set(pulls[X + 0.01 > 0.5]) == {0}


def test_a_start_has_the_gradients_of_the_first_images() -> None:
    config = RunConfig(activation="sigmoid", hidden_sizes=DEPTHS["double"])
    start = chapter.measure_starts([config], examples=50).iloc[0]
    network, digits = Training(config).network, load_dataset()
    compute_gradients(network, make_loss("cross_entropy"), digits.inputs(stop=50),
                      digits.train_labels[:50])  # fmt: skip
    norms = [np.linalg.norm(layer.grad_weight) for layer in network.linear_layers]
    shown = [FIRST, "gradient, layer 2", LAST]
    assert start[shown].tolist() == pytest.approx(norms, rel=1e-5)
    assert start["hidden output"] == pytest.approx(0.5, abs=0.02)
    assert 0 < start["its variation"] < 0.1


def test_a_table_of_starts_has_the_last_layers_under_one_another() -> None:
    configs = [RunConfig(), RunConfig(loss="hinge"), RunConfig(hidden_sizes=DEPTHS["double"])]
    starts = chapter.measure_starts(configs)
    assert starts[LAST].iloc[1] == pytest.approx(10 * starts[LAST].iloc[0], rel=0.02)
    table = chapter.table_of_starts(starts)
    assert list(table.index) == [
        name.replace(" ", "\u00a0") for name in ("ReLU, single", "ReLU, single, with hinge",
                                                 "ReLU, double")
    ]  # fmt: skip
    assert list(table)[:3] == [FIRST, "gradient, layer 2", LAST]
    assert table["gradient, layer 2"].tolist()[:2] == [NONE, NONE]


def test_first_epochs() -> None:
    runs = [fake_run(RunConfig(seed=seed, epochs=3), 95.0 + seed) for seed in (0, 1)]
    table = chapter.table_of_epochs(runs, (1, 3))
    assert table.index.tolist() == ["single,\u00a0ReLU, cross\u2011entropy"]
    assert table.iloc[0].tolist() == [f"88.8{PM}0.7", f"95.5{PM}0.7"]
    found = [arrival(runs, level).tolist() for level in (88.0, 93.0, 95.5)]
    assert found[:2] == [[1, 1], [2, 2]]
    assert np.isnan(found[2][0]) and found[2][1] == 3
    assert arrival(runs, 93.0, "updates").tolist() == [1200, 1200]


def test_layers_are_named_by_depth_and_place() -> None:
    configs = [RunConfig(hidden_sizes=sizes, epochs=1) for sizes in DEPTHS.values()]
    looked = [
        fake_run(config, records={"dead_units": [[0.25] * len(config.hidden_sizes)]})
        for config in configs
    ]
    both = by_layer(looked, "dead_units")
    assert both["place"].tolist() == ["single", "double 1st", "double 2nd"]
    assert both["dead_units"].tolist() == [25, 25, 25]
    assert by_layer(looked, "dead_units", "double")["place"].tolist() == ["1st", "2nd"]


# --- claims ---------------------------------------------------------------------------------


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def kept(study: str, keep: Callable[[RunConfig], bool]) -> list[Run]:
    return [run for run in stored(study) if keep(run.config)]


@cache
def benchmark() -> dict:
    return load_benchmark("benchmark-activations")


def curves(inputs: np.ndarray, names: tuple[str, ...]) -> Facts:
    traced = {name: chapter.trace_activation(name, inputs) for name in names}
    outputs, slopes = ({name: own[n] for name, own in traced.items()} for n in (0, 1))
    return chapter.activations(inputs, outputs, slopes)


def starting(**changes: object) -> Facts:
    configs = [
        RunConfig(activation=name, hidden_sizes=sizes, **changes)
        for sizes in DEPTHS.values()
        for name in ("gelu", "relu", "sigmoid")
    ]
    return chapter.starts(chapter.measure_starts([*configs, RunConfig(loss="hinge", **changes)]))


def test_what_the_text_says_holds() -> None:
    curves(X, ("gelu", "relu", "sigmoid", "tanh"))
    leads = np.linspace(-2, 4, 241)
    pulls = {name: chapter.trace_loss(name, leads)[1] for name in ("cross_entropy", "hinge", "mse")}
    chapter.losses(leads, pulls)
    starting()
    chapter.active(stored("active-units"))
    chapter.gradients(stored("active-units"))
    chapter.times(benchmark())
    chapter.margin(stored("margin-init"))
    runs = stored("activations-losses-depth")
    found = chapter.mnist(runs, stored("active-units"), benchmark())
    assert found.values["activations-losses-runs"] == "90"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: curves(X, ("gelu", "relu")), "sigmoid is positive"),
        (lambda: curves(X, ("relu", "tanh")), "the rest"),
        (lambda: curves(X[X > 0], ("gelu", "relu", "sigmoid", "tanh")), "GELU dips"),
        (lambda: chapter.losses(X, {}), "hinge pulls"),
        (lambda: starting(init="xavier"), "a second layer"),
        (lambda: chapter.slow(stored("activations-losses-depth")), "the sigmoid waits"),
        (lambda: chapter.active(kept("active-units", lambda c: c.loss != "hinge")), "in one epoch"),
        (lambda: chapter.active(kept("active-units", lambda c: c.activation == "relu")), "GELU"),
        (lambda: chapter.margin(kept("margin-init", lambda c: c.loss == "mse")), "the rest"),
        (lambda: chapter.margin(kept("margin-init", lambda c: c.seed == 2022)), "the rest"),
        (
            lambda: chapter.mnist(
                kept("activations-losses-depth", lambda c: c.seed < 2025),
                stored("active-units"),
                benchmark(),
            ),
            "all 18 cells",
        ),
        (
            lambda: chapter.mnist(
                kept("activations-losses-depth", lambda c: c.loss != "cross_entropy"), [], {}
            ),
            "cross-entropy has",
        ),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
