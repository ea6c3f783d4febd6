"""Optimizers: how a gradient becomes a change of the parameters, in place on whole vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mlp_core.nn.buffers import aligned_zeros
from mlp_core.nn.checks import check_not_negative, check_positive, check_share
from mlp_core.nn.denormals import flush_tiny

FLUSH_STEPS = 64
TINY_RATE = 1e-20  # below it a step, rate times velocity, is no ordinary number in float32
# Values worked on at a time. A step passes over several vectors again and again; in stretches of
# this length they stay in the processor's second cache, with the layers' buffers beside them.
BLOCK = 25_600

CHECKS = {
    "learning_rate": check_positive,
    "weight_decay": check_not_negative,
    "momentum": check_share,
    "rho": check_share,
    "beta1": check_share,
    "beta2": check_share,
    "epsilon": check_positive,
}


class Optimizer:
    """Base of the optimizers: vectors cut into blocks, weight decay, no denormal numbers.

    Weight decay is coupled: `weight_decay * parameters` is added to the gradient, weights and
    biases alike, before anything else happens.

    Attributes
    ----------
    learning_rate : float
        This and the other settings may be set anew before any step; a schedule does so. A rate
        of 0 lets the state go on and leaves the parameters where they are.
    state : dict of str to ndarray
        What is carried from one step to the next, and what a checkpoint holds; those named in
        `vectors` have one value per parameter, those in `scalars` are numbers above 0.
    steps : int
        Number of steps made.
    """

    learning_rate: float
    weight_decay: float
    vectors: ClassVar[tuple[str, ...]] = ()
    scalars: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name, check in CHECKS.items():
            if hasattr(self, name):
                check(name, getattr(self, name))
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
        """Change the vector `parameters` in place.

        `gradients` holds `scale` times the gradient, and may be overwritten.
        """
        if not self.state:
            self._allocate(parameters)
        if self._bound[0] is not parameters or self._bound[1] is not gradients:
            self._bind(parameters, gradients)
        if scale != self.gradient_scale:
            np.multiply(gradients, self.gradient_scale / scale, out=gradients)
        self._prepare_step()
        for block in self._blocks:
            self._add_decay(block[0], block[1], block[-1])
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

    def __getstate__(self) -> dict[str, Any]:
        """Leave the cut vectors behind: a copy cuts its own."""
        return {**vars(self), "_bound": (None, None), "_blocks": []}

    def _allocate(self, parameters: np.ndarray) -> None:
        self.state = {n: aligned_zeros(parameters.shape, parameters.dtype) for n in self.vectors}
        self._bound = (None, None)

    def _bind(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Cut the vectors into the blocks that `_update` works on."""
        self._bound = (parameters, gradients)
        vectors = (parameters, gradients, *(self.state[name] for name in self.vectors))
        scratch = aligned_zeros(min(BLOCK, parameters.size), parameters.dtype)
        self._blocks = []
        for start in range(0, parameters.size, BLOCK):
            views = [vector[start : start + BLOCK] for vector in vectors]
            self._blocks.append((*views, scratch[: len(views[0])]))

    def _prepare_step(self) -> None:
        """Do once per step what concerns all blocks; nothing by default."""

    def _update(self, *block: np.ndarray) -> None:
        """Change one block: parameters, gradients, the state's `vectors`, and a scratch.

        The gradients hold the weight decay already.
        """
        raise NotImplementedError

    def _add_decay(
        self, parameters: np.ndarray, gradients: np.ndarray, scratch: np.ndarray
    ) -> None:
        if self.weight_decay:
            decay = self.weight_decay * self.gradient_scale
            np.multiply(parameters, decay, out=scratch)
            np.add(gradients, scratch, out=gradients)


