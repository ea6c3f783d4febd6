"""Many runs: the catalogue of studies, the runner that makes them and the store they lie in.

What needs more than NumPy is imported from its own module: `search`, `grid`, `analysis` and
`effort` (Optuna, pandas, scikit-learn), `cluster` (Dask).
"""

from mlp_core.studies.catalogue import STUDIES
from mlp_core.studies.runner import missing, run_missing
from mlp_core.studies.store import RunStore, StoreWarning, find_results, load_runs, to_dataframe
from mlp_core.studies.study import Study

__all__ = [
    "STUDIES",
    "RunStore",
    "StoreWarning",
    "Study",
    "find_results",
    "load_runs",
    "missing",
    "run_missing",
    "to_dataframe",
]
