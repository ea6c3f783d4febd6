"""`mlp-core info`: what a figure on this machine depends on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, Any

from tyro.conf import arg

from mlp_core.cli.data import describe_mnist
from mlp_core.studies import find_results
from mlp_core.studies.runner import available_cores
from mlp_core.training.environment import describe_environment


@dataclass
class Info:
    """Print versions, BLAS, threads, processor, and where the data are."""

    json: Annotated[bool, arg(help_behavior_hint="")] = False
    """print one line of JSON instead"""

    def run(self) -> int:
        """Print a line a fact."""
        facts = _facts()
        if self.json:
            print(json.dumps(facts))
        else:
            for name, value in facts.items():
                print(f"{name:<14} {value}")
        return 0


def _facts() -> dict[str, Any]:
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    environment = describe_environment("float32")
    facts = {n: v for n, v in environment.items() if n not in ("dtype", "date")}
    return {
        **facts,
        "cores": available_cores(),
        "blas_threads": f"{max((p['num_threads'] for p in pools), default=1)}; a run uses 1",
        "tyro": version("tyro"),
        "digits": "comes with the package",
        "mnist": describe_mnist(),
        "results": str(find_results()),
    }
