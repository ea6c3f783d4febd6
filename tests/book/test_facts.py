"""Claims are strict while the book is built, and lines of output in Jupyter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from mlp_book.facts import STRICT, ClaimError, Facts, Levels, claim, facts, format_value, glue
from mlp_book.stats import spread
from mlp_book.text import NONE


@facts("chapter")
def about(values: dict[str, float]) -> Iterator[Any]:
    yield {"count": len(values)}
    yield claim("there is a value", bool(values))
    yield claim("a is below b", lambda: values["a"] < values["b"])
    yield {"a": values["a"]}


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STRICT)


def test_values_are_named_by_the_chapter_and_claims_are_lines() -> None:
    found = about({"a": 1.0, "b": 2.0})
    assert found.values == {"chapter-count": "2", "chapter-a": "1"}
    assert str(found) == "✓ there is a value\n✓ a is below b"
    assert glue(found) is found


def test_a_claim_that_fails_stops_the_build_and_is_named() -> None:
    with pytest.raises(ClaimError, match="chapter: not true of these runs:\n  ✗ a is below b"):
        about({"a": 3.0, "b": 2.0})
    with pytest.raises(KeyError):
        about({"b": 2.0})


@pytest.mark.usefixtures("jupyter")
def test_in_jupyter_a_change_is_a_line_and_what_came_before_an_error_stays() -> None:
    assert "✗ a is below b: no longer true for your runs" in str(about({"a": 3.0, "b": 2.0}))
    lost = about({"b": 2.0})
    assert lost.values == {"chapter-count": "1"}
    assert str(lost).splitlines() == [
        "✓ there is a value",
        "✗ a is below b: your runs have no 'a'",
        "✗ the rest can be computed: your runs have no 'a'",
    ]


def test_the_page_shows_claims_and_values_and_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Facts("chapter", {"chapter-x": "</script>"}, [claim("1 < 2", True)])
    page = found._repr_html_()
    assert "<li>✓ 1 &lt; 2</li>" in page and "<script" not in page
    monkeypatch.delenv(STRICT)
    notebook = found._repr_html_()
    assert notebook.count("</script>") == 1 and '"\\u003c/script>"' in notebook


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NONE),
        (0.25, "0.25"),
        ([1, 2, 0.5], "1, 2 and 0.5"),
        ([], "none"),
        ((256, 128), "256-128"),
        (spread([1.0, 3.0]), "2.00\u00a0±\u00a01.41"),
    ],
)
def test_values_as_they_stand_in_prose(value: object, text: str) -> None:
    assert format_value(value) == text


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="True has no text"):
        format_value(True)


ACCURACIES = {
    1: [50.0, 51.0, 52.0],
    2: [90.0, 90.1, 90.2],
    3: [97.9, 98.0, 98.1],
    4: [98.0, 98.1, 98.3],
    5: [97.9, 98.1, None],
}


@pytest.fixture
def levels() -> Levels:
    rows = [(level, value) for level, values in ACCURACIES.items() for value in values]
    return Levels(pd.DataFrame(rows, columns=["rate", "test_accuracy"]), "rate")


def test_levels_say_which_is_best_and_what_lies_about_it(levels: Levels) -> None:
    assert (levels.best, levels.tied, levels.plateau) == (4, [3], [3, 4])
    assert levels.contiguous and (levels.below, levels.above) == (2, 5)
    assert levels.different(2, 4) and not levels.different(3, 4)
    assert levels[5].n == 2 and levels.values(5) == [97.9, 98.1]
    assert (levels.step(2, -1), levels.step(1, -1), levels.step(None, 1)) == (1, None, None)


def test_a_level_that_is_missing_is_empty(levels: Levels) -> None:
    assert levels[9].text() == NONE and not levels.different(9, 4)
    gap = Levels(pd.DataFrame({"rate": [], "test_accuracy": []}), "rate")
    assert (gap.best, gap.plateau, gap.below, gap.contiguous) == (None, [], None, False)


def test_a_plateau_can_have_a_gap_and_losses_are_best_when_small() -> None:
    rows = [(1, 2.0), (1, 2.1), (2, 8.0), (2, 8.1), (3, 2.0), (3, 2.2)]
    data = pd.DataFrame(rows, columns=["rate", "loss"])
    levels = Levels(data, "rate", "loss", larger_is_better=False)
    assert (levels.best, levels.plateau, levels.contiguous) == (1, [1, 3], False)
