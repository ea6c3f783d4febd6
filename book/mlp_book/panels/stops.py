"""The runs behind a panel's controls, trained beforehand: every move of a control has an answer.

``python -m mlp_book.panels.stops`` trains the small digits and writes `results/stops`.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from mlp_book.packing import kept_epochs, pack
from mlp_book.panels.catalogue import PANELS
from mlp_book.panels.pictures import frame_epochs, make_frames
from mlp_book.panels.places import pack_images
from mlp_core.studies import find_results
from mlp_core.training import Run, RunConfig
from mlp_core.training.environment import describe_environment
from mlp_core.what_if import Control, Panel, run_panel
from mlp_core.what_if.frames import pack_layer

SEEDS = 5
MOST = 120_000  # characters of a panel's file
# Epochs of a curve and frames of the network, until a panel's file fits.
SIZES = ((40, 12), (34, 12), (28, 12), (24, 10), (22, 9), (20, 8), (16, 8))
IMAGES = 30  # test images to show the network, for readers without mouse or finger
FEW = 13  # stops of a slider that is not the main one
NOT_STORED = ("seed", "epochs")  # one is what the band is over, the other a place on the curve

# Each column is stored on an even scale between two ends: the decimal logarithm, or the share.
LOG_ENDS, SHARE_ENDS = (-6.0, 4.0), (0.0, 1.0)
BANDS = ("test_loss", "test_accuracy")  # mean, lowest and highest of the seeds
MEANS = ("running_loss", "running_accuracy", "active_units", "dead_units", "gradient_norm")
LOGARITHMIC = ("test_loss", "running_loss", "gradient_norm")

Epochs = list[dict[str, Any]]


def stops_of(control: Control, most: int) -> list[Any]:
    """Return a control's stops, its default among them; of very many only some."""
    stops = list(control.stops)
    if not stops:
        count = round((control.high - control.low) / control.step)  # type: ignore[operator]
        stops = [control.clean(control.low + i * control.step) for i in range(count + 1)]  # type: ignore[operator]
    if len(stops) <= most:
        return stops
    places = sorted({round(place) for place in np.linspace(0, len(stops) - 1, most)})
    kept = [stops[place] for place in places]
    return kept if control.default in kept else sorted([*kept, control.default])


def settings_of(panel: Panel) -> list[dict[str, Any]]:
    """Return what is trained, as differences from the defaults: one control at a time.

    Of the first control, the panel's main one, every stop.
    """
    varied = [control for control in panel.controls if control.name not in NOT_STORED]
    settings: list[dict[str, Any]] = [{}]
    for control in varied:
        most = len(control.stops) or FEW if control is varied[0] else FEW
        values = [value for value in stops_of(control, most) if value != control.default]
        settings += [{control.name: value} for value in values]
    return settings


def train_setting(panel: Panel, values: Mapping[str, Any], seeds: Sequence[int]) -> list[Any]:
    """Train one setting with every seed: for each, its epochs and where it diverged."""
    trained = []
    for seed in seeds:
        epochs: Epochs = []
        ending: dict[str, Any] = {}

        def take(event: dict[str, Any], epochs: Epochs = epochs, ending: Any = ending) -> None:
            if event["kind"] == "epoch":
                epochs.append(event)
            elif event["kind"] == "end":
                ending.update(event)

        its_values = {**values, "seed": seed} if "seed" in panel.defaults else values
        run_panel(panel.with_base(seed=seed), its_values, take)
        trained.append((epochs, ending["diverged_at"]))
    return trained


def pack_setting(
    values: Mapping[str, Any], trained: Sequence[Any], places: Sequence[int]
) -> dict[str, Any]:
    """Return one setting as the file holds it: a band over the seeds that are still finite."""
    columns: dict[str, Any] = {}
    for name in (*BANDS, *MEANS):
        rows = [[seed[e - 1][name] for seed, _ in trained if len(seed) >= e] for e in places]
        finite = [[v for v in row if v is not None and math.isfinite(v)] for row in rows]
        bands = [(_mean(row), min(row), max(row)) if row else (math.nan,) * 3 for row in finite]
        columns[name] = [
            pack([_scaled(name, band[end]) for band in bands], *ends_of(name))
            for end in range(3 if name in BANDS else 1)
        ]
    diverged = [at for _, at in trained if at is not None]
    return {"values": dict(values), "diverged": diverged, "columns": columns}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _scaled(name: str, value: float) -> float:
    if name not in LOGARITHMIC or math.isnan(value):
        return value
    return math.log10(max(value, 1e-9))


def ends_of(name: str) -> tuple[float, float]:
    """Return the ends of a column's scale."""
    return LOG_ENDS if name in LOGARITHMIC else SHARE_ENDS


def pack_network(run: Run) -> dict[str, Any]:
    """Return a trained network in bytes, with what it takes to ask it."""
    network, dataset = run.network, run.dataset
    assert network is not None and dataset is not None
    scaling = dataset.scaling
    return {
        "input": [float(scaling.scale), float(scaling.offset)],
        "activation": run.config.activation,
        "loss": run.config.loss,
        "seed": run.config.seed,
        "test_accuracy": run.summary["test_accuracy"],
        "layers": [pack_layer(layer.weight, layer.bias) for layer in network.linear_layers],
    }


