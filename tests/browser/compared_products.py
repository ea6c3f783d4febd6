"""Compare the products that a page's worker has set with NumPy's; a page's Python runs this."""

import json

import numpy as np

from mlp_core import RunConfig, train
from mlp_core.nn import products

own = products.product
rng = np.random.default_rng(0)
different = []
for number in range(200):
    rows, inner, columns = rng.integers(1, 60, 3)
    dtype = ("float32", "float64")[number % 2]
    a, b = (rng.standard_normal(shape).astype(dtype) for shape in ((rows, inner), (inner, columns)))
    a, b = (np.asfortranarray(x) if rng.random() < 0.5 else x for x in (a, b))
    mine, numpys = np.empty((2, rows, columns), dtype)
    if own(a, b, mine).tobytes() != np.dot(a, b, numpys).tobytes():
        different.append([int(size) for size in (rows, inner, columns)])
histories = []
for product in (np.dot, own):
    products.set_product(product)
    histories.append(train(RunConfig(epochs=3, hidden_sizes=(33, 20))).history.to_dict())
json.dumps(
    {
        "shapes": number + 1,
        "different": different,
        "runs": len(histories),
        "same_histories": histories[0] == histories[1],
    }
)
