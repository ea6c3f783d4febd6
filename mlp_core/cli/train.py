"""`mlp-core train`: one run, its flags the fields of `RunConfig`."""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mlp_core.cli.flags import (
    Commands,
    Options,
    add_command,
    add_field,
    flag_of,
    given_fields,
    reader,
)
from mlp_core.files import whole_file
from mlp_core.training import (
    Callback,
    Checkpoint,
    ConfigError,
    EarlyStopping,
    EpochLog,
    Finding,
    Model,
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
    ("--save-model", _FILE, "write the trained model to an npz file"),
    ("--history", _FILE, "write the figures of every epoch to a .csv or .json file"),
    ("--start-from", _FILE, "go on from a model's parameters, with its config where no flag says"),
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
    model = Model.load(options.start_from) if options.start_from else None
    base = model.config if model else RunConfig()
    config = base.replace(**given_fields(options, RunConfig.field_names()))
    callbacks = _callbacks(options)
    _check_outputs(options, Path(config.dataset))
    if options.dry_run:
        print(_plan(config, as_json=options.json))
        return 0
    try:
        run = train(config, callbacks=callbacks, start_from=model, resume_from=options.resume)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_interrupted(options.checkpoint)) from None
    try:
        if options.history is not None:
            _write_history(run, options.history)
        if options.save_model is not None:
            _save_model(run, options.save_model)
    finally:  # whoever reads may be gone, and the disk may be full: neither costs the other
        print(json.dumps(run.summary, allow_nan=False) if options.json else _report(run))
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


def _check_outputs(options: Options, dataset: Path) -> None:
    """Find out before training, not after it, that a file cannot be written or would be lost."""
    names = ("checkpoint", "save_model", "history")
    taken: dict[Path, str] = {dataset.resolve(): "--dataset"}
    for name in ("resume", "start_from"):
        if path := getattr(options, name):
            taken[path.resolve()] = flag_of(name)
    for name in names:
        path = getattr(options, name)
        _check_writable(name, path)
        if path is None:
            continue
        flag = taken.setdefault(path.resolve(), flag_of(name))
        if flag not in (flag_of(name), *(["--resume"] if name == "checkpoint" else [])):
            raise ConfigError(f"{name}={path} is not legal: {flag} has the same file")
    if options.history is not None and options.history.suffix not in (".csv", ".json"):
        raise ConfigError(f"history={options.history} is not legal: must end in .csv or .json")


def _check_writable(name: str, path: Path | None) -> None:
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
    if run.model is None or run.status == "diverged":
        print(f"mlp-core: the run diverged, so {path} was not written", file=sys.stderr)
    else:
        run.model.save(path)


def _write_history(run: Run, path: Path) -> None:
    columns = run.history.to_dict()
    text = io.StringIO()
    if path.suffix == ".json":
        json.dump(columns, text)
    else:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    with whole_file(path) as file:
        file.write(text.getvalue().encode())


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
    for finding in run.diagnosis:
        lines.append(f"  {finding.name}: {finding.evidence}")
        if advice := _advice(finding):
            lines.append(f"    try {advice}")
    return "\n".join(lines)


def _advice(finding: Finding) -> str:
    """Return what a finding advises: as flags where they can say it."""
    values = ((k, f"{v:g}" if isinstance(v, float) else v) for k, v in finding.changes.items())
    return " ".join(f"{flag_of(name)} {value}" for name, value in values) or finding.advice
