"""`mlp-core data` and `mlp-core info`."""

import json

import numpy as np
import pytest

from mlp_core import __version__
from mlp_core.data import folder, sources

FILE_NAMES = tuple(folder.FILE_NAMES.values())


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    """Make an empty folder the one that MLP_CORE_DATA_DIR names."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(folder))
    return folder


def test_data_info_tells_what_is_there_and_where(cli, data_dir):
    outcome = cli("data", "info")
    assert outcome.status == 0
    assert outcome.out.startswith("digits: 1,433 training and 364 test images")
    assert "mnist: not here yet; get it with: mlp-core data fetch mnist\n" in outcome.out
    for name in FILE_NAMES:
        (data_dir / name).touch()
    assert f"mnist: in {data_dir}\n" in cli("data", "info").out
    assert json.loads(cli("info", "--json").out)["mnist"] == f"in {data_dir}"


@pytest.mark.parametrize("arguments", [(), ("mnist",), ("fashion-mnist",)])
def test_files_that_are_missing_or_wrong_are_named(cli, data_dir, arguments):
    (data_dir / "fashion-mnist").mkdir()
    (data_dir / "fashion-mnist" / FILE_NAMES[0]).write_bytes(b"not an image")
    (data_dir / FILE_NAMES[0]).write_bytes(b"not an image")
    outcome = cli("data", "verify", *arguments)
    assert outcome.status == 1
    for line, name in zip(outcome.out.splitlines(), FILE_NAMES, strict=True):
        assert line.startswith("wrong  ") and name in line
    outcome = cli("data", "fetch", *arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert str(data_dir) in outcome.err


def test_good_files_are_reported(cli, monkeypatch, data_dir):
    monkeypatch.setattr(sources, "check_sha256", lambda *_: None)
    for name in FILE_NAMES:
        (data_dir / name).write_bytes(b"\0\0")
    assert cli("data", "fetch").out == f"mnist is in {data_dir}\n"
    outcome = cli("data", "verify")
    assert outcome.status == 0
    assert outcome.out.splitlines() == [f"ok     {data_dir / name}" for name in FILE_NAMES]


def test_training_on_missing_mnist_is_one_line(cli, data_dir):
    assert "MLP_CORE_DATA_DIR" in cli("train", "--dataset", "mnist", "--json").error_line()


def test_info_for_people_and_as_json(cli):
    lines = dict(line.split(maxsplit=1) for line in cli("info").out.splitlines())
    assert (lines["mlp_core"], lines["numpy"]) == (__version__, np.__version__)
    assert {"python", "blas", "blas_threads", "cpu", "mnist", "results"} <= set(lines)
    outcome = cli("info", "--json")
    assert outcome.out.count("\n") == 1
    facts = json.loads(outcome.out)
    assert facts["cores"] >= 1 and set(facts) == set(lines)
