"""The runs of the study of regularization, by number of images, kind and dose of treatment."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlp_book.frames import vary_one
from mlp_book.text import format_number
from mlp_core.studies import STUDIES
from mlp_core.training import RunConfig

STUDY = "regularization"
FIELDS = {"L1": "l1_penalty", "L2": "l2_penalty", "dropout": "dropout"}
MANY, FEW = "60,000 images", "1,000 images"
SIZES: dict[str, dict[str, Any]] = {
    MANY: {"epochs": 25},
    FEW: {"train_size": 1000, "epochs": 100},
}
UNTREATED = "none"


def by_treatment(data: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of the study by number of images, kind and dose of treatment.

    Parameters
    ----------
    data : DataFrame
        From `mlp_book.frames.frame` or `epochs`, of the study ``regularization``.

    Returns
    -------
    DataFrame
        With ``images``, ``kind``, ``dose`` and ``treatment`` (such as "dropout 0.5") besides.
        Dose 0 is no treatment, named `UNTREATED`; its rows are in every kind.
    """
    dataset = next(iter(data["dataset"]), "mnist")
    base = RunConfig.from_dict({**STUDIES[STUDY].base, "dataset": dataset})
    blocks = []
    for images, changes in SIZES.items():
        for kind, field in FIELDS.items():
            rows = vary_one(data, base.replace(**changes), [field])
            for dose, own in rows.groupby("level"):
                name = f"{kind}\u00a0{format_number(dose)}" if dose else UNTREATED
                blocks.append(own.assign(images=images, kind=kind, dose=dose, treatment=name))
    if not blocks:
        raise ValueError(f"none of the {len(data)} rows is of the study {STUDY!r}: load its runs")
    return pd.concat(blocks, ignore_index=True).drop(columns=["factor", "level"])
