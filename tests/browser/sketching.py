"""Digits as a hand draws them, and the part of a panel where one draws."""

from __future__ import annotations

from collections.abc import Sequence

from panel import Panel

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


class Sketch:
    """The part of a panel where one draws."""

    def __init__(self, panel: Panel) -> None:
        self.page, self.root = panel.page, panel.root.locator(".what-if-sketch")
        panel.unfold("Draw a digit")
        self.canvas = self.root.locator(".what-if-canvas")
        self.canvas.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")

    def says(self) -> str:
        return self.root.locator(".what-if-sees").inner_text()

    def click(self, name: str) -> None:
        self.root.get_by_role("button", name=name, exact=True).click()

    def wait_for_an_answer(self) -> None:
        # The last of a stroke's answers is the one that counts.
        self.page.wait_for_function(
            "e => e.querySelector('[aria-busy=true]') === null &&"
            " e.querySelector('.what-if-sees').textContent.startsWith('The network sees')",
            arg=self.root.element_handle(),
        )

    def pixels(self, largest: float = 16) -> list[float]:
        return list(
            self.root.locator(".what-if-preview").evaluate(
                "(c, largest) => Array.from(c.getContext('2d')"
                "    .getImageData(0, 0, c.width, c.height).data)"
                "    .filter((_, i) => i % 4 === 3).map(alpha => largest * alpha / 255)",
                largest,
            )
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

    def draw(self, digit: int, slant: float = 0.0, size: float = 0.8) -> str:
        """Draw a digit; return what the network says."""
        self.click("Wipe")
        for points in DIGITS[digit]:
            upright = [(x - slant * (y - 0.5), y) for x, y in points]
            self.stroke([(0.1 + size * x, 0.1 + size * y) for x, y in upright])
        self.wait_for_an_answer()
        return self.says()
