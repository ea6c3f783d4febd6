"""Snapshots of a run in progress, written to npz files without pickle and read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.training.config import RunConfig
from mlp_core.training.legal import ConfigError

FORMAT = 1
_STATE = "optimizer_"


@dataclass
class Snapshot:
    """Everything that the rest of a run depends on, taken between two epochs."""

    config: dict[str, Any]
    parameters: np.ndarray
    optimizer_state: dict[str, np.ndarray]
    optimizer_steps: int
    random_states: dict[str, Any]
    epoch: int
    update: int
    history: dict[str, list[Any]]
    records: dict[str, list[Any]]
    epoch_ms_per_update: list[float]

    def save(self, path: str | Path) -> None:
        """Write the snapshot; a file of that name stays whole until the new one is."""
        path = Path(path)
        arrays = {"parameters", "optimizer_state"}
        plain = {name: v for name, v in vars(self).items() if name not in arrays}
        half = path.with_name(path.name + ".part")
        with half.open("wb") as file:
            np.savez(
                file,
                plain=np.array(json.dumps({"format": FORMAT, **plain})),
                parameters=self.parameters,
                **{_STATE + name: v for name, v in self.optimizer_state.items()},  # type: ignore[arg-type]
            )
        half.replace(path)

    @classmethod
    def load(cls, path: str | Path) -> Snapshot:
        """Read a snapshot.

        Raises
        ------
        ConfigError
            If the file is not there or is not a snapshot.
        """
        try:
            with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if "plain" not in arrays:
                raise ValueError("it holds no snapshot")
            plain = json.loads(str(arrays.pop("plain")))
            if plain.pop("format") != FORMAT:
                raise ValueError("another format")
            return cls(
                parameters=arrays.pop("parameters"),
                optimizer_state={k.removeprefix(_STATE): v for k, v in arrays.items()},
                **plain,
            )
        except Exception as error:  # a damaged zip file raises almost anything
            raise ConfigError(f"{path} is not a checkpoint that can be resumed: {error}") from error

    def check_config(self, config: RunConfig) -> None:
        """Raise ConfigError unless the snapshot belongs to this config.

        A constant or step schedule may go on for more epochs than it was begun with.
        """
        free = set() if config.schedule == "cosine" else {"epochs"}
        asked = config.to_dict()
        differ = [n for n, v in asked.items() if n not in free and self.config.get(n) != v]
        if differ:
            pairs = ", ".join(
                f"{n}: {self.config.get(n)!r} there, {asked[n]!r} here" for n in differ
            )
            raise ConfigError(f"the checkpoint belongs to another config ({pairs})")
        if self.epoch > config.epochs:
            raise ConfigError(
                f"epochs={config.epochs} is not legal for a checkpoint of epoch {self.epoch}: "
                f"must be at least {self.epoch}"
            )
