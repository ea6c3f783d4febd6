"""What comes after training, on data of one's own: each task in at most six lines."""

import subprocess
import sys

import numpy as np
import pytest

from mlp_core import Dataset, Model, RunConfig, train

RNG = np.random.default_rng(0)
NAMES = np.array(["setosa", "versicolor", "virginica"])
y = NAMES[np.arange(150) % 3]
X = RNG.normal([5.8, 3.1, 3.8, 1.2], [0.4, 0.3, 0.5, 0.2], (150, 4))
X[:, 2] += 3 * (np.arange(150) % 3)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run():
    return train(RunConfig(epochs=60, init="he", batch_size=10), (X, y))


def test_train_and_predict(run):
    assert run.status == "completed"
    assert (run.model.predict(X) == y).mean() > 0.9
    assert run.model.predict_proba(X[:2]).shape == (2, 3)


def test_save_and_load_elsewhere(run):
    run.model.save("iris.model.npz")
    code = "import mlp_core; print(*mlp_core.Model.load('iris.model.npz').predict([[5, 3, 8, 1]]))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert printed == "virginica\n"


def test_go_on(run):
    data = Dataset.from_arrays(X, y)
    more = train(run.config.replace(epochs=20), data, start_from=run.model)
    assert more.history["running_loss"][0] < run.history["running_loss"][0] / 2
    assert more.model.evaluate(data)[1] > 0.9


def test_export_and_compare(run):
    from mlp_core.training.export import export_torch

    export_torch(run.model, "iris.npz")
    state = np.load("iris.npz")
    inputs = X * state["scale"] + state["offset"]
    hidden = np.maximum(inputs @ state["0.weight"].T + state["0.bias"], 0)
    outputs = hidden @ state["2.weight"].T + state["2.bias"]
    assert (NAMES[outputs.argmax(axis=1)] == run.model.predict(X)).all()


def test_what_went_wrong(run):
    assert run.diagnosis == []
    stuck = train(RunConfig(epochs=60, learning_rate=1e-5, init="he"), (X, y))
    (finding,) = [f for f in stuck.diagnosis if f.changes]
    assert finding.name == "rate too small"


def test_load_reads_what_is_there(run):
    run.model.save("iris.model.npz")
    model = Model.load("iris.model.npz")
    assert model.class_names == ("setosa", "versicolor", "virginica")
    assert model.fingerprint == run.fingerprint
