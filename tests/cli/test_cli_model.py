"""`mlp-core predict`, `evaluate`, `export`: a trained model at work."""

import csv
import gzip
import io
import json
import sys

import numpy as np
import pytest

from mlp_core import RunConfig, load_dataset, train
from mlp_core.training import Model

DIGITS = load_dataset()
IMAGES = DIGITS.test_features[:6]


@pytest.fixture(scope="module")
def model():
    return train(RunConfig(epochs=10)).model


@pytest.fixture
def saved(model, tmp_path):
    model.save(tmp_path / "d.model.npz")
    return model


def expected(model, images):
    rows = zip(model.predict(images), model.predict_proba(images).max(axis=1), strict=True)
    return [["class", "probability"], *([str(c), f"{p:.4f}"] for c, p in rows)]


def write_csv(path, header=None, sign=","):
    text = "".join(f"{sign.join(map(str, row))}\n" for row in IMAGES.tolist())
    path.write_text((f"{header}\n" if header else "") + text)


def columns(sign):
    return sign.join(f"pixel{k}" for k in range(64))


FILES = {
    "array": ("x.npy", lambda path: np.save(path, IMAGES)),
    "images": ("x.npy", lambda path: np.save(path, IMAGES.reshape(-1, 8, 8).astype(float))),
    "table": ("x.csv", write_csv),
    "named columns": ("x.csv", lambda path: write_csv(path, columns(","))),
    "semicolons": ("x.txt", lambda path: write_csv(path, columns(";"), ";")),
}


@pytest.mark.parametrize("kind", FILES)
def test_predict_prints_a_class_per_example(cli, tmp_path, saved, kind):
    name, write = FILES[kind]
    write(tmp_path / name)
    outcome = cli("predict", "d.model.npz", name)
    assert (outcome.status, outcome.err) == (0, "")
    assert list(csv.reader(io.StringIO(outcome.out))) == expected(saved, IMAGES)


def test_predict_reads_a_picture(cli, tmp_path, saved):
    image = pytest.importorskip("PIL.Image")
    pixels = IMAGES[0].reshape(8, 8)
    image.fromarray(pixels).save(tmp_path / "digit.png")
    rows = list(csv.reader(io.StringIO(cli("predict", "d.model.npz", "digit.png").out)))
    assert rows == expected(saved, pixels[None])


def test_scores_have_no_column_of_probabilities(cli, tmp_path):
    train(RunConfig(epochs=1, loss="hinge")).model.save(tmp_path / "m.npz")
    np.save(tmp_path / "x.npy", IMAGES)
    assert cli("predict", "m.npz", "x.npy").out.splitlines()[0] == "class"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.npy", b"not an array", "expected raw examples as numbers"),
        ("x.csv", b"a,b\n1,two\n", "expected raw examples as numbers"),
        ("x.csv", b"1,2\n3,4\n", "X of shape (2, 2) is not legal: must be of shape (n, 64)"),
        ("x.csv", b"", "expected raw examples as numbers"),
        ("x.csv", b"\xff\xfe", "expected raw examples as numbers"),
    ],
)
def test_what_cannot_be_predicted_is_one_line(cli, tmp_path, saved, name, content, words):
    (tmp_path / name).write_bytes(content)
    line = cli("predict", "d.model.npz", name).error_line()
    assert words in line


def test_evaluate(cli, saved):
    loss, accuracy = saved.evaluate(DIGITS)
    outcome = cli("evaluate", "d.model.npz")
    assert outcome.out == f"digits, 364 test examples: accuracy {accuracy:.2%}, loss {loss:.4f}\n"
    facts = json.loads(cli("evaluate", "d.model.npz", "--split", "train", "--json").out)
    loss, accuracy = saved.evaluate(DIGITS, "train")
    assert facts == {
        "dataset": "digits", "split": "train", "examples": 1433, "accuracy": accuracy, "loss": loss
    }  # fmt: skip


