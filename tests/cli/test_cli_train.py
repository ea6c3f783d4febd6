"""`mlp-core train`: what it prints, writes and returns."""

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from cli_program import interrupt

from mlp_core import RunConfig, load_dataset, train
from mlp_core.nn import MLP
from mlp_core.training import Model

QUICK = ("--epochs", "2")

# One legal value of every field that is not its default, as typed and as it arrives.
FLAGS = {
    "dataset": (["digits"], "digits"),
    "input_scaling": (["unit"], "unit"),
    "train_size": (["500"], 500),
    "validation_size": (["100"], 100),
    "hidden_sizes": (["32", "16"], [32, 16]),
    "activation": (["gelu"], "gelu"),
    "loss": (["hinge"], "hinge"),
    "hinge_margin": (["0.5"], 0.5),
    "target_scale": (["2"], 2.0),
    "init": (["he"], "he"),
    "init_std": (["1e-3"], 0.001),
    "optimizer": (["adam"], "adam"),
    "learning_rate": ([".5"], 0.5),
    "momentum": (["0"], 0.0),
    "nesterov": ([], True),
    "weight_decay": (["0"], 0.0),
    "adadelta_rho": (["0.95"], 0.95),
    "adam_beta1": (["0.8"], 0.8),
    "adam_beta2": (["0.99"], 0.99),
    "l1_penalty": (["1e-6"], 1e-6),
    "l2_penalty": (["1e-5"], 1e-5),
    "dropout": (["0.2"], 0.2),
    "schedule": (["step"], "step"),
    "schedule_step_epochs": (["10"], 10),
    "schedule_step_factor": (["0.5"], 0.5),
    "batch_size": (["64"], 64),
    "epochs": (["7"], 7),
    "evaluate_train": ([], True),
    "dtype": (["float64"], "float64"),
    "seed": (["0"], 0),
}


def test_json_is_one_line_and_nothing_else_is_printed(program):
    outcome = program("train", "--json", *QUICK)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.count("\n") == 1 and outcome.out.endswith("\n")
    summary = json.loads(outcome.out)
    assert summary["status"] == "completed"
    assert summary["epochs"] == 2 and summary["updates"] == 2 * 15
    assert 0 < summary["train_accuracy"] < 1
    # The program and the library give the same run.
    run = train(RunConfig(epochs=2))
    timing = {"ms_per_update", "duration_s"}
    assert {k: v for k, v in summary.items() if k not in timing} == {
        k: v for k, v in run.summary.items() if k not in timing
    }


def test_json_stays_pure_beside_a_log(cli):
    outcome = cli("train", "--json", "--log-interval", "1", *QUICK)
    assert json.loads(outcome.out)["epochs"] == 2
    assert [line.split()[:2] for line in outcome.err.splitlines()] == [
        ["epoch", "1"],
        ["epoch", "2"],
    ]


def test_the_defaults_reach_96_percent(cli):
    summary = json.loads(cli("train", "--json").out)
    assert summary["test_accuracy"] >= 0.96
    assert summary["duration_s"] < 5


def test_the_table_covers_every_field():
    assert tuple(FLAGS) == RunConfig.field_names()


@pytest.mark.parametrize("name", FLAGS)
def test_every_field_is_a_flag(cli, name):
    texts, value = FLAGS[name]
    flag = "--" + name.replace("_", "-")
    outcome = cli("train", "--dry-run", "--json", flag, *texts)
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["config"] == {**RunConfig().to_dict(), name: value}


@pytest.mark.parametrize(
    ("texts", "sizes"),
    [
        ([], []),
        (["64", "32"], [64, 32]),
        (["64,32"], [64, 32]),
        (["64,", "32"], [64, 32]),
        (["", "--seed", "3"], []),
    ],
)
def test_hidden_sizes_have_spaces_or_commas_between_them_or_are_none(cli, texts, sizes):
    plan = json.loads(cli("train", "--dry-run", "--json", "--hidden-sizes", *texts).out)
    assert plan["config"]["hidden_sizes"] == sizes
    ends = zip([64, *sizes], [*sizes, 10], strict=True)
    assert plan["parameters"] == sum((inputs + 1) * outputs for inputs, outputs in ends)


