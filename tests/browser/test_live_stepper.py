"""The live stepper: an update with numbers of the reader's own is the engine's update."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import numpy as np
import pytest
from browsing import PHONE, is_cut_off, opened, small_targets
from live_page import write_page
from playwright.sync_api import Browser, Locator, Page

from mlp_book.chapters.engine import play_update, step_through
from mlp_book.chapters.engine.drawing import BELOW
from mlp_book.chapters.engine.steps import Step, make_steps, short
from mlp_book.scripts import JS, join_modules
from mlp_book.text import MINUS
from mlp_core.nn import MLP, SGD, make_loss
from mlp_core.nn.gradient_check import compute_gradients

pytestmark = pytest.mark.browser

Given = dict[str, float]
PICTURE = play_update()
FIRST: Given = PICTURE.data["given"]
STEPS = step_through().steps
PARAMETERS = [f"w{i}{j}" for i in "12" for j in "12"] + ["b1", "b2"]
PARAMETERS += [f"v{i}{j}" for i in "12" for j in "12"] + ["c1", "c2"]
RANDOM = np.random.default_rng(16)
WIDE = {"width": 1280, "height": 900}
VIOLATIONS = """async () => {
    const rules = {"color-contrast": {enabled: false}};
    const found = await axe.run(".interactive", {rules, preload: false});
    return found.violations.map(v => [v.id, v.nodes[0].html]);
}"""
LIT = "all => all.map(e => e.dataset.name)"


def draw_settings() -> list[Given]:
    settings = []
    for _ in range(20):
        drawn = {name: round(float(RANDOM.uniform(-1.5, 1.5)), 3) for name in FIRST}
        drawn["target"] = int(RANDOM.integers(1, 3))
        drawn["rate"] = round(float(RANDOM.uniform(0.01, 2)), 3)
        settings.append(drawn)
    return settings


SETTINGS = draw_settings()


def network_of(given: Given) -> MLP:
    network = MLP(2, (2,), 2, activation="tanh", dtype="float64")
    network.parameters[...] = [given[name] for name in PARAMETERS]
    return network


def steps_of(given: Given) -> tuple[Step, ...]:
    image, label = (given["x1"], given["x2"]), int(given["target"]) - 1
    return make_steps(network_of(given), image, label, given["rate"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_page(tmp_path_factory.mktemp("stepper"), PICTURE.html()).as_uri()


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    with opened(browser, address, viewport=request.param) as page:
        yield page


def field(page: Page, name: str) -> Locator:
    words = {"target": "true class"}.get(name, name)
    return page.locator(".stepper-fields").get_by_label(words, exact=True)


def go_to(page: Page, step: int) -> None:
    page.get_by_label("Step", exact=True).fill(str(step))


def drawn(page: Page) -> dict[str, str]:
    """Return the numbers in the drawing by their names."""
    pairs = page.locator(".stepper tspan").evaluate_all(
        "all => all.map(e => [e.dataset.name.replace('new ', ''), e.textContent])"
    )
    return dict(pairs)


def agree(page: Page, given: Given) -> None:
    """What the drawing says before and after the update is what the engine computes."""
    steps = steps_of(given)
    for step in (13, 16):
        go_to(page, step)
        numbers = {name: short(value) for name, value in steps[step - 1].numbers.items()}
        assert drawn(page) == numbers


def test_the_arithmetic_is_the_engines(page: Page) -> None:
    source = join_modules(JS / "interactive" / "update.js")
    found = page.evaluate(f"all => {{ {source}; return all.map(findUpdate); }}", SETTINGS)
    loss = make_loss("cross_entropy")
    for given, numbers in zip(SETTINGS, found, strict=True):
        network, labels = network_of(given), np.array([given["target"] - 1])
        images = np.array([[given["x1"], given["x2"]]])

        def agrees(names: list[str], values: np.ndarray, numbers: Given = numbers) -> None:
            got = [numbers[name] for name in names]
            np.testing.assert_allclose(got, np.ravel(values), rtol=1e-9)

        logits = network.forward(images)
        agrees(["u1", "u2", "h1", "h2"], np.hstack([o.outputs for o in network.layers[:2]]))
        agrees(["z1", "z2"], logits)
        agrees(["loss"], loss.forward(logits, labels))
        gradients = compute_gradients(network, loss, images, labels)
        agrees([f"slope {name}" for name in PARAMETERS], gradients)
        SGD(given["rate"]).step(network.parameters, gradients.copy())
        agrees([f"new {name}" for name in PARAMETERS], network.parameters)
        agrees(["new loss"], loss.forward(network.forward(images), labels))


def test_large_numbers_stay_finite(page: Page) -> None:
    source = join_modules(JS / "interactive" / "update.js")
    largest = dict.fromkeys(FIRST, 100) | {"target": 1, "v11": -100, "v21": -100}
    numbers = page.evaluate(f"given => {{ {source}; return findUpdate(given); }}", largest)
    assert all(np.isfinite(value) for value in numbers.values())
    assert numbers["loss"] == 400


@pytest.mark.slow
def test_every_step_says_what_the_still_one_says(page: Page) -> None:
    lines = page.locator(".stepper-lines > *")
    for number, step in enumerate(STEPS, 1):
        title = page.locator(".stepper-title").inner_text()
        assert title == f"{step.phase}, step {number} of {len(STEPS)}. {step.title}."
        signed = [line.replace("= -ln", f"= {MINUS}ln") for line in step.lines]
        signed = [line.replace(" - ", f" {MINUS} ") for line in signed]
        told = lines.evaluate_all("all => all.map(e => e.textContent)")
        assert told == signed
        assert drawn(page) == {name: short(value) for name, value in step.numbers.items()}
        fresh = page.locator("tspan.stepper-fresh").evaluate_all(LIT)
        assert {name.removeprefix("new ") for name in fresh} == set(step.fresh)
        if number < len(STEPS):
            page.get_by_role("button", name="Next").click()
    assert page.get_by_role("button", name="Next").is_disabled()
    page.get_by_role("button", name="Loss", exact=True).click()
    assert "step 7 of" in page.locator(".stepper-title").inner_text()


@pytest.mark.slow
def test_typed_numbers_give_what_the_engine_computes(page: Page) -> None:
    for given in SETTINGS:
        for name, value in given.items():
            field(page, name).fill(str(value))
        agree(page, given)
    page.get_by_role("button", name="Reset numbers").click()
    agree(page, FIRST)


@pytest.mark.slow
def test_dragged_numbers_give_what_the_engine_computes(page: Page) -> None:
    given = dict(FIRST)
    names = [*PARAMETERS, "x1", "x2", "rate", "target", "x1", "w11", "v22", "b2"]
    for i, name in enumerate(names):
        one = field(page, name)
        one.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        box = one.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        away = -31 if name == "target" else 31 + 6 * i
        page.mouse.move(x + away, y + 3, steps=4)
        page.mouse.up()
        value = float(one.input_value())
        step = {"rate": 0.05, "target": 1}.get(name, 0.1)
        expected = 1 if name == "target" else given[name] + step * (away // 6)
        assert value == pytest.approx(expected)
        given[name] = int(value) if name == "target" else value
        agree(page, given)


def test_a_number_is_dragged_with_the_focus_too(page: Page) -> None:
    one = field(page, "w11")
    one.focus()
    box = one.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 51, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    given = {**FIRST, "w11": FIRST["w11"] + 0.5}
    assert float(one.input_value()) == pytest.approx(given["w11"])
    agree(page, given)


def test_a_finger_drags_a_number(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        one = field(page, "w11")
        one.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        box = one.bounding_box()
        assert box is not None
        hand = page.context.new_cdp_session(page)
        places = [(box["x"] + 20 + 6 * i, box["y"] + 22) for i in range(9)]
        for kind, points in [("Start", places[:1]), *(("Move", [p]) for p in places), ("End", [])]:
            touches = [{"x": x, "y": y} for x, y in points]
            event = {"type": f"touch{kind}", "touchPoints": touches}
            hand.send("Input.dispatchTouchEvent", event)
        value = float(one.input_value())
        assert value > FIRST["w11"]
        agree(page, {**FIRST, "w11": value})


def test_keys_choose_the_step_and_change_a_number(page: Page) -> None:
    title = page.locator(".stepper-title")
    page.get_by_role("button", name="Backward").focus()
    page.keyboard.press("Enter")
    assert "step 9 of" in title.inner_text()
    page.keyboard.press("ArrowRight")
    assert "step 10 of" in title.inner_text()
    page.locator(".stepper-line").nth(2).focus()
    page.keyboard.press("ArrowLeft")
    assert "step 9 of" in title.inner_text()
    assert page.evaluate("document.activeElement.matches('.stepper-line')")
    page.get_by_label("Step", exact=True).press("End")
    assert "step 16 of" in title.inner_text()
    page.get_by_role("button", name="Back", exact=True).press("Enter")
    page.get_by_role("button", name="Next").press("Enter")
    assert "step 16 of" in title.inner_text()
    page.keyboard.press("ArrowLeft")  # Next is closed: Back has the focus
    assert "step 15 of" in title.inner_text()
    page.keyboard.press("ArrowRight")
    one = field(page, "v11")
    one.press("ArrowUp")
    assert float(one.input_value()) == pytest.approx(FIRST["v11"] + 0.1)
    one.press("ArrowLeft")
    assert "step 16 of" in title.inner_text()
    agree(page, {**FIRST, "v11": round(FIRST["v11"] + 0.1, 6)})


def test_a_loss_is_told_once_a_step_has_found_it(page: Page) -> None:
    says, losses = page.locator(".interactive-says"), []
    for step in (7, 8, 16):
        go_to(page, step)
        losses.append(re.findall(r"\?|\d+\.\d+", says.inner_text()))
    before, after = (f"{STEPS[step - 1].numbers['loss']:.3f}" for step in (8, 16))
    assert losses == [["?", "?"], [before, "?"], [before, after]]
    go_to(page, 1)
    field(page, "rate").fill("0.6")
    assert "?" not in says.inner_text()


def test_what_changed_is_marked(page: Page) -> None:
    go_to(page, 16)
    assert page.locator(".stepper-changed").count() == 0
    field(page, "v11").fill("0.75")
    before, after = (steps[-1].numbers for steps in (STEPS, steps_of({**FIRST, "v11": 0.75})))
    changed = {name for name in after if short(after[name]) != short(before[name])}
    marked = page.locator("tspan.stepper-changed").evaluate_all(LIT)
    assert {name.removeprefix("new ") for name in marked} == changed
    assert "changed with v₁₁" in page.locator(".interactive-says").inner_text()
    field(page, "rate").fill("0.6")
    marked = page.locator("tspan.stepper-changed").evaluate_all(LIT)
    assert "new w11" in marked
    assert "slope w11" not in marked


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("w11", ""),
        ("w11", "1e999"),
        ("x1", "101"),
        ("rate", "0"),
        ("rate", "-1"),
        ("target", "1.5"),
    ],
)
def test_an_illegal_number_keeps_the_one_from_before_it_was_typed(
    page: Page, name: str, typed: str
) -> None:
    one, says = field(page, name), page.locator(".interactive-says")
    last = "2" if name == "target" else "0.25"
    one.fill(last)
    one.blur()
    one.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(typed)
    words = {"target": "true class takes a whole number from 1 to 2"}.get(
        name, f"{name.translate(BELOW)} takes a"
    )
    assert says.inner_text().startswith(words)
    assert one.get_attribute("aria-invalid") == "true"
    # And not what was legal on the way, such as 1, of 1e999.
    assert f"it stays {last}." in says.inner_text()
    one.blur()
    assert one.input_value() == last
    assert one.get_attribute("aria-invalid") is None
    agree(page, {**FIRST, name: int(last) if name == "target" else float(last)})


def lit(page: Page, kind: str) -> set[str]:
    return set(page.locator(f".stepper-{kind}").evaluate_all(LIT))


def test_a_number_lights_its_formula_and_a_formula_its_number(page: Page) -> None:
    told = page.locator(".stepper-told")
    go_to(page, 16)
    page.locator("tspan[data-name='slope w11']").hover()
    assert lit(page, "lit") == {"slope w11"}
    assert lit(page, "term") == {"x1", "slope u1"}
    formula = "slope w11 = x1 slope u1 = 0.5 · (-0.691) = -0.346"
    assert told.inner_text() == formula.replace("-", MINUS)
    page.locator("tspan[data-name='new h1']").hover()
    assert lit(page, "term") == {"new u1"}
    go_to(page, 14)
    line = page.locator(".stepper-line").first
    line.focus()
    assert page.locator("tspan.stepper-lit").evaluate_all(LIT) == ["new v11"]
    assert lit(page, "term") == {"v11", "rate", "slope v11"}
    assert page.locator(".mlp-control.stepper-term").count() == 2
    field(page, "x1").focus()
    assert lit(page, "lit") == {"x1"}
    assert told.inner_text() == "x1 is given; it is in u1, u2, slope w11, slope w12."
    page.locator("tspan[data-name='b1']").click()
    assert field(page, "b1").evaluate("e => e === document.activeElement")


def test_nothing_moves_while_a_number_is_typed(page: Page) -> None:
    go_to(page, 13)
    one = field(page, "w11")
    places = set()
    for typed in ("0.3", "0.31", "0.314", "-7"):
        one.fill(typed)
        places.add(page.locator(".stepper-fields").evaluate("e => e.offsetTop"))
    assert len(places) == 1


def test_targets_width_and_readers(page: Page) -> None:
    """All but colours, which only a built page has: see `test_every_page`."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    for step in (1, 10, 16):
        go_to(page, step)
        page.locator(".stepper-line").last.focus()
        assert small_targets(page.locator(".mlp-live :is(button, input)")) == []
        assert not is_cut_off(page)
        assert page.evaluate(VIOLATIONS) == []


def test_on_paper_and_without_a_script_the_still_steps_stand(
    browser: Browser, address: str, page: Page
) -> None:
    assert page.locator(".update-stepper:visible").count() == 0
    page.emulate_media(media="print")
    assert page.locator(".mlp-live:visible").count() == 0
    assert page.locator(".update-stepper section:visible").count() == len(STEPS)
    with opened(browser, address, java_script_enabled=False, viewport=PHONE) as still:
        assert still.locator(".update-stepper section:visible").count() == 1
