"""From the fields of `RunConfig` to flags that tyro can read."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from typing import Annotated, Any

from tyro.conf import arg
from tyro.constructors import PrimitiveConstructorSpec

from mlp_core.training import RunConfig


def _int_or_none(text: str) -> int | None:
    return None if text.lower() == "none" else int(text)


# How each type of field is named in the help, and how its text becomes a value.
_READERS: dict[Any, tuple[str, Callable[[str], Any]]] = {
    str: ("TEXT", str),
    int: ("INT", int),
    float: ("FLOAT", float),
    int | None: ("INT", _int_or_none),
    tuple[int, ...]: ("INT", int),
}

_HINTS = typing.get_type_hints(RunConfig)


def _read(text: str, convert: Callable[[str], Any]) -> Any:
    """Return the text's value, or the text itself: `RunConfig` says what is wrong with it."""
    try:
        return convert(text)
    except ValueError:
        return text


def value_spec(hint: Any, metavar: str | None = None) -> PrimitiveConstructorSpec:
    """Return how tyro is to read values of a type; what cannot be read stays text."""
    usual, convert = _READERS[hint]
    metavar = metavar or usual
    if typing.get_origin(hint) is tuple:
        return PrimitiveConstructorSpec(
            nargs="*",
            metavar=f"[{metavar} ...]",
            instance_from_str=lambda texts: tuple(_read(text, convert) for text in texts),
            is_instance=lambda value: True,
            str_from_instance=lambda value: [str(item) for item in value],
        )
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=metavar,
        instance_from_str=lambda texts: _read(texts[0], convert),
        is_instance=lambda value: True,
        str_from_instance=lambda value: [str(value)],
    )


def help_text(name: str) -> str:
    """Return what a field means and what it may be."""
    return f"{RunConfig.field_help(name)}; {RunConfig.legal_range(name)}"


def _annotation(name: str) -> Any:
    if _HINTS[name] is bool:
        return Annotated[bool, arg(help=RunConfig.field_help(name), help_behavior_hint="")]
    return Annotated[Any, value_spec(_HINTS[name]), arg(help=help_text(name))]


def _flags() -> type:
    fields = [
        (field.name, _annotation(field.name), dataclasses.field(default=field.default))
        for field in dataclasses.fields(RunConfig)
    ]
    return dataclasses.make_dataclass("ConfigFlags", fields)


# One flag a field: `RunConfig` itself would reject a bad value inside tyro, which then tells the
# value but not the flag. So tyro only reads; `to_config` judges.
ConfigFlags = _flags()


def to_config(flags: Any) -> RunConfig:
    """Return the config that flags stand for.

    Raises
    ------
    ConfigError
        If a value is not legal.
    """
    return RunConfig.from_dict({name: getattr(flags, name) for name in RunConfig.field_names()})


def flag_of(name: str) -> str:
    """Return the flag of a field: ``--learning-rate`` for ``learning_rate``."""
    return "--" + name.replace("_", "-")


def name_flag(message: str) -> str:
    """Let an error that begins with a field's name and value name the flag instead.

    >>> name_flag("learning_rate=-1 is not legal: must be > 0")
    '--learning-rate=-1 is not legal: must be > 0'
    """
    name, equals, rest = message.partition("=")
    return f"{flag_of(name)}={rest}" if equals and name.isidentifier() else message
