"""The shapes of activations and losses, traced with the package's own layers and losses."""

from __future__ import annotations

import numpy as np

from mlp_core.nn import ACTIVATIONS, make_loss


def trace_activation(name: str, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an activation's outputs and its slopes at these inputs.

    The slope is what the layer's backward pass makes of a gradient of ones.

    Parameters
    ----------
    name : str
        One of `mlp_core.nn.ACTIVATIONS`.
    inputs : ndarray of shape (n,)

    Returns
    -------
    outputs, slopes : ndarray of shape (n,), float64
    """
    rows = np.asarray(inputs, np.float64)[:, None]
    layer = ACTIVATIONS[name](1)
    layer.resize(len(rows), rows.dtype)
    outputs = layer.forward(rows)[:, 0].copy()
    return outputs, layer.backward(np.ones_like(rows))[:, 0].copy()


def trace_loss(
    name: str, leads: np.ndarray, classes: int = 2, **settings: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a loss and its pull while the true class's output leads all others by more and more.

    The other outputs stay at 0. The pull is how strongly gradient descent moves the true class's
    output up: the slope of the loss along it, with the sign turned.

    Parameters
    ----------
    name : str
        One of `mlp_core.nn.LOSSES`.
    leads : ndarray of shape (n,)
        The true class's output, which is also its lead.
    classes : int
        All outputs together.
    **settings
        For `mlp_core.nn.make_loss`.

    Returns
    -------
    losses, pulls : ndarray of shape (n,), float64
    """
    outputs = np.zeros((len(leads), classes))
    outputs[:, 0] = leads
    loss = make_loss(name, **settings)
    losses = loss.forward(outputs, np.zeros(len(leads), np.intp)).copy()
    # `backward` is of the mean over the rows; each row is a case of its own here.
    return losses, -loss.backward(scale=len(leads))[:, 0]
