"""MNIST from mirrors, cache and named folder; tiny files stand in for it except where marked."""

import gzip
import hashlib
import os
import signal
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from idx_writer import NAMES, idx_bytes, small_arrays, write_folder
from mirror import Mirror, refusing_address
from waiting import PATIENCE_S

from mlp_core.data import DataError, fetch_mnist, find_mnist, load_dataset, loading, verify_mnist
from mlp_core.data.download import write_whole
from mlp_core.data.mnist import MIRRORS, SHA256

CONTENT = {name: idx_bytes(array) for name, array in small_arrays().items()}
HASHES = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
ZIPPED = {f"{name}.gz": gzip.compress(content) for name, content in CONTENT.items()}

needs_mnist = pytest.mark.skipif(
    not os.environ.get("MLP_CORE_DATA_DIR") or find_mnist() is None,
    reason="MLP_CORE_DATA_DIR names no folder with MNIST",
)


@pytest.fixture
def here(monkeypatch, tmp_path):
    """Nothing from the environment: no named folder, no proxy, a cache folder of our own."""
    monkeypatch.delenv("MLP_CORE_DATA_DIR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def fetch(folder, *mirrors):
    return fetch_mnist(progress=False, folder=folder, mirrors=mirrors, sha256=HASHES)


def holds_all(folder) -> bool:
    return {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT


def test_files_are_downloaded_once(here):
    with Mirror(ZIPPED) as mirror:
        folder = fetch(here / "a" / "b", mirror.address)
        assert folder == here / "a" / "b"
        assert holds_all(folder)
        assert sorted(mirror.requests) == sorted(ZIPPED)
        fetch(folder, mirror.address)
        assert len(mirror.requests) == 4


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("missing", "404"),
        ("truncated", ""),
        ("short", "breaks off"),
        ("empty", "found 0 bytes"),
        ("web page", "<html>Pl"),
        ("wrong bytes", "expected uncompressed bytes with sha256"),
    ],
)
def test_after_a_bad_mirror_comes_the_next(here, fault, reason):
    wrong = {name: gzip.compress(b"something else") for name in ZIPPED}
    with (
        Mirror(wrong if fault == "wrong bytes" else ZIPPED, fault) as bad,
        Mirror(ZIPPED) as good,
    ):
        folder = fetch(here / "a", bad.address, good.address)
        assert holds_all(folder)
        assert len(bad.requests) == 1  # the mirror that works is asked first from then on
        with pytest.raises(DataError) as caught:
            fetch(here / "b", bad.address)
    assert f"{bad.address}{NAMES[0]}.gz: " in str(caught.value)
    assert reason in str(caught.value)
    assert not (here / "b").exists()


def test_after_a_refused_connection_comes_the_next(here):
    with Mirror(ZIPPED) as good:
        assert holds_all(fetch(here / "a", refusing_address(), good.address))


@pytest.mark.parametrize("fault", ["no length", None])
def test_a_mirror_may_unpack_what_it_sends(here, fault):
    unpacked = {f"{name}.gz": content for name, content in CONTENT.items()}
    with Mirror(unpacked, fault) as mirror:
        assert holds_all(fetch(here / "a", mirror.address))


def test_when_all_mirrors_fail_each_is_named_with_what_to_do(here):
    refusing = refusing_address()
    with Mirror(ZIPPED, "missing") as bad, pytest.raises(DataError) as caught:
        fetch(here / "a", refusing, bad.address.rstrip("/"))
    for word in [
        f"{NAMES[0]}.gz: expected one of 2 mirror(s)",
        f"\n  {refusing}{NAMES[0]}.gz: ",
        f"\n  {bad.address}{NAMES[0]}.gz: 404",
        "Check the network",
        "MLP_CORE_DATA_DIR",
    ]:
        assert word in str(caught.value)
    assert not (here / "a").exists()


def test_a_download_goes_on_where_the_last_one_stopped(here):
    first = {name: ZIPPED[name] for name in list(ZIPPED)[:2]}
    with Mirror(first) as mirror, pytest.raises(DataError):
        fetch(here / "a", mirror.address)
    with Mirror(ZIPPED) as mirror:
        assert holds_all(fetch(here / "a", mirror.address))
        assert mirror.requests == list(ZIPPED)[2:]


@pytest.mark.parametrize("broken", ["", "x", "whole"])
def test_a_broken_file_is_downloaded_again(here, broken):
    folder = write_folder(here / "a", small_arrays(), zipped=False)
    (folder / NAMES[2]).write_bytes(CONTENT[NAMES[0]] if broken == "whole" else broken.encode())
    with Mirror(ZIPPED) as mirror:
        assert holds_all(fetch(folder, mirror.address))
        assert mirror.requests == [f"{NAMES[2]}.gz"]


def test_progress_is_shown_on_request_only(here, capsys):
    with Mirror(ZIPPED) as mirror:
        fetch(here / "a", mirror.address)
        assert capsys.readouterr() == ("", "")
        fetch_mnist(True, here / "b", mirrors=[mirror.address], sha256=HASHES)
    out, err = capsys.readouterr()
    assert out == ""
    assert all(f"{name}.gz: 100%" in err for name in NAMES)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_an_interrupted_download_leaves_nothing(here):
    code = (
        "import signal; from mlp_core.data import fetch_mnist\n"
        # A shell that runs the tests in the background lets its children ignore the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"fetch_mnist(False, {str(here / 'a')!r}, mirrors=[{{!r}}])"
    )
    with Mirror(ZIPPED, "stalled") as mirror:
        child = subprocess.Popen(
            [sys.executable, "-c", code.format(mirror.address)], stderr=subprocess.PIPE
        )
        assert mirror.asked.wait(PATIENCE_S)
        child.send_signal(signal.SIGINT)
        _, error = child.communicate(timeout=PATIENCE_S)
    assert b"KeyboardInterrupt" in error
    assert list(here.rglob("*")) == []


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]


