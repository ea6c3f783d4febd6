"""Properties that hold for all inputs, over cases that hypothesis draws."""

import nn_oracle as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlp_core.nn import ACTIVATIONS, MLP, STABLE_LOSSES, LogSoftmax, initialize, make_loss

SIZES = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def outputs_and_labels(draw, limit=50):
    rows, classes = draw(SIZES), draw(st.integers(2, 6))
    outputs = draw(arrays(np.float64, (rows, classes), elements=st.floats(-limit, limit)))
    labels = draw(arrays(np.intp, rows, elements=st.integers(0, classes - 1)))
    return outputs, labels


@st.composite
def networks(draw, **settings):
    sizes = draw(st.lists(SIZES, max_size=2))
    network = MLP(
        draw(SIZES),
        sizes,
        draw(st.integers(2, 5)),
        draw(st.sampled_from(sorted(ACTIVATIONS))),
        dtype="float64",
        **settings,
    )
    initialize(network, "pytorch", np.random.default_rng(draw(SEEDS)))
    return network


def make_batch(network, rows, seed):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(rows, network.in_features))
    return inputs, rng.integers(0, network.out_features, rows)


def gradient(network, loss, inputs, labels):
    loss.forward(network.forward(inputs), labels)
    network.backward(loss.backward())
    return network.gradients.copy()


@pytest.mark.parametrize("name", STABLE_LOSSES)
@given(case=outputs_and_labels(), margin=st.floats(0.01, 10))
def test_losses_agree_with_the_plain_formulas(name, case, margin):
    outputs, labels = case
    actual = make_loss(name, hinge_margin=margin).forward(outputs, labels)
    # Cross-entropy is a difference of numbers up to 100, hence the absolute part.
    expected = oracle.losses(name, outputs, labels, margin)
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["cross_entropy", "hinge", "mse", "log_softmax_mse"])
@given(case=outputs_and_labels(limit=1e6))
def test_losses_are_never_negative(name, case):
    assert (make_loss(name).forward(*case) >= 0).all()


@given(outputs_and_labels(limit=1e6))
def test_softmax_rows_sum_to_1(case):
    logits, labels = case
    layer = oracle.ready(LogSoftmax(logits.shape[1]), len(logits))
    np.testing.assert_allclose(np.exp(layer.forward(logits)).sum(axis=1), 1)

    loss = make_loss("cross_entropy")
    loss.forward(logits, labels)
    # (softmax - one_hot) / rows: each row sums to (1 - 1) / rows.
    np.testing.assert_allclose(loss.backward().sum(axis=1), 0, atol=1e-15 * logits.shape[1])


@pytest.mark.parametrize("name", ["cross_entropy", "hinge"])
@given(case=outputs_and_labels(), shift=st.floats(-1000, 1000))
def test_a_shift_of_all_logits_changes_no_loss(name, case, shift):
    logits, labels = case
    # The shift itself rounds the logits, by about 1e-13.
    loss = make_loss(name)
    expected = loss.forward(logits, labels).copy()
    np.testing.assert_allclose(loss.forward(logits + shift, labels), expected, atol=1e-11)


@pytest.mark.parametrize("name", STABLE_LOSSES)
@given(case=outputs_and_labels())
def test_losses_leave_the_outputs_alone(name, case):
    outputs, labels = case
    before = outputs.copy()
    loss = make_loss(name)
    loss.forward(outputs, labels)
    loss.backward()
    np.testing.assert_array_equal(outputs, before)


@pytest.mark.parametrize("name", STABLE_LOSSES)
@given(network=networks(), rows=SIZES, seed=SEEDS)
def test_batch_gradient_is_the_mean_of_single_gradients(name, network, rows, seed):
    inputs, labels = make_batch(network, rows, seed)
    loss = make_loss(name)
    singles = [gradient(network, loss, inputs[i : i + 1], labels[i : i + 1]) for i in range(rows)]
    batch = gradient(network, loss, inputs, labels)
    np.testing.assert_allclose(batch, np.mean(singles, axis=0), rtol=1e-9, atol=1e-13)


@given(network=networks(log_softmax=True), counts=st.lists(SIZES, min_size=2), seed=SEEDS)
def test_a_row_has_the_same_outputs_in_any_batch(network, counts, seed):
    """Buffers grow and shrink between batches; a row must not notice."""
    inputs, _ = make_batch(network, max(counts), seed)
    expected = network.forward(inputs).copy()
    for count in counts:
        actual = network.forward(inputs[:count])
        # Not bit by bit: BLAS may sum in another order for another number of rows.
        np.testing.assert_allclose(actual, expected[:count], rtol=1e-10, atol=1e-14)


@given(network=networks(), rows=SIZES, seed=SEEDS)
def test_forward_and_backward_leave_parameters_and_inputs_alone(network, rows, seed):
    inputs, labels = make_batch(network, rows, seed)
    before, inputs_before = network.parameters.copy(), inputs.copy()
    gradient(network, make_loss("hinge"), inputs, labels)
    np.testing.assert_array_equal(network.parameters, before)
    np.testing.assert_array_equal(inputs, inputs_before)


@given(networks())
def test_the_vectors_are_the_layers_arrays(network):
    size = 0
    for layer in network.layers:
        for name in layer.parameters:
            assert np.shares_memory(getattr(layer, name), network.parameters)
            assert np.shares_memory(getattr(layer, f"grad_{name}"), network.gradients)
            size += getattr(layer, name).size
    assert size == network.parameters.size

    network.parameters[...] = -1
    for layer, weights in zip(network.linear_layers, network.weight_slices, strict=True):
        network.parameters[weights] = 2
        assert (layer.weight == 2).all()
        assert (layer.bias == -1).all()
