"""The figures of the chapter on reading a comparison, from shares that are made up."""

from __future__ import annotations

import pandas as pd

from mlp_book.chapters import comparing as chapter

FOUND = pd.DataFrame(
    [
        (seeds, f"{shift:g} points", seeds * shift, 50 - 10 * shift, 50 - 2 * seeds * shift)
        for shift in (0.0, 0.1, 2.0)
        for seeds in (3, 10)
    ],
    columns=["seeds", "true difference", *chapter.OUTCOMES],
)

CASES = {
    "power": lambda: chapter.plot_power(FOUND),
    "outcomes": lambda: chapter.plot_outcomes(FOUND, seeds=(3, 10)),
}
