"""What the chapter on the engine says of gradients, updates and small numbers."""

from __future__ import annotations

import timeit
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.chapters.engine.operations import PRODUCTS, UPDATE_PASSES, count_operations
from mlp_book.chapters.engine.stepper import Update
from mlp_book.facts import claim, facts
from mlp_book.text import format_number, signed
from mlp_core.nn import MLP, SGD, Network, Optimizer, initialize, make_loss
from mlp_core.nn.denormals import flush_tiny
from mlp_core.nn.gradient_check import central_differences, compute_gradients, relative_error
from mlp_core.nn.optimizers import FLUSH_STEPS

NAME = "engine"
Arrays = Mapping[str, tuple[np.ndarray, np.ndarray]]


@facts(NAME)
def backward(
    network: Network, images: np.ndarray, labels: np.ndarray, losses: np.ndarray, by_hand: Arrays
) -> Iterator[Any]:
    """Say that both passes are the formulas of the text; `by_hand`: the engine's, the hand's."""
    first, second = network.linear_layers
    sums, hidden, logits = (layer.outputs for layer in network.layers)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    of_truth = softmax[np.arange(len(labels)), labels]
    yield claim(
        "forward: inputs times weights plus biases, then tanh, then cross-entropy",
        np.allclose(sums, images @ first.weight + first.bias, rtol=1e-12)
        and np.allclose(hidden, np.tanh(sums), rtol=1e-12)
        and np.allclose(losses, -np.log(of_truth), rtol=1e-12),
    )
    yield claim(
        "backward: the products by hand are the engine's gradients",
        all(np.allclose(engine, hand, rtol=1e-12, atol=1e-14) for engine, hand in by_hand.values()),
    )
    yield claim(
        "only the first layer leaves out the slope along its inputs",
        second.needs_grad_inputs and not first.needs_grad_inputs,
    )


@facts(NAME)
def views(network: Network, before: float) -> Iterator[Any]:
    """Say that layers look at one vector; `before` is the first parameter before its change."""
    layers = network.linear_layers
    parameters = [array for layer in layers for array in (layer.weight, layer.bias)]
    gradients = [array for layer in layers for array in (layer.grad_weight, layer.grad_bias)]
    yield claim(
        "the layers' arrays are views of one vector, without gaps, and so are their gradients",
        all(np.shares_memory(view, network.gradients) for view in gradients)
        and all(np.shares_memory(view, network.parameters) for view in parameters)
        and np.array_equal(np.concatenate([v.ravel() for v in parameters]), network.parameters),
    )
    yield claim("the changed parameter is as before", layers[0].weight[0, 0] == before)


@facts(NAME)
def check(errors: Mapping[str, Mapping[str, float]]) -> Iterator[Any]:
    """Say how right the gradients are: relative errors by loss and activation."""
    worst, pairs = _worst(errors)
    yield claim("every gradient agrees with central differences", worst < 1e-7)
    yield {"worst-error": _rough(worst), "pairs": pairs}


def _worst(errors: Mapping[str, Mapping[str, float]]) -> tuple[float, int]:
    every = [error for row in errors.values() for error in row.values()]
    return max(every), len(every)


def _rough(value: float, digits: int = 1) -> float:
    return float(f"{value:.{digits - 1}e}")


@facts(NAME)
def step_sizes(
    steps: np.ndarray, checks: Mapping[str, Sequence[float]], backward_error: float
) -> Iterator[Any]:
    """Say how the error of central differences depends on the step, in both precisions."""
    table = pd.DataFrame(checks, index=[f"{step:.0e}" for step in steps])
    best = {dtype: float(steps[int(np.argmin(values))]) for dtype, values in checks.items()}
    lowest = table.min()
    yield {
        "best-64": _rough(best["float64"]),
        "best-32": _rough(best["float32"]),
        "lowest-64": _rough(lowest["float64"]),
        "lowest-32": _rough(lowest["float32"]),
        "backward-32": _rough(backward_error),
        "epsilon-64": _rough(float(np.finfo("float64").eps)),
        "epsilon-32": _rough(float(np.finfo("float32").eps)),
    }
    yield claim(
        "in float64 the best step is far smaller, and its error far lower",
        1e-7 < best["float64"] < 1e-3 < best["float32"] < 0.2
        and lowest["float64"] < 1e-8 < lowest["float32"],
    )
    yield claim(
        "the float32 backward pass is far better than any float32 check of it",
        20 * backward_error < lowest["float32"] and backward_error < 1e-5,
    )
    yield claim(
        "truncation: a tenth of the step has a hundredth of the error",
        lambda: (table.loc["1e-01"] / table.loc["1e-02"]).between(50, 200).all(),
    )
    yield claim(
        "rounding: a tenth of the step has ten times the error, give or take luck",
        lambda: 1e2 < table.loc["1e-11", "float64"] / table.loc["1e-07", "float64"] < 1e6,
    )
    yield claim(
        "the smallest step is lost in float32: every slope reads zero",
        np.isclose(checks["float32"][0], 1),
    )


