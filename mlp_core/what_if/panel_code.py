"""A panel's values as a program: what a reader copies to train them with mlp_core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from mlp_core.what_if.panel import Panel


def as_code(panel: Panel, values: Mapping[str, Any], seeds: Sequence[int]) -> str:
    """Return a program that trains these values once a seed.

    Fields that the panel leaves at their defaults are left out.

    Parameters
    ----------
    panel : Panel
    values : mapping
        From control names to values.
    seeds : sequence of int
    """
    fields = {"dataset": "digits", **panel.base, **panel.clean(values)}
    fields.pop("seed", None)
    lines = [f"        {name}={_literal(value)}," for name, value in fields.items()]
    numbers = " ".join(f"{seed}," for seed in seeds)
    return "\n".join(
        [
            "from mlp_core import RunConfig, train",
            "",
            f"for seed in ({numbers}):",
            "    config = RunConfig(",
            *lines,
            "        seed=seed,",
            "    )",
            "    run = train(config)",
            '    print(seed, run.status, run.summary["test_accuracy"])',
            "",
        ]
    )


def code_html(panel: Panel, values: Mapping[str, Any], seeds: Sequence[int]) -> str:
    """Return the program as HTML that a click selects."""
    return (
        "<div>A click selects the program; copy it into a cell or a file.</div>"
        '<pre class="what-if-code" style="user-select:all;line-height:1.3">'
        f"{escape(as_code(panel, values, seeds))}</pre>"
    )


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return repr(value)
