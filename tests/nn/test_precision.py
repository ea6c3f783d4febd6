"""Each function against the exact value, in units of eps, wherever the exact value is finite."""

import numpy as np
import pytest
from nn_oracle import ready

from mlp_core.nn import GELU, Sigmoid, Tanh, make_loss

DTYPES = ["float32", "float64"]
LARGE = {"float32": [1.47e13, 1e20, 3e38], "float64": [1.19e103, 1e160, 1.7e308]}
C, A = np.sqrt(2 / np.longdouble("3.14159265358979323846")), np.longdouble("0.044715")


def exact(name, x):
    """Return value and slope in 64 bits of mantissa, from forms that lose none on either side."""
    x = x.astype(np.longdouble)
    if name == "tanh":
        return np.tanh(x), 1 / np.cosh(np.clip(x, -5000, 5000)) ** 2
    u = x if name == "sigmoid" else 2 * C * (x + A * x**3)
    share = np.where(u < 0, np.exp(np.minimum(u, 0)), 1) / (1 + np.exp(-np.abs(u)))
    if name == "sigmoid":
        return share, share * (1 / (1 + np.exp(np.minimum(u, 5000))))
    other = 1 / (1 + np.exp(np.minimum(u, 5000)))
    return x * share, share * (1 + 2 * other * C * (x + 3 * A * x**3))


def value_and_slope(layer, x):
    layer = ready(layer, 1, x.dtype)
    with np.errstate(all="ignore"):
        value = layer.forward(x[None].copy())[0].copy()
        return value, layer.backward(np.ones((1, len(x)), x.dtype))[0]


# The largest error in eps, of values and slopes, relative to the larger of 1 and the exact one
# (as much as a sum of them in a network sees), measured and rounded up. GELU's slope is off by
# most between -9 and -5, where 1 + t has few digits left and is multiplied by x^3.
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "layer", "bounds"),
    [("gelu", GELU, (2, 40)), ("sigmoid", Sigmoid, (2, 2)), ("tanh", Tanh, (2, 3))],
)
def test_activations_in_units_of_eps(dtype, name, layer, bounds):
    x = np.linspace(-30, 30, 20_001).astype(dtype)
    pairs = zip(value_and_slope(layer(len(x)), x), exact(name, x), strict=True)
    for (found, true), bound in zip(pairs, bounds, strict=True):
        error = np.abs(found - true) / np.maximum(np.abs(true), 1) / np.finfo(dtype).eps
        assert error.max() < bound


@pytest.mark.parametrize("dtype", DTYPES)
def test_gelu_far_out_is_its_limit(dtype):
    far = np.array(LARGE[dtype], dtype)
    x = np.concatenate([far, [np.inf], -far, [-np.inf]]).astype(dtype)
    values, slopes = value_and_slope(GELU(len(x)), x)
    np.testing.assert_array_equal(values, np.maximum(x, 0))
    np.testing.assert_array_equal(slopes, x > 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layer", [GELU, Sigmoid, Tanh])
def test_what_is_no_number_stays_none(dtype, layer):
    values, slopes = value_and_slope(layer(2), np.array([np.nan, 1], dtype))
    assert np.isnan([values[0], slopes[0]]).all() and np.isfinite([values[1], slopes[1]]).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["cross_entropy", "hinge", "mse"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_logit_that_is_no_number_has_no_finite_gradient(dtype, name, place):
    """A NaN that ends in a finite gradient would go on training as if nothing had happened."""
    logits = np.array([[0.1, 0.2, 0.3], [0.3, 0.1, 0.2]], dtype)
    logits[0, place] = np.nan
    loss = make_loss(name)
    with np.errstate(all="ignore"):
        losses, gradient = loss.forward(logits, np.array([1, 0])), loss.backward()
    assert np.isnan(losses[0]) and np.isfinite(losses[1])
    assert np.isnan(gradient[0, place]) and np.isfinite(gradient[1]).all()
    assert name == "mse" or np.isnan(gradient[0, 1])  # the true class's


@pytest.mark.parametrize("dtype", DTYPES)
def test_cross_entropy_in_units_of_eps(dtype):
    rng = np.random.default_rng(0)
    logits = (rng.normal(size=(500, 10)) * 10 ** rng.uniform(-2, 2, (500, 1))).astype(dtype)
    labels = rng.integers(0, 10, 500)
    loss = make_loss("cross_entropy")
    found, gradient = loss.forward(logits, labels).copy(), loss.backward(scale=500.0)
    wide = logits.astype(np.longdouble)
    wide -= wide.max(axis=1, keepdims=True)
    total = np.exp(wide).sum(axis=1, keepdims=True)
    true = (np.log(total) - wide[np.arange(500), labels][:, None])[:, 0]
    slope = np.exp(wide) / total - np.eye(10)[labels]
    eps = np.finfo(dtype).eps
    # A difference of logits is off by half an eps of the larger one.
    size = np.maximum(np.abs(logits).max(axis=1), 1)
    assert (np.abs(found - true) / size / eps).max() < 4
    assert (np.abs(gradient - slope) / size[:, None] / eps).max() < 4
