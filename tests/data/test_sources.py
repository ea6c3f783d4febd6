"""Sources, from mirrors, cache and named folder; tiny files stand in for MNIST but at the end."""

import gzip
import hashlib
import os
import signal
import stat
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from idx_writer import NAMES, idx_bytes, small_arrays, write_folder
from mirror import Mirror, refusing_address
from waiting import PATIENCE_S

from mlp_core.data import (
    SOURCES,
    DataError,
    fetch_dataset,
    find_dataset,
    load_dataset,
    verify_dataset,
)
from mlp_core.data.sources import Source

CONTENT = {name: idx_bytes(array) for name, array in small_arrays().items()}
HASHES = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
ZIPPED = {f"{name}.gz": gzip.compress(content) for name, content in CONTENT.items()}
MNIST = SOURCES["mnist"]


def needs(name):
    return pytest.mark.skipif(
        not os.environ.get("MLP_CORE_DATA_DIR") or find_dataset(name) is None,
        reason=f"MLP_CORE_DATA_DIR names no folder with {name}",
    )


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Take nothing from the environment: no named folder, no proxy, a cache of our own."""
    monkeypatch.delenv("MLP_CORE_DATA_DIR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "folder"


@pytest.fixture
def named(folder, monkeypatch):
    """Name a folder in the environment."""
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def mirrors(monkeypatch):
    """Return what lets the tiny files at some addresses count as those of each source."""

    def count_as(*addresses):
        for name in list(SOURCES):
            monkeypatch.setitem(SOURCES, name, Source(HASHES, addresses))

    return count_as


fetch = partial(fetch_dataset, "mnist", False)


def files_in(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_are_downloaded_once(folder, mirrors):
    with Mirror(ZIPPED) as mirror:
        mirrors(mirror.address)
        assert fetch(folder / "b") == folder / "b"
        assert files_in(folder) == CONTENT
        assert sorted(mirror.requests) == sorted(ZIPPED)
        fetch(folder / "b")
        assert len(mirror.requests) == 4
    if os.name == "posix":
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder / "b").iterdir()}
        assert modes == {0o644}  # other users may read them


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("missing", "404"),
        ("truncated", ""),
        ("short", "breaks off"),
        ("empty", "found data that starts with b''"),
        ("web page", "<html>Pl"),
        ("wrong bytes", f"uncompressed bytes with sha256 {HASHES[NAMES[0]]}"),
    ],
)
def test_after_a_bad_mirror_comes_the_next(folder, mirrors, fault, reason):
    wrong = {name: gzip.compress(b"\0\0something else") for name in ZIPPED}
    with (
        Mirror(wrong if fault == "wrong bytes" else ZIPPED, fault) as bad,
        Mirror(ZIPPED) as good,
    ):
        mirrors(bad.address, good.address)
        fetch(folder / "a")
        assert files_in(folder / "a") == CONTENT
        assert len(bad.requests) == 1  # the mirror that works is asked first from then on
        mirrors(bad.address)
        with pytest.raises(DataError) as caught:
            fetch(folder / "b")
    assert f"{bad.address}{NAMES[0]}.gz: " in str(caught.value)
    assert reason in str(caught.value)
    assert files_in(folder / "b") == {}


@pytest.mark.parametrize("fault", ["no length", None])
def test_a_mirror_may_unpack_what_it_sends(folder, mirrors, fault):
    with Mirror({f"{name}.gz": content for name, content in CONTENT.items()}, fault) as mirror:
        mirrors(mirror.address)
        assert files_in(fetch(folder)) == CONTENT


def test_when_all_mirrors_fail_each_is_named_with_what_to_do(folder, mirrors):
    refusing = refusing_address()
    with Mirror(ZIPPED, "missing") as bad, pytest.raises(DataError) as caught:
        mirrors(refusing, bad.address.rstrip("/"))
        fetch(folder)
    for words in [
        f"{NAMES[0]}.gz: expected one of 2 mirror(s)",
        f"\n  {refusing}{NAMES[0]}.gz: ",
        f"\n  {bad.address}{NAMES[0]}.gz: 404",
        "Check the network",
        "MLP_CORE_DATA_DIR",
    ]:
        assert words in str(caught.value)


def test_a_download_goes_on_where_the_last_one_stopped(folder, mirrors):
    with Mirror(dict(list(ZIPPED.items())[:2])) as mirror, pytest.raises(DataError):
        mirrors(mirror.address)
        fetch(folder)
    with Mirror(ZIPPED) as mirror:
        mirrors(refusing_address(), mirror.address)
        assert files_in(fetch(folder)) == CONTENT
        assert mirror.requests == list(ZIPPED)[2:]


@pytest.mark.parametrize("broken", [b"", b"x", CONTENT[NAMES[0]]])
def test_a_broken_file_stays_until_a_whole_one_is_there(folder, mirrors, broken):
    write_folder(folder, small_arrays(), zipped=False)
    (folder / NAMES[2]).write_bytes(broken)
    before = files_in(folder)
    with Mirror(ZIPPED, "short") as mirror, pytest.raises(DataError):
        mirrors(mirror.address)
        fetch(folder)
    assert files_in(folder) == before
    with Mirror(ZIPPED) as mirror:
        mirrors(mirror.address)
        assert files_in(fetch(folder)) == CONTENT
        assert mirror.requests == [f"{NAMES[2]}.gz"]


def test_progress_is_shown_on_request_only(folder, mirrors, capsys):
    with Mirror(ZIPPED) as mirror:
        mirrors(mirror.address)
        fetch(folder / "a")
        assert capsys.readouterr() == ("", "")
        fetch_dataset("mnist", True, folder / "b")
    out, err = capsys.readouterr()
    assert out == ""
    assert all(f"{name}.gz: 100%" in err for name in NAMES)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_an_interrupted_download_leaves_no_file(folder):
    code = (
        "import signal; from mlp_core.data import SOURCES, fetch_dataset, sources\n"
        # A shell that runs the tests in the background lets its children ignore the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "SOURCES['mnist'] = sources.Source(SOURCES['mnist'].sha256, [{!r}])\n"
        "fetch_dataset('mnist', False, {!r})"
    )
    with Mirror(ZIPPED, "stalled") as mirror:
        child = subprocess.Popen(
            [sys.executable, "-c", code.format(mirror.address, str(folder))],
            stderr=subprocess.PIPE,
        )
        assert mirror.asked.wait(PATIENCE_S)
        child.send_signal(signal.SIGINT)
        _, error = child.communicate(timeout=PATIENCE_S)
    assert b"KeyboardInterrupt" in error
    assert files_in(folder) == {}


def test_a_folder_that_cannot_be_written_to_is_explained(folder, mirrors):
    folder.write_bytes(b"a file where a folder should be")
    with Mirror(ZIPPED) as mirror:
        mirrors(mirror.address)
        with pytest.raises(DataError, match=r"expected to write it, found .*Make room or give"):
            fetch(folder / "b")


@pytest.mark.skipif(sys.platform != "linux", reason="moves the cache folder by XDG_CACHE_HOME")
@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_downloaded_to_the_cache_folder_once(folder, mirrors, tmp_path, name):
    assert find_dataset(name) is None
    with Mirror(ZIPPED) as mirror:
        mirrors(mirror.address)
        dataset = load_dataset(name)
        assert find_dataset(name) == tmp_path / "cache" / "mlp_core" / name
        assert load_dataset(name) is dataset
        assert load_dataset(name, "unit").name == name
        assert fetch_dataset(name, False) == find_dataset(name)
        assert len(mirror.requests) == 4


@pytest.mark.parametrize(
    ("name", "below"),
    [("mnist", "mnist"), ("mnist", "."), ("fashion-mnist", "fashion-mnist")],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_source_is_found_where_the_environment_says(named, mirrors, name, below, zipped):
    mirrors()
    write_folder(named / below, small_arrays(), zipped)
    assert find_dataset(name) == named / below
    assert fetch_dataset(name, False) == find_dataset(name)
    assert load_dataset(name).train_size == 12


def test_an_empty_variable_is_no_variable(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("MLP_CORE_DATA_DIR", "")
    assert find_dataset("mnist") is None
    checks = verify_dataset("mnist")
    assert all(check.problem.startswith(str(tmp_path / "cache")) for check in checks)


@pytest.mark.parametrize("use", [fetch, partial(load_dataset, "mnist")])
@pytest.mark.parametrize("below", ["mnist", "."])
def test_files_missing_from_the_named_folder_are_explained(named, use, below):
    write_folder(named / below, small_arrays())
    (named / below / f"{NAMES[0]}.gz").unlink()
    assert find_dataset("mnist") is None
    with pytest.raises(DataError) as caught:
        use()
    assert str(caught.value) == (
        f"MLP_CORE_DATA_DIR={named}: {named / below}: expected {NAMES[0]} or {NAMES[0]}.gz, "
        f"found neither. Put the files of mnist into {named / 'mnist'} or {named}, "
        "or unset MLP_CORE_DATA_DIR to have them downloaded."
    )


def test_a_named_folder_that_does_not_exist_is_explained(named):
    with pytest.raises(DataError, match="found no such folder"):
        load_dataset("mnist")


@pytest.mark.parametrize("use", [fetch, partial(load_dataset, "mnist")])
def test_what_is_not_mnist_is_not_loaded_as_mnist(named, use):
    folder = write_folder(named / "mnist", small_arrays())
    with pytest.raises(DataError) as caught:
        use()
    (name,) = [name for name in NAMES if f"{folder / name}.gz: expected" in str(caught.value)]
    for words in [MNIST.sha256[name], HASHES[name], "These are other data"]:
        assert words in str(caught.value)
    assert load_dataset(folder).train_size == 12  # by its path it is a dataset like any other


def test_mnists_files_are_never_taken_for_those_of_another_set(named, mirrors, monkeypatch):
    """All sets of IDX files have the same names: MNIST's lie beside the folders of others."""
    mirrors()
    write_folder(named, small_arrays())
    arrays = small_arrays(seed=1)
    hashes = {name: hashlib.sha256(idx_bytes(array)).hexdigest() for name, array in arrays.items()}
    monkeypatch.setitem(SOURCES, "fashion-mnist", Source(hashes, ()))
    assert find_dataset("fashion-mnist") is None
    other = write_folder(named / "fashion-mnist", arrays)
    fashion, mnist = load_dataset("fashion-mnist"), load_dataset("mnist")
    assert fashion.fingerprint == load_dataset(other).fingerprint != mnist.fingerprint
    next(other.iterdir()).unlink()  # MNIST's folder is now the fuller one
    assert find_dataset("fashion-mnist") is None
    paths = [check.path for check in verify_dataset("fashion-mnist")]
    assert paths.count(None) == 1
    assert {path.parent for path in paths if path} == {other}


