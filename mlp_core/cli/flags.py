"""Flags: one for each field of `RunConfig`, and a parser whose errors are one line."""

from __future__ import annotations

import argparse
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeAlias

from mlp_core.training import ConfigError, RunConfig
from mlp_core.training.legal import nearest

Options: TypeAlias = argparse.Namespace
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong as a `ConfigError`, with the nearest legal word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.set_defaults(parser=self)  # that of the command given says what is unknown
        # Python before 3.14 takes -1e-3 and -inf for flags, not for the values of flags.
        self._negative_number_matcher = re.compile(r"-(\d|\.\d|inf|nan)")

    def error(self, message: str) -> NoReturn:
        """Raise a ConfigError that says where the help is."""
        raise ConfigError(f"{message} (see {self.prog} --help)")

    def add_commands(self) -> Commands:
        """Return what `add_command` adds commands to, one of which must be given."""
        return self.add_subparsers(title="commands", required=True)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            (name,) = action.option_strings or (action.metavar or "command",)
            words = list(action.choices)
            legal = f"must be one of {', '.join(words)}"
            self.error(f"{name} {value!r} is not legal: {legal}{nearest(value, words)}")


def add_command(commands: Commands, name: str, run: Callable[[Options], int]) -> Parser:
    """Add a command whose help is the docstring of the function that runs it."""
    description = inspect.getdoc(run) or ""
    parser = commands.add_parser(name, help=description.split("\n\n")[0], description=description)
    parser.set_defaults(run=run)
    return parser


def parse(parser: Parser, arguments: Sequence[str]) -> Options:
    """Return the options that arguments stand for, or raise a ConfigError."""
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        flags = options.parser._option_string_actions
        hint = nearest(unknown[0].partition("=")[0], flags)
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    return options


def reader(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return what reads a flag's value; what cannot be converted stays text.

    `RunConfig`, or who else takes the value, says what is wrong with it.
    """

    def read(text: str) -> Any:
        try:
            return convert(text)
        except ValueError:
            return text

    return read


def _int_or_none(text: str) -> int | None:
    return None if text.lower() == "none" else int(text)


class Integers(argparse.Action):
    """Any number of integers, with spaces or commas between them, as a tuple."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nargs="*", metavar="INT", **options)

    def __call__(
        self, parser: argparse.ArgumentParser, options: Options, texts: Any, flag: Any = None
    ) -> None:
        """Store the integers."""
        words = " ".join(texts).replace(",", " ").split()
        setattr(options, self.dest, tuple(map(reader(int), words)))


# How each type of field is read, and named in the help.
_ARGUMENTS: dict[Any, dict[str, Any]] = {
    bool: {"action": "store_true"},
    str: {"metavar": "TEXT"},
    int: {"metavar": "INT", "type": reader(int)},
    float: {"metavar": "FLOAT", "type": reader(float)},
    int | None: {"metavar": "INT", "type": reader(_int_or_none)},
    tuple[int, ...]: {"action": Integers},
}


def add_field(parser: Parser, name: str, default: str | None = None) -> None:
    """Add the flag of a field of `RunConfig`, which is in the options only if it is given.

    The help says what the field means and may be, and its default, in other words if need be.
    """
    hint = typing.get_type_hints(RunConfig)[name]
    text = RunConfig.field_help(name)
    if hint is not bool:
        value = getattr(RunConfig(), name)
        shown = " ".join(map(str, value)) if isinstance(value, tuple) else value
        text += f"; {RunConfig.legal_range(name)} (default: {default or shown})"
    parser.add_argument(
        flag_of(name), default=argparse.SUPPRESS, help=text.replace("%", "%%"), **_ARGUMENTS[hint]
    )


def given_fields(options: Options, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of those fields whose flags were given."""
    return {name: value for name, value in vars(options).items() if name in names}


def flag_of(name: str) -> str:
    """Return the flag of a field: ``--learning-rate`` for ``learning_rate``."""
    return "--" + name.replace("_", "-")


def name_flag(message: str) -> str:
    """Return an error that begins with a field's name and value with its flag instead.

    >>> name_flag("learning_rate=-1 is not legal: must be > 0")
    '--learning-rate=-1 is not legal: must be > 0'
    """
    name, equals, rest = message.partition("=")
    return f"{flag_of(name)}={rest}" if equals and name.isidentifier() else message
