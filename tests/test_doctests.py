"""The examples in the docstrings of every module run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import mlp_book
import mlp_core

MODULES = sorted(
    module.name
    for package in (mlp_core, mlp_book)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__")  # importing it would run it
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, tmp_path, monkeypatch):
    module = importlib.import_module(name)
    monkeypatch.chdir(tmp_path)  # an example that writes a file leaves none behind
    failed, _ = doctest.testmod(module)
    assert failed == 0, "see the captured output"


def test_the_walk_finds_the_package():
    assert {"mlp_core.nn.network", "mlp_core.training.config", "mlp_book.text"} <= set(MODULES)
