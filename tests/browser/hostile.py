"""Links as nobody should write them; the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Sequence

NAMES = ("__proto__", "constructor", "", "<b>x</b>")
VALUES = (
    *("", "NaN", "Infinity", "-1", "-1e9", "1e999", "9" * 400, "0x10", "0,05", "null", "[]", "{}"),
    *("%", "%zz", "%00", "\u202e", "1;alert(1)", "__import__('os')", "../../etc", "toString"),
    *("hasOwnProperty", "__proto__", "0123456789AB", ".".join(["f" * 12] * 90), "a" * 5000),
    *("<img src=x onerror=alert(1)>", "%3Cscript%3Ealert(1)%3C/script%3E"),
    *('"><svg onload=alert(1)>', "javascript:alert(1)"),
)
BROKEN = ("x" * 1_000_000, "study=&&=&", "<script>alert(1)</script>", "%E0%A4%A")


def hostile_fragments(
    names: Sequence[str], count: int, prefix: str = "", values: Sequence[str] = ()
) -> list[str]:
    """Return fragments that give bad values to names, which may be none.

    Parameters
    ----------
    names : sequence of str
        Those that the page knows.
    count : int
    prefix : str
        What a page's names begin with.
    values : sequence of str
        More bad values.
    """
    draw = random.Random(6)
    return [
        "&".join(
            f"{prefix}{draw.choice([*names, *NAMES])}={draw.choice([*VALUES, *values])}"
            for _ in range(draw.randint(1, 6))
        )
        for _ in range(count)
    ]
