"""The chapter on speed: the engine beside its peers and its floor, and what its time is made of."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.benchmarks import ENGINE, FLOOR, contestants
from mlp_book.charts import bars, lines
from mlp_book.facts import claim, facts
from mlp_book.read_out import remember
from mlp_book.style import COLOURS, INK, ReportFigure, make_log, new_figure, styled
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, format_level
from mlp_book.wasm import assemble
from mlp_core import load_dataset

NAME = "speed"
# What a benchmark wrote, from `load_benchmark`: the whole one, or that of growth, activations ...
Content = Mapping[str, Any]
COMPILED = ["JAX step", "JAX scan"]
# What the text calls the cases and the contestants.
CASES = {
    "single": "784-128-10, batch 100",
    "double": "784-256-128-10, batch 100",
    "small": "784-128-10, batch 16",
    "digits": "64-32-10, batch 32",
    "bulk": "784-128-10, batch 1000",
    "bulk-double": "784-256-128-10, batch 1000",
}
NAMES = {
    "floor": FLOOR,
    "torch": "PyTorch",
    "scan": "JAX scan",
    "homework": "homework NumPy",
}
SHOWN = [
    ("single", "floor"), ("single", "torch"), ("single", "scan"), ("single", "homework"),
    ("digits", "torch"), ("small", "floor"), ("small", "scan"), ("bulk", "floor"),
    ("bulk", "scan"), ("bulk-double", "scan"),
]  # fmt: skip
PAGE_NAMES = {"mlp_core": "the page", "NumPy": "NumPy's products", "TensorFlow.js": "TensorFlow.js"}
UNITS, BATCH = "hidden units, at batch size 100", "batch size, at 128 hidden units"
COLOUR_OF = {ENGINE: COLOURS[1], FLOOR: COLOURS[0]}
UNBROKEN = str.maketrans({"-": "\N{NON-BREAKING HYPHEN}"})


def plot_contestants(content: Content, cases: Sequence[str]) -> ReportFigure:
    """Draw each contestant's median time over the rounds, as a multiple of the floor's, by case."""
    times = contestants(content)
    with styled():
        figure, panels = new_figure(2.6 * len(cases), len(cases), sharex=True)
        for axes, case in zip(panels, cases, strict=True):
            own = times.loc[case].drop(FLOOR).sort_values("over_floor", ascending=False)
            _draw_case(axes, own)
            axes.set_title(case)
        # Room for the words right of the last dot.
        panels[-1].set_xlim(right=1.3 * times.loc[list(cases), "over_floor"].max())
        panels[-1].set_xlabel("time of an update, as a multiple of the floor")
    return figure


def _draw_case(axes: Any, times: pd.DataFrame) -> None:
    axes.axvline(1, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    for place, (name, own) in enumerate(times.iterrows()):
        median, colour = own["over_floor"], COLOUR_OF.get(str(name), COLOURS[0])
        axes.plot(median, place, "o", color=colour, markersize=6)
        axes.annotate(
            f"{median:.2f}", (median, place), xytext=(6, 0),
            textcoords="offset points", va="center", color=colour, size=9,
        )  # fmt: skip
    scale = times["over_floor"] / times["ms_per_update"]
    read = times[["low", "high"]].mul(scale, axis=0).assign(mean=times["over_floor"], reach=0.5)
    remember(axes, read.assign(name=times.index, y=range(len(times))), "lower and upper quartile")
    axes.set_yticks(range(len(times)), list(times.index))
    axes.set_ylim(-0.6, len(times) - 0.1)
    make_log(axes, "x")
    axes.grid(visible=False, axis="y")
    medians = ", ".join(f"{name} {own:.2f}" for name, own in times["over_floor"].items())
    axes.alt = f"Times over the floor's: {medians}"


def plot_growth(content: Content) -> ReportFigure:
    """Draw the time of an update over the hidden units and over the batch size, with the floor."""
    return lines(
        growth_of(content), (UNITS, BATCH), ("ms_per_update", "ms_per_update"), color="contestant",
        palette=COLOUR_OF, log="xy", markers=True, title="milliseconds per update", height=5.4,
    )  # fmt: skip


def growth_of(content: Content) -> pd.DataFrame:
    """Return the times with `UNITS` and `BATCH`, each where the other is held still."""
    times = contestants(content).reset_index()
    units = times["hidden_sizes"].map(lambda sizes: sizes[0])
    times[UNITS] = units.where(times["batch_size"] == 100)
    times[BATCH] = times["batch_size"].where(units == 128)
    return times


def table_of_times(content: Content, cores: int = 1) -> pd.DataFrame:
    """Return milliseconds per update, one row per case and one column per contestant."""
    return _table(contestants(content, cores)["ms_per_update"], 3)


def table_of_ratios(content: Content, cores: int = 1) -> pd.DataFrame:
    """Return the engine's time over each contestant's: below 1 the engine is faster.

    A ratio is taken within a round, then the median over the rounds: so a drift of the machine's
    speed falls out.
    """
    return _table(contestants(content, cores)["engine_ratio"], 2).drop(columns=ENGINE)


def _table(values: pd.Series[float], digits: int) -> pd.DataFrame:
    table = values.map(f"{{:.{digits}f}}".format).unstack(sort=False).fillna(NONE)
    # A narrow table breaks a label after its comma only.
    index = [
        case.translate(UNBROKEN).replace("batch ", "batch\u00a0").replace("1000", "1,000")
        for case in table.index
    ]
    return pd.DataFrame(table.to_numpy(), index=index, columns=list(table.columns))


def table_of_activations(content: Content) -> pd.DataFrame:
    """Return milliseconds per update by depth and loss, and in brackets the ratio to ReLU."""
    rows: dict[str, dict[str, str]] = {}
    for cell in content["cells"]:
        row = rows.setdefault(f"{cell['depth']}, {format_level(cell['loss'])}", {})
        row[format_level(cell["activation"])] = (
            f"{cell['ms_per_update']:.3f} ({cell['ratio_to_relu']:.2f})"
        )
    return table_of_rows(rows, "")


def table_of_parts(content: Content) -> pd.DataFrame:
    """Return microseconds per update by part, one column per network."""
    columns = {}
    for case in content["cases"]:
        parts = case["parts"] | {"all": case["us_per_update"]}
        columns[_network(case)] = {part: f"{value:,.0f}" for part, value in parts.items()}
    table = pd.DataFrame(columns)
    table.columns.name = "microseconds"
    return table


def plot_parts(content: Content) -> ReportFigure:
    """Draw the microseconds of an update by part, one panel per network."""
    rows = [
        (f"microseconds per update: {_network(case)}", part, value)
        for case in content["cases"]
        for part, value in case["parts"].items()
    ]
    data = pd.DataFrame(rows, columns=["panel", "part", "us"])
    data["text"] = data["us"].map("{:,.0f}".format)
    return bars(
        data, "part", "us", panel="panel", text="text", title="",
        xlim=(0, 1.14 * data["us"].max()),
    )  # fmt: skip


def _network(case: Mapping[str, Any]) -> str:
    return "-".join(map(str, (784, *case["hidden_sizes"], 10))).translate(UNBROKEN)


def table_of_page(content: Content) -> pd.DataFrame:
    """Return the times of work in a page, and in brackets the page's own over the others'."""
    rows: dict[str, dict[str, str]] = {}
    for own in content["works"]:
        # A narrow table breaks a label once.
        row = rows[own["work"].replace(" of the ", " of\u00a0the\u00a0")] = {}
        for name, times in own["seconds"].items():
            ratio = "" if name == ENGINE else f" ({_page_ratios(own)[name]:.2f})"
            row[PAGE_NAMES[name]] = _duration(statistics.median(times)) + ratio
    return table_of_rows(rows, "").fillna(NONE)


def _page_ratios(work: Content) -> dict[str, float]:
    """Return the page's median time over each contestant's."""
    medians = {name: statistics.median(times) for name, times in work["seconds"].items()}
    return {name: medians[ENGINE] / median for name, median in medians.items()}


def _duration(seconds: float) -> str:
    return f"{seconds:#.3g} s" if seconds >= 1 else f"{1000 * seconds:#.3g}".rstrip(".") + " ms"


def describe_machine(content: Content) -> pd.DataFrame:
    """Return what a benchmark ran on, and when."""
    names = {
        "cpu": "processor",
        "system": "system",
        "python": "Python",
        "numpy": "NumPy",
        "blas": "matrix products by",
        "mlp_core": "mlp_core",
    }
    environment = content["environment"]
    rows = {label: str(environment[name]) for name, label in names.items()}
    rows["measured on"] = environment["date"][:10]
    return pd.DataFrame({"benchmark": rows})


@facts(NAME)
def ways(microseconds: Mapping[str, float]) -> Iterator[Any]:
    """Say what care about memory gains in one formula, on the machine that builds the page."""
    new, _, engine = microseconds.values()
    yield {"way-ratio": f"{new / engine:.1f}"}


@facts(NAME)
def peers(content: Content) -> Iterator[Any]:
    """Say where the engine stands among its peers, and how far above its floor."""
    times = contestants(content)
    ratio = times["engine_ratio"].unstack(sort=False)
    scan, large = ratio["JAX scan"], ratio.index.str.contains("1000")
    floor, torch = ratio[FLOOR], ratio["PyTorch"]
    single, double, small, digits, bulk, _ = CASES.values()
    single_ms, bulk_ms = (times.loc[(case, ENGINE), "ms_per_update"] for case in (single, bulk))

    yield claim(
        "on one core the engine is ahead of all but JAX in every case",
        (ratio.drop(columns=[ENGINE, FLOOR, *COMPILED]) < 1).all(axis=None),
    )
    yield claim(
        "behind a compiled loop of JAX where the work is small, level with batches of 1,000",
        (scan[~large] > 1.1).all() and scan[large].between(0.9, 1.1).all(),
    )
    ends = times.loc[[single, double], ["low", "high"]]
    apart = ends.div(times.loc[[single, double], "ms_per_update"], axis=0).sub(1).abs()
    yield claim("the quartiles of the cases drawn lie within a dot", (apart < 0.03).all(axis=None))
    yield claim("it is behind JAX in most cases", (ratio[COMPILED] > 1).mean(axis=None) > 0.7)
    yield claim(
        "it falls behind that loop the more, the smaller the batch",
        scan[bulk] < scan[single] < scan[small],
    )
    yield claim(
        "nearer to the floor with larger batches and with two layers",
        floor[small] > floor[single] > floor[bulk] > 1 and floor[single] > floor[double],
    )
    yield claim(
        "the smaller the work, the larger the lead over PyTorch",
        torch[digits] < torch[small] < torch[single],
    )
    yield {f"{case}-{name}": f"{ratio.loc[CASES[case], NAMES[name]]:.2f}" for case, name in SHOWN}
    yield {
        "check": content["cases"][0]["check_updates"],
        "quartiles": f"{100 * apart.max(axis=None):.1f}",
        "single-ms": f"{single_ms:.2f}",
        "single-above": f"{100 * (1 - 1 / floor[single]):.0f}",
        "bulk-above": f"{100 * (1 - 1 / floor[bulk]):.0f}",
        "batch-tenfold": f"{bulk_ms / single_ms:.1f}",
        "answer": (
            f"With batches of 100, an update takes {floor[single]:.2f} times as long as its matrix "
            f"products alone, which is {torch[single]:.2f} of PyTorch's time and "
            f"{scan[single]:.2f} times that of a compiled JAX loop."
        ),
    }


@facts(NAME)
def parts(content: Content) -> Iterator[Any]:
    """Say which parts an update's time goes to, with one hidden layer."""
    case = content["cases"][0]
    share = {name: value / case["us_per_update"] for name, value in case["parts"].items()}
    products, *others = sorted(share, key=lambda name: -share[name])
    yield claim("the network has one hidden layer of 128 units", case["hidden_sizes"] == [128])
    yield claim(
        "products and biases take most of the time, then come the optimizer and the gathering",
        products == "products and biases"
        and share[products] > 0.5
        and others[:2] == ["optimizer", "gather"],
    )
    names = {"products": products, "optimizer": "optimizer", "gather": "gather"}
    yield {f"part-{short}": f"{100 * share[name]:.0f}" for short, name in names.items()}


