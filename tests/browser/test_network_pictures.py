"""The pictures of a network while it learns, on a page of their own: they show what it is."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import PHONE, is_cut_off, opened, slowness, small_targets
from playwright.sync_api import Browser, Page

from mlp_book.panels.places import digit_map
from mlp_book.scripts import IMPORT, JS, STYLES, join_modules
from mlp_core.data import load_dataset
from mlp_core.nn.textbook import softmax
from mlp_core.training import Callback, RunConfig, Training, predict, train
from mlp_core.training.statistics import ActivationStatistics
from mlp_core.what_if.frames import EXAMPLES, describe_shown, look
from mlp_core.what_if.train_panel import describe_data

pytestmark = pytest.mark.browser

FRAME_MS = 8
EPOCHS = 12
LOOKED_AT = (1, 5, 12)
RUNS = {
    "usual": {},
    "dying": {"learning_rate": 1.5},
    "bounded": {"activation": "tanh", "init_std": 2.0, "hidden_sizes": [32, 16]},
    "wide": {"hidden_sizes": [512]},
    "flat": {"hidden_sizes": []},
    "scores": {"loss": "mse", "hidden_sizes": [16]},
}
PAGE = (
    '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>x</title>HEAD'
    "<style>body { background: var(--pst-color-background); color: var(--pst-color-text-base) }"
    "</style>"
    '<main class="bd-article"><div class="what-if mlp-enhanced"><div class="mlp-live">'
    '<div id="network"></div></div></div></main>'
)
OPEN = """([name, names, epoch, isMapped]) => {
    const { frames, dataset } = networkRuns[name];
    const root = document.getElementById('network');
    root.replaceChildren();
    const data = { ...dataset, open: (number) => (window.opened = number) };
    window.view = new NetworkView(root, names, isMapped ? { ...data, map: digitMap } : data);
    window.showEpoch = (at) => view.show(frames[at], frames);
    showEpoch(epoch);
}"""


class Kept(Callback):
    """Keeps the frames of a run, and what they are to show."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.weights: list[np.ndarray] = []
        self.dead: list[float] = []

    def on_train_begin(self, training: Training) -> None:
        self.on_epoch_end(training)

    def on_epoch_end(self, training: Training) -> None:
        self.frames.append(look(training)["frame"])
        self.weights.append(training.network.linear_layers[0].weight.copy())
        shares = ActivationStatistics(examples=EXAMPLES).measure(training)["dead_units"]
        self.dead.append(shares[0] if shares else 0.0)


