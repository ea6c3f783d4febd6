"""What a book with its own Python carries for the panels to train on, if it is at hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import mlp_data
import pytest

from mlp_core.data.folder import FILE_NAMES

FASHION = "fashion-mnist"


def put_files(folder: Path, ending: str = "") -> None:
    folder.mkdir(parents=True)
    for name in FILE_NAMES.values():
        content = name.encode()
        packed = gzip.compress(content, mtime=0) if ending else content
        (folder / f"{name}{ending}").write_bytes(packed)


@pytest.fixture
def at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    put_files(tmp_path / "at_hand" / "mnist", ".gz")
    put_files(tmp_path / "at_hand" / FASHION)
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(tmp_path / "at_hand"))
    monkeypatch.setenv(mlp_data.OFFLINE, "somewhere")
    return tmp_path


def test_what_is_at_hand_is_copied_gzipped(at_hand: Path) -> None:
    found = mlp_data.copy_data(at_hand)
    assert [entry["label"] for entry in found] == ["MNIST", "Fashion-MNIST"]
    for entry in found:
        assert len(entry["files"]) == 4
        for file, name in zip(entry["files"], FILE_NAMES.values(), strict=True):
            assert gzip.decompress((at_hand / file).read_bytes()) == name.encode()


def test_a_folder_beside_mnists_is_at_hand(at_hand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(at_hand / "at_hand" / "mnist"))
    assert [entry["name"] for entry in mlp_data.copy_data(at_hand)] == ["mnist", FASHION]


def test_what_is_not_whole_is_left_out(at_hand: Path) -> None:
    next((at_hand / "at_hand" / FASHION).iterdir()).unlink()
    assert [entry["name"] for entry in mlp_data.copy_data(at_hand)] == ["mnist"]


def test_a_book_without_its_own_python_carries_none(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlp_data.copy_data(at_hand)
    monkeypatch.delenv(mlp_data.OFFLINE)
    assert mlp_data.copy_data(at_hand) == []
    assert not (at_hand / mlp_data.FOLDER).exists()
