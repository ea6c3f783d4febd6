"""Data of one's own: what a run records of them, validation, and what a checkpoint checks."""

import json
import shutil

import numpy as np
import pytest
from tiny import OnEpoch, tiny_config, tiny_dataset, train_tiny

from mlp_core import Dataset, RunConfig, evaluate, load_dataset, train
from mlp_core.data import DataError
from mlp_core.nn import make_loss
from mlp_core.training import (
    Checkpoint,
    ConfigError,
    EarlyStopping,
    History,
    Run,
    Training,
    planned_run_id,
)
from mlp_core.training.history import COLUMNS, VALIDATION_COLUMNS

RNG = np.random.default_rng(0)
Y = np.arange(90) % 3
X = RNG.normal(size=(90, 4)) + np.eye(4)[Y] * 3
SMALL = RunConfig(hidden_sizes=(8,), epochs=3, batch_size=20)


def own(features=X, **options):
    return Dataset.from_arrays(features, Y, **options)


# --- what a run was trained on ------------------------------------------------------------------


def test_a_run_says_what_it_was_trained_on():
    """It said "digits", with the run_id of a run on the digits."""
    run = train(SMALL, own(name="flowers"))
    assert (run.config.dataset, run.config.input_scaling) == ("flowers", "centered")
    assert run.fingerprint == own().fingerprint
    assert run.config == SMALL.replace(dataset="flowers")
    again = Run.from_dict(json.loads(json.dumps(run.to_dict())))
    assert (again.fingerprint, again.run_id) == (run.fingerprint, run.run_id)
    assert again.summary["run_id"] == run.run_id not in (SMALL.run_id, run.config.run_id)


def test_two_datasets_are_two_runs_and_one_dataset_is_one():
    changed = X.copy()
    changed[5, 2] += 1e-9
    runs = [train(SMALL, data) for data in (own(), own(changed), own(name="x"), (X, Y))]
    assert runs[0].run_id != runs[1].run_id
    assert runs[0].run_id == runs[2].run_id == runs[3].run_id  # the content counts, not the name
    assert train(SMALL.replace(seed=1), own()).run_id != runs[0].run_id


def test_runs_on_built_in_sets_keep_their_names():
    data = load_dataset("digits")
    for run in (train(SMALL), train(SMALL, data)):
        assert run.run_id == run.config.run_id == SMALL.run_id
        assert (run.config, run.fingerprint) == (SMALL, data.fingerprint)
    assert run.to_dict()["fingerprint"] == data.fingerprint
    stored = run.to_dict()
    del stored["fingerprint"]  # as in files from before there was one
    assert Run.from_dict(stored).run_id == SMALL.run_id
    assert "fingerprint" not in Run.from_dict(stored).to_dict()


def test_a_part_of_a_built_in_set_is_not_that_set():
    part = load_dataset("digits").subset(np.arange(200))
    run = train(SMALL, part)
    assert run.config.dataset == "part of digits"
    assert run.run_id != SMALL.run_id
    for data in (own(name="digits"), load_dataset("digits").subset(np.arange(9), "digits")):
        run = train(SMALL, data)
        assert run.config.dataset == "own digits"  # an mnist.npz is not the set of that name
        assert run.run_id != SMALL.run_id


@pytest.mark.parametrize("given", ["unit", "centered", "standardized", "raw", None])
@pytest.mark.parametrize("asked", ["unit", "centered", "standardized", "raw"])
@pytest.mark.parametrize("data", [load_dataset("digits"), own()], ids=["images", "table"])
def test_the_config_of_a_run_names_the_scaling_that_was_used(data, given, asked):
    """It named that of the config, whatever the data were scaled by."""
    data = data if given is None else data.with_input_scaling(given)
    training = Training(SMALL.replace(input_scaling=asked), data)
    expected = data.input_scaling if asked == "centered" else asked  # the default leaves them
    assert training.config.input_scaling == training.dataset.input_scaling == expected
    inputs, _ = training.gatherer.gather(np.arange(5))
    np.testing.assert_array_equal(inputs, data.with_input_scaling(expected).inputs("train", 0, 5))


