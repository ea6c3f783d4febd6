"""A study of one's own in a TOML file."""

import re
from pathlib import Path

import pytest

from mlp_core.studies.own import read_study
from mlp_core.training import ConfigError, RunConfig

TEXT = """
question = "How wide need the hidden layer be?"
seeds = [1, 2]
callbacks = ["norm_statistics"]

[base]
epochs = 3

[[vary]]
hidden_sizes = [[8], [16]]
learning_rate = [0.05, 0.1]

[[vary]]
depth = { one = { hidden_sizes = [8] }, two = { hidden_sizes = [8, 8], init = "he" } }
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="width.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_is_a_study(write):
    study = read_study(write(TEXT))
    assert (study.name, study.question) == ("width", "How wide need the hidden layer be?")
    assert study.factors == ["hidden_sizes", "learning_rate", "depth"]
    # Four of the first table and two of the second, of which one is among the four.
    assert len(study.configs()) == 2 * 5
    assert study.configs()[0] == RunConfig(epochs=3, hidden_sizes=(8,), learning_rate=0.05, seed=1)
    assert study.configs()[-1] == RunConfig(epochs=3, hidden_sizes=(8, 8), init="he", seed=2)


def test_the_file_in_the_book_is_legal(write):
    page = (Path(__file__).parents[2] / "book" / "reproducing.md").read_text("utf-8")
    study = read_study(write(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1]))
    assert len(study.configs()) == 3 * 3 * 2


def test_a_mark_of_the_byte_order_is_no_text(write):
    assert len(read_study(write("\ufeff" + TEXT)).configs()) == 2 * 5


def test_one_table_and_the_default_seed(write):
    study = read_study(write("[vary]\nmomentum = [0, 0.9]"))
    assert [config.momentum for config in study.configs()] == [0, 0.9]
    assert {config.seed for config in study.configs()} == {RunConfig().seed}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("callbacks = 3", "callbacks=3 is not legal: must be a list of names"),
        ('callbacks = "norm_statistics"', "must be a list of names"),
        ("[vary", "cannot be read"),
        ("colour = 1", "colour is not legal: must be one of question, seeds"),
        ("[vary]\nmomentum = 0.9", r"momentum=0\.9 is not legal: must be a list of levels"),
        ("[vary]\nmomentum = []", r"momentum=\[\] is not legal"),
        ("[vary]\nmomentum = [2]", r"momentum=2 is not legal"),
        ("[vary]\nmomentun = [0.9]", "momentun: no such field; perhaps you meant momentum"),
        ("vary = [1]", "vary=1 is not legal"),
        ("[base]\nepochs = 0", "epochs=0 is not legal"),
        ("base = 1", "base must be a table"),
        ("seeds = []", "seeds a list"),
        ("seeds = [-1]", "seed=-1 is not legal"),
        ('callbacks = ["spy"]', "callback='spy' is not legal"),
        ("[base]\nseed = 3", "seed=3 is not legal here: name it in seeds"),
        ("[vary]\nseed = [1, 2]", "seed=1 is not legal here"),
        ("[vary.start]\na = { seed = 1 }", "seed=1 is not legal here"),
    ],
)
def test_what_is_not_legal_is_named_with_the_file(write, text, message):
    path = write(text)
    with pytest.raises(ConfigError, match=message) as caught:
        read_study(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["learning-rate.toml", "a b.toml", ".toml"])
def test_a_name_that_cannot_be_a_folder_of_its_own(write, name):
    with pytest.raises(ConfigError, match="is not legal"):
        read_study(write(TEXT, name))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read"):
        read_study(tmp_path / "none.toml")