def header_of(panel: Panel, seeds: Sequence[int], epochs: int) -> dict[str, Any]:
    """Return what the stored runs are of, and how they are written."""
    environment = describe_environment(panel.config({}).dtype)
    kept = ("mlp_core", "commit", "numpy", "blas", "cpu", "date")
    return {
        "panel": panel.name,
        "seeds": list(seeds),
        "epochs": epochs,
        "config": panel.config({}).to_dict(),
        "environment": {name: environment[name] for name in kept},
        "written": (
            "two characters of base 64 per value, 4,095 even levels between the ends; losses and "
            "gradients as decimal logarithms; weights as int8 times the scale of their layer"
        ),
        "ends": {name: ends_of(name) for name in (*BANDS, *MEANS)},
        "logarithmic": list(LOGARITHMIC),
    }


def make_stops(panel: Panel, processes: int = 1) -> str:
    """Train all that a panel stores; return the text of its file."""
    first = panel.config({})
    seeds = range(first.seed, first.seed + SEEDS)
    settings = settings_of(panel)
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(train_setting, panel, values, seeds) for values in settings]
        trained = [job.result() for job in jobs]
    default = run_panel(panel, {}, lambda event: None)
    assert default.dataset is not None
    data = {name: getattr(default.dataset, name) for name in ("name", "train_size", "test_size")}
    head = {
        **header_of(panel, seeds, first.epochs),
        "dataset": {**data, "classes": default.dataset.classes},
        "network": pack_network(default),
        "images": pack_images(default.dataset, IMAGES),
    }
    places = sorted({*kept_epochs(first.epochs, SIZES[0][0]), *asked_epochs(panel)})
    rows = [pack_setting(v, t, places) for v, t in zip(settings, trained, strict=True)]
    return fit(panel, {**head, "kept": places, "runs": rows, "frames": make_frames(panel)})


def asked_epochs(panel: Panel) -> list[int]:
    """Return the epochs within its runs that a panel lets the reader choose."""
    stops = [
        stop for control in panel.controls if control.name == "epochs" for stop in control.stops
    ]
    return [epoch for epoch in stops if epoch <= panel.config({}).epochs]


def fit(panel: Panel, stored: Mapping[str, Any]) -> str:
    """Return the text of a panel's file with as many epochs and frames as it may hold."""
    for points, count in SIZES:
        text = write_stops(thin(panel, stored, points, count))
        if len(text) <= MOST:
            return text
    raise ValueError(f"panel {panel.name!r}: {len(text):,} characters, {MOST:,} are allowed")


def thin(panel: Panel, stored: Mapping[str, Any], points: int, count: int) -> dict[str, Any]:
    """Return what is stored with fewer epochs and frames: those nearest to an even choice."""
    kept, frames = stored["kept"], stored["frames"]
    wanted = [*kept_epochs(stored["epochs"], points), *asked_epochs(panel)]
    places = sorted({_nearest(kept, epoch) for epoch in wanted})

    def shorter(text: str) -> str:
        return "".join(text[2 * place : 2 * place + 2] for place in places)

    runs = [
        {**run, "columns": {n: [*map(shorter, texts)] for n, texts in run["columns"].items()}}
        for run in stored["runs"]
    ]
    epochs = [frame["epoch"] for frame in frames["frames"]]
    shown = sorted({_nearest(epochs, epoch) for epoch in frame_epochs(stored["epochs"], count)})
    fewer = {**frames, "frames": [frames["frames"][place] for place in shown]}
    return {**stored, "kept": [kept[p] for p in places], "runs": runs, "frames": fewer}


def _nearest(epochs: Sequence[int], wanted: int) -> int:
    """Return the place of the epoch nearest to a wanted one."""
    return min(range(len(epochs)), key=lambda place: abs(epochs[place] - wanted))


def write_stops(stops: Mapping[str, Any]) -> str:
    """Return the text of a panel's file."""
    return json.dumps(stops, separators=(",", ":"), allow_nan=False) + "\n"


def load_stops(name: str, results: Path | None = None) -> dict[str, Any] | None:
    """Return what is stored of a panel, or None."""
    path = (results or find_results()) / "stops" / f"{name}.json"
    if not path.is_file():
        return None
    return dict(json.loads(path.read_text(encoding="utf-8")))


def configs(stored: Mapping[str, Any]) -> Iterable[RunConfig]:
    """Return the config of each stored setting, with its first seed."""
    return (RunConfig.from_dict({**stored["config"], **run["values"]}) for run in stored["runs"])


def main() -> None:
    """Write the files of the panels that are named, or of all."""
    parser = argparse.ArgumentParser(prog="mlp_book.panels.stops", description=__doc__)
    parser.add_argument("panels", nargs="*", choices=[*PANELS, []], help="all, if none is named")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--fit", action="store_true", help="train nothing: shorten what is stored")
    given = parser.parse_args()
    folder = find_results() / "stops"
    folder.mkdir(exist_ok=True)
    for name in given.panels or PANELS:
        stored = load_stops(name) if given.fit else None
        text = fit(PANELS[name], stored) if stored else make_stops(PANELS[name], given.processes)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {len(settings_of(PANELS[name]))} settings, {len(text):,} characters")


if __name__ == "__main__":
    main()
