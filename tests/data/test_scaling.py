import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlp_core.data import INPUT_SCALINGS, DataError
from mlp_core.data.scaling import mean_and_std, scale_and_offset

ALL = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "pixel_max", "formula"),
    [
        ("unit", 255, lambda p: p / 255),
        ("unit", 16, lambda p: p / 16),
        ("centered", 255, lambda p: (p - 128) / 255),
        ("centered", 16, lambda p: (p - 8) / 16),
        # Mean 127.5 / 255 and standard deviation 73.9 / 255 of the numbers from 0 to 255.
        ("standardized", 255, lambda p: (p / 255 - 0.5) / 0.2898),
    ],
)
def test_scalings_are_their_formulas(name, pixel_max, formula):
    scale, offset = scale_and_offset(name, ALL, pixel_max)
    pixels = np.arange(pixel_max + 1)
    np.testing.assert_allclose(pixels * scale + offset, formula(pixels), atol=1e-15)
    assert name != "unit" or offset == 0  # exactly


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
        scale_and_offset("standardized", np.full(9, 7, dtype=np.uint8), 255)


@pytest.mark.parametrize("name", ["centred", "", None, 3])
def test_unknown_scaling_lists_the_legal_ones_and_suggests_a_near_one(name):
    with pytest.raises(DataError) as caught:
        scale_and_offset(name, ALL, 255)
    assert all(repr(legal) in str(caught.value) for legal in INPUT_SCALINGS)
    assert ("Did you mean 'centered'" in str(caught.value)) == (name == "centred")
