"""Files made to hurt: refused by their name, at no more memory than data of that size may take."""

import subprocess
import sys

import pytest
from hostile import HOSTILE, PEAK, READ, write
from waiting import PATIENCE_S

pytestmark = pytest.mark.skipif(not PEAK.exists(), reason="only Linux tells a new peak")
MOST = 64 << 20
# The one error of each room.
ERRORS = {
    ".model": {"ModelError", "ConfigError"},
    ".json": {"ValueError"},
    ".toml": {"ConfigError"},
}


SLOW = [pytest.param("bomb.csv.gz", marks=pytest.mark.slow)]  # half a million rows are read


@pytest.mark.parametrize("name", [*sorted(HOSTILE.keys() - {"bomb.csv.gz"}), *SLOW])
def test_a_hostile_file(tmp_path, name):
    path = write(tmp_path, name)
    parts = [path] if path.is_file() else list(path.iterdir())
    size = sum(part.stat().st_size for part in parts)
    done = subprocess.run(
        [sys.executable, "-c", READ, path],
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        kind, words, peak = line.split("\t")
        assert kind in ERRORS.get(path.suffix, {"DataError"}), line
        assert str(path) in words, line
        assert int(peak) <= max(MOST, 4 * size), line
