"""The one way to judge: an effect with its interval, and whether it is there, absent, or unknown.

The rule is that of `book/protocol.md`, which is older than the runs with fresh seeds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy  # `scipy.stats` loads when a family is judged: not every notebook does
from scipy import special

from mlp_book.text import NONE, signed

LEVEL = 0.05  # of the test: how often it sees a difference where there is none
MARGIN = 0.1  # points that do not matter: ten test images of MNIST
FEW_MARGIN = 0.3  # with 1,000 training images or fewer
RESOLUTION = 0.01  # points: one test image of MNIST; no spread is taken to be smaller
OUTCOMES = ("different", "equivalent", "undecided", "broke")
Values = Iterable[float]


@dataclass(frozen=True)
class Spread:
    """One measure over seeds; everything is nan where there is no value.

    Attributes
    ----------
    mean, std, low, high : float
        `std` is the sample standard deviation (divisor n - 1), nan for a single seed; `low` and
        `high` are the extremes.
    n : int
        Number of seeds.
    broken : int
        Number of further seeds that broke: they are no part of the mean.
    """

    mean: float
    std: float
    low: float
    high: float
    n: int
    broken: int = 0

    def text(self, digits: int = 2) -> str:
        """Return mean and standard deviation, such as "98.07 ± 0.05".

        Parameters
        ----------
        digits : int
            Decimals; a negative number asks for that many significant digits of the mean.
        """
        if not self.n:
            return NONE
        if digits < 0:
            digits = max(0, -digits - 1 - math.floor(math.log10(abs(self.mean) or 1)))
        mean = f"{self.mean:.{digits}f}"
        # Spaces that do not break: a line or a table's cell keeps the two together.
        return mean if self.n < 2 else f"{mean}\u00a0±\u00a0{self.std:.{digits}f}"

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % t-interval of the mean; nan for a single seed."""
        if self.n < 2:
            return math.nan, math.nan
        half = special.stdtrit(self.n - 1, 1 - LEVEL / 2) * self.std / math.sqrt(self.n)
        return self.mean - half, self.mean + half


def finite(values: Values) -> np.ndarray:
    """Return the values without those that are not finite: runs that diverged have none."""
    array = np.asarray(list(values), np.float64)
    return array[np.isfinite(array)]


def spread(values: Values | Spread, broken: int = 0) -> Spread:
    """Return mean, standard deviation and extremes of one measure over seeds.

    A spread is returned as it is: what compares settings takes either.

    >>> spread([98.0, 98.1, 98.2]).text().split()
    ['98.10', '±', '0.10']
    >>> spread([]).text() == NONE
    True
    """
    if isinstance(values, Spread):
        return values
    array = finite(values)
    if not array.size:
        return Spread(math.nan, math.nan, math.nan, math.nan, 0, broken)
    std = float(array.std(ddof=1)) if array.size > 1 else math.nan
    return Spread(
        float(array.mean()), std, float(array.min()), float(array.max()), array.size, broken
    )


@dataclass(frozen=True)
class Noise:
    """What the settings of a study share: the prior of a setting's variance.

    Source: G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential
    expression in microarray experiments", Stat. Appl. Genet. Mol. Biol. 3 (1), article 3 (2004).

    Attributes
    ----------
    variance, df : float
        The shared variance, and for how many degrees of freedom it counts: infinitely many if the
        settings' variances differ by no more than chance.
    total : float
        Degrees of freedom of all settings together: no estimate has more.
    resolution : float
        No standard deviation is taken to be smaller.
    """

    variance: float = 0.0
    df: float = 0.0
    total: float = math.inf
    resolution: float = RESOLUTION

    def moderate(self, own: Spread) -> tuple[float, float]:
        """Return a setting's variance, raised to what it shares, and its degrees of freedom.

        It is drawn towards the shared variance only upwards: lowered as well, tests of few seeds
        would see differences too often where some settings scatter more than others.
        """
        df = own.n - 1
        square = max(own.std, self.resolution) ** 2 if df > 0 else 0.0
        if self.df + df <= 0:
            return math.nan, math.nan
        if math.isinf(self.df):
            drawn, counts = self.variance, self.total
        else:
            drawn = (self.df * self.variance + df * square) / (self.df + df)
            counts = self.df + df
        return (drawn, counts) if drawn >= square else (square, df)


