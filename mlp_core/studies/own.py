"""A study of one's own, read from a TOML file."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

from mlp_core.studies.catalogue import STUDIES, Levels, Study, build_callbacks
from mlp_core.training import ConfigError, RunConfig

_MOST_RUNS = 100_000
_KEYS = ("question", "seeds", "base", "vary", "callbacks")


def read_study(path: str | Path) -> Study:
    """Return the study that a file describes; its name is the file's, without ``.toml``.

    The file may have ``question`` (text), ``seeds`` (a list), ``callbacks`` (names), the table
    ``base`` of config fields that all runs share, and ``vary``: a table from fields to lists of
    levels, of which all combinations are made, or several such tables, each made by itself. A
    factor that sets several fields is a table from each level's label to its fields.

    Raises
    ------
    ConfigError
        If the file cannot be read, or if anything in it is not legal.
    """
    path = Path(path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return _build(path.stem, values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    except Exception as error:  # values of other kinds raise almost anything
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _build(name: str, values: dict[str, Any]) -> Study:
    if not re.fullmatch(r"\w[\w.-]*", name) or name in STUDIES:
        raise ConfigError(
            f"the name {name!r} is not legal: must be of letters, digits, '-' and '_', and none of "
            f"the catalogue's"
        )
    for key in values:
        if key not in _KEYS:
            raise ConfigError(f"{key} is not legal: must be one of {', '.join(_KEYS)}")
    vary = values.get("vary", {})
    grids = vary if isinstance(vary, list) else [vary]
    base, seeds = values.get("base", {}), values.get("seeds", [RunConfig().seed])
    if not isinstance(base, dict) or not isinstance(seeds, list) or not seeds:
        raise ConfigError("base must be a table of fields, and seeds a list of integers")
    for grid in grids:
        for factor, levels in grid.items() if isinstance(grid, dict) else [("vary", grid)]:
            _check_levels(factor, levels)
    cells = sum(math.prod(map(len, grid.values())) for grid in grids) * len(seeds)
    if cells > _MOST_RUNS:
        raise ConfigError(f"these are {cells:,} runs: must be at most {_MOST_RUNS:,}")
    question, callbacks = str(values.get("question", name)), values.get("callbacks", [])
    if not isinstance(callbacks, list) or not all(isinstance(each, str) for each in callbacks):
        raise ConfigError(f"callbacks={callbacks!r} is not legal: must be a list of names")
    study = Study(name, question, grids, base, seeds, tuple(callbacks))
    study.configs()  # a value that is not legal is found now, not after the first runs
    build_callbacks(study.callbacks)
    return study


def _check_levels(factor: str, levels: Levels) -> None:
    labelled = isinstance(levels, dict) and all(isinstance(v, dict) for v in levels.values())
    if not levels or not (labelled or isinstance(levels, list)):
        raise ConfigError(
            f"{factor}={levels!r} is not legal: must be a list of levels, or a table from labels "
            f"to fields"
        )
