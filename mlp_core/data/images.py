"""Image folders: one subfolder of pictures per class, read by Pillow (the extra ``images``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.names import Parts, entries, split_of

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm")
LARGEST_PIXELS = 1 << 20  # of one image: each is an input of the network


def find_images(folder: Path) -> dict[str, dict[str, list[Path]]]:
    """Return the pictures of each class of each split; empty if there are none.

    The classes are subfolders, or subfolders of ``train`` and ``test`` (and ``validation``).
    """
    splits = {split: p for p in _folders(folder) if (split := split_of(p.name))}
    found = {split: classes for split, p in splits.items() if (classes := _classes(p))}
    classes = _classes(folder)
    return found if "train" in found else {"train": classes} if classes else {}


def _folders(folder: Path) -> list[Path]:
    return [path for path in entries(folder) if path.is_dir()]


def _classes(folder: Path) -> dict[str, list[Path]]:
    pictures = {
        path.name: [p for p in entries(path) if p.suffix.lower() in ENDINGS]
        for path in _folders(folder)
    }
    return {name: paths for name, paths in pictures.items() if paths}


def read_images(folder: Path, found: dict[str, dict[str, list[Path]]]) -> Parts:
    """Return the pictures in grey as bytes, and the names of their classes.

    A DataError is raised if one is damaged or not of the size of the first, or without Pillow.
    """
    try:
        from PIL import Image
    except ImportError:
        raise DataError(
            f"{folder}: reading pictures needs the package Pillow: pip install 'mlp-core[images]'"
        ) from None
    size: tuple[int, int] | None = None
    parts: Parts = {}
    for split, classes in found.items():
        paths = [(path, name) for name, each in classes.items() for path in each]
        images = []
        for path, _ in paths:
            try:
                with Image.open(path) as picture:
                    size = size or picture.size
                    _check_size(path, picture.size, size)
                    images.append(_grey(picture))
            except DataError:
                raise
            except (
                OSError,
                SyntaxError,  # what Pillow raises of a damaged PNG
                ValueError,
                Image.DecompressionBombError,
                Image.DecompressionBombWarning,
            ) as error:
                advice = "Remove it or mend it."
                raise broken_file(path, "a picture", str(error), advice) from error
        parts[split] = np.stack(images), [name for _, name in paths]
    return parts


def _grey(picture: Any) -> np.ndarray:
    """Return the bytes of a picture in grey, what is transparent as white."""
    from PIL import Image

    if picture.mode[0] in "IF":
        raise ValueError(f"mode {picture.mode}, whose values would be cut off at 255: save it anew")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return np.asarray(picture.convert("L"))


def _check_size(path: Path, size: tuple[int, int], first: tuple[int, int]) -> None:
    """Raise a DataError, before anything is unpacked, if a picture is too large or odd."""
    words = "{} x {} pixels (width x height)"
    if size[0] * size[1] > LARGEST_PIXELS:
        limit = f"at most {LARGEST_PIXELS:,} pixels"
        raise broken_file(path, limit, words.format(*size), "Make all pictures smaller.")
    if size != first:
        advice = "Give all pictures one size, for example with Pillow's resize."
        raise broken_file(
            path, f"{words.format(*first)}, as the first", words.format(*size), advice
        )
