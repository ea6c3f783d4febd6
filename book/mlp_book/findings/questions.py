"""The book's own questions: nobody claimed these, but a reader of the reports may ask them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from mlp_book.cells import Cell, by_cell
from mlp_book.findings import regularization
from mlp_book.findings.claims import Claim, Family, ask, split
from mlp_book.findings.report_a import CROSSED, cells, one_ratio
from mlp_book.findings.scaling import keep_in_proportion
from mlp_book.text import format_level, format_number
from mlp_core.studies import STUDIES
from mlp_core.training import RunConfig

PART = "our own questions"
LOWEST = Cell("single", "hinge", "relu")
# Settings of the study near-best-fresh that are as close to the winner after 14 epochs too.
AFTER_14 = (
    "16, 5, loss log_softmax_mse", "64, 3, loss log_softmax_mse, l2_penalty 0.0001",
    "64, 5, loss log_softmax_mse, l2_penalty 0.0001", "16, 5, loss log_softmax_mse, dropout 0.2",
    "16, 5, activation tanh, loss log_softmax_mse", "64, 3, loss log_softmax_mse",
    "256, 5, dropout 0.2", "256, 5, activation tanh",
)  # fmt: skip
READ_OFF = "an order read off report A's table; the report does not say it"


def lowest(data: pd.DataFrame) -> Family:
    """Ask whether every other cell of report A's tables is more accurate than one of them."""
    settings = by_cell(data)
    asked = [(LOWEST, "smaller", cell) for cell in settings if cell != LOWEST]
    return ask(settings, asked, name=lambda cell: cell.text)


def other_levels(setting: str, data: pd.DataFrame) -> Family:
    """Ask whether any other level of a setting does better than report A's."""
    default = getattr(RunConfig(), setting)
    settings = split(data, setting)
    asked = [(level, "not larger", default) for level in settings if level != default]
    return ask(settings, asked, name=format_level)


def treatments(images: str, kind: str, data: pd.DataFrame) -> Family:
    """Ask whether some dose of a treatment helps, in the family of all twelve doses."""
    few = images == regularization.FEW
    rows = regularization.by_treatment(data).query("images == @images")
    settings = split(rows.drop_duplicates("row"), "treatment")
    asked = [(name, "some larger", regularization.UNTREATED) for name in settings
             if name != regularization.UNTREATED]  # fmt: skip
    family = ask(settings, asked, paired=few)
    return family.only(lambda one: one.first.startswith(kind))


def schedules(data: pd.DataFrame) -> Family:
    """Ask whether lowering the rate beats a constant one, from each of four rates."""
    settings = split(data, "learning_rate", "schedule")
    asked = [((rate, name), "larger", (rate, "constant")) for rate, name in settings
             if name != "constant"]  # fmt: skip
    return ask(settings, asked, name=lambda cell: f"{cell[1]} from {format_number(cell[0])}")


def near_best(data: pd.DataFrame) -> Family:
    """Ask whether the winner of the full grid stays ahead of the 31 other cells close to it.

    Eight of these are the first 14 epochs of runs whose end is close as well.
    """
    study = STUDIES["near-best-fresh"]
    names = {config.run_id: levels["setting"] for levels, config in study.cells()}
    settings = split(data.assign(setting=data["run_id"].map(names)), "setting")
    winner = next(iter(study.grids[0]["setting"]))
    short = {f"{name}, 14 epochs": _after_14(settings[name]) for name in AFTER_14}
    others = [name for name in (*settings, *short) if name != winner]
    # The whole runs come last: it is they that tell the noise.
    return ask({**short, **settings}, [(winner, "larger", name) for name in others])


def _after_14(rows: pd.DataFrame) -> pd.DataFrame:
    late = ~(rows["waking_epoch"] <= 7)
    return rows.assign(test_accuracy=rows["after_14"], epochs=14, late=late)


def _crossed(sentence: str, choice: str, said: dict[tuple[str, str], str], **where: Any) -> Claim:
    return Claim(PART, READ_OFF, sentence, partial(cells, choice, said, **where), **CROSSED)


CLAIMS = (
    _crossed("With one hidden layer, GELU is more accurate than ReLU.", "activation",
             {("gelu", "relu"): "larger"}, where=lambda cell: cell.depth == "single"),
    _crossed("With two hidden layers, ReLU is more accurate than GELU.", "activation",
             {("relu", "gelu"): "larger"}, where=lambda cell: cell.depth == "double"),
    _crossed("Sigmoid is less accurate than GELU, at either depth.", "activation",
             {("sigmoid", "gelu"): "smaller"}),
    _crossed("With two hidden layers, sigmoid is less accurate than ReLU.", "activation",
             {("sigmoid", "relu"): "smaller"}, where=lambda cell: cell.depth == "double"),
    Claim(PART, READ_OFF, "ReLU with hinge in one layer is less accurate than every other cell.",
          lowest, **CROSSED),
    *(
        Claim(PART, "report A chose it, and claims nothing",
              f"No other {words} than {format_level(getattr(RunConfig(), setting))} does better.",
              partial(other_levels, setting), (study, "seed-noise"),
              (f"{study}-fresh", "seed-noise-fresh"), chapter)
        for setting, words, study, chapter in (
            ("learning_rate", "learning rate", "learning-rate", "learning_rate"),
            ("batch_size", "batch size", "batch-size", "batch_size"),
            ("momentum", "momentum", "momentum", "momentum"),
            ("weight_decay", "weight decay", "weight-decay", "weight_decay"),
            ("hidden_sizes", "size of the hidden layer", "hidden-size", "hidden_layers"),
        )
    ),
    *(
        Claim(PART, "report B names regularization and leaves it at that",
              f"{kind[0].upper()}{kind[1:]} helps, with {images}.",
              partial(treatments, images, kind), (regularization.STUDY,),
              (f"{regularization.STUDY}-fresh",), "regularization")
        for images in regularization.SIZES for kind in regularization.FIELDS
    ),
    Claim(PART, "ours", "Lowering the rate while training helps.", schedules, ("schedules",),
          ("schedules-fresh",), "optimizers_epochs"),
    Claim(PART, "ours", "A rate in proportion to the batch keeps the accuracy.",
          keep_in_proportion, ("batch-rate",), ("batch-rate-fresh",), "learning_rate"),
    Claim(PART, "ours", "Target scale and std of the initial weights are one setting, their ratio.",
          partial(one_ratio, loss="mse", scale="target_scale"), ("margin-init",), (),
          "activations_losses"),
    Claim(PART, "report B names the full grid and leaves it at that",
          "The winner of the full grid is ahead of the others close to it.", near_best,
          ("near-best-fresh",), ("near-best-fresh",), "searching"),
)  # fmt: skip
