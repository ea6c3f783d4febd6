import gzip
import sys
import tracemalloc
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from idx_writer import idx_bytes

from mlp_core.data import DataError
from mlp_core.data.content import check_sha256, unzip
from mlp_core.data.idx import TYPES, parse_idx, read_idx

values = st.sampled_from([np.dtype(name) for name in TYPES.values()])
shapes = hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=9)
arrays = values.flatmap(lambda dtype: hnp.arrays(dtype, shapes))
LABELS = idx_bytes(np.array([5, 0, 4], dtype=np.uint8))
ZIPPED = gzip.compress(LABELS, mtime=0)


def parse(content, kind="images", limit=sys.maxsize):
    return parse_idx(BytesIO(content), kind, "file", limit)


@given(arrays, st.binary(min_size=1, max_size=20))
def test_what_is_written_is_read_and_nothing_may_follow(array, extra):
    read = parse(idx_bytes(array))
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype.newbyteorder("=") and read.dtype.isnative
    assert not read.flags.writeable
    with pytest.raises(DataError, match="something after the data"):
        parse(idx_bytes(array) + extra)


@given(arrays, st.data())
def test_no_file_that_breaks_off_is_read(array, data):
    content = idx_bytes(array)
    end = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(DataError, match=r"^file: expected .* found .*\. \w.*\.$"):
        parse(content[:end])


@given(st.binary(max_size=40), st.sampled_from(["labels", "images"]))
def test_any_bytes_are_read_or_refused(content, kind):
    try:
        assert parse(content, kind).size
    except DataError as error:
        assert str(error).startswith("file: expected")


@given(st.binary(max_size=60), st.integers(0, 60), st.binary(max_size=4))
def test_damaged_gzip_is_unpacked_right_or_refused(content, place, noise):
    zipped = gzip.compress(content, mtime=0)
    damaged = zipped[:place] + noise + zipped[place + len(noise) :]
    try:
        # The header of a gzip holds a date and the like, which may change without harm.
        assert unzip(damaged, "file") == content
    except DataError as error:
        assert str(error).startswith("file: expected")


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"\x01" + LABELS[1:], "labels", ["IDX labels with 1 or 2 dim", r"\x01\x00\x08\x01"]),
        (b"<html>no</html>", "images", ["IDX images", "a web page", "get it again"]),
        (b"PK\x03\x04" + LABELS, "images", ["a zip archive", "Unpack it"]),
        (b"\x80\x04\x95" + LABELS, "images", ["a pickle", "runs what is in it"]),
        (
            b"PAR1" + LABELS,
            "images",
            ["a file of arrays", "give the arrays to Dataset.from_arrays"],
        ),
        (b"\0\0\x55\1" + LABELS[4:], "labels", ["type code 85"]),
        (LABELS, "images", ["IDX images", "seems to hold labels", "names are not swapped"]),
        (idx_bytes(np.zeros((2, 2, 2), np.uint8)), "labels", ["seems to hold images"]),
        (LABELS[:6], "labels", ["header of 8 bytes", "6 bytes"]),
        (LABELS[:3], "labels", ["found a file that starts"]),
        (LABELS[:-1], "labels", ["3 bytes for labels of shape (3,)", "2 (it breaks off)"]),
        (LABELS + b"!", "labels", ["3 bytes for labels", "something after the data"]),
        (b"\0\0\x08\3" + b"\xff" * 12, "images", ["shape (4294967295, 4294967295,", "at most 100"]),
        (idx_bytes(np.zeros((0, 2, 2), np.uint8)), "images", ["at least one example", "(0, 2, 2)"]),
        (idx_bytes(np.zeros((2, 0, 2), np.uint8)), "images", ["one value", "(2, 0, 2)"]),
    ],
)
def test_a_broken_file_is_explained(content, kind, words):
    with pytest.raises(DataError) as caught:
        parse(content, kind)
    for word in ["file: expected", *words]:
        assert word in str(caught.value)
    valid = content.startswith((b"PK", b"PAR1", b"\x80"))
    assert ("get it again" in str(caught.value)) <= (not valid)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["an empty file", "get it again"]),
        (ZIPPED[:-9], ["whole gzipped data", "breaks off after"]),
        (ZIPPED[:5], ["breaks off after 5 bytes"]),
        (ZIPPED[:-8] + bytes(8), ["damaged data (CRC check failed"]),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 30, ["damaged data (Error -3"]),
        (ZIPPED + b"rest", ["damaged data (Not a gzipped file"]),
        (b"<html>no</html>", ["IDX labels", "<html>no", "get it again"]),
    ],
)
def test_a_broken_container_is_explained(tmp_path, content, words):
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path, "labels")
    for word in [f"{path}: expected", *words]:
        assert word in str(caught.value)


def test_a_file_that_cannot_be_read_is_explained(tmp_path):
    with pytest.raises(DataError, match=r"expected a readable file, found .*Check its permission"):
        read_idx(tmp_path, "labels")  # a folder is what even root cannot read


@pytest.mark.parametrize("name", ["a", "a.gz"])
@pytest.mark.parametrize("content", [LABELS, ZIPPED], ids=["plain", "zipped"])
def test_the_content_tells_whether_a_file_is_zipped(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert read_idx(tmp_path / name, "labels").tolist() == [5, 0, 4]


# A header that claims 2 GB or more, with little or with 70 MB of zeros behind it.
BOMBS = {
    "plain": b"\0\0\x08\3" + b"\x7f\xff\xff\xff" * 3,
    "zipped, little": gzip.compress(b"\0\0\x08\3" + b"\0\1\0\0\0\0\0\xff\0\0\0\xff"),
    "zipped, much": gzip.compress(
        b"\0\0\x08\3" + b"\0\0\x40\0\0\0\1\0\0\0\x20\0" + bytes(70 << 20)
    ),
    "zipped, small header": gzip.compress(b"\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1" + bytes(70 << 20)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_header_and_no_zip_makes_a_file_burst(tmp_path, name):
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name])
    tracemalloc.start()
    with pytest.raises(DataError, match=r"breaks off|at most 100 times|something after"):
        read_idx(path, "images")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_an_unpacked_download_is_bounded():
    with pytest.raises(
        DataError, match=r"at most 100 times what is stored, or 67,108,864 bytes, found more"
    ):
        unzip(gzip.compress(bytes(70 << 20)), "address")


def test_wrong_hash_names_both():
    with pytest.raises(
        DataError, match=r"^here: expected .*sha256 abc, found 11 bytes .*sha256 \w"
    ):
        check_sha256([LABELS[:4], LABELS[4:]], "abc", "here")
