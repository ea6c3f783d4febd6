"""Marks of changed settings: one per move of a hand, and none that was trained with is lost."""

from __future__ import annotations

import pytest
from browsing import opened
from playwright.sync_api import Browser

from mlp_book.scripts import JS, join_modules

pytestmark = pytest.mark.browser

SOURCE = join_modules(JS / "what_if" / "curves.js")
TAKE = """changes => {
    %s;
    const run = new LiveRun(1, {epochs: 100}, [1], "here");
    const clock = performance.now;
    for (const [ms, update, from, to] of changes) {
        performance.now = () => ms;
        run.take({kind: "change", index: 0, name: "batch_size", from, to, update, at: update / 15});
    }
    performance.now = clock;
    return run.marks.map(mark => mark.words);
}"""


def test_values_that_were_trained_with_keep_their_marks(browser: Browser) -> None:
    slow = [(0, 45, 100, 10), (3000, 75, 10, 500)]  # two epochs at 10 lie between
    quick = [(0, 45, 100, 50), (200, 46, 50, 10)]  # one move of a hand
    paused = [(0, 45, 100, 10), (9000, 45, 10, 500)]  # nothing was trained between
    with opened(browser, "about:blank") as page:
        marks = [page.evaluate(TAKE % SOURCE, changes) for changes in (slow, quick, paused)]
    assert marks == [
        ["batch size 100 → 10 at epoch 3", "batch size 10 → 500 at epoch 5"],
        ["batch size 100 → 10 at epoch 3.07"],
        ["batch size 100 → 500 at epoch 3"],
    ]
