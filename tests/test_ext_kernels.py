"""Kernels of the build: forks that run a notebook as a new Python does."""

from __future__ import annotations

import os
import sys
from multiprocessing import active_children
from pathlib import Path

import mlp_kernels
import nbformat
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone"),
    # A fork has the warnings of its parent, and ipykernel has one of its own at its end.
    pytest.mark.filterwarnings("ignore"),
]


def run(code: str, folder: Path) -> str:
    """Run one cell in a forked kernel; return what it prints."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    return str(notebook.cells[0].outputs[0]["text"]).strip()


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", factory.default_provisioner_name)
    mlp_kernels.fork_kernels()


def test_a_kernel_is_a_fork_in_the_notebooks_folder(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n")
    code = "import os, beside\nprint(os.getppid(), os.getcwd(), beside.NAME)"
    assert run(code, tmp_path) == f"{os.getpid()} {tmp_path} beside"
    assert not active_children()


def test_figures_are_drawn_inline(tmp_path: Path) -> None:
    code = "import matplotlib.pyplot as plt\nprint(plt.get_backend())"
    assert "inline" in run(code, tmp_path)


def test_a_kernel_keeps_nothing_from_the_one_before(tmp_path: Path) -> None:
    run("import mlp_core\nmlp_core.left = 1\nprint()", tmp_path)
    assert run("import mlp_core\nprint(hasattr(mlp_core, 'left'))", tmp_path) == "False"


def test_a_kernel_needs_no_port(tmp_path: Path) -> None:
    code = """
import json, pathlib
from ipykernel.connect import get_connection_file
told = json.loads(pathlib.Path(get_connection_file()).read_text())
print(told["transport"], pathlib.Path(told["ip"]).parent)
"""
    transport, folder = run(code, tmp_path).split()
    assert transport == "ipc"
    assert not Path(folder).exists()


def test_an_error_of_a_cell_reaches_the_build(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="no such thing"):
        run("raise ValueError('no such thing')", tmp_path)
    assert not active_children()


def test_a_kernel_that_is_interrupted_leaves_the_build_alone(tmp_path: Path) -> None:
    wait = "    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(5)\n"
    caught = "except KeyboardInterrupt:\n    print('interrupted')\n    time.sleep(1)"
    assert run(f"import os, signal, time\ntry:\n{wait}{caught}", tmp_path) == "interrupted"
    assert not active_children()
