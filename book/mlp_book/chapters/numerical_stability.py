"""The chapter on numerical stability: exponentials, a patched loss, one NaN, where runs diverge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book import interactive
from mlp_book.charts import heat_map
from mlp_book.charts.shared import seeds_of
from mlp_book.facts import claim, facts
from mlp_book.frames import frame, levels_of
from mlp_book.stats import spread
from mlp_book.style import COLOURS, ReportFigure
from mlp_book.text import MINUS, format_number, in_words
from mlp_core import Run, RunConfig
from mlp_core.nn import make_loss

NAME = "numerical-stability"
STABLE, NAIVE, PATCHED = "cross_entropy", "naive_cross_entropy", "naive_cross_entropy_epsilon"
FORMULAS = (STABLE, NAIVE, PATCHED)
DTYPES = ("float32", "float64")
# What figures call the levels; others go by their own names. A narrow table does not break them.
PATCH = "naive\u00a0+\u00a010⁻¹⁰"
WORDS = {STABLE: "stable", NAIVE: "naive", PATCHED: PATCH, "sigmoid": "stable",
         "naive_sigmoid": "naive"}  # fmt: skip
CALM = (0.01, 0.1, 0.3)  # standard deviations of initial weights that every formula bears
CEILING = -np.log(1e-10)  # of the patched loss


def at(data: pd.DataFrame, **levels: Any) -> pd.DataFrame:
    """Return the runs with the given levels."""
    return data[np.all([data[name] == level for name, level in levels.items()], axis=0)]


def table_of_bits(logits: Sequence[float]) -> pd.DataFrame:
    """Return how float32 stores some logits and their exponentials.

    >>> table_of_bits([89]).loc["exp(89)", "exponent"]
    '11111111'
    """
    with np.errstate(all="ignore"):
        powers = np.exp(np.array(logits, "float32"))
    pairs = zip(np.array(logits, "float32"), powers, strict=True)
    numbers = {name: x for z, power in pairs for name, x in ((f"{z:g}", z), (f"exp({z:g})", power))}
    bits = {name: format(int(x.view("uint32")), "032b") for name, x in numbers.items()}
    parts = {name.replace("-", MINUS): (b[:1], b[1:9], b[9:]) for name, b in bits.items()}
    return pd.DataFrame.from_dict(parts, "index", columns=["sign", "exponent", "fraction"])


def play_logits() -> interactive.Interactive:
    """Return the bits of two logits and of their losses, to type; still, a few of them."""
    examples = [[5, 2], [89, 86], [1000, 997], [110, 0], [17, 0]]
    return interactive.Interactive("logits", table_of_bits([5, 88, 89, -110]), examples=examples)


def updates(runs: pd.DataFrame) -> str:
    """Return at which updates runs diverged, such as "3" or "1-12"; empty if none did."""
    ends = sorted(runs["diverged_at_update"].dropna().astype(int))
    return "\u2013".join(map(str, dict.fromkeys(ends[:1] + ends[-1:])))


def describe(runs: pd.DataFrame) -> str:
    """Return the accuracy of the runs of one setting, and how many diverged at which update."""
    diverged, accuracy = int(runs["diverged"].sum()), spread(runs["test_accuracy"])
    parts = [accuracy.text()] if accuracy.n else []
    if diverged:
        count = f"{diverged}\u00a0of\u00a0{len(runs)}"
        when = updates(runs)
        word = "update" if when.isdigit() else "updates"
        parts.append(f"{count} diverged, {word}\u00a0{when}")
    return "; ".join(parts)


def abbreviate(runs: pd.DataFrame) -> str:
    """Return what `describe` says, for a narrow cell: a cross stands for runs that diverged."""
    diverged, accuracy = int(runs["diverged"].sum()), spread(runs["test_accuracy"])
    lines = [f"{accuracy.mean:.1f}"] if accuracy.n else []
    if 0 < diverged < len(runs):
        lines.append(f"✕ {diverged}/{len(runs)}")
    elif diverged:
        first, *others = dict.fromkeys(sorted(runs["diverged_at_update"].astype(int)))
        lines += ["✕", f"from {first}" if others else f"at {first}"]
    return "\n".join(lines)


def _head(column: str) -> str:
    return {"init_std": "standard deviation of the first weights"}.get(column, in_words(column))


def _grid(
    data: pd.DataFrame, rows: Sequence[str], column: str, cell: Callable[[pd.DataFrame], Any]
) -> pd.DataFrame:
    """Return what a function makes of the runs of each row, in words, and each column's level."""
    return pd.DataFrame(
        {
            ", ".join(WORDS.get(level, str(level)) for level in levels): {
                format_number(level): cell(at(own, **{column: level}))
                for level in levels_of(data[column])
            }
            for levels, own in data.groupby([*rows], sort=False)
        }
    ).T


