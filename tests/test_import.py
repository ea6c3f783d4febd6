"""`import mlp_core` loads NumPy and the standard library alone, and digits train on them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from waiting import PATIENCE_S

# Cython code, such as NumPy's, registers modules that no file stands behind: they have no spec.
REPORT_LOADED = """
import json, sys
loaded = [name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]
print(json.dumps(sorted({name.split(".")[0] for name in loaded})))
"""

TRAIN_DIGITS = """
from mlp_core import RunConfig, train
run = train(RunConfig(epochs=2, hidden_sizes=(16,)))
assert run.status == "completed", run.status
assert run.summary["updates"] > 0
"""

WHAT_IF = "import mlp_core.what_if"

# Everything that is installed beside NumPy and the package is out of reach.
BLOCK_ALL_BUT_NUMPY = """
import sys

class Block:
    allowed = sys.stdlib_module_names | {"numpy", "mlp_core"}

    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        # NumPy and the standard library probe for some modules: those simply are not there.
        if root not in self.allowed and not root.startswith(("_", "sitecustomize")):
            raise ModuleNotFoundError(f"No module named {name!r} (blocked by the test)", name=name)
        return None

sys.meta_path.insert(0, Block())
"""


def run_python(code: str) -> str:
    """Run code in a fresh interpreter, with warnings as errors, and return what it printed."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def third_party_after(code: str) -> set[str]:
    """Return the top-level packages that code loads beyond what a bare interpreter has loaded."""
    before = set(json.loads(run_python(REPORT_LOADED)))
    after = set(json.loads(run_python(code + REPORT_LOADED).splitlines()[-1]))
    return after - before - sys.stdlib_module_names


def test_import_loads_numpy_alone() -> None:
    assert third_party_after("import mlp_core") == {"mlp_core"}
    assert third_party_after("from mlp_core import *") == {"mlp_core", "numpy"}


def test_the_what_if_panels_load_numpy_alone() -> None:
    assert third_party_after(WHAT_IF) == {"mlp_core", "numpy"}


def test_training_digits_loads_at_most_threadpoolctl_more() -> None:
    assert third_party_after(TRAIN_DIGITS) <= {"mlp_core", "numpy", "threadpoolctl"}


@pytest.mark.parametrize("code", [TRAIN_DIGITS, WHAT_IF], ids=["train", "what-if"])
def test_nothing_but_numpy_is_needed(code: str) -> None:
    run_python(BLOCK_ALL_BUT_NUMPY + code)


@pytest.mark.parametrize("name", ["threadpoolctl", "pooch", "tqdm", "pandas", "matplotlib"])
def test_the_block_works(name: str) -> None:
    blocked = f"try:\n    import {name}\nexcept ModuleNotFoundError:\n    print('blocked')"
    assert run_python(BLOCK_ALL_BUT_NUMPY + blocked).strip() == "blocked"