def test_a_folder_that_is_no_source_is_a_path_and_nothing_else(named, mirrors, monkeypatch):
    mirrors()
    write_folder(named, small_arrays())
    monkeypatch.chdir(named)
    with pytest.raises(DataError, match="'kuzushiji' is neither a dataset nor a path"):
        load_dataset("kuzushiji")
    write_folder(named / "kuzushiji", small_arrays(seed=1))
    assert load_dataset("kuzushiji").fingerprint != load_dataset("mnist").fingerprint


def test_verify_tells_what_is_wrong_with_each_file(folder, mirrors):
    mirrors()
    write_folder(folder, small_arrays())
    (folder / f"{NAMES[0]}.gz").unlink()
    (folder / f"{NAMES[1]}.gz").write_bytes(b"")
    (folder / f"{NAMES[2]}.gz").write_bytes(gzip.compress(b"other"))
    checks = verify_dataset("mnist", folder)
    assert [check.name for check in checks] == list(NAMES)
    assert [check.path for check in checks] == [
        None,
        *(folder / f"{name}.gz" for name in NAMES[1:]),
    ]
    for check, words in zip(checks, ["neither", "an empty file", "sha256", ""], strict=True):
        assert words in check.problem
    assert checks[3].problem == ""


@pytest.mark.parametrize("use", [fetch_dataset, find_dataset, verify_dataset])
def test_what_is_no_source_is_explained(folder, use):
    with pytest.raises(DataError, match=r"'mnits' is not downloaded .*Did you mean 'mnist'"):
        use("mnits")


