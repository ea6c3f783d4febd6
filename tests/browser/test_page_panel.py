"""Panels on the built pages without Python: controls, stored runs, links, no script."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from browsing import (
    BROKEN,
    PHONE,
    current_address,
    hostile_fragments,
    is_cut_off,
    led_astray,
    opened,
    small_targets,
)
from page_panel import (
    CHAPTER,
    CHAPTERS,
    PAGES,
    SCRIPTS,
    Chapter,
    PagePanel,
    read_script,
)
from playwright.sync_api import Browser

from mlp_book.pages import pack_study

pytestmark = pytest.mark.browser

STORED = "book: MNIST, 60,000 images, 3 seeds"
HOSTILE_CASES = 60  # per page
MOST_BUTTONS, LONGEST_LIST = 12, 60


# Every page with a panel


def test_pages_with_a_panel_and_no_others_have_its_scripts(html: Path) -> None:
    texts = {p.relative_to(html).as_posix(): p.read_text("utf-8") for p in html.rglob("*.html")}
    with_panel = {name for name, text in texts.items() if 'class="what-if"' in text}
    assert with_panel == {name for name, text in texts.items() if "mlp/panel.js" in text}
    assert with_panel == {page.page for page in PAGES}
    assert {"learning-rate", "engine"} <= {chapter.panel.name for chapter in CHAPTERS}
    assert [page.source for page in PAGES if page not in CHAPTERS] == ["book/index.md"]


def test_every_control_answers_at_once(any_panel: PagePanel, chapter: Chapter) -> None:
    drawings = any_panel.answers_at_once(chapter.panel.defaults)
    assert any_panel.problem() == ""
    if (SCRIPTS / f"curves-{chapter.panel.study}.js").is_file():
        assert max(drawings.values()) > 1, "no control leads to other stored runs"


def test_a_link_reproduces_every_control(any_panel: PagePanel, chapter: Chapter) -> None:
    page, names = any_panel.page, list(chapter.panel.defaults)
    for name in names:
        any_panel.move(name)
        assert f"{chapter.panel.name}.{name}=" in current_address(page), name
    address, values = current_address(page), any_panel.values(names)
    page.reload()
    assert (current_address(page), any_panel.values(names)) == (address, values)
    any_panel.click("Reset")
    assert page.evaluate("location.hash") == ""


def test_hostile_links_change_nothing(any_panel: PagePanel, chapter: Chapter) -> None:
    name, page = chapter.panel.name, any_panel.page
    fragments = hostile_fragments([*chapter.panel.defaults], HOSTILE_CASES, f"{name}.")
    assert led_astray(page, [*fragments, f"{name}.=&&=&"], ".what-if", ".mlp-problem") == []
    bad = led_astray(page, BROKEN, ".what-if", ".mlp-problem")
    assert [fragment for fragment in bad if not fragment.startswith("silent")] == []


@pytest.mark.parametrize("how", ["served", "from disk", "on paper"])
def test_without_a_script_the_figure_and_a_sentence(
    browser: Browser, html: Path, host: str, chapter: Chapter, how: str
) -> None:
    is_paper = how == "on paper"
    address = (html / chapter.page).as_uri() if how == "from disk" else f"{host}/{chapter.page}"
    with opened(browser, address, java_script_enabled=is_paper) as page:
        panel = PagePanel(page)
        if is_paper:
            assert page.locator(".what-if-static").first.is_hidden()
            page.emulate_media(media="print")
        assert panel.root.locator(".report-figure svg").is_visible()
        assert "need JavaScript" in panel.root.inner_text()
        assert "Controls: " in panel.root.inner_text()
        assert panel.root.locator(":is(button, input, select, canvas):visible").count() == 0


def test_from_disk_no_control_is_dead(browser: Browser, html: Path, chapter: Chapter) -> None:
    with opened(browser, (html / chapter.page).as_uri()) as page:
        panel = PagePanel(page)
        for name in ("Train here", "Stop", "Download this run", "Next test image"):
            assert panel.root.get_by_role("button", name=name).count() == 0, name
        assert panel.root.locator("canvas").count() == 0
        assert "make serve" in panel.where()
        assert panel.shapes("line") > 0


def test_targets_are_large_and_named(any_panel: PagePanel) -> None:
    any_panel.page.set_viewport_size(PHONE)
    any_panel.open_part("sketch")
    assert small_targets(any_panel.root.locator("button, input, select, summary")) == []
    unnamed = "all => all.filter(e => !e.labels.length).length"
    assert any_panel.root.locator("input, select").evaluate_all(unnamed) == 0
    assert not is_cut_off(any_panel.page)
    any_panel.page.set_viewport_size({"width": 1280, "height": 844})
    assert not is_cut_off(any_panel.page)


def test_stored_runs_are_a_choice_away(any_panel: PagePanel) -> None:
    buttons = any_panel.root.locator(".what-if-stored button")
    choices = any_panel.control("stored")
    if buttons.count():
        assert buttons.count() <= MOST_BUTTONS
        buttons.last.click()
    elif choices.count():
        assert 2 <= choices.locator("option").count() <= 1 + LONGEST_LIST
        choices.select_option(index=1)
    else:
        return  # at most one stored cell can be reached
    assert any_panel.sources()[0].startswith("book: ")
    assert "tored" in any_panel.says()
    assert "no stored run" not in any_panel.says()


# The panel of the learning rate


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_a_moved_control_shows_the_stored_curves(
    browser: Browser, html: Path, address: str, how: str
) -> None:
    with opened(browser, address if how == "served" else (html / CHAPTER).as_uri()) as page:
        panel = PagePanel(page)
        assert panel.sources()[0] == STORED
        assert "Stored in the book: test accuracy 98." in panel.says()
        assert panel.shapes("band") == 2  # of the test set, and of the training set none
        # Eight stored rates, and nothing where none is stored.
        assert panel.answers_at_once(["learning_rate"]) == {"learning_rate": 9}
        panel.click("0.1")
        assert panel.sources() == [STORED]


def test_the_curve_is_the_studys(panel: PagePanel) -> None:
    panel.click("0.5")
    assert "learning-rate.learning_rate=0.5" in current_address(panel.page)
    assert panel.sources() == [STORED]
    cells = read_script("curves-learning-rate.js")["cells"]
    (cell,) = (c for c in cells if c["values"] == {"learning_rate": 0.5})
    shown = re.search(r"test accuracy ([\d.]+) %", panel.says())
    assert shown is not None
    assert float(shown[1]) == pytest.approx(100 * cell["columns"]["test_accuracy"]["mean"][-1])


def test_pinned_curves_stay_until_they_are_cleared(panel: PagePanel) -> None:
    panel.click("Pin")
    panel.click("0.5")
    assert panel.names() == ["learning rate 0.5", "learning rate 0.05, pinned"]
    for _ in range(5):
        panel.click("Pin")
    assert "At most 4 curves" in panel.problem()
    panel.click("Clear")
    assert panel.sources() == [STORED]


def test_an_illegal_seed_and_values_without_runs_are_sentences(panel: PagePanel) -> None:
    panel.set("seed", "-3")
    assert panel.problem() == "seed must be a whole number from 0 to 999999."
    panel.set("momentum", "0.5")
    assert "no stored run" in panel.says()
    assert panel.problem() == ""


@pytest.mark.parametrize("fragment", ["learning-rate.learning_rate=<b>1</b>", "x" * 1_000_000, "%"])
def test_a_page_opened_by_a_hostile_link_works(
    browser: Browser, address: str, fragment: str
) -> None:
    with opened(browser, f"{address}#{fragment}") as page:
        assert PagePanel(page).sources()[0] == STORED


def test_the_keyboard_moves_a_control_and_readers_hear_of_it(panel: PagePanel) -> None:
    panel.root.get_by_label("learning rate", exact=True).focus()
    panel.page.keyboard.press("ArrowRight")
    assert "learning-rate.learning_rate=0.063" in current_address(panel.page)
    assert panel.root.locator(".mlp-status").first.get_attribute("aria-live") == "polite"


def test_a_button_under_the_pointer_can_be_read(panel: PagePanel) -> None:
    for button in panel.root.locator("button:enabled").all():
        button.hover()
        look = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        colour, ground = button.evaluate(look)
        assert colour != ground


def test_a_packed_study_shows_the_same_curves(browser: Browser, address: str) -> None:
    packed = json.dumps(pack_study(read_script("curves-learning-rate.js")))
    script = f"(window.mlpCoreStudies ??= {{}})['learning-rate'] = {packed};"
    with opened(browser, "about:blank") as page:
        page.route(
            "**/curves-learning-rate.js*",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        page.goto(address)
        panel = PagePanel(page)
        assert panel.sources()[0] == STORED
        panel.click("0.1")
        assert "Stored in the book: test accuracy 98." in panel.says()
        assert (panel.shapes("band"), panel.shapes("line")) == (2, 2)  # no training curves
