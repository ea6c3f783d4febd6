"""What is written is whole or not there, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE_S, wait_for

from mlp_core import RunConfig, files, train
from mlp_core.cli import main
from mlp_core.studies import RunStore
from mlp_core.training.checkpoint import Checkpoint

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and /proc as on Linux")

QUICK = "RunConfig(epochs=1, hidden_sizes=(64,))"
WRITES = {
    "model": f"train({QUICK}).model.save(path)",
    "checkpoint": f"train({QUICK}, callbacks=[Checkpoint(path)])",
    "result": f"RunStore(path.parent.name, path.parent.parent).save(train({QUICK}))",
    "history": "sys.exit(main(['train', '--epochs', '1', '--history', str(path)]))",
    "export": "sys.exit(main('study export s.toml --results . --output'.split() + [str(path)]))",
}
HEAD = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from mlp_core import RunConfig, train
from mlp_core.cli import main
from mlp_core.studies import RunStore
from mlp_core.training.checkpoint import Checkpoint
path = Path(sys.argv[1])
"""


def python(code, *arguments, cwd):
    return subprocess.run(
        [sys.executable, "-c", HEAD + code, *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_limit_on_file_sizes_is_an_os_error_and_leaves_what_was_there(tmp_path, kind, there):
    folder = tmp_path / "s"
    folder.mkdir()
    if kind == "export":
        (tmp_path / "s.toml").write_text("[vary]\nlearning_rate = [0.1]\n")
        RunStore("s", tmp_path).save(train(RunConfig(epochs=1, hidden_sizes=(64,))))
    path = folder / {"history": "h.csv"}.get(kind, "file.npz")
    if there:
        path.write_bytes(b"before")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    done = python(limit + WRITES[kind], path, cwd=tmp_path)
    assert done.returncode == 1
    assert "File too large" in done.stderr.splitlines()[-1], done.stderr
    assert "Exception ignored" not in done.stderr
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_new_file_is_there_whole_at_one_blow(tmp_path):
    code = """
import os
real = os.link
def stop(*names, **options):
    real(*names, **options)
    signal.raise_signal(signal.SIGKILL)
os.link = stop
"""
    folder = tmp_path / "s"
    folder.mkdir()
    done = python(code + WRITES["result"], folder / "file.json", cwd=tmp_path)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(list(folder.iterdir())) == len(list(RunStore("s", tmp_path))) == 1


def test_a_kill_in_the_middle_of_a_write_leaves_nothing(tmp_path):
    code = """
real = np.lib.format.write_array
def stop(file, *rest, **options):
    real(file, *rest, **options)
    signal.raise_signal(signal.SIGKILL)
np.lib.format.write_array = stop
""" + WRITES["model"]
    path = tmp_path / "model.npz"
    path.write_bytes(b"before")
    assert python(code, path, cwd=tmp_path).returncode == -9
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]
    assert path.read_bytes() == b"before"


def test_a_partial_file_that_has_a_name_has_its_own_and_goes_when_a_write_fails(
    tmp_path, monkeypatch
):
    """So it is where no file can be without a name until it is complete."""
    monkeypatch.setattr(files, "_open_unnamed", lambda folder: None)
    path = tmp_path / "x"
    with files.whole_file(path) as first, files.whole_file(path) as second:
        first.write(b"first")
        second.write(b"second")
        assert len(list(tmp_path.iterdir())) == 2 and not path.exists()
    assert path.read_bytes() == b"first"
    with pytest.raises(OSError, match="no space left"), files.whole_file(path) as file:
        file.write(b"half")
        raise OSError("no space left on device")
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(OSError, match="is a folder; name a file in it"), files.whole_file(tmp_path):
        pass


def test_a_link_is_written_through_and_a_device_is_no_file_to_replace(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("before")
    link.symlink_to(real)
    assert main(["train", "--epochs", "1", "--history", str(link)]) == 0
    assert link.is_symlink() and real.read_text().startswith("epoch,")
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert main(["train", "--epochs", "1", "--history", str(pipe)]) == 0
        assert reader.communicate(timeout=PATIENCE_S)[0].startswith("epoch,")
    assert pipe.is_fifo()


def test_the_second_of_two_trainings_on_one_checkpoint_says_so(tmp_path):
    path = tmp_path / "c.npz"
    code = "train(RunConfig(epochs=10**7), callbacks=[Checkpoint(path)])"
    first = subprocess.Popen([sys.executable, "-c", HEAD + code, path], cwd=tmp_path)
    try:
        wait_for(path.exists)
        done = python("sys.exit(main(['train', '--checkpoint', str(path)]))", path, cwd=tmp_path)
        assert done.returncode == 2
        assert "another training writes it" in done.stderr
        first.kill()
        first.wait()
        command = ["train", "--epochs", "1", "--checkpoint", str(path)]
        assert main(command) == 0  # who was killed claims nothing
    finally:
        first.kill()
        first.wait()
    assert [p.name for p in tmp_path.iterdir()] == ["c.npz"]
    train(RunConfig(epochs=1), callbacks=[Checkpoint(path)])  # nor who is done


def test_a_checkpoint_for_which_there_is_no_folder_is_refused_before_training(tmp_path):
    with pytest.raises(OSError, match="nosuch"):
        train(RunConfig(epochs=10**7), callbacks=[Checkpoint(Path(tmp_path, "nosuch", "c.npz"))])