EXACT = Noise(resolution=0.0)  # of losses, times and counts, which no test image limits


def noise_of(groups: Iterable[Values | Spread], resolution: float = RESOLUTION) -> Noise:
    """Return what settings of a study say about the variance of one; those that broke say nothing.

    >>> found = noise_of([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [5.0, 6.0, 7.0]])
    >>> (found.variance, found.df, found.total)
    (1.0, inf, 6)
    """
    own = [
        one
        for values in groups
        if (one := spread(values)).n > 1 and not one.broken and max(one.std, resolution) > 0
    ]
    df = np.array([one.n - 1 for one in own])
    total = int(df.sum())
    if len(own) < 2:
        return Noise(total=max(total, 1) if own else math.inf, resolution=resolution)
    squares = np.maximum([one.std for one in own], resolution) ** 2
    # Logarithms of variances scatter by trigamma(df/2) if all settings have the same one.
    logs = np.log(squares) - special.digamma(df / 2) + np.log(df / 2)
    excess = float(logs.var(ddof=1) - special.zeta(2, df / 2).mean())
    if excess <= 0:
        return Noise(float((squares * df).sum() / total), math.inf, total, resolution)
    half = _inverse_trigamma(excess)
    shared = math.exp(logs.mean() + special.digamma(half) - math.log(half))
    return Noise(float(shared), 2 * half, total, resolution)


def _inverse_trigamma(value: float) -> float:
    """Return where the trigamma function, which is zeta(2, x), has a value: Newton's method."""
    x = 0.5 + 1 / value
    for _ in range(50):
        trigamma = special.zeta(2, x)
        step = trigamma * (1 - trigamma / value) / (-2 * special.zeta(3, x))
        x += step
        if -step < 1e-12 * x:
            break
    return float(x)