def test_evaluate_on_other_data(cli, tmp_path, saved):
    np.savez(
        tmp_path / "half.npz",
        x_train=DIGITS.train_features.reshape(-1, 8, 8), y_train=DIGITS.train_labels,
        x_test=IMAGES.reshape(-1, 8, 8), y_test=DIGITS.test_labels[:6],
    )  # fmt: skip
    facts = json.loads(cli("evaluate", "d.model.npz", "--dataset", "half.npz", "--json").out)
    assert facts["examples"] == 6
    assert facts["accuracy"] == (saved.predict(IMAGES) == DIGITS.test_labels[:6]).mean()


def test_columns_of_a_table_are_found_by_name(cli, tmp_path):
    rows = np.random.default_rng(0).normal([0, 9], 1, (40, 2)).round(3)
    labels = np.where(rows[:, 0] > 0, "up", "down")
    numbered = zip(range(1, 41), rows.tolist(), labels, strict=True)
    text = "".join(f"{k},{a},{b},{label}\n" for k, (a, b), label in numbered)
    (tmp_path / "all.csv").write_text(f"Id,a,b,species\n{text}")
    (tmp_path / "turned.csv").write_text("b,a\n" + "".join(f"{b},{a}\n" for a, b in rows))
    (tmp_path / "other.csv").write_text("b,c\n1,2\n")
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress((tmp_path / "turned.csv").read_bytes()))
    assert (
        cli("train", "--dataset", "all.csv", "--epochs", "30", "--save-model", "m.npz").status == 0
    )
    printed = {name: cli("predict", "m.npz", name).out for name in ("all.csv", "turned.csv")}
    assert (
        printed["all.csv"] == printed["turned.csv"] == cli("predict", "m.npz", "packed.csv.gz").out
    )
    assert len(printed["all.csv"].splitlines()) == 41
    assert "found no column 'a' among b, c" in cli("predict", "m.npz", "other.csv").error_line()


def test_a_split_without_examples(cli, saved):
    line = cli("evaluate", "d.model.npz", "--split", "validation").error_line()
    assert "split='validation' is not legal: digits has no such examples" in line


def test_data_that_have_changed_since_training_are_warned_of(cli, tmp_path):
    def write(labels):
        np.savez(tmp_path / "a.npz", X=IMAGES.repeat(4, axis=0), y=np.repeat(labels, 4))

    write([0, 1, 0, 1, 0, 1])
    cli("train", "--dataset", "a.npz", "--epochs", "1", "--save-model", "m.npz")
    assert cli("evaluate", "m.npz").err == ""
    write([0, 1, 0, 1, 1, 1])
    outcome = cli("evaluate", "m.npz")
    assert outcome.status == 0
    assert "a.npz does not give the data that the model was trained on" in outcome.err


def test_an_export_does_not_replace_its_model(cli, tmp_path, saved):
    before = (tmp_path / "d.model.npz").read_bytes()
    words = ("export", "d.model.npz", "--to", "torch", "--output", "./d.model.npz")
    assert "it is the model" in cli(*words).error_line()
    assert (tmp_path / "d.model.npz").read_bytes() == before


def test_export_to_torch_prints_the_lines_that_read_it(cli, tmp_path, saved):
    outcome = cli("export", "d.model.npz", "--to", "torch")
    assert (outcome.status, outcome.err) == (0, "d.torch.npz is written\n")
    assert 'np.load("d.torch.npz")' in outcome.out
    with np.load(tmp_path / "d.torch.npz") as state:
        np.testing.assert_array_equal(state["0.weight"], saved.network.layers[0].weight.T)


def test_export_to_onnx(cli, tmp_path, saved):
    onnx = pytest.importorskip("onnx")
    outcome = cli("export", "d.model.npz", "--to", "onnx", "--output", "d.onnx")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "d.onnx is written\n")
    onnx.checker.check_model(onnx.load(tmp_path / "d.onnx"))


def test_onnx_that_is_not_installed(cli, saved, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    line = cli("export", "d.model.npz", "--to", "onnx").error_line()
    assert line == "mlp-core: ONNX needs the package onnx: pip install 'mlp-core[export]'"


def test_python_dash_m_is_the_program(spawn, tmp_path, saved):
    import subprocess

    words = [sys.executable, "-m", "mlp_core", "evaluate", "d.model.npz"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("digits, 364 test examples: accuracy ")
    assert Model.load(tmp_path / "d.model.npz").digest == saved.digest
