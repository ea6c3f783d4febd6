"""`mlp-core data` and `mlp-core info`."""

import json

import numpy as np
import pytest

from mlp_core import __version__
from mlp_core.data.folder import FILE_NAMES


@pytest.fixture
def empty_data_dir(monkeypatch, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(folder))
    return folder


def test_info_tells_what_is_there(cli, empty_data_dir):
    outcome = cli("data", "info")
    assert outcome.status == 0
    assert outcome.out.startswith("digits: 1,433 training and 364 test images")
    assert "mnist: not here yet; get it with: mlp-core data fetch" in outcome.out


def test_info_tells_where_mnist_is(cli, empty_data_dir):
    for name in FILE_NAMES:
        (empty_data_dir / name).touch()
    assert f"mnist: in {empty_data_dir}" in cli("data", "info").out
    assert f"in {empty_data_dir}" in json.loads(cli("info", "--json").out)["mnist"]


def test_verify_names_every_wrong_file(cli, empty_data_dir):
    (empty_data_dir / FILE_NAMES[0]).write_bytes(b"not an image")
    outcome = cli("data", "verify")
    assert outcome.status == 1
    lines = outcome.out.splitlines()
    assert len(lines) == 4
    for line, name in zip(lines, FILE_NAMES, strict=True):
        assert line.startswith("wrong  ") and name in line


def test_fetch_says_why_it_failed(cli, empty_data_dir):
    outcome = cli("data", "fetch")
    assert outcome.status == 1
    assert outcome.out == ""
    assert str(empty_data_dir) in outcome.err


def test_fetch_and_verify_report_good_files(cli, monkeypatch, tmp_path):
    from mlp_core.cli import data
    from mlp_core.data import FileCheck

    checks = [FileCheck(name, tmp_path / name, True, "ok") for name in FILE_NAMES]
    monkeypatch.setattr(data, "verify_mnist", lambda: checks)
    monkeypatch.setattr(data, "fetch_mnist", lambda progress: tmp_path)
    assert cli("data", "fetch").out == f"MNIST is in {tmp_path}\n"
    outcome = cli("data", "verify")
    assert outcome.status == 0
    assert outcome.out.splitlines() == [f"ok     {tmp_path / name}" for name in FILE_NAMES]


def test_training_on_missing_mnist_is_one_line(cli, empty_data_dir):
    outcome = cli("train", "--dataset", "mnist", "--json")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert "MLP_CORE_DATA_DIR" in outcome.err


def test_info(cli):
    lines = dict(line.split(maxsplit=1) for line in cli("info").out.splitlines())
    assert lines["mlp_core"] == __version__
    assert lines["numpy"] == np.__version__
    assert {"python", "blas", "blas_threads", "cpu", "cores", "mnist", "results"} <= set(lines)


def test_info_as_json(cli):
    outcome = cli("info", "--json")
    assert outcome.out.count("\n") == 1
    facts = json.loads(outcome.out)
    assert facts["cores"] >= 1
