import gzip
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from idx_writer import NAMES, idx_bytes, small_arrays, write_folder

from mlp_core.data import DataError, load_dataset


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(("shape", "classes"), [((3, 4), 3), ((28, 28), 10), ((1, 1), 26)])
def test_any_folder_of_idx_files_is_a_dataset(tmp_path, zipped, shape, classes):
    arrays = small_arrays(train=60, shape=shape, classes=classes)
    folder = write_folder(tmp_path / "fashion", arrays, zipped)
    dataset = load_dataset(folder, "unit")
    assert (dataset.name, dataset.image_shape, dataset.classes) == ("fashion", shape, classes)
    assert dataset.pixel_max == 255 and not dataset.builtin
    np.testing.assert_array_equal(dataset.train_features, arrays[NAMES[0]].reshape(60, -1))
    np.testing.assert_array_equal(dataset.train_labels, arrays[NAMES[1]])
    np.testing.assert_array_equal(dataset.test_features, arrays[NAMES[2]].reshape(5, -1))
    np.testing.assert_array_equal(dataset.test_labels, arrays[NAMES[3]])
    assert dataset.inputs().max() <= 1


def test_the_same_dataset_is_the_same_object(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "a", small_arrays())
    assert load_dataset() is load_dataset("digits", "centered")
    assert load_dataset(folder) is load_dataset(str(folder), input_scaling="centered")
    monkeypatch.chdir(tmp_path)
    assert load_dataset("a") is load_dataset(folder) is load_dataset("./a/")
    unit = load_dataset("a", "unit")
    assert np.shares_memory(unit.train_features, load_dataset("a").train_features)


def test_a_changed_file_is_read_again(tmp_path):
    folder = write_folder(tmp_path, small_arrays(train=12))
    before = load_dataset(folder)
    write_folder(folder, small_arrays(train=13))
    assert (before.train_size, load_dataset(folder).train_size) == (12, 13)
    assert before.fingerprint != load_dataset(folder).fingerprint


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write_folder(tmp_path / "mine", small_arrays())
    assert load_dataset("~/mine").name == "mine"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mnits", ["'mnits' is neither a dataset nor a path", "Did you mean 'mnist'?"]),
        ("MNIST", ["Did you mean 'mnist'?"]),
        ("digit", ["Legal names: 'digits', 'mnist'", "Did you mean 'digits'?"]),
        ("zzz", ["'zzz' is neither", "Legal names: 'digits', 'mnist', 'fashion-mnist'."]),
        ("", ["'' is neither"]),
        (None, ["None is neither a dataset nor a path", "Legal names"]),
        (3, ["3 is neither"]),
        ("no/such/folder", ["found nothing", "Check the path", "'digits', 'mnist'"]),
        ("~no-such-user/data", ["neither a dataset nor a path that can be read"]),
        ("x" * 5000, ["neither a dataset nor a path that can be read (", "too long"]),
        ("a\0b", ["neither a dataset nor a path"]),
    ],
)
def test_an_unknown_dataset_is_explained(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        load_dataset(name)
    for word in words:
        assert word in str(caught.value)
    assert len(str(caught.value)) < 500


def test_one_file_of_a_set_is_explained(tmp_path):
    folder = write_folder(tmp_path / "a", small_arrays())
    with pytest.raises(DataError, match=r"found one IDX file\. Give the folder of all: "):
        load_dataset(folder / f"{NAMES[0]}.gz")
    load_dataset(folder)
    shutil.rmtree(folder)
    with pytest.raises(DataError, match="found nothing"):
        load_dataset(folder)


def test_an_unknown_scaling_is_refused_before_anything_is_read():
    with pytest.raises(DataError, match="Did you mean 'standardized'"):
        load_dataset("mnist", "standardised")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"label": "y"},
            "label='y' is not legal for idx data",
        ),
        ({"test": "other.csv"}, "test='other.csv' is not legal for idx data"),
        ({"test": 0.3}, "test= is not legal: it holds test examples"),
        ({"test": 3}, "test=3 is not legal"),
        ({"test": (np.eye(3), [0, 1, 2])}, "is not legal: must be arrays"),
        ({"validation": 2}, "validation=2 is not legal: must be arrays"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path, options, words):
    folder = write_folder(tmp_path, small_arrays())
    with pytest.raises(DataError, match=words):
        load_dataset(folder, **options)
    with pytest.raises(DataError, match="is not legal"):
        load_dataset("digits", **options)


@pytest.mark.parametrize("name", NAMES)
def test_each_missing_or_broken_file_is_named(tmp_path, name):
    arrays = small_arrays()
    folder = write_folder(tmp_path, arrays)
    path = folder / f"{name}.gz"
    content = idx_bytes(arrays[name])
    for damaged in (gzip.compress(content[:-1]), gzip.compress(content)[:-12]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="breaks off") as caught:
            load_dataset(folder)
        assert str(caught.value).startswith(f"{path}: expected ")
    path.rename(path.with_name(name.replace("l", "1").replace("ima", "imma") + ".gz"))
    with pytest.raises(
        DataError, match=rf"expected {name} for (train|test)ing, found .*-ubyte\.gz"
    ):
        load_dataset(folder)
    path.with_name(name.replace("l", "1").replace("ima", "imma") + ".gz").unlink()
    with pytest.raises(DataError, match="Put what is missing beside these, gzipped or not"):
        load_dataset(folder)


def test_a_near_miss_is_named(tmp_path):
    folder = write_folder(tmp_path, small_arrays(), zipped=False)
    (folder / NAMES[1]).rename(folder / "train-lables-idx1-ubyte")
    with pytest.raises(DataError, match=rf"Rename train-lables-idx1-ubyte to {NAMES[1]}\. "):
        load_dataset(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {NAMES[1]: np.zeros(11, np.uint8)},
            ["train-images", "expected 11 examples, as there are labels, found 12"],
        ),
        (
            {NAMES[3]: np.zeros(6, np.uint8)},
            ["t10k-images", "expected 6 examples, as there are labels, found 5"],
        ),
        ({NAMES[2]: np.zeros((5, 4, 3), np.uint8)}, ["'train': (3, 4), 'test': (4, 3)"]),
        ({NAMES[3]: np.full(5, 9, np.uint8)}, ["label 9 does not occur", "are 0, 1, 2"]),
        ({NAMES[1]: np.zeros(12, np.uint8)}, ["all labels are 0"]),
    ],
)
def test_files_that_do_not_fit_together_are_explained(tmp_path, changes, words):
    folder = write_folder(tmp_path, small_arrays() | changes)
    with pytest.raises(DataError) as caught:
        load_dataset(folder)
    for word in [str(folder), *words]:
        assert word in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a folder that cannot be read")
def test_a_folder_that_cannot_be_read_is_explained(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "a", small_arrays())

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(DataError, match=r"can be read .*Permission denied"):
        load_dataset(folder)


def test_digits_load_numpy_and_the_standard_library_alone():
    code = (
        "import sys; before = set(sys.modules); from mlp_core.data import load_dataset; "
        "load_dataset(); "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mlp_core', 'numpy']"