@pytest.fixture(scope="module")
def runs() -> dict[str, tuple[Any, Kept]]:
    """Train what the page shows; the engine's own arrays are kept beside the frames."""
    made = {}
    for name, fields in RUNS.items():
        kept = Kept()
        made[name] = train(RunConfig(epochs=EPOCHS, **fields), callbacks=[kept]), kept
    return made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, runs: dict[str, Any]) -> str:
    """Write a page with the view of the pictures and the frames of all runs."""
    folder = tmp_path_factory.mktemp("network")
    data = load_dataset()
    dataset = {**describe_data(data), "shown": describe_shown(data)}
    frames = {name: {"frames": kept.frames, "dataset": dataset} for name, (_, kept) in runs.items()}
    view = join_modules(JS / "network" / "view.js")
    script = f"(() => {{'use strict';\n{view}\nwindow.NetworkView = NetworkView;\n}})();"
    texts = {
        "runs.js": f"window.networkRuns = {json.dumps(frames, allow_nan=False)};",
        "map.js": f"window.digitMap = {json.dumps(digit_map())};",
        "view.js": script,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    head = "".join(f'<script src="{name}"></script>' for name in texts)
    for name in ("book.css", "live.css", "what_if.css", "network.css"):
        shutil.copy(STYLES / name, folder)
        head += f'<link rel="stylesheet" href="{name}">'
    (folder / "page.html").write_text(PAGE.replace("HEAD", head), "utf-8")
    return (folder / "page.html").as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


def says(page: Page, place: int = 0) -> str:
    return page.locator(".network-says").nth(place).inner_text()


def bitmap(page: Page) -> np.ndarray:
    """Return the picture of the weights before it is enlarged: (units, 64, red to opacity)."""
    pixels = page.evaluate("""() => {
        const { bitmap } = view.slots[0].picture;
        return [...bitmap.getContext('2d').getImageData(0, 0, bitmap.width, bitmap.height).data];
    }""")
    return np.reshape(pixels, (-1, 64, 4)).astype(float)


def full_colour(page: Page) -> float:
    return float(page.locator(".network-legend-weights span").last.inner_text())


@pytest.mark.parametrize("name", ["usual", "dying", "scores", "flat"])
def test_tiles_are_the_weights_at_three_epochs(page: Page, runs: dict[str, Any], name: str) -> None:
    page.evaluate(OPEN, [name, ["weights", "digits"], 0, False])
    _, kept = runs[name]
    seen = []
    for epoch in LOOKED_AT:
        page.evaluate("epoch => showEpoch(epoch)", epoch)
        weights, pixels = kept.weights[epoch].T, bitmap(page)
        level = np.abs(weights).max() / 127 / 2  # half a level of the frame, as opacity
        expected = np.clip(255 * np.abs(weights) / full_colour(page), 0, 255)
        atol = 255 * level / full_colour(page) + 1.5
        np.testing.assert_allclose(pixels[..., 3], expected, atol=atol)
        strong = expected > 40
        is_orange = pixels[..., 0] > pixels[..., 2]
        np.testing.assert_array_equal(is_orange[strong], (weights > 0)[strong])
        seen.append(pixels)
    assert not np.array_equal(seen[0], seen[2])
    assert page.locator(".network-weights").get_attribute("aria-label") == says(page)


def test_a_colour_means_the_same_weight_all_along_a_run(page: Page) -> None:
    page.evaluate(OPEN, ["usual", ["weights", "digits"], 0, False])
    scales = {page.evaluate("epoch => showEpoch(epoch)", e) or full_colour(page) for e in range(13)}
    assert len(scales) == 1


def test_dead_units_are_those_of_the_engines_statistics(page: Page, runs: dict[str, Any]) -> None:
    page.evaluate(OPEN, ["dying", ["weights", "units"], 0, False])
    _, kept = runs["dying"]
    assert kept.dead[-1] > 0.1
    for epoch in LOOKED_AT:
        page.evaluate("epoch => showEpoch(epoch)", epoch)
        dead = round(128 * kept.dead[epoch])
        named = kept.frames[epoch]["units"]["dead"]
        assert (
            f"{dead}\u00a0of\u00a0128 are dead: units\u00a0{named[0] + 1}, {named[1] + 1}"
            in says(page)
        )
        assert f"{dead}\u00a0of\u00a0128 hidden units are dead" in says(page, 1)
        assert not page.locator(".network-bar-words").is_visible()  # they would say it again


def test_saturated_units_are_marked_and_counted(page: Page) -> None:
    page.evaluate(OPEN, ["bounded", ["weights", "units"], 12, False])
    assert re.search(r"\d+ saturated: \d+", says(page))
    assert "◥ saturated" in page.locator(".network-marks").inner_text()
    assert page.locator(".network-bar-row").count() == 2
    assert re.search(r"\d\sof\s48 hidden units are dead, \d+\ssaturated", says(page, 1))
    assert "active" in page.locator(".network-bar-words").last.inner_text()


def test_of_a_wide_network_it_says_what_is_left_out(page: Page) -> None:
    page.evaluate(OPEN, ["wide", ["weights", "units"], 12, False])
    assert says(page).startswith("Weights of the first 32 of 512 units, epoch 12")
    assert bitmap(page).shape[0] == 32
    assert "of\u00a0512 hidden units" in says(page, 1)


def test_a_network_without_hidden_units_shows_its_outputs(page: Page) -> None:
    page.evaluate(OPEN, ["flat", ["weights", "units"], 12, False])
    assert says(page) == "Weights from the pixels to the 10 outputs, epoch 12."
    assert says(page, 1) == "This network has no hidden units."


def test_the_gradient_has_a_line_per_layer_and_says_its_lengths(
    page: Page, runs: dict[str, Any]
) -> None:
    page.evaluate(OPEN, ["bounded", ["gradient", "digits"], 5, False])
    _, kept = runs["bounded"]
    assert page.locator(".network-chart .mlp-line").count() == 3
    for layer, norm in enumerate(kept.frames[5]["gradient"], start=1):
        assert f"{float(f'{norm:.3g}'):g}\u00a0in\u00a0layer\u00a0{layer}" in says(page)
    assert page.locator(".network-chart svg").get_attribute("aria-label") == says(page)


def test_the_table_counts_what_is_taken_for_what(page: Page, runs: dict[str, Any]) -> None:
    page.evaluate(OPEN, ["usual", ["confusion", "digits"], 12, False])
    run, _ = runs["usual"]
    labels = run.dataset.test_labels
    said = predict(run.network, run.dataset).argmax(axis=1)
    cells = page.locator(".network-confusion tbody td")
    counts = np.reshape([int(text or 0) for text in cells.all_inner_texts()], (10, 10))
    np.testing.assert_array_equal(
        counts, np.bincount(labels * 10 + said, minlength=100).reshape(10, 10)
    )
    colours = np.reshape(cells.evaluate_all("all => all.map(e => e.style.background)"), (10, 10))
    assert set(np.diag(colours)) == {""}
    assert (colours[(counts > 0) & ~np.eye(10, dtype=bool)] != "").all()
    assert f"{(said != labels).sum()}\u00a0of\u00a0364 test images are wrong" in says(page)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([9, 2, 0, 0, 9, 1, 0, 0, 9], "Most often 0 is taken for 1: 2\u00a0times."),
        (
            [9, 2, 0, 0, 9, 2, 0, 0, 9],
            "often 0 is taken for 1, and 1 is taken for 2: 2\u00a0times each.",
        ),
        ([9, 1, 0, 0, 9, 1, 1, 0, 9], "Epoch 3: 3\u00a0of\u00a030 test images are wrong."),
        ([9, 0, 0, 0, 9, 0, 0, 0, 9], "Epoch 3: 0\u00a0of\u00a027 test images are wrong."),
    ],
)
def test_mistakes_that_are_equally_frequent_are_both_named(
    browser: Browser, counts: list[int], words: str
) -> None:
    page = browser.new_page()
    page.add_script_tag(content=join_modules(JS / "network" / "confusion.js"))
    frame = {"confusion": counts, "epoch": 3}
    said = page.evaluate("frame => new ConfusionPicture().draw(frame)", frame)
    page.close()
    assert said.endswith(words)