def table_of_outcomes(data: pd.DataFrame, rows: Sequence[str], column: str) -> pd.DataFrame:
    """Return a cell for each setting: test accuracy with its spread, and how many diverged."""
    return _grid(data, rows, column, describe).rename_axis(columns=_head(column))


def plot_outcomes(
    data: pd.DataFrame, rows: Sequence[str], column: str, title: str = ""
) -> ReportFigure:
    """Draw a cell for each setting; the more of its runs diverged, the stronger its ground.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`.
    rows : sequence of str
        Columns whose levels together name a row of cells.
    column : str
        The column whose levels, numbers, name a column of cells.
    title : str
    """
    share = _grid(data, rows, column, lambda own: own["diverged"].mean()).astype(float)
    sentences = _grid(data, rows, column, describe)
    said = (
        f"{row}: {'; '.join(f'{level}: {words}' for level, words in cells.items() if words)}."
        for row, cells in sentences.iterrows()
    )
    return heat_map(
        0.4 * share,
        _grid(data, rows, column, abbreviate),
        behind=_grid(
            data, rows, column, lambda own: seeds_of(own, "test_accuracy") if len(own) else None
        ),
        colour=COLOURS[1],
        title=title,
        column_label=_head(column),
        height=0.75 + 0.44 * len(share),
        alt="Grid of test accuracies in percent and of diverged runs, by "
        + f"{_head(column)}. {' '.join(said)}".replace("\u00a0", " "),
    )


def overflow(dtype: str) -> float:
    """Return the number above which the exponential overflows."""
    return float(np.log(np.finfo(dtype).max))


@facts(NAME)
def exponentials(powers: pd.DataFrame) -> Iterator[Any]:
    """Say where the exponential overflows; the frame has a row per exponent."""
    yield {
        "edge-32": f"{overflow('float32'):.1f}",
        "edge-64": f"{overflow('float64'):.1f}",
        "largest-32": float(np.finfo("float32").max),
        "largest-64": float(np.finfo("float64").max),
    }
    yield claim(
        "three of these exponents are fit for float32, six for float64",
        np.isfinite(powers).sum().to_dict() == {"float32": 3, "float64": 6},
    )
    yield claim("half precision ends above 11", 11 < overflow("float16") < 11.2)


@facts(NAME)
def shift(naive: np.ndarray, shifted: np.ndarray) -> Iterator[Any]:
    """Say what the shift repairs, for logits with the same differences in all rows."""
    yield claim(
        "the naive softmax breaks where exponentials overflow",
        np.isfinite(naive[0]).all() and np.isnan(naive[1:, 0]).all(),
    )
    yield claim("shifted, all rows are the same", np.allclose(shifted, shifted[0], rtol=1e-5))


