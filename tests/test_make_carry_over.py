"""`make carry-over` on the small digits: a few runs of a study, and the page that shows them."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "book" / "carry_over.py"


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "MLP_BOOK_STRICT"}
    program = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_few_runs_on_the_small_digits_and_their_page(tmp_path: Path) -> None:
    few = ("digits", "momentum", "--seeds", "1", "--results", str(tmp_path))
    told = ask(*few, "--cost")
    assert told.stdout.startswith("8 runs to make: about "), told.stderr
    assert list(tmp_path.iterdir()) == []
    made = ask(*few)
    assert made.returncode == 0, made.stderr
    assert len(list(tmp_path.glob("fashion-momentum/*.json"))) == 7
    page = (tmp_path / "carry_over.html").read_text("utf-8")
    assert re.search("On digits, (the )?one question", page)
    assert "{glue:text}" not in page and "what_holds.ipynb" not in page
    assert ask(*few, "--cost").stdout.startswith("0 runs to make")


def test_what_is_not_there_is_one_line() -> None:
    for arguments, words in (
        (("nowhere",), "nothing"),
        (("digits", "rates"), "no such study: rates"),
        (("digits", "momentum", "--seeds", "-1"), "seed=-1 is not legal"),
    ):
        outcome = ask(*arguments)
        assert outcome.returncode == 2
        assert words in outcome.stderr.splitlines()[-1]
