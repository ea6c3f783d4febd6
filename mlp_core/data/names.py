"""Names: what files of a set, arrays of an npz and folders of pictures are called, and mean."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

Role: TypeAlias = tuple[str, str]  # a split and "X" or "y"
Parts: TypeAlias = dict[str, tuple[Any, Any]]  # the arrays X, y of each split

_SPLITS = {"train": "train", "t10k": "test", "test": "test", "val": "validation"}
_SPLIT = re.compile(r"(train|t10k|test|val)(?:ing|idation|id)?", re.IGNORECASE)
_X = ("x", "image", "images", "img", "imgs", "data", "features", "pixels")
_Y = ("y", "label", "labels", "target", "targets")
# What may end the name of an IDX file: "-idx3-ubyte", ".bin", ".gz", " (1)" of a second download.
_ENDING = re.compile(r"(?:[-_. ]|idx\d?|ubyte|int|bin|gz|\(\d+\))*$", re.IGNORECASE)


def entries(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted, without what is hidden or only of use to a Mac."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith((".", "__MACOSX")))


def split_of(name: str) -> str | None:
    """Return the split that a folder holds, or None if its name is no such word."""
    found = _SPLIT.fullmatch(name)
    return _SPLITS[found[1].lower()] if found else None


def role_of(name: str) -> tuple[str, Role] | None:
    """Return the set that a file or array belongs to, and its role; None if its name tells none.

    >>> role_of("emnist-letters-test-labels-idx1-ubyte.gz")
    ('emnist-letters', ('test', 'y'))
    >>> role_of("train-images.idx3-ubyte (1)"), role_of("x_train"), role_of("about")
    (('', ('train', 'X')), ('', ('train', 'X')), None)
    """
    name = _ENDING.sub("", name)
    found = list(_SPLIT.finditer(name))[-1:]
    start, stop = found[0].span() if found else (0, 0)
    before, after = name[:start].strip("-_. "), name[stop:].strip("-_. ").lower()
    if not after:  # as in "x_train"
        before, after = "", before.lower()
    if after not in _X + _Y:
        return None
    split = _SPLITS[found[0][1].lower()] if found else "train"
    return before, (split, "y" if after in _Y else "X")
