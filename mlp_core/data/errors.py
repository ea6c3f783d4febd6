"""The one exception of the data package, and the sentences it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DataError(ValueError):
    """A dataset that does not exist, cannot be read or is not what it should be."""


def broken_file(path: object, expected: str, found: str, advice: str) -> DataError:
    """Make the error for a file that is not what it should be.

    Parameters
    ----------
    path : path-like or str
        The file, folder or address that the sentence is about.
    expected, found : str
        What should be there and what is.
    advice : str
        What the reader can do now, as a full sentence; empty if that is said elsewhere.

    Returns
    -------
    DataError
        To be raised by the caller.

    Examples
    --------
    >>> raise broken_file("a.gz", "gzipped data", "an empty file", "Get it again.")
    Traceback (most recent call last):
        ...
    mlp_core.data.errors.DataError: a.gz: expected gzipped data, found an empty file. Get it again.
    """
    return DataError(f"{path}: expected {expected}, found {found}. {advice}".rstrip())


def legal_names(value: str, names: Iterable[str]) -> str:
    """Say which names are legal and which of them the given one is closest to.

    Parameters
    ----------
    value : str
        What was asked for.
    names : iterable of str
        What may be asked for.

    Returns
    -------
    str
        One or two sentences.

    Examples
    --------
    >>> legal_names("mnits", ["digits", "mnist"])
    "Legal names: 'digits', 'mnist'. Did you mean 'mnist'?"
    """
    names = list(names)
    text = f"Legal names: {', '.join(map(repr, names))}."
    near = get_close_matches(value.lower(), names, n=1)
    return f"{text} Did you mean {near[0]!r}?" if near else text
