"""The process charts of the mart against another hand's, over invented series with holes and oddities."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracle.signals import Said, chart
from tests.support import invented_series as invented
from tests.support.signal_tables import COLUMNS, KINDS, LAST, signals_of

METHODS = {
    "flow": "count", "small": "count", "share": "share", "days": "days", "net": "figure", "stock": "change",
    "stock_share": "share_change", "rate": "change", "lookback": "none",
}  # fmt: skip
SERIES = 40


def made(rng: np.random.Generator, indicator: str, months: int) -> invented.Invented:
    level = np.ones(months)
    level[-rng.integers(1, 12) :] *= rng.choice([1.0, 1.5, 3.0])
    share = np.where(level > 1, 0.5, 0.9)
    if indicator == "rate":
        value, _, _ = invented.stocks(rng, SERIES, level, 60)
        return value / 20000 * 10000, value, np.full(value.shape, 20000.0)
    return {
        "flow": lambda: invented.counts(rng, SERIES, level, 30),
        "small": lambda: invented.counts(rng, SERIES, level, 2),
        "share": lambda: invented.shares(rng, SERIES, share, 12),
        "days": lambda: invented.days(rng, SERIES, level, 5),
        "net": lambda: invented.nets(rng, SERIES, level, 5),
        "stock": lambda: invented.stocks(rng, SERIES, level, 25),
        "stock_share": lambda: invented.stock_shares(rng, SERIES, share, 25),
        "lookback": lambda: invented.stock_shares(rng, SERIES, share, 25),
    }[indicator]()


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    """Series of 8 to 40 months of each kind: a month in ten is missing, and now and then the parts of one."""
    rng = np.random.default_rng(23)
    rows = []
    for indicator in KINDS:
        for months in (8, 18, 24, 30, 40):
            value, numerator, denominator = made(rng, indicator, months)
            holes = rng.random(months) < (0.1 if months % 4 else 0)
            for series in range(SERIES):
                for month in range(months):
                    if holes[month] or np.isnan(value[series, month]):
                        continue
                    is_bare = rng.random() < 0.02
                    parts = [
                        None if one is None or is_bare else one[series, month]
                        for one in (numerator, denominator)
                    ]
                    name = f"{months} {series}"
                    rows.append((indicator, name, LAST - months + 1 + month, value[series, month], *parts))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"numerator": float, "denominator": float})


@pytest.mark.parametrize("fewest", [12, 8])
def test_the_mart_says_what_another_hand_says(points: pd.DataFrame, fewest: int) -> None:
    found = signals_of(points, {"signal_points": fewest})

    given = {
        key: [
            (int(m), v, None if np.isnan(a) else a, None if np.isnan(b) else b)
            for m, v, a, b in mine[COLUMNS[2:]].itertuples(index=False)
        ]
        for key, mine in points.groupby(["indicator_id", "name"])
    }
    compared = 0
    different: list[object] = []
    for (indicator, name), series in found.groupby(["indicator_id", "name"], sort=False):
        expected = chart(given[indicator, name], METHODS[indicator], KINDS[indicator][1], fewest)
        for said, row in zip(expected, series.itertuples(), strict=True):
            compared += 1
            if not agree(said, row):
                different.append((indicator, name, row.month_number, said, row))

    assert len(found) == compared > 5000
    assert set(found["variation"]) == {"higher", "lower", "common_cause", "too_few_months", "not_judged"}
    assert [str(one) for one in different] == []


def agree(said: Said, row: Any) -> bool:
    numbers = [(said.expected, row.expected), (said.lower, row.lower_limit), (said.upper, row.upper_limit)]
    numbers.append((said.missing, row.missing_months))
    return said.variation == row.variation and all(
        (a is None and pd.isna(b))
        or (a is not None and not pd.isna(b) and abs(a - b) < 1e-6 * max(1, abs(a)))
        for a, b in numbers
    )


def test_a_figure_outside_the_limits_is_outside_them_in_its_own_unit(points: pd.DataFrame) -> None:
    found = signals_of(points)
    judged = found[~found["variation"].isin(["too_few_months", "not_judged"])]
    outside = (judged["value"] < judged["lower_limit"] - 1e-6) | (
        judged["value"] > judged["upper_limit"] + 1e-6
    )

    assert judged["is_outside_limits"].sum() > 100
    assert (outside == judged["is_outside_limits"]).all()
