"""The contestants: the engine, the floor, the homework style, and peers that are installed.

Each is built from the same materials and makes the updates of the batches that it is given.
Import errors are left to the caller: a peer that is not installed does not take part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from work import LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, Materials, Work

Layers = list[tuple[np.ndarray, np.ndarray]]


class Contestant:
    """One way to make the updates."""

    learns = True  # whether its weights must reach the common loss

    def __init__(self, work: Work, materials: Materials) -> None:
        raise NotImplementedError

    def run(self, batches: np.ndarray) -> None:
        """Make one update for each row of `batches`, and return when all are done."""
        raise NotImplementedError

    def layers(self) -> Layers:
        """Return the current (weight, bias) pairs."""
        raise NotImplementedError


class Engine(Contestant):
    """mlp_core: the very loop that `train` runs."""

    def __init__(self, work: Work, materials: Materials) -> None:
        from mlp_core.training import Training

        self.training = Training(work.config)

    def run(self, batches: np.ndarray) -> None:
        # run_updates takes an epoch's order; longer calls are cut into epochs of whole batches.
        order, batch = batches.ravel(), batches.shape[1]
        size = self.training.dataset.train_size // batch * batch
        for start in range(0, len(order), size):
            self.training.run_updates(order[start : start + size])

    def layers(self) -> Layers:
        return [(x.weight, x.bias) for x in self.training.network.linear_layers]


class Floor(Contestant):
    """The matrix products of an update alone, on data that stays in the cache."""

    learns = False

    def __init__(self, work: Work, materials: Materials) -> None:
        rng = np.random.default_rng(0)
        rows = work.batch_size

        def array(*shape: int) -> np.ndarray:
            return rng.random(shape, dtype=np.float32)

        self.weights = [weight.copy() for weight, _ in materials.layers]
        widths = [self.weights[0].shape[0], *(weight.shape[1] for weight in self.weights)]
        self.values = [array(rows, width) for width in widths]
        self.grads = [array(rows, width) for width in widths]
        self.grad_weights = [np.empty_like(weight) for weight in self.weights]

    def run(self, batches: np.ndarray) -> None:
        dot, values, grads = np.dot, self.values, self.grads
        forward = list(zip(values[:-1], self.weights, values[1:], strict=True))
        backward = [
            (values[i].T, grads[i + 1], self.grad_weights[i], self.weights[i].T, grads[i])
            for i in reversed(range(len(self.weights)))
        ]
        first = backward.pop()
        for _ in range(len(batches)):
            for x, weight, out in forward:
                dot(x, weight, out=out)
            for x_t, grad, grad_weight, weight_t, grad_x in backward:
                dot(x_t, grad, out=grad_weight)
                dot(grad, weight_t, out=grad_x)
            dot(first[0], first[1], out=first[2])


class Homework(Contestant):
    """NumPy as one writes it at first: float64, new arrays everywhere."""

    def __init__(self, work: Work, materials: Materials) -> None:
        self.x = materials.images.astype(float)
        self.y = np.eye(10)[materials.labels]
        self.weights = [weight.astype(float) for weight, _ in materials.layers]
        self.biases = [bias.astype(float) for _, bias in materials.layers]
        self.velocities = [np.zeros_like(p) for p in self.weights + self.biases]

    def run(self, batches: np.ndarray) -> None:
        for rows in batches:
            self._update(self.x[rows], self.y[rows])

    def _update(self, x: np.ndarray, y: np.ndarray) -> None:
        values = [x]
        for weight, bias in zip(self.weights, self.biases, strict=True):
            z = values[-1] @ weight + bias
            values.append(np.maximum(z, 0) if weight is not self.weights[-1] else z)
        e = np.exp(values[-1] - values[-1].max(axis=1, keepdims=True))
        grad = (e / e.sum(axis=1, keepdims=True) - y) / len(x)
        grad_weights, grad_biases = [], []
        for i in reversed(range(len(self.weights))):
            grad_weights.insert(0, values[i].T @ grad)
            grad_biases.insert(0, grad.sum(axis=0))
            if i:
                grad = (grad @ self.weights[i].T) * (values[i] > 0)
        parameters = self.weights + self.biases
        for i, g in enumerate(grad_weights + grad_biases):
            g = g + WEIGHT_DECAY * parameters[i]
            self.velocities[i] = MOMENTUM * self.velocities[i] + g
            parameters[i] -= LEARNING_RATE * self.velocities[i]

    def layers(self) -> Layers:
        return list(zip(self.weights, self.biases, strict=True))


class ScikitLearn(Contestant):
    """MLPClassifier.partial_fit, a batch a call."""

    def __init__(self, work: Work, materials: Materials) -> None:
        from sklearn.neural_network import MLPClassifier

        self.x, self.y = materials.images, materials.labels
        self.model = MLPClassifier(
            hidden_layer_sizes=work.hidden_sizes,
            solver="sgd",
            learning_rate_init=LEARNING_RATE,
            momentum=MOMENTUM,
            nesterovs_momentum=False,
            alpha=WEIGHT_DECAY * work.batch_size,  # it divides by the batch size
            batch_size=work.batch_size,
            shuffle=False,
        )
        rows = slice(0, work.batch_size)
        self.model.partial_fit(self.x[rows], self.y[rows], classes=np.arange(10))
        for (weight, bias), coef, intercept in zip(
            materials.layers, self.model.coefs_, self.model.intercepts_, strict=True
        ):
            coef[...], intercept[...] = weight, bias
        for velocity in self.model._optimizer.velocities:
            velocity[...] = 0

    def run(self, batches: np.ndarray) -> None:
        fit, x, y = self.model.partial_fit, self.x, self.y
        for rows in batches:
            fit(x[rows], y[rows])

    def layers(self) -> Layers:
        return list(zip(self.model.coefs_, self.model.intercepts_, strict=True))


class Torch(Contestant):
    """PyTorch, eager, as its tutorials write it."""

    compiled = False

    def __init__(self, work: Work, materials: Materials) -> None:
        import torch

        self.torch = torch
        self.x = torch.from_numpy(materials.images)
        self.y = torch.from_numpy(materials.labels.astype(np.int64))
        modules: list[Any] = []
        for weight, bias in materials.layers:
            linear = torch.nn.Linear(*weight.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weight.T))
                linear.bias.copy_(torch.from_numpy(bias))
            modules += [linear, torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY
        )
        self.loss = torch.nn.CrossEntropyLoss()
        self.forward = torch.compile(self._forward) if self.compiled else self._forward

    def _forward(self, x: Any, y: Any) -> Any:
        return self.loss(self.model(x), y)

    def run(self, batches: np.ndarray) -> None:
        for rows in self.torch.from_numpy(batches):
            self.optimizer.zero_grad()
            self.forward(self.x[rows], self.y[rows]).backward()
            self.optimizer.step()

    def layers(self) -> Layers:
        arrays = [p.detach().numpy() for p in self.model.parameters()]
        return [(w.T, b) for w, b in zip(arrays[::2], arrays[1::2], strict=True)]


class TorchCompile(Torch):
    """PyTorch with the forward and backward pass compiled."""

    compiled = True


class Jax(Contestant):
    """JAX, one compiled step an update; the batch is gathered inside the step."""

    def __init__(self, work: Work, materials: Materials) -> None:
        import jax
        import jax.numpy as jnp

        self.jax = jax
        self.x = jnp.asarray(materials.images)
        self.y = jnp.asarray(materials.labels.astype(np.int32))
        self.parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in materials.layers]
        self.velocities = jax.tree.map(jnp.zeros_like, self.parameters)

        def loss(parameters: Any, x: Any, y: Any) -> Any:
            for weight, bias in parameters[:-1]:
                x = jnp.maximum(x @ weight + bias, 0)
            logits = x @ parameters[-1][0] + parameters[-1][1]
            picked = jnp.take_along_axis(logits, y[:, None], axis=1)[:, 0]
            return (jax.scipy.special.logsumexp(logits, axis=1) - picked).mean()

        def update(state: Any, rows: Any, x: Any, y: Any) -> Any:
            parameters, velocities = state
            grads = jax.grad(loss)(parameters, x[rows], y[rows])
            velocities = jax.tree.map(
                lambda v, g, p: MOMENTUM * v + g + WEIGHT_DECAY * p, velocities, grads, parameters
            )
            parameters = jax.tree.map(lambda p, v: p - LEARNING_RATE * v, parameters, velocities)
            return parameters, velocities

        def scan(state: Any, batches: Any, x: Any, y: Any) -> Any:
            return jax.lax.scan(lambda s, rows: (update(s, rows, x, y), None), state, batches)[0]

        self.update = jax.jit(update, donate_argnums=0)
        self.scan = jax.jit(scan, donate_argnums=0)

    def run(self, batches: np.ndarray) -> None:
        state = (self.parameters, self.velocities)
        for rows in batches.astype(np.int32):
            state = self.update(state, rows, self.x, self.y)
        self._finish(state)

    def _finish(self, state: Any) -> None:
        self.parameters, self.velocities = self.jax.block_until_ready(state)

    def layers(self) -> Layers:
        return [(np.asarray(w), np.asarray(b)) for w, b in self.parameters]


class JaxScan(Jax):
    """JAX, all updates of a call in one compiled `lax.scan`."""

    def run(self, batches: np.ndarray) -> None:
        rows = self.jax.numpy.asarray(batches.astype(np.int32))
        self._finish(self.scan((self.parameters, self.velocities), rows, self.x, self.y))


CONTESTANTS: dict[str, type[Contestant]] = {
    "mlp_core": Engine,
    "floor": Floor,
    "homework NumPy": Homework,
    "scikit-learn": ScikitLearn,
    "PyTorch": Torch,
    "PyTorch compile": TorchCompile,
    "JAX step": Jax,
    "JAX scan": JaxScan,
}
