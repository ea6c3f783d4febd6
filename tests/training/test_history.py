"""`History`: one row per epoch, in named columns."""

import json

import pytest

from mlp_core.training import History, RunConfig, train
from mlp_core.training.history import COLUMNS


@pytest.fixture(scope="module")
def history():
    return train(RunConfig(epochs=3)).history


def test_columns_are_lists_with_a_plain_value_per_epoch(history):
    assert len(history) == 3
    for name in COLUMNS:
        assert len(history[name]) == 3
        for value in history[name]:
            assert type(value) in (int, float, type(None)), name
    assert history["epoch"] == [1, 2, 3]
    assert history["updates"] == [15, 30, 45]
    assert history["train_loss"][:2] == [None, None]
    assert history["train_loss"][2] > 0


def test_an_unknown_column_is_named_beside_the_known(history):
    with pytest.raises(KeyError, match=r"'loss': no such column; the columns are epoch, updates"):
        history["loss"]
    for make in (lambda: History({"loss": [1.0]}), lambda: History().append(loss=1.0)):
        with pytest.raises(ValueError, match="no such column: loss"):
            make()


def test_columns_must_have_one_length():
    with pytest.raises(ValueError, match=r"different lengths: \[1, 2\]"):
        History({"epoch": [1], "updates": [1, 2]})


def test_rows(history):
    assert history.row(-1) == {name: history[name][2] for name in COLUMNS}
    assert history.row(0)["epoch"] == 1
    assert history.last("test_loss") == history["test_loss"][-1]
    assert History().last("test_loss") is None
    assert repr(history) == "History(3 epochs)"


def test_a_column_is_a_copy(history):
    before = history["epoch"]
    history["epoch"].append(99)
    history.to_dict()["epoch"].append(99)
    assert history["epoch"] == before


def test_dict_round_trip(history):
    again = History(json.loads(json.dumps(history.to_dict())))
    assert again == history
    again.amend(-1, test_loss=0.0)
    assert again != history
    assert history != "a history"


def test_missing_columns_are_none():
    history = History({"epoch": [1, 2]})
    assert history["test_loss"] == [None, None]
    history.append(epoch=3)
    assert len(history) == 3


def test_dataframe(history):
    pytest.importorskip("pandas")
    frame = history.to_dataframe()
    assert list(frame.columns) == list(COLUMNS)
    assert frame["test_accuracy"].tolist() == history["test_accuracy"]
    assert frame["train_loss"].isna().tolist() == [True, True, False]
