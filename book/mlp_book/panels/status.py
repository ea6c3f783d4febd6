"""The line of status under a panel's controls."""

from __future__ import annotations

from html import escape

from mlp_book.panels.controller import Snapshot
from mlp_book.panels.curve import Curve


def status_html(snapshot: Snapshot) -> str:
    """Return one line on the state of a panel, with its facts as data attributes too."""
    curve = snapshot.current
    epoch = curve.epoch if curve else 0
    loss = curve.last("test_loss") if curve else None
    return (
        '<div class="what-if-status" role="status" style="line-height:1.45" '
        f'data-state="{snapshot.state}" data-epoch="{epoch}" data-kept="{len(snapshot.kept)}" '
        f'data-test-loss="{loss if loss is not None else ""}">{status_text(snapshot)}'
        f"{inside_text(curve)}</div>"
    )


def status_text(snapshot: Snapshot) -> str:
    """Return the state of a panel in words, as HTML."""
    if snapshot.message:
        return f"<strong>{escape(snapshot.message)}</strong>"
    curve = snapshot.current
    if snapshot.state == "waiting" or (snapshot.state == "running" and not curve):
        return "Starting …"
    if curve is None:
        return "Press Train, or move a control."
    text = f"Epoch {curve.epoch} of {curve.epochs * curve.seeds}"
    if curve.last("test_loss") is not None:
        text += (
            f": test loss {curve.last('test_loss'):.4g}, "
            f"test accuracy {curve.last('test_accuracy'):.1%}"
        )
    if snapshot.state == "diverged":
        return (
            f"<strong>✕ Diverged</strong> at update "
            f"{', '.join(str(run.diverged_at_update) for run in curve.diverged)}: the loss is no "
            f"longer a finite number. {text}."
        )
    if snapshot.state == "stopped":
        return f"<strong>Stopped.</strong> {text}."
    if snapshot.state == "completed" and curve.guesses:
        return f"<strong>Hardly better than guessing.</strong> {text}."
    return f"{text}."


def inside_text(curve: Curve | None) -> str:
    """Return a line on the hidden units and the gradient, or nothing if they are not known."""
    norm = curve.last("gradient_norm") if curve else None
    if curve is None or norm is None:
        return ""
    active, dead = curve.last("active_units"), curve.last("dead_units")
    units = "none" if active is None else f"{active:.0%} active, {dead:.0%} dead"
    largest = curve.last("largest_output")
    output = "" if largest is None else f" Largest output: {largest:.2g}."
    return f"<div>Hidden units: {units}. Length of the gradient: {norm:.2g}.{output}</div>"
