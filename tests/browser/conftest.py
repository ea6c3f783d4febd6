"""The built book on a server, and a real JupyterLab on a copy of the chapters."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from built_book import ROOT, require_own_python
from page_panel import CHAPTER, CHAPTERS, served
from waiting import wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def host(html: Path) -> Iterator[str]:
    """Yield the address at which the built book is served."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="module")
def address(host: str) -> str:
    """Return the address of the chapter that most tests look at."""
    return f"{host}/{CHAPTER}"


@pytest.fixture(scope="module")
def own_python() -> None:
    """Ask for a book that can train its networks without another host, or skip the test."""
    require_own_python()


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a JupyterLab that knows nothing of the user's settings."""
    home = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(
        ROOT / "notebooks",
        home / "work" / "notebooks",
        ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
    )
    write_panels(home / "work" / "panels.ipynb")
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA")},
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        # The copy of the chapters lies outside the repository, whose results they show.
        "MLP_CORE_RESULTS": os.environ.get("MLP_CORE_RESULTS", str(ROOT / "results")),
    }
    # MNIST, if it is here, shall make no difference.
    environment.pop("MLP_CORE_DATA_DIR", None)
    write_settings(home / "settings")
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        *("--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.open_browser=False"),
        f"--ServerApp.root_dir={home / 'work'}",
    ]
    log = home / "log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command, cwd=home, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_up(address, server, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def write_panels(path: Path) -> None:
    """Write a notebook that shows every chapter's panel as the chapter does, and then counts."""
    cells = ["from mlp_book.panels.widgets import show_panel\nimport threading"]
    cells += [f"show_panel({chapter.panel.name!r})" for chapter in CHAPTERS]
    cells.append("sorted(t.name for t in threading.enumerate() if t.name.startswith('panel '))")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def write_settings(folder: Path) -> None:
    """Answer the question about news, which would lie over the notebook; draw all its cells."""
    settings = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        # Otherwise cells far from view are no elements of the page, and cannot be looked at.
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, values in settings.items():
        file = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), encoding="utf-8")


def wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    def answers() -> bool:
        assert server.poll() is None, f"JupyterLab has ended:\n{log.read_text()[-3000:]}"
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=5):
                return True
        except OSError:
            return False

    wait_for(answers, rest=lambda: time.sleep(0.2), told=lambda: log.read_text()[-3000:])
