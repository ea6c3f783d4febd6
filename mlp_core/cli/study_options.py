"""What `mlp-core study run` and `mlp-core study search` have in common: smaller or other runs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from mlp_core.cli.flags import help_text, value_spec
from mlp_core.data import load_dataset
from mlp_core.studies import Study
from mlp_core.studies.runner import estimate_cost
from mlp_core.training import RunConfig

MY_RESULTS = Path("my-results")
_AS_IN_CATALOGUE = "(default: as in the catalogue)"


@dataclass(kw_only=True)
class StudyOptions:
    """Flags that change a study's runs, or say where they are made and stored."""

    dataset: Annotated[
        Any,
        value_spec(str),
        arg(help=help_text("dataset"), help_behavior_hint=_AS_IN_CATALOGUE),
    ] = None
    epochs: Annotated[
        Any,
        value_spec(int),
        arg(help=help_text("epochs"), help_behavior_hint=_AS_IN_CATALOGUE),
    ] = None
    seeds: Annotated[
        Any,
        value_spec(tuple[int, ...]),
        arg(help="a run of every cell for each of them", help_behavior_hint=_AS_IN_CATALOGUE),
    ] = ()
    results: Annotated[
        Path | None,
        arg(metavar="DIR", help_behavior_hint="(default: the nearest folder named results)"),
    ] = None
    """folder of results"""
    dask: Annotated[str | None, arg(metavar="ADDRESS", help_behavior_hint="(default: none)")] = None
    """address of a Dask scheduler whose workers make the runs"""

    def overrides(self) -> dict[str, Any]:
        """Return the config fields that replace the catalogue's."""
        named = {"dataset": self.dataset, "epochs": self.epochs}
        return {name: value for name, value in named.items() if value is not None}

    def with_seeds(self, study: Study) -> Study:
        """Return the study with the seeds asked for."""
        return dataclasses.replace(study, seeds=self.seeds) if self.seeds else study


def fits(config: RunConfig) -> bool:
    """Return whether the dataset has as many training examples as the config asks for."""
    asked = config.train_size
    return asked is None or asked <= load_dataset(config.dataset).train_size


def cost(config: RunConfig) -> float:
    """Return a run's estimated cost; fetches the data, before there are many processes."""
    dataset = load_dataset(config.dataset)
    return estimate_cost(config, dataset.train_size, dataset.in_features)
