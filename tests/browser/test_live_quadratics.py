"""Parabola, valley, map of convergence: what hand and keys make them show is the package's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from browsing import PHONE, opened
from live_page import write_page
from playwright.sync_api import Browser, Page

from mlp_book.chapters import momentum
from mlp_book.parabola import play_descent
from mlp_book.quadratic import descend, eigenvalues, losses_along, make_valley, shrink_factor
from mlp_core.nn import SGD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POINTS = 20
UPDATES = 30
CURVATURE = 4.0
PARABOLA = np.array([[CURVATURE]])
CURVATURES = np.array([1.0, 25.0])
VALLEY = make_valley(CURVATURES)
RATES = [0.02, 0.45, 0.51]
RATE = 0.07
TINY = 1e-300  # where the slider stands at no rate at all, which `SGD` refuses
MOMENTA = [0.0, 0.54, 0.9]
FASTEST = 0.62  # the factor that the map draws in full colour
FAR = (-2000, 4000)  # pixels; beyond these a plot draws nothing
PLOT_PX, CHART_PX = 0.02, 0.06  # what is drawn is rounded to two digits, and to one
POWERS = {"10⁻⁶": 1e-6, "10⁻⁴": 1e-4}
# By picture and drawing, the sliders that its handle sets.
SET_BY = {("parabola", 0): [0], ("parabola", 2): [1], ("valley", 0): [0, 1], ("valley", 2): [2, 3]}
KEYS = {"ArrowRight": 1, "ArrowUp": 1, "PageUp": 1, "End": 1}
KEYS |= {"ArrowLeft": -1, "ArrowDown": -1, "PageDown": -1, "Home": -1}
READ = """root => {
    const all = (from, query) => [...from.querySelectorAll(query)];
    const numbers = (e, names) => names.map(name => Number(e.getAttribute(name)));
    const ticks = (svg, anchor, name) => all(svg, `.mlp-tick[text-anchor=${anchor}]`)
        .map(e => [e.textContent.replace('\u2212', '-'), ...numbers(e, [name])]);
    return JSON.stringify({
        says: root.querySelector('.interactive-says').textContent.replaceAll('\u2212', '-'),
        sliders: all(root, 'input').map(e => numbers(e, ['min', 'max', 'step']))
            .map((bounds, i) => [Number(all(root, 'input')[i].value), ...bounds]),
        drawings: all(root, '.interactive-plot svg, .mlp-chart svg').map(svg => ({
            box: svg.getBoundingClientRect().toJSON(), width: svg.viewBox.baseVal.width,
            x: ticks(svg, 'middle', 'x'), y: ticks(svg, 'end', 'y'),
            lines: all(svg, 'path.mlp-line').map(e => e.getAttribute('d').slice(1).split('L')
                .map(pair => pair.split(',').map(Number))),
            dots: all(svg, 'g circle').map(e => numbers(e, ['cx', 'cy'])),
            handle: all(svg, '.interactive-handle').map(e => numbers(e, ['cx', 'cy'])),
        })),
    });
}"""  # fmt: skip
FIELD = """async root => {
    const image = new Image();
    image.src = root.querySelector('image').getAttribute('href');
    await image.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, {width: image.width, height: image.height});
    canvas.getContext('2d').drawImage(image, 0, 0);
    const {data} = canvas.getContext('2d').getImageData(0, 0, image.width, image.height);
    return [image.height, image.width, [...data]];
}"""

# A name, where its leader begins, and how far beside the name it ends.
LEADERS = """root => [...root.querySelectorAll('.mlp-leader')].map(line => {
    const name = line.nextElementSibling;
    const [x, y, end] = ['x1', 'y1', 'y2'].map(key => Number(line.getAttribute(key)));
    return [name.textContent, x, y, end + 4 - name.getAttribute('y')];
})"""


class Drawing:
    """A drawing of the page, with the scales that the words at its ticks say it has."""

    def __init__(self, seen: dict[str, Any], is_log: bool = False) -> None:
        self.seen, self.is_log = seen, is_log
        x = np.array([[float(words), at] for words, at in seen["x"]])
        y = np.array([[POWERS.get(words) or float(words), at - 4] for words, at in seen["y"]])
        self.x = np.polyfit(*x.T, 1)
        self.y = np.polyfit(np.log10(y[:, 0]) if is_log else y[:, 0], y[:, 1], 1)

    def pixels(self, xs: Any, ys: Any) -> np.ndarray:
        """Return where points are drawn."""
        ys = np.log10(np.maximum(ys, 5e-7)) if self.is_log else np.asarray(ys)
        pixels = np.stack([np.polyval(self.x, xs), np.polyval(self.y, ys)], axis=-1)
        return pixels if self.is_log else pixels.clip(*FAR)

    def in_window(self, pixels: Any) -> tuple[float, float]:
        """Return where a hand finds what is drawn at some pixels."""
        box = self.seen["box"]
        x, y = np.array(pixels) * box["width"] / self.seen["width"] + [box["x"], box["y"]]
        return float(x), float(y)

    def check(self, what: str, found: Any, xs: Any, ys: Any) -> None:
        """Compare what is drawn with points, in pixels."""
        precision = CHART_PX if self.is_log else PLOT_PX
        np.testing.assert_allclose(found, self.pixels(xs, ys), atol=precision, err_msg=what)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    paths = {r: descend(SGD(r), PARABOLA, [1.0], UPDATES)[:, 0].tolist() for r in RATES}
    valley = {"momentum 0": descend(SGD(RATE), VALLEY, (10, 1), UPDATES)}
    pictures = [
        play_descent(paths, CURVATURE).html(),
        momentum.play_valley(valley, CURVATURES, RATE, MOMENTA).html(),
    ]
    return write_page(tmp_path_factory.mktemp("quadratics"), "".join(pictures)).as_uri()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address, reduced_motion="reduce") as page:
        yield page


def look(page: Page, picture: str) -> tuple[str, np.ndarray, list[Drawing]]:
    """Return what a picture says, its sliders (value, least, most, step), and its drawings."""
    seen = json.loads(page.locator(f"[data-picture={picture}] .mlp-live").evaluate(READ))
    drawings = [Drawing(drawing, i == 1) for i, drawing in enumerate(seen["drawings"])]
    return seen["says"], np.array(seen["sliders"]), drawings


def show(page: Page, picture: str) -> None:
    page.locator(f"[data-picture={picture}] .mlp-live").evaluate(
        "e => e.scrollIntoView({block: 'start', behavior: 'instant'})"
    )


def check_losses(chart: Drawing, paths: Sequence[np.ndarray], valley: np.ndarray) -> None:
    """Compare the curves of the loss: those of the chapter, then the reader's."""
    assert len(chart.seen["lines"]) == len(paths)
    for i, (line, path) in enumerate(zip(chart.seen["lines"], paths, strict=True)):
        chart.check(f"loss {i}", line, np.arange(UPDATES + 1), losses_along(path, valley))


