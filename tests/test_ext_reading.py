"""A page's sentences keep together what belongs together."""

from __future__ import annotations

import re

import mlp_reading
import pytest
from docutils import nodes


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("98.2 % of them", "98.2\u00a0% of them"),
        (" % more", "\u00a0% more"),  # the number is glued
        ("a % b", "a % b"),
        ("0.9 ms or 125 s", "0.9\u00a0ms or 125\u00a0s"),
        ("3 seeds of 20 are 3 of 20", "3 seeds of 20 are 3\u00a0of\u00a020"),
        ("(p = 0.02)", "(p\u00a0=\u00a00.02)"),
        ("see Fig. 7.11", "see Fig.\u00a07.11"),
        ("[\u22120.34, \u22120.06], different", "[\u22120.34,\u00a0\u22120.06], different"),
    ],
)
def test_what_belongs_together_stays_on_one_line(text: str, kept: str) -> None:
    page = nodes.document(None, None)
    page += nodes.paragraph("", "", nodes.Text(text))
    mlp_reading.keep_together(None, page, "page")
    assert page.astext() == kept


@pytest.mark.parametrize("node", [nodes.literal_block, nodes.literal, nodes.math])
def test_code_and_formulas_stay_as_they_are(node: type[nodes.TextElement]) -> None:
    page = nodes.document(None, None)
    page += node("7 % 3", "7 % 3")
    mlp_reading.keep_together(None, page, "page")
    assert page.astext() == "7 % 3"


@pytest.mark.parametrize(
    ("code", "short"),
    [("make bench", True), ("pip install '.[images]'", True), ("mlp-core data fetch mnist", False)],
)
def test_a_short_command_stays_on_one_line(code: str, short: bool) -> None:
    page = nodes.document(None, None)
    page += nodes.paragraph("", "", nodes.literal("", code))
    mlp_reading.keep_together(None, page, "page")
    assert ("short" in page.next_node(nodes.literal)["classes"]) == short


def test_code_within_a_line_breaks_at_spaces_and_in_long_paths() -> None:
    one = '<code><span class="pre">{}</span></code>'.format
    for word in ("--seeds", "results/verify.json", "activations-losses-depth-fresh"):
        assert mlp_reading.keep_code(one(word)) == one(word)
    long = "mlp_book.chapters.where_it_fails.fashion_mnist"
    parts = re.findall(r">([^<]+)<", mlp_reading.keep_code(one(long)))
    assert parts == ["mlp_book.", "chapters.", "where_it_fails.", "fashion_mnist"]


@pytest.mark.parametrize(
    ("body", "curled"),
    [
        ("<li>34, pages\n28-35 (1947)</li>", "<li>34, pages\n28\u201335 (1947)</li>"),
        ("<p>Report A's, &quot;yes&quot;</p>", "<p>Report A\u2019s, “yes”</p>"),
        ("<td>a batch&#39;s loss</td>", "<td>a batch\u2019s loss</td>"),
        ("<p>\"<em>mse</em>\" and 'it'</p>", "<p>“<em>mse</em>” and \u2018it\u2019</p>"),
        ("<p title='\"'>it's</p>", "<p title='\"'>it\u2019s</p>"),
    ],
)
def test_quotes_are_curled_and_ranges_have_dashes(body: str, curled: str) -> None:
    assert mlp_reading.set_marks(body) == curled


@pytest.mark.parametrize("body", ["<pre>it's</pre>", "<code>'a'</code>", "<script>'<p>'</script>"])
def test_code_keeps_its_quotes(body: str) -> None:
    assert mlp_reading.set_marks(body) == body
