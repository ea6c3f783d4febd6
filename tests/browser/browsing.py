"""What browser tests share: pages that are opened, measured and sent hostile links."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, Locator, Page
from waiting import PATIENCE_S, wait_for

from mlp_core.training import RunConfig

AT_ONCE_MS = 100
STOP_MS = 500
SMALLEST_TARGET = 44
PHONE = {"width": 390, "height": 844}
LOOP_MS = 25  # what `LOOP` takes where the limits of this folder were set
LOOP = "() => { let x = 0; for (let i = 0; i < 2e7; i++) x = (x * 31 + i) | 0; return x; }"

HOSTILE_NAMES = ("__proto__", "constructor", "", "<b>x</b>")
HOSTILE_VALUES = (
    *("", "NaN", "Infinity", "-1", "-1e9", "1e999", "9" * 400, "0x10", "0,05", "null", "[]", "{}"),
    *("%", "%zz", "%00", "\u202e", "1;alert(1)", "__import__('os')", "../../etc", "toString"),
    *("hasOwnProperty", "__proto__", "0123456789AB", ".".join(["f" * 12] * 90), "a" * 5000),
    *("<img src=x onerror=alert(1)>", "%3Cscript%3Ealert(1)%3C/script%3E", "1e-999"),
    *('"><svg onload=alert(1)>', "javascript:alert(1)"),
)
BROKEN = ("x" * 1_000_000, "study=&&=&", "<script>alert(1)</script>", "%E0%A4%A")
# What a page's policy forbids, from the first script on.
LISTEN = """window.broken = [];
addEventListener("securitypolicyviolation", (event) => broken.push(
    `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));"""


@contextmanager
def opened(
    browser: Browser, address: str, is_cut_off: bool = False, **options: Any
) -> Iterator[Page]:
    """Open a page; at the end nothing may have failed, and no other host been asked.

    Of a page that is cut off from what it loads, only the scripts may not have failed.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **options})
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()
    faults, problems = list[str](), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: problems.extend(other_hosts(request.url)))
    page.goto(address)
    yield page
    assert faults + ([] if is_cut_off else problems) == []
    context.close()


def other_hosts(url: str) -> list[str]:
    """Return a word about an address that does not lie beside the page."""
    near = ("file:", "data:", "blob:", "about:", "http://127.0.0.1")
    return [] if url.startswith(near) else [f"asked another host: {url}"]


def is_remembered(page: Page, act: Callable[[], object], condition: Callable[[], object]) -> None:
    """Act, load the page anew, and expect what was done to be there; else act again.

    On a busy machine, a new Chromium was seen to lose what its first page had stored.
    """

    def once_more() -> object:
        act()
        page.reload()
        return condition()

    wait_for(once_more, told=lambda: str(page.evaluate("({...localStorage})")))


def count_work(page: Page) -> Callable[[], float]:
    """Return a function that tells how many ms a page has worked so far.

    Work, not waiting: what else this machine does delays the frames of any page.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work_ms() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * m["value"] for m in metrics if m["name"] == "TaskDuration")

    return work_ms


def slowness(page: Page, clock_ms: Callable[[], float] = lambda: 1000 * time.monotonic()) -> float:
    """Return how many times slower a page is than where the limits were set, by a clock; or 1."""
    taken = []
    for _ in range(5):
        before = clock_ms()
        page.evaluate(LOOP)
        taken.append(clock_ms() - before)
    return max(1.0, min(taken) / LOOP_MS)


def small_targets(elements: Locator) -> list[Any]:
    """Return name, height and width of what is shown and too small for a finger."""
    boxes = elements.evaluate_all(
        "all => all.map(e => [e.textContent || e.id, e.getBoundingClientRect()])"
        "          .map(([name, box]) => [name, box.height, box.width])"
    )
    return [box for box in boxes if any(box[1:]) and min(box[1:]) < SMALLEST_TARGET - 0.01]


def violations(page: Page, place: str, theme: str) -> list[tuple[str, str]]:
    """Return what axe-core finds at fault in a part of a page: the rule, and the first element."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.add_style_tag(content="*, ::before, ::after { transition: none !important; }")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    options = {"preload": False, "resultTypes": ["violations"]}
    found = page.evaluate("([place, options]) => axe.run(place, options)", [place, options])
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


def is_cut_off(page: Page) -> bool:
    """Say whether something is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def has_no_clipboard(page: Page) -> None:
    """Take the clipboard away from a page."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")


def configs_of(program: str) -> list[RunConfig]:
    """Run a program that trains one run, or several in a loop, but for the training."""
    found: list[RunConfig] = []
    begin, _, _ = program.replace("run = train(config)", "found.append(config)").partition("print")
    exec(begin.rstrip() + "\n", {"found": found})
    return found


def current_address(page: Page) -> str:
    """Return the address as the page knows it; `page.url` hears of a new fragment later."""
    return str(page.evaluate("location.href"))


def go_to_fragment(page: Page, fragment: str) -> None:
    """Change the fragment, and return when the page has heard of it."""
    page.evaluate(
        """async fragment => {
            const before = location.href;
            const heard = new Promise(resolve => addEventListener('hashchange', resolve));
            location.hash = fragment;
            if (location.href !== before) await heard;
        }""",
        fragment,
    )


def hostile_fragments(names: Sequence[str], count: int, prefix: str = "") -> list[str]:
    """Return fragments as nobody should write them, the same ones every time.

    Each gives bad values to some of the names that a page knows, or to names that nothing has.
    """
    draw = random.Random(6)
    return [
        "&".join(
            f"{prefix}{draw.choice([*names, *HOSTILE_NAMES])}={draw.choice(HOSTILE_VALUES)}"
            for _ in range(draw.randint(1, 6))
        )
        for _ in range(count)
    ]


def led_astray(page: Page, fragments: Sequence[str], root: str, problem: str) -> list[str]:
    """Lead a page by fragments; return those that changed its elements or values, or ran a script.

    Those that are refused without a word stand after "silent: ".
    """
    return page.evaluate(
        """async ([fragments, root, problem]) => {
            window.alert = () => { throw new Error('script from a link'); };
            const place = document.querySelector(root);
            const look = () => [
                [...place.querySelectorAll('*')].map(e => e.tagName).sort().join(),
                [...place.querySelectorAll('input, select')].map(e => e.value).join('|'),
            ].join(' ');
            const before = look(), bad = [];
            for (const fragment of fragments) {
                const address = location.href;
                const heard = new Promise(resolve => addEventListener('hashchange', resolve));
                location.hash = fragment;
                if (location.href !== address) await heard;
                if (look() !== before) bad.push(fragment.slice(0, 200));
                const said = place.querySelector(problem).textContent;
                if (!said) bad.push('silent: ' + fragment.slice(0, 200));
            }
            return bad;
        }""",
        [list(fragments), root, problem],
    )
