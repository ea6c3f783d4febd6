"""Draw a digit on a page, and the network trained there says what it sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from browsing import PHONE, opened
from page_panel import PagePanel
from playwright.sync_api import Browser, Locator, Page

from mlp_book.panels import PANELS
from mlp_core.data import load_dataset
from mlp_core.what_if import run_panel
from mlp_core.what_if.classify import classify_test_image

pytestmark = pytest.mark.browser

# Digits as a hand draws them: strokes from corner to corner, in a square of side 1.
DIGITS = [
    [[(.5, .1), (.3, .2), (.22, .5), (.3, .8), (.5, .9), (.7, .8), (.78, .5), (.7, .2), (.5, .1)]],
    [[(.38, .28), (.55, .1), (.55, .9)]],
    [[(.25, .28), (.35, .13), (.55, .1), (.7, .2), (.7, .38), (.55, .58), (.25, .88), (.78, .88)]],
    [[(.28, .15), (.5, .1), (.68, .2), (.66, .38), (.45, .48), (.68, .58), (.7, .78), (.5, .9),
      (.27, .84)]],
    [[(.6, .1), (.25, .6), (.8, .6)], [(.62, .35), (.6, .92)]],
    [[(.7, .1), (.33, .1), (.3, .45), (.52, .42), (.7, .55), (.7, .76), (.5, .9), (.27, .84)]],
    [[(.62, .1), (.4, .3), (.28, .6), (.35, .85), (.55, .9), (.7, .75), (.62, .56), (.42, .55),
      (.3, .68)]],
    [[(.25, .12), (.75, .12), (.5, .5), (.42, .9)]],
    [[(.66, .2), (.5, .1), (.35, .2), (.4, .38), (.62, .58), (.68, .78), (.5, .9), (.33, .78),
      (.4, .58), (.62, .38), (.66, .2)]],
    [[(.68, .3), (.5, .42), (.33, .3), (.42, .13), (.6, .12), (.68, .3), (.66, .6), (.55, .9)]],
]  # fmt: skip
LEAST_RIGHT = 8  # of ten
ALIKE = 0.45  # of the ink: a small drawing is as coarse as the screen, half a pixel at its edges
INK = (240, 390)  # the sum of the pixels: 312 on average in the data set


class Sketch:
    """The part of a panel where one draws."""

    def __init__(self, panel: PagePanel) -> None:
        self.page, self.root = panel.page, panel.root.locator(".what-if-sketch")
        panel.open_part("sketch")
        self.canvas = self.root.locator(".what-if-canvas")
        self.canvas.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")

    def says(self) -> str:
        return self.root.locator(".mlp-status").inner_text()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def wait_for_an_answer(self) -> None:
        # The last of a stroke's answers is the one that counts.
        self.page.wait_for_function(
            "e => e.getAttribute('aria-busy') === 'false' &&"
            " e.querySelector('.mlp-status').textContent.startsWith('The network sees')",
            arg=self.root.element_handle(),
        )

    def pixels(self) -> list[float]:
        return self.root.locator(".what-if-preview").evaluate(
            "c => Array.from(c.getContext('2d').getImageData(0, 0, 8, 8).data)"
            "      .filter((_, i) => i % 4 === 3).map(alpha => 16 * alpha / 255)"
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the canvas lies on the page, in pixels."""
        box = self.canvas.bounding_box()
        assert box is not None
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    def stroke(self, points: Sequence[tuple[float, float]], steps: int = 4) -> None:
        """Draw through points of the canvas, whose side is 1, with the mouse."""
        first, *others = (self.place(*point) for point in points)
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for place in others:
            self.page.mouse.move(*place, steps=steps)
        self.page.mouse.up()

    def draw(self, digit: int, slant: float = 0.0, size: float = 0.8) -> None:
        self.button("Wipe").click()
        for points in DIGITS[digit]:
            upright = [(x - slant * (y - 0.5), y) for x, y in points]
            self.stroke([(0.1 + size * x, 0.1 + size * y) for x, y in upright])
        self.wait_for_an_answer()


