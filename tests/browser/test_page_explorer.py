"""The explorer: pick, filter, brush and map stored runs, on a page without a server too."""

from __future__ import annotations

import gzip
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    AT_ONCE_MS,
    BROKEN,
    configs_of,
    count_work,
    current_address,
    go_to_fragment,
    has_no_clipboard,
    hostile_fragments,
    is_cut_off,
    led_astray,
    opened,
    slowness,
    small_targets,
)
from built_book import HTML
from chapters import SCRIPTS, read_script
from explorer_page import EXPLORER, TIMES, ExplorerPage, all_configs, explored
from made_study import made_study
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE_CASES = 220
FIRST_CELLS = 8  # of the made-up study that is shown at first


@pytest.fixture(scope="module")
def address(host: str) -> str:
    return f"{host}/{EXPLORER}"


@pytest.fixture
def explorer(browser: Browser, address: str) -> Iterator[ExplorerPage]:
    with explored(browser, address) as explorer:
        yield explorer


# The book's own runs


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_every_stored_study_opens(browser: Browser, address: str, how: str) -> None:
    with opened(browser, address if how == "served" else (HTML / EXPLORER).as_uri()) as page:
        explorer = ExplorerPage(page)
        assert explorer.shapes("line")
        for name in [entry["name"] for entry in read_script("studies.js")]:
            explorer.open_study(name)
            assert explorer.rows().count() > 0, name
            assert explorer.names(), name
            assert f"study={name}" in current_address(page)
            assert explorer.problem() == ""


def test_few_bytes_to_begin_with() -> None:
    sizes = {path.name: path.stat().st_size for path in SCRIPTS.glob("*.js")}
    assert max(sizes.values()) <= 300_500
    # All studies at once, on a page of at most 2 MB.
    assert sum(size for name, size in sizes.items() if name.startswith("runs-")) <= 1_000_000
    programs = [SCRIPTS / f"{name}.js" for name in ("explorer", "what_if", "tables")]
    # As a server sends them, packed.
    assert max(len(gzip.compress(path.read_bytes())) for path in programs) < 51_000


@pytest.mark.parametrize("how", ["without a script", "on paper"])
def test_a_table_and_a_sentence_and_no_control(browser: Browser, address: str, how: str) -> None:
    with opened(browser, address, java_script_enabled=how == "on paper") as page:
        page.emulate_media(media="print" if how == "on paper" else "screen")
        root = page.locator(".explorer")
        assert "needs JavaScript" in root.inner_text()
        assert root.locator("button:visible, input:visible, select:visible").count() == 0
        table = page.locator(".explorer-studies")
        assert table.is_visible()
        rows = table.locator("tbody tr").all_inner_texts()
        whole = next(row for row in rows if row.startswith("Learning rate\t"))
        best = r"24\sof\s24,\s+MNIST\tlearning rate .*: 9\d\.\d\d\s±\s0\.\d\d\s%, 3\sseeds"
        assert re.search(best, whole)


