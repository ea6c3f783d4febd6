"""Ask the book's questions of other data: ``make carry-over DATA=path/to/data``.

Says what the runs cost, makes those that are missing, and writes the page *Does it carry over?*.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from mlp_book.chapters import carry_over as chapter
from mlp_book.findings.carried import STUDIES_ON_FASHION, carry_over, studies_on
from mlp_core import ConfigError, RunConfig, train
from mlp_core.cli import main as mlp_core
from mlp_core.cli.progress import counted
from mlp_core.cli.study_run import cost
from mlp_core.data import DATASETS, DataError
from mlp_core.studies import RunStore, Study, missing
from mlp_core.studies.runner import available_cores

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
GLUED = re.compile(r"\{glue:text\}`([\w-]+)`")
LINK = re.compile(r"\[([^]]+)\]\((?!http)[^)]+\)")  # to another page, which is not here


def say_cost(studies: list[Study], folder: Path) -> None:
    """Print how many runs are missing and about how long they take, at the pace of a short one."""
    trial = RunConfig.from_dict({"dataset": studies[0].base["dataset"], "epochs": 3})
    pace = train(trial).duration_s / cost(trial)
    todo = [c for s in studies for c in missing(s.configs(), RunStore(s.name, folder))]
    minutes, cores = pace * sum(map(cost, todo)) / 60, available_cores()
    words = f"about {minutes:.1f} core-minutes, {minutes / cores:.1f} minutes on {cores} cores"
    print(f"{counted(len(todo), 'run')} to make: {words}", flush=True)


def write_page(asked: tuple[str, list[str], list[int]], folder: Path) -> Path:
    """Run the page's notebook on these studies, and write it as one HTML file."""
    values = chapter.seen(carry_over(studies_on(*asked), folder)).values
    notebook = nbformat.read(NOTEBOOKS / "carry_over.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.id == "data":
            arguments = ", ".join(map(repr, asked))
            cell.source = f"studies, folder = studies_on({arguments}), {str(folder.resolve())!r}"
        elif cell.cell_type == "markdown":
            plain = LINK.sub(r"\1", cell.source)
            cell.source = GLUED.sub(lambda role: values.get(role[1], role[0]), plain)
    NotebookClient(notebook, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    hidden = [cell for cell in notebook.cells if "hide-cell" in cell.metadata.get("tags", ())]
    notebook.cells = [cell for cell in notebook.cells if cell not in hidden]
    html, _ = HTMLExporter(exclude_input=True).from_notebook_node(notebook)
    page = folder / "carry_over.html"
    page.write_text(html, encoding="utf-8")
    return page


def main() -> int:
    """Return the exit status."""
    names = list(STUDIES_ON_FASHION)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="anything that load_dataset reads")
    parser.add_argument("studies", nargs="*", metavar="study", help=f"some of {', '.join(names)}")
    parser.add_argument("--seeds", nargs="+", type=int, default=[], help="instead of the book's")
    parser.add_argument("--results", type=Path, help="instead of my-results/carry-over/NAME")
    parser.add_argument("--cost", action="store_true", help="say what it costs, and end")
    args = parser.parse_args()
    if unknown := set(args.studies) - set(names):
        parser.error(f"no such study: {', '.join(unknown)}; there are {', '.join(names)}")
    data = args.data if args.data in DATASETS else str(Path(args.data).resolve())
    asked = (data, args.studies, args.seeds)
    folder = args.results or Path("my-results", "carry-over", Path(data).stem)
    try:
        say_cost(studies_on(*asked), folder)
    except (ConfigError, DataError) as error:
        parser.error(str(error))
    if args.cost:
        return 0
    for study in studies_on(*asked):
        seeds = map(str, study.seeds)
        flags = ("--dataset", data, "--results", str(folder), "--seeds", *seeds)
        if status := mlp_core(["study", "run", study.name, *flags]):
            return status
    print(f"The page is written: {write_page(asked, folder).resolve().as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
