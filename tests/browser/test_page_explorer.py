"""The explorer: pick, filter, brush and map stored runs, on a page without a server too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from built_book import HTML
from explorer_page import EXPLORER, TIMES, ExplorerPage, explored
from hostile import BROKEN, hostile_fragments
from made_study import made_study
from page_panel import AT_ONCE_MS, count_work, current_address, go_to_fragment, opened, slowness

from mlp_core.training import RunConfig

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SMALLEST_TARGET = 44
HOSTILE_CASES = 220


@pytest.fixture(scope="module")
def address(host: str) -> str:
    return f"{host}/{EXPLORER}"


@pytest.fixture
def explorer(browser: Browser, address: str) -> Iterator[ExplorerPage]:
    with explored(browser, address) as explorer:
        yield explorer


def stored_names() -> list[str]:
    """Return the names of the studies that the built book stores."""
    text = (HTML / "_static" / "explorer" / "studies.js").read_text("utf-8")
    return [entry["name"] for entry in json.loads(text.split(" = ", 1)[1].rstrip(";\n"))]


# --- the book's own runs --------------------------------------------------------------------


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_every_stored_study_opens(browser: Browser, address: str, how: str) -> None:
    with opened(browser, address if how == "served" else (HTML / EXPLORER).as_uri()) as page:
        explorer = ExplorerPage(page)
        assert explorer.lines()
        for name in stored_names():
            explorer.open_study(name)
            assert explorer.rows().count() > 0, name
            assert explorer.names(), name
            assert f"study={name}" in current_address(page)
            assert explorer.problem() == ""


def test_few_bytes_to_begin_with() -> None:
    folder = HTML / "_static" / "explorer"
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.js")}
    assert max(sizes.values()) <= 300_500
    assert sizes["explorer.js"] < 100_000


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
        whole = next(row for row in rows if row.startswith("learning rate\t"))
        assert re.search(r"24 of 24\tlearning rate .*: 9\d\.\d\d\s±\s0\.\d\d\s%, 3 seeds", whole)


def test_the_files_are_there(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        ExplorerPage(page).open_study("learning-rate")
        link = page.locator(".explorer-about").get_by_role("link", name="CSV")
        with page.expect_download() as waiting:
            link.click()
        text = Path(waiting.value.path()).read_text("utf-8")
        assert text.startswith("run_id,")
        assert len(text.splitlines()) == 25


# --- curves, table, links -------------------------------------------------------------------


def test_the_first_view_has_a_curve_a_cell_with_a_band(explorer: ExplorerPage) -> None:
    cells = 8
    assert explorer.rows().count() == cells
    assert len(explorer.names()) == cells
    assert explorer.root.locator("path.explorer-band").count() > cells // 2
    before = explorer.chart()
    explorer.choose("seeds", "a line each")
    assert len(explorer.lines()) == 3 * cells
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
    fragment = explorer.page.evaluate("location.hash")
    explorer.page.reload()
    again = ExplorerPage(explorer.page)
    assert again.chart() == before
    assert explorer.page.evaluate("location.hash") == fragment


def test_the_table_sorts_by_every_column(explorer: ExplorerPage) -> None:
    explorer.click("Show single runs")
    for head in ("learning rate", "seed", "test loss", "epochs"):
        explorer.click(head)
        rising = [number(text) for text in explorer.column(head)]
        explorer.click(head)
        falling = [number(text) for text in explorer.column(head)]
        told = [value for value in rising if value is not None]
        assert told == sorted(told), head
        assert [v for v in falling if v is not None] == sorted(told, reverse=True), head
        # What has no figure comes last either way.
        assert None not in rising[: len(told)] + falling[: len(told)], head


def number(text: str) -> float | None:
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    if "10⁻" in text:
        return 10 ** float(text.split("10")[1].translate(powers))
    return None if text == "–" else float(text)  # noqa: RUF001


def test_filters_leave_what_they_name(explorer: ExplorerPage) -> None:
    explorer.open_study("activations-losses-depth")
    explorer.click("Show single runs")
    assert explorer.count().startswith("90 of 90 runs shown")
    explorer.choose("activation", "relu")
    explorer.choose("loss", "hinge")
    assert explorer.count().startswith("10 of 90 runs shown")
    assert set(explorer.column("activation")) == {"relu"}
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
    run = made_study("full-factorial").runs[100]
    explorer.page.evaluate(f"location.hash = 'study=full-factorial&runs={run.config.run_id}'")
    explorer.page.wait_for_function("document.querySelectorAll('.explorer-name').length === 1")
    assert len(explorer.lines()) == 1
    drawn = explorer.root.locator(".explorer-table tr:has(input:checked)")
    while drawn.count() == 0:
        explorer.click("Next rows")
    drawn.get_by_role("button", name="code").click()
    assert config_of(program(explorer)) == run.config
    href = explorer.root.get_by_role("link", name="Link to this run").get_attribute("href")
    assert href == f"#study=full-factorial&runs={run.config.run_id}"


def test_the_code_of_a_cell_loops_over_its_seeds(explorer: ExplorerPage) -> None:
    explorer.rows().first.get_by_role("button", name="code").click()
    text = program(explorer)
    assert "for seed in (2022, 2023, 2024):" in text
    config = config_of(text.replace("\n    ", "\n").replace("for seed in", "#"), seed=2022)
    assert config in [run.config for run in made_study("learning-rate").runs]
    explorer.click("Close")
    assert explorer.root.locator(".explorer-code").is_hidden()


def test_the_code_is_copied(browser: Browser, address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with explored(browser, address, permissions=permissions) as explorer:
        explorer.rows().first.get_by_role("button", name="code").click()
        explorer.click("Copy code")
        explorer.page.wait_for_function(
            "document.querySelector('.explorer-status').textContent.startsWith('Copied')"
        )
        assert explorer.page.evaluate("navigator.clipboard.readText()") == raw_program(explorer)


def test_where_nothing_can_be_copied_the_code_is_selected(explorer: ExplorerPage) -> None:
    explorer.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    explorer.rows().first.get_by_role("button", name="code").click()
    explorer.click("Copy code")
    assert "is selected" in explorer.root.locator(".explorer-status").inner_text()
    selected = explorer.page.evaluate("getSelection().toString()")
    assert selected.strip() == program(explorer).strip()


def raw_program(explorer: ExplorerPage) -> str:
    return str(explorer.root.locator(".explorer-code pre").text_content())


def program(explorer: ExplorerPage) -> str:
    return explorer.root.locator(".explorer-code pre").inner_text()


def config_of(text: str, **names: Any) -> RunConfig:
    """Run a program up to its config."""
    scope: dict[str, Any] = dict(names)
    exec(text[: text.index("run = train")], scope)
    return scope["config"]


# --- parallel coordinates and the map -------------------------------------------------------


def test_a_brush_leaves_what_lies_in_it(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    explorer.root.locator(".explorer-parallel").scroll_into_view_if_needed()
    area = explorer.root.locator(".explorer-brush-area").nth(2).bounding_box()  # activation
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


def test_overviews_show_themselves_where_they_make_sense(explorer: ExplorerPage) -> None:
    expected = {
        "learning-rate": (0, 0),
        "batch-rate": (0, 1),
        "activations-losses-depth": (1, 0),
        "full-factorial": (1, 1),
    }
    for name, (parallel, maps) in expected.items():
        explorer.open_study(name)
        assert explorer.root.locator(".explorer-parallel svg").count() == parallel, name
        assert explorer.root.locator(".explorer-map").count() == maps, name


def test_the_map_shows_means_and_draws_what_is_pressed(explorer: ExplorerPage) -> None:
    explorer.open_study("batch-rate")
    explorer.click("Draw none")
    fields = explorer.root.locator(".explorer-map button")
    assert fields.count() == 56
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
    explorer.choose("results after", "epoch 14")
    runs = [run for run in made_study("full-factorial").runs if run.status == "completed"]
    reached = sorted((100 * run.history["test_accuracy"][13] for run in runs), reverse=True)
    shown = [float(text) for text in explorer.column("test accuracy, %")]
    assert shown == pytest.approx(reached[: len(shown)], abs=0.0051)
    explorer.choose("results after", "the last epoch")
    last = sorted((100 * run.summary["test_accuracy"] for run in runs), reverse=True)
    shown = [float(text) for text in explorer.column("test accuracy, %")]
    assert shown == pytest.approx(last[: len(shown)], abs=0.0051)


# --- speed ----------------------------------------------------------------------------------


def test_every_answer_comes_at_once(explorer: ExplorerPage) -> None:
    """486 runs: from an action to the next frame with its effect."""
    work_ms = count_work(explorer.page)
    limit = AT_ONCE_MS * slowness(explorer.page, work_ms)
    explorer.open_study("batch-rate")
    explorer.open_study("full-factorial")
    print(f"the first opening of 486 runs and of another study: {work_ms():.0f} ms of work")
    assert explorer.count().startswith("486 of 486 runs shown, 1 to 50 listed")
    sort = ".explorer-table thead th:nth-child({}) button"
    actions = {
        "sort": [(sort.format(4), "click", None), (sort.format(3), "click", None)],
        "filter": [
            ("#explorer-filter-2", "change", "1"),
            ("#explorer-filter-0", "change", "2"),
            ("#explorer-filter-2", "change", "any"),
            ("#explorer-filter-0", "change", "any"),
        ],
        "brush": [
            (".explorer-handle", "key", "ArrowUp"),
            (".explorer-handle", "key", "Home"),
        ],
        "study": [
            ("#explorer-study", "change", "batch-rate"),
            ("#explorer-study", "change", "full-factorial"),
        ],
        "pick": [(".explorer-table tbody tr:nth-child(9) input", "click", None)],
        "map": [(".explorer-map button", "click", None)],
        "epoch": [("#explorer-epoch", "change", epoch) for epoch in ("14", "")],
        "curve": [("#explorer-curve", "change", name) for name in ("test_loss", "test_error")],
        "axis": [("#explorer-against", "change", name) for name in ("updates", "epochs")],
    }
    for name, steps in actions.items():
        if name == "map":
            explorer.choose("activation", "relu")
            explorer.choose("loss", "nll")
            explorer.choose("regularization", "none")
            explorer.click("Draw none")
        before = work_ms()
        times = sorted(explorer.page.evaluate(TIMES, [steps, 10]))
        busy = (work_ms() - before) / len(times)
        half, nine_in_ten = times[len(times) // 2], times[int(0.9 * len(times)) - 1]
        print(f"{name}: {busy:.0f} ms of work, seen after {half:.0f} ms, "
              f"nine in ten within {nine_in_ten:.0f} ms")  # fmt: skip
        assert busy < limit, name


# --- hostile links --------------------------------------------------------------------------


def test_hostile_links_are_sentences_and_never_markup(explorer: ExplorerPage) -> None:
    page = explorer.page
    tags = "() => [...document.querySelectorAll('.explorer *')].map(e => e.tagName).join()"
    allowed = set(page.evaluate(tags).split(","))
    page.evaluate("() => { window.alert = () => { throw new Error('script from a link'); } }")
    names = ["study", "runs", "curve", "scale", "seeds"]
    for fragment in [*hostile_fragments(names, HOSTILE_CASES), *BROKEN]:
        go_to_fragment(page, fragment)
        assert set(page.evaluate(tags).split(",")) <= allowed, fragment[:200]
        assert len(explorer.names()) == 8, fragment[:200]  # the first view
        if "=" in fragment:
            assert explorer.problem(), fragment[:200]


@pytest.mark.parametrize("fragment", ["study=<b>1</b>", "x" * 1_000_000, "runs=0123456789ab"])
def test_a_page_opened_by_a_hostile_link_works(
    browser: Browser, address: str, fragment: str
) -> None:
    with explored(browser, f"{address}#{fragment}") as explorer:
        assert len(explorer.names()) == 8
        assert explorer.problem()


def test_a_missing_script_is_a_sentence(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/study-*.js*", lambda route: route.abort())
    page.goto(address)
    page.wait_for_function("document.querySelector('.explorer-problem')?.textContent")
    assert "could not be loaded" in page.locator(".explorer-problem").inner_text()
    context.close()


# --- for every reader -----------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_targets_are_large_and_nothing_is_cut_off(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 844}
    with explored(browser, address, viewport=size, color_scheme=scheme) as explorer:
        for name in ("full-factorial", "batch-rate"):
            explorer.open_study(name)
            explorer.rows().first.get_by_role("button", name="code").click()
            # A tick box has its label around it; the ends of a brush, the whole axis.
            boxes = explorer.root.locator(
                "button:visible, select:visible, label:has(input), .explorer-brush-area"
            ).evaluate_all(
                "all => all.map(e => [e.textContent || e.id, e.getBoundingClientRect().height,"
                " e.getBoundingClientRect().width])"
            )
            assert [b for b in boxes if min(b[1], b[2]) < SMALLEST_TARGET - 0.01] == []
            page = explorer.page
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_has_a_name(explorer: ExplorerPage) -> None:
    explorer.open_study("full-factorial")
    unnamed = explorer.root.locator("input, select, button, [role=slider], svg[role=img]")
    names = unnamed.evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent"
        " || e.textContent)"
    )
    assert all(name.strip() for name in names)
    repeated = [name for name in names if names.count(name) > 1]
    assert set(repeated) <= {"learning rate", "batch size"} | set(repeated) & heads(explorer)


def heads(explorer: ExplorerPage) -> set[str]:
    """Return the names of the columns, which the filters have too."""
    return set(explorer.root.locator(".explorer-sort").all_inner_texts())