def check_parabola(page: Page) -> None:
    """Compare all that the parabola shows with the package, at the values of its sliders."""
    says, sliders, (above, chart, below) = look(page, "parabola")
    start, rate = sliders[:, 0]
    path = descend(SGD(rate or TINY), PARABOLA, [start], UPDATES)
    xs, ys = path[:, 0], losses_along(path, PARABOLA)
    above.check("dots", above.seen["dots"], xs, ys)
    above.check("path", above.seen["lines"][1], xs, ys)
    above.check("handle", above.seen["handle"], xs[:1], ys[:1])
    check_losses(
        chart, [*(descend(SGD(r), PARABOLA, [1.0], UPDATES) for r in RATES), path], PARABOLA
    )
    factor = descend(SGD(rate or TINY), PARABOLA, [1.0], 1)[1, 0]
    below.check("factor", below.seen["handle"], [rate], [shrink_factor(rate * CURVATURE, 0)])
    number = re.search(r"=\s(\S+):", says)
    assert number and float(number[1]) == pytest.approx(factor, rel=5e-3, abs=1e-12)
    assert abs(factor) > 1e-9 or number[1] == "0"
    assert effect_of(factor) in says


def effect_of(factor: float) -> str:
    """Return what is said of an update that multiplies the distance by a factor."""
    special = {1: "nothing moves", 0: "it is there", -1: "never comes nearer"}
    if (nearest := round(factor, 9)) in special:
        return special[int(nearest)]
    return "creeps" if factor > 0 else "diverges" if factor < -1 else "but nearer"