@facts(NAME)
def two_updates(
    engine: np.ndarray, hand: np.ndarray, start: np.ndarray, optimizer: Optimizer, step: np.ndarray
) -> Iterator[Any]:
    """Say that the optimizer does what the two lines of the text do; `step`: the last by hand."""
    yield claim("both ways agree", np.allclose(engine, hand, rtol=1e-12, atol=1e-15))
    yield claim("the parameters have moved", not np.allclose(engine, start))
    yield claim("the optimizer keeps its last step", np.allclose(optimizer.state["step"], step))


@facts(NAME)
def one_update(update: Update) -> Iterator[Any]:
    """Say what an update, step by step, comes to."""
    losses = [step.numbers["loss"] for step in update.steps if "loss" in step.fresh]
    yield claim("after the update the loss is lower", losses[-1] < losses[0])


@facts(NAME)
def arithmetic(counts: pd.DataFrame, errors: Mapping[str, Mapping[str, float]]) -> Iterator[Any]:
    """Say where an update's operations go, and answer the chapter's question."""
    total, forward, first = counts.to_numpy().sum(), counts["forward"].sum(), counts.iloc[0]
    share, saved = first.sum() / total, first["forward"] / (total + first["forward"])
    worst, pairs = _worst(errors)
    over_forward = f"{total / forward:.1f}"
    products = int((counts[[*PRODUCTS]] > 0).to_numpy().sum())
    yield claim("nearly all the work is in the first layer", 0.95 < share < 1)
    yield claim("learning costs about twice what classifying does", 1.9 < total / forward < 2.2)
    yield claim(
        "leaving out the first layer's input gradient saves a third",
        first["inputs"] == 0 and 0.3 < saved < 0.35,
    )
    yield {
        "total": f"{total / 1e6:.0f}",
        "share": f"{100 * share:.0f}",
        "over-forward": over_forward,
        "saved": f"{100 * saved:.0f}",
        "parameters": f"{counts['step'].sum() // UPDATE_PASSES:,}",
        "answer": (
            f"A pass forward, a pass back and a step: {products} matrix products with one hidden "
            f"layer, {over_forward} times the arithmetic of classifying. Central differences "
            f"confirm all {pairs} gradients, to {format_number(_rough(worst))} or better."
        ),
    }


@facts(NAME)
def denormals(updates: np.ndarray, sizes: Mapping[str, Sequence[float]]) -> Iterator[Any]:
    """Say what becomes of a step that shrinks by a tenth in each update."""
    alone, flushed = np.array(sizes["left alone"]), np.array(sizes["flushed"])
    float32 = np.finfo("float32")
    normal, denormal = float(float32.smallest_normal), float(float32.smallest_subnormal)
    denormal_at, zero_at = (_first(updates, own) for own in (alone < normal, flushed == 0))
    yield {
        "stuck": _rough(alone[-1], 2),
        "denormal-at": denormal_at,
        "zero-at": zero_at,
        "slowdown": say_slowdown(time_of_product(1e-40) / time_of_product(0.5)),
    }
    yield claim(
        "left alone, it sticks at four times the smallest number that there is",
        (alone[-200:] == 4 * denormal).all(),
    )
    yield claim(
        "flushed, it is zero long before it would be denormal, and stays so",
        zero_at < denormal_at < 1000
        and (flushed[updates >= zero_at] == 0).all()
        and flushed[flushed > 0].min(initial=1) > normal,
    )
    kept = np.array([1e-12, 1e-7, 0.5], "float32")
    yield claim(
        "every 64 updates such numbers are swept up, and what matters is not changed",
        FLUSH_STEPS == 64 and np.allclose(flush_tiny(kept.copy()), kept, rtol=1e-6),
    )


def _first(updates: np.ndarray, found: np.ndarray) -> float:
    """Return the first update at which something is so; nan if it never is."""
    return float(updates[np.argmax(found)]) if found.any() else np.nan


def time_of_product(value: float) -> float:
    """Return the seconds that multiplying 100,000 such numbers takes, here and now."""
    numbers = np.full(100_000, value, "float32")
    out = np.empty_like(numbers)
    return min(timeit.repeat(lambda: np.multiply(numbers, 0.9, out=out), number=20, repeat=7)) / 20


def say_slowdown(times: float) -> str:
    """Return how long something took beside something else, in words that end in "as".

    >>> say_slowdown(1.04), say_slowdown(12.34)
    ('about as long as', '12.3 times as long as')
    """
    return "about as long as" if abs(times - 1) < 0.1 else f"{times:.1f} times as long as"


