"""Numbers, levels and lists as a reader sees them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"  # in place of a value that does not exist
# What settings are called where a reader sees them; whatever else has its own name, in words. A
# hyphen of these is one at which a narrow table does not break.
WORDS = {
    "adadelta": "Adadelta",
    "adam": "Adam",
    "cross_entropy": "cross\u2011entropy",
    "fashion-mnist": "Fashion\u2011MNIST",
    "gelu": "GELU",
    "he": "He",
    "log_softmax_mse": "mse on log\u2011softmax",
    "mlp_core": "mlp_core",
    "mnist": "MNIST",
    "mse": "squared\u00a0error",
    "naive_cross_entropy": "naive cross\u2011entropy",
    "naive_cross_entropy_epsilon": "naive cross\u2011entropy + 10⁻¹⁰",
    "pytorch": "PyTorch",
    "relu": "ReLU",
    "sgd": "SGD",
}
# Settings where a page lists them; figures have room for fewer words.
# The explorer's script has the same: book/js/explorer/study.js.
LISTED_NAMES = {
    "train_size": "training images",
    "validation_size": "validation images",
    "init": "initialization",
    "init_std": "initial std",
    "nesterov": "Nesterov momentum",
    "adadelta_rho": "Adadelta's rho",
    "adam_beta1": "Adam's beta1",
    "adam_beta2": "Adam's beta2",
    "evaluate_train": "training set evaluated",
    "dtype": "precision",
}
# Studies as the explorer lists them, where their own names are no words for a reader.
STUDY_TITLES = {
    "activations-losses-depth": "activations, losses and depth",
    "batch-rate": "batch size and learning rate",
    "depth-activation": "depth and activation",
    "full-factorial": "full grid",
    "hidden-size": "hidden units",
    "margin-init": "margin and initialization",
    "near-best": "settings near the best",
    "one-at-a-time": "one parameter at a time",
    "rivals": "small differences",
    "schedules": "learning-rate schedules",
    "weight-decay-data-size": "weight decay and training images",
}
# The spaces at which no line breaks: before a unit, about "of" in a count, within p = 0.02, before
# a figure's number, within an interval. A text may begin with one: the number before it is glued.
_LOOSE = re.compile(
    r"(?:(?<=\d)|^) (?=(?:%|[mµ]?s|[KM]B)(?!\w))|(?<=\d) (?=of \d)|(?<=\d of) (?=\d)"
    r"|(?<=\bp) (?=[=<] )|(?<=\bp [=<]) |(?<=\bFig\.) (?=\d)"
    rf"|(?<=\d,) (?=[+{MINUS}]?\d[\d.]*\])"
)
_NUMBER = re.compile(r"^\d+$|\d+e-\d+")  # that is a level's name, or within it
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_number(value: float) -> str:
    """Return a number as short plain text, very small and very large ones as powers of ten.

    >>> format_number(0.05), format_number(1_000), format_number(2e-5), format_number(1e6)
    ('0.05', '1,000', '2·10⁻⁵', '10⁶')
    """
    if not math.isfinite(value):
        return NONE if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    if value < 0:
        return MINUS + format_number(-value)
    if value == 0 or 1e-3 <= value < 1e5:
        return f"{value:,.5g}" if value >= 1e4 else f"{value:,.4g}"
    power = math.floor(math.log10(value) + 1e-9)
    factor = f"{value / 10**power:.3g}"
    ten = f"10{str(power).translate(_SUPERSCRIPTS)}"
    return ten if factor == "1" else f"{factor}·{ten}"


def format_level(level: Any) -> str:
    """Return a setting's value as short plain text.

    >>> format_level(2e-5), format_level("relu"), format_level((256, 128)), format_level((1024,))
    ('2·10⁻⁵', 'ReLU', '256-128', '1,024')
    """
    if isinstance(level, bool) or level is None:
        return str(level)
    if isinstance(level, int | float):
        return format_number(level)
    if isinstance(level, tuple | list):
        return format_level(level[0]) if len(level) == 1 else "-".join(map(str, level)) or "none"
    return WORDS.get(level, str(level).replace("_", " "))


def in_words(name: str) -> str:
    """Return the name of a field or a measure as words.

    >>> in_words("learning_rate"), in_words("l1_penalty")
    ('learning rate', 'L1 penalty')
    """
    return re.sub(r"^l(?=[12] )", "L", name.replace("_", " "))


def listed_name(name: str) -> str:
    """Return the name of a setting as a list of settings has it.

    >>> listed_name("init_std"), listed_name("hidden_sizes")
    ('initial std', 'hidden sizes')
    """
    return LISTED_NAMES.get(name, in_words(name))


def study_title(name: str) -> str:
    """Return the name of a study as a reader sees it.

    >>> study_title("momentum-fresh"), study_title("fashion-depth"), study_title("batch-rate")
    ('Momentum, fresh seeds', 'Fashion-MNIST: depth', 'Batch size and learning rate')
    """
    own = name.removeprefix("fashion-").removesuffix("-fresh")
    words = STUDY_TITLES.get(own, own.replace("-", " "))
    if name.startswith("fashion-"):
        return f"Fashion-MNIST: {words}"
    return words[:1].upper() + words[1:] + ", fresh seeds" * name.endswith("-fresh")


def level_text(value: Any) -> str:
    """Return a level as a reader sees it.

    >>> level_text((256, 128)), level_text(None), level_text("naive_sigmoid"), level_text("l2 1e-5")
    ('256-128', 'all', 'naive sigmoid', 'L2 10⁻⁵')
    """
    if value is None:
        return "all"  # the one field that may be unset: how many images to train on
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, str) or value in WORDS:
        return format_level(value)
    return _NUMBER.sub(lambda number: format_number(float(number[0])), in_words(value))


def signed(value: float, digits: int = 2) -> str:
    """Return a difference with its sign, such as "+0.05"; no sign where it rounds to zero.

    >>> signed(0.051), signed(0.001)
    ('+0.05', '0.00')
    """
    text = f"{abs(value):.{digits}f}"
    if not math.isfinite(value) or float(text) == 0:
        return NONE if math.isnan(value) else text
    return ("+" if value > 0 else MINUS) + text


def unbroken(words: str) -> str:
    """Return words that a narrow table does not break."""
    return words.replace(" ", "\u00a0")


def keep_quantities(text: str) -> str:
    r"""Return a text in which no line breaks within a number and its unit, a count, an interval.

    >>> keep_quantities("98.2 % in 13 ms, 20 of 20").split(" ")
    ['98.2\xa0%', 'in', '13\xa0ms,', '20\xa0of\xa020']
    """
    return _LOOSE.sub("\u00a0", text)


def count_of(count: int, total: int) -> str:
    """Return how many of all, as it stands before a noun.

    >>> count_of(12, 12), count_of(0, 990), count_of(34, 36)
    ('all 12', 'none of the 990', '34 of the 36')
    """
    if count == total:
        return f"all {total}"
    return f"{count or 'none'} of the {total}"


def enumerate_words(words: Sequence[str]) -> str:
    """Return a list as it stands in a sentence.

    >>> enumerate_words(["1", "2", "0.5"]), enumerate_words(["1"]), enumerate_words([])
    ('1, 2 and 0.5', '1', 'none')
    """
    if not words:
        return "none"
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
