"""What events tell of a network's inside is what the studies' own statistics tell."""

from __future__ import annotations

import json
import math

import pytest

from mlp_book.panels import PANELS
from mlp_core.training import ActivationStatistics, NormStatistics, RunConfig, train
from mlp_core.what_if import run_panel
from mlp_core.what_if.inside import EXAMPLES

PANEL = PANELS["engine"].with_base(epochs=2)


def epochs_of(values: dict, **base: object) -> list[dict]:
    events: list[dict] = []
    run_panel(PANEL.with_base(**base), values, events.append)
    return [event for event in events if event["kind"] == "epoch"]


def test_it_is_what_the_callbacks_record() -> None:
    config = RunConfig(hidden_sizes=(32, 32, 32), epochs=2)
    callbacks = [ActivationStatistics(examples=EXAMPLES), NormStatistics(EXAMPLES)]
    records = train(config, callbacks=callbacks).records
    for number, epoch in enumerate(epochs_of({"hidden_sizes": [32, 32, 32]})):
        for name, values in epoch["layers"].items():
            assert values == records[name][number], name
        assert epoch["active_units"] == pytest.approx(sum(epoch["layers"]["active_units"]) / 3)
        norms = epoch["layers"]["gradient_norm"]
        assert len(norms) == 4
        assert epoch["gradient_norm"] == pytest.approx(math.sqrt(sum(n**2 for n in norms)))


def test_layers_count_by_their_width() -> None:
    (epoch, _) = epochs_of({"hidden_sizes": [64, 32]})
    wide, narrow = epoch["layers"]["active_units"]
    assert epoch["active_units"] == pytest.approx((64 * wide + 32 * narrow) / 96)


def test_a_network_without_hidden_units_has_none() -> None:
    for epoch in epochs_of({"hidden_sizes": []}):
        assert epoch["active_units"] is epoch["dead_units"] is None
        assert epoch["gradient_norm"] > 0


def test_units_die_of_a_large_rate() -> None:
    calm, wild = (
        epochs_of({}, learning_rate=rate, epochs=10)[-1]["dead_units"] for rate in (0.05, 2.0)
    )
    assert calm < 0.5 < wild


def test_looking_changes_nothing() -> None:
    events: list[dict] = []
    run = run_panel(PANEL, {"hidden_sizes": [64, 32]}, events.append)
    assert run.history == train(run.config).history


def test_every_event_is_json_even_near_divergence() -> None:
    for rate in (2.0, 10.0, 100.0):
        for epoch in epochs_of({}, learning_rate=rate, activation="relu", epochs=3):
            json.dumps(epoch, allow_nan=False)


def test_the_largest_output_nears_the_end_of_exp_before_inf() -> None:
    """With first weights as large as 3, the outputs lie where exp of float32 is at its end."""
    calm, wide = (epochs_of({}, init_std=std)[0]["largest_output"] for std in (0.01, 3.0))
    assert 0 < calm < 88 < wide
