"""What all optimizers share: whole vectors cut into blocks, weight decay, no denormal numbers."""

from __future__ import annotations

import math

import numpy as np

from mlp_core.nn.denormals import flush_tiny
from mlp_core.nn.workspace import aligned_zeros


def check_setting(name: str, value: float, legal: bool, range_: str) -> None:
    """Raise a ValueError that names the value and the legal range, unless it is legal."""
    if not (legal and math.isfinite(value)):
        raise ValueError(f"{name}={value!r} is not legal: must be {range_}")


FLUSH_STEPS = 64
# Values worked on at a time. A step passes over several vectors again and again; in stretches of
# this length they stay in the processor's second cache, with the layers' buffers beside them.
BLOCK = 25_600


class Optimizer:
    """Base of the optimizers.

    Weight decay is coupled: `weight_decay * parameters` is added to the gradient, weights and
    biases alike, before anything else happens.

    Attributes
    ----------
    learning_rate : float
        May be set anew before any step; a schedule does so.
    state : dict of str to ndarray
        What is carried from one step to the next, and what a checkpoint holds.
    steps : int
        Number of steps made.
    """

    vectors: tuple[str, ...] = ()

    def __init__(self, learning_rate: float, weight_decay: float = 0.0) -> None:
        check_setting("learning_rate", learning_rate, learning_rate > 0, "> 0 and finite")
        check_setting("weight_decay", weight_decay, weight_decay >= 0, ">= 0 and finite")
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, np.ndarray] = {}
        self._bound: tuple[np.ndarray | None, np.ndarray | None] = (None, None)

    @property
    def gradient_scale(self) -> float:
        """The multiple of the gradient that costs this optimizer the least work.

        A loss can scale its few outputs for nothing, where the optimizer would have to pass
        over all parameters once more.
        """
        return 1.0

    def step(self, parameters: np.ndarray, gradients: np.ndarray, scale: float = 1.0) -> None:
        """Change `parameters` in place; `gradients` may be overwritten.

        Parameters
        ----------
        parameters, gradients : ndarray of shape (n,)
        scale : float, default 1
            The multiple of the gradient that `gradients` holds.
        """
        if not self.state:
            self._allocate(parameters)
        if self._bound[0] is not parameters or self._bound[1] is not gradients:
            self._bind(parameters, gradients)
        if scale != self.gradient_scale:
            np.multiply(gradients, self.gradient_scale / scale, out=gradients)
        self._prepare_step()
        for block in self._blocks:
            self._update(*block)
        self.steps += 1
        if self.steps % FLUSH_STEPS == 0:
            for vector in (parameters, *(self.state[name] for name in self.vectors)):
                flush_tiny(vector)

    def load_state(self, state: dict[str, np.ndarray], steps: int) -> None:
        """Continue from a copy of another optimizer's `state` after `steps` steps."""
        self.steps = steps
        if state:  # before its first step an optimizer has none
            self._allocate(state[self.vectors[0]])
            for name, array in state.items():
                self.state[name][...] = array

    def _allocate(self, parameters: np.ndarray) -> None:
        self.state = {n: aligned_zeros(parameters.shape, parameters.dtype) for n in self.vectors}
        self._scratch = aligned_zeros(min(BLOCK, parameters.size), parameters.dtype)
        self._bound = (None, None)

    def _bind(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Cut the vectors into the blocks that `_update` works on."""
        self._bound = (parameters, gradients)
        whole = (parameters, gradients, *(self.state[name] for name in self.vectors))
        self._blocks = []
        for start in range(0, parameters.size, BLOCK):
            views = [vector[start : start + BLOCK] for vector in whole]
            self._blocks.append((*views, self._scratch[: len(views[0])]))

    def _prepare_step(self) -> None:
        """Do what concerns a step as a whole; nothing by default."""

    def _update(self, *block: np.ndarray) -> None:
        """Change one block: parameters, gradients, the state's `vectors`, and a scratch."""
        raise NotImplementedError

    def _add_decay(
        self, parameters: np.ndarray, gradients: np.ndarray, scratch: np.ndarray
    ) -> None:
        if self.weight_decay:
            decay = self.weight_decay * self.gradient_scale
            np.multiply(parameters, decay, out=scratch)
            np.add(gradients, scratch, out=gradients)
