"""A page's sentences keep together what belongs together."""

from __future__ import annotations

import mlp_reading
import pytest
from docutils import nodes


@pytest.mark.parametrize(
    ("text", "kept"),
    [("98.2 % of them", "98.2\u00a0% of them"), (" % more", "\u00a0% more"), ("a % b", "a % b")],
)
def test_a_number_and_its_percent_sign_stay_on_one_line(text: str, kept: str) -> None:
    page = nodes.document(None, None)
    page += nodes.paragraph("", "", nodes.Text(text))
    mlp_reading.keep_percent_signs(None, page, "page")
    assert page.astext() == kept


def test_code_stays_as_it_is() -> None:
    page = nodes.document(None, None)
    page += nodes.literal_block("7 % 3", "7 % 3")
    mlp_reading.keep_percent_signs(None, page, "page")
    assert page.astext() == "7 % 3"
