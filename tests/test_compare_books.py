"""Comparing two built books: what is the same is silent, what differs is named, axes may move."""

from __future__ import annotations

import doctest
import html
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

import compare_books
import compare_figures
import differences
import svg_series

INK = "#7b838c"  # which takes the colour of the page's text
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "test",
    "axes.facecolor": "none",
    "axes.grid": True,
    "grid.alpha": 0.22,
} | dict.fromkeys(("grid.color", "axes.edgecolor", "xtick.color", "ytick.color"), INK)
EPOCHS = np.arange(1, 9)
LOSSES = {"relu": 2.0 / EPOCHS, "tanh": 1.5 / EPOCHS + 0.1}
TABLE = "<table><tr><th>seed</th><th>loss</th></tr><tr><td>1</td><td>0.25</td></tr></table>"


def drawing(draw: Callable[[Any], object], width: float = 4.8) -> str:
    """Return a figure as a page contains it."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, 3), layout="constrained")
        draw(figure.subplots())
        buffer = io.StringIO()
        FigureCanvasSVG(figure).print_svg(buffer)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace("<svg", '<svg aria-label="Two losses fall."', 1)
    return svg.replace(INK, "currentColor")


def draw_losses(axes: Any, losses: dict[str, np.ndarray] = LOSSES) -> None:
    for name, colour in (("relu", "#2a7fc4"), ("tanh", "#c8600f")):
        axes.plot(EPOCHS, losses[name], color=colour)
        axes.plot(EPOCHS, losses[name], "o", color=colour)
        axes.fill_between(EPOCHS, losses[name] - 0.1, losses[name] + 0.1, color=colour, alpha=0.2)
    axes.axhline(0.5, color="black", linestyle="--")


def page(svg: str = "", table: str = TABLE, text: str = "A loss of 0.25.", more: str = "") -> str:
    figure = f'<figure id="fig-loss"><div class="report-figure">{svg}</div></figure>'
    return (
        '<html><article class="bd-article"><section id="losses"><h1>Losses</h1>'
        f'<p>{text}</p><p>See <a href="other.html">there</a>.</p>{table}{figure}{more}'
        "</section></article></html>"
    )


def book(folder: Path, content: str, loss: str = "0.25", name: str = "chapter") -> Path:
    """Write a built book of one page; return the folder of its pages."""
    (folder / "html").mkdir(parents=True)
    (folder / "html" / f"{name}.html").write_text(content, "utf-8")
    (folder / "jupyter_execute").mkdir()
    glued = {"loss": {"data": {"text/plain": repr(loss)}}}
    (folder / "jupyter_execute" / f"{name}.glue.json").write_text(json.dumps(glued), "utf-8")
    return folder / "html"


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """Return what compares two pages and gives the lines of (kind, detail)."""

    def compare(before: str, after: str) -> list[tuple[str, str]]:
        books = book(tmp_path / "before", before), book(tmp_path / "after", after)
        return compare_books.compare_books(*books)["chapter"].lines

    return compare


def series_lines(lines: Callable[..., list[tuple[str, str]]], before: str, after: str) -> list[str]:
    """Return what two figures differ in beside their words: ticks at other values have others."""
    found = lines(page(before), page(after))
    return [f"{kind}: {detail}" for kind, detail in found if kind != "words"]


# --- pages ------------------------------------------------------------------------------------


def test_a_book_is_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html_folder = book(tmp_path / "book", page(drawing(draw_losses)))
    assert compare_books.main([str(html_folder), str(html_folder)]) == 0
    counts = [line.split() for line in capsys.readouterr().out.splitlines()]
    compared = {row[0]: row[1:] for row in counts if len(row) == 4}
    assert compared["table"] == ["4", "0", "0"]
    assert compared["glue"] == ["1", "0", "0"]
    assert compared["prose"] == ["3", "0", "0"]
    # Two lines, two areas, sixteen dots and a level; and the number of panels.
    assert compared["series"] == ["22", "0", "0"]


@pytest.mark.parametrize(
    ("change", "kind", "detail"),
    [
        ({"text": "A loss of 0.35."}, "prose", "'A loss of 0.25.' -> 'A loss of 0.35.'"),
        (
            {"table": TABLE.replace("0.25", "0.35")},
            "table",
            "table 1, row 2, column 2: '0.25' -> '0.35'",
        ),
        ({"table": ""}, "table", "table 1: "),
        ({"more": '<a href="new.html"></a>'}, "link", "how often new.html: '(nothing)' -> '1'"),
        ({"more": '<p id="new"></p>'}, "id", "how often new: '(nothing)' -> '1'"),
        ({"more": "<pre>print(1)</pre>"}, "code", "'(nothing)' -> 'print(1)'"),
        (
            {"more": '<div class="cell_output"><pre>1</pre></div>'},
            "output",
            "'(nothing)' -> '1'",
        ),
        (
            {"more": '<script type="application/json">{"seed": 1}</script>'},
            "data",
            "'(nothing)' -> '{\"seed\": 1}'",
        ),
    ],
)
def test_a_difference_is_named(
    lines: Callable[..., list[tuple[str, str]]], change: dict[str, str], kind: str, detail: str
) -> None:
    ((found_kind, found_detail),) = lines(page(), page(**change))
    assert found_kind == kind
    assert found_detail.startswith(detail)


def test_white_space_and_anchors_of_headings_say_nothing(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    assert lines(page(text="A loss of 0.25."), page(text="A  loss\nof <b>0.25</b>.")) == []


def test_a_glued_value_and_a_page_that_is_gone_are_named(tmp_path: Path) -> None:
    before = book(tmp_path / "before", page())
    (before / "gone.html").write_text(page(), "utf-8")
    found = compare_books.compare_books(before, book(tmp_path / "after", page(), loss="0.35"))
    assert found["chapter"].lines == [("glue", "loss: \"'0.25'\" -> \"'0.35'\"")]
    assert found["book"].lines == [("page", "gone: 'there' -> '(nothing)'")]


def test_a_file_to_download_is_compared_by_its_content(tmp_path: Path) -> None:
    content = page(more='<a href="runs.csv" download>Runs</a>')
    books = book(tmp_path / "before", content), book(tmp_path / "after", content)
    for html_folder, text in zip(books, ("1", "2"), strict=True):
        (html_folder / "runs.csv").write_text(text, "utf-8")
    ((kind, detail),) = compare_books.compare_books(*books)["chapter"].lines
    assert (kind, detail[:10]) == ("file", "runs.csv: ")


def test_what_is_declared_is_counted_and_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book(tmp_path / "before", page())
    after = book(tmp_path / "after", page(text="Another text."), loss="0.35")
    allowed = tmp_path / "allowed"
    allowed.write_text("# what is meant to differ\n^chapter: prose: .*Another\nnever\n", "utf-8")
    arguments = [str(before), str(after), "--allow", str(allowed)]
    assert compare_books.main(arguments) == 1
    shown = capsys.readouterr().out
    assert "chapter: glue: loss" in shown
    assert "chapter: prose" not in shown
    assert "Declared, but not found: never" in shown
    with allowed.open("a", encoding="utf-8") as file:
        file.write("glue: loss")
    assert compare_books.main(arguments) == 0


def test_a_folder_without_pages_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        compare_books.main([str(tmp_path), str(tmp_path)])
    assert "name the html folder of a built book" in capsys.readouterr().err


@pytest.mark.parametrize(
    "module", [compare_books, compare_figures, differences, svg_series], ids=lambda m: m.__name__
)
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


# --- figures ----------------------------------------------------------------------------------


def with_limits(axes: Any) -> None:
    draw_losses(axes)
    axes.set_xlim(-1, 11)
    axes.set_ylim(-0.5, 3)
    axes.set_ylabel("loss")


def in_another_order(axes: Any) -> None:
    axes.axhline(0.5, color="black", linestyle="--")
    for name, colour in (("tanh", "#c8600f"), ("relu", "#2a7fc4")):
        for x, y in zip(EPOCHS, LOSSES[name], strict=True):
            axes.plot(x, y, "o", color=colour)
        low, high = LOSSES[name] - 0.1, LOSSES[name] + 0.1
        axes.fill_between(EPOCHS, low, high, color=colour, alpha=0.2)
        axes.plot(EPOCHS, LOSSES[name], color=colour)
    axes.set_ylim(0, 4)


@pytest.mark.parametrize("draw", [draw_losses, with_limits, in_another_order])
@pytest.mark.parametrize("width", [4.8, 6.0])
def test_limits_margins_and_order_may_differ(
    lines: Callable[..., list[tuple[str, str]]], draw: Callable[[Any], None], width: float
) -> None:
    assert series_lines(lines, drawing(draw_losses), drawing(draw, width)) == []


def test_limits_of_a_logarithmic_axis_may_differ(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    def draw(axes: Any, low: float) -> None:
        axes.plot(EPOCHS, LOSSES["relu"], color="#2a7fc4")
        axes.set_yscale("log")
        axes.set_ylim(low, 10)

    before, after = (drawing(lambda axes, low=low: draw(axes, low)) for low in (0.1, 0.01))
    assert series_lines(lines, before, after) == []


@pytest.mark.parametrize("draw", [draw_losses, with_limits])
def test_a_moved_point_of_a_line_is_named(
    lines: Callable[..., list[tuple[str, str]]], draw: Callable[[Any], None]
) -> None:
    def moved(axes: Any) -> None:
        draw(axes)
        axes.lines[0].set_ydata(LOSSES["relu"] + 0.01 * (EPOCHS == 3))

    (line,) = series_lines(lines, drawing(draw_losses), drawing(moved))
    assert line.startswith("series: fig-loss, panel 1: a path of 8 points from")
    assert "nearest 0." in line or "nearest 1." in line


def test_a_moved_dot_and_a_missing_line_are_named(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    def draw(axes: Any) -> None:
        draw_losses(axes)
        axes.lines[1].set_ydata(LOSSES["relu"] + 0.1 * (EPOCHS == 3))
        axes.lines[2].remove()

    found = series_lines(lines, drawing(draw_losses), drawing(draw))
    assert [line.split(" from ")[0].split(" at ")[0].split(": ")[-1] for line in found] == [
        "a path of 8 points", "a mark", "a mark",
    ]  # fmt: skip
    assert ["has no partner" in line for line in found] == [True, True, False]


def test_ticks_say_what_the_same_line_means(lines: Callable[..., list[tuple[str, str]]]) -> None:
    def draw(axes: Any, factor: float) -> None:
        axes.plot(EPOCHS, factor * LOSSES["relu"], color="#2a7fc4")
        axes.set_yticks([0.5, 1.0, 1.5])
        axes.set_ylim(0, 2.5 * factor)

    before, after = (drawing(lambda axes, f=f: draw(axes, f)) for f in (1.0, 1.1))
    (line,) = series_lines(lines, before, after)
    assert "a path of 8 points" in line


def test_names_that_change_their_bars_are_named(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    def draw(axes: Any, names: str) -> None:
        axes.barh([0, 1, 2], [3, 5, 4], color="#2a7fc4")
        axes.set_yticks([0, 1, 2], list(names))
        axes.tick_params(axis="y", length=0)

    before, after = (drawing(lambda axes, n=n: draw(axes, n)) for n in ("abc", "acb"))
    found = series_lines(lines, before, after)
    assert [line[: line.index(" is ")] for line in found] == [
        "series: fig-loss, panel 1: y tick 'b'", "series: fig-loss, panel 1: y tick 'c'",
    ]  # fmt: skip


def test_other_colours_are_another_look(lines: Callable[..., list[tuple[str, str]]]) -> None:
    def draw(axes: Any) -> None:
        draw_losses(axes)
        axes.lines[0].set_color("#0d8f6b")

    ((kind, detail),) = lines(page(drawing(draw_losses)), page(drawing(draw)))
    assert kind == "look"
    assert "stroke: #2a7fc4" in detail
    assert "-> fill: none; stroke: #0d8f6b" in detail


def test_words_that_change_their_cells_are_named(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    def draw(axes: Any, words: str) -> None:
        axes.barh([0, 1, 2], 0.9, 0.9, color="#2a7fc4")
        for y, word in enumerate(words):
            axes.text(0.45, y, word, ha="center")

    before, after = (drawing(lambda axes, w=w: draw(axes, w)) for w in ("abc", "acb"))
    assert {kind for kind, _ in lines(page(before), page(after))} == {"look"}


def draw_wave(axes: Any, high: float, change: float = 0.0) -> None:
    x = np.linspace(0, 10, 600)
    axes.plot(x, np.sin(3 * x) + change * (x > 5), color="#2a7fc4")
    axes.set_ylim(-2, high)


@pytest.mark.parametrize(("change", "count"), [(0.0, 0), (0.05, 1)])
def test_a_long_line_is_compared_as_a_curve(
    lines: Callable[..., list[tuple[str, str]]], change: float, count: int
) -> None:
    after = drawing(lambda axes: draw_wave(axes, 5, change))
    found = series_lines(lines, drawing(lambda axes: draw_wave(axes, 2)), after)
    assert len(found) == count


def test_a_text_alternative_is_a_kind_of_its_own(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    svg = drawing(draw_losses)
    other = svg.replace("Two losses fall.", html.escape("Losses < 2."))
    assert lines(page(svg), page(other)) == [
        ("alt", "fig-loss: 'Two losses fall.' -> 'Losses < 2.'")
    ]


def test_a_figure_more_or_less_and_a_word_are_named(
    lines: Callable[..., list[tuple[str, str]]],
) -> None:
    svg = drawing(lambda axes: axes.set_title("Loss"))
    other = drawing(lambda axes: axes.set_title("Error"))
    found = lines(page(svg), page(f'{other}</div><div class="report-figure">{svg}'))
    assert ("words", "fig-loss: how often Error: '(nothing)' -> '1'") in found
    assert ("figure", "fig-loss (2): '(nothing)' -> 'there'") in found
