"""The book's settings agree with its files, and what its pages tell the reader to type exists."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from built_book import ROOT, toc_files
from waiting import PATIENCE_S

import mlp_core

PROSE = [ROOT / "README.md", *sorted((ROOT / "book").glob("*.md"))]


def read_yaml(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


# --- settings and files ---------------------------------------------------------------------


@pytest.mark.parametrize("name", toc_files())
def test_toc_entry_is_a_file_named_with_its_suffix(name: str) -> None:
    assert Path(name).suffix in {".md", ".ipynb"}
    assert (ROOT / name).is_file()


def test_every_page_is_in_the_toc_once() -> None:
    pages = [p for folder, suffix in (("book", "md"), ("notebooks", "ipynb"))
             for p in (ROOT / folder).glob(f"*.{suffix}")]  # fmt: skip
    assert sorted(toc_files()) == sorted(p.relative_to(ROOT).as_posix() for p in pages)


# What a learner needs first stands first: nothing is used before it is explained.
ORDER = (
    "network learning_rate batch_size momentum weight_decay hidden_layers activations_losses "
    "numerical_stability comparing regularization optimizers_epochs searching where_it_fails "
    "what_holds carry_over reports engine speed"
)


def test_chapters_are_in_the_order_of_a_learner() -> None:
    files = toc_files()
    assert [Path(name).stem for name in files if name.endswith(".ipynb")] == ORDER.split()
    explorer = files.index("book/explorer.md")
    assert files[explorer - 1 : explorer + 2 : 2] == [
        "notebooks/reports.ipynb",
        "notebooks/engine.ipynb",
    ]


def test_book_settings() -> None:
    config = read_yaml("_config.yml")
    assert config["only_build_toc_files"] is True
    execute = config["execute"]
    assert execute["execute_notebooks"] == "force"
    assert execute["timeout"] > 30
    assert execute["allow_errors"] is False
    assert execute["stderr_output"] == "remove-warn"
    sphinx = config["sphinx"]["config"]
    assert "sphinx_thebe" not in sphinx["extensions"]
    assert sphinx["nb_ipywidgets_js"] == {}
    # Jupyter Book would load every script in a top-level _static on every page.
    assert not (ROOT / "_static").exists()


def test_files_named_in_the_settings_exist() -> None:
    config = read_yaml("_config.yml")
    sphinx = config["sphinx"]["config"]
    folders = [ROOT / folder for folder in sphinx["html_static_path"]]
    for css in sphinx["html_css_files"]:
        assert any((folder / css).is_file() for folder in folders), css
    for name in (config["logo"], config["html"]["favicon"]):
        assert (ROOT / name).is_file(), name
    for module, folder in config["sphinx"]["local_extensions"].items():
        assert (ROOT / folder / f"{module}.py").is_file(), module


def test_captions_of_panels_say_how_to_read_them() -> None:
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
            if "".join(cell["source"]).startswith("show_panel("):
                caption = cell["metadata"]["mystnb"]["figure"]["caption"]
                assert "{{ panel_lines }}" in caption, notebook.name


def normalized(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_constraints_are_exact_pins_of_all_that_book_and_tests_name() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    for pin in pins:
        assert re.fullmatch(r"[\w.-]+==[\w.]+", pin), f"{pin}: not an exact pin"
    pinned = {normalized(pin.split("==")[0]) for pin in pins}
    assert len(pinned) == len(pins)

    core, book = (
        tomllib.loads((ROOT / file).read_text("utf-8"))["project"]
        for file in ("pyproject.toml", "book/pyproject.toml")
    )
    named = [*core["dependencies"], *core["optional-dependencies"]["test"], *book["dependencies"]]
    names = {normalized(re.match(r"[\w.-]+", requirement)[0]) for requirement in named}
    assert names - pinned == {"mlp-core"}


def test_citation_file_has_what_the_format_requires() -> None:
    citation = read_yaml("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == mlp_core.__version__
    assert citation["license"] == "MIT"


# --- what the pages tell the reader to do ---------------------------------------------------


def commands(program: str) -> list[str]:
    """Return the commands of one program in the pages' shell blocks, without comments."""
    blocks = [
        b for page in PROSE for b in re.findall(r"(?s)```bash\n(.*?)```", page.read_text("utf-8"))
    ]
    lines = (line.split("#")[0].strip() for block in blocks for line in block.splitlines())
    return sorted({line for line in lines if line.split(" ")[0] == program})


@pytest.mark.parametrize("command", commands("mlp-core"))
def test_command_line_in_the_pages_exists(command: str) -> None:
    words = command.split()[1:]
    names = [
        w
        for w in words
        if re.fullmatch(
            "train|predict|evaluate|data|fetch|verify|study|list|show|run|search|export|info", w
        )
    ]
    program = "import sys; from mlp_core.cli import main; sys.exit(main())"
    shown = subprocess.run(
        [sys.executable, "-c", program, *names, "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert shown.returncode == 0, shown.stderr
    for flag in (word for word in words if word.startswith("--")):
        assert re.search(rf"{flag}\b", shown.stdout), f"{command}: no {flag}"


@pytest.mark.parametrize("command", commands("make"))
def test_make_target_in_the_pages_exists(command: str) -> None:
    targets = re.findall(r"(?m)^(\w+):", (ROOT / "Makefile").read_text("utf-8"))
    assert {word for word in command.split()[1:] if "=" not in word} <= set(targets)


def test_what_publishes_the_book_uses_its_make_targets_and_its_versions() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    steps = read_yaml(".github/workflows/book.yml")["jobs"]["build"]["steps"]
    (run,) = [step["run"] for step in steps if "run" in step]
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    targets = [run.removeprefix("make ")]
    targets += re.findall(r"\bmake \$?(\S+)", container["postCreateCommand"])
    for target in targets:
        assert f"\n{target.replace('.venv', '$(VENV)')}:" in makefile, target
    assert steps[-1]["with"]["path"] == "_build/html"
    lines = (ROOT / "binder/requirements.txt").read_text("utf-8").splitlines()
    installed = [line.split() for line in lines if not line.startswith("#")]
    assert installed == [["-c", "../constraints.txt"], ["-e", "."], ["-e", "book"]]
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


def test_python_in_the_readme_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"(?s)```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"))
    # The first; those of the sections on data and networks run in tests of their own.
    # Fewer epochs: the example is what is tested, not the training.
    code, count = re.subn(r"epochs=\d+", "epochs=2", blocks[0])
    assert count == 1
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, timeout=PATIENCE_S, cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_links_in_the_readme_lead_to_files() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text("utf-8"))
    local = [t for t in targets if "://" not in t]
    assert local
    assert [t for t in local if not (ROOT / t).exists()] == []