def test_the_files_are_there(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        explorer = ExplorerPage(page)
        explorer.open_study("learning-rate")
        with page.expect_download() as waiting:
            explorer.part("about").get_by_role("link", name="CSV").click()
        text = Path(waiting.value.path()).read_text("utf-8")
        assert text.startswith("run_id,")
        assert len(text.splitlines()) == 25


# Curves, table, links


def test_the_first_view_has_a_curve_per_cell_with_a_band(explorer: ExplorerPage) -> None:
    assert explorer.rows().count() == len(explorer.names()) == FIRST_CELLS
    assert explorer.shapes("band") > FIRST_CELLS // 2
    before = explorer.chart()
    explorer.choose("seeds", "a line each")
    assert explorer.shapes("line") == 3 * FIRST_CELLS
    explorer.choose("seeds", "mean and band")
    assert explorer.chart() == before
    for label, option in {
        "curve": "test loss",
        "vertical axis": "linear",
        "against": "updates",
        "horizontal axis": "logarithmic",
    }.items():
        explorer.choose(label, option)
        assert explorer.chart() != before, label
        before = explorer.chart()
    address = current_address(explorer.page)
    explorer.page.reload()
    assert ExplorerPage(explorer.page).chart() == before
    assert current_address(explorer.page) == address


@pytest.mark.parametrize("head", ["learning rate", "seed", "test loss", "epochs"])
def test_the_table_sorts_by_every_column(explorer: ExplorerPage, head: str) -> None:
    explorer.click("Show single runs")
    explorer.click(head)
    rising = [number(text) for text in explorer.column(head)]
    explorer.click(head)
    falling = [number(text) for text in explorer.column(head)]
    told = [value for value in rising if value is not None]
    # What has no figure comes last either way.
    missing = [None] * (len(rising) - len(told))
    assert rising == [*sorted(told), *missing]
    assert falling == [*sorted(told, reverse=True), *missing]


def number(text: str) -> float | None:
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    if "10⁻" in text:
        return 10 ** float(text.split("10")[1].translate(powers))
    return None if text == "–" else float(text.replace(",", ""))  # noqa: RUF001


def test_filters_leave_what_they_name(explorer: ExplorerPage) -> None:
    explorer.open_study("activations-losses-depth")
    explorer.click("Show single runs")
    assert explorer.count().startswith("90 of 90 runs shown")
    explorer.choose("activation", "ReLU")
    explorer.choose("loss", "hinge")
    assert explorer.count().startswith("10 of 90 runs shown")
    assert set(explorer.column("activation")) == {"ReLU"}
    assert set(explorer.column("loss")) == {"hinge"}
    explorer.click("Clear filters")
    assert explorer.count().startswith("90 of 90 runs shown")


def test_picked_rows_are_drawn_and_only_so_many(explorer: ExplorerPage) -> None:
    explorer.click("Draw none")
    assert explorer.names() == []
    boxes = explorer.root.get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    assert len(explorer.names()) == 2
    boxes.nth(0).uncheck()
    assert len(explorer.names()) == 1
    explorer.open_study("batch-rate")
    explorer.click("Draw none")
    for place in range(12):
        boxes.nth(place).check()
    boxes.nth(12).click()
    assert "At most 12 cells and 120 runs" in explorer.problem()
    assert len(explorer.names()) == 12
    assert not boxes.nth(12).is_checked()


def test_a_link_leads_to_a_run_and_its_code_makes_it(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    config = made_study("full-factorial").runs[100].config
    fragment = f"#study=full-factorial&runs={config.run_id}"
    explorer.page.evaluate("fragment => { location.hash = fragment; }", fragment)
    explorer.page.wait_for_function("document.querySelectorAll('.mlp-name').length === 1")
    assert explorer.shapes("line") == 1
    drawn = explorer.root.locator(".explorer-table tr:has(input:checked)")
    while drawn.count() == 0:
        explorer.click("Next rows")
    drawn.get_by_role("button", name="code").click()
    assert configs_of(explorer.program()) == [config]
    link = explorer.root.get_by_role("link", name="Link to this run")
    assert link.get_attribute("href") == fragment


def test_the_code_of_a_cell_loops_over_its_seeds(explorer: ExplorerPage) -> None:
    explorer.show_code()
    assert "for seed in (2022, 2023, 2024):" in explorer.program()
    first, *others = configs_of(explorer.program())
    assert first in [run.config for run in made_study("learning-rate").runs]
    assert others == [first.replace(seed=seed) for seed in (2023, 2024)]
    explorer.click("Close")
    assert explorer.part("code").is_hidden()


def test_the_code_is_copied_or_selected(browser: Browser, address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with explored(browser, address, permissions=permissions) as explorer:
        explorer.show_code()
        explorer.click("Copy code")
        explorer.root.get_by_text("Copied").wait_for()
        assert explorer.page.evaluate("navigator.clipboard.readText()") == explorer.program()
        has_no_clipboard(explorer.page)
        explorer.click("Copy code")
        explorer.root.get_by_text("is selected").wait_for()
        selected = explorer.page.evaluate("getSelection().toString()")
        assert selected.strip() == explorer.program().strip()


# Parallel coordinates and the map


def test_a_brush_leaves_what_lies_in_it(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    explorer.part("parallel").scroll_into_view_if_needed()
    area = explorer.part("brush-area").nth(2).bounding_box()  # activation
    assert area is not None
    x, top, height = area["x"] + area["width"] / 2, area["y"], area["height"]
    mouse = explorer.page.mouse
    mouse.move(x, top + 20)
    mouse.down()
    mouse.move(x, top + height / 2, steps=6)  # over relu and sigmoid
    mouse.up()
    explorer.wait_for_count("324 of 486 runs shown")
    assert explorer.root.get_by_label("activation", exact=True).input_value() == "several"
    mouse.click(x, top + height - 30)  # tanh alone
    explorer.wait_for_count("162 of 486 runs shown")
    assert set(explorer.column("activation")) == {"tanh"}
    mouse.click(x, top + height - 30)
    explorer.wait_for_count("486 of 486 runs shown")


def test_the_keyboard_brushes_too(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    slider = explorer.root.get_by_role("slider", name="test accuracy, %: lowest")
    slider.focus()
    for _ in range(10):
        explorer.page.keyboard.press("ArrowUp")
    explorer.wait_for_frames()
    lowest = float(str(slider.get_attribute("aria-valuetext")).split()[0])
    shown = int(explorer.count().split()[0])
    runs = made_study("full-factorial").runs
    better = [r for r in runs if 100 * (r.summary["test_accuracy"] or 0) >= lowest - 0.005]
    assert 0 < shown < 486
    assert abs(shown - len(better)) <= 3  # the end of the brush is shown with two decimals
    explorer.page.keyboard.press("Home")
    explorer.wait_for_count("486 of 486 runs shown")


@pytest.mark.parametrize(
    ("study", "parallel", "maps"),
    [
        ("learning-rate", 0, 0),
        ("batch-rate", 0, 1),
        ("activations-losses-depth", 1, 1),  # also of words
        ("full-factorial", 1, 1),
    ],
)
def test_overviews_show_themselves_where_they_make_sense(
    explorer: ExplorerPage, study: str, parallel: int, maps: int
) -> None:
    explorer.open_study(study)
    assert (explorer.part("parallel").count(), explorer.part("map").count()) == (parallel, maps)


def test_the_map_shows_means_and_draws_what_is_pressed(explorer: ExplorerPage) -> None:
    explorer.open_study("batch-rate")
    explorer.click("Draw none")
    assert explorer.root.locator(".explorer-map button").count() == 56
    runs = [r for r in made_study("batch-rate").runs if r.config.batch_size == 100]
    runs = [run for run in runs if run.config.learning_rate == 0.1]
    mean = sum(100 * run.summary["test_accuracy"] for run in runs) / 3
    field = explorer.root.get_by_role("button", name="batch size 100, learning rate 0.1:")
    assert field.inner_text() == f"{mean:.1f}"
    field.click()
    assert explorer.names() == ["batch size 100, learning rate 0.1"]
    assert field.get_attribute("aria-pressed") == "true"
    # The field is a new element now, and still the one that the keyboard is on.
    explorer.page.keyboard.press("Enter")
    assert explorer.names() == []


def test_results_after_an_epoch_are_those_of_the_curves(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    runs = [run for run in made_study("full-factorial").runs if run.status == "completed"]
    for option, place in (("epoch 14", 13), ("the last epoch", -1)):
        explorer.choose("results after", option)
        reached = sorted((100 * run.history["test_accuracy"][place] for run in runs), reverse=True)
        shown = explorer.figures("test accuracy, %")
        assert shown == pytest.approx(reached[: len(shown)], abs=0.0051)


# Speed

SORT = ".explorer-table thead th:nth-child({}) button"
ACTIONS = {
    "sort": [(SORT.format(place), "click", None) for place in (4, 3)],
    "filter": [
        (f"#explorer-filter-{column}", "change", level)
        for column, level in ((2, "1"), (0, "2"), (2, "any"), (0, "any"))
    ],
    "brush": [(".explorer-handle", "key", key) for key in ("ArrowUp", "Home")],
    "study": [("#explorer-study", "change", name) for name in ("batch-rate", "full-factorial")],
    "pick": [(".explorer-table tbody tr:nth-child(9) input", "click", None)],
    "map": [(".explorer-map button", "click", None)],
    "epoch": [("#explorer-epoch", "change", epoch) for epoch in ("14", "")],
    "curve": [("#explorer-curve", "change", name) for name in ("test_loss", "test_error")],
    "axis": [("#explorer-against", "change", name) for name in ("updates", "epochs")],
}


def test_every_answer_comes_at_once(explorer: ExplorerPage) -> None:
    """486 runs: from an action to the next frame with its effect."""
    work_ms = count_work(explorer.page)
    limit = AT_ONCE_MS * slowness(explorer.page, work_ms)
    explorer.open_study("batch-rate")
    explorer.open_study("full-factorial")
    print(f"the first opening of 486 runs and of another study: {work_ms():.0f} ms of work")
    assert explorer.count().startswith("486 of 486 runs shown, 1 to 50 listed")
    for name, steps in ACTIONS.items():
        if name == "map":
            chosen = {"activation": "ReLU", "loss": "nll", "regularization": "none"}
            for label, option in chosen.items():
                explorer.choose(label, option)
            explorer.click("Draw none")
        before = work_ms()
        times = sorted(explorer.page.evaluate(TIMES, [steps, 10]))
        busy = (work_ms() - before) / len(times)
        print(f"{name}: {busy:.0f} ms of work, seen after {times[len(times) // 2]:.0f} ms")
        assert busy < limit, name


# Hostile links


def test_hostile_links_are_sentences_and_change_nothing(explorer: ExplorerPage) -> None:
    names = ["study", "runs", "curve", "scale", "seeds"]
    fragments = [*hostile_fragments(names, HOSTILE_CASES), *BROKEN]
    bad = led_astray(explorer.page, fragments, ".explorer", ".mlp-problem")
    assert [said for said in bad if "=" in said or not said.startswith("silent")] == []
    assert len(explorer.names()) == FIRST_CELLS


@pytest.mark.parametrize("fragment", ["study=<b>1</b>", "x" * 1_000_000, "runs=0123456789ab"])
def test_a_page_opened_by_a_hostile_link_works(
    browser: Browser, address: str, fragment: str
) -> None:
    with explored(browser, f"{address}#{fragment}") as explorer:
        assert len(explorer.names()) == FIRST_CELLS
        assert explorer.problem()


def test_a_missing_script_is_a_sentence(browser: Browser, address: str) -> None:
    with opened(browser, "about:blank", is_cut_off=True) as page:
        page.route("**/runs-*.js*", lambda route: route.abort())
        page.goto(address)
        page.get_by_text("could not be loaded").wait_for()


# For every reader


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_targets_are_large_and_nothing_is_cut_off(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 844}
    # A tick box has its label around it; the ends of a brush, the whole axis.
    targets = "button:visible, select:visible, label:has(input), .explorer-brush-area"
    with explored(browser, address, viewport=size, color_scheme=scheme) as explorer:
        for name in ("full-factorial", "batch-rate"):
            explorer.open_study(name)
            explorer.show_code()
            assert small_targets(explorer.root.locator(targets)) == []
            assert not is_cut_off(explorer.page)


def test_everything_has_a_name(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    named = explorer.root.locator("input, select, button, [role=slider], svg[role=img]")
    names = named.evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent"
        " || e.textContent)"
    )
    assert all(name.strip() for name in names)
    # A column and its filter have one name.
    repeated = {name for name in names if names.count(name) > 1}
    assert repeated <= set(explorer.part("sort").all_inner_texts())


# Filters in the link, figures of what passes, samples


def test_the_accuracy_is_a_number_to_type_and_stays_in_the_link(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    accuracies = sorted(row_accuracies(explorer.count()))
    assert len(accuracies) == 2  # mean and deviation
    field = explorer.root.get_by_label("test accuracy, %, at least", exact=True)
    whole = explorer.count()
    field.fill("97")
    field.press("Enter")
    assert explorer.count() != whole
    explorer.choose("activation", "tanh")
    count, address = explorer.count(), explorer.page.evaluate("location.href")
    assert "accuracy=97.00-100.00" in address
    assert "where.activation=tanh" in address
    explorer.page.goto("about:blank")
    explorer.page.goto(address)
    explorer.wait_for_count(count.split(";")[0])
    assert explorer.count() == count
    assert field.input_value() == "97"
    field.fill("")
    field.press("Enter")
    explorer.click("Clear filters")
    assert explorer.count() == whole


def row_accuracies(count: str) -> list[float]:
    return [float(text) for text in re.findall(r"(\d+\.\d\d)", count)]


def test_the_figures_are_those_of_the_rows_that_pass(explorer: ExplorerPage) -> None:
    runs = [run for run in made_study("learning-rate").runs if run.status != "diverged"]
    values = [100 * run.summary["test_accuracy"] for run in runs]
    mean, deviation = statistics.fmean(values), statistics.stdev(values)
    assert f"{mean:.2f} ± {deviation:.2f} %" in explorer.count()


def test_all_studies_at_once(browser: Browser, address: str, explorer: ExplorerPage) -> None:
    options = explorer.root.get_by_label("study", exact=True).locator("option")
    assert options.first.inner_text() == "All studies"
    explorer.open_study("all-studies")
    explorer.click("Show single runs")
    configs = all_configs()
    explorer.wait_for_count(f"{len(configs)} of {len(configs)} runs shown")
    assert explorer.shapes("line") > 0
    # A field that one study varies and another leaves at its default, or sets for all of its runs.
    some = {"activation": "ReLU", "optimizer": "SGD", "batch size": "100"}
    for label, value in some.items():
        explorer.choose(label, value)
    passing = [
        config.run_id
        for config in configs.values()
        if (config.activation, config.optimizer, config.batch_size) == ("relu", "sgd", 100)
    ]
    assert 0 < len(passing) < len(configs)
    explorer.wait_for_count(f"{len(passing)} of {len(configs)} runs shown")
    assert len(set(explorer.column("study"))) > 1
    explorer.show_code()
    (config,) = configs_of(explorer.program())
    assert config.run_id in passing
    link = current_address(explorer.page)
    with explored(browser, link) as again:
        again.page.wait_for_selector('.explorer[data-study="all-studies"] .explorer-table')
        again.click("Show single runs")
        again.wait_for_count(f"{len(passing)} of {len(configs)} runs shown")
        assert again.problem() == ""


@pytest.mark.parametrize(
    "pair", ["where.none=1", "where.batch_size=7", "accuracy=x", "accuracy=999-0", "status=good"]
)
def test_a_filter_that_means_nothing_is_a_sentence(explorer: ExplorerPage, pair: str) -> None:
    go_to_fragment(explorer.page, f"study=full-factorial&{pair}")
    explorer.page.wait_for_selector('.explorer[data-study="full-factorial"] .explorer-table')
    assert "does not belong to this study" in explorer.problem()
    assert explorer.page.evaluate("document.querySelectorAll('.explorer-table').length") == 1


def test_all_that_is_shown_is_drawn_or_a_sample_of_it(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    explorer.click("Draw all shown")
    assert "This is a sample: 12 of " in explorer.problem()
    assert len(explorer.names()) == 12
    explorer.open_study("learning-rate")
    explorer.click("Draw all shown")
    assert explorer.names()


def test_the_run_time_is_a_column(explorer: ExplorerPage) -> None:
    assert all(float(text) >= 0 for text in explorer.column("run time, s"))