@facts(NAME)
def growth(content: Content) -> Iterator[Any]:
    """Say how the cost grows with the hidden units and with the batch."""
    engine = growth_of(content).query("contestant == @ENGINE")
    by_units, by_batch = (
        engine.dropna(subset=axis).set_index(axis)["over_floor"].sort_index()
        for axis in (UNITS, BATCH)
    )
    (narrow, wide), (few, many) = (by_units.iloc[[0, -1]], by_batch.iloc[[0, -1]])

    yield claim("small networks are overhead, large ones are products", narrow > 1.5 > wide)
    yield claim("so are small batches and large ones", few > 2 > 1.5 > many)
    yield {
        "narrow": by_units.index[0],
        "wide": by_units.index[-1],
        "few": by_batch.index[0],
        "narrow-floor": f"{narrow:.1f}",
        "wide-floor": f"{wide:.1f}",
        "few-floor": f"{few:.1f}",
    }
    yield {"peak": f"{content['memory']['peak_mib']:.0f}"}


@facts(NAME)
def costs(activations: Content, sweeps: Content) -> Iterator[Any]:
    """Say what an activation costs, and what many runs at once gain."""
    dearest = max(cell["ratio_to_relu"] for cell in activations["cells"])
    yield claim("no activation costs much more than ReLU", dearest < 1.15)
    yield claim("two processes make nearly twice as many runs", sweeps["speedup"] > 1.85)
    yield claim("a run costs little beside its training", sweeps["bookkeeping_ms_a_run"] < 50)
    yield {
        "dearest": f"{dearest:.2f}",
        "speedup": f"{sweeps['speedup']:.2f}",
        "bookkeeping": f"{sweeps['bookkeeping_ms_a_run']:.1f}",
    }


