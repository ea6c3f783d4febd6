import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlp_core.data import INPUT_SCALINGS, DataError
from mlp_core.data.scaling import fit_scaling, mean_and_std

ALL = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "pixel_max", "formula"),
    [
        ("unit", 255, lambda p: p / 255),
        ("unit", 16, lambda p: p / 16),
        ("centered", 255, lambda p: (p - 128) / 255),
        ("centered", 16, lambda p: (p - 8) / 16),
        ("unit", 1, lambda p: p),
        ("centered", 1, lambda p: p - 0.5),
        ("raw", 255, lambda p: p),
        # Mean 127.5 / 255 and standard deviation 73.9 / 255 of the numbers from 0 to 255.
        ("standardized", 255, lambda p: (p / 255 - 0.5) / 0.2898),
    ],
)
def test_scalings_are_their_formulas(name, pixel_max, formula):
    scaling = fit_scaling(name, ALL[: pixel_max + 1], pixel_max)
    pixels = np.arange(pixel_max + 1)
    inputs = scaling.apply(pixels[:, None], np.float64)[:, 0]
    np.testing.assert_allclose(inputs, formula(pixels), atol=1e-15)
    assert name not in ("unit", "raw") or scaling.offset == 0  # exactly


@given(hnp.arrays(np.uint8, st.integers(1, 300)))
def test_mean_and_std_are_numpys(pixels):
    mean, std = mean_and_std(pixels, 255)
    assert mean == pytest.approx((pixels / 255).mean(), abs=0.51e-4)
    assert std == pytest.approx((pixels / 255).std(), abs=0.51e-4)


def test_mean_and_std_over_many_blocks():
    pixels = np.random.default_rng(0).integers(0, 256, (500, 784), dtype=np.uint8)
    expected = round((pixels / 255).mean(), 4), round((pixels / 255).std(), 4)
    assert mean_and_std(pixels, 255) == expected


def test_equal_pixels_cannot_be_standardized():
    with pytest.raises(DataError, match=r"standard deviation .* is 0 .*use 'unit' or 'centered'"):
        fit_scaling("standardized", np.full((9, 1), 7, dtype=np.uint8), 255)


@pytest.mark.parametrize("name", ["centred", "", None, 3])
def test_unknown_scaling_lists_the_legal_ones_and_suggests_a_near_one(name):
    with pytest.raises(DataError) as caught:
        fit_scaling(name, ALL, 255)
    assert all(repr(legal) in str(caught.value) for legal in INPUT_SCALINGS)
    assert ("Did you mean 'centered'" in str(caught.value)) == (name == "centred")


@pytest.mark.parametrize(
    ("name", "low", "high"), [("unit", 0, 1), ("centered", -0.5, 0.5), ("raw", 0, 0)]
)
@pytest.mark.parametrize("pixel_max", [None, 900])
def test_each_feature_has_its_own_range_and_pixels_share_theirs(name, low, high, pixel_max):
    features = np.array([[-3.0, 0.0, 5.0], [-1.0, 900.0, 5.0], [1.0, 300.0, 5.0]])
    scaling = fit_scaling(name, features, pixel_max)
    inputs = scaling.apply(features, np.float64)
    if name == "raw":
        np.testing.assert_array_equal(inputs, features)
    elif pixel_max is None and name == "centered":
        expected = fit_scaling("standardized", features).apply(features, np.float64)
        np.testing.assert_array_equal(inputs, expected)
    elif pixel_max is None:
        np.testing.assert_allclose(inputs[:, :2].min(axis=0), low)
        np.testing.assert_allclose(inputs[:, :2].max(axis=0), high)
        np.testing.assert_array_equal(inputs[:, 2], 0)  # constant
    else:
        np.testing.assert_allclose(inputs, low + (high - low) * (features + 900) / 1800)


def test_standardized_features_have_mean_0_and_deviation_1_each():
    dates = 1.7e9 + np.arange(50.0)  # in float32, all but two of them would be equal
    features = np.column_stack([dates, np.arange(50.0) ** 2, np.full(50, 0.1)])
    inputs = fit_scaling("standardized", features).apply(features, np.float32)
    np.testing.assert_allclose(inputs[:, :2].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(inputs[:, :2].std(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(inputs[:, 2], 0)
    assert len(np.unique(inputs[:, 0])) == 50


def test_values_that_do_not_fit_the_precision_are_refused():
    features = np.array([[1e40], [1.0]])
    assert fit_scaling("raw", features).apply(features, np.float64)[0, 0] == 1e40
    with pytest.raises(DataError, match="too large for"):
        fit_scaling("raw", features).apply(features, np.float32)
