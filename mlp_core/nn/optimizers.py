"""Optimizers: how a gradient becomes a change of the parameters, in place on whole vectors."""

from __future__ import annotations

import math

import numpy as np


def _check(name: str, value: float, legal: bool, range_: str) -> None:
    if not (legal and math.isfinite(value)):
        raise ValueError(f"{name}={value!r} is not legal: must be {range_}")


class Optimizer:
    """Base of the optimizers.

    Weight decay is coupled: `weight_decay * parameters` is added to the gradient, weights and
    biases alike, before anything else happens.

    Attributes
    ----------
    learning_rate : float
        May be set anew before any step; a schedule does so.
    state : dict of str to ndarray or int
        What is carried from one step to the next, and what a checkpoint holds.
    """

    vectors: tuple[str, ...] = ()

    def __init__(self, learning_rate: float, weight_decay: float = 0.0) -> None:
        _check("learning_rate", learning_rate, learning_rate > 0, "> 0 and finite")
        _check("weight_decay", weight_decay, weight_decay >= 0, ">= 0 and finite")
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, np.ndarray] = {}

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Change `parameters` in place; `gradients` may be overwritten.

        Parameters
        ----------
        parameters, gradients : ndarray of shape (n,)
        """
        if not self.state:
            self._allocate(parameters)
        if self.weight_decay:
            np.multiply(parameters, self.weight_decay, out=self._scratch)
            np.add(gradients, self._scratch, out=gradients)
        self._update(parameters, gradients)
        self.steps += 1

    def load_state(self, state: dict[str, np.ndarray], steps: int) -> None:
        """Continue from a copy of another optimizer's `state` after `steps` steps."""
        self.state = {name: array.copy() for name, array in state.items()}
        self.steps = steps
        # Before its first step an optimizer has no state yet: the next step allocates it.
        for array in self.state.values():
            self._scratch = np.empty_like(array)

    def _allocate(self, parameters: np.ndarray) -> None:
        self.state = {name: np.zeros_like(parameters) for name in self.vectors}
        self._scratch = np.empty_like(parameters)

    def _update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    v <- momentum * v + g, parameters <- parameters - learning_rate * v. With `nesterov`, the
    step is along momentum * v + g instead of v (as in PyTorch).

    Parameters
    ----------
    learning_rate : float
    momentum : float, default 0
        At least 0 and less than 1.
    nesterov : bool, default False
    weight_decay : float, default 0
    """

    vectors = ("velocity",)

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

    def _update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        step = gradients
        if self.momentum:
            velocity = self.state["velocity"]
            np.multiply(velocity, self.momentum, out=velocity)
            np.add(velocity, gradients, out=velocity)
            step = velocity
        if self.nesterov:
            np.multiply(velocity, self.momentum, out=self._scratch)
            step = np.add(gradients, self._scratch, out=gradients)
        np.multiply(step, self.learning_rate, out=self._scratch)
        np.subtract(parameters, self._scratch, out=parameters)


class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012): a step of its own size for every parameter.

    a <- rho a + (1 - rho) g^2, d = g sqrt(b + epsilon) / sqrt(a + epsilon),
    b <- rho b + (1 - rho) d^2, parameters <- parameters - learning_rate * d.

    Parameters
    ----------
    learning_rate : float, default 1
    rho : float, default 0.9
        Memory of the two running averages; at least 0 and less than 1.
    epsilon : float, default 1e-6
    weight_decay : float, default 0
    """

    vectors = ("squared_gradient", "squared_step")

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

    def _update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        scratch = self._scratch
        average, average_step = self.state["squared_gradient"], self.state["squared_step"]
        self._remember(average, gradients)
        # gradients becomes g sqrt((b + epsilon) / (a + epsilon)).
        np.add(average, self.epsilon, out=scratch)
        np.divide(gradients, np.sqrt(scratch, out=scratch), out=gradients)
        np.add(average_step, self.epsilon, out=scratch)
        np.multiply(gradients, np.sqrt(scratch, out=scratch), out=gradients)
        self._remember(average_step, gradients)
        np.multiply(gradients, self.learning_rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)

    def _remember(self, average: np.ndarray, values: np.ndarray) -> None:
        """Move a running average of squares: average <- rho average + (1 - rho) values^2."""
        np.multiply(average, self.rho, out=average)
        np.multiply(values, values, out=self._scratch)
        np.multiply(self._scratch, 1 - self.rho, out=self._scratch)
        np.add(average, self._scratch, out=average)


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

    def _update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        scratch, t = self._scratch, self.steps + 1
        mean, square = self.state["mean_gradient"], self.state["squared_gradient"]
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