def test_train_size_can_be_unset_by_name(cli):
    plan = json.loads(cli("train", "--train-size", "none", "--dry-run", "--json").out)
    assert plan["config"]["train_size"] is None


def test_dry_run_tells_what_would_happen_and_does_nothing(cli, tmp_path):
    flags = ("--batch-size", "1000", "--epochs", "3", "--save-model", "m.npz")
    outcome = cli("train", "--dry-run", *flags)
    config = RunConfig(batch_size=1000, epochs=3)
    assert outcome.status == 0
    assert f"run_id {config.run_id}" in outcome.out
    assert "* batch_size            1000\n" in outcome.out
    assert "  learning_rate         0.05\n" in outcome.out
    assert str(MLP(64, (128,), 10)) in outcome.out
    assert outcome.out.endswith("\n6 updates\n")
    assert not list(tmp_path.iterdir())


def test_dry_run_as_json(cli):
    outcome = cli("train", "--dry-run", "--json", "--train-size", "250")
    config = RunConfig(train_size=250)
    assert outcome.out.count("\n") == 1
    assert json.loads(outcome.out) == {
        "run_id": config.run_id,
        "config": config.to_dict(),
        "architecture": str(MLP(64, (128,), 10)),
        "parameters": 64 * 128 + 128 + 128 * 10 + 10,
        "updates": 300,
    }


def test_summary_for_people(cli):
    lines = cli("train", *QUICK).out.splitlines()
    summary = train(RunConfig(epochs=2)).summary
    assert lines[0] == "digits, 128, relu, cross_entropy, sgd: completed"
    assert lines[1].split() == [
        *("test", "accuracy", f"{summary['test_accuracy']:.2%}"),
        *("loss", f"{summary['test_loss']:.4f}"),
    ]
    assert lines[2].startswith("  train accuracy")
    assert lines[3].startswith("  30 updates, ")
    assert lines[4] == f"  run_id {summary['run_id']}"


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_divergence_is_a_result(cli, flags):
    outcome = cli("train", "--learning-rate", "1e6", *flags)
    assert outcome.status == 0
    if flags:
        summary = json.loads(outcome.out)
        assert summary["status"] == "diverged"
        assert summary["test_accuracy"] is None
        assert summary["diverged_at_update"] == summary["updates"] > 0
    else:
        assert "diverged: the loss of update " in outcome.out


def test_a_saved_model_gives_the_printed_figures(cli, tmp_path):
    outcome = cli("train", "--json", "--save-model", "model.npz", *QUICK)
    summary = json.loads(outcome.out)
    loss, accuracy = Model.load(tmp_path / "model.npz").evaluate(load_dataset())
    assert (loss, accuracy) == (summary["test_loss"], summary["test_accuracy"])


@pytest.mark.parametrize(
    "flags",
    [
        "--checkpoint a.npz --save-model a.npz",
        "--checkpoint a.npz --save-model ./a.npz",
        "--resume a.npz --save-model a.npz",
        "--start-from a.npz --checkpoint a.npz",
        "--save-model a.csv --history a.csv",
    ],
)
def test_two_flags_never_write_one_file(cli, tmp_path, flags):
    flags = flags.split()
    train(RunConfig(epochs=1)).model.save(tmp_path / "a.npz")
    before = (tmp_path / "a.npz").read_bytes()
    line = cli("train", *QUICK, *flags).error_line()
    assert f"{flags[0]} has the same file" in line
    assert f"{flags[2]}=" in line
    assert (tmp_path / "a.npz").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("flag", ["--save-model", "--checkpoint", "--history"])
