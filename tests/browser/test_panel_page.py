"""What only a page has: stored runs without Python, links, paper, phones, files, one worker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import (
    BROKEN,
    PHONE,
    current_address,
    go_to_fragment,
    hostile_fragments,
    led_astray,
    opened,
    slowness,
)
from chapters import CHAPTER, CHAPTERS, PAGES, SCRIPTS, Chapter, read_script
from idx_writer import idx_bytes, small_arrays
from panel import Panel
from playwright.sync_api import Browser, Page
from sketching import Sketch

from mlp_book.packing import unpack
from mlp_book.panels import PANELS
from mlp_book.scripts import JS, join_modules
from mlp_book.text import level_text
from mlp_core.data import find_dataset
from mlp_core.data.folder import FILE_NAMES, find_file
from mlp_core.training import History
from mlp_core.what_if import run_panel

pytestmark = pytest.mark.browser

HOSTILE_CASES = 20  # per page
POINT_OF_TEN = 0.1
STILL_MS = 4000  # longer than reading 70,000 images
RUNS, GROWTH = 20, 1.2
MNIST_EPOCH_S, MOST_MEGABYTES = 2.5, 600
FIRST_POINT_MS = 1000  # what the first weights say of 10,000 test images
LISTEN_TO_TASKS = """() => {
    window.long = [];
    const keep = (list) => long.push(...list.getEntries().map((entry) => entry.duration));
    new PerformanceObserver(keep).observe({type: 'longtask'});
}"""
# Lead sliders through their values; return those that are near the edge, broken, or on the label.
CRAMPED = """(sliders) => sliders.flatMap((input) => {
    const [label, output] = ["label", "output"].map((n) => input.parentElement.querySelector(n));
    const edge = input.closest(".what-if, .hero").getBoundingClientRect().right;
    const found = [], step = Number(input.step) || 1, words = document.createRange();
    for (let value = Number(input.min); value <= Number(input.max); value += step) {
        input.value = value;
        input.dispatchEvent(new Event("input", {bubbles: true}));
        words.selectNodeContents(output);
        const {left, right, height} = words.getBoundingClientRect();
        const isFree = left >= label.getBoundingClientRect().right && height < 30;
        if (right > edge - 8 || !isFree) found.push(`${input.id}: ${output.textContent}`);
    }
    return found;
})"""
NO_STORAGE = """
for (const area of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, area, {
    get() { throw new DOMException("refused", "SecurityError"); },
  });
"""
STORAGE = "(() => { try { return `${sessionStorage.length}`; } catch { return 'refused'; } })()"
UNUSABLE = """
from mlp_core.nn import products
before = products.product
with open("/broken.so", "wb") as file:
    file.write(b"\\0asm\\1\\0\\0\\0\\xff")