def motion(rate_times_curvature: float, mu: float) -> str:
    """Return what an update does to a direction, by its eigenvalues."""
    roots = eigenvalues(rate_times_curvature, mu)
    largest = roots[np.abs(roots).argmax()]
    if abs(largest) > 1 + 1e-9:
        return "diverges"
    if abs(largest.imag) > 1e-9:
        return "swings"
    return "leaps from side to side" if largest.real < 0 else "creeps"


def check_valley(page: Page) -> None:
    """Compare all that the valley and its map show with the package."""
    says, sliders, (above, chart, plane) = look(page, "valley")
    *start, rate, mu = sliders[:, 0]
    path = descend(SGD(rate, momentum=mu), VALLEY, start, UPDATES)
    above.check("dots", above.seen["dots"], *path.T)
    above.check("path", above.seen["lines"][5], *path.T)
    above.check("handle", above.seen["handle"], *path[:1].T)
    others = [descend(SGD(RATE, momentum=m), VALLEY, (10, 1), UPDATES) for m in MOMENTA]
    check_losses(chart, [*others, path], VALLEY)
    plane.check("rate and momentum", plane.seen["handle"], [rate], [mu])
    found = re.findall(r"it ([a-z ]+), \u00d7 ([\d.]+) per update", says)
    expected = [(motion(rate * c, mu), shrink_factor(rate * c, mu)) for c in CURVATURES]
    assert [words for words, _ in found] == [words for words, _ in expected]
    factors = [float(number) for _, number in found]
    assert factors == pytest.approx([factor for _, factor in expected], abs=0.00501)
    named = re.match(r"Rate (\S+), momentum (\S+):", says)
    assert named and [float(n) for n in named.groups()] == pytest.approx([rate, mu], rel=5e-3)


def drag(page: Page, picture: str, plot: int, target: Sequence[float], hand: Any = None) -> None:
    """Drag a handle to a point, and see that the sliders then have its values."""
    _, before, drawings = look(page, picture)
    drawing = drawings[plot]
    begin = drawing.in_window(drawing.seen["handle"][0])
    end = drawing.in_window(drawing.pixels(*target))
    if hand:
        for kind, places in [("Start", [begin]), ("Move", [end]), ("End", [])]:
            touches = [{"x": x, "y": y} for x, y in places]
            hand.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
    else:
        page.mouse.move(*begin)
        page.mouse.down()
        page.mouse.move(*end)
        page.mouse.up()
    after = look(page, picture)[1]
    per_pixel = 1 / np.abs([drawing.x[0], drawing.y[0]])
    for k, wanted, pixel in zip(SET_BY[picture, plot], target, per_pixel, strict=False):
        _, least, most, step = after[k]
        assert abs(after[k, 0] - np.clip(wanted, least, most)) <= step / 2 + pixel
    rest = [k for k in range(len(after)) if k not in SET_BY[picture, plot]]
    np.testing.assert_array_equal(after[rest], before[rest])


def press(page: Page, picture: str, random: np.random.Generator) -> None:
    """Move each slider by a key, and see that it goes the way that the key points."""
    for k, (before, least, most, step) in enumerate(look(page, picture)[1]):
        slider = page.locator(f"[data-picture={picture}] input[type=range]").nth(k)
        key = str(random.choice(list(KEYS)))
        slider.press(key)
        after = float(slider.input_value())
        if key.startswith("Arrow"):
            expected = np.clip(before + KEYS[key] * step, least, most)
            assert after == pytest.approx(expected, abs=step / 100)
        else:
            assert (after - before) * KEYS[key] > 0 or before in (least, most)
            assert key not in ("Home", "End") or after == (most if key == "End" else least)


def test_the_parabola_shows_what_the_package_computes(page: Page) -> None:
    show(page, "parabola")
    random = np.random.default_rng(16)
    for _ in range(POINTS):
        drag(page, "parabola", 0, [random.uniform(-1.6, 1.6), random.uniform(0, 5)])
        drag(page, "parabola", 2, [random.uniform(0, 0.57), random.uniform(0, 1.2)])
        check_parabola(page)
        press(page, "parabola", random)
        check_parabola(page)


