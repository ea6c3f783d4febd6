"""Folder: the IDX files of a dataset, found under their usual names and read together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from mlp_core.data.errors import broken_file
from mlp_core.data.idx import read_idx
from mlp_core.data.names import Parts, Role, entries, role_of

FILE_NAMES: dict[Role, str] = {
    ("train", "X"): "train-images-idx3-ubyte",
    ("train", "y"): "train-labels-idx1-ubyte",
    ("test", "X"): "t10k-images-idx3-ubyte",
    ("test", "y"): "t10k-labels-idx1-ubyte",
}
# Folders below the one given are looked into, such as MNIST/raw: so deep, and so many.
_DEPTH, _MOST_FOLDERS = 2, 100


def find_sets(folder: Path) -> dict[str, dict[Role, Path]]:
    """Return the sets of IDX files in a folder; of two files for one role, that of plainer name."""
    sets: dict[str, dict[Role, Path]] = {}
    for path in sorted(entries(folder), key=lambda path: len(path.name)):
        if (found := role_of(path.name)) and path.is_file():
            sets.setdefault(found[0], {}).setdefault(found[1], path)
    return sets


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of one of the `FILE_NAMES` under any of its usual names, or None."""
    found = role_of(name)
    return find_sets(folder).get("", {}).get(found[1]) if found and folder.is_dir() else None


def find_idx(path: Path) -> tuple[str, dict[Role, Path]] | None:
    """Return name and files of the set that a path means, or None if it means none.

    The path is that of a folder, or of a folder and the beginning of its files' names:
    ``gzip/emnist-letters``. Folders such as ``MNIST/raw`` below the folder are looked into. A
    path that could mean several sets is a DataError.
    """
    if not path.is_dir():
        sets = find_sets(path.parent) if path.parent.is_dir() else {}
        return (path.name, sets[path.name]) if path.name in sets else None
    folders = [path]
    for _ in range(_DEPTH + 1):
        if found := {folder / name: files for folder in folders for name, files in _sets(folder)}:
            return _choose(path, found)
        below = (sub for folder in folders for sub in entries(folder) if sub.is_dir())
        folders = list(islice(below, _MOST_FOLDERS))
    return None


def _sets(folder: Path) -> Iterator[tuple[str, dict[Role, Path]]]:
    """Yield the sets of a folder; one without a name of its own comes before all others."""
    sets = find_sets(folder)
    yield from {"": sets[""]}.items() if set(FILE_NAMES) <= set(sets.get("", ())) else sets.items()


def _choose(asked: Path, found: dict[Path, dict[Role, Path]]) -> tuple[str, dict[Role, Path]]:
    """Return the only set with all files, or the first if none has all."""
    whole = [path for path, files in found.items() if set(FILE_NAMES) <= set(files)]
    if len(whole) > 1:
        names = ", ".join(str(path.relative_to(asked)) for path in whole)
        raise broken_file(asked, "one dataset", names, f"Name one of them: {whole[0]}")
    path = (whole or list(found))[0]
    return path.parent.name if path.name in ("raw", "gzip") else path.name, found[path]


def read_idx_set(
    folder: Path,
    files: Mapping[Role, Path],
    sha256: Mapping[str, str] | None = None,
    needed: Collection[Role] = tuple(FILE_NAMES),
) -> Parts:
    """Return the arrays of each split, or raise a DataError if a file is missing or broken.

    The hashes, by `FILE_NAMES`, are those that the uncompressed bytes must have. The needed roles
    are those whose files must be there.
    """
    if missing := [role for role in needed if role not in files]:
        others = [p.name for p in entries(folder) if p not in files.values()] if files else []
        near = {role: get_close_matches(FILE_NAMES[role], others, 1, 0.7) for role in missing}
        advice = [f"Rename {name} to {FILE_NAMES[role]}." for role in near for name in near[role]]
        raise broken_file(
            folder,
            " and ".join(f"{FILE_NAMES[role]} for {role[0]}ing" for role in missing),
            ", ".join(sorted(path.name for path in files.values())),
            " ".join([*advice, "Put what is missing beside these, gzipped or not."])
            + (" Or test with a part: test=0.2." if all(r[0] == "test" for r in missing) else ""),
        )
    parts: Parts = {}
    for split in (name for name, part in sorted(files) if part == "y" and (name, "X") in files):
        hashes = [sha256[FILE_NAMES[split, part]] if sha256 else None for part in "Xy"]
        labels = read_idx(files[split, "y"], "labels", hashes[1])
        images = read_idx(files[split, "X"], "images", hashes[0], len(labels))
        # Of several columns, as of QMNIST, the first is the class.
        parts[split] = images, labels if labels.ndim == 1 else labels[:, 0]
    return parts
