"""`mlp-core train`: one run, its flags the fields of `RunConfig`."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from mlp_core.cli.flags import ConfigFlags, to_config, value_spec
from mlp_core.training import (
    Callback,
    Checkpoint,
    ConfigError,
    EarlyStopping,
    EpochLog,
    ProgressBar,
    Run,
    RunConfig,
    Training,
    train,
)
from mlp_core.training.legal import whole


@dataclass
class Train:
    """Train one network and print a summary. A run that diverges is a result too: status 0."""

    config: Annotated[Any, arg(name="", constructor=ConfigFlags)]
    json: Annotated[bool, arg(help_behavior_hint="")] = False
    """print the summary as one line of JSON and nothing else on standard output"""
    dry_run: Annotated[bool, arg(help_behavior_hint="")] = False
    """print the resolved config and the architecture; train nothing"""
    save_model: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """write the trained parameters to an npz file"""
    log_interval: Annotated[Any, value_spec(int | None, "N"), arg(help_behavior_hint="")] = None
    """print a line to standard error every so many epochs, instead of the progress bar"""
    early_stopping: Annotated[
        Any, value_spec(int | None, "PATIENCE"), arg(help_behavior_hint="")
    ] = None
    """stop after so many epochs without a lower test loss"""
    checkpoint: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """write all that is needed to resume, after every epoch"""
    resume: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """go on from a file that --checkpoint wrote for the same config"""

    def run(self) -> int:
        """Train, print and save."""
        config = to_config(self.config)
        callbacks = self._callbacks()
        for name in ("save_model", "checkpoint"):
            _check_writable(name, getattr(self, name))
        if self.dry_run:
            print(_plan_json(config) if self.json else _plan(config))
            return 0
        try:
            run = train(config, callbacks, resume_from=self.resume)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._interrupted()) from None
        print(json.dumps(run.summary, allow_nan=False) if self.json else _report(run), flush=True)
        if self.save_model is not None:
            _save_model(run, self.save_model)
        return 0

    def _callbacks(self) -> list[Callback]:
        """Return the callbacks that the flags ask for, the checkpoint last."""
        for name in ("log_interval", "early_stopping"):
            whole(1, optional=True).check(name, getattr(self, name))
        callbacks: list[Callback] = []
        if self.log_interval is not None:
            callbacks.append(EpochLog(self.log_interval))
        elif sys.stderr.isatty():
            callbacks.append(ProgressBar(leave=False))
        if self.early_stopping is not None:
            callbacks.append(EarlyStopping(patience=self.early_stopping))
        if self.checkpoint is not None:
            callbacks.append(Checkpoint(self.checkpoint))
        return callbacks

    def _interrupted(self) -> str:
        if self.checkpoint is not None and self.checkpoint.exists():
            return f"interrupted; go on with the same flags and --resume {self.checkpoint}"
        return "interrupted"


def _check_writable(name: str, path: Path | None) -> None:
    """Find out before training, not after it, that a file cannot be written."""
    if path is None:
        return
    try:
        if path.is_dir():
            raise IsADirectoryError("it is a folder")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"{name}={path} is not legal: it cannot be written ({reason})") from None


def _save_model(run: Run, path: Path) -> None:
    if run.network is None or run.status == "diverged":
        print(f"mlp-core: the run diverged, so {path} was not written", file=sys.stderr)
    else:
        run.network.save(path)


def _count_updates(training: Training) -> int:
    config = training.config
    return config.epochs * -(-training.dataset.train_size // config.batch_size)


def _plan_json(config: RunConfig) -> str:
    training = Training(config)
    plan = {
        "run_id": config.run_id,
        "config": config.to_dict(),
        "architecture": str(training.network),
        "parameters": training.network.parameters.size,
        "updates": _count_updates(training),
    }
    return json.dumps(plan)


def _plan(config: RunConfig) -> str:
    training = Training(config)
    changed = config.changes()
    lines = [f"run_id {config.run_id}   (* differs from the default)"]
    for name, value in config.to_dict().items():
        lines.append(f"{'*' if name in changed else ' '} {name:<21} {value}")
    updates = _count_updates(training)
    return "\n".join(
        [*lines, "", training.dataset.describe(), str(training.network), f"{updates:,} updates"]
    )


def _report(run: Run) -> str:
    """Return the summary for people."""
    summary, config = run.summary, run.config
    sizes = [str(size) for size in config.hidden_sizes] or ["no hidden layer"]
    words = [config.dataset, "-".join(sizes), config.activation, config.loss, config.optimizer]
    status = run.status + (f": {run.stop_reason}" if run.stop_reason else "")
    lines = [f"{', '.join(words)}: {status}"]
    for split in ("test", "train"):
        accuracy, loss = summary[f"{split}_accuracy"], summary[f"{split}_loss"]
        if accuracy is not None:
            lines.append(f"  {split:<5} accuracy {accuracy:>8.2%}   loss {loss:.4f}")
    time = summary["ms_per_update"]
    each = "" if time is None else f", {time:.3f} ms each"
    lines.append(f"  {summary['updates']:,} updates{each}, {summary['duration_s']:.2f} s in all")
    lines.append(f"  run_id {summary['run_id']}")
    return "\n".join(lines)
