"""From a study's name to the study, with the nearest names when there is none."""

from __future__ import annotations

from difflib import get_close_matches

from mlp_core.studies import STUDIES, Study
from mlp_core.training import ConfigError


def find_study(name: str) -> Study:
    """Return the study of that name.

    Raises
    ------
    ConfigError
        If there is none; names the nearest.
    """
    if name in STUDIES:
        return STUDIES[name]
    near = [known for known in STUDIES if name in known] or get_close_matches(name, STUDIES)
    hint = f"; perhaps you meant {' or '.join(near)}" if near else ""
    raise ConfigError(f"there is no study {name!r}{hint} (see mlp-core study list)")