def test_twelve_digits_say_what_the_network_says(page: Page, runs: dict[str, Any]) -> None:
    page.evaluate(OPEN, ["usual", ["digits", "weights"], 12, False])
    run, _ = runs["usual"]
    shown = describe_shown(run.dataset)
    assert shown is not None
    probabilities = softmax(predict(run.network, run.dataset).astype(float))[shown["places"]]
    texts = page.locator(".network-says-digit").all_inner_texts()
    for text, row, label in zip(texts, probabilities, shown["labels"], strict=True):
        found = re.fullmatch(r"(✗ )?(\d): (\d+)\u00a0%", text)
        assert found is not None, text
        assert int(found[2]) == row.argmax()
        assert abs(int(found[3]) - 100 * row.max()) < 1
        assert bool(found[1]) == (row.argmax() != label)
    page.locator(".network-digit").nth(2).click()
    assert page.evaluate("opened") == shown["places"][2] + 1


def test_a_digit_lights_the_units_that_it_excites(page: Page, runs: dict[str, Any]) -> None:
    page.evaluate(OPEN, ["usual", ["weights", "digits"], 12, False])
    run, _ = runs["usual"]
    image = run.dataset.test_features[3]
    before = page.locator(".network-weights").evaluate("e => e.toDataURL()")
    page.evaluate("pixels => view.excite(pixels)", image.tolist())
    first, last = run.network.linear_layers
    inputs = run.dataset.scaling.apply(image[None], np.float64)
    hidden = np.maximum(inputs @ first.weight + first.bias, 0)[0]
    best = np.argsort(-hidden)[:5]
    links = hidden[best, None] * last.weight[best]
    at, digit = np.unravel_index(np.abs(links).argmax(), links.shape)
    found = re.search(
        r"excites most: (.*) and (\d+)\. Strongest link: from (\d+), (\w+) (\d)", says(page)
    )
    assert found is not None, says(page)
    units = [int(number) for number in [*found[1].split(", "), found[2]]]
    np.testing.assert_allclose(hidden[np.array(units) - 1], hidden[best], rtol=0.02)
    sign = "for" if links[at, digit] > 0 else "against"
    assert (int(found[3]), found[4], int(found[5])) == (best[at] + 1, sign, digit)
    assert page.locator(".network-weights").evaluate("e => e.toDataURL()") != before
    page.evaluate("view.excite(null)")
    assert page.locator(".network-weights").evaluate("e => e.toDataURL()") == before


