"""The live pictures: the hero, and those whose mathematics is closed, on one page of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from browsing import PHONE, is_cut_off, opened, small_targets
from live_page import write_page
from playwright.sync_api import Browser, Page

from mlp_book.chapters import comparing, momentum, numerical_stability
from mlp_book.frames import frame
from mlp_book.hero import FULL, RATES, UNITS, Hero, load_hero, unpack_weights
from mlp_book.parabola import play_descent
from mlp_book.quadratic import descend, losses_along, make_valley, shrink_factor
from mlp_book.scripts import JS, join_modules
from mlp_book.stats import LEVEL, MARGIN, RESOLUTION
from mlp_book.text import format_number
from mlp_core.nn import SGD, make_loss
from mlp_core.nn.naive import naive_cross_entropy, naive_softmax
from mlp_core.studies import load_runs

pytestmark = pytest.mark.browser

RANDOM = np.random.default_rng(16)
VALLEY = np.array([1.0, 25.0])
STARTS = RANDOM.uniform(-10, 10, (20, 2))
SETTINGS = list(zip(RANDOM.uniform(0.001, 0.16, 20), RANDOM.uniform(0, 0.99, 20), strict=True))
RUNS = load_runs("seed-noise-fresh")
ALPHAS = """[...document.querySelectorAll('.hero-tiles canvas')].map(canvas =>
    [...canvas.getContext('2d').getImageData(0, 0, 8, 8).data].filter((_, i) => i % 4 === 3))"""
DEAD = "[...document.querySelectorAll('.hero-tiles canvas')].map(c => c.matches('.hero-dead'))"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write a page with every live picture, of the very pieces that the build writes."""
    folder = tmp_path_factory.mktemp("live")
    paths = {0.1: [1.0, 0.6]}
    valley = descend(SGD(0.07), make_valley(VALLEY), (10, 1), 30)
    pictures = [
        play_descent(paths, 4.0).html(),
        momentum.play_valley({"momentum 0": valley}, VALLEY, 0.07, [0.0, 0.9]).html(),
        numerical_stability.play_logits().html(),
        comparing.play_power(RUNS, comparing.shares(RUNS), LEVEL).html(),
    ]
    body = Hero()._repr_html_() + "".join(pictures)
    return write_page(folder, body).as_uri()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address, reduced_motion="reduce", viewport=PHONE) as page:
        yield page


def call(page: Page, module: str, expression: str, points: list[object]) -> list[object]:
    source = join_modules(JS / "interactive" / module)
    return page.evaluate(f"points => {{ {source}; return points.map({expression}); }}", points)


def test_paths_losses_and_factors_are_those_of_the_package(page: Page) -> None:
    points = [[s.tolist(), float(r), float(m)] for s, (r, m) in zip(STARTS, SETTINGS, strict=True)]
    paths = call(page, "quadratic.js", "([start, rate, momentum]) => descendValley([1, 25], start,"
                 "{rate, momentum, updates: 30})", points)  # fmt: skip
    losses = call(page, "quadratic.js", "path => lossesAlong(path, [1, 25])", paths)
    for (start, rate, mu), path, loss in zip(points, paths, losses, strict=True):
        expected = descend(SGD(rate, momentum=mu), make_valley(VALLEY), start, 30)
        np.testing.assert_allclose(np.array(path, float), expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(
            np.array(loss, float), losses_along(expected, make_valley(VALLEY)), rtol=1e-8
        )
    products = [[25 * r, m] for _, r, m in points]
    factors = call(page, "quadratic.js", "([product, m]) => shrinkFactor(product, m)", products)
    np.testing.assert_allclose(factors, [shrink_factor(*p) for p in products], rtol=1e-12)


def test_float32_is_numpys(page: Page) -> None:
    logits = np.array([*RANDOM.uniform(-120, 120, (17, 2)), [89, 86], [1000, 997], [110, 0]])
    logits = logits.astype("float32")
    found = call(page, "float32.js", "([a, b]) => [naiveSteps(a, b).probability, naiveSteps(a, b)"
                 ".loss, stableSteps(a, b).loss].map(String)", logits.tolist())  # fmt: skip
    truth = np.ones(20, int)
    with np.errstate(all="ignore"):
        naive = naive_softmax(logits)
        losses = (
            naive_cross_entropy(naive, truth),
            make_loss("cross_entropy").forward(logits, truth),
        )
    expected = np.stack([naive[:, 1], *losses], axis=1)
    # JavaScript's exp and NumPy's differ in the last bit, denormal probabilities by more.
    tiny = naive[:, 1] < np.finfo("float32").smallest_normal
    got = np.array(found).astype(float)
    np.testing.assert_allclose(got[~tiny], expected[~tiny], rtol=2e-6)
    np.testing.assert_allclose(got[tiny, 2], expected[tiny, 2], rtol=2e-6)
    bits = call(page, "float32.js", "x => bitsOf(x).join('')", logits[:, 0].tolist())
    assert bits == [format(int(x.view("uint32")), "032b") for x in logits[:, 0]]


def test_the_hero_shows_the_stored_weights_and_follows_the_keyboard(page: Page) -> None:
    stored, seen = load_hero(), set()
    rate, epoch = page.locator("#hero-rate"), page.locator("#hero-epoch")
    rate.press("Home")
    for stop, run in enumerate(stored["runs"]):
        says = page.locator(".hero-says").inner_text()
        assert f"Rate {format_number(run['rate'])}, epoch 60" in says
        seen.add(str(page.evaluate(ALPHAS)))  # the words name the rate in any case
        if stop in (2, 7, 12):
            for place in (11, 10, 6):
                epoch.fill(str(place))
                expected = np.clip(np.abs(unpack_weights(run)[place]) / FULL, 0, 1) * 255
                np.testing.assert_allclose(
                    page.evaluate(ALPHAS), expected.reshape(UNITS, 64), atol=1.01
                )
                dead = np.flatnonzero(page.evaluate(DEAD)).tolist()
                assert dead == run["dead"][place]
            epoch.press("End")
        rate.press("ArrowRight")
    assert len(seen) == len(RATES)


def test_what_is_dragged_sets_the_values_that_the_keyboard_sets(page: Page) -> None:
    def values(picture: str) -> list[float]:
        inputs = page.locator(f"[data-picture={picture}] input[type=range]")
        return [float(x) for x in inputs.evaluate_all("all => all.map(e => e.value)")]

    drags = {("parabola", 0): [0], ("parabola", 1): [1], ("valley", 0): [0, 1]}
    for (picture, plot), changed in {**drags, ("valley", 1): [2, 3]}.items():
        root = page.locator(f"[data-picture={picture}]")
        handle = root.locator(".interactive-plot").nth(plot).locator(".interactive-handle")
        handle.scroll_into_view_if_needed()
        before, box = values(picture), handle.bounding_box()
        assert box is not None and box["width"] >= 43.9
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 30, y - 20, steps=3)
        page.mouse.up()
        after = values(picture)
        assert [i for i, value in enumerate(after) if value != before[i]] == changed
        page.locator(f"[data-picture={picture}] input").nth(changed[0]).press("ArrowRight")
        assert values(picture)[changed[0]] > after[changed[0]]
    _, _, rate, mu = values("valley")
    factor = f"{shrink_factor(rate * 25, mu):.2f} per update."
    assert page.locator("[data-picture=valley] [role=status]").inner_text().endswith(factor)


