"""What a chapter offers to take away: its runs, its figures, and links that lead to them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import mlp_downloads as downloads
import mlp_tables as tables
import pytest

from mlp_book.style import new_figure, styled
from mlp_book.svg import to_file

# --- figures ----------------------------------------------------------------------------------


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


FIGURE = (
    '<figure class="align-default" id="fig-x"><div class="report-figure"><svg>1</svg></div>'
    '<div class="report-figure"><svg>2</svg></div><figcaption><p><span class="caption-number">'
    "Fig. 1.2 </span></p></figcaption></figure>"
)


def test_figures_are_found_with_their_numbers() -> None:
    assert downloads.figures_of(f"<p>before</p>{FIGURE}") == [
        ("fig-x", "Fig. 1.2", "<svg>1</svg>"),
        ("fig-x-2", "Fig. 1.2-2", "<svg>2</svg>"),
    ]


# --- links ------------------------------------------------------------------------------------


def test_studies_are_those_that_the_cards_name() -> None:
    row = "<tr><th>study</th>\n<td>{}</td></tr>"
    body = row.format("a-study") + row.format("another") + row.format("a-study")
    assert downloads.studies_of(body) == ["a-study", "another"]
    assert downloads.studies_of("<tr><th>other</th><td>a-study</td></tr>") == []


def test_a_card_without_runs_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="names 'momentum', but no runs"):
        downloads.write_runs(tmp_path, tmp_path, "momentum")


def test_the_box_is_named_and_its_words_are_escaped() -> None:
    box = downloads.card([("Runs & more", [downloads.link("A < B", "x y.csv", "B")])])
    assert "Runs &amp; more" in box
    assert 'aria-label="B">A &lt; B</a>' in box
    label = re.search(r'aria-labelledby="([^"]+)"', box)
    assert label is not None
    assert f'id="{label[1]}"' in box


# --- notes under tables -------------------------------------------------------------------------


def test_a_marked_table_has_a_note_and_no_other() -> None:
    plain = '<table border="1" class="dataframe"><tr><td>1</td></tr></table>'
    marked = plain.replace("1</td>", "★ 1</td>")
    text = tables.explain_marks(plain + marked + plain)
    assert text == plain + marked + tables.NOTE + plain