said = [use_products("/absent.so"), use_products("/broken.so")]
json.dumps([said, products.product is before])
"""


@pytest.fixture(scope="module")
def from_disk(browser: Browser, html: Path) -> Iterator[Page]:
    """Yield a page that is led from chapter to chapter, opened from disk."""
    with opened(browser, (html / CHAPTER).as_uri()) as page:
        yield page


@pytest.fixture
def any_panel(from_disk: Page, html: Path, chapter: Chapter) -> Panel:
    """Return the panel of each page that has one."""
    from_disk.goto((html / chapter.page).as_uri())
    panel = Panel(from_disk)
    panel.unfold("More")
    return panel


def test_pages_with_a_panel_and_no_others_have_its_scripts(html: Path) -> None:
    texts = {p.relative_to(html).as_posix(): p.read_text("utf-8") for p in html.rglob("*.html")}
    with_panel = {name for name, text in texts.items() if 'class="what-if"' in text}
    assert with_panel == {name for name, text in texts.items() if "mlp/what_if.js" in text}
    assert with_panel == {page.page for page in PAGES}
    assert {"learning-rate", "engine"} <= {chapter.panel.name for chapter in CHAPTERS}


@pytest.mark.slow
def test_every_stop_of_every_control_answers(any_panel: Panel, chapter: Chapter) -> None:
    """Label, headline and data belong together, and at every stop something is drawn."""
    stops = read_script(f"stops-{chapter.panel.name}.js")
    main, *others = chapter.panel.controls
    assert not re.search(r"null|undefined|NaN", " ".join(any_panel.names()))
    times: list[float] = []
    for control in (main, *others):
        seen = any_panel.walk(control.name)
        times += [one["ms"] for one in seen]
        assert all(one["lines"] for one in seen), control.name
        assert len({one["drawing"] + one["headline"] for one in seen}) > 1, control.name
        for one in seen:
            exact = control is main or re.match(rf"{re.escape(main.label)} ", one["headline"])
            assert exact or one["headline"].startswith("nearest stored: "), one["headline"]
    for one in any_panel.walk(main.name):
        assert one["headline"].startswith(f"{main.label} {one['value']}: "), one["headline"]
        run = next(
            run
            for run in stops["runs"]
            if level_text(run["values"].get(main.name, main.default)) == one["value"]
            and set(run["values"]) <= {main.name}
        )
        end = last_accuracy(stops, run)
        said = re.search(r"test accuracy ([\d.]+)\s%", one["headline"])
        if said and f"after epoch {stops['epochs']}" in one["headline"]:
            assert float(said[1]) == pytest.approx(100 * end, abs=POINT_OF_TEN / 2 + 0.01)
        else:
            assert run["diverged"], one["headline"]
    times.sort()
    late = times[int(0.95 * len(times))]
    print(f"{chapter.panel.name}: {len(times)} moves, 95 % within {late:.0f} ms")
    assert late < 100 * slowness(any_panel.page)


def last_accuracy(stops: dict, run: dict) -> float:
    values = unpack(run["columns"]["test_accuracy"][0], *stops["ends"]["test_accuracy"])
    return [value for value in values if value is not None][-1] if any(values) else 0.0


def test_from_disk_no_control_is_dead_and_no_link_leads_astray(
    any_panel: Panel, chapter: Chapter
) -> None:
    no_control_is_dead(any_panel)
    fragments_of_the_page_are_not_the_panels(any_panel, chapter)
    any_panel.click("Reset")
    hostile_links_change_nothing(any_panel, chapter)
    a_link_reproduces_every_control(any_panel, chapter)


def no_control_is_dead(any_panel: Panel) -> None:
    for name in ("Play", "One epoch", "Restart", "One step", "Download"):
        assert any_panel.button(name).count() == 0, name
    assert "make serve" in any_panel.root.inner_text()
    for name in ("data", "seeds", "speed"):
        assert any_panel.control(name).count() == 0, name


def a_link_reproduces_every_control(any_panel: Panel, chapter: Chapter) -> None:
    page = any_panel.page
    for control in chapter.panel.controls:
        element = any_panel.control(control.name)
        if element.evaluate("e => e.tagName") == "SELECT":
            any_panel.set(control.name, element.evaluate("e => [...e.options].at(-1).value"))
            any_panel.set(control.name, element.evaluate("e => [...e.options][0].value"))
        else:
            any_panel.set(control.name, element.get_attribute("min") or "")
    values = any_panel.root.locator(".mlp-control :is(input, select)").evaluate_all(
        "all => all.map(e => e.value)"
    )
    address, headline = current_address(page), any_panel.headline()
    assert f"{chapter.panel.name}." in address
    page.goto("about:blank")
    page.goto(address)
    assert (
        any_panel.root.locator(".mlp-control :is(input, select)").evaluate_all(
            "all => all.map(e => e.value)"
        )
        == values
    )
    assert any_panel.headline().split(":")[0] == headline.split(":")[0]
    any_panel.click("Reset")
    assert page.evaluate("location.hash") == ""


def hostile_links_change_nothing(any_panel: Panel, chapter: Chapter) -> None:
    name, page = chapter.panel.name, any_panel.page
    fragments = hostile_fragments([*chapter.panel.defaults], HOSTILE_CASES, f"{name}.")
    assert led_astray(page, [*fragments, f"{name}.=&&=&"], ".what-if", ".mlp-problem") == []
    bad = led_astray(page, BROKEN, ".what-if", ".mlp-problem")
    assert [fragment for fragment in bad if not fragment.startswith("silent")] == []


def fragments_of_the_page_are_not_the_panels(any_panel: Panel, chapter: Chapter) -> None:
    main = chapter.panel.controls[0].name
    any_panel.set(main, "1" if any_panel.control(main).input_value() != "1" else "0")
    before = any_panel.headline()
    go_to_fragment(any_panel.page, "fig-something")
    assert any_panel.headline() == before
    go_to_fragment(any_panel.page, "")
    assert any_panel.headline() == before


def test_the_full_scale_behind_is_of_either_data(any_panel: Panel, chapter: Chapter) -> None:
    study = chapter.panel.study
    twin = SCRIPTS / f"curves-fashion-{study}.js"
    choice = any_panel.control("behind")
    assert choice.count() == int(study is not None and twin.is_file())
    if not choice.count():
        return
    for place, data in enumerate(("MNIST", "Fashion-MNIST")):
        any_panel.set("behind", str(place))
        assert any(one.startswith(f"book: {data}, ") for one in any_panel.sources()), data
    any_panel.click("Reset")
    assert not any("Fashion" in one for one in any_panel.sources())
    # Its source says of how many images it is; its name does where these are what the panel varies.
    is_named = any(one.startswith("training images 60,000") for one in any_panel.legend())
    assert is_named == (chapter.panel.controls[0].name == "train_size")


@pytest.fixture
def first_panel(from_disk: Page, html: Path) -> Panel:
    """Return the panel of the learning rate, opened from disk, its controls unfolded."""
    from_disk.goto("about:blank")
    from_disk.goto((html / CHAPTER).as_uri())
    panel = Panel(from_disk)
    panel.unfold("More")
    return panel


def test_axes_stay_while_curves_are_compared(first_panel: Panel) -> None:
    texts = first_panel.root.locator(".what-if-charts svg text:not(.mlp-change-words)")
    before = texts.evaluate_all("all => all.map(e => [e.textContent, e.getAttribute('y')])")
    assert len(before) > 15
    for place in ("0", "20", "60", "80"):  # hardly learns, learns, diverges
        first_panel.click("Pin")
        first_panel.set("learning_rate", place)
        after = texts.evaluate_all("all => all.map(e => [e.textContent, e.getAttribute('y')])")
        assert after == before, first_panel.headline()


def test_the_nearest_stored_curve_is_faint(first_panel: Panel) -> None:
    def opacities() -> list[str | None]:
        lines = first_panel.root.locator(".mlp-chart >> nth=0 >> path.mlp-line")
        return lines.evaluate_all("all => all.map(e => e.getAttribute('opacity'))")

    assert opacities().count("0.42") == 0
    first_panel.set("seed", "5")
    assert first_panel.headline().startswith("nearest stored: ")
    assert opacities().count("0.42") == 1
    assert first_panel.root.locator('.mlp-legend line[opacity="0.45"]').count() == 1


def test_a_pinned_curve_says_what_sets_it_apart_from_the_nearest_stored(first_panel: Panel) -> None:
    first_panel.set("learning_rate", "42")  # 0.16
    first_panel.click("Pin")
    first_panel.set("batch_size", "200")
    first_panel.set("seed", "77")
    nearest, pinned = first_panel.names()
    assert nearest.startswith("nearest stored: learning rate 0.05")
    assert pinned.startswith("learning rate 0.16, ") and pinned.endswith(", pinned")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_drawing_area_stays_at_the_first_answer(
    browser: Browser, html: Path, width: int
) -> None:
    size = {"width": width, "height": 844}
    with opened(browser, (html / CHAPTER).as_uri(), viewport=size) as page:
        panel = Panel(page)
        panel.root.get_by_label("first picture").select_option("weights")  # tells of the drawing
        sketch = Sketch(panel)
        before = sketch.canvas.bounding_box()
        page.mouse.move(*sketch.place(0.5, 0.1))
        page.mouse.down()
        for i in range(1, 9):
            page.mouse.move(*sketch.place(0.5, 0.1 + 0.1 * i))
            assert sketch.canvas.bounding_box() == before
        page.mouse.up()
        assert sketch.says().startswith("The network sees a 1")
        assert "excites most" in panel.text(".network-low .network-says")
        sketch.click("Wipe")
        assert sketch.canvas.bounding_box() == before


@pytest.mark.parametrize(("motion", "takes"), [("reduce", "0s"), ("no-preference", "0.08s")])
def test_reduced_motion_is_respected(browser: Browser, html: Path, motion: str, takes: str) -> None:
    with opened(browser, (html / CHAPTER).as_uri(), reduced_motion=motion) as page:
        panel = Panel(page)
        Sketch(panel).click("Next test image")
        durations = panel.root.evaluate(
            """panel => [...panel.querySelectorAll('*')].flatMap(e => {
                const {transitionDuration, animationDuration} = getComputedStyle(e);
                return [transitionDuration, animationDuration];
            })"""
        )
        assert set(durations) - {"0s"} == ({takes} - {"0s"})


def test_a_curve_lies_inside_above_or_below_the_stored_band(browser: Browser) -> None:
    with opened(browser, "about:blank") as page:
        said = page.evaluate(
            """source => {
                const comparisonOf = new Function(`${source}; return comparisonOf;`)();
                const of = (mean, low, high) => ({
                    data: "digits", size: 100, crosses: [], epochs: [1, 2],
                    columns: {test_accuracy: {mean: [0.5, mean], low: low && [0.4, low],
                        high: high && [0.6, high]}},
                });
                const stored = of(0.95, 0.94, 0.96);
                const other = {...stored, size: 50};
                return [[0.95, stored], [0.97, stored], [0.93, stored], [0.95, other]]
                    .map(([mean, book]) => comparisonOf(of(mean), book));
            }""",
            join_modules(JS / "what_if" / "words.js"),
        )
    words = "the stored band after epoch 2 (94.0\u00a0% to 96.0\u00a0%)."
    assert said == [f"Inside {words}", f"Above {words}", f"Below {words}", ""]


@pytest.mark.parametrize("how", ["from disk", "on paper"])
def test_without_a_script_the_figure_and_a_sentence(
    browser: Browser, html: Path, host: str, how: str
) -> None:
    is_paper = how == "on paper"
    address = (html / CHAPTER).as_uri() if how == "from disk" else f"{host}/{CHAPTER}"
    with opened(browser, address, java_script_enabled=is_paper) as page:
        root = page.locator(".what-if").first
        for chapter in PAGES:
            page.goto(address.replace(CHAPTER, chapter.page))
            if is_paper:
                page.emulate_media(media="print")
            assert root.locator(".report-figure svg").is_visible(), chapter.page
            assert "need JavaScript" in root.inner_text()
            assert root.locator(":is(button, input, select, canvas):visible").count() == 0


def test_on_a_phone_every_sliders_value_has_room(
    browser: Browser, html: Path, chapter: Chapter
) -> None:
    with opened(browser, (html / chapter.page).as_uri(), viewport=PHONE) as page:
        Panel(page).unfold("More")
        sliders = page.locator(":is(.what-if, .hero) .mlp-control input[type=range]:visible")
        assert sliders.count() >= 1
        assert sliders.evaluate_all(CRAMPED) == []


def test_a_test_image_that_is_refused_does_not_hold_up_a_reset(first_panel: Panel) -> None:
    sketch = Sketch(first_panel)
    number = sketch.root.get_by_label("test image", exact=True)
    for text, key in (("3", "Enter"), ("0", "Tab")):
        number.fill(text)
        number.press(key)
    assert "must be a whole number from 1 to" in sketch.says()
    first_panel.set("learning_rate", "1")
    assert "learning_rate=" in current_address(first_panel.page)
    first_panel.click("Reset")
    assert "learning_rate=" not in current_address(first_panel.page)


def test_a_vertical_swipe_does_not_move_the_slider(browser: Browser, html: Path) -> None:
    with opened(browser, (html / CHAPTER).as_uri(), has_touch=True, viewport=PHONE) as page:
        panel = Panel(page)
        slider = panel.control("learning_rate")
        slider.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        before = panel.headline()
        box = slider.bounding_box()
        assert box is not None
        finger = page.context.new_cdp_session(page)

        def swipe(places: list[tuple[float, float]]) -> None:
            kinds = ["touchStart", *["touchMove"] * (len(places) - 1)]
            for kind, (x, y) in zip(kinds, places, strict=True):
                points = [{"x": box["x"] + x * box["width"], "y": box["y"] + 22 + y}]
                finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        swipe([(0.2, 0), (0.2, -20), (0.2, -60), (0.2, -120)])
        assert panel.headline() == before
        wait_for_rest(page)
        slider.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        wait_for_rest(page)
        box = slider.bounding_box()
        assert box is not None
        swipe([(0.55, 0), (0.6, 0), (0.7, 2), (0.8, 2)])
        panel.wait(lambda: panel.headline() != before)
        sketch = Sketch(panel)
        scrolled = page.evaluate("scrollY")
        for kind, y in (("touchStart", 0.1), ("touchMove", 0.5), ("touchMove", 0.9)):
            place = dict(zip("xy", sketch.place(0.5, y), strict=True))
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        sketch.wait_for_an_answer()
        assert sketch.says().startswith("The network sees a 1")
        assert page.evaluate("scrollY") == scrolled


def wait_for_rest(page: Page) -> None:
    """Wait while the page runs on after a swipe: a touch would only stop it."""
    before = None
    while (now := page.evaluate("scrollY")) != before:
        before = now
        page.wait_for_timeout(300)


# With Python


def test_who_waits_for_a_worker_that_ends_is_told(browser: Browser) -> None:
    source = join_modules(JS / "what_if" / "page_model.js")
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://book.test/")  # a page from nowhere remembers no consent
    told = page.evaluate(
        f"""() => {{
            {source}
            const trainer = new Trainer(null), told = [];
            const tell = message => told.push(message);
            trainer.worker = {{ postMessage() {{}}, terminate() {{}} }};
            trainer.ready = {{}};
            trainer.ask({{ key: "a", number: 7, image: {{}} }}, tell);
            return trainer.askData({{ key: "a", name: "own", files: [] }}, tell)
                .then(() => (trainer.end(), told));
        }}"""
    )
    page.close()
    answer, data = told
    assert (answer["kind"], answer["number"]) == ("answer", 7)
    assert "press Play once more" in answer["answer"]["problem"]
    assert data["kind"] == "data"
    assert "choose them once more" in data["problem"]


@pytest.mark.slow
def test_one_consent_then_runs_begin_by_themselves(
    browser: Browser, host: str, own_python: None
) -> None:
    build = {**read_script("build.js")}
    build["pyodide"] = {**build["pyodide"], "isOwn": False, "from": "a far host"}
    script = f"window.mlpCoreBuild = {json.dumps(build)};"
    with opened(browser, "about:blank") as page:
        page.route(
            "**/build.js*",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        page.goto(f"{host}/{CHAPTER}")
        panel = Panel(page)
        panel.unfold("More")
        panel.set("seed", "5")
        assert "MB, from a far host" in panel.says()
        assert panel.headline().startswith("nearest stored: 5\u00a0seeds")
        assert page.workers == []
        panel.train()
        panel.set("seed", "6")
        panel.wait_for("completed")
        assert panel.sources()[0].endswith("seed\u00a06")
        page.reload()
        panel.unfold("More")
        panel.set("seed", "7")
        panel.wait_for("completed")


@pytest.mark.slow
def test_a_link_within_the_page_does_not_cancel_a_run(
    browser: Browser, host: str, own_python: None
) -> None:
    with opened(browser, f"{host}/{CHAPTER}") as page:
        panel = Panel(page)
        panel.click("Play")
        panel.wait_for_epoch(1)
        for fragment in ("fig-something", "", "learning-rate"):
            assert panel.data("state") == "running"
            go_to_fragment(page, fragment)
        panel.wait_for("completed")
        assert panel.data("epoch") == "100"


@pytest.mark.slow
def test_without_python_a_sentence_and_another_try(
    browser: Browser, host: str, own_python: None
) -> None:
    with opened(browser, f"{host}/{CHAPTER}", is_cut_off=True) as page:
        panel = Panel(page)
        page.context.route("**/pyodide.asm.wasm", lambda route: route.abort())
        panel.click("Play")
        panel.wait(lambda: "Python could not be loaded" in panel.problem())
        assert panel.problem().endswith(". Play tries again.")
        assert panel.headline().startswith("learning rate 0.05: ")
        page.context.unroute_all()
        panel.train()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_mnist_of_the_readers_own_files(
    browser: Browser, host: str, own_python: None, tmp_path: Path
) -> None:
    folder = find_dataset("mnist")
    if folder is None:
        pytest.skip("MNIST is not on this computer")
    files = [str(find_file(folder, name)) for name in FILE_NAMES.values()]
    with opened(browser, f"{host}/{CHAPTER}#learning-rate.epochs=1") as page:
        panel = Panel(page)
        panel.unfold("More")
        panel.control("data").select_option("own")
        broken = tmp_path / "train-images-idx3-ubyte"
        broken.write_bytes(b"\0\0\x08\x03 no images")
        panel.control("files").set_input_files([str(broken)])
        panel.wait(panel.problem)
        print(panel.problem())
        panel.control("files").set_input_files(files)
        panel.wait(lambda: "60,000 training and 10,000 test images" in panel.says())
        assert panel.headline().startswith("learning rate 0.05: ")  # the book's, of the same data
        panel.train()
        print(panel.says())
        assert "stored band" in panel.says()
        assert "MNIST" in panel.control("data").evaluate("e => e.selectedOptions[0].text")
        assert "60,000 images" in panel.sources()[0]
        sketch = Sketch(panel)
        assert "28 x 28 pixels" in sketch.root.inner_text()
        right = [sketch.draw(d).startswith(f"The network sees a {d} (") for d in range(10)]
        print(f"{sum(right)} of 10 drawn digits are named by MNIST's network")
        assert sum(right) >= 7
        ten_epochs_are_pythons_and_quick(browser, panel)


def ten_epochs_are_pythons_and_quick(browser: Browser, panel: Panel) -> None:
    epochs = next(c for c in PANELS["learning-rate"].controls if c.name == "epochs")
    panel.set("epochs", str(epochs.choices.index(10)))
    action = "press(panel.dataset.state === 'running' ? 'Restart' : 'Play')"
    panel.page.evaluate(LISTEN_TO_TASKS)
    has_point = "/MNIST/.test(panel.querySelector('.mlp-source').textContent)"
    has_point += " && /your browser/.test(panel.querySelector('.mlp-source').textContent)"
    begun = panel.time_until(action, has_point)
    seconds = panel.time_until("0", "panel.dataset.state === 'completed'") / 1000
    slower = slowness(panel.page)
    assert begun < FIRST_POINT_MS * slower
    assert [ms for ms in panel.page.evaluate("long") if ms > 50 * slower] == []
    megabytes = renderers_bytes(browser) / 1e6
    here, there = panel.download()["histories"][0], run_mnist(10)
    print(f"begun after {begun:.0f} ms; an epoch of MNIST {seconds / 10:.2f} s; {megabytes:.0f} MB")
    assert here[0]["running_loss"] == pytest.approx(there["running_loss"][0], abs=1e-3)
    assert here[-1]["test_accuracy"] == pytest.approx(there["test_accuracy"][-1], abs=0.003)
    assert seconds / 10 < MNIST_EPOCH_S * slowness(panel.page)
    assert megabytes < MOST_MEGABYTES


def run_mnist(epochs: int) -> History:
    panel = PANELS["learning-rate"].with_base(dataset="mnist")
    return run_panel(panel, {"epochs": epochs}, lambda event: None).history


DROP = """(panel, files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, bytes] of Object.entries(files)) {
        dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
    }
    panel.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer}));
}"""


@pytest.mark.slow
def test_dropped_files_are_trained_and_what_lacks_is_named(
    browser: Browser, host: str, own_python: None
) -> None:
    arrays = small_arrays(train=300, test=40, shape=(8, 8))
    files = {name: list(idx_bytes(array)) for name, array in arrays.items()}
    with opened(browser, f"{host}/{CHAPTER}#learning-rate.epochs=1") as page:
        panel = Panel(page)
        panel.root.evaluate(DROP, files)
        panel.wait_for("completed")  # by itself: whoever drops files has agreed to Python
        assert re.search(r"your browser: .*, 300 images", panel.sources()[0])
        lacking = files.popitem()[0]
        panel.root.evaluate(DROP, files)
        panel.wait(panel.problem)
        assert f"expected {lacking}" in panel.problem()
        panel.root.evaluate(DROP, {"ok.csv": list(b"a,b,label\n1,2,x\n")})
        panel.wait(lambda: "The panel takes four IDX files: train-images-idx3" in panel.problem())
        assert re.search(r"your browser: .*, 300 images", panel.sources()[0])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_files_beside_the_book_are_read_once_and_not_after_a_reset(
    browser: Browser, host: str, own_python: None
) -> None:
    with opened(browser, f"{host}/{CHAPTER}") as page:
        panel = Panel(page)
        panel.unfold("More")
        data = panel.control("data")
        names = data.evaluate("e => [...e.options].map(o => o.text)")
        if "Fashion-MNIST" not in names:
            pytest.skip("Fashion-MNIST is not on this computer")
        data.select_option(label="Fashion-MNIST")
        panel.click("Reset")
        data.select_option(label="Fashion-MNIST")
        panel.wait_for_epoch(1)  # the first reading, which was given up, began no run
        assert data.evaluate("e => [...e.options].map(o => o.text)") == names
        panel.click("Reset")
        data.select_option(label="Fashion-MNIST")
        panel.click("Reset")
        page.wait_for_timeout(STILL_MS)
        assert data.evaluate("e => e.selectedOptions[0].text") == "small digits"
        assert panel.says() == ""


@pytest.mark.slow
def test_two_panels_on_a_page_share_one_worker(
    browser: Browser, host: str, own_python: None
) -> None:
    twice = """
        const first = document.querySelector('.what-if');
        if (first && !window.twice) { window.twice = true; first.after(first.cloneNode(true)); }
    """
    with opened(browser, "about:blank") as page:
        # Before the panels come to life, the page gets a second one.
        script = twice + (SCRIPTS / "build.js").read_text("utf-8")
        page.route(
            "**/build.js*",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        page.goto(f"{host}/{CHAPTER}#learning-rate-2.epochs=10")
        one, two = Panel(page, 0), Panel(page, 1)
        two.train()
        assert two.data("epoch") == "10"
        one.click("Play")
        one.wait_for_epoch(1)
        two.click("Play")  # one run at a time on a page
        two.wait_for("completed")
        assert "Another panel of this page trains now." in one.problem()
        assert len(page.workers) == 1


@pytest.mark.slow
def test_its_products_and_its_runs_equal_numpys_bit_for_bit(
    browser: Browser, host: str, own_python: None
) -> None:
    with opened(browser, f"{host}/{CHAPTER}#learning-rate.epochs=10") as page:
        panel = Panel(page)
        panel.train()
        assert "Matrix products by WebAssembly SIMD." in panel.says()
        program = Path(__file__).with_name("compared_products.py").read_text("utf-8")
        found = run_in_page(page, program)
        assert found == {"shapes": 200, "different": [], "runs": 2, "same_histories": True}
        said, kept = run_in_page(page, UNUSABLE)
        assert said == ["NumPy"] * 2
        assert kept


def run_in_page(page: Page, program: str) -> Any:
    """Run a program by the page's Python; return its last value, of JSON."""
    (worker,) = page.workers
    return json.loads(worker.evaluate("program => pyodide.runPython(program)", program))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_page_trains_where_nothing_may_be_stored(
    browser: Browser, host: str, own_python: None
) -> None:
    """The theme's own scripts want storage, and fail: the panel goes on without them."""
    page = browser.new_page()
    page.add_init_script(NO_STORAGE)
    page.goto(f"{host}/{CHAPTER}")
    assert page.evaluate(STORAGE) == "refused"
    panel = Panel(page)
    panel.train()
    assert int(panel.data("epoch")) > 0
    page.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory from /proc")