@facts(NAME)
def page(content: Content) -> Iterator[Any]:
    """Say what the page's own products gain, and where it stands beside TensorFlow.js."""
    ratios = {own["work"]: _page_ratios(own) for own in content["works"]}
    *products, digits, mnist = ratios
    epoch_s = statistics.median(content["works"][-1]["seconds"]["mlp_core"])
    yield claim(
        "every product takes less than a fifth of NumPy's time",
        all(ratios[product]["NumPy"] < 0.2 for product in products),
    )
    yield claim(
        "the larger the network, the more an epoch gains",
        ratios[mnist]["NumPy"] < ratios[digits]["NumPy"] < 1,
    )
    yield claim("an epoch is made faster than by TensorFlow.js", ratios[mnist]["TensorFlow.js"] < 1)
    yield {
        "page-bytes": f"{len(assemble()):,}",
        "page-epoch-s": f"{epoch_s:.1f}",
        "page-epoch-numpy": f"{ratios[mnist]['NumPy']:.2f}",
        "page-epoch-peer": f"{ratios[mnist]['TensorFlow.js']:.2f}",
        "page-browser": content["browser"],
    }


@facts(NAME)
def exercises(content: Content) -> Iterator[Any]:
    """Answer the exercises."""
    moved = 5 * 3 * 4 * 101_770  # passes, vectors, bytes, parameters
    ms_per_update = contestants(content).loc[(CASES["single"], ENGINE), "ms_per_update"]
    yield {
        "ex1-bytes": f"{moved / 1e6:.1f}",
        "ex1-us": f"{moved / 100 / 1000:.0f}",
        "ex2-runs": f"{3600 / (60 * ms_per_update):.0f}",
        "digits-size": f"{load_dataset('digits').train_size:,}",
    }
