"""A study as data: a question, a base config, the factors that vary, and the seeds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlp_core.training import (
    ActivationStatistics,
    Callback,
    ConfigError,
    NormStatistics,
    RunConfig,
)

# A factor's levels: plain values of the config field of that name, or, for a factor that is
# no single field, a mapping from each level's label to the fields that it sets.
Levels = Sequence[Any] | Mapping[str, Mapping[str, Any]]

# Callbacks have to travel to other processes with a study, so they are named.
CALLBACKS: dict[str, type[Callback]] = {
    "activation_statistics": ActivationStatistics,
    "norm_statistics": NormStatistics,
}


@dataclass(frozen=True)
class Study:
    """Many runs that answer one question.

    Attributes
    ----------
    name : str
        Also the name of its folder of results.
    question : str
        What it is to answer, in one sentence.
    grids : sequence of mapping
        Each maps factors to levels and stands for all their combinations; a study that varies
        one factor at a time has several.
    base : mapping
        Config fields common to all runs.
    seeds : sequence of int
    callbacks : sequence of str
        Names from `CALLBACKS`.
    """

    name: str
    question: str
    grids: Sequence[Mapping[str, Levels]]
    base: Mapping[str, Any] = field(default_factory=dict)
    seeds: Sequence[int] = (2022, 2023, 2024)
    callbacks: Sequence[str] = ()

    def cells(self, **overrides: Any) -> list[tuple[dict[str, Any], RunConfig]]:
        """Return each run's factor levels and config; a config stands once.

        Parameters
        ----------
        **overrides
            Config fields that replace the base's, such as a smaller dataset.

        Returns
        -------
        list of (levels, config)
            All cells of the first seed come first, so that a study cut short still covers its
            grid.
        """
        cells: dict[str, tuple[dict[str, Any], RunConfig]] = {}
        for seed, grid in itertools.product(self.seeds, self.grids):
            for levels in itertools.product(*(list(values) for values in grid.values())):
                named = dict(zip(grid, levels, strict=True))
                config = self._config(grid, named, {**overrides, "seed": seed})
                cells.setdefault(config.run_id, ({**named, "seed": seed}, config))
        return list(cells.values())

    def _config(
        self, grid: Mapping[str, Levels], named: Mapping[str, Any], overrides: Mapping[str, Any]
    ) -> RunConfig:
        fields = dict(self.base)
        for factor, level in named.items():
            values = grid[factor]
            fields.update(values[level] if isinstance(values, Mapping) else {factor: level})
        return RunConfig.from_dict({**fields, **overrides})

    def configs(self, **overrides: Any) -> list[RunConfig]:
        """Return the configs of all runs, each once."""
        return [config for _, config in self.cells(**overrides)]

    @property
    def factors(self) -> list[str]:
        """The names of all that varies, without the seed."""
        return list(dict.fromkeys(name for grid in self.grids for name in grid))


def build_callbacks(names: Sequence[str]) -> list[Callback]:
    """Return new callbacks of these names.

    Raises
    ------
    ConfigError
        If a name is not in `CALLBACKS`.
    """
    for name in names:
        if name not in CALLBACKS:
            raise ConfigError(f"callback={name!r} is not legal: must be one of {list(CALLBACKS)}")
    return [CALLBACKS[name]() for name in names]
