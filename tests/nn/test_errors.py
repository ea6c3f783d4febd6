"""Every refusal names the setting, its value and the legal range."""

import re

import numpy as np
import pytest

from mlp_core.nn import (
    MLP,
    SGD,
    Adadelta,
    Adam,
    Dropout,
    Hinge,
    L1Penalty,
    L2Penalty,
    Linear,
    Network,
    ReLU,
    initialize,
    learning_rate_at,
    make_loss,
)

RNG = np.random.default_rng(0)
NAN, INF = float("nan"), float("inf")
POSITIVE, NOT_NEGATIVE = "must be > 0 and finite", "must be >= 0 and finite"
SHARE = "must be at least 0 and less than 1"
WIDTH = "must be an integer of at least 1"
ACTIVATION = "must be one of relu, gelu, sigmoid, tanh"

REFUSALS = [
    *[(lambda v=v: SGD(v), f"learning_rate={v!r}", POSITIVE) for v in (0, -1.0, NAN, INF)],
    *[
        (lambda cls=cls: cls(0.1, weight_decay=-0.5), "weight_decay=-0.5", NOT_NEGATIVE)
        for cls in (SGD, Adadelta, Adam)
    ],
    (lambda: SGD(0.1, weight_decay=INF), "weight_decay=inf", NOT_NEGATIVE),
    *[(lambda v=v: SGD(v), f"learning_rate={v!r}", POSITIVE) for v in ("0.1", None, True)],
    (lambda: SGD(0.1, momentum="0.9"), "momentum='0.9'", SHARE),
    (lambda: Adam(weight_decay=None), "weight_decay=None", NOT_NEGATIVE),
    *[(lambda v=v: SGD(0.1, momentum=v), f"momentum={v!r}", SHARE) for v in (-0.1, 1, NAN)],
    (lambda: SGD(0.1, nesterov=True), "nesterov=True", "set momentum above 0"),
    *[(lambda v=v: Adadelta(rho=v), f"rho={v!r}", SHARE) for v in (-0.1, 1.0, NAN)],
    *[(lambda v=v: Adadelta(epsilon=v), f"epsilon={v!r}", POSITIVE) for v in (0, -1, NAN)],
    *[(lambda v=v: Adam(beta1=v), f"beta1={v!r}", SHARE) for v in (-0.1, 1, NAN)],
    *[(lambda v=v: Adam(beta2=v), f"beta2={v!r}", SHARE) for v in (-0.1, 1, NAN)],
    *[(lambda v=v: Adam(epsilon=v), f"epsilon={v!r}", POSITIVE) for v in (0, -1, NAN)],
    *[
        (lambda cls=cls, v=v: cls(v, []), f"strength={v!r}", NOT_NEGATIVE)
        for cls in (L1Penalty, L2Penalty)
        for v in (-1, NAN, INF)
    ],
    *[(lambda v=v: Hinge(v), f"margin={v!r}", POSITIVE) for v in (0, -1, NAN, INF)],
    (lambda: make_loss("hinge", hinge_margin=-2), "margin=-2", POSITIVE),
    *[
        (lambda v=v: make_loss("mse", target_scale=v), f"target_scale={v!r}", POSITIVE)
        for v in (0, -1, NAN, INF)
    ],
    (
        lambda: make_loss("hing"),
        "loss='hing'",
        "must be one of cross_entropy, hinge, mse, nll, log_softmax_mse",
    ),
    *[(lambda v=v: Dropout(3, v, RNG), f"rate={v!r}", SHARE) for v in (-0.1, 1, NAN)],
    (lambda: MLP(3, (2,), 2, dropout=0.5), "rng=None", "dropout needs a numpy.random.Generator"),
    (lambda: MLP(3, (2,), 2, dropout=1.0, rng=RNG), "rate=1.0", SHARE),
    *[(lambda v=v: Linear(v, 2), f"in_features={v!r}", WIDTH) for v in (0, -3, 2.5)],
    (lambda: Linear(2, 0), "out_features=0", WIDTH),
    (lambda: ReLU(0), "in_features=0", WIDTH),
    (lambda: MLP(3, (4, 0), 2), "out_features=0", WIDTH),
    (lambda: MLP(3, (4,), 2, "elu"), "activation='elu'", ACTIVATION),
    (lambda: MLP(3, (), 2, "elu"), "activation='elu'", ACTIVATION),
    (lambda: Network([]), "layers=[]", "at least one layer"),
    (
        lambda: Network([Linear(3, 4), ReLU(5)]),
        "ReLU(5) cannot follow Linear(3, 4)",
        "their widths differ",
    ),
    (
        lambda: initialize(MLP(3, (), 2), "zeros", RNG),
        "init='zeros'",
        "must be one of normal, he, xavier, pytorch",
    ),
    *[
        (lambda v=v: initialize(MLP(3, (), 2), "normal", RNG, v), f"std={v!r}", NOT_NEGATIVE)
        for v in (-1, NAN)
    ],
    (lambda: MLP(3, (), 2, dtype="int32"), "dtype='int32'", "must be one of float32, float64"),
    *[
        (lambda v=v: MLP(3, (), 2).forward(v), words, "must be float32 of shape (rows, 3)")
        for v, words in (
            (np.ones((2, 3)), "float64 of shape (2, 3)"),
            (np.ones((2, 4), np.float32), "float32 of shape (2, 4)"),
            (np.ones(3, np.float32), "float32 of shape (3,)"),
            ([[1.0, 2.0, 3.0]], "inputs=list"),
        )
    ],
    (
        lambda: learning_rate_at("linear", 0.1, 0, 10),
        "schedule='linear'",
        "must be one of constant, step, cosine",
    ),
]


@pytest.mark.parametrize(("make", "named", "legal"), REFUSALS, ids=[r[1] for r in REFUSALS])
def test_refusal(make, named, legal):
    with pytest.raises(ValueError, match=re.escape(named)) as caught:
        make()
    assert legal in str(caught.value)


def test_the_ends_of_the_ranges_are_legal():
    SGD(1e-300, momentum=0)
    Adam(beta1=0, beta2=0)
    Adadelta(rho=0)
    Dropout(1, 0, RNG)
    Linear(np.int64(1), 1)
    L1Penalty(0, [])
    MLP(1, (), 1)