def test_the_parabola_holds_where_its_words_change(page: Page) -> None:
    """At no rate, at one over the curvature, at the limit, and from the minimum itself."""
    start, rate = page.locator("[data-picture=parabola] input[type=range]").all()
    for stop in ("0", str(1 / CURVATURE), str(2 / CURVATURE)):
        rate.fill(stop)
        check_parabola(page)
    start.fill("0")
    check_parabola(page)


def test_a_name_far_from_the_end_of_its_line_has_a_leader(page: Page) -> None:
    """From where the line leaves the chart: at a rate of 0.2, between the updates 4 and 5."""
    sliders = page.locator("[data-picture=parabola] input[type=range]").all()
    for slider, value in zip(sliders, ("1", "0.2"), strict=True):
        slider.fill(value)
    found = page.locator("[data-picture=parabola] .mlp-chart").evaluate(LEADERS)
    chart = look(page, "parabola")[2][1]
    (x0, bottom), (x1, _) = chart.pixels([4, 5], [1e-6, 1e-6])
    (at,) = (end for name, *end in found if name == "yours")
    assert x0 < at[0] < x1
    assert at[1:] == pytest.approx([bottom, 0], abs=1)


def test_the_valley_shows_what_the_package_computes(page: Page) -> None:
    show(page, "valley")
    random = np.random.default_rng(17)
    for _ in range(POINTS):
        drag(page, "valley", 0, [random.uniform(-10.5, 10.5), random.uniform(-2.1, 2.1)])
        drag(page, "valley", 2, [random.uniform(0, 0.17), random.uniform(0, 1)])
        check_valley(page)
        press(page, "valley", random)
        check_valley(page)


def test_the_map_is_coloured_by_the_packages_factors(page: Page) -> None:
    root = page.locator("[data-picture=valley] .mlp-live")
    height, width, data = root.evaluate(FIELD)
    field = np.array(data).reshape(height, width, 4)
    _, sliders, (_, _, plane) = look(page, "valley")
    most, random = sliders[2, 2], np.random.default_rng(18)
    grown = 0
    for row, column in zip(
        random.integers(0, height, POINTS), random.integers(0, width, POINTS), strict=True
    ):
        rate, mu = (column + 0.5) / width * most, 1 - (row + 0.5) / height
        slower = max(shrink_factor(rate * c, mu) for c in CURVATURES)
        red, _, blue, alpha = field[row, column]
        if slower > 1:
            grown += 1
            assert (alpha, red > blue) == (90, True)
        else:
            assert alpha == pytest.approx(235 * min((1 - slower) / (1 - FASTEST), 1), abs=1)
            assert alpha < 20 or blue > red
    assert 0 < grown < POINTS
    limit, *damped = plane.seen["lines"]
    ends = [[2 / CURVATURES[1], 0], [4 / CURVATURES[1], 1]]
    plane.check("the limit", limit, *np.array(ends).T)
    assert [shrink_factor(CURVATURES[1] * rate, mu) for rate, mu in ends] == pytest.approx([1, 1])
    for line, curvature in zip(damped, CURVATURES, strict=True):
        rates = np.linspace(0, min(most, 1 / curvature), len(line))
        momenta = [momentum.critical_momentum(rate * curvature) for rate in rates]
        plane.check("where swinging begins", line, rates, momenta)


def test_a_finger_drags_to_what_the_package_computes(browser: Browser, address: str) -> None:
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with opened(browser, address, reduced_motion="reduce", **options) as page:
        hand = page.context.new_cdp_session(page)
        targets = {("parabola", 0): [-1.2, 3.0], ("parabola", 2): [0.2, 0.5]}
        targets |= {("valley", 0): [-4.0, 1.5], ("valley", 2): [0.05, 0.7]}
        for (picture, plot), target in targets.items():
            page.locator(f"[data-picture={picture}] .interactive-plot").nth(plot // 2).evaluate(
                "e => e.scrollIntoView({block: 'center', behavior: 'instant'})"
            )
            drag(page, picture, plot, target, hand)
            (check_parabola if picture == "parabola" else check_valley)(page)
