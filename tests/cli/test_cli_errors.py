"""A bad command line: exit status 2 and one line that says what is wrong and what is legal."""

import pytest

from mlp_core import RunConfig

# One bad value of every field that takes a value.
BAD_VALUES = {
    "dataset": "",
    "input_scaling": "none",
    "train_size": "0",
    "hidden_sizes": "0",
    "activation": "rleu",
    "loss": "l2",
    "hinge_margin": "0",
    "target_scale": "-1",
    "init": "zero",
    "init_std": "-0.1",
    "optimizer": "sdg",
    "learning_rate": "-1",
    "momentum": "1",
    "weight_decay": "nan",
    "adadelta_rho": "1.5",
    "adam_beta1": "x",
    "adam_beta2": "-1",
    "l1_penalty": "-inf",
    "l2_penalty": "1,5",
    "dropout": "1",
    "schedule": "linear",
    "schedule_step_epochs": "0",
    "schedule_step_factor": "0",
    "batch_size": "1.5",
    "epochs": "many",
    "dtype": "float16",
    "seed": "-1",
}

# A command line, and what its one line must tell.
BAD_LINES = [
    (["trian"], ["trian", "perhaps you meant train"]),
    (["zzz"], ["zzz", "train, data, study, info"]),
    (["data"], ["fetch, verify, info"]),
    (["data", "ftch"], ["ftch", "fetch"]),
    (["train", "--learnin-rate", "1"], ["--learnin-rate", "perhaps you meant --learning-rate"]),
    (["train", "--epoch=4"], ["--epoch=4", "perhaps you meant", "--epochs"]),
    (["train", "--quiet"], ["--quiet"]),
    (["train", "extra"], ["extra"]),
    (["train", "--learning-rate"], ["--learning-rate", "missing value"]),
    (["train", "--json", "yes"], ["yes"]),
    (["train", "--nesterov", "--momentum", "0"], ["--nesterov=True", "set momentum above 0"]),
    (["train", "--train-size", "5000"], ["--train-size=5000", "at most 1433"]),
    (["train", "--dataset", "mnits"], ["mnits", "Did you mean 'mnist'?"]),
    (["train", "--dataset", "no/such"], ["no/such", "no such folder"]),
    (["train", "--log-interval", "0"], ["--log-interval=0", ">= 1"]),
    (["train", "--log-interval", "x"], ["--log-interval='x'", ">= 1"]),
    (["train", "--early-stopping", "0"], ["--early-stopping=0", ">= 1"]),
    (["train", "--save-model", "no/such/f.npz"], ["--save-model=", "No such file or directory"]),
    (["train", "--save-model", "."], ["--save-model=", "folder"]),
    (["train", "--checkpoint", "no/such/f.npz"], ["--checkpoint=", "No such file or directory"]),
    (["train", "--resume", "no.npz"], ["no.npz", "No such file"]),
    (["study"], ["list, show, run, search, status, export"]),
    (["study", "show"], ["missing", "NAME"]),
    (["study", "show", "momentun"], ["'momentun'", "perhaps you meant momentum"]),
    (["study", "show", "depth"], ["activations-losses-depth or depth-activation"]),
    (["study", "run"], ["--all", "mlp-core study list"]),
    (["study", "run", "momentum", "--all"], ["--all"]),
    (["study", "run", "momentum", "--epochs", "x"], ["--epochs='x'", "integer >= 1"]),
    (["study", "run", "momentum", "--seeds", "-1"], ["-1", "integer >= 0"]),
    (["study", "run", "momentum", "--dataset", "mnits"], ["mnits", "'mnist'"]),
    (["study", "export", "momentum", "--format", "xml"], ["--format", "xml", "csv", "json"]),
]


def only_line(outcome):
    assert outcome.status == 2, outcome
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("mlp-core: ")
    return lines[0]


def test_the_table_covers_every_field():
    switches = {n for n, value in RunConfig().to_dict().items() if isinstance(value, bool)}
    assert set(BAD_VALUES) | switches == set(RunConfig.field_names())


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_names_flag_and_range(cli, name):
    flag = f"--{name.replace('_', '-')}"
    line = only_line(cli("train", flag, BAD_VALUES[name]))
    assert f"{flag}=" in line
    assert line.endswith(f"is not legal: must be {RunConfig.legal_range(name)}")


@pytest.mark.parametrize(("arguments", "told"), BAD_LINES, ids=lambda x: " ".join(x))
def test_a_bad_command_line(cli, arguments, told):
    line = only_line(cli(*arguments))
    for words in told:
        assert words in line


@pytest.mark.parametrize("columns", ["20", "80", "500"])
def test_the_line_does_not_depend_on_the_terminal(cli, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    line = only_line(cli("train", "--learnin-rate", "1"))
    assert line.startswith("mlp-core: unrecognized options: --learnin-rate, 1; ")
    assert "perhaps you meant --learning-rate" in line


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_installed_program(program, encoding):
    outcome = program("train", "--learning_rat=3", env={"PYTHONIOENCODING": encoding})
    assert "perhaps you meant --learning-rate" in only_line(outcome)