def test_the_data_are_not_written_over(cli, tmp_path, flag):
    text = "a,b,label\n" + "1,2,x\n2,1,y\n" * 5
    (tmp_path / "d.csv").write_text(text)
    line = cli("train", "--dataset", "d.csv", flag, "./d.csv").error_line()
    assert "--dataset has the same file" in line
    assert (tmp_path / "d.csv").read_text() == text


def test_files_are_written_though_nobody_reads_the_summary(tmp_path):
    words = ["train", *QUICK, "--save-model", "m.npz", "--history", "h.json"]
    command = [sys.executable, "-m", "mlp_core", *words]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        process.stdout.close()
    assert {path.name for path in tmp_path.iterdir()} == {"m.npz", "h.json"}


def test_a_checkpoint_may_be_resumed_and_written(cli, tmp_path):
    cli("train", *QUICK, "--checkpoint", "c.npz")
    outcome = cli("train", "--epochs", "3", "--resume", "c.npz", "--checkpoint", "c.npz")
    assert outcome.status == 0, outcome.err


def test_start_from_a_model_goes_on_with_its_config(cli, tmp_path):
    cli("train", *QUICK, "--hidden-sizes", "32", "--save-model", "m.npz")
    outcome = cli("train", "--json", "--epochs", "3", "--start-from", "m.npz")
    model = Model.load(tmp_path / "m.npz")
    run = train(model.config.replace(epochs=3), start_from=model)
    assert json.loads(outcome.out)["test_loss"] == run.summary["test_loss"]
    assert json.loads(outcome.out)["run_id"] == run.run_id


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_the_history_is_written(cli, tmp_path, ending):
    cli("train", *QUICK, "--history", f"h.{ending}")
    text, history = (tmp_path / f"h.{ending}").read_text(), train(RunConfig(epochs=2)).history
    if ending == "json":
        assert json.loads(text) == history.to_dict()
    else:
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [float(row["test_loss"]) for row in rows] == history["test_loss"]
        assert [row["train_loss"] != "" for row in rows] == [False, True]
    assert "must end in .csv or .json" in cli("train", "--history", "h.txt").error_line()


def test_the_last_lines_say_what_is_wrong_and_what_to_try(cli):
    deep = ("--hidden-sizes", "128", "128", "128", "128", "--epochs", "20")
    lines = cli("train", *deep).out.splitlines()
    assert lines[-3].startswith("  guessing: training accuracy 10.")
    assert lines[-2].startswith("  dead signal: ")
    assert lines[-1] == "    try --init he"
    healthy = cli("train", *deep, "--init", "he").out.splitlines()
    assert healthy[-1].startswith("  run_id ")
    assert cli("train", "--learning-rate", "1e6").out.endswith("    try --learning-rate 0.1\n")


def test_a_diverged_model_replaces_no_file(cli, tmp_path):
    (tmp_path / "model.npz").write_text("a good one")
    outcome = cli("train", "--learning-rate", "1e6", "--save-model", "model.npz")
    assert outcome.status == 0
    assert "model.npz was not written" in outcome.err
    assert (tmp_path / "model.npz").read_text() == "a good one"


def test_log_interval_counts_epochs(cli):
    err = cli("train", "--epochs", "5", "--log-interval", "2").err
    assert [int(line.split()[1]) for line in err.splitlines()] == [2, 4, 5]


def test_early_stopping(cli):
    outcome = cli("train", "--json", "--learning-rate", "2", "--early-stopping", "3")
    summary = json.loads(outcome.out)
    assert summary["status"] == "stopped"
    assert summary["stop_reason"] == "test_loss has not improved for 3 epochs"
    assert summary["epochs"] < 100


