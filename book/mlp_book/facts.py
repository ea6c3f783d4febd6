"""What a chapter's text says: named values, and claims that are checked.

While the book is built, and in the tests, a claim that fails is an error. In Jupyter it is a line
of output: a changed line of a notebook changes what is true, and the reader sees which.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from html import escape
from importlib.resources import files
from typing import Any, ParamSpec

import numpy as np
import pandas as pd
from IPython.display import display

from mlp_book.frames import levels_of, margin_of, settled
from mlp_book.scripts import as_json
from mlp_book.stats import (
    EXACT,
    RESOLUTION,
    Effect,
    Spread,
    against_all,
    compare,
    compare_paired,
    judge_family,
    noise_of,
    spread,
)
from mlp_book.text import NONE, enumerate_words, format_level, format_number

STRICT = "MLP_BOOK_STRICT"  # set in the environment by the book's build and by the tests
GLUED = "application/papermill.record/"  # begins the type of an output that is no display
P = ParamSpec("P")
_OTHER = object()  # no level


class ClaimError(AssertionError):
    """A sentence of the book is not true of the runs that it was computed from."""


@dataclass(frozen=True)
class Claim:
    """A sentence with a condition.

    Attributes
    ----------
    sentence : str
        What the text says, in one line.
    holds : bool
    reason : str
        Why the condition could not be computed, if so.
    """

    sentence: str
    holds: bool
    reason: str = ""

    def __str__(self) -> str:
        if self.holds:
            return f"✓ {self.sentence}"
        return f"✗ {self.sentence}: {self.reason or 'no longer true for your runs'}"


def claim(sentence: str, condition: Callable[[], Any] | Any) -> Claim:
    """Return a claim; a condition that needs what may not be there is given as a function.

    >>> print(claim("the sum is four", 2 + 2 == 4))
    ✓ the sum is four
    """
    if not callable(condition):
        return Claim(sentence, bool(condition))
    try:
        return Claim(sentence, bool(condition()))
    except Exception as error:
        if is_strict():
            raise
        return Claim(sentence, False, _why(error))


@dataclass
class Facts:
    """The values and claims of one part of a chapter.

    Attributes
    ----------
    chapter : str
        What the names of all values begin with, so that chapters cannot meet.
    values : dict of str to str
        By full name, as the text shows them.
    claims : list of Claim
    """

    chapter: str
    values: dict[str, str] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def add(self, item: Claim | Mapping[str, Any]) -> None:
        """Add a claim, or values by name."""
        if isinstance(item, Claim):
            self.claims.append(item)
        else:
            texts = {f"{self.chapter}-{name}": format_value(v) for name, v in item.items()}
            self.values.update(texts)

    def check(self) -> None:
        """Raise a ClaimError that lists the claims that do not hold."""
        failed = [claim for claim in self.claims if not claim.holds]
        if failed:
            lines = "\n".join(f"  {claim}" for claim in failed)
            raise ClaimError(f"{self.chapter}: not true of these runs:\n{lines}")

    def __str__(self) -> str:
        return "\n".join(map(str, self.claims))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(str(claim))}</li>" for claim in self.claims)
        table = pd.DataFrame({"text": self.values.values()}, index=list(self.values))
        html = f'<ul class="claims">{lines}</ul>{table.to_html()}'
        if is_strict():
            return html
        return f"{html}<script>{_script().replace('__VALUES__', as_json(self.values))}</script>"


def facts(chapter: str) -> Callable[[Callable[P, Iterator[Any]]], Callable[P, Facts]]:
    """Turn a generator of values and claims into a function that returns `Facts`.

    The generator yields dictionaries (values by name) and claims. Outside the build and the tests
    an error ends it and becomes a claim that does not hold; what was yielded before stays.

    Parameters
    ----------
    chapter : str
        As in the names of the glued values, such as "learning-rate".
    """

    def decorate(make: Callable[P, Iterator[Any]]) -> Callable[P, Facts]:
        @wraps(make)
        def collect(*args: P.args, **kwargs: P.kwargs) -> Facts:
            found = Facts(chapter)
            try:
                for item in make(*args, **kwargs):
                    found.add(item)
            except Exception as error:
                if is_strict():
                    raise
                found.add(Claim("the rest can be computed", False, _why(error)))
            if is_strict():
                found.check()
            return found

        return collect

    return decorate


def glue(facts: Facts) -> Facts:
    r"""Make the values available to the chapter's text, and return the facts to show them.

    The text shows a value by ``{glue:text}`chapter-name` ``: in the book by myst-nb, in Jupyter by
    a script that comes with the output. What myst-nb reads is written here: its own function loads
    two seconds of libraries that no notebook needs.
    """
    for name, text in facts.values.items():
        record = {"name": name, "mime_prefix": GLUED}
        display({f"{GLUED}text/plain": repr(text)}, metadata={"scrapbook": record}, raw=True)
    return facts


def is_strict() -> bool:
    """Say whether a claim that does not hold is an error."""
    return bool(os.environ.get(STRICT))


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"your runs have no {error}"
    return f"it cannot be computed from your runs ({type(error).__name__}: {error})"


@cache
def _script() -> str:
    return files("mlp_book").joinpath("jupyter_prose.js").read_text(encoding="utf-8")


def format_value(value: Any) -> str:
    """Return a value as it stands in prose.

    >>> format_value([1, 2, 0.5]), format_value("as it is"), format_value((256, 128))
    ('1, 2 and 0.5', 'as it is', '256-128')
    """
    if value is None:
        return NONE
    if isinstance(value, str):
        return value
    if isinstance(value, Spread):
        return value.text()
    if isinstance(value, list):
        return enumerate_words([format_value(item) for item in value])
    if isinstance(value, tuple):
        return format_level(value)
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return format_number(float(value))
    raise TypeError(f"{value!r} has no text: give a str, a number, a Spread or a list of these")


class Levels:
    """One measure at each level of a factor: which level is best, which is not shown to differ.

    A level that the runs do not have has an empty spread (mean nan, text `NONE`), so that claims
    about it fail instead of breaking.

    Parameters
    ----------
    data : DataFrame
        Such as from `mlp_book.frames.frame`.
    factor, measure : str
        Columns.
    larger_is_better : bool
    paired : bool
        Whether seeds are compared one by one: they draw the images.
    """

    def __init__(
        self,
        data: pd.DataFrame,
        factor: str,
        measure: str = "test_accuracy",
        larger_is_better: bool = True,
        paired: bool = False,
    ) -> None:
        self.sign = 1 if larger_is_better else -1
        self.levels = levels_of(data[factor])
        rows = {level: data[[x == level for x in data[factor]]] for level in self.levels}
        self._values = {level: own[measure] for level, own in rows.items()}
        self._settled = {level: settled(own, measure) for level, own in rows.items()}
        ended = [level for level, own in self._values.items() if own.notna().all()]
        whole = [level for level in ended if not self._settled[level].broken]
        self._complete = whole or ended
        in_points = measure.endswith(("accuracy", "error"))
        # From a seed to its value, by level, where seeds are paired.
        self._by_seed = {k: own.set_index("seed")[measure] for k, own in rows.items() if paired}
        self.margin = margin_of(data) if in_points else 0.0
        self.noise = noise_of(self._settled.values(), RESOLUTION if in_points else EXACT.resolution)

    def values(self, level: Any) -> list[float]:
        """Return the value of each seed that has one."""
        return list(self._values.get(level, pd.Series(dtype=float)).dropna())

    def __getitem__(self, level: Any) -> Spread:
        """Return the spread over the seeds: those that did not break, if there are any."""
        found = self._settled.get(level, spread([]))
        return found if found.n else spread(self.values(level))

    @property
    def best(self) -> Any:
        """The level with the best mean, of those none of whose runs broke, if there are any."""
        return max(self._complete, key=lambda level: self.sign * self[level].mean, default=None)

    @property
    def tied(self) -> list[Any]:
        """The other levels that are not shown to differ from the best, from best to worst."""
        others = [x for x in self._complete if x != self.best and not self.different(x, self.best)]
        return sorted(others, key=lambda level: -self.sign * self[level].mean)

    @property
    def plateau(self) -> list[Any]:
        """The best level and those tied with it, in the order of the levels."""
        return [level for level in self.levels if level in (self.best, *self.tied)]

    @property
    def contiguous(self) -> bool:
        """Whether the plateau has no gap."""
        places = [self.levels.index(level) for level in self.plateau]
        return places == list(range(places[0], places[-1] + 1)) if places else False

    @property
    def below(self) -> Any:
        """The level just below the plateau, or None."""
        return self.step(self.plateau[0], -1) if self.plateau else None

    @property
    def above(self) -> Any:
        """The level just above the plateau, or None."""
        return self.step(self.plateau[-1], 1) if self.plateau else None

    def step(self, level: Any, steps: int) -> Any:
        """Return the level so many places further, or None."""
        place = self.levels.index(level) + steps if level in self.levels else -1
        return self.levels[place] if 0 <= place < len(self.levels) else None

    def against(self, reference: Any) -> dict[Any, Effect]:
        """Return the effect of every other level against one of them, as one family."""
        if not self._by_seed:
            return against_all(self._settled, reference, self.noise, self.margin)
        others = [level for level in self.levels if level != reference]
        pairs = [self._by_seed[level].align(self._by_seed[reference], "inner") for level in others]
        resolution = self.noise.resolution
        effects = [compare_paired(a, b, self.margin, resolution) for a, b in pairs]
        return dict(zip(others, judge_family(effects), strict=True))

    def against_other(self, reference: Spread) -> dict[Any, Effect]:
        """Return the effect of every level against a setting of another study, as one family."""
        groups = {**self._settled, _OTHER: reference}
        return against_all(groups, _OTHER, self.noise, self.margin)

    def effect(self, first: Any, second: Any) -> Effect:
        """Return the first level minus the second, in the family of all against the second."""
        if first in self._settled and second in self._settled and first != second:
            return self.against(second)[first]
        a, b = (self._settled.get(level, spread([])) for level in (first, second))
        return compare(a, b, self.noise, self.margin)

    def different(self, first: Any, second: Any) -> bool:
        """Say whether two levels are shown to differ."""
        return self.effect(first, second).direction != 0
