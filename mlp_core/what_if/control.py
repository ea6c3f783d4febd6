"""One setting of a what-if panel: what it is called and which values it may take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mlp_core.training import ConfigError

KINDS = ("slider", "log", "int", "choice")


@dataclass(frozen=True)
class Control:
    """One setting that the reader of a panel can change.

    Attributes
    ----------
    name : str
        The field of `RunConfig` that it sets.
    label : str
        Its name in words.
    kind : {"slider", "log", "int", "choice"}
        ``slider``: numbers from `low` to `high` by `step`. ``log``: the same by powers of ten,
        `step` in decades, kept to two significant digits. ``int``: a whole number to type in.
        ``choice``: one of `choices`.
    default : number, str, bool or list
    low, high : number
        The range, ends included; not for ``choice``.
    step : number
    choices : tuple
        Legal values of a ``choice``, in order.
    """

    name: str
    label: str
    kind: str
    default: Any
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"kind={self.kind!r} is not legal: must be one of {KINDS}")
        bounded = None not in (self.low, self.high, self.step)
        if bounded == (self.kind == "choice") or bool(self.choices) != (self.kind == "choice"):
            raise ConfigError(f"{self.name}: a {self.kind} has low, high, step or has choices")
        object.__setattr__(self, "choices", tuple(self.choices))
        object.__setattr__(self, "default", self.clean(self.default))

    @property
    def legal(self) -> str:
        """The range in words, as the end of the sentence "must be ..."."""
        if self.kind == "choice":
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        noun = "a whole number" if self.whole else "a number"
        return f"{noun} from {self.low:g} to {self.high:g}"

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are legal."""
        return self.kind == "int" or (self.kind == "slider" and isinstance(self.step, int))

    @property
    def stops(self) -> tuple[Any, ...]:
        """The values at which a slider stops: of a ``log`` or a ``choice``, from first to last.

        >>> Control("learning_rate", "rate", "log", 0.1, low=0.01, high=1.0, step=0.5).stops
        (0.01, 0.032, 0.1, 0.32, 1.0)
        """
        if self.kind != "log":
            return self.choices
        low, high, step = (float(v) for v in (self.low, self.high, self.step))  # type: ignore[arg-type]
        count = round(math.log10(high / low) / step) + 1
        return tuple(float(f"{low * 10 ** (i * step):.2g}") for i in range(count))

    def clean(self, value: Any) -> Any:
        """Return a legal value as it enters the config.

        Raises
        ------
        ConfigError
            If the value is of another type or outside the range.
        """
        if self.kind == "choice":
            # A page's numbers do not tell 0 from 0.0; but 1 is not true.
            alike = [c for c in self.choices if isinstance(c, bool) == isinstance(value, bool)]
            matches = [c for c in alike if c == value]
            if matches:
                return matches[0]
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = float(f"{value:.2g}") if self.kind == "log" and _finite(value) else value
            inside = _finite(number) and self.low <= number <= self.high  # type: ignore[operator]
            if inside and (not self.whole or number == int(number)):
                return int(number) if self.whole else round(float(number), 10)
        raise ConfigError(f"{self.name}={value!r:.80} is not legal here: must be {self.legal}")


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer that no float can hold
        return False
