"""What-if panels in Jupyter: controls, a figure that grows while a network trains, and Stop."""

from __future__ import annotations

import threading
import time
from html import escape
from typing import Any

import ipywidgets

from mlp_book.panels.catalogue import PANELS
from mlp_book.panels.classify_widget import ClassifyWidget
from mlp_book.panels.control_widgets import make_button, make_options, make_widget
from mlp_book.panels.controller import PanelController, Snapshot
from mlp_book.panels.curve import Curve
from mlp_book.panels.panel_figure import plot_panel, save_beside
from mlp_book.panels.panel_html import panel_html
from mlp_book.panels.status import status_html
from mlp_book.style import ReportFigure
from mlp_core.training import ConfigError, Run
from mlp_core.what_if.panel import Panel
from mlp_core.what_if.panel_code import code_html
from mlp_core.what_if.train_panel import run_panel

DEBOUNCE_S = 0.25  # how long a control has to rest before its value is trained
FRAME_S = 0.2  # least time between two drawings of a growing curve
DRAWING_SHARE = 0.3  # at most this share of the time is spent on drawing
QUICK_DATA = "digits"  # trains in a fraction of a second: its default run is made at once


def show_panel(panel: str | Panel, **base: Any) -> PanelView:
    """Return a panel to show: widgets in Jupyter, a figure and a sentence on a page.

    Parameters
    ----------
    panel : str or Panel
        A panel, or the name of one in `mlp_book.panels.PANELS`.
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
    options : dict of str to widget
        ``seeds`` (how many to train), ``data`` and ``lower`` (what the lower chart shows).
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.controller = PanelController(panel, self.refresh)
        self.controls = {control.name: make_widget(control) for control in panel.controls}
        self.options = make_options(panel)
        self._default: Curve | None = None
        self._default_run: Run | None = None
        self._run_default()
        # Several threads come here: the run's own, and those in which the kernel answers the
        # page, more than one of them since JupyterLab 4.4.
        self._acting, self._resetting = threading.RLock(), False
        self._telling, self._drawing = threading.Lock(), threading.Lock()
        self._wanted = self._settings
        self._told: tuple[Any, ...] = ()
        self._next_frame = 0.0
        self._buttons = {
            "train": make_button("Train", "Train these values again", self.train),
            "stop": make_button("Stop", "Stop the run", self.controller.stop),
            "keep": make_button("Keep", "Keep this curve to compare others", self.controller.keep),
            "clear": make_button("Clear kept", "Forget the kept curves", self.controller.clear),
            "reset": make_button("Reset", "Go back to the first values", self.reset),
            "code": make_button("As code", "Show a program that trains this", self.show_code),
            "save": make_button("Save figure", "Write it beside the notebook", self.save_figure),
        }
        self._progress = ipywidgets.IntProgress(
            min=0, max=1, layout=ipywidgets.Layout(width="100%", height="10px")
        )
        self._status = ipywidgets.HTML()
        self._figure = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%"))
        self._note = ipywidgets.HTML()
        self._classify = ClassifyWidget()
        self.widget = self._arrange()
        for name, widget in {**self.controls, **self.options}.items():
            widget.observe(self._redraw if name == "lower" else self._follow, names="value")
        self.controller.reset(self._default, self._default_run)

    def _run_default(self) -> None:
        """Train the default values, unless that would keep the notebook waiting."""
        if self.panel.config({}).dataset == QUICK_DATA:
            self._default = Curve(self.panel.defaults)
            self._default_run = run_panel(self.panel, {}, self._default.add)

    def _arrange(self) -> ipywidgets.Widget:
        layout = ipywidgets.Layout
        heading = ipywidgets.HTML(f"<strong>{escape(self.panel.question)}</strong>")
        buttons = ipywidgets.HBox(list(self._buttons.values()), layout=layout(flex_flow="row wrap"))
        left = ipywidgets.VBox(
            [
                *self.controls.values(),
                *self.options.values(),
                buttons,
                self._progress,
                self._status,
                self._note,
                self._classify.widget,
            ],
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

    @property
    def _settings(self) -> tuple[dict[str, Any], int, str | None]:
        """What is to be trained: values, how many seeds, and on which data."""
        data = self.options.get("data")
        return self.values, self.options["seeds"].value, data.value if data else None

    def train(self) -> None:
        """Train the controls' values; whatever is running is cancelled."""
        self._start(0.0)

    def _start(self, delay: float) -> None:
        with self._acting:
            self._wanted = self._settings
            values, seeds, dataset = self._wanted
            self._note.value = ""
            self.controller.start(values, delay, seeds, dataset)

    def _follow(self, _: Any = None) -> None:
        """Train what a moved control says, once it rests."""
        with self._acting:
            # On arrival a slider returns its value, rounded anew: that is no move.
            if not self._resetting and self._differs():
                self._start(DEBOUNCE_S)

    def _differs(self) -> bool:
        now, before = self._settings, self._wanted
        try:
            moved = self.panel.clean(now[0]) != self.panel.clean(before[0])
        except ConfigError:
            return True
        return moved or now[1:] != before[1:]

    def reset(self) -> None:
        """Set all controls to their defaults, forget the kept curves, show the first figure."""
        with self._acting:
            self._resetting = True
            for control in self.panel.controls:
                self.controls[control.name].value = control.default
            self.options["seeds"].value = 1
            if "data" in self.options:
                self.options["data"].value = self.panel.config({}).dataset
            self._resetting = False
            self._wanted = self._settings
            self._note.value = ""
            self.controller.reset(self._default, self._default_run)

    def show_code(self) -> None:
        """Show a program that trains the controls' values with mlp_core, ready to be copied."""
        values, seeds, dataset = self._settings
        panel = self.panel.with_base(dataset=dataset) if dataset else self.panel
        try:
            first = panel.config(values).seed
            self._note.value = code_html(panel, values, range(first, first + seeds))
        except ConfigError as error:
            self._note.value = f"<strong>{escape(str(error))}</strong>"

    def save_figure(self) -> None:
        """Write the figure into the notebook's folder, under a name that is still free."""
        figure = self._plot()
        if figure is None:
            self._note.value = "There is no figure yet."
            return
        try:
            name = save_beside(figure, f"what-if-{self.panel.name}")
        except OSError as error:
            self._note.value = f"<strong>The figure was not saved: {escape(str(error))}</strong>"
            return
        self._note.value = f"Saved beside the notebook: {escape(name)}"

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
        self._classify.show(snapshot.trained, snapshot.busy)
        if snapshot.current is not None:
            self._progress.max = max(snapshot.current.epochs * snapshot.current.seeds, 1)
            self._progress.value = snapshot.current.epoch

    def _draw(self) -> None:
        started = time.monotonic()
        figure = self._plot()
        if figure is not None:
            self._figure.value = figure.inline_svg()
        now = time.monotonic()
        self._next_frame = now + max(FRAME_S, (now - started) / DRAWING_SHARE)

    def _plot(self) -> ReportFigure | None:
        snapshot = self.controller.snapshot
        if snapshot.current is None:
            return None
        lower = self.options["lower"].value
        return plot_panel(self.panel, snapshot.current, snapshot.kept, lower=lower)

    def _redraw(self, _: Any = None) -> None:
        with self._drawing:
            self._draw()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_(**options)
        plain = {"text/plain": f"PanelView({self.panel.name!r})"}
        return {**(bundle or {}), **plain, "text/html": panel_html(self.panel, self._default)}
