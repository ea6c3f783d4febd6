"""Published tables against runs: which figures, orders and differences come out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

from mlp_core.report.axes import signed
from mlp_core.report.cells import Cell, in_words
from mlp_core.report.findings.compare import TOLERANCES, Comparison, account_for, compare
from mlp_core.report.findings.pairs import Pair, weigh_pairs
from mlp_core.report.findings.published import REPORT_A, SEEDS
from mlp_core.report.findings.questions import Judged
from mlp_core.report.findings.yardstick import least_difference, most_by_chance
from mlp_core.report.measures import values_of
from mlp_core.report.spread import seed_spread
from mlp_core.training import Run

DEFAULT = Cell("single", "cross_entropy", "relu")

# Of two cells, whether a finding speaks of them.
Concerns = Callable[[Cell, Cell], bool]


def judge_accuracies(measure: str, runs: Sequence[Run]) -> Judged:
    """Say whether a table of accuracies comes out again within `TOLERANCES`."""
    found = compare(runs, measure)
    inside, noise = sum(one.inside is True for one in found), sum(one.in_noise for one in found)
    farthest = max(found, key=lambda one: abs(one.difference))
    evidence = (
        f"Within \u00b1{TOLERANCES['mse']:g} points of the published figure (hinge "
        f"\u00b1{TOLERANCES['hinge']:g}): {account_for(found)}.",
        f"The largest difference is {signed(farthest.difference)} points: {farthest.cell.text}, "
        f"{farthest.ours.text()} % against {farthest.published:.2f} %.",
        f"Seeds alone explain {noise} of the {len(found)} differences.",
    )
    return evidence, "holds" if inside == len(found) else _in_part(inside, len(found))


def judge_losses(runs: Sequence[Run]) -> Judged:
    """Say whether seeds alone explain the differences to the published losses."""
    found = [one for measure in ("test_loss", "train_loss") for one in compare(runs, measure)]
    apart = [one for one in found if not one.in_noise]
    inside, chance = len(found) - len(apart), most_by_chance(len(found))
    evidence = [
        f"Seeds alone explain {inside} of the {len(found)} differences. Of so many tests, up to "
        f"{chance} may fail by chance.",
    ]
    if apart:
        evidence.append(f"Outside seed noise: {'; '.join(_loss_text(one) for one in apart)}.")
    return evidence, "holds" if len(apart) <= chance else _in_part(inside, len(found))


def _loss_text(one: Comparison) -> str:
    kind = "training" if one.measure.startswith("train") else "test"
    return f"{one.cell.text}, {kind}: {one.ours.text()}, published {one.published:.2f}"


def _in_part(inside: int, count: int) -> str:
    return "holds in part" if 2 * inside > count else "does not hold"


def judge_orders(orders: Sequence[tuple[str, Concerns]], runs: Sequence[Run]) -> Judged:
    """Say whether published orders come out again, outside seed noise.

    Parameters
    ----------
    orders : sequence of (measure, concerns)
        Each stands for all pairs of cells that it concerns, the larger published figure first.
    runs : sequence of Run
        Of the study ``activations-losses-depth``.
    """
    pairs = []
    for measure, concerns in orders:
        found = {one.cell: one for one in compare(runs, measure)}
        pairs += [
            _pair(measure, found[first], found[second])
            for first, second in published_pairs(measure, concerns)
        ]
    return weigh_pairs(pairs)


def published_pairs(measure: str, concerns: Concerns) -> list[tuple[Cell, Cell]]:
    """Return the pairs of cells that a finding speaks of, the larger published figure first."""
    table = REPORT_A[measure]
    return [(a, b) for a, b in permutations(table, 2) if concerns(a, b) and table[a] > table[b]]


def _pair(measure: str, first: Comparison, second: Comparison) -> Pair:
    shared = [in_words(a) for a, b in zip(first.cell, second.cell, strict=True) if a == b]
    kind = {"test_loss": ["test loss"], "train_loss": ["training loss"]}.get(measure, [])
    a, b = (
        ", ".join(in_words(own) for own, others in zip(one, other, strict=True) if own != others)
        for one, other in ((first.cell, second.cell), (second.cell, first.cell))
    )
    return Pair(", ".join(shared + kind), a, first.values, b, second.values)


def differ_in(field: str, a: Cell, b: Cell) -> bool:
    """Say whether two cells differ in this choice alone."""
    return a != b and a._replace(**{field: getattr(b, field)}) == b


def judge_default(runs: Sequence[Run]) -> Judged:
    """Say whether many seeds of the default setting agree with its published accuracy."""
    values = tuple(values_of(runs, "test_accuracy"))
    one = Comparison(DEFAULT, "test_accuracy", REPORT_A["test_accuracy"][DEFAULT], values)
    where = "inside" if one.in_noise else "outside"
    evidence = (
        f"{one.ours.n} seeds: {one.ours.text(3)} %, from {one.ours.low:.2f} to "
        f"{one.ours.high:.2f} %. Published: {one.published:.2f} %, without a spread.",
        f"The difference, {signed(one.difference)} points, is {where} seed noise.",
    )
    return evidence, "holds" if one.in_noise else "holds in part" if one.inside else "does not hold"


def judge_yardstick(runs: Sequence[Run]) -> Judged:
    """Say which published differences are larger than so many seeds can tell."""
    noise = seed_spread(values_of(runs, "test_accuracy"))
    least, table = least_difference(noise.std, SEEDS), REPORT_A["test_accuracy"]
    pairs = published_pairs("test_accuracy", _within_cross_entropy)
    gaps = [table[a] - table[b] for a, b in pairs]
    large = sum(gap >= least for gap in gaps)
    evidence = (
        f"The standard deviation over {noise.n} seeds of the default setting is "
        f"{noise.std:.3f} points. So two means of {SEEDS} seeds have to differ by {least:.2f} "
        f"points to be outside seed noise, two of 3 seeds by "
        f"{least_difference(noise.std, 3):.2f}.",
        f"Among the published accuracies with cross-entropy, {len(gaps)} pairs differ in one "
        f"choice. If all have this spread, {large} of these differences are as large as that; "
        f"the smallest is {min(gaps):.2f}.",
    )
    verdict = "holds in part" if large else "does not hold"
    return evidence, "holds" if large == len(gaps) else verdict


def _within_cross_entropy(a: Cell, b: Cell) -> bool:
    same = a.loss == b.loss == "cross_entropy"
    return same and (differ_in("activation", a, b) or differ_in("depth", a, b))
