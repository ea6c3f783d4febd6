"""A panel's pictures of its network: they follow the run, the epoch, the sketch and the map."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, is_cut_off, is_remembered, opened, slowness, small_targets
from built_book import require
from live_page import write_page
from panel import Panel
from playwright.sync_api import Browser, Page

from chromium import served
from mlp_book.panels import PANELS
from mlp_book.panels.panel_html import panel_html
from mlp_book.panels.pictures import MAPPED, PICTURES, USUAL
from mlp_book.panels.stops import load_stops

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("hidden-layers", "momentum", "where-it-fails")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with three panels, which trains by the sources as they are."""
    pyodide = Path(sys.prefix) / "pyodide"
    require(pyodide / "pyodide.js", "MLP_CORE_OFFLINE", "Pyodide is not here", "make book-offline")
    folder = tmp_path_factory.mktemp("network")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLP_CORE_PYODIDE", str(pyodide))
        write_page(folder, "".join(panel_html(PANELS[name], None) for name in NAMES), trains=True)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as host:
        yield f"{host}/page.html"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def still(browser: Browser, folder: Path) -> Iterator[Page]:
    """Yield the page as opened from disk: no Python is there, and the stored frames are shown."""
    with opened(browser, (folder / "page.html").as_uri()) as page:
        yield page


def says(panel: Panel, place: int = 0) -> str:
    return panel.root.locator(".network-slot .network-says").nth(place).inner_text()


def about(panel: Panel) -> str:
    return panel.text(".network-about")


# --- where no Python is --------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_the_stored_frames_follow_the_epochs(still: Page, number: int) -> None:
    panel, name = Panel(still, number), NAMES[number]
    stored = load_stops(name)
    assert stored is not None
    choices = panel.root.locator(".network-slot select")
    first, second, third = choices.evaluate_all("all => all.map(e => e.value)")
    assert third not in (first, second)
    assert (first, second) == PICTURES.get(name, USUAL)
    assert about(panel) == "Inside a stored run of these values."
    kept = [frame["epoch"] for frame in stored["frames"]["frames"]]
    panel.unfold("More")
    stops = panel.control("epochs")
    (control,) = (one for one in PANELS[name].controls if one.name == "epochs")
    for place, epochs in enumerate(control.stops):
        if epochs > kept[-1]:
            break
        panel.set("epochs", str(place))
        assert stops.get_attribute("aria-valuetext") == str(epochs)
        shown = max(epoch for epoch in kept if epoch <= epochs)
        assert re.search(rf"\bepoch {shown}\b", says(panel).lower()), (epochs, says(panel))


def test_of_other_values_it_says_whose_the_pictures_are(still: Page) -> None:
    panel = Panel(still, 1)
    panel.set("momentum", "2")
    assert about(panel) == "Inside the stored run of momentum 0.9."
    panel.click("Reset")
    assert about(panel) == "Inside a stored run of these values."


def test_the_map_opens_any_test_digit_in_the_sketch(still: Page) -> None:
    assert [MAPPED.get(name) for name in NAMES] == [False, None, True]
    for number in (0, 2):
        Panel(still, number).unfold("More pictures")
    Panel(still, 0).unfold("Map of the test digits")
    for number in (0, 2):
        panel = Panel(still, number)
        place = panel.root.locator(".network-map")
        place.focus()
        for key in ("ArrowRight", "ArrowDown", "Enter"):
            place.press(key)
        found = re.match(r"Test digit (\d+) is a (\d)", panel.text(".network-map-says"))
        assert found is not None
        assert panel.root.locator('[id$="-test-image"]').input_value() == found[1]
        assert f"The true digit is {found[2]}." in panel.text(".what-if-sees")
    assert Panel(still, 1).root.locator(".network-map").count() == 0


def test_a_digit_in_the_sketch_lights_units_and_wiping_ends_it(still: Page) -> None:
    panel = Panel(still, 0)
    assert "excites" not in says(panel)
    panel.unfold("More pictures")
    panel.root.locator(".network-digit").nth(4).click()
    assert re.search(r"The digit excites most: .* Strongest link: from \d+, \w+ \d\.", says(panel))
    panel.click("Wipe")
    assert "excites" not in says(panel)


