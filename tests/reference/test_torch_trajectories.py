"""Ten updates of every optimizer, penalty and schedule against stored PyTorch trajectories."""

from pathlib import Path

import numpy as np
import pytest
import torch_cases as cases

from mlp_core.nn import (
    MLP,
    OPTIMIZERS,
    SCHEDULES,
    L1Penalty,
    L2Penalty,
    learning_rate_at,
    make_loss,
)

TORCH = np.load(Path(__file__).with_name("torch_trajectories.npz"), allow_pickle=False)
NOT_OPTIMIZER_SETTINGS = ("optimizer", "l1", "l2", "schedule")


def run(case, scale_by_loss):
    """Return the parameters after each update, as `run` in make_torch_trajectories does.

    With `scale_by_loss` the loss multiplies the gradient by what suits the optimizer, as in
    the training loop.
    """
    network = MLP(cases.IN_FEATURES, (cases.HIDDEN,), cases.CLASSES, "tanh", dtype="float64")
    network.parameters[...] = TORCH["start"]
    settings = {k: v for k, v in case.items() if k not in NOT_OPTIMIZER_SETTINGS}
    optimizer = OPTIMIZERS[case["optimizer"]](**settings)
    penalties = [
        L1Penalty(case.get("l1", 0), network.weight_slices),
        L2Penalty(case.get("l2", 0), network.weight_slices),
    ]
    loss = make_loss("cross_entropy")
    trajectory = []
    batches = zip(TORCH["batch_inputs"], TORCH["batch_labels"], strict=True)
    for update, (inputs, labels) in enumerate(batches):
        optimizer.learning_rate = learning_rate_at(
            case.get("schedule", "constant"),
            case["learning_rate"],
            update // cases.UPDATES_PER_EPOCH,
            cases.EPOCHS,
            cases.STEP_EPOCHS,
            cases.STEP_FACTOR,
        )
        loss.forward(network.forward(inputs), labels)
        scale = optimizer.gradient_scale if scale_by_loss else 1.0
        network.backward(loss.backward(scale))
        for penalty in penalties:
            penalty.add_gradient(network.parameters, network.gradients, scale)
        optimizer.step(network.parameters, network.gradients, scale)
        trajectory.append(network.parameters.copy())
    return np.array(trajectory)


@pytest.mark.parametrize("scale_by_loss", [False, True])
@pytest.mark.parametrize("name", cases.TRAJECTORIES)
def test_ten_updates(name, scale_by_loss):
    expected = TORCH[f"trajectory_{name}"]
    assert expected.shape == (cases.UPDATES, len(TORCH["start"]))
    actual = run(cases.TRAJECTORIES[name], scale_by_loss)
    np.testing.assert_allclose(actual, expected, rtol=1e-10)


def test_every_optimizer_and_schedule_has_a_trajectory():
    runs = cases.TRAJECTORIES.values()
    assert {case["optimizer"] for case in runs} == set(OPTIMIZERS)
    assert {case["schedule"] for case in runs if "schedule" in case} == set(SCHEDULES)


def test_the_trajectories_differ():
    """A setting that were ignored on both sides would repeat another trajectory."""
    ends = {name: TORCH[f"trajectory_{name}"][-1].tobytes() for name in cases.TRAJECTORIES}
    assert len(set(ends.values())) == len(ends)
