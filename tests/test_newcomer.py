"""README's section "Your own data", run as it stands there, on files such as people have."""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

README = Path(__file__).parents[1] / "README.md"
LINES = 6  # at most, of each example
RNG = np.random.default_rng(0)


def read_examples():
    """Return the programs of the section, by the word that tells each from the others."""
    section = README.read_text(encoding="utf-8").split("\n## Your own data\n")[1].split("\n## ")[0]
    programs = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    words = ("load_iris", "iris.csv", "train.csv", "mnist.npz", "emnist", "QMNIST", "shapes")
    return {word: next(p for p in programs if word in p) for word in words}, len(programs)


EXAMPLES, COUNT = read_examples()


def run_example(word):
    """Run a program of README here; return its names."""
    names = {"__name__": "newcomer"}
    exec(compile(EXAMPLES[word], f"README.md ({word})", "exec"), names)
    return names


def make_images(count, classes=3, first=0):
    """Return images of 28 x 28 pixels whose bright row tells the class, and their labels."""
    labels = np.arange(count) % classes
    images = RNG.integers(0, 100, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[3 * label + 2 : 3 * label + 4, 5:23] = 250
    return images, labels + first


def idx_bytes(array, code):
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype({8: ">u1", 12: ">i4"}[code]).tobytes()


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_every_example_is_short_and_tried():
    assert len(EXAMPLES) == COUNT
    for program in EXAMPLES.values():
        assert len([line for line in program.splitlines() if line.strip()]) <= LINES


def test_arrays_of_floats(capsys):
    pytest.importorskip("sklearn")
    run = run_example("load_iris")["run"]
    assert run.summary["test_accuracy"] >= 0.85
    assert run.config.dataset == "own" and len(run.fingerprint) == 16
    assert run.fingerprint in capsys.readouterr().out


def test_a_data_frame():
    pytest.importorskip("pandas")
    iris = pytest.importorskip("sklearn.datasets").load_iris(as_frame=True)
    frame = iris.frame
    frame["species"] = iris.target_names[frame.pop("target")]
    frame.to_csv("iris.csv", index=False)
    names = run_example("iris.csv")
    data, run = names["data"], names["run"]
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert (data.train_size, data.validation_size, data.test_size) == (90, 30, 30)
    assert run.summary["validation_accuracy"] >= 0.85 and run.summary["test_accuracy"] >= 0.85


def test_a_table_as_of_kaggle():
    images, labels = make_images(300)
    header = ",".join(["label", *(f"pixel{k}" for k in range(784))])
    rows = np.column_stack([labels, images.reshape(300, -1)])
    np.savetxt("train.csv", rows, fmt="%d", delimiter=",", header=header, comments="")
    names = run_example("train.csv")
    assert names["data"].image_shape == (28, 28)
    assert names["run"].summary["test_accuracy"] == 1
    assert names["run"].history.last("validation_accuracy") == 1


def test_an_npz_as_of_keras():
    (x, y), (x_test, y_test) = make_images(300), make_images(60)
    np.savez("mnist.npz", x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    names = run_example("mnist.npz")
    assert (names["data"].train_size, names["data"].test_size) == (300, 60)
    assert names["run"].summary["test_accuracy"] == 1


def test_idx_files_as_of_emnist(capsys):
    Path("gzip").mkdir()
    for kind in ("letters", "digits"):
        for split, count in (("train", 300), ("test", 60)):
            images, labels = make_images(count, first=1)
            for name, array in (("images-idx3", images.swapaxes(1, 2)), ("labels-idx1", labels)):
                path = Path("gzip", f"emnist-{kind}-{split}-{name}-ubyte.gz")
                path.write_bytes(gzip.compress(idx_bytes(array, 8)))
    names = run_example("emnist")
    assert names["data"].class_names == ("1", "2", "3")
    assert (names["data"].train_features.reshape(-1, 28, 28)[0, 2, 5:23] == 250).all()  # upright
    assert names["run"].summary["test_accuracy"] == 1
    assert "'1', '2', '3'" in capsys.readouterr().out


def test_idx_files_as_of_qmnist():
    Path("QMNIST/raw").mkdir(parents=True)
    for split, count in (("train", 300), ("test", 60)):
        images, labels = make_images(count)
        columns = np.column_stack([labels, RNG.integers(0, 9999, (count, 7))])
        Path(f"QMNIST/raw/qmnist-{split}-images-idx3-ubyte").write_bytes(idx_bytes(images, 8))
        path = Path(f"QMNIST/raw/qmnist-{split}-labels-idx2-int.gz")
        path.write_bytes(gzip.compress(idx_bytes(columns, 12)))
    names = run_example("QMNIST")
    assert names["data"].classes == 3
    assert names["run"].summary["test_accuracy"] == 1


def test_a_folder_of_pictures(capsys):
    pictures = pytest.importorskip("PIL.Image")
    for number, (image, label) in enumerate(zip(*make_images(150), strict=True)):
        path = Path("shapes", ("circle", "square", "triangle")[label], f"{number}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        pictures.fromarray(image).save(path)
    names = run_example("shapes")
    assert names["run"].summary["test_accuracy"] == 1
    assert "shapes: 120 training and 30 test images of 28 x 28 pixels" in capsys.readouterr().out


def test_the_command_line_of_readme():
    """The same file, the same run."""
    from mlp_core.cli import main

    (command,) = re.findall(r"`mlp-core (train --dataset train\.csv [^`]*)`", README.read_text())
    test_a_table_as_of_kaggle()
    assert main([*command.split(), "--epochs", "3", "--hidden-sizes", "8"]) == 0
