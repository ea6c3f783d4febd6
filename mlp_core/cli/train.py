"""`mlp-core train`: one run, its flags the fields of `RunConfig`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mlp_core.cli.flags import Commands, Options, add_command, add_field, given_fields, reader
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
from mlp_core.training.legal import integer

_SWITCH: dict[str, Any] = {"action": "store_true"}
_FILE: dict[str, Any] = {"metavar": "FILE", "type": Path}
_FLAGS = (
    (
        "--json",
        _SWITCH,
        "print the summary as one line of JSON and nothing else on standard output",
    ),
    ("--dry-run", _SWITCH, "print the resolved config and the architecture; train nothing"),
    ("--save-model", _FILE, "write the trained parameters to an npz file"),
    (
        "--log-interval",
        {"metavar": "N", "type": reader(int)},
        "print a line to standard error every so many epochs, instead of the progress bar",
    ),
    (
        "--early-stopping",
        {"metavar": "PATIENCE", "type": reader(int)},
        "stop after so many epochs without a lower validation loss and keep the best weights; "
        "with no validation examples, without a lower test loss",
    ),
    ("--checkpoint", _FILE, "write all that is needed to resume, after every epoch"),
    ("--resume", _FILE, "go on from a file that --checkpoint wrote for the same config"),
)


def add_to(commands: Commands) -> None:
    """Add the command `train`."""
    parser = add_command(commands, "train", run_train)
    parser.usage = "%(prog)s [options]"  # all of them would take twelve lines
    for flag, options, text in _FLAGS:
        parser.add_argument(flag, help=text, **options)
    for name in RunConfig.field_names():
        add_field(parser, name)


def run_train(options: Options) -> int:
    """Train one network and print a summary. A run that diverges is a result too: status 0."""
    config = RunConfig.from_dict(given_fields(options, RunConfig.field_names()))
    callbacks = _callbacks(options)
    for name in ("save_model", "checkpoint"):
        _check_writable(name, getattr(options, name))
    if options.dry_run:
        print(_plan(config, as_json=options.json))
        return 0
    try:
        run = train(config, callbacks=callbacks, resume_from=options.resume)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_interrupted(options.checkpoint)) from None
    print(json.dumps(run.summary, allow_nan=False) if options.json else _report(run), flush=True)
    if options.save_model is not None:
        _save_model(run, options.save_model)
    return 0


def _callbacks(options: Options) -> list[Callback]:
    """Return the callbacks that the flags ask for, the checkpoint last."""
    for name in ("log_interval", "early_stopping"):
        integer(1, optional=True).check(name, getattr(options, name))
    callbacks: list[Callback] = []
    if options.log_interval is not None:
        callbacks.append(EpochLog(options.log_interval))
    elif sys.stderr.isatty():
        callbacks.append(ProgressBar(leave=False))
    if options.early_stopping is not None:
        callbacks.append(EarlyStopping(patience=options.early_stopping))
    if options.checkpoint is not None:
        callbacks.append(Checkpoint(options.checkpoint))
    return callbacks


def _interrupted(checkpoint: Path | None) -> str:
    if checkpoint is not None and checkpoint.exists():
        return f"interrupted; go on with the same flags and --resume {checkpoint}"
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


def _plan(config: RunConfig, as_json: bool) -> str:
    """Return what a run would be: its config and its architecture."""
    training = Training(config)
    config, run_id = training.config, training.run_id
    updates = config.epochs * -(-training.dataset.train_size // config.batch_size)
    if as_json:
        plan = {
            "run_id": run_id,
            "config": config.to_dict(),
            "architecture": str(training.network),
            "parameters": training.network.parameters.size,
            "updates": updates,
        }
        return json.dumps(plan)
    changed = config.changes()
    lines = [f"run_id {run_id}   (* differs from the default)"]
    for name, value in config.to_dict().items():
        lines.append(f"{'*' if name in changed else ' '} {name:<21} {value}")
    lines += ["", training.dataset.describe(), str(training.network), f"{updates:,} updates"]
    return "\n".join(lines)


def _report(run: Run) -> str:
    """Return the summary for people."""
    summary, config = run.summary, run.config
    sizes = "-".join(map(str, config.hidden_sizes)) or "no hidden layer"
    words = [config.dataset, sizes, config.activation, config.loss, config.optimizer]
    status = run.status + (f": {run.stop_reason}" if run.stop_reason else "")
    lines = [f"{', '.join(words)}: {status}"]
    for split in ("test", "validation", "train"):
        accuracy, loss = summary.get(f"{split}_accuracy"), summary.get(f"{split}_loss")
        if accuracy is not None:
            lines.append(f"  {split:<5} accuracy {accuracy:>8.2%}   loss {loss:.4f}")
    if run.kept_epoch is not None:
        lines.append(f"  the weights are those of epoch {run.kept_epoch}, the best in validation")
    time = summary["ms_per_update"]
    each = "" if time is None else f", {time:.3f} ms each"
    lines.append(f"  {summary['updates']:,} updates{each}, {summary['duration_s']:.2f} s in all")
    lines.append(f"  run_id {summary['run_id']}")
    return "\n".join(lines)