@facts(NAME)
def patched_loss(
    gaps: np.ndarray, losses: Mapping[str, np.ndarray], slopes: Mapping[str, np.ndarray]
) -> Iterator[Any]:
    """Say what a tiny constant in the logarithm does.

    Parameters
    ----------
    gaps : ndarray of shape (n,)
        By how much the wrong class is ahead.
    losses, slopes : mapping of str to ndarray of shape (n,)
        "stable", "naive" and the patched one.
    """
    loss, slope = (
        pd.DataFrame(own, gaps).set_axis(["stable", "naive", "patched"], axis=1)
        for own in (losses, slopes)
    )
    yield {
        "cap": f"{CEILING:.1f}",
        "true-at-120": f"{loss['stable'].get(120, np.nan):.1f}",
        "patched-at-120": f"{loss['patched'].get(120, np.nan):.1f}",
    }
    wrong = loss["stable"].loc[20:]
    yield claim(
        "the stable loss is as large as the gap, at a slope of 1",
        np.allclose(wrong, wrong.index, rtol=1e-5) and (slope["stable"].loc[20:] > 0.999).all(),
    )
    yield claim(
        "the naive loss is finite as long as the exponential is",
        np.isfinite(loss["naive"].loc[:88.5]).all()
        and np.isinf(loss["naive"].loc[89:]).all()
        and gaps.max() > 89,
    )
    yield claim(
        "the patched loss is finite everywhere, and has a ceiling",
        np.isfinite(loss["patched"]).all()
        and np.allclose(loss["patched"].loc[40:], CEILING, rtol=1e-3)
        and loss["patched"].max() < CEILING + 0.01,
    )
    yield claim(
        "its gradient is NaN along the wrong class where the softmax overflows, and zero along "
        "the true one",
        _patched_gradient_is_nan,
    )
    ratio = (slope["patched"] / slope["stable"]).loc[20:30]
    bend = np.interp(0.5, ratio.iloc[::-1], ratio.index[::-1])
    yield {"ex1-gap": f"{bend:.1f}"}
    yield claim("its slope is halved at the ceiling", abs(bend - CEILING) < 0.2)
    yield {"slope-at-40": float(f"{slope['patched'].loc[40]:.0e}")}
    yield claim(
        "its slope vanishes",
        slope["patched"].loc[40] < 1e-6 and slope["patched"].loc[89:].fillna(0).eq(0).all(),
    )


def _patched_gradient_is_nan() -> bool:
    loss = make_loss(PATCHED)
    with np.errstate(all="ignore"):
        loss.forward(np.array([[89, 0]], "float32"), np.array([1]))
        ((wrong, true),) = loss.backward()
    return bool(np.isnan(wrong) and true == 0)


@facts(NAME)
def sigmoids(x: np.ndarray, forms: Mapping[str, np.ndarray]) -> Iterator[Any]:
    """Say how forms of the sigmoid break: two naive ones, a stable one, one in float64."""
    values = pd.DataFrame(forms, x).set_axis(["left", "right", "both", "wide"], axis=1)
    left, right, both, wide = (values[name] for name in values)
    minus, direct = 1 - both.loc[20], both.loc[-20]
    yield {"ex3-minus": f"{minus:.0f}", "ex3-direct": float(f"{direct:.1e}")}
    yield claim("one minus the sigmoid is rounded to nothing", minus == 0 < direct < 1e-8)
    yield claim(
        "the first form is finite, and zero where the true value is tiny",
        lambda: (
            np.isfinite(left).all()
            and left.loc[-100] == left.loc[-95] == 0 < wide.loc[-100] < both.loc[-95] < 1e-40
        ),
    )
    yield claim(
        "the second form breaks for large x alone",
        np.isnan(right.iloc[-1]) and np.isfinite(right.iloc[:-1]).all(),
    )
    yield claim(
        "the stable form is finite and right",
        np.isfinite(both).all() and np.allclose(both.iloc[1:], wide.iloc[1:], rtol=1e-3),
    )