@pytest.mark.parametrize("config", [{"epochs": 1}, None, RunConfig])
def test_what_is_no_config_is_refused(config):
    with pytest.raises(ConfigError, match=r"config of type \w+ is not legal: must be a RunConfig"):
        train(config)


@pytest.mark.parametrize("data", ["digits", [X, Y], X, (X, Y, X), {"X": X}, 3])
def test_what_is_no_data_is_refused(data):
    with pytest.raises(ConfigError, match=r"data of type \w+ is not legal: must be a Dataset"):
        train(SMALL, data)
    with pytest.raises(DataError, match="must be real numbers"):
        train(SMALL, ([["a"], ["b"]], [0, 1]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_learns_from_tables(dtype):
    run = train(SMALL.replace(epochs=60, dtype=dtype), own())
    assert run.summary["test_accuracy"] > 0.9
    assert run.network.parameters.dtype == dtype


def test_folders_are_known_by_what_is_in_them(tmp_path, monkeypatch):
    """The spelling of the path was hashed, so that d1, ./d1 and d1/ were three, and changed
    contents were not noticed."""
    monkeypatch.chdir(tmp_path)

    def write(path, extra):
        rows = [f"{a},{b + extra},{'uvw'[k]}" for (a, b, *_), k in zip(X, Y, strict=True)]
        path.write_text("a,b,label\n" + "\n".join(rows))

    write(tmp_path / "d1.csv", 0)
    shutil.copy(tmp_path / "d1.csv", tmp_path / "d2.csv")
    configs = [SMALL.replace(dataset=name) for name in ("d1.csv", "./d1.csv", "d2.csv")]
    configs.append(SMALL.replace(dataset=str(tmp_path / "d1.csv")))
    assert len({planned_run_id(config) for config in configs}) == 1
    run = train(configs[0])
    assert run.run_id == planned_run_id(configs[0]) == Training(configs[0]).run_id
    assert (run.config.dataset, run.config.input_scaling) == ("d1.csv", "centered")
    write(tmp_path / "d1.csv", 1)
    assert planned_run_id(configs[0]) != run.run_id
    assert planned_run_id(SMALL) == SMALL.run_id


# --- validation ---------------------------------------------------------------------------------


def test_validation_examples_come_from_the_training_set_by_the_seed():
    def held(seed=2022, **changes):
        return Training(SMALL.replace(validation_size=12, seed=seed, **changes), own()).dataset

    assert (held().train_size, held().validation_size, held().test_size) == (60, 12, 18)
    assert held().fingerprint == held().fingerprint != held(seed=1).fingerprint
    rows = {row.tobytes() for row in own().train_features}
    parts = [held().train_features, held().validation_features]
    assert sorted(row.tobytes() for part in parts for row in part) == sorted(rows)
    # Of what is left for training, train_size examples are used; validation stays as it is.
    np.testing.assert_array_equal(
        held().validation_features, held(train_size=20).validation_features
    )
    assert held(train_size=20).train_size == 20


def test_validation_changes_nothing_else():
    """The streams of weights, order and dropout are those of a run without it."""
    config = tiny_config(dropout=0.2)
    a, b = Training(config, tiny_dataset()), Training(config.replace(validation_size=3), (X, Y))
    assert a.streams.order.random() == b.streams.order.random()
    assert a.streams.dropout.random() == b.streams.dropout.random()
    assert "validation_size" not in tiny_config().changes()
    assert config.replace(validation_size=3).run_id != config.run_id


@pytest.mark.parametrize(
    ("changes", "data", "words"),
    [
        ({"validation_size": 72}, own(), "validation_size=72 is not legal for own: .* at most 71"),
        ({"validation_size": 30, "train_size": 43}, own(), "train_size=43 .* must be at most 42"),
        ({"validation_size": 5}, own(validation=0.1), "it has 9 validation examples of its own"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(changes, data, words):
    with pytest.raises(ConfigError, match=words):
        Training(SMALL.replace(**changes), data)


@pytest.mark.parametrize("data", [own(validation=0.2), None])
def test_the_history_has_validation_columns_only_where_there_is_validation(data):
    config = SMALL if data else SMALL.replace(validation_size=100)
    run = train(config, data)
    assert list(run.history.to_dict()) == [*COLUMNS, *VALIDATION_COLUMNS]
    loss, accuracy = (run.history[name][-1] for name in VALIDATION_COLUMNS)
    assert run.summary["validation_loss"] == loss and run.summary["validation_accuracy"] == accuracy
    again = Run.from_dict(json.loads(json.dumps(run.to_dict())))
    assert again == run
    plain = train(SMALL)
    assert list(plain.history.to_dict()) == list(COLUMNS)
    assert not {"validation_loss", "validation_accuracy"} & set(plain.summary)
    with pytest.raises(KeyError, match="no such column; without validation examples"):
        plain.history["validation_loss"]


def test_validation_columns_of_a_history():
    history = History()
    history.append(epoch=1)
    history.append(epoch=2, validation_loss=0.5)
    assert history["validation_loss"] == [None, 0.5]
    assert not History({"epoch": [1]}).has_validation and history.has_validation
    assert History(history.to_dict()) == history


def validated(epochs=40, **changes):
    """A config that soon learns its few examples by heart, so that validation loss rises."""
    changes = {"learning_rate": 0.5, "hidden_sizes": (32,), "evaluate_train": True, **changes}
    return RunConfig(train_size=40, validation_size=200, epochs=epochs, init="he", **changes)


@pytest.mark.parametrize("column", [None, "validation_loss", "validation_accuracy"])
def test_early_stopping_watches_validation_and_keeps_the_best_weights(column):
    seen = []
    look = OnEpoch(lambda training: seen.append(training.network.parameters.copy()))
    run = train(validated(), callbacks=[look, EarlyStopping(column, patience=5)])
    values = run.history[column or "validation_loss"]
    best = int(np.argmax(values)) if column == "validation_accuracy" else int(np.argmin(values))
    assert run.status == "stopped"
    assert run.stop_reason == f"{column or 'validation_loss'} has not improved for 5 epochs"
    assert run.kept_epoch == best + 1 == len(run.history) - 5
    np.testing.assert_array_equal(run.network.parameters, seen[best])
    # The summary's figures are those of the network.
    for name in ("test_loss", "validation_loss", "train_accuracy"):
        assert run.summary[name] == run.history[name][best] is not None
    assert run.summary["kept_epoch"] == run.kept_epoch
    assert run.summary["epochs"] == len(run.history)
    assert Run.from_dict(json.loads(json.dumps(run.to_dict()))).summary == run.summary


def test_weights_of_the_last_epoch_are_kept_as_they_are():
    run = train(SMALL.replace(validation_size=100), callbacks=[EarlyStopping(patience=50)])
    assert np.argmin(run.history["validation_loss"]) == 2
    assert (run.status, run.kept_epoch) == ("completed", None)
    assert "kept_epoch" not in run.summary


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_the_epoch_whose_weights_are_kept_has_its_training_figures(kept):
    """They are measured at the end alone, for this epoch and the last."""
    keep = OnEpoch(lambda training: training.epoch == kept and training.keep_weights())
    run = train(SMALL.replace(epochs=4), own(), callbacks=[keep])
    loss, accuracy = evaluate(run.network, make_loss("cross_entropy"), run.dataset, "train")
    assert run.kept_epoch == kept
    assert run.history["train_loss"][kept - 1] == loss == run.summary["train_loss"]
    assert run.history["train_accuracy"][kept - 1] == accuracy
    measured = {i + 1 for i, value in enumerate(run.history["train_loss"]) if value is not None}
    assert measured == {kept, 4}


def test_without_validation_early_stopping_is_what_it_was():
    """The test set may end a run; to choose its weights by it would be to train on it."""
    run = train_tiny(EarlyStopping(patience=2), learning_rate=3, epochs=200)
    assert run.stop_reason == "test_loss has not improved for 2 epochs"
    assert run.kept_epoch is None
    assert run.summary["test_loss"] == run.history["test_loss"][-1]
    with pytest.raises(ConfigError, match="validation_loss needs validation examples: set valida"):
        train_tiny(EarlyStopping("validation_loss"))


def test_a_run_that_diverges_keeps_no_weights():
    config = validated(learning_rate=1e6)
    run = train(config, callbacks=[EarlyStopping(patience=50)])
    assert run.status == "diverged" and run.kept_epoch is None
    assert run.summary["validation_loss"] is None


# --- checkpoints --------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [2, 8, 12])
def test_a_resumed_run_keeps_the_same_weights(tmp_path, epochs):
    path = tmp_path / "c.npz"

    def callbacks():
        return [EarlyStopping(patience=5), Checkpoint(path)]

    whole = train(validated(), callbacks=callbacks())
    train(validated(epochs), callbacks=callbacks())
    resumed = train(validated(), callbacks=callbacks(), resume_from=path)
    assert (resumed.history, resumed.kept_epoch) == (whole.history, whole.kept_epoch)
    np.testing.assert_array_equal(resumed.network.parameters, whole.network.parameters)


def test_weights_that_an_earlier_part_did_not_keep_do_not_count(tmp_path):
    """Else the run would end with the last weights, and say nothing of the best."""
    path = tmp_path / "c.npz"
    train(validated(14), callbacks=[Checkpoint(path)])
    config = validated(20)
    run = train(config, callbacks=[EarlyStopping(patience=50)], resume_from=path)
    losses = run.history["validation_loss"]
    assert min(losses) < min(losses[14:])
    assert run.kept_epoch == 15 + int(np.argmin(losses[14:]))


def test_a_checkpoint_belongs_to_its_data(tmp_path):
    path = tmp_path / "c.npz"
    config = SMALL.replace(epochs=5, evaluate_train=True)
    train(config.replace(epochs=3), own(), callbacks=[Checkpoint(path)])
    renamed = train(config, own(name="the same"), resume_from=path)
    assert renamed.history == train(config, own()).history
    with pytest.raises(ConfigError) as caught:
        train(config, own(X[:, :3]), resume_from=path)
    for words in [
        "the checkpoint belongs to other data: own: 72 training and 18 test examples of 4 features",
        f"fingerprint {own().fingerprint}, there; own: 72 training and 18 test examples of 3 feat",
        f"fingerprint {own(X[:, :3]).fingerprint}, here",
    ]:
        assert words in str(caught.value)
    with pytest.raises(ConfigError, match="belongs to other data"):
        train(config, own(X + 1e-12), resume_from=path)
    with pytest.raises(ConfigError, match="belongs to other data"):
        train(config, own(), resume_from=_of_digits(tmp_path))


def _of_digits(folder):
    path = folder / "digits.npz"
    train(SMALL.replace(evaluate_train=True), callbacks=[Checkpoint(path)])
    return path


def test_a_checkpoint_from_before_there_were_fingerprints_is_resumed(tmp_path):
    path = _of_digits(tmp_path)
    with np.load(path) as file:
        arrays = dict(file)
    plain = json.loads(str(arrays["plain"]))
    for name in ("fingerprint", "data", "kept_epoch"):
        del plain[name]
    del plain["config"]["validation_size"]
    np.savez(path, **{**arrays, "plain": np.array(json.dumps(plain))})
    longer = SMALL.replace(epochs=5, evaluate_train=True)
    assert train(longer, resume_from=path).history == train(longer).history
    with pytest.raises(ConfigError, match=r"another config .*dataset: 'digits' there, 'own' here"):
        train(longer, own(), resume_from=path)
