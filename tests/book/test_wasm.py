"""The page's products of matrices: run here by wasmtime, on arrays as NumPy lays them out there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import wasmtime

from mlp_book.wasm import assemble

SHAPES = 2_000
PANEL, FIRST = 1024, 32_768  # where the library has its own memory, and where arrays begin
GAP = 48  # bytes between two things in memory
NDARRAY, OTHER = 100, 200  # the addresses of two types
TYPE_NUMBERS = {"float32": 11, "float64": 12, "int32": 5}


class Memory:
    """A page's memory with NumPy's arrays in it, and the library that multiplies them there."""

    def __init__(self) -> None:
        code = assemble()
        self.store = wasmtime.Store()
        memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(64, 64)))
        size = memory.data_len(self.store)
        self.bytes = np.frombuffer(memory.get_buffer_ptr(self.store, size), np.uint8)
        constant = wasmtime.GlobalType(wasmtime.ValType.i32(), mutable=False)
        place = wasmtime.Global(self.store, constant, wasmtime.Val.i32(PANEL))
        module = wasmtime.Module(self.store.engine, code)
        self.exports = wasmtime.Instance(self.store, module, [memory, place]).exports(self.store)
        self.exports["know_arrays_by"](self.store, NDARRAY)
        # What Pyodide is asked to set aside: seven bits a byte, in the library's first section.
        wanted = code.split(b"dylink.0\x01")[1][1:4]
        self.panel_end = PANEL + sum((byte & 127) << (7 * i) for i, byte in enumerate(wanted))
        self.clear()

    def clear(self) -> None:
        """Forget all arrays."""
        self.end, self.dtypes = FIRST, dict[str, int]()

    def take(self, size: int) -> int:
        """Return the address of so many free bytes."""
        address = self.end + GAP
        self.end = address + (size + 7) // 8 * 8
        return address

    def write(self, *members: int) -> int:
        """Write a structure whose members have four bytes; return its address."""
        address = self.take(4 * len(members))
        self.bytes[address : address + 4 * len(members)].view(np.int32)[:] = members
        return address

    def dtype(self, name: str, byte_order: str = "=") -> int:
        """Return the address of a type of values: NumPy has one object for all arrays of a type."""
        key = byte_order + name
        if key not in self.dtypes:
            letters = ord(byte_order) << 16
            self.dtypes[key] = self.write(1, OTHER, 0, letters, TYPE_NUMBERS[name])
        return self.dtypes[key]

    def put(self, array: np.ndarray, kind: int = NDARRAY, byte_order: str = "=") -> int:
        """Write an array with all that lies between its values; return its object's address."""
        base = array if array.base is None else array.base
        start = self.take(base.nbytes)
        self.bytes[start : start + base.nbytes] = base.ravel(order="K").view(np.uint8)
        data = start + array.ctypes.data - base.ctypes.data
        shape, strides = self.write(*array.shape), self.write(*array.strides)
        flags = array.flags.c_contiguous + 0x400 * array.flags.writeable
        dtype = self.dtype(array.dtype.name, byte_order)
        return self.write(1, kind, data, array.ndim, shape, strides, 0, dtype, flags)

    def product(self, a: int, b: int, out: int) -> bool:
        """Multiply two of these objects into a third, if the library does it."""
        return bool(self.exports["product"](self.store, a, b, out))

    def multiply(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return a b; nothing but the product and the library's own memory may change."""
        self.clear()
        out = np.full((len(a), b.shape[1]), np.nan, a.dtype)
        objects = self.put(a), self.put(b), self.put(out)
        start = int(self.bytes[objects[2] :].view(np.int32)[2])
        before = self.bytes[: self.end + GAP].copy()
        assert self.product(*objects)
        after = self.bytes[: self.end + GAP].copy()
        result = after[start : start + out.nbytes].view(a.dtype).reshape(out.shape)
        result = result.copy()
        for kept in (before, after):
            kept[PANEL : self.panel_end] = kept[start : start + out.nbytes] = 0
        np.testing.assert_array_equal(after, before)
        return result


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory()


def in_order(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a b, each sum from first to last and rounded at every step: NumPy without BLAS."""
    out = np.zeros((len(a), b.shape[1]), a.dtype)
    for column, row in zip(a.T, b, strict=True):
        out += column[:, None] * row
    return out


def matrix(rng: np.random.Generator, rows: int, columns: int, dtype: str) -> np.ndarray:
    """Return numbers that lie in memory row by row or column by column, some with gaps."""
    steps = rng.choice([1, 1, 1, 2, 3, -1, -2], 2)
    shape = np.abs(steps) * (rows, columns) + (1, 2)
    base = np.array(rng.standard_normal(shape), dtype, order=rng.choice(["C", "F"]))
    return base[:: steps[0], :: steps[1]][:rows, :columns]


def shapes(rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Yield rows, values summed, columns: every remainder of a tile, and more than one panel."""
    for number in range(SHAPES):
        rows, inner, columns = (int(size) for size in rng.integers(1, 40, 3))
        yield rows, inner if number % 20 else int(rng.integers(500, 1100)), columns


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_equal_numpys_bit_for_bit(memory: Memory, dtype: str) -> None:
    rng = np.random.default_rng(0)
    for rows, inner, columns in shapes(rng):
        a, b = matrix(rng, rows, inner, dtype), matrix(rng, inner, columns, dtype)
        actual, expected = memory.multiply(a, b), in_order(a, b)
        assert actual.tobytes() == expected.tobytes(), (a.shape, a.strides, b.shape, b.strides)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_products_of_a_layer(memory: Memory, dtype: str) -> None:
    rng = np.random.default_rng(0)
    inputs, weight, gradient = (
        rng.standard_normal(shape).astype(dtype) for shape in ((100, 784), (784, 10), (100, 10))
    )
    for a, b in ((inputs, weight), (inputs.T, gradient), (gradient, weight.T)):
        np.testing.assert_array_equal(memory.multiply(a, b), in_order(a, b))


def test_what_is_not_finite_stays_in_its_row_and_column(memory: Memory) -> None:
    a, b = np.ones((9, 20), "float32"), np.ones((20, 11), "float32")
    a[3, 5], b[7, 10] = np.inf, np.nan
    np.testing.assert_array_equal(memory.multiply(a, b), in_order(a, b))
    # nor is anything of it left for the next product
    assert np.isfinite(memory.multiply(a[:3], b[:, :3])).all()


def test_what_is_not_ours_is_left_alone(memory: Memory) -> None:
    memory.clear()
    ones = np.ones((4, 4), "float32")
    locked = ones.copy()
    locked.flags.writeable = False
    good, integers, swapped, tall, flat, *others = (
        memory.put(ones),
        memory.put(ones.astype("int32")),
        memory.put(ones, byte_order=">"),
        memory.put(ones[:, :0].copy()),
        memory.put(ones[:0].copy()),
        memory.put(ones, kind=OTHER),
        memory.put(ones[0].copy()),
        memory.put(ones.astype("float64")),
        memory.put(ones[:, :3].copy()),
        memory.put(ones[:3].copy()),
    )
    outs = [memory.put(out) for out in (locked, np.ones((4, 8), "float32")[:, ::2])]
    refused = [(integers,) * 3, (swapped,) * 3, (tall, flat, good)]
    for other in others:
        refused += [(other, good, good), (good, other, good), (good, good, other)]
    refused += [(good, good, out) for out in outs]
    before = memory.bytes.copy()
    for objects in refused:
        assert not memory.product(*objects), refused.index(objects)
    np.testing.assert_array_equal(memory.bytes, before)
    assert memory.product(good, good, memory.put(ones))


def test_the_same_text_gives_the_same_bytes() -> None:
    assert assemble() == assemble()
