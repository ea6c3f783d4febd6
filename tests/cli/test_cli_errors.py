"""A bad command line: exit status 2 and one line that says what is wrong and what is legal."""

import sys

import pytest

from mlp_core import RunConfig

# One bad value of every field that takes a value.
BAD_VALUES = {
    "dataset": "",
    "input_scaling": "none",
    "train_size": "0",
    "validation_size": "-1",
    "hidden_sizes": "0",
    "activation": "rleu",
    "loss": "l2",
    "hinge_margin": "0",
    "target_scale": "-1e-3",
    "init": "zero",
    "init_std": "-0.1",
    "optimizer": "sdg",
    "learning_rate": "-1",
    "momentum": "1",
    "weight_decay": "nan",
    "adadelta_rho": "1.5",
    "adam_beta1": "x",
    "adam_beta2": "-.5",
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

# A command line, and what its one line must say.
BAD_LINES = [
    ("trian", ["trian", "train, predict, evaluate, export, data, study, info; perhaps"]),
    ("zzz", ["zzz", "evaluate, export, data, study, info"]),
    ("data", ["required: {fetch,verify,info}", "mlp-core data --help"]),
    ("data ftch", ["ftch", "fetch, verify, info; perhaps you meant fetch"]),
    ("data fetch nmist", ["NAME 'nmist'", "perhaps you meant mnist"]),
    ("train --learnin-rate 1", ["--learnin-rate 1; perhaps you meant --learning-rate "]),
    ("train --epoch=4", ["--epoch=4; perhaps you meant --epochs (see mlp-core train --help)"]),
    ("train --quiet", ["--quiet"]),
    ("train extra", ["extra"]),
    ("train --learning-rate", ["--learning-rate: expected one argument"]),
    ("train --json=yes", ["--json", "yes"]),
    ("train --nesterov --momentum 0", ["--nesterov=True", "set momentum above 0"]),
    ("train --hidden-sizes 64,x", ["--hidden-sizes=(64, 'x')", "integers >= 1"]),
    ("train --train-size 5000", ["--train-size=5000", "at most 1433"]),
    ("train --dataset mnits", ["mnits", "Did you mean 'mnist'?"]),
    ("train --dataset no/such", ["no/such", "found nothing. Check the path"]),
    ("train --log-interval 0", ["--log-interval=0", ">= 1"]),
    ("train --log-interval x", ["--log-interval='x'", ">= 1"]),
    ("train --early-stopping 0", ["--early-stopping=0", ">= 1"]),
    ("train --save-model no/such/f.npz", ["--save-model=", "No such file or directory"]),
    ("train --save-model .", ["--save-model=", "folder"]),
    ("train --checkpoint no/such/f.npz", ["--checkpoint=", "No such file or directory"]),
    ("train --resume no.npz", ["no.npz", "No such file"]),
    ("train --start-from no.npz", ["no.npz is not a model that can be loaded: ", "No such file"]),
    ("train --history h.txt", ["--history=h.txt", "must end in .csv or .json"]),
    ("predict", ["required: MODEL, FILE"]),
    ("predict no.npz x.npy", ["no.npz is not a model that can be loaded: ", "No such file"]),
    ("evaluate no.npz", ["no.npz is not a model that can be loaded"]),
    ("export no.npz", ["required: --to"]),
    ("export no.npz --to keras", ["--to 'keras'", "onnx, torch"]),
    ("study run none.toml", ["none.toml cannot be read", "No such file"]),
    ("study", ["required: {list,show,run,search,status,export}"]),
    ("study show", ["required: NAME"]),
    ("study show momentun", ["'momentun'", "perhaps you meant momentum"]),
    ("study show depth", ["activations-losses-depth or depth-activation"]),
    ("study run", ["--all", "mlp-core study list"]),
    ("study run momentum --all", ["--all"]),
    ("study run momentum --epochs x", ["--epochs='x'", "integer >= 1"]),
    ("study run momentum --seeds -1", ["--seeds=-1", "integer >= 0"]),
    ("study run momentum --seeds 1 a", ["--seeds='a'", "integer >= 0"]),
    ("study run momentum --dataset mnits", ["mnits", "'mnist'"]),
    ("study export momentum --format xml", ["--format 'xml'", "csv, json"]),
    ("study search momentun", ["'momentun'", "perhaps you meant momentum"]),
    ("study search seed-noise", ["'seed-noise' varies nothing"]),
    ("study search momentum --sampler cma", ["--sampler='cma'", "grid, random, tpe"]),
    ("study search momentum --trials 0", ["--trials=0", "an integer >= 1"]),
    ("study search momentum --trials x", ["--trials='x'", "an integer >= 1"]),
    ("study search momentum --seed -1", ["--seed=-1", "an integer >= 0"]),
    ("study search momentum --objective mood", ["--objective='mood'", "test_accuracy, "]),
    ("study search momentum --epochs 0", ["--epochs=0", "an integer >= 1"]),
]

DIGITS = ("--dataset", "digits", "--epochs", "1")
DASK = ("study", "run", "learning-rate", *DIGITS, "--dask", "tcp://127.0.0.1:1")


def test_the_table_covers_every_field():
    switches = {n for n, value in RunConfig().to_dict().items() if isinstance(value, bool)}
    assert set(BAD_VALUES) | switches == set(RunConfig.field_names())


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_names_flag_and_range(cli, name):
    flag = f"--{name.replace('_', '-')}"
    line = cli("train", flag, BAD_VALUES[name]).error_line()
    assert f"{flag}=" in line
    assert line.endswith(f"is not legal: must be {RunConfig.legal_range(name)}")


@pytest.mark.parametrize(("command", "expected"), BAD_LINES)
def test_a_bad_command_line(cli, results, command, expected):
    if "search" in command:
        pytest.importorskip("optuna")
    line = cli(*command.split()).error_line()
    for words in expected:
        assert words in line


@pytest.mark.parametrize("columns", ["20", "500"])
def test_the_line_does_not_depend_on_the_terminal(cli, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert cli("train", "--learnin-rate", "1").error_line() == (
        "mlp-core: unrecognized arguments: --learnin-rate 1; perhaps you meant --learning-rate "
        "(see mlp-core train --help)"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_installed_program(program, encoding):
    outcome = program("train", "--learning_rät=3", env={"PYTHONIOENCODING": encoding})
    assert "perhaps you meant --learning-rate" in outcome.error_line()


@pytest.mark.parametrize(
    ("package", "arguments", "line"),
    [
        ("distributed", DASK, "a Dask cluster needs the package distributed: pip install '{dask}'"),
        (
            "optuna",
            ("study", "search", "learning-rate", *DIGITS),
            "a search needs the package optuna: pip install '{studies}'",
        ),
    ],
)
def test_a_package_that_is_not_installed(cli, results, monkeypatch, package, arguments, line):
    monkeypatch.setitem(sys.modules, package, None)
    expected = line.replace("{", "mlp-core[").replace("}", "]")
    assert cli(*arguments).error_line() == f"mlp-core: {expected}"


def test_nobody_at_the_address_of_the_cluster(program):
    pytest.importorskip("distributed")
    line = program(*DASK).error_line()
    assert line.startswith("mlp-core: --dask='tcp://127.0.0.1:1': nobody answered within 5 s; ")
