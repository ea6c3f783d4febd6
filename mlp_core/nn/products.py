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
    normal = np.random.default_rng(0).standard_normal
    for dtype, (rows, inner, columns) in combinations(("float32", "float64"), CHECKED_SHAPES):
        a, b = normal((rows, inner)).astype(dtype), normal((inner, columns)).astype(dtype)
        for left, right in combinations((a, np.asfortranarray(a)), (b, np.asfortranarray(b))):
            _check(function, left, right)
    before, product = product, function
    return before


def _check(function: Product, a: np.ndarray, b: np.ndarray) -> None:
    """Compare one product with NumPy's."""
    out = np.full((len(a), b.shape[1]), np.nan, a.dtype)
    function(a, b, out)
    rounding = len(b) * np.finfo(a.dtype).eps * (np.abs(a) @ np.abs(b))
    if not np.all(np.abs(out - a @ b) <= rounding):
        raise ValueError(
            f"function={function!r} is not legal: its product of {a.dtype} matrices of shapes "
            f"{a.shape} and {b.shape} differs from NumPy's by more than rounding"
        )