def test_two_pictures_at_a_time_each_chosen_and_never_the_same(page: Page) -> None:
    page.evaluate(OPEN, ["usual", ["weights", "digits"], 12, False])
    first, second = (page.get_by_label(f"{which} picture") for which in ("first", "second"))
    for name in ("units", "gradient", "confusion", "digits", "weights"):
        first.select_option(name)
        assert first.input_value() != second.input_value()
        assert page.locator(".network-slot:visible").count() == 2
        assert says(page)
    first.select_option("digits")
    other = second.input_value()
    second.select_option("digits")
    assert (first.input_value(), second.input_value()) == (other, "digits")


# --- the map -------------------------------------------------------------------------------------


# Shows a frame with other answers, and tells of each digit on the map where and how it is drawn,
# and of each ring where, and its opacity.
DRAWN = """answers => {
    const [drawn, rings] = [[], []];
    const context = document.querySelector('.network-map').getContext('2d');
    context.fillText = (text, x, y) =>
        drawn.push([text, x, y, context.fillStyle, context.globalAlpha]);
    context.arc = (x, y) => rings.push([x, y, context.globalAlpha]);
    view.map.draw({ ...networkRuns.usual.frames[12], ...answers, read: undefined });
    return [view.map.spots(), drawn, rings];
}"""
SAYS = r"Test digit (\d+) is a (\d); the network says (\d) \((\d+)\u00a0%\)\."


def map_says(page: Page) -> str:
    return page.locator(".network-map-says").inner_text()


def test_the_map_tells_of_every_test_digit_what_the_network_says(
    page: Page, runs: dict[str, Any]
) -> None:
    page.evaluate(OPEN, ["usual", ["confusion", "digits"], 12, True])
    run, _ = runs["usual"]
    labels = run.dataset.test_labels
    probabilities = softmax(predict(run.network, run.dataset).astype(float))
    wrong = (probabilities.argmax(axis=1) != labels).sum()
    words = page.locator(".network-map-part > .network-says").inner_text()
    assert words == f"Epoch 12: {wrong}\u00a0of\u00a0364 test digits are wrong (ringed)."
    for number in (1, 57, 364):
        page.evaluate("at => view.map.read(at)", number - 1)
        row = probabilities[number - 1]
        found = re.fullmatch(SAYS, map_says(page))
        assert found is not None, map_says(page)
        assert [int(found[1]), int(found[2])] == [number, labels[number - 1]]
        assert int(found[3]) == row.argmax()
        assert abs(int(found[4]) - 100 * row.max()) < 1


def test_the_map_draws_what_the_frame_says(page: Page, runs: dict[str, Any]) -> None:
    """Each digit in its own colour, as faint as the network is unsure, ringed if it is wrong."""
    page.evaluate(OPEN, ["usual", ["confusion", "digits"], 12, True])
    run, _ = runs["usual"]
    labels = run.dataset.test_labels
    said = np.arange(labels.size, dtype=np.uint8) % 10
    sure = (np.arange(labels.size) * 7 % 256).astype(np.uint8)
    packed = {
        name: base64.b64encode(values.tobytes()).decode()
        for name, values in {"said": said, "sure": sure}.items()
    }
    spots, drawn, rings = page.evaluate(DRAWN, packed)
    assert [[*map(round, where)] for _, *where, _, _ in drawn] == [
        [*map(round, spot)] for spot in spots
    ]
    assert [int(text) for text, *_ in drawn] == said.tolist()
    colours = {digit: colour for digit, (*_, colour, _) in zip(said, drawn, strict=False)}
    assert len(set(colours.values())) == 10
    assert [colour for *_, colour, _ in drawn] == [colours[digit] for digit in said]
    opacity = [alpha for *_, alpha in drawn]
    np.testing.assert_allclose(opacity, 0.35 + 0.65 * sure / 255, atol=0.01)
    assert rings == [[*spots[at], 1] for at in np.flatnonzero(said != labels)]


def test_the_map_is_walked_by_the_keyboard_and_opens_digits(page: Page) -> None:
    page.evaluate(OPEN, ["usual", ["confusion", "digits"], 12, True])
    place = page.locator(".network-map")
    place.focus()
    seen = set()
    for key in ("ArrowRight",) * 3 + ("ArrowDown",) * 3 + ("ArrowLeft",) * 2 + ("ArrowUp",) * 4:
        before = page.evaluate("[view.map.at, view.map.places[view.map.at]]")
        place.press(key)
        after = page.evaluate("[view.map.at, view.map.places[view.map.at]]")
        axis, sign = ("Left Right".find(key[5:]) < 0, 1 if key[5:] in ("Right", "Down") else -1)
        assert sign * (after[1][axis] - before[1][axis]) >= 0
        seen.add(after[0])
    assert len(seen) > 4
    place.press("Enter")
    assert page.evaluate("opened") == page.evaluate("view.map.at") + 1


