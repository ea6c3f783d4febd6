"""Tables: CSV files whose one column is the label and whose others are numbers."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, compress, islice
from math import isqrt
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mlp_core.data.content import READ_ARRAYS, open_content, too_large
from mlp_core.data.errors import DataError, DataWarning, broken_file

ENDINGS = (".csv", ".tsv", ".data", ".txt")
_LABELS = ("label", "labels", "class", "target", "species", "variety", "y")
_MISSING = ("?", "na", "n/a", "null", "none", "-")
_RUNNING = re.compile(r"|id|index|idx|no\.?|row|unnamed: ?\d+", re.IGNORECASE)
_BLOCK = 1000  # lines read together; whole numbers up to 255 are then kept as bytes
_LONGEST, _LONGEST_LABEL = 1 << 22, 200  # bytes of a line, characters of a label
_MOST_COLUMNS = 150_000  # pictures of 387 x 387 pixels; each column takes some 300 bytes at first


def read_table(path: Path, label: str | int | None) -> tuple[np.ndarray, list[Any], list[str]]:
    """Return features, labels, and the names of the features' columns, if they have any.

    Parameters
    ----------
    path : Path
        A CSV file, gzipped or not, with commas, semicolons or tabs, with a line of names or
        without.
    label : str or int, optional
        Name or place of the label's column. If not given: the one that is named so, or the last
        that holds text, or the first of flat square images without names.

    Raises
    ------
    DataError
        If it is not clear which column holds the label, or if another is not of numbers.
    """
    with open_content(path) as (stream, limit):
        lines = _lines(stream, limit, path)
        try:
            start = list(islice(lines, 2))
            sign = _sign(start[0])
            _require_columns(start, sign, path)
            first, second = (_cells(line, sign) for line in (start[0], start[-1]))
            if len(first) < 2:
                found = f"a line that starts {start[0][:40]!r}"
                raise broken_file(path, "columns with , or ; or tabs between", found, READ_ARRAYS)
            pairs = zip(first, second, strict=False)  # a broken row is reported below
            named = any(_is_name(a) and _is_number(b) for a, b in pairs)
            names = first if named else [str(place) for place in range(len(first))]
            place = _label_place(label, names if named else None, second, path)
            rows, labels = _read(start[1:] if named else start, lines, sign, names, place, path)
        except (UnicodeDecodeError, csv.Error) as error:
            raise broken_file(path, "UTF-8 text", str(error), "Save it as CSV in UTF-8.") from None
    names = names[:place] + names[place + 1 :]
    kept = [not _is_running(name, rows[:, k]) for k, name in enumerate(names)]
    if not all(kept):
        left_out = [name for name, is_kept in zip(names, kept, strict=True) if not is_kept]
        warnings.warn(f"{path}: left out {left_out}, which number the rows", DataWarning, 2)
        rows, names = rows[:, kept], [*compress(names, kept)]
    return rows, labels, names if named else []


def read_examples(path: Path, wanted: Sequence[str]) -> np.ndarray:
    """Return raw examples: all columns of a file, or those wanted if it names its columns."""
    with open_content(path) as (stream, limit):
        lines = _lines(stream, limit, path)
        start = list(islice(lines, 2))
        if not start:
            raise ValueError("no row")
        sign = _sign(start[0])
        _require_columns(start, sign, path)
        first = _cells(start[0], sign)
        named = not any(map(_is_number, first))
        if named and (lacking := [name for name in wanted if name not in first]):
            raise ValueError(f"no column {lacking[0]!r} among {', '.join(first):.200}")
        rows = chain(start[1:] if named else start, lines)
        if named and len(start) == 1:
            raise ValueError("no row")
        places = [first.index(name) for name in wanted] if named and wanted else None
        return np.loadtxt(
            rows, delimiter=sign, usecols=places, quotechar='"', comments=None, ndmin=2
        )


def _sign(line: str) -> str:
    return max(",;\t", key=line.count)


def _require_columns(lines: Sequence[str], sign: str, path: Path) -> None:
    columns = 1 + max(line.count(sign) for line in lines)
    if columns > _MOST_COLUMNS:
        raise broken_file(path, f"at most {_MOST_COLUMNS:,} columns", f"{columns:,}", READ_ARRAYS)


def _lines(stream: BinaryIO, limit: int, path: Path) -> Iterator[str]:
    """Yield the lines that are not blank, within bounds."""
    total = 0
    while line := stream.readline(_LONGEST):
        total += len(line)
        if len(line) == _LONGEST:
            raise broken_file(path, f"lines below {_LONGEST:,} bytes", "a longer one", "")
        if total > limit:
            raise too_large(path, f"more than {limit:,} bytes")
        if line.strip():
            yield line.decode("utf-8").removeprefix("\ufeff")


def _cells(line: str, sign: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=sign))]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    return not _is_number(text) and text.lower() not in _MISSING


def _label_place(
    label: str | int | None, names: Sequence[str] | None, cells: Sequence[str], path: Path
) -> int:
    """Return the place of the column that holds the label."""
    known = list(names) if names else []
    width = len(cells)
    if isinstance(label, str) and label in known:
        return known.index(label)
    if isinstance(label, int) and not isinstance(label, bool) and -width <= label < width:
        return label % width
    if label is None:
        small = [name.lower() for name in known]
        found = [small.index(word) for word in _LABELS if word in small]
        found = found or [k for k, cell in enumerate(cells) if not _is_number(cell)][-1:]
        if not found and not known and width > 49 and isqrt(width - 1) ** 2 == width - 1:
            found = [0]
        if found:
            return found[0]
    shown = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
    raise DataError(
        f"{path}: label={label!r} names no column. "
        f"It has {width} columns{f': {shown}' if known else ', without names'}. "
        f"Say which holds the label, by its {'name' if known else 'place, from 0'}: "
        f"load_dataset(path, label=...)"
    )


def _read(
    start: list[str], lines: Iterator[str], sign: str, names: list[str], place: int, path: Path
) -> tuple[np.ndarray, list[Any]]:
    """Return the features, as bytes if all of them are, and the labels."""
    texts: list[str] = []

    def keep(text: str) -> float:
        if len(text) > _LONGEST_LABEL:
            raise ValueError(f"a label of {len(text):,} characters")
        texts.append(text.strip().strip('"'))
        return 0.0

    blocks = []
    while block := [*start, *islice(lines, _BLOCK)]:
        start = []
        try:
            rows = np.loadtxt(
                block, delimiter=sign, quotechar='"', comments=None, converters={place: keep},
                ndmin=2, encoding=None,
            )  # fmt: skip
            if rows.shape[1] != len(names):
                raise ValueError("another number of columns")
        except ValueError as error:
            raise _broken_row(block, sign, names, place, path, error) from None
        rows = np.delete(rows, place, axis=1)
        small = rows.astype(np.uint8) if rows.min() >= 0 and rows.max() <= 255 else None
        blocks.append(rows if small is None or not np.array_equal(small, rows) else small)
    if not blocks or not blocks[0].size:
        raise broken_file(path, "rows of numbers with a label", "none", "")
    labels = [float(text) for text in texts] if all(map(_is_number, texts)) else texts
    return np.concatenate(blocks), labels


def _broken_row(
    block: list[str], sign: str, names: list[str], place: int, path: Path, error: ValueError
) -> DataError:
    """Return an error that names the first row and column that cannot be read."""
    for line in block:
        cells = _cells(line, sign)
        if len(cells) != len(names):
            found = f"{len(cells)} in the row that starts {line[:40]!r}"
            return broken_file(path, f"{len(names)} columns", found, "Mend or remove the row.")
        for name, cell in zip(names, cells, strict=True):
            if name != names[place] and not _is_number(cell):
                advice = "Fill it in, turn text into numbers, or remove the row or the column."
                return broken_file(f"{path}: column {name!r}", "numbers", repr(cell[:40]), advice)
    return broken_file(path, "rows of numbers with a label", f"{error!s:.80}", "")


def _is_running(name: str, column: np.ndarray) -> bool:
    """Return whether a column only numbers the rows: in a sorted file it would give the label."""
    return bool(_RUNNING.fullmatch(name)) and bool((np.diff(column.astype(float)) == 1).all())
