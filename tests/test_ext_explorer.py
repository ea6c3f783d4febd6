"""What the build leaves of the stored runs: the explorer's scripts and table, and downloads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import mlp_downloads
import mlp_explorer
import pytest
from made_study import made_study
from sphinx.errors import ExtensionError

from mlp_book.style import new_figure, styled
from mlp_book.svg import to_file
from mlp_book.text import STUDY_TITLES, study_title
from mlp_core.studies import STUDIES, RunStore, StoredStudy, Study
from mlp_core.studies.catalogue import FASHION
from mlp_core.training import RunConfig

ROOT = Path(__file__).parents[1]
COUNTS = {"seed-noise": 3, "learning-rate": 4, "momentum": 24, "schedules": 9}


def build(results: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write what the explorer page loads; return its folder."""
    monkeypatch.setenv("MLP_CORE_RESULTS", str(results))
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), srcdir=ROOT, outdir=out)
    mlp_explorer.write_studies(app)
    return out / "_static" / "mlp"


# The explorer


def test_a_build_writes_a_script_and_two_files_per_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = set()
    for name, count in COUNTS.items():
        for run in made_study(name, count).runs:
            ids.add(run.config.run_id)
            RunStore(name, tmp_path / "results").save(run)
    folder = build(tmp_path / "results", tmp_path / "out", monkeypatch)
    listed = json.loads((folder / "studies.js").read_text("utf-8").split(" = ", 1)[1][:-2])
    everything = listed.pop(0)
    assert (everything["label"], everything["parts"]) == ("All studies", list(COUNTS))
    assert everything["stored"] == f"{len(ids)} runs of {len(COUNTS)} studies"
    assert everything["defaults"] == RunConfig().to_dict()
    assert [entry["name"] for entry in listed] == list(COUNTS)
    assert listed[0]["label"] == "Seed noise"
    # The first view is of a whole study in which something varies.
    assert [entry["name"] for entry in listed if entry["first"]] == ["momentum"]
    assert listed[1]["stored"] == "4 of 24 runs stored"
    for entry in listed:
        assert (folder / entry["script"].split("?")[0]).stat().st_size < 300_000
        files = [(folder / file).resolve() for file in entry["files"].values()]
        assert {file.parent for file in files} == {(tmp_path / "out" / "downloads").resolve()}
        assert all(file.is_file() for file in files)


def test_a_damaged_store_ends_the_build_with_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "momentum").mkdir()
    (tmp_path / "momentum" / "0123456789ab.json").write_text("{")
    with pytest.raises(ExtensionError, match=r"'momentum' are damaged: .*0123456789ab\.json"):
        build(tmp_path, tmp_path / "out", monkeypatch)


def test_an_empty_store_builds_an_empty_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build(tmp_path / "none", tmp_path / "out", monkeypatch)
    assert (folder / "studies.js").read_text("utf-8") == "window.mlpCoreExplorer = [];\n"


def test_the_static_table_names_every_study_and_escapes_it() -> None:
    own = StoredStudy("x", made_study("momentum", 2).runs, Study("x", "<b>&", []))
    studies = [made_study("learning-rate", 5), own, StoredStudy("y", [])]
    table = mlp_explorer.static_table(studies, "../downloads")
    assert "<b>" not in table
    assert "&lt;b&gt;&amp;" in table
    assert "<td>5 of 24,<br> MNIST</td>" in table
    assert 'href="../downloads/learning-rate.csv"' in table
    assert table.count("<tr>") == 4


def test_every_study_has_a_title_in_words() -> None:
    titles = [study_title(name) for name in STUDIES]
    assert len(set(titles)) == len(titles)
    own = {name.removeprefix(FASHION).removesuffix("-fresh") for name in STUDIES}
    # A name of three parts or more is a list, not a phrase.
    assert {name for name in own if name.count("-") > 1} <= set(STUDY_TITLES) <= own
    table = mlp_explorer.static_table([made_study("one-at-a-time", 2)], "")
    assert '<th scope="row">One parameter at a time</th>' in table
    assert 'aria-label="One parameter at a time, CSV"' in table


# What a chapter offers to take away

FIGURE = (
    '<figure class="align-default" id="fig-x"><div class="report-figure"><svg>1</svg></div>'
    '<div class="report-figure"><svg>2</svg></div><figcaption><p><span class="caption-number">'
    "Fig. 1.2 </span></p></figcaption></figure>"
)


def test_a_figure_becomes_a_file_that_stands_alone() -> None:
    with styled():
        figure, (axes,) = new_figure(2.0)
        axes.plot([1, 2], [1, 2], color="#2a7fc4")
        axes.text(1, 1, "a label", color="#c8600f")
        figure.set_label('Line & "chart"')
    svg = to_file(figure.inline_svg())
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["width"].endswith("pt")
    assert root[0].text == 'Line & "chart"'
    assert "currentColor" not in svg
    assert "color-mix" not in svg
    assert "#c8600f" in svg


def test_figures_are_found_with_their_numbers() -> None:
    assert list(mlp_downloads.figures_of(f"<p>before</p>{FIGURE}")) == [
        ("fig-x", "Fig. 1.2", "<svg>1</svg>"),
        ("fig-x-2", "Fig. 1.2-2", "<svg>2</svg>"),
    ]


def test_studies_are_those_that_the_cards_name() -> None:
    row = "<tr><th>study</th>\n<td>{}</td></tr>"
    body = row.format("a-study") + row.format("another") + row.format("a-study")
    assert mlp_downloads.studies_of(body) == ["a-study", "another"]
    assert mlp_downloads.studies_of("<tr><th>other</th><td>a-study</td></tr>") == []


def test_a_card_without_runs_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(ExtensionError, match="names 'momentum', but no run"):
        mlp_downloads.run_links(tmp_path, "momentum")


def test_the_box_is_named_and_its_words_are_escaped() -> None:
    rows = [("Runs & more", [("A < B", "x y.csv")]), ("Figures as SVG", [("Fig. 1", "f.svg")])]
    box = mlp_downloads.card(rows)
    assert "Runs &amp; more" in box
    assert ">A &lt; B</a>" in box
    assert 'aria-label="Fig. 1 as SVG">Fig. 1</a>' in box
    label = re.search(r'aria-labelledby="([^"]+)"', box)
    assert label is not None
    assert f'id="{label[1]}"' in box
