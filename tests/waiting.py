"""How tests wait: for the condition itself, and longer than any machine should need."""

from __future__ import annotations

import time
from collections.abc import Callable

# A machine that is four times as slow, and busy besides, must not fail; what hangs still does.
PATIENCE_S = 120


def wait_for(
    condition: Callable[[], object],
    rest: Callable[[], object] = lambda: time.sleep(0.005),
    told: Callable[[], str] = lambda: "",
) -> None:
    """Return as soon as a condition holds.

    Parameters
    ----------
    condition : callable
    rest : callable
        What to do between two looks.
    told : callable
        Returns what a failure adds to its message.
    """
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain; {told()}"
        rest()
