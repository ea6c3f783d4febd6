"""Make torch_trajectories.npz: what PyTorch computes, for the tests to compare with.

The tests never import PyTorch. Run this where it is installed, with NumPy, to make the file anew:

    python -m pip install torch==2.13.0 numpy
    python tests/reference/make_torch_trajectories.py

All numbers are float64. Weight matrices are stored as `mlp_core` keeps them, (in, out), the
transpose of PyTorch's, and a network's parameters in the order weights, biases, layer by layer.
"""

import platform
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
import torch_cases as cases

TARGET = Path(__file__).with_name("torch_trajectories.npz")
ACTIVATIONS = {
    "relu": F.relu,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


def weston_watkins(outputs, labels):
    """Sum over k != label of max(0, margin - outputs[label] + outputs[k]), written out."""
    true = outputs.gather(1, labels[:, None])
    excess = (cases.HINGE_MARGIN - true + outputs).clamp(min=0)
    return (excess * (1 - F.one_hot(labels, outputs.shape[1]))).sum(1)


def squared_distances(outputs, labels):
    return (outputs - F.one_hot(labels, outputs.shape[1])) ** 2


# The last two act on log-probabilities; each returns one loss an example.
LOSSES = {
    "cross_entropy": lambda o, y: F.cross_entropy(o, y, reduction="none"),
    "hinge": weston_watkins,
    "mse": lambda o, y: squared_distances(o, y).sum(1) / 2,
    "nll": lambda o, y: F.nll_loss(o, y, reduction="none"),
    "log_softmax_mse": lambda o, y: squared_distances(o, y).mean(1),
}


def check_losses_against_torch(logits, labels):
    """The two losses written out above have names in PyTorch, up to a factor."""
    hinge = F.multi_margin_loss(logits, labels, margin=cases.HINGE_MARGIN) * logits.shape[1]
    torch.testing.assert_close(weston_watkins(logits, labels).mean(), hinge)
    one_hot = F.one_hot(labels, logits.shape[1]).double()
    squares = LOSSES["log_softmax_mse"](logits, labels).mean()
    torch.testing.assert_close(squares, F.mse_loss(logits, one_hot))


def make_losses(rng):
    logits = torch.tensor(rng.normal(0, 3, (7, 5)), requires_grad=True)
    labels = torch.tensor(rng.integers(0, 5, 7))
    check_losses_against_torch(logits.detach(), labels)
    made = {"logits": logits.detach(), "labels": labels}
    for name, loss in LOSSES.items():
        on_log_softmax = name in ("nll", "log_softmax_mse")
        outputs = F.log_softmax(logits, dim=1) if on_log_softmax else logits * 1
        losses = loss(outputs, labels)
        grads = torch.autograd.grad(losses.mean(), (outputs, logits))
        made[f"{name}_losses"] = losses.detach()
        made[f"{name}_grad_outputs"], made[f"{name}_grad_logits"] = grads
    return {f"loss_{name}": tensor.numpy() for name, tensor in made.items()}


def make_activations(rng):
    grid = np.concatenate([np.linspace(-6, 6, 49), [-40, -15, 15, 40]])
    grad_outputs = torch.tensor(rng.normal(size=grid.shape))
    made = {"activation_inputs": grid, "activation_grad_outputs": grad_outputs.numpy()}
    for name, function in ACTIVATIONS.items():
        inputs = torch.tensor(grid, requires_grad=True)
        outputs = function(inputs)
        outputs.backward(grad_outputs)
        made[f"activation_{name}_outputs"] = outputs.detach().numpy()
        made[f"activation_{name}_grad_inputs"] = inputs.grad.numpy()
    return made


def make_model():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(cases.IN_FEATURES, cases.HIDDEN),
        torch.nn.Tanh(),
        torch.nn.Linear(cases.HIDDEN, cases.CLASSES),
    ).double()


def flatten(model):
    """Weights (in, out), then biases, layer by layer: every parameter transposed in turn."""
    tensors = [p.detach().numpy().T.ravel() for p in model.parameters()]
    return np.concatenate(tensors)


