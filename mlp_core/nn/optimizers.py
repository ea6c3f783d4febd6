"""Optimizers: how a gradient becomes a change of the parameters, in place on whole vectors."""

from __future__ import annotations

import numpy as np

from mlp_core.nn.optimizer import Optimizer, check_setting


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
        check_setting("momentum", momentum, 0 <= momentum < 1, "at least 0 and less than 1")
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
        check_setting("rho", rho, 0 <= rho < 1, "at least 0 and less than 1")
        check_setting("epsilon", epsilon, epsilon > 0, "> 0 and finite")
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
            check_setting(name, value, 0 <= value < 1, "at least 0 and less than 1")
        check_setting("epsilon", epsilon, epsilon > 0, "> 0 and finite")
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
