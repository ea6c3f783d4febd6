"""The built book on a server, and a real JupyterLab on a copy of the chapters."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browsing import opened
from built_book import ROOT, require_own_python
from chapters import CHAPTER, CHAPTERS, PAGES, Chapter
from lab import run_notebook
from panel import Panel
from playwright.sync_api import Browser, Page
from waiting import wait_for

from chromium import served

# Answer the question about news, which would lie over the notebook; draw all cells: those far from
# view are no elements of the page otherwise.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@pytest.fixture(scope="module")
def host(html: Path) -> Iterator[str]:
    """Yield the address at which the built book is served."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="module")
def address(host: str) -> str:
    """Return the address of the chapter that most tests look at."""
    return f"{host}/{CHAPTER}"


@pytest.fixture(scope="module", params=["page", "lab"])
def face(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Yield the page of the learning rate, and JupyterLab with the same panel: one page each."""
    if request.param == "page":
        require_own_python()
        with opened(browser, f"{request.getfixturevalue('host')}/{CHAPTER}") as page:
            yield page
    else:
        with opened(browser, "about:blank", is_cut_off=True) as page:
            run_notebook(page, request.getfixturevalue("jupyterlab"), "panels.ipynb")
            yield page


@pytest.fixture
def panel(face: Page) -> Panel:
    """Return the panel of the learning rate in either, at its first values."""
    panel = Panel(face)
    panel.root.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
    panel.reset()
    panel.unfold("More")
    return panel


@pytest.fixture(params=PAGES, ids=lambda page: Path(page.source).stem)
def chapter(request: pytest.FixtureRequest) -> Chapter:
    """Return each page with a panel."""
    return request.param


@pytest.fixture(scope="module")
def own_python() -> None:
    """Ask for a book that can train its networks without another host, or skip the test."""
    require_own_python()


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a JupyterLab that knows nothing of the user's settings."""
    home = tmp_path_factory.mktemp("jupyter")
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", home / "work" / "notebooks", ignore=ignored)
    write_panels(home / "work" / "panels.ipynb")
    for name, values in SETTINGS.items():
        file = home / ".jupyter/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"),
        *("--ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={home / 'work'}"),
    ]
    log = home / "log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command, cwd=home, env=lab_environment(home), stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        yield address_of(server, home / "runtime", log)
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def lab_environment(home: Path) -> dict[str, str]:
    """Return an environment in which all of Jupyter's folders lie in another home."""
    # MNIST, if it is here, makes no difference; nor are claims strict, as in the tests.
    ours = ("JUPYTER", "IPYTHON", "MLP_CORE_DATA_DIR", "MLP_BOOK_STRICT")
    others = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        "MLP_CORE_RESULTS": str(ROOT / "results"),  # not beside the copy of the chapters
        **others,
        **{"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")},
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def address_of(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """Return the address that a server writes down as soon as it answers."""

    def files() -> list[Path]:
        assert server.poll() is None, f"JupyterLab has ended:\n{log.read_text()[-3000:]}"
        return list(runtime.glob("jpserver-*.json"))

    wait_for(files, rest=lambda: time.sleep(0.2), told=lambda: log.read_text()[-3000:])
    return str(json.loads(files()[0].read_text())["url"]).rstrip("/")


def write_panels(path: Path) -> None:
    """Write a notebook that shows every chapter's panel as the chapter does, and then counts."""
    names = ["learning-rate", *(c.panel.name for c in CHAPTERS if c.panel.name != "learning-rate")]
    cells = ["from mlp_book.panels import *\nfrom mlp_core import RunConfig\nimport threading"]
    cells += [f"show_panel({name!r})" for name in names]
    cells.append(
        "what_if(RunConfig(epochs=20), learning_rate=log(1e-3, 1), momentum=slider(0, 0.99))"
    )
    cells.append("sorted(t.name for t in threading.enumerate() if t.name.startswith('panel '))")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)
