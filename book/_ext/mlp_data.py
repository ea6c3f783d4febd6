"""What `make book-offline` puts beside the book for the panels: data that are at hand, gzipped."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path
from typing import Any

from mlp_wheel import OFFLINE

from mlp_core.data import SOURCES, find_dataset
from mlp_core.data.folder import FILE_NAMES, find_file
from mlp_core.data.sources import data_folders

FOLDER = "data"


def copy_data(folder: Path) -> list[dict[str, Any]]:
    """Copy the datasets that are at hand; return name, label and files of each."""
    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    if not os.environ.get(OFFLINE):
        return []
    return [
        {"name": name, "label": source.title, "files": copy_files(place, target / name)}
        for name, source in SOURCES.items()
        if (place := find_source(name)) is not None
    ]


def find_source(name: str) -> Path | None:
    """Return the folder with the four files of a dataset, or None."""
    mnist = find_dataset("mnist")
    places = [*data_folders(name), *([mnist.parent / name] if mnist else [])]  # or beside MNIST's
    whole = (p for p in places if all(find_file(p, file) for file in FILE_NAMES.values()))
    return next(whole, None)


def copy_files(source: Path, target: Path) -> list[str]:
    """Copy four files, gzipped; return where a page finds them."""
    target.mkdir(parents=True)
    for name in FILE_NAMES.values():
        path = find_file(source, name)
        assert path is not None
        if path.suffix == ".gz":
            shutil.copyfile(path, target / f"{name}.gz")
        else:
            # Without a date in it: the same bytes for the same file.
            content = gzip.compress(path.read_bytes(), mtime=0)
            (target / f"{name}.gz").write_bytes(content)
    return [f"{FOLDER}/{target.name}/{name}.gz" for name in FILE_NAMES.values()]
