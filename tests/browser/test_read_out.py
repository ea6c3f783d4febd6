"""A pointer over a chapter's figure reads the runs' values off its lines."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from browsing import opened
from playwright.sync_api import Browser

from mlp_book.frames import frame
from mlp_core.studies import load_runs

pytestmark = pytest.mark.browser

FIGURE = ".report-figure.opening > svg"


def test_the_values_are_the_means_of_the_runs(html: Path, browser: Browser) -> None:
    means = frame(load_runs("learning-rate")).groupby("learning_rate")["test_error"].mean()
    with opened(browser, (html / "notebooks/learning_rate.html").as_uri()) as page:
        svg = page.locator(FIGURE)
        (panel,) = json.loads(str(svg.get_attribute("data-scales")))
        box, width = svg.bounding_box(), float(str(svg.get_attribute("viewBox")).split()[2])
        assert box is not None
        (low, high), (first, last) = panel["x"]["range"], panel["x"]["px"]
        for rate, mean in means.items():
            share = math.log(rate / low) / math.log(high / low)
            x = box["x"] + (first + share * (last - first)) * box["width"] / width
            page.mouse.move(x, box["y"] + box["height"] / 2)
            shown = page.locator(".read-out").first.inner_text()
            place, value = re.findall(r"[\d.]+", shown)[-2:]
            assert float(place) == pytest.approx(rate, rel=0.01)
            assert float(value) == pytest.approx(mean, rel=0.01)
        page.mouse.move(2, 2)
        assert page.locator(".read-out").first.is_hidden()