@dataclass(eq=False)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    v <- momentum * v + (g + weight_decay * p), p <- p - learning_rate * v. With `nesterov`,
    the step is along momentum * v + g + weight_decay * p instead of v (as in PyTorch).

    Notes
    -----
    The state is the last step, -learning_rate * v, rather than the velocity v: with gradients
    that arrive times -learning_rate, two passes over all parameters less. (The decay could be
    had for one pass less again, by shrinking the parameters themselves; but in float32 a factor
    so close to 1 rounds the same way at every step, and the parameters drift.) At a rate of 0, or
    next to it, the state is -v: the velocity goes on, and the parameters stay.
    """

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    vectors, scalars = ("step",), ("rate",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov=True is not legal without momentum: set momentum above 0")

    @property
    def gradient_scale(self) -> float:
        """Minus the learning rate: the gradients arrive as steps."""
        return -self.learning_rate if self.learning_rate > TINY_RATE else -1.0

    def load_state(self, state: dict[str, np.ndarray], steps: int) -> None:
        """Continue from a copy of another optimizer's `state` after `steps` steps."""
        super().load_state(state, steps)
        self._has_velocity = bool(state) and bool(self.state["step"].any())

    def _allocate(self, parameters: np.ndarray) -> None:
        super()._allocate(parameters)
        self.state["rate"] = np.array(-self.gradient_scale)  # that `step` was made with
        self._has_velocity = False

    def _prepare_step(self) -> None:
        """Follow a schedule: the same velocity is another step at another rate."""
        step, rate = self.state["step"], self.state["rate"]
        if rate != self.learning_rate and rate != -self.gradient_scale:
            np.multiply(step, -self.gradient_scale / float(rate), out=step)
            rate[...] = -self.gradient_scale
        # Once there is a velocity, it is kept up to date without momentum too.
        if self.momentum:
            self._has_velocity = True

    def _update(self, *block: np.ndarray) -> None:
        parameters, gradients, step, scratch = block
        if self._has_velocity:
            np.multiply(step, self.momentum, out=step)
            np.add(step, gradients, out=step)
        else:
            step = gradients
        if self.nesterov:
            np.multiply(step, self.momentum, out=scratch)
            step = np.add(gradients, scratch, out=gradients)
        if self.learning_rate <= TINY_RATE:
            step = np.multiply(step, self.learning_rate, out=scratch)
        np.add(parameters, step, out=parameters)


@dataclass(eq=False)
class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012): a step of its own size for every parameter.

    a <- rho a + (1 - rho) g^2, d = g sqrt(b + epsilon) / sqrt(a + epsilon),
    b <- rho b + (1 - rho) d^2, parameters <- parameters - learning_rate * d.

    Notes
    -----
    The state is a / (1 - rho) and b / (1 - rho), fading sums rather than averages: with
    epsilon / (1 - rho) beside them the step is the same, and each costs a pass less.
    """

    learning_rate: float = 1.0
    rho: float = 0.9
    epsilon: float = 1e-6
    weight_decay: float = 0.0
    vectors = ("squared_gradients", "squared_steps")

    def _update(self, *block: np.ndarray) -> None:
        parameters, gradients, squares, step_squares, scratch = block
        self._add_squares(squares, gradients, scratch)
        # gradients becomes d. The factor 1 - rho of both averages is in epsilon alone.
        epsilon = self.epsilon / (1 - self.rho)
        np.add(squares, epsilon, out=scratch)
        np.divide(gradients, np.sqrt(scratch, out=scratch), out=gradients)
        np.add(step_squares, epsilon, out=scratch)
        np.multiply(gradients, np.sqrt(scratch, out=scratch), out=gradients)
        self._add_squares(step_squares, gradients, scratch)
        if self.learning_rate != 1:
            np.multiply(gradients, self.learning_rate, out=gradients)
        np.subtract(parameters, gradients, out=parameters)

    def _add_squares(self, squares: np.ndarray, values: np.ndarray, scratch: np.ndarray) -> None:
        """Let earlier squares fade and add new ones: squares <- rho squares + values^2."""
        np.multiply(squares, self.rho, out=squares)
        np.multiply(values, values, out=scratch)
        np.add(squares, scratch, out=squares)


@dataclass(eq=False)
class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015), with the bias corrections of the paper.

    m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, and after t steps
    parameters <- parameters - learning_rate * (m / (1 - beta1^t)) /
    (sqrt(v / (1 - beta2^t)) + epsilon).
    """

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    vectors = ("mean_gradient", "squared_gradient")

    def _update(self, *block: np.ndarray) -> None:
        parameters, gradients, mean, square, scratch = block
        t = self.steps + 1
        np.multiply(mean, self.beta1, out=mean)
        np.multiply(gradients, 1 - self.beta1, out=scratch)
        np.add(mean, scratch, out=mean)
        np.multiply(square, self.beta2, out=square)
        np.multiply(gradients, gradients, out=scratch)
        np.multiply(scratch, 1 - self.beta2, out=scratch)
        np.add(square, scratch, out=square)
        np.multiply(square, 1 / (1 - self.beta2**t), out=scratch)
        np.sqrt(scratch, out=scratch)
        np.add(scratch, self.epsilon, out=scratch)
        np.divide(mean, scratch, out=scratch)
        np.multiply(scratch, self.learning_rate / (1 - self.beta1**t), out=scratch)
        np.subtract(parameters, scratch, out=parameters)


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adadelta": Adadelta, "adam": Adam}
