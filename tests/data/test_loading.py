import gzip
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
    np.testing.assert_array_equal(dataset.train_pixels, arrays[NAMES[0]].reshape(60, -1))
    np.testing.assert_array_equal(dataset.train_labels, arrays[NAMES[1]])
    np.testing.assert_array_equal(dataset.test_pixels, arrays[NAMES[2]].reshape(5, -1))
    np.testing.assert_array_equal(dataset.test_labels, arrays[NAMES[3]])
    assert dataset.images().max() <= 1


def test_the_same_dataset_is_the_same_object(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "a", small_arrays())
    assert load_dataset() is load_dataset("digits", "centered")
    assert load_dataset(folder) is load_dataset(str(folder), input_scaling="centered")
    monkeypatch.chdir(tmp_path)
    assert load_dataset("a") is load_dataset(folder)
    assert np.shares_memory(load_dataset("a", "unit").train_pixels, load_dataset("a").train_pixels)


def test_a_changed_file_is_read_again(tmp_path):
    folder = write_folder(tmp_path, small_arrays(train=12))
    assert load_dataset(folder).train_size == 12
    write_folder(folder, small_arrays(train=13))
    assert load_dataset(folder).train_size == 13


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write_folder(tmp_path / "mine", small_arrays())
    assert load_dataset("~/mine").name == "mine"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mnits", ["'mnits' is neither a dataset nor a folder", "Did you mean 'mnist'?"]),
        ("MNIST", ["Did you mean 'mnist'?"]),
        ("digit", ["Legal names: 'digits', 'mnist'", "Did you mean 'digits'?"]),
        ("zzz", ["'zzz' is neither", "Legal names: 'digits', 'mnist'."]),
        ("", ["'' is neither"]),
        (None, ["None is neither a dataset nor a path", "Legal names"]),
        (3, ["3 is neither"]),
        ("no/such/folder", ["found no such folder", "Check the path", "'digits', 'mnist'"]),
    ],
)
def test_an_unknown_dataset_is_explained(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        load_dataset(name)
    for word in words:
        assert word in str(caught.value)


def test_what_is_no_folder_is_explained(tmp_path):
    folder = write_folder(tmp_path / "a", small_arrays())
    with pytest.raises(DataError, match=r"four IDX files, found a file\. Give the folder"):
        load_dataset(folder / f"{NAMES[0]}.gz")
    load_dataset(folder)
    shutil.rmtree(folder)
    with pytest.raises(DataError, match="no such folder"):
        load_dataset(folder)


def test_an_unknown_scaling_is_refused_before_anything_is_read():
    with pytest.raises(DataError, match="Did you mean 'standardized'"):
        load_dataset("mnist", "standardised")


@pytest.mark.parametrize("name", NAMES)
def test_each_missing_or_broken_file_is_named(tmp_path, name):
    arrays = small_arrays()
    folder = write_folder(tmp_path, arrays)
    path = folder / f"{name}.gz"
    content = idx_bytes(arrays[name])
    for damaged, words in (
        (gzip.compress(content[:-1]), "breaks off"),
        (gzip.compress(content)[:-12], "breaks off"),
        (content, "unpacked already"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=words) as caught:
            load_dataset(folder)
        assert str(caught.value).startswith(f"{path}: expected ")
    path.unlink()
    with pytest.raises(DataError, match=f"found neither {name} nor {name}.gz. Put the missing"):
        load_dataset(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {NAMES[1]: np.zeros(11, np.uint8)},
            ["train-images-idx3-ubyte and train-labels", "12 images and 11 labels"],
        ),
        ({NAMES[3]: np.zeros(6, np.uint8)}, ["t10k-labels", "5 images and 6 labels"]),
        ({NAMES[2]: np.zeros((5, 4, 3), np.uint8)}, ["(3, 4) in training and (4, 3) in test"]),
        ({NAMES[3]: np.full(5, 9, np.uint8)}, ["labels from 0 to 2", "found label 9"]),
    ],
)
def test_files_that_do_not_fit_together_are_explained(tmp_path, changes, words):
    folder = write_folder(tmp_path, small_arrays() | changes)
    with pytest.raises(DataError) as caught:
        load_dataset(folder)
    for word in [f"{folder}: ", *words, "Check that the four files are of one dataset"]:
        assert word in str(caught.value)


def test_digits_load_numpy_and_the_standard_library_alone():
    code = (
        "import sys; before = set(sys.modules); from mlp_core.data import load_dataset; "
        "load_dataset(); "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mlp_core', 'numpy']"
