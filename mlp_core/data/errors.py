"""The one exception and the one warning of the data package, and the sentences in them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches


class DataError(ValueError):
    """A dataset that does not exist, cannot be read or is not what it should be."""


class DataWarning(UserWarning):
    """Something about a dataset that its user should know, although it was read."""


def broken_file(path: object, expected: str, found: str, advice: str) -> DataError:
    """Return the error for a file, folder or address that is not what it should be.

    The advice is a full sentence on what the reader can do now; empty if that is said elsewhere.

    >>> raise broken_file("a.gz", "gzipped data", "an empty file", "Get it again.")
    Traceback (most recent call last):
        ...
    mlp_core.data.errors.DataError: a.gz: expected gzipped data, found an empty file. Get it again.
    """
    return DataError(f"{path}: expected {expected}, found {found}. {advice}".rstrip())


@contextlib.contextmanager
def damaged_is_data_error(path: object, expected: str) -> Iterator[None]:
    """Let whatever is raised of a file be a DataError: a damaged one raises almost anything."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        found = " ".join(f"{error}".split()) or type(error).__name__
        raise broken_file(path, expected, f"{found:.300}", "Get it again, or mend it.") from error


def legal_names(value: str, names: Iterable[str]) -> str:
    """Return which names are legal, and which of them is closest to the given one.

    >>> legal_names("mnits", ["digits", "mnist"])
    "Legal names: 'digits', 'mnist'. Did you mean 'mnist'?"
    """
    names = list(names)
    text = f"Legal names: {', '.join(map(repr, names))}."
    near = get_close_matches(value.lower(), names, n=1)
    return f"{text} Did you mean {near[0]!r}?" if near else text