def test_more_pictures_stay_unfolded(still: Page) -> None:
    panel = Panel(still, 0)
    slots = panel.root.locator(".network-slot:visible")
    assert slots.count() == 1

    def shows_all() -> bool:
        told = [says(panel, place).lower() for place in range(slots.count())]
        return len(told) == 3 and all(re.search(r"\bepoch 100\b", words) for words in told)

    def unfold() -> None:
        panel.unfold("More pictures")
        assert shows_all()

    is_remembered(still, unfold, shows_all)
    is_remembered(still, panel.fold("More pictures").click, lambda: slots.count() == 1)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_pictures_are_no_wider_than_the_panel(
    browser: Browser, folder: Path, size: dict[str, int]
) -> None:
    with opened(browser, (folder / "page.html").as_uri(), viewport=size) as page:
        panel = Panel(page, 2)  # whose map is unfolded with them
        panel.unfold("More pictures")
        page.wait_for_timeout(300)
        beyond = panel.root.evaluate(
            """panel => [...panel.querySelectorAll('canvas')].filter(e => e.offsetParent)
                .map(e => e.getBoundingClientRect().right
                    - panel.querySelector('.mlp-live').getBoundingClientRect().right)"""
        )
        assert len(beyond) > 2
        assert max(beyond) <= 1.5


def test_no_text_of_the_pictures_is_small(still: Page) -> None:
    """Drawn text too: a chart that is narrower than it was made is drawn smaller."""
    panel = Panel(still, 0)
    choice = panel.root.locator(".what-if-network select")
    for name in choice.evaluate("e => [...e.options].map(option => option.value)"):
        choice.select_option(name)
        smallest = panel.root.evaluate(
            """panel => Math.min(...[...panel.querySelectorAll('.mlp-live *')]
                .filter(e => e.getClientRects().length
                    && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
                .map(e => parseFloat(getComputedStyle(e).fontSize)
                    * (e.ownerSVGElement?.getScreenCTM().a ?? 1)))"""
        )
        assert smallest >= 10, name


def test_phones(browser: Browser, folder: Path) -> None:
    uri = (folder / "page.html").as_uri()
    with opened(browser, uri, viewport=PHONE, has_touch=True) as page:
        for number in range(len(NAMES)):
            root = Panel(page, number).root
            assert small_targets(root.locator(".what-if-network :is(button, select)")) == []
        assert not is_cut_off(page)


# --- where Python is -----------------------------------------------------------------------------


def test_frames_of_a_live_run_are_scrubbed_and_agree_with_the_headline(page: Page) -> None:
    panel = Panel(page, 0)
    panel.unfold("More")
    panel.unfold("More pictures")
    panel.train()
    assert about(panel) == "Inside the network that was trained here."
    panel.root.get_by_label("second picture").select_option("confusion")
    for place, epoch in enumerate((1, 10, 20, 50, 100)):
        panel.set("epochs", str(place))
        assert says(panel).startswith(f"Weights of 128 units, epoch {epoch}: ")
        found = re.match(rf"Epoch {epoch}: (\d+)\sof\s364 test images are wrong", says(panel, 1))
        assert found is not None, says(panel, 1)
        accuracy = 100 * (364 - int(found[1])) / 364
        assert f"accuracy {accuracy:.1f}\u00a0% after epoch {epoch}," in panel.headline()


def test_pictures_follow_a_run_epoch_by_epoch(page: Page) -> None:
    panel = Panel(page, 0)
    panel.unfold("More pictures")
    panel.unfold("Map of the test digits")
    for epoch in (1, 2):
        panel.click("One epoch")
        panel.wait(lambda epoch=epoch: f"epoch {epoch}:" in says(panel))
        words = panel.text(".network-map-part > .network-says")
        assert words.startswith(f"Epoch {epoch}: ")
    assert about(panel) == "Inside the network that trains here."
    panel.reset()
    assert about(panel) == "Inside a stored run of these values."


def test_no_long_task_while_it_plays(page: Page) -> None:
    panel = Panel(page, 0)
    panel.click("One epoch")
    panel.wait_for("paused")
    page.evaluate(
        """() => {
            window.long = [];
            const keep = (list) => long.push(...list.getEntries().map((entry) => entry.duration));
            new PerformanceObserver(keep).observe({type: 'longtask'});
        }"""
    )
    panel.train()
    assert [ms for ms in page.evaluate("long") if ms > 50 * slowness(page)] == []
