"""Figures of the chapter on speed, from a benchmark that is made up."""

from __future__ import annotations

from typing import Any

from mlp_book.chapters import speed as chapter


def contestant(ms: float, engine_ms: float) -> dict[str, Any]:
    return {
        "ms_per_update": ms,
        "quartiles": [0.9 * ms, 1.2 * ms],
        "engine_ratio": engine_ms / ms,
    }


def case(
    name: str, units: int, batch: int, engine: float, floor: float, cores: int = 1, **others: float
) -> dict[str, Any]:
    times = {"mlp_core": engine, "floor": floor, **others}
    return {
        "case": name,
        "hidden_sizes": [units],
        "batch_size": batch,
        "cores": cores,
        "check_updates": 100,
        "contestants": {name: contestant(ms, engine) for name, ms in times.items()},
    }


CONTENT = {
    "cases": [
        case("small-1, batch 100", 16, 100, 0.2, 0.1, PyTorch=0.4),
        case("usual", 128, 100, 0.6, 0.4, PyTorch=1.0),
        case("usual", 128, 100, 0.5, 0.3, cores=2),
        case("bulk", 128, 1000, 4.0, 3.0),
    ]
}

PARTS = {
    "cases": [
        {"hidden_sizes": sizes, "parts": {"products": 300.0 * len(sizes), "optimizer": 70.0}}
        for sizes in ([128], [256, 128])
    ]
}

CASES = {
    "contestants": lambda: chapter.plot_contestants(CONTENT, ["small-1, batch 100", "usual"]),
    "parts": lambda: chapter.plot_parts(PARTS),
    "growth": lambda: chapter.plot_growth(CONTENT),
}
