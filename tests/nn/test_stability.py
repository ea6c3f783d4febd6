"""Where the stable formulas hold and the naive ones break."""

import numpy as np
import pytest
from nn_oracle import apply, ready

from mlp_core.nn import GELU, LogSoftmax, Sigmoid, make_loss
from mlp_core.nn.naive import naive_cross_entropy, naive_sigmoid, naive_softmax

EXTREME = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0], [-1e4, -1e4, -1e4]], np.float32)
LABELS = np.array([0, 0, 2])


def test_cross_entropy_at_extreme_logits():
    loss = make_loss("cross_entropy")
    losses = loss.forward(EXTREME, LABELS)
    np.testing.assert_allclose(losses, [0, 2e4, np.log(3)], rtol=1e-6)
    third = np.full(3, 1 / 3)
    expected = np.array([[0, 0, 0], [-1, 1, 0], third - [0, 0, 1]]) / 3
    np.testing.assert_allclose(loss.backward(), expected, rtol=1e-6)


def test_log_softmax_at_extreme_logits():
    layer = ready(LogSoftmax(3), 3, "float32")
    outputs = layer.forward(EXTREME)
    expected = [[0, -2e4, -1e4], [-2e4, 0, -1e4], np.full(3, -np.log(3))]
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    assert np.isfinite(layer.backward(np.ones_like(outputs))).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_far_out_gives_no_warning(dtype):
    x = np.array([[-1000.0], [0.0], [1000.0]], dtype)
    # Underflow to 0 is the right answer, and NumPy's default lets it pass.
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        np.testing.assert_array_equal(apply(Sigmoid(1), x), [[0], [0.5], [1]])


@pytest.mark.parametrize(("dtype", "far"), [("float32", -85.0), ("float64", -700.0)])
def test_sigmoid_keeps_its_relative_accuracy_on_the_small_side(dtype, far):
    x = np.linspace(far, 0, 200, dtype=dtype)[:, None]
    wide = x.astype(np.longdouble)
    expected = np.exp(wide) / (1 + np.exp(wide))
    error = np.abs(apply(Sigmoid(1), x) / expected - 1)
    assert error.max() < 8 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_saturated_sigmoid_hands_back_no_gradient_that_makes_denormal_products(dtype):
    """One for every weight, they made whole epochs ten times slower."""
    x = np.linspace(-105, 0, 500, dtype=dtype)[:, None]
    layer = ready(Sigmoid(1), len(x), dtype)
    slopes = layer.forward(x) * (1 - layer.outputs)
    gradients = layer.backward(np.ones_like(x))
    large = slopes > 4e-18
    assert large.any() and not large.all()
    np.testing.assert_array_equal(gradients[large], slopes[large])
    np.testing.assert_allclose(gradients, slopes, rtol=2 * np.finfo(dtype).eps, atol=1e-32)
    products = 0.01 * gradients[gradients > 0]
    assert products.min() > np.finfo(dtype).tiny
    if dtype == "float32":
        assert (0.01 * slopes).min() < np.finfo(dtype).tiny  # without the flush


def test_gelu_has_slope_1_for_large_inputs():
    """x^3 in the derivative must not swallow the 1 beside it."""
    layer = ready(GELU(5), 1, "float32")
    layer.forward(np.array([[-1e4, -100, 30, 1000, 1e4]], np.float32))
    slopes = layer.backward(np.full((1, 5), 0.3, np.float32))
    np.testing.assert_allclose(slopes, [[0, 0, 0.3, 0.3, 0.3]], rtol=1e-6)


def test_naive_softmax_overflows_from_88_7_on():
    calm = np.array([[88.0, 0.0]], np.float32)
    np.testing.assert_allclose(naive_softmax(calm), [[1, 0]], atol=1e-6)
    with pytest.warns(RuntimeWarning) as caught:
        broken = naive_softmax(calm + 1)
    assert np.isnan(broken[0, 0])
    assert {"overflow", "invalid"} <= {str(warning.message).split()[0] for warning in caught}


def test_naive_sigmoid_overflows_on_the_small_side():
    x = np.array([-90.0], np.float32)
    with pytest.warns(RuntimeWarning, match="overflow"):
        naive = naive_sigmoid(x)
    # float32 can hold the true value, about 8e-40; the naive form is off by all of it.
    assert naive == 0
    np.testing.assert_allclose(apply(Sigmoid(1), x[:, None]), [[np.exp(-90)]], rtol=1e-4)


def test_naive_cross_entropy_is_infinite_when_the_probability_underflows():
    with np.errstate(under="ignore"):
        probabilities = naive_softmax(np.array([[-110.0, 0.0]], np.float32))
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert naive_cross_entropy(probabilities, np.array([0])) == np.inf


def test_epsilon_caps_the_naive_loss_at_23():
    cap = -np.log(1e-10)
    for distance in (50.0, 100.0):
        logits = np.array([[-distance, 0.0]])
        capped = naive_cross_entropy(naive_softmax(logits), np.array([0]), epsilon=1e-10)
        assert capped == pytest.approx(cap, rel=1e-9)
        exact = make_loss("cross_entropy").forward(logits, np.array([0]))
        assert exact == pytest.approx(distance)


def test_naive_forms_agree_with_the_stable_ones_where_it_is_calm():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(20, 5)), rng.integers(0, 5, 20)
    np.testing.assert_allclose(
        naive_cross_entropy(naive_softmax(logits), labels),
        make_loss("cross_entropy").forward(logits, labels),
    )
    np.testing.assert_allclose(naive_sigmoid(logits), apply(Sigmoid(5), logits))