def test_before_a_network_is_trained_a_sentence(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        sketch = Sketch(PagePanel(page))
        assert "press Train here" in sketch.says()
        assert sketch.root.locator("button:enabled, input:enabled").count() == 0
        sketch.stroke([(0.2, 0.2), (0.4, 0.4)])
        drawn = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)"
        assert not sketch.canvas.evaluate(drawn)


@pytest.fixture(scope="module")
def trained(browser: Browser, address: str, own_python: None) -> Iterator[Page]:
    with opened(browser, address) as page:
        PagePanel(page).train()
        yield page


@pytest.fixture
def sketch(trained: Page) -> Sketch:
    return Sketch(PagePanel(trained))


@pytest.mark.slow
@pytest.mark.parametrize("slant", [0.0, 0.25, -0.2])
def test_drawn_digits_are_classified(sketch: Sketch, slant: float) -> None:
    right = 0
    for digit in range(10):
        sketch.draw(digit, slant)
        ink = sum(sketch.pixels())
        assert INK[0] < ink < INK[1], f"digit {digit}: {ink:.0f}"
        assert sketch.root.locator(".what-if-scores li").count() == 10
        right += sketch.says().startswith(f"The network sees a {digit} (")
    print(f"slant {slant}: {right} of 10 drawn digits are classified right")
    assert right >= LEAST_RIGHT


@pytest.mark.slow
@pytest.mark.parametrize("digit", [0, 2])
def test_size_and_place_of_a_drawing_do_not_matter(sketch: Sketch, digit: int) -> None:
    sketch.draw(digit)
    large = sketch.pixels()
    sketch.draw(digit, size=0.4)
    small = sketch.pixels()
    assert sketch.says().startswith(f"The network sees a {digit} (")
    assert sum(abs(a - b) for a, b in zip(large, small, strict=True)) < ALIKE * sum(large)


@pytest.mark.slow
@pytest.mark.parametrize("length", [0.0, 0.5])
def test_a_dot_and_a_dash_are_drawings_too(sketch: Sketch, length: float) -> None:
    sketch.button("Wipe").click()
    sketch.stroke([(0.25, 0.5), (0.25 + length, 0.5)], steps=1)
    sketch.wait_for_an_answer()
    assert sum(sketch.pixels()) > 50


@pytest.mark.slow
def test_without_a_hand_a_test_image(sketch: Sketch) -> None:
    run = run_panel(PANELS["learning-rate"], {}, lambda event: None)
    number = sketch.root.get_by_label("test image", exact=True)
    number.focus()
    for wanted in (1, 2, 3):
        number.fill(str(wanted))
        sketch.page.keyboard.press("Enter")
        sketch.wait_for_an_answer()
        here = classify_test_image(run, wanted)
        assert f"sees a {here['digit']} (" in sketch.says()
        assert f"The true digit is {here['label']}." in sketch.says()
        assert sketch.pixels() == pytest.approx(here["pixels"], abs=0.05)
    sketch.button("Next test image").click()
    assert number.input_value() == "4"
    number.fill(str(load_dataset("digits").test_size + 1))
    sketch.page.keyboard.press("Enter")
    assert "must be a whole number from 1 to 364" in sketch.says()


@pytest.mark.slow
def test_a_finger_draws(browser: Browser, address: str, own_python: None) -> None:
    with opened(browser, address, has_touch=True, viewport=PHONE) as page:
        panel = PagePanel(page)
        panel.train()
        sketch = Sketch(panel)
        scrolled = page.evaluate("scrollY")
        finger = page.context.new_cdp_session(page)
        for kind, y in (("touchStart", 0.1), ("touchMove", 0.5), ("touchMove", 0.9)):
            place = dict(zip("xy", sketch.place(0.5, y), strict=True))
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        sketch.wait_for_an_answer()
        assert sketch.says().startswith("The network sees a 1")
        assert page.evaluate("scrollY") == scrolled
