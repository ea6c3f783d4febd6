"""The program: one command after another name, and one line for each way to fail."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from mlp_core._version import __version__
from mlp_core.cli import INTERRUPTED, data, model, study, train
from mlp_core.cli.flags import Parser, name_flag, parse
from mlp_core.data import DataError, DataWarning
from mlp_core.studies import StoreWarning
from mlp_core.training import ConfigError, ModelError

OK, FAILED, USAGE = 0, 1, 2


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; see `mlp_core.cli.main`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without some sign still works, and two classes do not look alike.
            stream.reconfigure(errors="backslashreplace")
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        for kind in (DataWarning, StoreWarning):  # a line on standard error, never more
            warnings.simplefilter("always", kind)
        try:
            status = _run(arguments or ["--help"])
            sys.stdout.flush()
        except KeyboardInterrupt as interrupt:
            if sys.stderr.isatty():
                print(file=sys.stderr)  # leave the line with the ^C, or the bar
            return _fail(str(interrupt) or "interrupted", INTERRUPTED)
        except BrokenPipeError:
            # The reader (head, less) has gone; what the interpreter flushes last must not fail.
            for stream in (sys.stdout, sys.stderr):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            return FAILED
    return status


def _open_streams() -> None:
    """Let what was closed lead nowhere: else the next file opened would be written to as such."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


def _run(arguments: list[str]) -> int:
    try:
        options = parse(_parser(), arguments)
        return int(options.run(options))
    except SystemExit:  # help or version was asked for and shown
        return OK
    except ConfigError as error:
        return _fail(name_flag(str(error)), USAGE)
    except (DataError, ModelError) as error:
        return _fail(str(error), USAGE)
    except BrokenPipeError:
        raise
    except MemoryError as error:
        return _fail(f"not enough memory: {error}", FAILED)
    except (ImportError, OSError) as error:
        return _fail(str(error), FAILED)


def _parser() -> Parser:
    parser = Parser(
        prog="mlp-core",
        description=f"Train multilayer perceptrons with NumPy. Version {__version__}.",
    )
    version = f"mlp-core {__version__}"
    parser.add_argument("--version", action="version", version=version, help="print the version")
    commands = parser.add_commands()
    for add in (train.add_to, model.add_to, data.add_to, study.add_to, data.add_info):
        add(commands)
    return parser


def _fail(message: str, status: int) -> int:
    print(f"mlp-core: {message}", file=sys.stderr)
    return status


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"mlp-core: warning: {message}", file=sys.stderr)
