"""The command line `mlp-core`: reads flags, calls the floors below, prints what they return.

What it needs is loaded by `main`, which until then lets a Ctrl-C end the process at once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Any

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, by default that of the process, and return its exit status.

    Returns
    -------
    int
        0 done (a run that diverged is done), 1 failed, 2 a bad flag or value, 130 interrupted.
    """
    of_the_process = argv is None and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    if of_the_process:
        signal.signal(signal.SIGINT, _leave)
    from mlp_core.cli import program

    if of_the_process:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return program.run(argv)
    except KeyboardInterrupt:  # before or after what `run` looks at
        return INTERRUPTED
    finally:
        if of_the_process:  # what is left to do is to end
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave(*_: Any) -> None:
    """End at once: an exception among imports could be lost, or leave one half done."""
    os.write(2, b"mlp-core: interrupted\n")
    os._exit(INTERRUPTED)