def test_a_folder_that_cannot_be_written_to_is_explained(here):
    (here / "a").write_bytes(b"a file where a folder should be")
    with Mirror(ZIPPED) as mirror, pytest.raises(DataError, match=r"to write \d+ bytes, found"):
        fetch(here / "a" / "b", mirror.address)


@pytest.fixture
def tiny_mnist(monkeypatch):
    """Let the tiny files count as MNIST."""
    for name, sha256 in HASHES.items():
        monkeypatch.setitem(SHA256, name, sha256)


@pytest.mark.skipif(sys.platform != "linux", reason="moves the cache folder by XDG_CACHE_HOME")
def test_mnist_is_downloaded_to_the_cache_folder_once(here, tiny_mnist, monkeypatch):
    assert find_mnist() is None
    with Mirror(ZIPPED) as mirror:
        from_here = partial(fetch_mnist, mirrors=[mirror.address])
        monkeypatch.setattr(loading, "fetch_mnist", from_here)
        dataset = load_dataset("mnist")
        assert find_mnist() == here / "cache" / "mlp_core" / "mnist"
        assert load_dataset("mnist") is dataset
        assert load_dataset("mnist", "unit").name == "mnist"
        assert from_here(progress=False) == find_mnist()
        assert len(mirror.requests) == 4


@pytest.mark.parametrize("below", ["mnist", "."])
@pytest.mark.parametrize("zipped", [True, False])
def test_mnist_is_found_where_the_environment_says(here, tiny_mnist, monkeypatch, below, zipped):
    write_folder(here / "data" / below, small_arrays(), zipped)
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(here / "data"))
    assert find_mnist() == here / "data" / below
    assert fetch_mnist() == find_mnist()
    assert load_dataset("mnist").train_size == 12


def test_an_empty_variable_is_no_variable(here, monkeypatch):
    monkeypatch.setenv("MLP_CORE_DATA_DIR", "")
    assert find_mnist() is None
    assert [check.ok for check in verify_mnist()] == [False] * 4


@pytest.mark.parametrize("use", [fetch_mnist, partial(load_dataset, "mnist")])
def test_files_missing_from_the_named_folder_are_explained(here, monkeypatch, use):
    data = write_folder(here / "data" / "mnist", small_arrays()).parent
    (data / "mnist" / f"{NAMES[3]}.gz").unlink()
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(data))
    assert find_mnist() is None
    with pytest.raises(DataError) as caught:
        use()
    for word in [
        f"MLP_CORE_DATA_DIR={data}: expected the four MNIST files",
        f"looked for {data / 'mnist'}{os.sep}<file> or <file>.gz, {data}{os.sep}<file>",
        f"found no {NAMES[3]}. Put the files there, or unset MLP_CORE_DATA_DIR",
    ]:
        assert word in str(caught.value)


def test_a_named_folder_that_does_not_exist_is_explained(here, monkeypatch):
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(here / "nowhere"))
    with pytest.raises(DataError, match="found no such folder"):
        load_dataset("mnist")


@pytest.mark.parametrize("use", [fetch_mnist, partial(load_dataset, "mnist")])
def test_what_is_not_mnist_is_not_loaded_as_mnist(here, monkeypatch, use):
    folder = write_folder(here / "data" / "mnist", small_arrays())
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(here / "data"))
    with pytest.raises(DataError) as caught:
        use()
    path = folder / f"{NAMES[0]}.gz"
    for word in [f"{path}: expected", SHA256[NAMES[0]], HASHES[NAMES[0]], "get it again"]:
        assert word in str(caught.value)
    assert load_dataset(folder).train_size == 12  # by its path it is a dataset like any other


def test_verify_tells_what_is_wrong_with_each_file(here):
    folder = write_folder(here / "a", small_arrays())
    (folder / f"{NAMES[0]}.gz").unlink()
    (folder / f"{NAMES[1]}.gz").write_bytes(b"")
    (folder / f"{NAMES[2]}.gz").write_bytes(gzip.compress(b"other"))
    missing, empty, other, good = verify_mnist(folder, sha256=HASHES)
    assert [check.name for check in (missing, empty, other, good)] == list(NAMES)
    assert (missing.path, missing.ok) == (None, False)
    assert "found neither" in missing.message
    assert "an empty file" in empty.message
    assert "sha256" in other.message
    assert (good.path, good.ok, good.message) == (folder / f"{NAMES[3]}.gz", True, "ok")


def test_there_is_more_than_one_mirror():
    assert len({address.split("/")[2] for address in MIRRORS}) > 1
    assert all(address.startswith("https://") for address in MIRRORS)


@needs_mnist
def test_mnist_itself():
    assert all(check.ok for check in verify_mnist())
    dataset = load_dataset("mnist")
    assert (dataset.train_size, dataset.test_size, dataset.classes) == (60_000, 10_000, 10)
    assert (dataset.image_shape, dataset.pixel_max) == ((28, 28), 255)
    # The first labels of each file, as printed in every introduction to MNIST.
    assert dataset.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert dataset.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    pixel = np.float64(200)
    assert pixel * dataset.scale + dataset.offset == pytest.approx((200 - 128) / 255)


@needs_mnist
def test_standardized_mnist_has_the_customary_numbers():
    dataset = load_dataset("mnist", "standardized")
    assert dataset.scale == pytest.approx(1 / 255 / 0.3081, rel=1e-12)
    assert dataset.offset == pytest.approx(-0.1307 / 0.3081, rel=1e-12)
