"""Optimizers: how a gradient becomes a change of the parameters, in place on whole vectors."""

from __future__ import annotations

import math

import numpy as np

from mlp_core.nn.workspace import aligned_zeros


def _check(name: str, value: float, legal: bool, range_: str) -> None:
    if not (legal and math.isfinite(value)):
        raise ValueError(f"{name}={value!r} is not legal: must be {range_}")


FLUSH_STEPS = 64
# Values worked on at a time. A step passes over several vectors again and again; in stretches of
# this length they stay in the processor's second cache, with the layers' buffers beside them.
BLOCK = 25_600


def flush_tiny(vector: np.ndarray) -> None:
    """Set what is smaller than about 1e-22 (float32) to exactly 0, in place.

    What is multiplied by 0.9 again and again, the velocity of a dead unit, say, never reaches
    0: it sticks among the denormal numbers near 1e-44, where every operation takes some hundred
    times as long. Next to 1e-15, which is added and taken off again, such numbers vanish, and
    the ones that matter are not changed.

    >>> vector = np.array([1e-40, -1e-30, 1e-12, 0.5], "float32")
    >>> flush_tiny(vector)
    >>> vector.tolist() == [0, 0, np.float32(1e-12), 0.5]
    True
    """
    np.add(vector, 1e-15, out=vector)
    np.subtract(vector, 1e-15, out=vector)


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
        _check("learning_rate", learning_rate, learning_rate > 0, "> 0 and finite")
        _check("weight_decay", weight_decay, weight_decay >= 0, ">= 0 and finite")
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


class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    v <- momentum * v + (g + weight_decay * p), p <- p - learning_rate * v. With `nesterov`,
    the step is along momentum * v + g + weight_decay * p instead of v (as in PyTorch).

    Notes
    -----
    The state is the last step, -learning_rate * v, rather than the velocity v: with gradients
    that arrive times -learning_rate, two passes over all parameters less. (The decay could be
    had for one pass less again, by shrinking the parameters themselves; but in float32 a factor
    so close to 1 rounds the same way at every step, and the parameters drift.)

    Parameters
    ----------
    learning_rate : float
    momentum : float, default 0
        At least 0 and less than 1.
    nesterov : bool, default False
    weight_decay : float, default 0
    """

    vectors = ("step",)

    def __init__(
        self,
        learning_rate: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        _check("momentum", momentum, 0 <= momentum < 1, "at least 0 and less than 1")
        if nesterov and not momentum:
            raise ValueError("nesterov=True is not legal without momentum: set momentum above 0")
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def gradient_scale(self) -> float:
        """Minus the learning rate: the gradients arrive as steps."""
        return -self.learning_rate

    def _allocate(self, parameters: np.ndarray) -> None:
        super()._allocate(parameters)
        self.state["rate"] = np.array(self.learning_rate)  # that `step` was made with

    def _prepare_step(self) -> None:
        """Follow a schedule: the same velocity is another step at another rate."""
        step, rate = self.state["step"], self.state["rate"]
        if rate != self.learning_rate:
            np.multiply(step, self.learning_rate / float(rate), out=step)
            rate[...] = self.learning_rate

    def _update(self, *block: np.ndarray) -> None:
        parameters, gradients, step, scratch = block
        self._add_decay(parameters, gradients, scratch)
        if self.momentum:
            np.multiply(step, self.momentum, out=step)
            np.add(step, gradients, out=step)
        else:
            step = gradients
        if self.nesterov:
            np.multiply(step, self.momentum, out=scratch)
            step = np.add(gradients, scratch, out=gradients)
        np.add(parameters, step, out=parameters)


class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012): a step of its own size for every parameter.

    a <- rho a + (1 - rho) g^2, d = g sqrt(b + epsilon) / sqrt(a + epsilon),
    b <- rho b + (1 - rho) d^2, parameters <- parameters - learning_rate * d.

    Notes
    -----
    The state is a / (1 - rho) and b / (1 - rho), fading sums rather than averages: with
    epsilon / (1 - rho) beside them the step is the same, and each costs a pass less.

    Parameters
    ----------
    learning_rate : float, default 1
    rho : float, default 0.9
        Memory of the two running averages; at least 0 and less than 1.
    epsilon : float, default 1e-6
    weight_decay : float, default 0
    """

    vectors = ("squared_gradients", "squared_steps")

    def __init__(
        self,
        learning_rate: float = 1.0,
        rho: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        _check("rho", rho, 0 <= rho < 1, "at least 0 and less than 1")
        _check("epsilon", epsilon, epsilon > 0, "> 0 and finite")
        self.rho = rho
        self.epsilon = epsilon

    def _update(self, *block: np.ndarray) -> None:
        parameters, gradients, squares, step_squares, scratch = block
        self._add_decay(parameters, gradients, scratch)
        self._remember(squares, gradients, scratch)
        # gradients becomes d. The factor 1 - rho of both averages is in epsilon alone.
        epsilon = self.epsilon / (1 - self.rho)
        np.add(squares, epsilon, out=scratch)
        np.divide(gradients, np.sqrt(scratch, out=scratch), out=gradients)
        np.add(step_squares, epsilon, out=scratch)
        np.multiply(gradients, np.sqrt(scratch, out=scratch), out=gradients)
        self._remember(step_squares, gradients, scratch)
        if self.learning_rate != 1:
            np.multiply(gradients, self.learning_rate, out=gradients)
        np.subtract(parameters, gradients, out=parameters)

    def _remember(self, squares: np.ndarray, values: np.ndarray, scratch: np.ndarray) -> None:
        """Let earlier squares fade and add new ones: squares <- rho squares + values^2."""
        np.multiply(squares, self.rho, out=squares)
        np.multiply(values, values, out=scratch)
        np.add(squares, scratch, out=squares)


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015), with the bias corrections of the paper.

    m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, and after t steps
    parameters <- parameters - learning_rate * (m / (1 - beta1^t)) /
    (sqrt(v / (1 - beta2^t)) + epsilon).

    Parameters
    ----------
    learning_rate : float, default 1e-3
    beta1, beta2 : float, default 0.9 and 0.999
        Each at least 0 and less than 1.
    epsilon : float, default 1e-8
    weight_decay : float, default 0
    """

    vectors = ("mean_gradient", "squared_gradient")

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        for name, value in (("beta1", beta1), ("beta2", beta2)):
            _check(name, value, 0 <= value < 1, "at least 0 and less than 1")
        _check("epsilon", epsilon, epsilon > 0, "> 0 and finite")
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def _update(self, *block: np.ndarray) -> None:
        parameters, gradients, mean, square, scratch = block
        t = self.steps + 1
        self._add_decay(parameters, gradients, scratch)
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
