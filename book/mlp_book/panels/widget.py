"""A what-if panel in Jupyter: the page's front end as a widget, and one thread that trains."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from mlp_book.pages import study_json
from mlp_book.panels.catalogue import PANELS
from mlp_book.panels.figure import Curve, plot_panel, stored_curve, trained_curve
from mlp_book.panels.panel_html import panel_data, panel_html
from mlp_book.panels.places import digit_map
from mlp_book.panels.stops import load_stops
from mlp_book.scripts import widget_module, widget_styles
from mlp_book.style import ReportFigure
from mlp_book.text import level_text
from mlp_core import __version__
from mlp_core.data import DataError, find_dataset
from mlp_core.studies import find_results
from mlp_core.studies.catalogue import FASHION
from mlp_core.training import ConfigError, Run, RunConfig
from mlp_core.what_if import Control, Event, LiveRuns, Panel
from mlp_core.what_if.classify import classify_image, classify_test_image

NO_MNIST = (
    "MNIST is not on this computer. Type mlp-core data fetch in a terminal (12 MB, once), or put "
    "the name of the folder that holds its four files into MLP_CORE_DATA_DIR."
)
UNTRAINED = {"problem": "There is no network yet: press Play."}


class WhatIf(anywidget.AnyWidget):
    """One panel; show it as the last line of a cell.

    Attributes
    ----------
    panel : Panel
    values : dict
        The controls' present values; may be set.
    trained : Run or None
        The run that was trained last, with its network.
    """

    _esm = widget_module()
    _css = widget_styles()
    data = traitlets.Dict().tag(sync=True)
    stops = traitlets.Dict(allow_none=True).tag(sync=True)
    study = traitlets.Dict(allow_none=True).tag(sync=True)
    twin = traitlets.Dict(allow_none=True).tag(sync=True)
    place = traitlets.Dict().tag(sync=True)
    key = traitlets.Unicode("").tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, panel: Panel) -> None:
        dataset = panel.config({}).dataset
        stored = load_stops(panel.name) if PANELS.get(panel.name) == panel else None
        names = {"study": panel.study, "twin": panel.study and f"{FASHION}{panel.study}"}
        curves = {kind: name and study_json(name, find_results()) for kind, name in names.items()}
        super().__init__(
            data=panel_data(panel),
            stops=stored,
            **{kind: json.loads(text) if text else None for kind, text in curves.items()},
            place=place_of(dataset),
            values=panel.defaults,
        )
        self.panel = panel
        self.trained: Run | None = None
        self._events: list[list[Event]] = []
        self._live: LiveRuns | None = None
        self._job: int | None = None  # the number of the job that it trains
        self._lock = threading.Lock()
        self._messages: list[Mapping[str, Any]] = []  # that the thread has not read yet
        self._is_called = threading.Event()
        self._thread: threading.Thread | None = None
        self.on_msg(self._take)

    # --- what the front end asks for --------------------------------------------------------

    def _take(self, _: object, message: Mapping[str, Any], buffers: object) -> None:
        if message["kind"] == "classify":
            answer = self._classify(message["image"])
            self.send({"kind": "answer", "number": message["number"], "answer": answer})
        elif message["kind"] == "map":  # it takes some seconds, once
            threading.Thread(target=self._send_map, name="map of the digits", daemon=True).start()
        else:
            self._call(message)

    def _call(self, message: Mapping[str, Any]) -> None:
        """Leave a message to the thread; there is none while nothing trains."""
        with self._lock:
            self._messages.append(message)
            self._is_called.set()
            if self._thread is None:
                name = f"panel {self.panel.name}"
                self._thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        wait = math.inf
        while True:
            with self._lock:
                messages, self._messages = self._messages, []
                self._is_called.clear()
                if not messages and wait == math.inf:
                    self._thread = None
                    return
            for message in messages:
                self._try(self._obey, message)
            wait = self._try(self._turn)
            if 0 < wait < math.inf:
                self._is_called.wait(wait)

    def _try(self, act: Callable[..., float], *given: Any) -> float:
        """Return what an action returns; where it fails, tell the reader and leave nothing."""
        try:
            return act(*given)
        except (ConfigError, DataError) as error:
            words = str(error)
        except Exception as error:  # a fault of ours: the reader gets a message all the same
            words = f"The run failed: {type(error).__name__}: {error}"
        self._live = None
        self.send({"kind": "failed", "id": self._job, "message": words})
        return math.inf

    def _turn(self) -> float:
        """Train for a moment; return how long to wait for messages."""
        wait = self._live.turn() if self._live else math.inf
        if wait is not None:
            return wait
        assert self._live is not None
        self.trained, self._live = self._live.last, None
        self.send({"kind": "done", "id": self._job})
        return math.inf

    def _obey(self, message: Mapping[str, Any]) -> float:
        if message["kind"] == "train":
            self._start(message)
        elif message["id"] == self._job and self._live is not None:
            if message["kind"] == "stop":
                self._live = None
            elif message["kind"] == "command":
                self._live.take(message["command"])
        return 0.0

    def _start(self, job: Mapping[str, Any]) -> None:
        """Begin a job in place of the one under way."""
        self._job, self._live = job["id"], None
        events: list[list[Event]] = [[] for _ in job["runs"]]

        def send(lot: list[Event]) -> None:
            for event in lot:
                if event["kind"] != "frame":  # large, and not for the figure on paper
                    events[event["index"]].append(event)
            self._events = [seed for seed in events if seed]
            self.send({"kind": "events", "id": job["id"], "events": lot})

        require_data(job["dataset"])
        self._live = LiveRuns(self.panel.with_base(dataset=job["dataset"]), job["runs"], send)
        for command in job["commands"]:
            self._live.take(command)

    def _classify(self, image: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.trained is None:
            return UNTRAINED
        try:
            if "test" in image:
                return classify_test_image(self.trained, image["test"])
            return classify_image(self.trained, image["pixels"])
        except ConfigError as error:
            return {"problem": str(error)}

    def _send_map(self) -> None:
        self.send({"kind": "map", "map": digit_map()})

    # --- what stays on paper ----------------------------------------------------------------

    def figure(self) -> ReportFigure:
        """Return the figure of the present values: what is stored of them, and what was trained."""
        curves: list[Curve | None] = [trained_curve(self._events, "trained here")]
        if self.stops:
            curves.append(stored_curve(self.panel, self.stops, self.values))
        return plot_panel([curve for curve in curves if curve], self._setting())

    def _setting(self) -> str:
        said = {"int": str}  # a seed is a name: no comma parts its thousands
        return ", ".join(
            f"{control.label} {said.get(control.kind, level_text)(self.values[control.name])}"
            for control in self.panel.controls
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        plain, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        words = f"WhatIf({self.panel.name!r})"
        html = panel_html(self.panel, self.figure() if self.stops else None)
        return {**plain, "text/plain": words, "text/html": html}, metadata


def place_of(dataset: str) -> dict[str, Any]:
    """Return where a panel in Jupyter trains, and on what it can."""
    return {
        "name": "this kernel",
        "obstacle": "",
        "words": "in this notebook\u2019s kernel.",
        "version": __version__,
        "commit": "of this checkout",
        "dataset": dataset,
        "datasets": [] if dataset == "mnist" else [{"name": "mnist", "label": "MNIST"}],
        "takesFiles": False,
    }


def require_data(dataset: str) -> None:
    """Raise a DataError if training would have to download its data first."""
    if dataset == "mnist" and find_dataset("mnist") is None:
        raise DataError(NO_MNIST)


def show_panel(name: str, **base: Any) -> WhatIf:
    """Return one of the book's panels to show.

    Parameters
    ----------
    name : str
        One of `mlp_book.panels.PANELS`.
    **base
        Config fields that replace those of the panel's base, such as ``dataset="mnist"``.

    Raises
    ------
    ConfigError
        If there is no panel of that name, or a field is not legal.
    """
    if name not in PANELS:
        raise ConfigError(f"panel={name!r} is not legal: must be one of {list(PANELS)}")
    return WhatIf(PANELS[name].with_base(**base) if base else PANELS[name])


def log(low: float, high: float, step: float = 0.1) -> dict[str, Any]:
    """Return a slider by powers of ten, for `what_if`; `step` in decades."""
    return {"kind": "log", "low": low, "high": high, "step": step}


def slider(low: float, high: float, step: float = 0.01) -> dict[str, Any]:
    """Return a slider by even steps, for `what_if`."""
    return {"kind": "slider", "low": low, "high": high, "step": step}


def choice(*values: Any) -> dict[str, Any]:
    """Return a list to choose from, for `what_if`."""
    return {"kind": "choice", "choices": values}


def what_if(
    base_config: RunConfig, question: str = "What if?", **controls: Mapping[str, Any]
) -> WhatIf:
    """Return a panel of your own: a config, and the fields of it that get a control.

    >>> panel = what_if(RunConfig(), learning_rate=log(1e-4, 10), momentum=slider(0, 0.99))
    >>> panel.panel.defaults
    {'learning_rate': 0.05, 'momentum': 0.9}

    Parameters
    ----------
    base_config : RunConfig
        Its values are the defaults of the controls.
    question : str
        Stands above the panel.
    **controls
        For each field a `log`, a `slider` or a `choice`; the first is the main one.

    Raises
    ------
    ConfigError
        If there is no such field, or the default lies outside a control.
    """
    if not controls:
        raise ConfigError("a panel needs a control: name a field, as learning_rate=log(1e-4, 10)")
    unknown = sorted(set(controls) - set(RunConfig.field_names()))
    if unknown:
        raise ConfigError(f"{', '.join(unknown)}: RunConfig has no such field")
    base = base_config.to_dict()
    made = tuple(
        Control(name, name.replace("_", " "), default=base[name], **control)
        for name, control in controls.items()
    )
    rest = {name: value for name, value in base.items() if name not in controls}
    return WhatIf(Panel("own", "What if?", question, made, rest))
