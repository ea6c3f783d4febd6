"""The seam of the layers' products: what is put there is what they multiply by."""

from collections.abc import Iterator

import numpy as np
import pytest

from mlp_core import RunConfig, train
from mlp_core.nn import MLP, initialize, products
from mlp_core.nn.products import set_product


@pytest.fixture(autouse=True)
def _numpy_again() -> Iterator[None]:
    yield
    set_product(np.dot)


def multiply_by_einsum(a, b, out):
    return np.einsum("ik,kj->ij", a, b, out=out)


def test_numpy_multiplies_by_default():
    assert products.product is np.dot


def test_the_one_before_is_returned():
    assert set_product(multiply_by_einsum) is np.dot
    assert set_product(np.dot) is multiply_by_einsum


def test_every_product_of_a_network_goes_through_it():
    network = MLP(5, (4, 3), 2)
    initialize(network, "pytorch", np.random.default_rng(0))
    seen = []

    def noted(a, b, out):
        seen.append((a.shape, b.shape, out.flags.c_contiguous))
        return np.dot(a, b, out=out)

    set_product(noted)
    seen.clear()  # those that were checked
    outputs = network.forward(np.ones((7, 5), "float32"))
    assert seen == [((7, 5), (5, 4), True), ((7, 4), (4, 3), True), ((7, 3), (3, 2), True)]
    seen.clear()
    network.backward(np.ones_like(outputs))
    assert [(a, b) for a, b, _ in seen] == [
        ((3, 7), (7, 2)), ((7, 2), (2, 3)),
        ((4, 7), (7, 3)), ((7, 3), (3, 4)),
        ((5, 7), (7, 4)),  # the first layer has no gradient for its inputs
    ]  # fmt: skip
    assert all(dense for *_, dense in seen)


def test_training_is_the_same_but_for_rounding():
    config = RunConfig(epochs=2, hidden_sizes=[16], dtype="float64")
    expected = train(config).history
    set_product(multiply_by_einsum)
    actual = train(config).history
    np.testing.assert_allclose(actual["test_loss"], expected["test_loss"], rtol=1e-9)


def forget_transposes(a, b, out):
    plain = [x.ravel(order="K").reshape(x.shape) for x in (a, b)]
    return np.dot(*plain, out=out)


def write_nothing(a, b, out):
    return out


def sum_in_float32(a, b, out):
    out[...] = a.astype("float32") @ b.astype("float32")
    return out


def return_another_array(a, b, out):
    return a @ b


@pytest.mark.parametrize(
    "function", [forget_transposes, write_nothing, sum_in_float32, return_another_array]
)
def test_a_wrong_product_is_refused(function):
    with pytest.raises(ValueError, match=f"{function.__name__}.* is not legal: its product of"):
        set_product(function)
    assert products.product is np.dot


# What kernels that work in blocks get wrong: the full blocks, or what is left after them.
WRONG_WHERE = {
    "one row": lambda m, k, n: m == 1,
    "one term": lambda m, k, n: k == 1,
    "one column": lambda m, k, n: n == 1,
    "full blocks of 4 rows": lambda m, k, n: m % 4 == 0,
    "full blocks of 8 terms": lambda m, k, n: k % 8 == 0,
    "full blocks of 16 columns": lambda m, k, n: n % 16 == 0,
    "a row after pairs of rows": lambda m, k, n: m > 1 and m % 2 == 1,
    "half a block of 8 terms left": lambda m, k, n: k > 8 and k % 8 == 4,
    "a column after pairs of columns": lambda m, k, n: n > 1 and n % 2 == 1,
    "long sums": lambda m, k, n: k > 512,
}


@pytest.mark.parametrize("is_wrong", WRONG_WHERE.values(), ids=WRONG_WHERE)
def test_a_product_that_is_wrong_for_some_shapes_alone_is_refused(is_wrong):
    def multiply(a, b, out):
        np.dot(a, b, out=out)
        if is_wrong(*a.shape, b.shape[1]):
            out *= 1.001
        return out

    with pytest.raises(ValueError, match="is not legal: its product of"):
        set_product(multiply)
    assert products.product is np.dot
