import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from idx_writer import idx_bytes

from mlp_core.data import DataError
from mlp_core.data.content import check_sha256, read_content, unzip
from mlp_core.data.idx import parse_idx

arrays = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=9))
LABELS = idx_bytes(np.array([5, 0, 4], dtype=np.uint8))


@given(arrays, st.binary(min_size=1, max_size=20))
def test_what_is_written_is_read_and_nothing_may_follow(array, extra):
    read = parse_idx(idx_bytes(array), array.ndim, "file")
    np.testing.assert_array_equal(read, array, strict=True)
    assert not read.flags.writeable
    with pytest.raises(DataError, match="something follows the data"):
        parse_idx(idx_bytes(array) + extra, array.ndim, "file")


@given(arrays, st.data())
def test_no_file_that_breaks_off_is_read(array, data):
    content = idx_bytes(array)
    end = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(DataError, match=r"^file: expected .* found .*\. \w.*\.$"):
        parse_idx(content[:end], array.ndim, "file")


@given(st.binary(max_size=40), st.sampled_from([1, 3]))
def test_any_bytes_are_read_or_refused(content, dimensions):
    try:
        assert parse_idx(content, dimensions, "file").ndim == dimensions
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
    ("content", "dimensions", "words"),
    [
        (b"\x01" + LABELS[1:], 1, ["uint8 in 1 dimension", "00 00 08 01", r"\x01\x00\x08\x01"]),
        (b"<html>no</html>", 3, ["IDX images", "<html>no", "get it again"]),
        (b"\0\0\x0d\1" + LABELS[4:], 1, ["uint8", "float32 in 1 dimension"]),
        (b"\0\0\x55\1" + LABELS[4:], 1, ["uint8", "type code 85"]),
        (LABELS, 3, ["IDX images", "seems to hold labels", "names are not swapped"]),
        (idx_bytes(np.zeros((2, 2), np.uint8)), 3, ["3 dimension", "uint8 in 2 dimension"]),
        (LABELS[:6], 1, ["header of 8 bytes", "6 bytes"]),
        (LABELS[:3], 1, ["found a file that starts"]),
        (LABELS[:-1], 1, ["11 bytes for labels of shape (3,)", "10 bytes (it breaks off)"]),
        (LABELS + b"!", 1, ["11 bytes for labels", "12 bytes (something follows the data)"]),
        (b"\0\0\x08\3" + b"\xff" * 12, 3, ["shape (4294967295, 4294967295,", "found 16 bytes"]),
        (idx_bytes(np.zeros((0, 2, 2), np.uint8)), 3, ["at least one example", "(0, 2, 2)"]),
        (idx_bytes(np.zeros((2, 0, 2), np.uint8)), 3, ["one pixel", "(2, 0, 2)"]),
    ],
)
def test_a_broken_file_is_explained(content, dimensions, words):
    with pytest.raises(DataError) as caught:
        parse_idx(content, dimensions, "some/file")
    for word in ["some/file: expected", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.gz", b"", ["an IDX file", "an empty file", "get it again"]),
        ("a", b"", ["an empty file"]),
        ("a.gz", gzip.compress(LABELS, mtime=0)[:-9], ["whole gzipped data", "breaks off after"]),
        ("a.gz", gzip.compress(LABELS, mtime=0)[:5], ["breaks off after 5 bytes"]),
        (
            "a.gz",
            gzip.compress(LABELS, mtime=0)[:-8] + bytes(8),
            ["damaged data (CRC check failed"],
        ),
        ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 30, ["damaged data (Error -3"]),
        ("a.gz", gzip.compress(LABELS, mtime=0) + b"rest", ["damaged data (Not a gzipped file"]),
        ("a.gz", b"<html>no</html>", ["gzipped data", "<html>no", "get it again"]),
        ("a.gz", LABELS, ["unpacked already: take .gz off its name"]),
        (
            "a",
            gzip.compress(LABELS, mtime=0),
            ["plain IDX data", "gzipped data", "Add .gz to its name"],
        ),
    ],
)
def test_a_broken_container_is_explained(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_content(path)
    for word in [f"{path}: expected", *words]:
        assert word in str(caught.value)


def test_a_file_that_cannot_be_read_is_explained(tmp_path):
    with pytest.raises(DataError, match=r"expected a readable file, found .*Check its permission"):
        read_content(tmp_path)  # a folder is what even root cannot read


def test_two_gzips_of_the_same_bytes_have_the_same_content(tmp_path):
    for name, mtime in (("a.gz", 1), ("b.gz", 2)):
        (tmp_path / name).write_bytes(gzip.compress(LABELS, mtime=mtime))
    (tmp_path / "c").write_bytes(LABELS)
    assert {read_content(tmp_path / name) for name in ("a.gz", "b.gz", "c")} == {LABELS}


def test_wrong_hash_names_both():
    with pytest.raises(
        DataError, match=r"^here: expected .*sha256 abc, found 11 bytes .*sha256 \w"
    ):
        check_sha256(LABELS, "abc", "here")