def test_two_picked_digits_are_blended_and_asked_at_every_step(
    page: Page, runs: dict[str, Any]
) -> None:
    page.evaluate(OPEN, ["usual", ["confusion", "digits"], 12, True])
    run, _ = runs["usual"]
    place = page.locator(".network-map")
    spots = page.evaluate("view.map.spots()")
    picked = [3, 8]
    for at in picked:
        x, y = spots[at]
        place.click(position={"x": x, "y": y})
    picked = page.evaluate("view.map.picks")  # the nearest to where the mouse was
    one, other = (run.dataset.test_features[at].astype(float) for at in picked)
    blends = np.array([one + (other - one) * step / 10 for step in range(11)])
    said = predict_pixels(run, blends).argmax(axis=1)
    changes = [str(digit) for i, digit in enumerate(said) if i == 0 or digit != said[i - 1]]
    words = page.locator(".network-strip .network-says").inner_text()
    assert words.endswith(f"64 dimensions, the network says {', then '.join(changes)}.")
    assert page.locator(".network-blends canvas").count() == 11
    assert page.locator(".network-strip .mlp-line").count() >= 1


def predict_pixels(run: Any, pixels: np.ndarray) -> np.ndarray:
    return run.network.forward(run.dataset.scaling.apply(pixels, np.float32)).copy()


# --- all of it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [["weights", "digits"], ["units", "gradient"],
                                   ["confusion", "weights"]])  # fmt: skip
def test_a_frame_is_drawn_within_its_time(page: Page, names: list[str]) -> None:
    page.evaluate(OPEN, ["usual", names, 0, True])
    taken = page.evaluate("""() => Array.from({ length: 39 }, (_, i) => {
        const frame = networkRuns.usual.frames[i % 13];
        delete frame.read; // as one that has just come
        const before = performance.now();
        showEpoch(i % 13);
        document.body.offsetHeight;
        return performance.now() - before;
    })""")
    assert np.median(taken) < FRAME_MS * slowness(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("names", [["weights", "digits"], ["units", "gradient"],
                                   ["confusion", "weights"]])  # fmt: skip
def test_readers_of_every_kind(
    browser: Browser, address: str, theme: str, names: list[str]
) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    with opened(browser, address, viewport=PHONE) as page:
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        page.evaluate(OPEN, ["bounded", names, 12, True])
        page.evaluate("view.map.pick(3); view.map.pick(9)")
        assert not is_cut_off(page)
        assert small_targets(page.locator("#network :is(button, select):visible")) == []
        page.evaluate(axe)
        found = page.evaluate("axe.run('#network', {preload: false, resultTypes: ['violations']})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_stored_frames_are_unpacked_to_the_bytes_that_were_packed(page: Page) -> None:
    values = np.arange(-127, 128, dtype=np.int8)
    text = base64.b64encode(values.tobytes()).decode()
    page.evaluate(OPEN, ["usual", ["weights", "digits"], 0, False])
    frame = {"shape": [1, 255], "scale": 0.5, "weights": text, "bias": [0.0] * 255}
    levels = page.evaluate("""layer => {
        const frame = { ...networkRuns.usual.frames[0], read: undefined };
        frame.network = { ...frame.network, layers: [layer] };
        view.show(frame);
        return [...frame.read.levels];
    }""", frame)  # fmt: skip
    assert levels == values.tolist()


TOP_LEVEL = re.compile(
    r"^(?:export )?(?:async )?(?:function|class|const|let) (\[[^\]]*\]|\w+)", re.MULTILINE
)


def modules_of(main: Path, found: set[Path]) -> set[Path]:
    """Return a module and all that it imports."""
    if main not in found:
        found.add(main)
        for name in IMPORT.findall(main.read_text("utf-8")):
            modules_of((main.parent / name).resolve(), found)
    return found


def test_no_two_modules_of_the_panel_use_one_name() -> None:
    """They become one script: a second function of a name would take the place of the first."""
    names: dict[str, list[str]] = {}
    for module in modules_of((JS / "what_if" / "page.js").resolve(), set()):
        for group in TOP_LEVEL.findall(module.read_text("utf-8")):
            for name in re.findall(r"\w+", group):
                names.setdefault(name, []).append(module.name)
    assert "NetworkView" in names
    assert {name: where for name, where in names.items() if len(where) > 1} == {}
