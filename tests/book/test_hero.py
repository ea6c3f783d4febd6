"""The front page's snapshots: what the engine trains, in a file that is small enough."""

from __future__ import annotations

import numpy as np

from mlp_book import hero
from mlp_core.studies import find_results
from mlp_core.training import ActivationStatistics, Training


def test_a_rate_trained_again_gives_what_is_stored() -> None:
    stored = hero.load_hero()
    assert (stored["seed"], stored["config"]) == (hero.CONFIG.seed, hero.CONFIG.to_dict())
    assert [run["rate"] for run in stored["runs"]] == list(hero.RATES)
    assert tuple(stored["kept"]) == hero.KEPT
    assert (find_results() / "hero.json").stat().st_size <= 400_000
    assert stored["colours"] == {"below": list(hero.BLUE), "above": list(hero.ORANGE)}
    run, kept = hero.train_rate(0.1)
    packed = stored["runs"][hero.RATES.index(0.1)]
    # Another processor may round otherwise; a digit or two may change sides.
    last = abs(run.history["test_accuracy"][-1] - packed["test_accuracy"][-1])
    assert last < 0.03
    again = hero.unpack_weights(hero.pack_run(run, kept))
    first = kept.weights[0].T.reshape(again[0].shape)
    assert np.abs(again[0] - first).max() <= packed["scales"][0]
    assert again.shape == (len(hero.KEPT), hero.UNITS, hero.SIDE, hero.SIDE)


def test_units_are_dead_by_the_engines_own_statistics() -> None:
    kept = hero.Snapshots()
    config = hero.CONFIG.replace(learning_rate=2.0)
    run = Training(config, callbacks=[kept, ActivationStatistics()]).run()
    shares = [run.records["dead_units"][epoch - 1][0] for epoch in hero.KEPT[1:]]
    assert [len(units) / hero.UNITS for units in kept.dead[1:]] == shares
    assert shares[-1] > 0.5
