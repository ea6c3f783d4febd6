"""Hidden layers: corners, sizes, depths; which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made import failing, fake_run

from mlp_book.chapters import hidden_layers as chapter
from mlp_book.chapters.hidden_layers.regions import accuracy_of
from mlp_book.chapters.hidden_layers.sizes import by_units, count_parameters, enough_units
from mlp_book.facts import STRICT, Facts
from mlp_book.text import NONE
from mlp_core import Run, RunConfig, load_dataset, train
from mlp_core.nn import MLP, SGD, initialize
from mlp_core.studies import load_runs

POINTS, LABELS = chapter.make_xor(80, 0.2, np.random.default_rng(0))

# --- four corners ---------------------------------------------------------------------------


@cache
def fitted(*hidden_sizes: int) -> MLP:
    network = MLP(2, hidden_sizes, 2)
    initialize(network, "he", np.random.default_rng(1))
    losses = chapter.fit(network, SGD(0.2, momentum=0.9), POINTS, LABELS, updates=150)
    assert losses[-1] < losses[0]
    return network


def test_xor_has_opposite_corners_alike() -> None:
    assert POINTS.dtype == np.float32
    assert np.bincount(LABELS).tolist() == [40, 40]
    assert np.array_equal(LABELS, (POINTS[:, 0] * POINTS[:, 1] < 0).astype(int))


def test_a_line_does_not_part_it_and_a_hidden_layer_does() -> None:
    assert accuracy_of(fitted(), POINTS, LABELS) <= 0.75
    assert accuracy_of(fitted(8), POINTS, LABELS) == 1


def test_more_units_part_it_from_more_starts() -> None:
    shares = [
        chapter.share_of_starts(sizes, POINTS, LABELS, 5, 100, 0.95) for sizes in ((), (2,), (16,))
    ]
    assert shares[0] == 0 < shares[2] and shares[1] < shares[2]


def test_regions_show_where_units_switch_on() -> None:
    linear, hidden = chapter.plot_regions(
        {"none": fitted(), "8 units": fitted(8)}, POINTS, LABELS
    ).axes
    kinks = [line for line in hidden.lines if line.get_marker() in ("None", "")]
    first = fitted(8).linear_layers[0]
    ends = np.array([kink.get_xydata() for kink in kinks])
    inputs = np.einsum("kpi,ik->kp", ends, first.weight) + first.bias[:, None]
    assert len(kinks) == 8 and inputs == pytest.approx(0, abs=1e-5)
    assert len(linear.lines) == 2  # the examples of either class


# --- sizes ----------------------------------------------------------------------------------


def sized(sizes: dict[tuple[int, ...], float], spread: float = 0.1) -> list[Run]:
    return [
        fake_run(RunConfig(hidden_sizes=own, seed=seed, epochs=1), accuracy + spread * seed,
                 train_accuracy=min(accuracy + 2 + spread * seed, 100.0))
        for own, accuracy in sizes.items()
        for seed in range(3)
    ]  # fmt: skip


# 64 units are better than 16, and as good as 32.
FOUR = sized({(64,): 98.5, (): 92.0, (16,): 95.0, (32,): 98.4})


@pytest.mark.parametrize("sizes", [(), (16,), (256, 128)])
def test_parameters_are_those_of_the_network(sizes: tuple[int, ...]) -> None:
    assert count_parameters(64, sizes, 10) == MLP(64, sizes, 10).parameters.size


@pytest.mark.parametrize(
    ("runs", "enough"),
    [
        (FOUR, 32),
        (FOUR[:3], 64),
        ([run for run in FOUR if run.config.hidden_sizes != (32,)], 64),
        ([*FOUR, *sized({(256, 128): 99.9})], 32),  # two layers are no size of one
        # A wide spread does not hide what larger networks gain.
        ([*FOUR, *sized({(8,): 70.0}, spread=14.0)], 32),
    ],
)
def test_where_more_stops_helping(runs: list[Run], enough: int) -> None:
    assert enough_units(by_units(runs)) == enough


def test_no_hidden_layer_stands_apart() -> None:
    above, below = chapter.plot_sizes(FOUR, examples=1000).axes
    assert [tick.get_text() for tick in below.get_xticklabels()] == ["none", "16", "32", "64"]
    test, training = (line for line in above.lines if not line.get_label().startswith("_"))
    assert test.get_ydata()[[0, 2]] == pytest.approx([7.9, 4.9])
    assert np.isnan(test.get_ydata()[1])  # a gap
    assert training.get_ydata()[-1] == pytest.approx(50 / 1000)  # no error: half an image
    assert below.lines[-1].get_ydata()[-1] == pytest.approx(0.01)  # a loss has no such floor


def test_without_any_hidden_layer_the_lines_names_have_a_place() -> None:
    assert "training" in chapter.plot_sizes(sized({(): 92.0}))._repr_html_()


def test_table_of_networks() -> None:
    table = chapter.table_of_networks([*sized({(256, 128): 98.0}), *FOUR], 784, 10)
    assert list(table.index) == ["none", "16", "32", "64", "256-128"]
    assert table["parameters"].tolist()[3:] == ["50,890", "235,146"]
    assert table.loc["none", "test accuracy, %"] == "92.10\u00a0±\u00a00.10"
    assert table.columns.name == "hidden units"


# --- claims ---------------------------------------------------------------------------------


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def kept(study: str, keep: Callable[[RunConfig], object]) -> list[Run]:
    return [run for run in stored(study) if keep(run.config)]


def two_layers(loss: str = "cross_entropy") -> list[Run]:
    wanted = ("relu", loss, (256, 128))
    return kept(
        "activations-losses-depth", lambda c: (c.activation, c.loss, c.hidden_sizes) == wanted
    )


def test_what_the_text_says_holds_for_the_stored_runs() -> None:
    found = chapter.mnist(stored("hidden-size"), two_layers())
    assert found.values["hidden-layers-sizes"] == "9"
    assert chapter.deeper(stored("depth-activation")).values["hidden-layers-lost"] == "11.35"


def test_what_broke_has_no_mean_beside_it() -> None:
    """Sigmoid with seven layers guesses: it was set against ReLU as a mean, by minus 86 points."""
    table = chapter.table_of_depths(stored("depth-activation"))
    words = str(table.loc["7", "sigmoid"]).replace("\u00a0", " ")
    assert words == f"{NONE}, 3 of 3 seeds broke, against 0 of 3"
    assert not table.apply(lambda column: column.str.contains("\u2212[1-9][0-9]")).any().any()


@pytest.mark.parametrize("sizes", [(), (4, 4)])
def test_layers_around_the_units_of_other_networks_are_refused(sizes: tuple[int, ...]) -> None:
    run = train(RunConfig(hidden_sizes=sizes, epochs=1))
    with pytest.raises(ValueError, match=r"hidden_sizes=.* in this cell must name one hidden"):
        chapter.in_and_out(run)


def test_one_hidden_layer_hands_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STRICT, raising=False)
    one = {"0.01": [1.0], "He": [1.0]}
    (claim,) = chapter.starts(one, one).claims
    assert "hidden_sizes in the cell above the figure needs two layers or more" in str(claim)


def test_the_exercises() -> None:
    """Two linear layers are one; units may change places; one unit names few classes."""
    small = [
        train(RunConfig(hidden_sizes=(units,), seed=seed, epochs=40))
        for units, seed in ((32, 0), *((1, seed) for seed in range(2022, 2027)))
    ]
    chapter.exercises(small[0], small, load_dataset("digits"))
    assert failing(lambda: chapter.exercises(small[0], small[:1], load_dataset("digits"))) == [
        "the rest can be computed"
    ]


SHARES = {0: 0.0, 1: 0.0, 2: 0.3, 4: 0.8, 16: 1.0}
NETWORKS = {"none": fitted(), "16 units": fitted(16)}


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.xor(NETWORKS, POINTS, LABELS, SHARES | {2: 0.9}, 30), "no start"),
        (lambda: chapter.xor({"none": fitted()}, POINTS, LABELS, SHARES, 30), "the rest"),
        (lambda: chapter.digits(sized({(): 90.0, (1,): 95.0, (8,): 96.0})), "a layer of one"),
        (lambda: chapter.starts({"0.01": [1, 0.5], "He": [1, 1]},
                                {"0.01": [0.1], "He": [0.1]}), "with weights of 0.01"),
        (lambda: chapter.deeper(kept("depth-activation", lambda c: c.init == "he")), "the rest"),
        (
            lambda: chapter.deeper(kept("depth-activation", lambda c: len(c.hidden_sizes) < 8)),
            "there are one to eight",
        ),
        (
            lambda: chapter.mnist(kept("hidden-size", lambda c: c.hidden_sizes), two_layers()),
            "16 units are shown",
        ),
        (
            lambda: chapter.mnist(
                kept("hidden-size", lambda c: sum(c.hidden_sizes) < 1000), two_layers()
            ),
            "no larger one has a lower",
        ),
        (lambda: chapter.mnist(stored("hidden-size"), two_layers("hinge")), "two layers are"),
    ],
)  # fmt: skip
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
