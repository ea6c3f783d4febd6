"""The space of a study: its factors with labelled levels, and all their combinations."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlp_core.studies.study import Study
from mlp_core.training import ConfigError, RunConfig

# A level of every factor, by label: the choice of one cell.
Cell = tuple[str, ...]
_BASE_LABEL = "base"


@dataclass(frozen=True)
class Space:
    """All combinations of a study's levels.

    Attributes
    ----------
    factors : mapping
        Each factor's levels: a mapping from label to the config fields that the level sets.
    base : mapping
        Config fields common to all cells.
    seeds : tuple of int
        Every cell is a run for each of them.
    overrides : mapping
        Config fields that replace those of base and levels.
    """

    factors: Mapping[str, Mapping[str, Mapping[str, Any]]]
    base: Mapping[str, Any]
    seeds: tuple[int, ...]
    overrides: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        study: Study,
        overrides: Mapping[str, Any] | None = None,
        fits: Callable[[RunConfig], bool] = lambda config: True,
    ) -> Space:
        """Return the space that a study's grids span.

        Where a study has several grids, this is more than the study itself: all levels of all
        grids are combined, and where a grid leaves a factor alone, the base's level is one more.

        Parameters
        ----------
        study : Study
        overrides : mapping, optional
            Config fields that replace the study's; a factor that is overridden does not vary.
        fits : callable, optional
            Whether a config can be run at all; levels that cannot are left out.

        Raises
        ------
        ConfigError
            If nothing varies.
        """
        overrides = dict(overrides or {})
        varied = [name for name in study.factors if name not in overrides]
        space = cls({}, dict(study.base), tuple(study.seeds), overrides)
        factors = {name: space._fitting(_levels_of(study, name), fits) for name in varied}
        if not any(len(levels) > 1 for levels in factors.values()):
            raise ConfigError(f"the study {study.name!r} varies nothing that could be searched")
        return cls(factors, space.base, space.seeds, overrides)

    def _fitting(
        self, levels: dict[str, dict[str, Any]], fits: Callable[[RunConfig], bool]
    ) -> dict[str, dict[str, Any]]:
        return {
            label: fields
            for label, fields in levels.items()
            if fits(RunConfig.from_dict({**self.base, **fields, **self.overrides}))
        }

    def cells(self) -> list[Cell]:
        """Return all cells, the last factor varying fastest."""
        return list(itertools.product(*(list(levels) for levels in self.factors.values())))

    def configs(self, cell: Sequence[str]) -> list[RunConfig]:
        """Return a cell's runs, one a seed."""
        fields = dict(self.base)
        for levels, label in zip(self.factors.values(), cell, strict=True):
            fields.update(levels[label])
        fields.update(self.overrides)
        return [RunConfig.from_dict({**fields, "seed": seed}) for seed in self.seeds]

    def keep_whole(self, factor: str, stored: Collection[str]) -> Space:
        """Return the part that a study's runs fill as far as they are made, level by level.

        Parameters
        ----------
        factor : str
            Of its levels those are kept of which every run is stored.
        stored : collection of str
            Ids of runs.

        Returns
        -------
        Space
            The whole one if fewer than two levels are left: such a part would not vary.

        Raises
        ------
        ConfigError
            If the factor does not vary; names those that do.
        """
        if factor not in self.factors:
            known = ", ".join(self.factors)
            raise ConfigError(f"factor={factor!r} does not vary: must be one of {known}")
        axis = list(self.factors).index(factor)
        lacking = {
            cell[axis]
            for cell in self.cells()
            if any(config.run_id not in stored for config in self.configs(cell))
        }
        levels = {k: fields for k, fields in self.factors[factor].items() if k not in lacking}
        return self if len(levels) < 2 else replace(self, factors={**self.factors, factor: levels})

    def describe(self) -> str:
        """Return everything that the space depends on, as one line of JSON."""
        return json.dumps([self.factors, self.base, self.seeds, self.overrides], sort_keys=True)


def _levels_of(study: Study, factor: str) -> dict[str, dict[str, Any]]:
    """Return the labelled levels of a factor over all grids of a study."""
    levels: dict[str, dict[str, Any]] = {}
    compound = False
    for grid in study.grids:
        values = grid.get(factor, ())
        if isinstance(values, Mapping):
            compound = True
            levels |= {label: dict(fields) for label, fields in values.items()}
        else:
            levels |= {str(value): {factor: _plain(value)} for value in values}
    if not all(factor in grid for grid in study.grids):
        if compound:
            levels.setdefault(_BASE_LABEL, {})
        else:
            value = RunConfig.from_dict(dict(study.base)).to_dict()[factor]
            levels.setdefault(str(value), {factor: value})
    return levels


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
