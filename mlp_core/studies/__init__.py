"""Many runs: the catalogue of studies, the runner that makes them and the store that keeps them.

What needs more than NumPy is imported from its own module: `search`, `grid` and `effort` (Optuna,
pandas, scikit-learn); a Dask cluster needs `distributed`.
"""

from mlp_core.studies.catalogue import STUDIES, Study
from mlp_core.studies.export import run_row, to_csv, to_json
from mlp_core.studies.runner import missing, run_missing
from mlp_core.studies.store import (
    RunStore,
    StoredStudy,
    StoreWarning,
    find_results,
    load_runs,
    load_study,
)

__all__ = [
    "STUDIES",
    "RunStore",
    "StoreWarning",
    "StoredStudy",
    "Study",
    "find_results",
    "load_runs",
    "load_study",
    "missing",
    "run_missing",
    "run_row",
    "to_csv",
    "to_json",
]
