"""Products of matrices: all layers make theirs through `product`, which can be replaced."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as combinations
from typing import TypeAlias

import numpy as np

Product: TypeAlias = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

# NumPy's own, but for a page in a browser: there it has no BLAS. Layers look it up at every call,
# as `products.product`, so that another one reaches networks that exist already.
product: Product = np.dot

CHECKED_SHAPES = ((1, 1, 1), (4, 8, 16), (5, 700, 11))  # rows, values summed, columns


def set_product(function: Product) -> Product:
    """Let all layers multiply by `function`, and return what they multiplied by before.

    Parameters
    ----------
    function : callable
        ``function(a, b, out)`` writes the product of the matrices a and b to out and returns it.
        All are float32 or all float64. Of a and b any may be transposed; out is contiguous and
        shares no memory with them.

    Raises
    ------
    ValueError
        If a product differs from NumPy's by more than rounding; then nothing changes.

    Examples
    --------
    >>> def multiply_by_einsum(a, b, out):
    ...     return np.einsum("ik,kj->ij", a, b, out=out)
    >>> before = set_product(multiply_by_einsum)
    >>> set_product(before) is multiply_by_einsum
    True
    """
    global product
    for shape, dtype, a_order, b_order in combinations(CHECKED_SHAPES, "fd", "CF", "CF"):
        _check(function, shape, np.dtype(dtype), a_order, b_order)
    before, product = product, function
    return before


def _check(
    function: Product, shape: tuple[int, int, int], dtype: np.dtype, a_order: str, b_order: str
) -> None:
    """Compare one product with NumPy's."""
    rows, inner, columns = shape
    values = np.random.default_rng(0).standard_normal
    a = np.asarray(values((rows, inner)), dtype, order=a_order)
    b = np.asarray(values((inner, columns)), dtype, order=b_order)
    out = np.full((rows, columns), np.nan, dtype)
    function(a, b, out)
    rounding = inner * np.finfo(dtype).eps * (np.abs(a) @ np.abs(b))
    if not np.all(np.abs(out - a @ b) <= rounding):
        raise ValueError(
            f"function={function!r} is not legal: its product of {dtype} matrices of shapes "
            f"{a.shape} and {b.shape} differs from NumPy's by more than rounding"
        )