def test_a_finger_drags_and_the_page_stays(browser: Browser, address: str) -> None:
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with opened(browser, address, reduced_motion="reduce", **options) as page:
        handle = page.locator("[data-picture=valley] .interactive-handle").nth(1)
        handle.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        box, before = handle.bounding_box(), page.evaluate("scrollY")
        assert box is not None
        hand = page.context.new_cdp_session(page)
        places = [(box["x"] + 22 + 2 * i, box["y"] + 22 - 10 * i) for i in range(9)]
        for kind, points in [("Start", places[:1]), *(("Move", [p]) for p in places), ("End", [])]:
            touches = [{"x": x, "y": y} for x, y in points]
            event = {"type": f"touch{kind}", "touchPoints": touches}
            hand.send("Input.dispatchTouchEvent", event)
        values = page.locator("[data-picture=valley] input[type=range]")
        assert float(values.nth(3).input_value()) > 0.3
        assert page.evaluate("scrollY") == before


def test_a_typed_logit_breaks_the_naive_loss_alone(page: Page) -> None:
    root = page.locator("[data-picture=logits]")
    root.get_by_label("logit of the wrong class").fill("89")
    cells = root.locator(".mlp-live tbody tr").nth(1).locator("td").all_inner_texts()
    assert cells == ["∞", "0", "1" * 8, "0" * 23]
    broken = root.locator("tr.interactive-broken th").all_inner_texts()
    assert broken == ["exp z, wrong class", "their sum", "naive loss"]
    assert "stable loss is 87" in root.locator(".interactive-says").inner_text()


def test_a_reader_moves_seeds_difference_and_level(page: Page) -> None:
    """Shares of outcomes are those that the chapter draws, and the words follow each slider."""
    values = frame(RUNS)["test_accuracy"].to_numpy()
    values = values - values.mean()
    points = [[n, shift, level] for n in (3, 10, 50) for shift in (0, 0.1) for level in (0.05, 0.2)]
    found = call(page, "power.js", f"([seeds, shift, level]) => sharesOf(drawPairs("
                 f"{values.tolist()}, seeds, {RESOLUTION}), seeds, "
                 f"{{shift, level, margin: {MARGIN}}})", points)  # fmt: skip
    for (seeds, shift, level), shares in zip(points, found, strict=True):
        expected = comparing.draw_tests(values, int(seeds), shift, level=level)
        assert shares == pytest.approx(expected, abs=4)
    root = page.locator("[data-picture=power]")
    words = {root.locator(".interactive-says").inner_text()}
    for name in ("seeds per side", "true difference", "level"):
        root.get_by_label(name, exact=True).press("ArrowRight")
        words.add(root.locator(".interactive-says").inner_text())
    assert len(words) == 4


def test_targets_width_and_paper(page: Page) -> None:
    assert small_targets(page.locator(".mlp-live :is(button, input)")) == []
    assert not is_cut_off(page)
    page.emulate_media(media="print")
    assert page.locator(".live-static:visible").count() == 5
    assert page.locator(".mlp-live:visible").count() == 0
    page.emulate_media(media="screen")


def test_the_hero_plays_until_it_is_touched(browser: Browser, address: str) -> None:
    with opened(browser, address, reduced_motion="no-preference") as page:
        says = page.locator(".hero-says")
        first = says.inner_text()
        page.wait_for_function("first => document.querySelector('.hero-says').innerText !== first",
                               arg=first)  # fmt: skip
        page.mouse.click(5, 5)
        still = says.inner_text()
        page.wait_for_timeout(300)
        assert says.inner_text() == still


def test_the_hero_is_still_where_no_motion_is_wanted(browser: Browser, address: str) -> None:
    with opened(browser, address, reduced_motion="reduce") as page:
        says = page.locator(".hero-says").inner_text()
        page.wait_for_timeout(300)
        assert page.locator(".hero-says").inner_text() == says
        assert "epoch 60:" in says


def test_without_a_script_figures_stand(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False, viewport=PHONE) as page:
        assert page.locator(".live-static:visible").count() == 5
        assert page.locator(".hero img:visible").count() == 3
