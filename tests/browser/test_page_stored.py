"""Panels on the built pages without Python: stored runs, links, and pages without a script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from built_book import HTML
from hostile import BROKEN, hostile_fragments
from page_panel import (
    AT_ONCE_MS,
    CHAPTER,
    PagePanel,
    current_address,
    go_to_fragment,
    measure_answers,
    opened,
)

from mlp_book.pages import pack_study
from mlp_book.panels import PANELS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

STORED = "book: MNIST, 60,000 images, 3 seeds"
SMALLEST_TARGET = 44
HOSTILE_CASES = 240


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def panel(page: Page) -> PagePanel:
    return PagePanel(page)


def chapters_with_a_panel(html: Path) -> list[Path]:
    pages = html.rglob("*.html")
    return [p for p in pages if 'class="what-if"' in p.read_text(encoding="utf-8")]


def test_every_page_with_a_panel_and_no_other_has_its_scripts(html: Path) -> None:
    with_panel = chapters_with_a_panel(html)
    with_script = [p for p in html.rglob("*.html") if "what-if/what-if.js" in p.read_text("utf-8")]
    assert html / CHAPTER in with_panel
    assert sorted(with_panel) == sorted(with_script)


def test_first_view_shows_the_books_own_runs(panel: PagePanel) -> None:
    assert panel.sources()[0] == STORED
    assert "Stored in the book: test accuracy 98." in panel.text("status")
    assert panel.lines()
    assert panel.root.locator("path.band").count() >= 2
    assert panel.root.locator(".what-if-static").first.is_hidden()


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_a_moved_control_changes_the_stored_curves_at_once(
    browser: Browser, html: Path, address: str, how: str
) -> None:
    with opened(browser, address if how == "served" else (html / CHAPTER).as_uri()) as page:
        panel = PagePanel(page)
        work, drawings = measure_answers(panel, ["learning_rate"])
        assert work < AT_ONCE_MS
        # Eight stored rates, and nothing where none is stored.
        assert drawings == {"learning_rate": 9}


def test_the_curve_is_the_studys(panel: PagePanel) -> None:
    panel.click("0.5")
    assert "hash" not in current_address(panel.page)
    assert "learning-rate.learning_rate=0.5" in current_address(panel.page)
    assert panel.sources() == [STORED]
    store = Path(HTML / "_static" / "what-if" / "study-learning-rate.js").read_text("utf-8")
    study = json.loads(store[store.index(" = ") + 3 : store.rindex(";")])
    (cell,) = (c for c in study["cells"] if c["values"] == {"learning_rate": 0.5})
    shown = re.search(r"test accuracy ([\d.]+) %", panel.text("status"))
    assert shown is not None
    assert float(shown[1]) == pytest.approx(100 * cell["columns"]["test_accuracy"]["mean"][-1])


def test_every_control_moves_and_a_reload_keeps_its_value(page: Page, panel: PagePanel) -> None:
    moved = {"learning rate": "40", "momentum": "0.5", "batch size": "2", "epochs": "1"}
    for label, value in {**moved, "seed": "7"}.items():
        panel.set(label, value)
    assert "no stored run" in panel.text("status")
    fragment = page.evaluate("location.hash")
    page.reload()
    assert page.evaluate("location.hash") == fragment
    for label, value in moved.items():
        assert panel.root.get_by_label(label, exact=True).input_value() == value
    assert panel.root.get_by_label("seed", exact=True).input_value() == "7"
    panel.click("Reset")
    assert page.evaluate("location.hash") == ""
    assert panel.sources()[0] == STORED


def test_pinned_curves_stay_until_they_are_cleared(panel: PagePanel) -> None:
    panel.click("Pin")
    panel.click("0.5")
    names = panel.root.locator(".what-if-name").all_inner_texts()
    assert names == ["learning rate 0.5", "learning rate 0.05, pinned"]
    for _ in range(5):
        panel.click("Pin")
    assert "At most 4 curves" in panel.text("problem")
    panel.click("Clear")
    assert panel.sources() == [STORED]


def test_an_illegal_seed_is_a_sentence(panel: PagePanel) -> None:
    panel.set("seed", "-3")
    assert panel.text("problem") == "seed must be a whole number from 0 to 999999."


def test_hostile_fragments_are_sentences_and_never_markup(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        panel = PagePanel(page)
        tags = "() => [...document.querySelectorAll('.what-if *')].map(e => e.tagName).join()"
        allowed = set(page.evaluate(tags).split(","))
        page.evaluate("() => { window.alert = () => { throw new Error('script from a link'); } }")
        names = [*PANELS["learning-rate"].defaults, "dataset"]
        cases = hostile_fragments(names, HOSTILE_CASES, "learning-rate.", ["1e-999", "true"])
        for fragment in [*cases, "learning-rate.=&&=&", *BROKEN]:
            go_to_fragment(page, fragment)
            assert set(page.evaluate(tags).split(",")) <= allowed, fragment[:200]
            rate = panel.root.get_by_label("learning rate", exact=True)
            assert rate.get_attribute("aria-valuetext") == "0.05", fragment[:200]
            if fragment.startswith("learning-rate.") and len(fragment) < 4000:
                assert panel.text("problem"), fragment


@pytest.mark.parametrize("fragment", ["learning-rate.learning_rate=<b>1</b>", "x" * 1_000_000, "%"])
def test_a_page_opened_by_a_hostile_link_works(
    browser: Browser, address: str, fragment: str
) -> None:
    with opened(browser, f"{address}#{fragment}") as page:
        assert PagePanel(page).sources()[0] == STORED


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_without_a_script_the_figure_and_a_sentence(
    browser: Browser, html: Path, address: str, how: str
) -> None:
    where = address if how == "served" else (html / CHAPTER).as_uri()
    with opened(browser, where, java_script_enabled=False) as page:
        panel = PagePanel(page)
        assert panel.root.locator(".report-figure svg").is_visible()
        assert "need JavaScript" in panel.root.inner_text()
        assert panel.root.locator("button, input, select").count() == 0


def test_from_disk_no_control_is_dead(browser: Browser, html: Path) -> None:
    with opened(browser, (html / CHAPTER).as_uri()) as page:
        panel = PagePanel(page)
        assert panel.root.get_by_role("button", name="Train here").count() == 0
        assert panel.root.get_by_role("button", name="Stop").count() == 0
        assert "make serve" in panel.root.locator(".what-if-live .what-if-where").inner_text()
        panel.click("0.1")
        assert panel.sources() == [STORED]


def test_on_paper_the_figure_and_no_control(page: Page, panel: PagePanel) -> None:
    page.emulate_media(media="print")
    assert panel.root.locator(".report-figure svg").is_visible()
    assert panel.root.get_by_role("button", name="Reset").count() == 0
    assert "Controls: learning rate" in panel.root.inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_targets_are_large_and_nothing_is_cut_off(
    browser: Browser, address: str, width: int
) -> None:
    with opened(browser, address, viewport={"width": width, "height": 844}) as page:
        panel = PagePanel(page)
        boxes = panel.root.locator("button, input, select").evaluate_all(
            "all => all.map(e => [e.textContent || e.id, e.getBoundingClientRect().height,"
            " e.getBoundingClientRect().width])"
        )
        assert [b for b in boxes if min(b[1], b[2]) < SMALLEST_TARGET] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_controls_have_names_and_the_keyboard_moves_them(page: Page, panel: PagePanel) -> None:
    unnamed = panel.root.locator("input, select").evaluate_all(
        "all => all.filter(e => !e.labels.length).length"
    )
    assert unnamed == 0
    panel.root.get_by_label("learning rate", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert "learning-rate.learning_rate=0.063" in current_address(page)
    assert panel.root.locator(".what-if-status").get_attribute("aria-live") == "polite"


def test_a_button_under_the_pointer_can_be_read(panel: PagePanel) -> None:
    for button in panel.root.locator("button:enabled").all():
        button.hover()
        look = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        colour, ground = button.evaluate(look)
        assert colour != ground


def test_a_packed_study_shows_the_same_curves(browser: Browser, address: str) -> None:
    script = (HTML / "_static" / "what-if" / "study-learning-rate.js").read_text("utf-8")
    begin, end = script.index(" = ") + 3, script.rindex(";")
    packed = json.dumps(pack_study(json.loads(script[begin:end])))
    with opened(browser, "about:blank") as page:
        page.route(
            "**/study-learning-rate.js*",
            lambda route: route.fulfill(
                body=script[:begin] + packed + ";", content_type="text/javascript"
            ),
        )
        page.goto(address)
        panel = PagePanel(page)
        assert panel.sources()[0] == STORED
        panel.click("0.1")
        assert "Stored in the book: test accuracy 98." in panel.text("status")
        assert panel.root.locator("path.band").count() == 2
        assert len(panel.lines()) == 2  # the training curves are left out