def test_memory_after_twenty_runs(browser: Browser, host: str, own_python: None) -> None:
    with opened(browser, f"{host}/{CHAPTER}#learning-rate.epochs=50") as page:
        panel = Panel(page)
        Sketch(panel)
        collector = page.context.new_cdp_session(page)
        sizes = []
        for _ in range(1 + RUNS):
            panel.train()
            assert panel.data("epoch") == "50"
            collector.send("HeapProfiler.collectGarbage")
            sizes.append(renderers_bytes(browser))
        panel.walk("learning_rate")
        panel.walk("learning_rate")
        panel.walk("learning_rate")
        collector.send("HeapProfiler.collectGarbage")  # as after each run
        print(f"memory of the page after each run, MB: {[round(size / 1e6) for size in sizes]}")
        assert renderers_bytes(browser) < GROWTH * sizes[0]


def renderers_bytes(browser: Browser) -> int:
    """Return the memory that all pages of the browser occupy, their workers included."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    folders = [Path(f"/proc/{one['id']}") for one in processes if one["type"] == "renderer"]
    # The browser's own bars are pages too. What processes share counts once, in parts.
    tabs = [f for f in folders if b"--top-chrome-webui" not in (f / "cmdline").read_bytes()]
    shares = [re.search(r"^Pss: *(\d+) kB", (f / "smaps_rollup").read_text(), re.M) for f in tabs]
    return sum(1024 * int(share[1]) for share in shares if share)
