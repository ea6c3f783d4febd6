"""The layer of one's own that the documentation shows: it has a parameter."""

import numpy as np

from mlp_core.nn import Activation, register


@register("prelu")
class PReLU(Activation):
    """max(x, 0) + slope * min(x, 0), with one trained slope per unit (He et al., 2015)."""

    def __init__(self, features):
        super().__init__(features)
        self.parameters = {"slope": (features,)}
        self.slope = np.full(features, 0.25)

    def forward(self, inputs):
        self._inputs = inputs
        np.minimum(inputs, 0, out=self.scratch)
        np.multiply(self.scratch, self.slope, out=self.outputs)
        return np.add(self.outputs, np.maximum(inputs, 0), out=self.outputs)

    def backward(self, grad_outputs):
        np.multiply(grad_outputs, self.scratch).sum(axis=0, out=self.grad_slope)
        return grad_outputs * np.where(self._inputs > 0, 1, self.slope)
