"""The board of verdicts: filtered, sorted, and judged anew by a reader's own rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from made import fake_study
from mlp_pages import SCRIPTS
from playwright.sync_api import Browser, Page

from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.findings.board import Board, Rule
from mlp_book.findings.claims import VERDICTS, judge_claims, load_stored, measure
from mlp_book.scripts import classic_script
from mlp_book.stats import LEVEL

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def findings() -> list:
    return judge_claims(CLAIMS, load_stored(CLAIMS))


@pytest.fixture
def board(browser: Browser, findings: list) -> Iterator[Page]:
    page = browser.new_page()
    page.set_content(Board(findings)._repr_html_())
    page.add_script_tag(content=classic_script(SCRIPTS["verdicts.js"]))
    yield page
    page.close()


def status(page: Page) -> str:
    return page.locator(".verdicts-status").inner_text()


def test_by_the_protocol_s_rule_the_page_says_what_the_book_says(board: Page) -> None:
    """So the page's t distribution, its correction and its verdicts are those of the book."""
    assert LEVEL == 0.05
    assert status(board).endswith("They are judged by the protocol\u2019s rule.")


def test_another_rule_changes_verdicts_and_says_which(board: Page) -> None:
    board.select_option("#verdicts-correction", "none")
    board.select_option("#verdicts-level", "0.1")
    assert status(board).startswith(f"All {len(CLAIMS)} claims are shown. Your rule changes ")
    board.select_option("#verdicts-verdict", "changed")
    shown = board.locator("tr[data-row]:visible")
    assert 0 < shown.count() < len(CLAIMS)
    assert "by the protocol: " in shown.first.inner_text()
    board.get_by_role("button", name="The protocol\u2019s rule").click()
    assert status(board).endswith("They are judged by the protocol\u2019s rule.")


def test_the_rule_stands_where_a_page_has_a_place_for_it(browser: Browser, findings: list) -> None:
    page = browser.new_page()
    page.set_content(Rule()._repr_html_() + "<h2>far</h2>" + Board(findings)._repr_html_())
    page.add_script_tag(content=classic_script(SCRIPTS["verdicts.js"]))
    place = page.locator(".verdicts-rule")
    assert page.locator(".verdicts-rule #verdicts-level").count() == 1
    assert page.locator(".verdicts #verdicts-verdict").count() == 1
    told = place.locator("dd").all_inner_texts()
    found = Counter(one.verdict for one in findings)
    assert told == [str(found[verdict]) for verdict in VERDICTS]
    place.locator("#verdicts-level").select_option("0.001")
    changed = place.locator("dd").all_inner_texts()
    assert any("was" in text for text in changed)
    assert sum(int(text.split(",")[0]) for text in changed) == len(findings)
    page.close()


def test_the_board_is_filtered_and_sorted(board: Page) -> None:
    board.select_option("#verdicts-verdict", "holds")
    verdicts = board.locator("tr[data-row]:visible strong").all_inner_texts()
    assert set(verdicts) == {"holds"}
    board.select_option("#verdicts-verdict", "all")
    board.fill("#verdicts-search", "momentum")
    assert 0 < board.locator("tr[data-row]:visible").count() < 10
    board.fill("#verdicts-search", "")
    board.select_option("#verdicts-order", "claim")
    first = board.locator("tbody").first.locator("tr[data-row] th").all_inner_texts()
    assert first == sorted(first, key=str.casefold)


def test_without_a_script_it_is_a_table(browser: Browser) -> None:
    claim = next(one for one in CLAIMS if one.sentence.startswith("Lowering"))
    runs = measure(fake_study("schedules", lambda config: 97.0))
    page = browser.new_page(java_script_enabled=False)
    finding = claim.judge_by({"schedules": runs, "schedules-fresh": ()})
    page.set_content(Board([finding])._repr_html_())
    assert page.locator("tr[data-row]").count() == 1
    page.close()
