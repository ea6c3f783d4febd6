"""What is timed in a page: the page's own Python runs this, beside the package in its worker."""

import time
from collections.abc import Callable

import numpy as np

from mlp_core import RunConfig, load_dataset
from mlp_core.nn import products
from mlp_core.training import Training

# `set_product` has been called by the worker already, where the browser can.
PRODUCTS = {"numpy": np.dot, "page": products.product}
ROWS, INPUTS, UNITS = 100, 784, 128
LEAST_S = 0.05  # a product is repeated for so long


def measure(what: str, by: str) -> float:
    """Return the seconds that a piece of work takes with NumPy's products or with the page's."""
    products.set_product(PRODUCTS[by])
    return WORK[what]()


def prepare_product(what: str) -> Callable[[], float]:
    """Return what times one of the three products of a layer with 784 inputs and 128 units."""
    normal = np.random.default_rng(0).standard_normal
    inputs, weight, gradient = (
        normal(shape).astype("float32")
        for shape in ((ROWS, INPUTS), (INPUTS, UNITS), (ROWS, UNITS))
    )
    a, b = {
        "outputs": (inputs, weight),
        "gradient of the weights": (inputs.T, gradient),
        "gradient of the inputs": (gradient, weight.T),
    }[what]
    out = np.empty((len(a), b.shape[1]), "float32")

    def time_product() -> float:
        made, started = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - started) < LEAST_S:
            products.product(a, b, out)
            made += 1
        return elapsed / made

    return time_product


def time_digits() -> float:
    """Return the time of 30 epochs as a panel trains them."""
    training = Training(RunConfig(epochs=30))
    started = time.perf_counter()
    training.run()
    return time.perf_counter() - started


def time_mnist() -> float:
    """Return the time of an epoch of 60,000 images: its 600 updates."""
    training = Training(RunConfig(epochs=2, batch_size=100), data=load_dataset("/mnist"))
    training.run_epoch()
    return 0.6 * training.epoch_ms_per_update[0]


WORK = {
    **{
        what: prepare_product(what)
        for what in ("outputs", "gradient of the weights", "gradient of the inputs")
    },
    "30 epochs of digits": time_digits,
    "an epoch of MNIST": time_mnist,
}