def test_early_stopping_by_validation_keeps_the_best_weights(cli):
    flags = ("--validation-size", "300", "--learning-rate", "2", "--early-stopping", "3")
    summary = json.loads(cli("train", "--json", *flags).out)
    assert summary["stop_reason"] == "validation_loss has not improved for 3 epochs"
    assert summary["kept_epoch"] == summary["epochs"] - 3
    out = cli("train", *flags).out
    assert f"  validation accuracy {summary['validation_accuracy']:>8.2%}   loss " in out
    assert f"  the weights are those of epoch {summary['kept_epoch']}, the best in valida" in out
    assert "validation accuracy" in cli("train", *flags, "--log-interval", "1").err


@pytest.mark.parametrize("spelling", ["own.csv", "./own.csv"])
def test_data_of_ones_own(cli, tmp_path, spelling):
    rows = "".join(f"{k},{k * k % 7},{'uv'[k % 2]}\n" for k in range(20))
    (tmp_path / "own.csv").write_text("a,b,label\n" + rows)
    summary = json.loads(cli("train", "--json", *QUICK, "--dataset", spelling).out)
    run = train(RunConfig(epochs=2), load_dataset(tmp_path / "own.csv"))
    assert summary["run_id"] == run.run_id
    assert summary["test_loss"] == run.summary["test_loss"]
    plan = json.loads(cli("train", "--dry-run", "--json", *QUICK, "--dataset", spelling).out)
    assert (plan["run_id"], plan["config"]["dataset"]) == (run.run_id, "own.csv")
    assert plan["config"]["input_scaling"] == "centered"
    shown = cli("train", "--dry-run", "--dataset", spelling).out
    assert "own: 16 training and 4 test examples of 2 features, 2 classes, centered" in shown


def test_a_checkpoint_of_other_data_is_refused(cli, tmp_path):
    rows = "".join(f"{k},{k * k % 7},{'uv'[k % 2]}\n" for k in range(20))
    (tmp_path / "own.csv").write_text("a,b,label\n" + rows)
    flags = ("train", "--dataset", "own.csv", "--epochs")
    cli(*flags, "2", "--checkpoint", "c.npz")
    assert cli(*flags, "3", "--resume", "c.npz").status == 0
    (tmp_path / "own.csv").write_text("a,b,label\n" + rows + "9,9,u\n")
    line = cli(*flags, "3", "--resume", "c.npz").error_line()
    assert "the checkpoint belongs to other data: own: 16 training and 4 test examples" in line


def test_resume_goes_on_where_the_checkpoint_ends(cli, tmp_path):
    cli("train", *QUICK, "--checkpoint", "c.npz")
    part = json.loads(cli("train", "--json", "--epochs", "4", "--resume", "c.npz").out)
    whole = json.loads(cli("train", "--json", "--epochs", "4").out)
    for name in ("run_id", "test_loss", "test_accuracy", "train_loss", "updates", "epochs"):
        assert part[name] == whole[name]


@pytest.mark.parametrize("flags", [(), ("--checkpoint", "c.npz")])
def test_ctrl_c_is_one_line_that_tells_how_to_go_on(spawn, tmp_path, flags):
    with spawn("train", "--epochs", "1000000", "--log-interval", "1", *flags) as process:
        process.stderr.readline()  # the first epoch
        process.stderr.readline()  # the second: the first one's checkpoint is there
        line = interrupt(process)[-1]
    if not flags:
        assert line == "mlp-core: interrupted"
        return
    assert line == "mlp-core: interrupted; go on with the same flags and --resume c.npz"
    with np.load(tmp_path / "c.npz") as file:
        assert "parameters" in file.files


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_bar_is_shown_in_a_terminal_only(program):
    import termios

    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 100))  # tqdm shows nothing in a terminal without a size
    outcome = program("train", "--json", *QUICK, stderr=theirs)
    os.set_blocking(ours, False)
    shown = b"".join(iter(lambda: read_some(ours), b"")).decode()
    os.close(theirs)
    os.close(ours)
    assert json.loads(outcome.out)["epochs"] == 2
    assert "/2" in shown and "test_accuracy" in shown


def read_some(descriptor):
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return b""