@facts(NAME)
def one_nan(counts: Mapping[str, Sequence[int]], size: int, outputs: np.ndarray) -> Iterator[Any]:
    """Say how far a single NaN in the last layer spreads.

    Parameters
    ----------
    counts : mapping of str to sequence of int
        By loss: how many parameters are NaN at the start and after each update.
    size : int
        How many parameters there are.
    outputs : ndarray of shape (rows, classes)
        Of the last network, in the end.
    """
    squared, crossed, hinge = counts["mse"], counts["cross_entropy"], counts["hinge"]
    yield {"nan-size": f"{size:,}", "nan-squared": f"{squared[1]:,}"}
    yield claim("it is one at the start", all(own[0] == 1 for own in counts.values()))
    yield claim(
        "cross-entropy and the hinge loss spoil all in one update, the squared error in two",
        lambda: crossed[1] == hinge[1] == squared[2] == size > squared[1] > 1,
    )
    yield claim(
        "its outputs are NaN as well, and NumPy calls the first of ten NaN the largest",
        np.isnan(outputs).all() and (outputs.argmax(axis=1) == 0).all(),
    )


@facts(NAME)
def digits(runs: Sequence[Run]) -> Iterator[Any]:
    """Say which formulas bear large initial weights on small digits."""
    data = frame(runs)
    large = {
        (loss, dtype): at(data, loss=loss, dtype=dtype, init_std=1.0)
        for loss in FORMULAS
        for dtype in DTYPES
    }
    stable, naive, patched = (spread(large[loss, "float64"]["test_accuracy"]) for loss in FORMULAS)
    yield {
        "digits-naive-at": updates(large[NAIVE, "float32"]),
        "digits-patched-at": updates(large[PATCHED, "float32"]),
        "digits-stable": stable.text(1),
        "digits-naive-64": naive.text(1),
        "digits-patched-64": patched.text(1),
    }
    small, huge = at(data, init_std=0.1), at(data, init_std=10.0)
    survived = huge[~huge["diverged"]]
    yield claim("at 0.1 every formula learns", (small["test_accuracy"] > 90).all() and len(small))
    yield claim(
        "at 10 the stable formula alone survives",
        set(survived["loss"]) == {STABLE} == set(huge["loss"]) - {NAIVE, PATCHED}
        and len(survived) == len(at(huge, loss=STABLE))
        and (survived["test_accuracy"] > 85).all(),
    )
    yield claim(
        "at 1 the naive formulas diverge in float32, and never in float64",
        all(
            large[loss, "float32"]["diverged"].mean() == 1
            and large[loss, "float64"]["diverged"].mean() == 0
            for loss in (NAIVE, PATCHED)
        ),
    )
    yield claim(
        "there the plain one learns like the stable one, and the patched one worse",
        abs(naive.mean - stable.mean) < 2 and stable.mean > 90 and patched.mean < stable.mean - 3,
    )


