# ruff: noqa: B905, E501
"""Every interval and adjusted p of What holds again: SciPy, pandas and the run files alone."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

FLOOR = {"active": 0.0, "epochs_to_learn": 0.3}  # else one test image
MEASURES = {
    "test_accuracy": lambda run, tests: tests[-1],
    "train_accuracy": lambda run, tests: 100 * run["history"]["train_accuracy"][-1],
    "gap": lambda run, tests: 100 * run["history"]["train_accuracy"][-1] - tests[-1],
    "swing": lambda run, tests: np.abs(np.diff(tests[-21:])).mean(),
    "epochs_to_learn": lambda run, tests: np.argmax(tests >= 95) + 1.0 if max(tests) >= 95 else np.nan,
    "active": lambda run, tests: 100 * np.mean(run["records"]["active_per_pass"][-1]),
}  # fmt: skip


def value(run, measure, epochs=None):  # of a run that broke: nan
    tests = 100 * np.array(run["history"]["test_accuracy"][:epochs], float)
    broke = run["status"] == "diverged" or tests[-1] < 50
    return np.nan if broke else MEASURES[measure](run, tests)


def moderate(groups, own, floor):
    var, df = (
        np.array(x) for x in zip(*((max(g.std(), floor) ** 2, len(g) - 1.0) for g in groups))
    )
    s2, d = (max(own.std(), floor) ** 2, len(own) - 1.0) if len(own) > 1 else (0.0, 0.0)
    if len(var) < 2:
        return s2, d, max(df.sum(), 1)
    e = np.log(var) - special.digamma(df / 2) + np.log(df / 2)
    excess = e.var(ddof=1) - special.polygamma(1, df / 2).mean()
    if excess <= 0:
        pooled = (var * df).sum() / df.sum()
        return (pooled, df.sum(), df.sum()) if pooled >= s2 else (s2, d, df.sum())
    half = np.exp(optimize.brentq(lambda x: special.polygamma(1, np.exp(x)) - excess, -20, 20))
    shared = np.exp(e.mean() + special.digamma(half) - np.log(half))
    drawn = (2 * half * shared + d * s2) / (2 * half + d)
    return (drawn, 2 * half + d, df.sum()) if drawn >= s2 else (s2, d, df.sum())


def again(one, row, runs):  # difference, standard error, degrees of freedom, p
    measure, floor = row["measure"], FLOOR.get(row["measure"], 0.01)
    a, b = (pd.Series({runs[i]["config"]["seed"]: value(runs[i], measure, epochs) for i in side}, dtype=float)
            for side, epochs in zip(one["runs"], one["epochs"]))  # fmt: skip
    if one["paired"]:
        a, b = a.align(b, join="inner")
    broke = [[int(x.isna().sum()), int(x.notna().sum())] for x in (a, b)]
    if broke[0][0] + broke[1][0]:
        return np.nan, np.nan, np.nan, stats.fisher_exact(broke).pvalue
    if one["paired"]:
        error, df, off = max((a - b).std(), floor) / np.sqrt(len(a)), len(a) - 1, (a - b).mean()
    else:
        values = [pd.Series([value(runs[i], measure) for i in ids]) for ids in row["settings"]]
        groups = [g for g in values if g.notna().all() and len(g) > 1 and max(g.std(), floor) > 0]
        sides = [
            moderate(groups, x, floor) for x in ((a,) if one["published"] is not None else (a, b))
        ]
        n = (len(a), 5) if one["published"] is not None else (len(a), len(b))
        terms = np.array([s[0] / k for s, k in zip(sides * (3 - len(sides)), n)])
        pooled = terms.sum() ** 2 / sum(t**2 / s[1] for t, s in zip(terms, sides))
        df = min(sides[0][1] if len(sides) == 1 else pooled, sides[0][2])
        error, off = (
            np.sqrt(terms.sum()),
            a.mean() - (one["published"] if len(sides) == 1 else b.mean()),
        )
    return off, error, df, 2 * stats.t.sf(abs(off) / error, df)


def recompute(board, results):  # one row per comparison: stored low, high, adjusted p, and again
    runs = {run["run_id"]: run for path in Path(results).glob("*/*.json")
            for run in [json.loads(path.read_text())] if "run_id" in run}  # fmt: skip
    rows = []
    for row in (row for row in board["rows"] if "family" in row):
        found = np.array([again(one, row, runs) for one in row["family"]])
        half = stats.t.ppf(0.975, found[:, 2]) * found[:, 1]
        adjusted, known = np.full(len(found), np.nan), np.isfinite(found[:, 3])
        adjusted[known] = stats.false_discovery_control(found[known, 3])
        for one, d, h, p in zip(row["family"], found[:, 0], half, adjusted):
            rows.append(
                (row["sentence"], one["low"], one["high"], one["adjusted"], d - h, d + h, p)
            )
    return pd.DataFrame(
        rows, columns=["claim", "low", "high", "p", "low_again", "high_again", "p_again"]
    )
