"""The page "Your own data and networks": what it tells the reader to type works."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec

import numpy as np
import pytest
from built_book import ROOT

from mlp_core import Model, load_dataset
from mlp_core.cli import main
from mlp_core.nn import ACTIVATIONS, LAYERS
from mlp_core.training.export import export_torch

PAGE = (ROOT / "book" / "own.md").read_text("utf-8")
NETWORKS = PAGE[PAGE.index("\n## Your own networks") :].split("\n## ")[1]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", NETWORKS, re.MULTILINE | re.DOTALL)
TORCH = next(text for _, text in BLOCKS if "import torch" in text or ", torch\n" in text)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, and registries that are as before afterwards."""
    monkeypatch.chdir(tmp_path)
    for names in (ACTIVATIONS, LAYERS):
        monkeypatch.setitem(names, "prelu", names.get("prelu"))
        del names["prelu"]
    return tmp_path


def commands(text: str) -> list[str]:
    lines = text.replace("\\\n", "").splitlines()
    return [line for line in lines if line.startswith("mlp-core ")]


def test_its_code_runs_from_the_first_block_to_the_last(folder, capsys):
    names: dict[str, object] = {"__name__": "page"}
    for language, text in BLOCKS:
        if language == "python" and text != TORCH:
            exec(compile(text, "own.md", "exec"), names)
        for line in commands(text) if language == "bash" else ():
            if "onnx" not in line or find_spec("onnx"):
                assert main(shlex.split(line)[1:]) == 0, line
    assert "PReLU(48)" in capsys.readouterr().out
    assert (folder / "epochs.csv").exists()


def test_the_half_on_data_is_the_readmes_which_test_newcomer_runs():
    (options,) = re.findall(r"^```\{include\} \.\./README\.md\n(.*?)^```$", PAGE, re.M | re.DOTALL)
    start, end = re.findall(r'"(## .*)"', options)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.count(f"\n{start}\n") == readme.count(f"\n{end}\n") == 1
    assert readme.index(start) < readme.index("load_iris") < readme.index(end)


def test_the_lines_of_the_readme_run(folder, capsys):
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme[readme.index("\n## Your own networks") :]
    exec(re.search(r"```python\n(.*?)```", section, re.DOTALL)[1], {})
    assert capsys.readouterr().out.startswith("[0 1 2 3 4]")


def test_its_lines_for_pytorch_are_those_that_export_prints(folder):
    assert main(shlex.split("train --epochs 20 --save-model digits.model.npz")) == 0
    model = Model.load("digits.model.npz")
    assert export_torch(model, "digits.torch.npz") == TORCH
    torch = pytest.importorskip("torch")
    images = load_dataset().test_features
    names = {"x": torch.from_numpy(images.copy())}
    exec(TORCH, names)
    outputs = names["outputs"].detach().numpy()
    np.testing.assert_allclose(outputs, model.outputs(images), rtol=1e-4, atol=1e-5)
