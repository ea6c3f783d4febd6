"""Files that were made to hurt whoever reads them: small ones that claim or become much."""

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from mlp_core.training.model_file import KEYS

MEGABYTE = 1 << 20
LINE = b"0,0,0,0,0,0,0,0,0,0,a\n"


def _gzip(parts: Iterator[bytes]) -> bytes:
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join([*map(pack.compress, parts), pack.flush()])


def _npy(shape: object, dtype: str = "<f8", content: bytes = b"") -> bytes:
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + content


def _zip(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _npz(X: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:  # noqa: N803
    return _zip({"x_train.npy": X, "y_train.npy": _npy((2,), "<i8", bytes(16))}, how)


def _model(header: str) -> bytes:
    file = io.BytesIO()
    parts = {name: np.zeros(()) for name in ("scale", "offset")}
    np.savez_compressed(file, model=np.array(header), plain=np.array(header), **parts)
    return file.getvalue()


def _header(**changes: object) -> str:
    return json.dumps({**dict.fromkeys(KEYS), "format": 1, "dtype": "float32", **changes})


def _idx(*sizes: int, zipped: bool = True, content: bytes = b"") -> bytes:
    packed = bytes([0, 0, 8, len(sizes)]) + b"".join(struct.pack(">I", n) for n in sizes) + content
    return gzip.compress(packed) if zipped else packed


def _folder(images: bytes) -> dict[str, bytes]:
    labels = _idx(2, content=b"\0\1")
    return {
        f"{split}-{part}": images if "images" in part else labels
        for split in ("train", "t10k")
        for part in ("images-idx3-ubyte", "labels-idx1-ubyte")
    }


def _lies(content: bytes, size: int) -> bytes:
    """Let each member of a zip file claim to be of another size."""
    changed = bytearray(content)
    for start, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        place = changed.find(start)
        while place >= 0:
            changed[place + offset : place + offset + 4] = struct.pack("<I", size)
            place = changed.find(start, place + 4)
    return bytes(changed)


zeros = bytes(MEGABYTE)
# Name of the file (or folder): what it holds.
HOSTILE: dict[str, Callable[[], bytes | dict[str, bytes]]] = {
    "bomb.csv.gz": lambda: _gzip(LINE * 50_000 for _ in range(100)),
    "one_line.csv.gz": lambda: _gzip(b"0," * 500_000 for _ in range(100)),
    "long_line.csv": lambda: b"0," * 20_000_000,
    "labels.csv.gz": lambda: _gzip(b"0,1," + b"x" * 10_000 + b"\n" for _ in range(10_000)),
    "columns.csv": lambda: b",".join(b"%d" % k for k in range(300_000)) + b"\n",
    "cells.csv": lambda: (b"00," * 149_000 + b"\n") * 2,
    "wide_cells.csv": lambda: b",".join([b"%027d"] * 149_000) % (*range(149_000),) + b"\n",
    "bomb_idx": lambda: _folder(_gzip(zeros for _ in range(300))),
    "declared_idx": lambda: _folder(_idx(2, 2**31, 1000)),
    "true_bomb_idx": lambda: _folder(
        _gzip(part for part in (_idx(2, 15 * 1024, 10 * 1024, zipped=False), *[zeros] * 300))
    ),
    "bomb.npz": lambda: _npz(_npy((2, 150_000_000), "|u1") + bytes(300_000_000)),
    "declared.npz": lambda: _npz(_npy((10**6, 10**6))),
    "lying.npz": lambda: _lies(_npz(_npy((2, 10**9 // 2), "|u1")), 10**9 + 128),
    "negative.npz": lambda: _npz(_npy((-1, -2), content=bytes(16))),
    "deep_header.npz": lambda: _npz(_npy("(" * 9000)),
    "lzma.npz": lambda: _npz(_npy((2, 10**7), "|u1") + bytes(2 * 10**7), zipfile.ZIP_LZMA),
    "names.npz": lambda: _zip({f"{n}" * 20: b"" for n in range(60_000)}),
    "objects.npz": lambda: _npz(_npy((2, 2), "|O", b"\x80\4." * 10)),
    "header.model": lambda: _model('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "lists.model": lambda: _model('{"a": [' + "[]," * 3_000_000 + "0]}"),
    "layers.model": lambda: _model(
        _header(layers=[{"layer": "relu", "features": 1}] * 100_000)
    ),
    "wide.model": lambda: _model(
        _header(layers=[{"layer": "linear", "in_features": 10**9, "out_features": 10**9}])
    ),
    "numbers.model": lambda: _model('{"a": [' + "999," * 2_000_000 + "0]}"),
    "objects.model": lambda: _model('{"a": [' + '{"a":1},' * 130_000 + "0]}"),
    "lists.json": lambda: b'{"schema": 1, "a": [' + b"[]," * 2_000_000 + b"0]}",
    "deep.json": lambda: b'{"schema": 1, "a": ' + b"[" * 500_000 + b"]" * 500_000 + b"}",
    "digits.json": lambda: b'{"schema": ' + b"9" * 1_000_000 + b"}",
    "deep.toml": lambda: b"a = " + b"[" * 5000 + b"]" * 5000,
    "product.toml": lambda: b"[vary]\n"
    + b"".join(b"%s = [%s]\n" % (name, b",".join(b"0.%d" % k for k in range(1, 100)))
               for name in (b"learning_rate", b"momentum", b"dropout", b"l1_penalty")),
}  # fmt: skip


def write(folder: Path, name: str) -> Path:
    """Write one of them, and return its path."""
    path, content = folder / name, HOSTILE[name]()
    if isinstance(content, dict):
        path.mkdir()
        for part, each in content.items():
            (path / part).write_bytes(each)
    else:
        path.write_bytes(content)
    return path


# What a process that reads one does: it prints the error's type and words, and its peak memory
# beyond what loading the package took, in bytes. The peak is begun anew: that of getrusage is
# inherited from the process that started this one, and hides what is less.
PEAK = Path("/proc/self/clear_refs")  # Linux alone has it
READ = (
    f"PEAK = {str(PEAK)!r}"
    + """
import sys, warnings
from pathlib import Path
from mlp_core import Model, load_dataset
from mlp_core.studies.own import read_study
from mlp_core.studies.store import decode
from mlp_core.training.checkpoint import Snapshot
import pooch, tqdm
load_dataset("digits")
path = Path(sys.argv[1])
readers = {".model": (Model.load, Snapshot.load), ".json": (decode,), ".toml": (read_study,)}
def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])
Path(PEAK).write_text("5")
before = peak()
for read in readers.get(path.suffix, (load_dataset,)):
    try:
        read(path)
    except Exception as error:
        words = str(error)[:300].replace("\\n", " ")
        print(type(error).__name__, words, peak() - before, sep="\\t")
    else:
        print("read", "", peak() - before, sep="\\t")
"""
)
