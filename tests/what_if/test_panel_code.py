"""The program that a panel hands out trains what the panel trains."""

from __future__ import annotations

import pytest

from mlp_book.panels import PANELS
from mlp_core.training import RunConfig, train
from mlp_core.what_if.panel_code import as_code


def configs_of(code: str) -> list[RunConfig]:
    """Run the program, with a training that only takes note."""
    seen: list[RunConfig] = []

    class Done:
        status, summary = "completed", {"test_accuracy": 1.0}

    def note(config: RunConfig) -> Done:
        seen.append(config)
        return Done()

    names = {"train": note}
    exec(
        code.replace("from mlp_core import RunConfig, train", ""), {"RunConfig": RunConfig, **names}
    )
    return seen


@pytest.mark.parametrize("name", PANELS)
def test_it_trains_the_panels_values(name: str) -> None:
    panel = PANELS[name]
    for control in panel.controls:
        for value in control.choices or (control.low, control.high):
            values = {control.name: value}
            (config,) = configs_of(as_code(panel, values, [panel.config(values).seed]))
            assert config == panel.config(values)


def test_one_run_a_seed() -> None:
    panel = PANELS["learning-rate"]
    configs = configs_of(as_code(panel, {"learning_rate": 0.2}, range(5, 8)))
    assert [config.seed for config in configs] == [5, 6, 7]
    assert {config.learning_rate for config in configs} == {0.2}


def test_it_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    code = as_code(PANELS["engine"].with_base(epochs=1), {}, [3])
    exec(code, {})
    run = train(RunConfig(epochs=1, seed=3))
    assert capsys.readouterr().out == f"3 completed {run.summary['test_accuracy']}\n"
