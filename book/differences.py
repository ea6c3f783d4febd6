"""What two things differ in, as lines by kind, and how much was compared."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NOTHING = "(nothing)"
BEFORE_IT = 40  # letters of what two texts share, shown before the place where they part
LONGEST = 110  # letters of either text


class Differences:
    """Lines of (kind, detail), how many items were compared, how far those that agree are apart."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.compared: Counter[str] = Counter()
        self.distances: dict[str, list[float]] = defaultdict(list)

    def check(self, kind: str, before: Any, after: Any, where: str = "") -> None:
        """Compare one item."""
        self.compared[kind] += 1
        if before != after:
            self.lines.append((kind, f"{where}{apart(str(before), str(after))}"))

    def check_list(
        self, kind: str, before: Sequence[Any], after: Sequence[Any], where: str = ""
    ) -> None:
        """Compare items in their order; one more or one less does not move the others."""
        for _, old, new in aligned(before, after):
            self.check(kind, old, new, where)

    def check_names(
        self, kind: str, before: Mapping[str, Any], after: Mapping[str, Any], where: str = ""
    ) -> None:
        """Compare items by their names."""
        for name in sorted(before.keys() | after.keys()):
            old, new = before.get(name, NOTHING), after.get(name, NOTHING)
            self.check(kind, old, new, f"{where}{name}: ")


def aligned(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Yield pairs of items with the number of the first; what has no partner stands by `NOTHING`.

    >>> list(aligned("abcd", "axcde"))
    [(0, 'a', 'a'), (1, 'b', 'x'), (2, 'c', 'c'), (3, 'd', 'd'), (4, '(nothing)', 'e')]
    """
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _, low, high, start, end in matcher.get_opcodes():
        for place in range(max(high - low, end - start)):
            yield (
                low + place,
                before[low + place] if low + place < high else NOTHING,
                after[start + place] if start + place < end else NOTHING,
            )


def apart(before: str, after: str) -> str:
    """Show two texts from shortly before the place where they part.

    >>> apart("x = 1", "x = 2")
    "'x = 1' -> 'x = 2'"
    """
    pairs = zip(before, after, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))
    return f"{_cut(before, same)!r} -> {_cut(after, same)!r}"


def _cut(text: str, place: int) -> str:
    start = max(place - BEFORE_IT, 0)
    shown = text[start : start + LONGEST]
    return f"{'…' if start else ''}{shown}{'…' if start + LONGEST < len(text) else ''}"