def measure_drift(
    marks: Sequence[int], rate: float, decay: float
) -> tuple[dict[str, list[float]], np.ndarray, dict[str, np.ndarray]]:
    """Let float32 parameters decay by a factor, and by a term that is added to the gradient.

    Parameters
    ----------
    marks : sequence of int
        After which updates it is measured.
    rate, decay : float

    Returns
    -------
    distances : dict
        To float64, root mean square, at each mark.
    start : ndarray
    ends : dict
        The parameters after the last update.
    """
    rng = np.random.default_rng(0)
    start = rng.normal(size=5000)
    exact, added, folded = start.copy(), start.astype("float32"), start.astype("float32")
    in_64, in_32 = SGD(rate, weight_decay=decay), SGD(rate, weight_decay=decay)
    without_decay, factor = SGD(rate), np.float32(1 - rate * decay)
    distances: dict[str, list[float]] = {"as a\nfactor": [], "added": []}
    for update in range(1, marks[-1] + 1):
        gradient = rng.normal(0, 1e-3, start.size)
        in_64.step(exact, gradient.copy())
        in_32.step(added, gradient.astype("float32"))
        folded *= factor
        without_decay.step(folded, gradient.astype("float32"))
        if update in marks:
            for name, own in zip(distances, (folded, added), strict=True):
                distances[name].append(float(np.sqrt(np.mean((own - exact) ** 2))))
    return distances, start, {"exact": exact, "factor": folded, "added": added}


@facts(NAME)
def drift(
    updates: np.ndarray,
    distances: Mapping[str, Sequence[float]],
    start: np.ndarray,
    ends: Mapping[str, np.ndarray],
    shrinking: float,
) -> Iterator[Any]:
    """Say how far float32 parameters stray if their decay is a factor, and if it is added.

    `ends` are the parameters after all updates, `shrinking` is the rate times the decay.
    """
    factor, added = map(np.asarray, distances.values())
    last = int(updates[-1])
    tenth = int(np.argmin(abs(updates - last / 10)))
    later = last / updates[tenth]
    owed = start @ start * (1 - (1 - shrinking) ** last)  # how far decay alone leads, along start
    missing = {name: float((end - ends["exact"]) @ start / owed) for name, end in ends.items()}
    rounded = (1 - float(np.float32(1 - shrinking))) / shrinking
    yield {
        "drift-updates": f"{last:,}",
        "drift-ratio": f"{factor[-1] / added[-1]:.0f}",
        "drift-missing": f"{100 * missing['factor']:.1f}",
        "factor-short": f"{100 * (1 - rounded):.1f}",
    }
    yield claim("the factor leads far astray", factor[-1] > 10 * added[-1])
    yield claim(
        "the factor's errors add up in proportion to the updates, the others as their square root",
        0.7 < factor[-1] / factor[tenth] / later < 1.4
        and 0.5 < added[-1] / added[tenth] / np.sqrt(later) < 2,
    )
    yield claim(
        "about a twentieth of the decay is missing, and nothing of the decay that was added",
        0.03 < missing["factor"] < 0.07 and abs(missing["added"]) < 0.005,
    )
    yield claim("the rounded factor shrinks by about a twentieth too little", 0.93 < rounded < 0.97)


@facts(NAME)
def exercises(counts: pd.DataFrame, batch: np.ndarray, labels: np.ndarray) -> Iterator[Any]:
    """Answer the exercises; `counts` are those of one hidden layer."""
    deep = count_operations(784, (256, 128), 10, batch_size=100)
    share, deep_share = (own.iloc[0].sum() / own.to_numpy().sum() for own in (counts, deep))
    parameters = MLP(784, (256, 128), 10).parameters.size
    yield claim(
        "the parameters are those of the formula",
        parameters == (784 + 1) * 256 + (256 + 1) * 128 + (128 + 1) * 10,
    )
    yield claim("with two hidden layers the first has a smaller share", 0.5 < deep_share < share)
    yield {"ex1-parameters": f"{parameters:,}", "ex1-share": f"{100 * deep_share:.0f}"}

    network, loss = MLP(5, (6,), 4, "tanh", dtype="float64"), make_loss("cross_entropy")
    initialize(network, "pytorch", np.random.default_rng(1))
    measured = central_differences(network, loss, batch, labels)
    too_long = len(batch) * compute_gradients(network, loss, batch, labels)
    wrong = relative_error(too_long, measured)
    yield claim(
        "eight times the gradient is off by seven times it",
        len(batch) == 8 and abs(wrong - 7) < 1e-3,
    )
    yield {"ex2-error": f"{wrong:.1f}"}

    tiny = MLP(1, (1,), 1, "relu", dtype="float64")
    tiny.linear_layers[1].weight[...] = 1
    setting: Any = (tiny, make_loss("mse"), np.ones((1, 1)), np.zeros(1, int))
    bias = 1  # the second parameter is the first layer's bias
    kink, across = compute_gradients(*setting)[bias], central_differences(*setting)[bias]
    yield claim(
        "at the kink the backward pass says 0, the difference the mean of both sides",
        kink == 0 and abs(across + 0.5) < 1e-4,
    )
    yield {"ex3-backward": f"{abs(kink):.0f}", "ex3-measured": signed(across, 1)}
