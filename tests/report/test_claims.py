"""A claim's table says what was published, the evidence, and one of four verdicts."""

from __future__ import annotations

import pytest

from mlp_core.report.findings.claims import Claim, ClaimTable, describe_difference

PM = "\u00a0±\u00a0"


def test_table_in_html_and_in_plain_text() -> None:
    claim = Claim("rate 1 is <best>", ("first", "second"), "holds in part")
    table = ClaimTable([claim])
    html = table._repr_html_()
    assert "rate 1 is &lt;best&gt;" in html
    assert "<p>first</p><p>second</p>" in html
    assert "<strong>holds in part</strong>" in html
    assert html.count('scope="col"') == 2
    assert repr(table) == "rate 1 is <best>: holds in part\n  first\n  second"


def test_a_verdict_is_one_of_four() -> None:
    with pytest.raises(ValueError, match="maybe"):
        Claim("c", (), "maybe")


def test_a_difference_says_where_it_lies() -> None:
    low, high, near = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]
    assert describe_difference("a", low, "b", high) == (
        f"a 97.10{PM}0.10, b 98.10{PM}0.10: outside seed noise (p\u00a0<\u00a00.001)"
    )
    assert "inside seed noise (p\u00a0=\u00a00." in describe_difference("a", low, "b", near)
