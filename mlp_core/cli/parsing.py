"""Reading the command line with tyro, whose errors are condensed to one line."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import tyro

_MARKERS = (tyro.conf.OmitSubcommandPrefixes, tyro.conf.FlagCreatePairsOff)


class UsageError(Exception):
    """A command line that cannot be understood; its text is one line."""


def parse(command: Any, argv: Sequence[str], description: str) -> Any:
    """Return the command that the arguments stand for.

    Parameters
    ----------
    command : type
        A dataclass or a union of dataclasses.
    argv : sequence of str
    description : str
        Shown by ``--help``.

    Raises
    ------
    UsageError
        If the arguments cannot be understood.
    SystemExit
        With the code 0, when help was asked for and shown.
    """
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.cli(
                command, prog="mlp-core", description=description, args=argv, config=_MARKERS
            )
    except SystemExit as error:
        if not error.code:
            raise
        raise UsageError(condense(complaint.getvalue())) from None
    finally:
        if sys.exc_info()[0] is None:
            sys.stderr.write(complaint.getvalue())


def condense(box: str) -> str:
    """Condense the box that tyro draws around an error to one line.

    Its first part says what is wrong; the others may name near matches, subcommands and help.
    """
    first, *others = _parts(box)
    line = _join(first).rstrip(".")
    line = line[:1].lower() + line[1:]
    for part in others:
        text = _join(part)
        if text.startswith("Perhaps you meant"):
            flags = re.findall(r"^ {2,8}(--?[\w-]+)", "\n".join(part), re.MULTILINE)
            line += "; perhaps you meant " + " or ".join(dict.fromkeys(flags))
        elif text.startswith("Available subcommands"):
            near = get_close_matches(line.split()[-1], text.replace(",", "").split()[2:], n=1)
            line += f"; perhaps you meant {near[0]}" if near else "; a" + text[1:]
        elif text.startswith("For full helptext"):
            line += f" (see {text.split(maxsplit=4)[-1]})"
    return line


def _parts(box: str) -> list[list[str]]:
    """Return the lines between a box's rules, without its title and frame, drawn or in ASCII."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", box)
    parts: list[list[str]] = [[]]
    for framed in plain.splitlines()[1:]:
        line = framed.strip("│╰╯")
        if re.fullmatch(r"\s*[─-]{3,}\s*", line):
            parts.append([])
        elif line.strip():
            parts[-1].append(line)
    return [part for part in parts if part] or [[plain]]


def _join(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