@pytest.mark.parametrize("name", SOURCES)
def test_each_source_has_files_and_more_than_one_safe_mirror(name):
    source = SOURCES[name]
    assert tuple(source.sha256) == NAMES
    assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in source.sha256.values())
    assert len({address.split("/")[2] for address in source.mirrors}) > 1
    assert all(address.startswith("https://") for address in source.mirrors)


@needs("fashion-mnist")
def test_fashion_mnist_itself():
    assert not any(check.problem for check in verify_dataset("fashion-mnist"))
    dataset = load_dataset("fashion-mnist")
    assert (dataset.train_size, dataset.test_size, dataset.classes) == (60_000, 10_000, 10)
    assert np.bincount(dataset.test_labels).tolist() == [1000] * 10
    first = [dataset.class_names[label] for label in dataset.test_labels[:4]]
    assert first == ["ankle boot", "pullover", "trouser", "trouser"]


@needs("mnist")
def test_mnist_itself():
    assert not any(check.problem for check in verify_dataset("mnist"))
    dataset = load_dataset("mnist")
    assert (dataset.train_size, dataset.test_size, dataset.classes) == (60_000, 10_000, 10)
    assert (dataset.image_shape, dataset.pixel_max) == ((28, 28), 255)
    # The first labels of each file, as printed in every introduction to MNIST.
    assert dataset.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert dataset.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    pixel = np.float64(200)
    scaling = dataset.scaling
    assert pixel * scaling.scale + scaling.offset == pytest.approx((200 - 128) / 255)
    standardized = load_dataset("mnist", "standardized")  # the customary numbers
    assert standardized.scaling.scale == pytest.approx(1 / 255 / 0.3081, rel=1e-12)
    assert standardized.scaling.offset == pytest.approx(-0.1307 / 0.3081, rel=1e-12)