@dataclass(frozen=True)
class Effect:
    """A difference between settings, in the unit of the measure, and how well it is known.

    Attributes
    ----------
    difference, error, df : float
        With its standard error and degrees of freedom.
    n : tuple of int
        Seeds of each side that count; of a paired comparison, the pairs.
    p, adjusted : float
        Two-sided, and after the correction for the family (`judge_family`).
    margin : float
        A difference below it does not matter.
    paired : bool
    broken : tuple of (int, int)
        Of each side, how many seeds broke, of how many; empty if none did. Then `p` is that of
        Fisher's exact test of these counts.
    """

    difference: float
    error: float
    df: float
    n: tuple[int, ...]
    p: float
    adjusted: float
    margin: float = MARGIN
    paired: bool = False
    broken: tuple[tuple[int, int], ...] = ()

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return self.difference - self._half

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return self.difference + self._half

    @property
    def _half(self) -> float:
        return float(special.stdtrit(self.df, 1 - LEVEL / 2)) * self.error

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`: two one-sided tests at 2.5 % are the interval within the margin."""
        if self.broken:
            return "broke"
        if self.adjusted < LEVEL:
            return "different"
        return "equivalent" if self.within else "undecided"

    @property
    def within(self) -> bool:
        """Whether the 95 % interval lies within the margin, however well zero is excluded."""
        return -self.margin < self.low and self.high < self.margin

    @property
    def direction(self) -> int:
        """1 where the first is larger (or breaks less often), -1 where smaller, 0 if not known."""
        return self.sign if self.adjusted < LEVEL else 0

    @property
    def sign(self) -> int:
        """1 where the first is larger, or breaks less often, else -1; shown to differ or not."""
        if self.broken:
            (a, of_a), (b, of_b) = self.broken
            return 1 if a * of_b < b * of_a else -1
        return 1 if self.difference > 0 else -1

    @property
    def said(self) -> str:
        """The outcome in words, with the margin where it is not the usual one."""
        is_usual = self.outcome != "equivalent" or self.margin == MARGIN
        return self.outcome if is_usual else f"{self.outcome} within {self.margin:g}"

    def text(self, digits: int = 2) -> str:
        """Return difference, interval and outcome in words.

        >>> compare([98.0, 98.1, 98.2], [97.0, 97.1, 97.2]).text().replace("\u00a0", " ")
        '+1.00 [+0.77, +1.23], different'
        """
        if self.broken:
            first, second = (f"{k}\u00a0of\u00a0{n}" for k, n in self.broken)
            return f"{first} seeds broke, against {second}"
        if math.isnan(self.error):
            return f"{signed(self.difference, digits)}, too few seeds, undecided"
        ends = f"[{signed(self.low, digits)}, {signed(self.high, digits)}]"
        return f"{signed(self.difference, digits)}\u00a0{ends}, {self.said}"

    def in_points(self, digits: int = 2) -> str:
        """Return the difference in points, and in brackets its interval and outcome.

        >>> compare([98.0, 98.1, 98.2], [97.0, 97.1, 97.2]).in_points()
        '+1.00 points ([+0.77, +1.23], different)'
        """
        difference, _, rest = self.text(digits).partition("\u00a0[")
        return f"{difference} points ([{rest})" if rest else difference


def contrast(
    parts: Sequence[tuple[float, Values | Spread]],
    noise: Noise | None = None,
    margin: float = MARGIN,
) -> Effect:
    """Return a weighted sum of the means of settings, the weights adding up to 0; unpaired.

    The degrees of freedom are those of Welch and Satterthwaite, from moderated variances.
    """
    own = [(weight, spread(values)) for weight, values in parts]
    noise = noise or Noise()
    n = tuple(one.n for _, one in own)
    difference = sum(weight * one.mean for weight, one in own)
    broken = tuple((one.broken, one.broken + one.n) for _, one in own)
    if any(count for count, _ in broken):
        p = _fisher(*broken) if len(own) == 2 else math.nan
        return Effect(difference, math.nan, math.nan, n, p, p, margin, broken=broken)
    if not all(n):
        return Effect(difference, math.nan, math.nan, n, math.nan, math.nan, margin)
    moderated = [noise.moderate(one) for _, one in own]
    terms = np.array(
        [w**2 * square / one.n for (w, one), (square, _) in zip(own, moderated, strict=True)]
    )
    df = np.array([df for _, df in moderated])
    if not terms.any():  # losses may be equal to the last bit
        return _effect(difference, 0.0, float(df.min()), n, margin)
    freedom = min(float(terms.sum() ** 2 / (terms**2 / df).sum()), noise.total)
    return _effect(difference, math.sqrt(terms.sum()), freedom, n, margin)


def _fisher(first: tuple[int, int], second: tuple[int, int]) -> float:
    (a, of_a), (b, of_b) = first, second
    return float(scipy.stats.fisher_exact([[a, of_a - a], [b, of_b - b]]).pvalue)


def _effect(
    difference: float, error: float, df: float, n: tuple[int, ...], margin: float
) -> Effect:
    told = 2 * float(special.stdtr(df, -abs(difference) / error)) if error else None
    p = float(difference == 0) if told is None else told
    return Effect(float(difference), error, df, n, p, p, margin)


def compare(
    first: Values | Spread,
    second: Values | Spread,
    noise: Noise | None = None,
    margin: float = MARGIN,
) -> Effect:
    """Return the first mean minus the second, unpaired.

    >>> compare([98.0, 98.1, 98.2], [98.1, 98.2, 98.3]).outcome
    'undecided'
    """
    return contrast([(1, first), (-1, second)], noise, margin)


def compare_paired(
    first: Sequence[float] | np.ndarray | pd.Series[float],
    second: Sequence[float] | np.ndarray | pd.Series[float],
    margin: float = MARGIN,
    resolution: float = RESOLUTION,
) -> Effect:
    """Return the mean of the differences of pairs: runs that share images, or a run and its start.

    >>> gains = [0.12, 0.10, 0.18, 0.09, 0.00]
    >>> compare_paired(gains, [0] * 5).text().replace("\u00a0", " ")
    '+0.10 [+0.02, +0.18], different'
    """
    differences = np.asarray(first, float) - np.asarray(second, float)
    whole = np.isfinite(differences)
    if not whole.all() and whole.size:
        counts = [(int((~np.isfinite(np.asarray(x, float))).sum()), len(whole))
                  for x in (first, second)]  # fmt: skip
        p = _fisher(*counts)
        return Effect(
            float(differences[whole].mean()) if whole.any() else math.nan, math.nan, math.nan,
            (int(whole.sum()),), p, p, margin, True, tuple(counts),
        )  # fmt: skip
    own = spread(differences)
    if own.n < 2:
        return Effect(own.mean, math.nan, math.nan, (own.n,), math.nan, math.nan, margin, True)
    error = max(own.std, resolution) / math.sqrt(own.n)
    return replace(_effect(own.mean, error, own.n - 1, (own.n,), margin), paired=True)


def compare_with_mean(
    own: Spread,
    mean: float,
    seeds: int,
    noise: Noise | None = None,
    margin: float = MARGIN,
    within: float = 0.0,
) -> Effect:
    """Return a mean minus one that was published without its spread, as a mean of so many seeds.

    The published seeds are taken to scatter as ours do, so the variance is estimated once. What was
    printed may be off by `within` either way, all such values alike: that has a variance too.
    """
    n = (own.n, seeds)
    if not own.n or own.broken:
        return Effect(own.mean - mean, math.nan, math.nan, n, math.nan, math.nan, margin)
    noise = noise or Noise()
    square, df = noise.moderate(own)
    error = math.sqrt(square * (1 / own.n + 1 / seeds) + within**2 / 3)
    return _effect(own.mean - mean, error, min(df, noise.total), n, margin)


def judge_family(effects: Sequence[Effect]) -> list[Effect]:
    """Return effects that are asked side by side, with adjusted p values.

    Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc.
    B 57, 289-300 (1995).
    """
    known = [place for place, one in enumerate(effects) if math.isfinite(one.p)]
    if not known:
        return list(effects)
    adjusted = scipy.stats.false_discovery_control([effects[place].p for place in known])
    found = list(effects)
    for place, p in zip(known, adjusted, strict=True):
        found[place] = replace(found[place], adjusted=float(p))
    return found


def against_all(
    groups: Mapping[Any, Spread],
    reference: Any,
    noise: Noise | None = None,
    margin: float = MARGIN,
) -> dict[Any, Effect]:
    """Return each setting's effect against one of them, as one family."""
    others = [name for name in groups if name != reference]
    noise = noise or noise_of(groups.values())
    base = groups[reference]
    found = judge_family([compare(groups[name], base, noise, margin) for name in others])
    return dict(zip(others, found, strict=True))


def detectable(std: float, seeds: int, power: float = 0.8) -> float:
    """Return the true difference that a test of so many seeds per side finds with this power.

    >>> round(detectable(0.1, 3), 2), round(detectable(0.1, 10), 2)
    (0.31, 0.13)
    """
    df, scale = 2 * seeds - 2, std * math.sqrt(2 / seeds)
    limit = special.stdtrit(df, 1 - LEVEL / 2)
    return float(special.nctdtrinc(df, 1 - power, limit)) * scale


def least_difference(std: float, seeds: int) -> float:
    """Return how far two observed means of so many seeds have to be apart to be different.

    >>> round(least_difference(0.1, 5), 3), round(least_difference(0.1, 3), 3)
    (0.146, 0.227)
    """
    return float(special.stdtrit(2 * seeds - 2, 1 - LEVEL / 2)) * std * math.sqrt(2 / seeds)


def pooled_std(groups: Iterable[Values]) -> float:
    """Return the standard deviation over seeds that several settings have in common.

    >>> round(pooled_std([[1.0, 3.0], [5.0, 5.0, 5.0]]), 3)
    0.816
    """
    spreads = [found for values in groups if (found := spread(values)).n > 1]
    squares = sum((found.n - 1) * found.std**2 for found in spreads)
    return math.sqrt(squares / sum(found.n - 1 for found in spreads)) if spreads else math.nan
