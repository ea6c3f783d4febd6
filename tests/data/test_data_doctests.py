import doctest
import importlib
import pkgutil

import pytest

import mlp_core.data

MODULES = [info.name for info in pkgutil.iter_modules(mlp_core.data.__path__, "mlp_core.data.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
