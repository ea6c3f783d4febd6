"""What-if panels in Jupyter: controls, a figure that grows while a network trains, and Stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets

from mlp_core.report.control import Control
from mlp_core.report.controller import PanelController, Snapshot
from mlp_core.report.curve import Curve, format_value
from mlp_core.report.panel_figure import plot_panel
from mlp_core.report.panel_html import panel_html
from mlp_core.report.status import status_html
from mlp_core.report.what_if import PANELS, Panel, run_panel
from mlp_core.training import ConfigError

DEBOUNCE_S = 0.25  # how long a control has to rest before its value is trained
FRAME_S = 0.2  # least time between two drawings of a growing curve
DRAWING_SHARE = 0.3  # at most this share of the time is spent on drawing
QUICK_DATA = "digits"  # trains in a fraction of a second: its default run is made at once


def show_panel(panel: str | Panel, **base: Any) -> PanelView:
    """Return a panel to show: widgets in Jupyter, a figure and a sentence on a page.

    Parameters
    ----------
    panel : str or Panel
        A panel, or the name of one in `mlp_core.report.what_if.PANELS`.
    **base
        Config fields that replace those of the panel's base, such as ``dataset="mnist"``.

    Raises
    ------
    ConfigError
        If there is no panel of that name, or a field is not legal.
    """
    if isinstance(panel, str):
        if panel not in PANELS:
            raise ConfigError(f"panel={panel!r} is not legal: must be one of {list(PANELS)}")
        panel = PANELS[panel]
    return PanelView(panel.with_base(**base) if base else panel)


class PanelView:
    """One panel in Jupyter.

    Show it as the last line of a cell. Its mime bundle holds the widgets and the HTML that the
    book prefers.

    Attributes
    ----------
    panel : Panel
    controller : PanelController
    controls : dict of str to widget
        By the name of the control.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.controller = PanelController(panel, self.refresh)
        self.controls = {control.name: make_widget(control) for control in panel.controls}
        self._default = self._run_default()
        # Several threads come here: the run's own, and those in which the kernel answers the
        # page, more than one of them since JupyterLab 4.4.
        self._acting, self._resetting = threading.RLock(), False
        self._telling, self._drawing = threading.Lock(), threading.Lock()
        self._wanted = panel.defaults
        self._told: tuple[Any, ...] = ()
        self._next_frame = 0.0
        self._buttons = {
            "train": _button("Train", "Train these values again", self.train),
            "stop": _button("Stop", "Stop the run", self.controller.stop),
            "keep": _button("Keep", "Keep this curve to compare others with", self.controller.keep),
            "clear": _button("Clear kept", "Forget the kept curves", self.controller.clear),
            "reset": _button("Reset", "Go back to the first values", self.reset),
        }
        self._progress = ipywidgets.IntProgress(
            min=0, max=1, layout=ipywidgets.Layout(width="100%", height="10px")
        )
        self._status = ipywidgets.HTML()
        self._figure = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%"))
        self.widget = self._arrange()
        for widget in self.controls.values():
            widget.observe(self._follow, names="value")
        self.controller.reset(self._default)

    def _run_default(self) -> Curve | None:
        """Train the default values, unless that would keep the notebook waiting."""
        if self.panel.config({}).dataset != QUICK_DATA:
            return None
        curve = Curve(self.panel.defaults)
        run_panel(self.panel, {}, curve.add)
        return curve

    def _arrange(self) -> ipywidgets.Widget:
        layout = ipywidgets.Layout
        heading = ipywidgets.HTML(f"<strong>{escape(self.panel.question)}</strong>")
        buttons = ipywidgets.HBox(list(self._buttons.values()), layout=layout(flex_flow="row wrap"))
        left = ipywidgets.VBox(
            [*self.controls.values(), buttons, self._progress, self._status],
            layout=layout(flex="1 1 300px", min_width="280px", max_width="460px"),
        )
        right = ipywidgets.VBox(
            [self._figure], layout=layout(flex="1 1 380px", min_width="280px", max_width="560px")
        )
        body = ipywidgets.HBox([left, right], layout=layout(flex_flow="row wrap"))
        return ipywidgets.VBox([heading, body]).add_class("what-if-panel")

    @property
    def values(self) -> dict[str, Any]:
        """The controls' present values."""
        return {name: widget.value for name, widget in self.controls.items()}

    def train(self) -> None:
        """Train the controls' values; whatever is running is cancelled."""
        self._start(0.0)

    def _start(self, delay: float) -> None:
        with self._acting:
            self._wanted = self.values
            self.controller.start(self._wanted, delay)

    def _follow(self, _: Any = None) -> None:
        """Train what a moved control says, once it rests."""
        with self._acting:
            # On arrival a slider returns its value, rounded anew: that is no move.
            if not self._resetting and self._differs():
                self._start(DEBOUNCE_S)

    def _differs(self) -> bool:
        try:
            return self.panel.clean(self.values) != self.panel.clean(self._wanted)
        except ConfigError:
            return True

    def reset(self) -> None:
        """Set all controls to their defaults, forget the kept curves, show the first figure."""
        with self._acting:
            self._resetting = True
            for control in self.panel.controls:
                self.controls[control.name].value = control.default
            self._resetting = False
            self._wanted = self.panel.defaults
            self.controller.reset(self._default)

    def refresh(self) -> None:
        """Show the controller's state; the figure of a run under way only as often as is due."""
        with self._telling:
            snapshot = self.controller.snapshot
            news = (snapshot.state, snapshot.message, len(snapshot.kept))
            due = not snapshot.busy or time.monotonic() >= self._next_frame
            if not due and news == self._told:
                return
            self._told = news
            self._tell(snapshot)
        # Until the first epoch is over, the curve before it stays.
        if due and (not snapshot.busy or (snapshot.current and snapshot.current.epoch)):
            with self._drawing:
                self._draw()

    def _tell(self, snapshot: Snapshot) -> None:
        """Show everything but the figure: at once, whatever is being drawn."""
        self._buttons["stop"].disabled = not snapshot.busy
        self._buttons["keep"].disabled = snapshot.current is None
        self._buttons["clear"].disabled = not snapshot.kept
        self._status.value = status_html(snapshot)
        if snapshot.current is not None:
            self._progress.max = max(snapshot.current.epochs, 1)
            self._progress.value = snapshot.current.epoch

    def _draw(self) -> None:
        started = time.monotonic()
        snapshot = self.controller.snapshot
        if snapshot.current is not None:
            figure = plot_panel(self.panel, snapshot.current, snapshot.kept)
            self._figure.value = figure.inline_svg()
        now = time.monotonic()
        self._next_frame = now + max(FRAME_S, (now - started) / DRAWING_SHARE)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_(**options)
        plain = {"text/plain": f"PanelView({self.panel.name!r})"}
        return {**(bundle or {}), **plain, "text/html": panel_html(self.panel, self._default)}


def _button(text: str, tooltip: str, action: Callable[[], object]) -> ipywidgets.Button:
    button = ipywidgets.Button(
        description=text, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
    button.on_click(lambda _: action())
    return button


def make_widget(control: Control) -> ipywidgets.Widget:
    """Return the widget of a control, set to its default."""
    common: dict[str, Any] = {
        "description": control.label,
        "style": {"description_width": "7.5em"},
        "layout": ipywidgets.Layout(width="auto"),
    }
    common["value"] = control.default
    if control.stops:
        options = [(format_value(stop), stop) for stop in control.stops]
        ordered = all(isinstance(stop, int | float) for stop in control.stops)
        kind = ipywidgets.SelectionSlider if ordered else ipywidgets.Dropdown
        return kind(options=options, **common)
    bounds = {"min": control.low, "max": control.high, "step": control.step}
    if control.kind == "int":
        return ipywidgets.BoundedIntText(**bounds, **common)
    kind = ipywidgets.IntSlider if control.whole else ipywidgets.FloatSlider
    return kind(**bounds, **common)