def make_optimizer(model, case):
    rate, decay = case["learning_rate"], case.get("weight_decay", 0)
    if case["optimizer"] == "adadelta":
        return torch.optim.Adadelta(
            model.parameters(),
            lr=rate,
            rho=case.get("rho", 0.9),
            eps=case.get("epsilon", 1e-6),
            weight_decay=decay,
        )
    if case["optimizer"] == "adam":
        return torch.optim.Adam(
            model.parameters(),
            lr=rate,
            betas=(case.get("beta1", 0.9), case.get("beta2", 0.999)),
            eps=case.get("epsilon", 1e-8),
            weight_decay=decay,
        )
    return torch.optim.SGD(
        model.parameters(),
        lr=rate,
        momentum=case.get("momentum", 0),
        nesterov=case.get("nesterov", False),
        weight_decay=decay,
    )


def make_scheduler(optimizer, schedule, epochs, step_epochs, step_factor):
    schedulers = torch.optim.lr_scheduler
    if schedule == "step":
        return schedulers.StepLR(optimizer, step_epochs, step_factor)
    if schedule == "cosine":
        return schedulers.CosineAnnealingLR(optimizer, epochs)
    return schedulers.ConstantLR(optimizer, factor=1)


def penalty(model, case):
    """The penalty on the weights (the matrices among the parameters), not on the biases."""
    weights = [p for p in model.parameters() if p.ndim == 2]
    l1 = sum(weight.abs().sum() for weight in weights)
    l2 = sum((weight**2).sum() for weight in weights)
    return case.get("l1", 0) * l1 + case.get("l2", 0) / 2 * l2


def run(case, batches):
    """Return the parameters after each update, of shape (updates, parameters)."""
    model = make_model()
    optimizer = make_optimizer(model, case)
    scheduler = make_scheduler(
        optimizer,
        case.get("schedule", "constant"),
        cases.EPOCHS,
        cases.STEP_EPOCHS,
        cases.STEP_FACTOR,
    )
    trajectory = []
    for update, (inputs, labels) in enumerate(batches, start=1):
        optimizer.zero_grad()
        (F.cross_entropy(model(inputs), labels) + penalty(model, case)).backward()
        optimizer.step()
        trajectory.append(flatten(model))
        if update % cases.UPDATES_PER_EPOCH == 0:
            scheduler.step()
    return np.array(trajectory)


def make_trajectories(rng):
    inputs = rng.normal(size=(cases.UPDATES, cases.ROWS, cases.IN_FEATURES))
    labels = rng.integers(0, cases.CLASSES, (cases.UPDATES, cases.ROWS))
    batches = list(zip(torch.tensor(inputs), torch.tensor(labels), strict=True))
    made = {"batch_inputs": inputs, "batch_labels": labels, "start": flatten(make_model())}
    for name, case in cases.TRAJECTORIES.items():
        made[f"trajectory_{name}"] = run(case, batches)
    return made


def make_schedules():
    made = {}
    for name, (rate, epochs, step_epochs, step_factor) in cases.SCHEDULES.items():
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=rate)
        scheduler = make_scheduler(optimizer, name, epochs, step_epochs, step_factor)
        rates = []
        for _ in range(epochs):
            rates.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        made[f"schedule_{name}"] = np.array(rates)
    return made


def make_linear_bounds():
    """The least and the greatest value of PyTorch's default weights and biases."""
    torch.manual_seed(0)
    made = {}
    for in_features in (1, 16, 784):
        layer = torch.nn.Linear(in_features, 5000, dtype=torch.float64)
        weight, bias = layer.weight.detach(), layer.bias.detach()
        bounds = [weight.min(), weight.max(), bias.min(), bias.max()]
        made[f"linear_bounds_{in_features}"] = np.array([float(bound) for bound in bounds])
    return made


def main():
    rng = np.random.default_rng(2022)
    made_by = (
        f"PyTorch {torch.__version__}, NumPy {np.__version__}, Python {platform.python_version()}"
    )
    np.savez_compressed(
        TARGET,
        made_by=np.array(made_by),
        **make_losses(rng),
        **make_activations(rng),
        **make_trajectories(rng),
        **make_schedules(),
        **make_linear_bounds(),
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, made by {made_by}")


if __name__ == "__main__":
    main()
