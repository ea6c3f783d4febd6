"""What report A says by its tables, judged by the runs that repeat them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import permutations

import pandas as pd

from mlp_book.cells import Cell
from mlp_book.findings.claims import Judge, make_claims
from mlp_book.findings.comparison import TOLERANCES, account_for, compare
from mlp_book.findings.published import SEEDS, report_a
from mlp_book.findings.timing import judge_added, judge_order
from mlp_book.findings.verdicts import Judgement, describe_p, overall_verdict, verdict_of
from mlp_book.stats import Spread, judge, least_difference, most_by_chance, spread, welch_p
from mlp_book.text import format_level, signed

STUDY, CHAPTER = "activations-losses-depth", "activations_losses"
SEEDS_OF_DEFAULT = "seed-noise", "where_it_fails"
LOWEST = Cell("single", "hinge", "relu")
LISTED = 6  # pairs that are not as published
Concerns = Callable[[Cell, Cell], bool]  # whether a claim is about two cells


def judge_accuracies(measure: str, data: pd.DataFrame) -> Judgement:
    """Say whether a table of accuracies comes out again within `TOLERANCES`."""
    found = compare(data, measure)
    inside = int(found["inside"].sum())
    farthest = found.loc[found["difference"].abs().idxmax()]
    evidence = (
        f"Within \u00b1{TOLERANCES['mse']:g} points of the published figure (hinge "
        f"\u00b1{TOLERANCES['hinge']:g}): {account_for(found)}.",
        f"The largest difference is {signed(farthest['difference'])} points: "
        f"{farthest['cell'].text}, {farthest['ours'].text()} % against "
        f"{farthest['published']:.2f} %.",
        f"Seeds alone explain {found['in_noise'].sum()} of the {len(found)} differences.",
    )
    return evidence, _verdict_of_count(inside, len(found), 0)


def judge_losses(data: pd.DataFrame) -> Judgement:
    """Say whether seeds alone explain the differences to the published losses."""
    kinds = {"test_loss": "test", "train_loss": "training"}
    found = pd.concat([compare(data, name).assign(kind=kind) for name, kind in kinds.items()])
    outside = found[~found["in_noise"]]
    inside, chance = len(found) - len(outside), most_by_chance(len(found))
    evidence = [
        f"Seeds alone explain {inside} of the {len(found)} differences. Of so many tests, up to "
        f"{chance} may fail by chance.",
    ]
    if len(outside):
        named = (
            f"{one.cell.text}, {one.kind}: {one.ours.text()}, published {one.published:.2f}"
            for one in outside.itertuples()
        )
        evidence.append(f"Outside seed noise: {'; '.join(named)}.")
    return evidence, _verdict_of_count(inside, len(found), chance)


def _verdict_of_count(inside: int, count: int, may_fail: int) -> str:
    in_part = "holds in part" if 2 * inside > count else "does not hold"
    return "holds" if inside >= count - may_fail else in_part


def judge_default(data: pd.DataFrame) -> Judgement:
    """Say whether many seeds of the default setting agree with its published accuracy."""
    (one,) = compare(data, "test_accuracy").itertuples()
    where = "inside" if one.in_noise else "outside"
    evidence = (
        f"{one.ours.n} seeds: {one.ours.text(3)} %, from {one.ours.low:.2f} to "
        f"{one.ours.high:.2f} %. Published: {one.published:.2f} %, without a spread.",
        f"The difference, {signed(one.difference)} points, is {where} seed noise.",
    )
    return evidence, "holds" if one.in_noise else "holds in part" if one.inside else "does not hold"


def judge_differences(data: pd.DataFrame) -> Judgement:
    """Say which published differences so many seeds can see, from many seeds of the default."""
    noise, table = spread(data["test_accuracy"]), report_a("test_accuracy")
    least, least_of_three = (least_difference(noise.std, seeds) for seeds in (SEEDS, 3))
    gaps = [
        table[a] - table[b]
        for choice in ("activation", "depth")
        for a, b in published_pairs("test_accuracy", _pairs_in(choice, loss="cross_entropy"))
    ]
    large = [gap >= least for gap in gaps]
    evidence = (
        f"The standard deviation over {noise.n} seeds of the default setting is {noise.std:.3f} "
        f"points. So two means of {SEEDS} seeds have to differ by {least:.2f} points to be outside "
        f"seed noise, two of 3 seeds by {least_of_three:.2f}.",
        f"Among the published accuracies with cross-entropy, {len(gaps)} pairs differ in one "
        f"choice. If all have this spread, {sum(large)} of these differences are as large as that; "
        f"the smallest is {min(gaps):.2f}.",
    )
    return evidence, verdict_of(large)


def judge_orders(measures: Sequence[str], concerns: Concerns, data: pd.DataFrame) -> Judgement:
    """Say whether pairs of cells have their published order, outside seed noise."""
    named: dict[str, list[str]] = {"better": [], "worse": [], "seed noise": []}
    for measure in measures:
        found = compare(data, measure)
        ours = dict(zip(found["cell"], found["ours"], strict=True))
        for first, second in published_pairs(measure, concerns):
            a, b = ours[first], ours[second]
            named[judge(a, b)].append(_describe_pair(measure, first, a, second, b))
    better, worse, noise = (len(pairs) for pairs in named.values())
    evidence = [
        f"Of {better + worse + noise} pairs, {better} are as published outside seed noise, {worse} "
        f"the other way round outside seed noise, and {noise} inside seed noise."
    ]
    for seen, head in (("worse", "The other way round"), ("seed noise", "Inside seed noise")):
        if pairs := named[seen]:
            more = f"; and {len(pairs) - LISTED} more" if len(pairs) > LISTED else ""
            evidence.append(f"{head}: {'; '.join(pairs[:LISTED])}{more}.")
    return evidence, overall_verdict([("better", seen) for seen in named for _ in named[seen]])


def published_pairs(measure: str, concerns: Concerns) -> list[tuple[Cell, Cell]]:
    """Return the pairs of cells that a claim is about, the larger published figure first."""
    table = report_a(measure)
    return [(a, b) for a, b in permutations(table, 2) if concerns(a, b) and table[a] > table[b]]


def _describe_pair(measure: str, first: Cell, a: Spread, second: Cell, b: Spread) -> str:
    levels = [tuple(map(format_level, both)) for both in zip(first, second, strict=True)]
    shared = [one for one, other in levels if one == other]
    kind = {"test_loss": ["test loss"], "train_loss": ["training loss"]}.get(measure, [])
    names = zip(*((one, other) for one, other in levels if one != other), strict=True)
    one, other = (", ".join(parts) for parts in names)
    return (
        f"{', '.join(shared + kind)}: {one} {a.text()}, {other} {b.text()} "
        f"({describe_p(welch_p(a, b))})"
    )


def _pairs_in(choice: str, *levels: str, **where: str) -> Concerns:
    """Concern cells that differ in one choice alone: one has the first level, one another."""

    def concerns(a: Cell, b: Cell) -> bool:
        both = {getattr(a, choice), getattr(b, choice)}
        return (
            a != b == a._replace(**{choice: getattr(b, choice)})
            and (not levels or levels[0] in both <= set(levels))
            and all(getattr(a, name) == value for name, value in where.items())
        )

    return concerns


def _order(choice: str, *levels: str, **where: str) -> Judge:
    return partial(judge_orders, ["test_accuracy"], _pairs_in(choice, *levels, **where))


CLAIMS = (
    *make_claims("report A: figures", STUDY, CHAPTER, {
        "The 18 test accuracies come out again.": partial(judge_accuracies, "test_accuracy"),
        "The 18 training accuracies come out again.": partial(judge_accuracies, "train_accuracy"),
        "The 36 losses come out again.": judge_losses,
    }),
    *make_claims("report A: figures", *SEEDS_OF_DEFAULT, {
        "The default setting has the published test accuracy.": judge_default,
    }),
    *make_claims("report A: orders", STUDY, CHAPTER, {
        "Cross-entropy is ahead of hinge and squared error, with every activation and at either "
        "depth.": _order("loss", "cross_entropy", "hinge", "mse"),
        "Where the two differ, squared error is ahead of hinge, but for GELU in one layer.":
            _order("loss", "mse", "hinge"),
        "With one hidden layer, GELU is ahead of ReLU.":
            _order("activation", "gelu", "relu", depth="single"),
        "With two hidden layers, ReLU is ahead of GELU.":
            _order("activation", "relu", "gelu", depth="double"),
        "With one hidden layer, sigmoid is behind GELU, and ahead of ReLU but for squared error.":
            _order("activation", "sigmoid", "gelu", "relu", depth="single"),
        "With two hidden layers, sigmoid is behind GELU and ReLU.":
            _order("activation", "sigmoid", "gelu", "relu", depth="double"),
        "A second hidden layer raises the test accuracy, in all nine cases.": _order("depth"),
        "ReLU with hinge in one layer has the lowest test accuracy of all.":
            partial(judge_orders, ["test_accuracy"], lambda *pair: LOWEST in pair),
        "With cross-entropy, sigmoid has the highest training loss and the lowest test loss.":
            partial(judge_orders, ["train_loss", "test_loss"],
                    _pairs_in("activation", "sigmoid", "gelu", "relu", loss="cross_entropy")),
    }),
    *make_claims("report A: orders", *SEEDS_OF_DEFAULT, {
        "The differences between the cells with cross-entropy are more than seed noise.":
            judge_differences,
    }),
    *make_claims("report A: times", "benchmark-activations", CHAPTER, {
        "An update takes longest with GELU, then sigmoid, then ReLU.": judge_order,
        "GELU adds a quarter or more to the time of an update with ReLU.":
            partial(judge_added, "activation", "gelu", "relu"),
        "A second hidden layer about doubles the time of an update.":
            partial(judge_added, "depth", "double", "single"),
    }),
)  # fmt: skip