@facts(NAME)
def mnist(runs: Sequence[Run]) -> Iterator[Any]:
    """Say where formulas break on MNIST, by initial weights and by learning rate."""
    data, usual = frame(runs), RunConfig()
    relu = at(data, activation="relu")
    init, rate = at(relu, learning_rate=usual.learning_rate), at(relu, init_std=usual.init_std)
    failed = {loss: int(at(relu, loss=loss)["diverged"].sum()) for loss in FORMULAS}
    single, double = (int(at(data, dtype=dtype)["diverged"].sum()) for dtype in DTYPES)
    each = len(at(relu, loss=STABLE))
    one_32, one_64, three_64 = (
        at(init, loss=NAIVE, dtype=dtype, init_std=std)
        for dtype, std in (("float32", 1.0), ("float64", 1.0), ("float64", 3.0))
    )
    one, three = (
        spread(at(init, loss=STABLE, dtype="float32", init_std=std)["test_accuracy"])
        for std in (1.0, 3.0)
    )
    calm = at(init, init_std=0.01).groupby(["loss", "dtype"])["test_accuracy"].mean()
    yield {
        "runs": len(runs),
        "seeds": data["seed"].nunique(),
        "each": each,
        "plain-failed": failed[NAIVE],
        "patched-failed": failed[PATCHED],
        "failed-32": single,
        "failed-64": double,
        "at-one-32": updates(one_32),
        "failed-one-64": int(one_64["diverged"].sum()),
        "of-one-64": len(one_64),
        "at-three-64": updates(three_64),
        "calm": f"{calm.max() - calm.min():.1f}",
        "stable-one": one.text(1),
        "stable-three": three.text(1),
        "rate-failed": int(rate["diverged"].sum()),
        "rate-runs": int((rate["learning_rate"] > usual.learning_rate).sum()),
        "answer": (
            f"Where an exponential overflows, above {overflow('float32'):.1f} in float32, and "
            f"infinity meets infinity. The naive cross-entropy diverged in {failed[NAIVE]} of "
            f"{each} runs, and in {failed[PATCHED]} with a tiny constant in its logarithm; the "
            "stable formula diverged in none."
        ),
    }
    yield claim(
        "every formula has runs in both precisions, by initial weights and by rate",
        all(own.groupby(["loss", "dtype"]).ngroups == 6 for own in (init, rate)),
    )
    yield claim("the stable formula never diverges", each and not failed[STABLE])
    hopeless = init[
        (init["init_std"] == 3) | ((init["init_std"] == 1) & (init["dtype"] == "float32"))
    ]
    hopeless = hopeless[hopeless["loss"] != STABLE]
    yield claim(
        "the others all diverge at 1 in float32 and at 3, within five updates the naive ones",
        hopeless["diverged"].mean() == 1
        and max(one_32["diverged_at_update"].max(), three_64["diverged_at_update"].max()) <= 5,
    )
    yield claim("in float64 some naive ones diverge at 1", one_64["diverged"].any())
    yield claim(
        "from calm weights nothing diverges, all learn, and the formulas are alike",
        init[init["init_std"].isin(CALM)]["diverged"].mean() == 0
        and (at(init, init_std=0.3)["test_accuracy"] > 90).all()
        and calm.max() - calm.min() < 1.5,
    )
    yield claim(
        "at rates of 0.5 and above every network that is left guesses",
        (rate[rate["learning_rate"] >= 0.5]["test_accuracy"].dropna() < 20).all(),
    )
    yield claim("the stable formula learns at 1, and little at 3", one.low > 80 and three.mean < 60)
    yield claim("the patch saves few runs, if any", failed[PATCHED] > failed[NAIVE] / 2)
    yield claim("float64 saves some", single / 3 < double < single)
    far = at(data, init_std=3.0)
    shares = [
        at(far, activation=form, dtype=dtype)["diverged"].mean()
        for form in ("sigmoid", "naive_sigmoid")
        for dtype in DTYPES
    ]
    naive = at(data, activation="naive_sigmoid")
    yield claim(
        "of sigmoids the naive one in float32 alone diverges, and at 3 alone",
        shares == [0, 0, 1, 0] and naive[naive["init_std"].isin(CALM)]["diverged"].mean() == 0,
    )


@facts(NAME)
def exercises(
    naive: np.ndarray, shifted: np.ndarray, first_nan: Mapping[str, int], size: int
) -> Iterator[Any]:
    """Answer the exercises.

    Parameters
    ----------
    naive, shifted : ndarray of shape (2, 3)
        The softmax of the logits 1000, 1001, 1002, and of 0, 1, 2.
    first_nan : mapping of str to int
        By loss: how many parameters are NaN one update after one in the first layer was.
    size : int
        How many parameters there are.
    """
    yield {"ex2-softmax": [f"{p:.2f}" for p in shifted[0]]}
    yield claim(
        "shifted by a thousand, the softmax is the same, and the naive one gets none of it",
        np.allclose(shifted[0], naive[1], rtol=1e-5) and np.isnan(naive[0]).all(),
    )
    yield {f"ex4-{loss}": f"{count:,}" for loss, count in first_nan.items()}
    yield claim(
        "from the first layer, all losses lose all at once",
        lambda: first_nan["cross_entropy"] == first_nan["mse"] == first_nan["hinge"] == size,
    )
