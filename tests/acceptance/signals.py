"""False alarms of the process charts among stable series, and months until a planted shift is seen.

The models run as they stand over 1,000 invented series of each kind in which nothing changes: fewer
than 2% of each have one of the newest 12 months called a change, with 36 months and with the fewest,
24. Then 5 shifts of each kind are planted, a release a month: when is each seen? Beside it what the
chart before would have done, an XmR chart with the four rules of the NHS's Making Data Count; kept here
and nowhere else.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from tests.support import invented_series as invented
from tests.support.invented_series import Invented, Numbers
from tests.support.signal_tables import LAST, signals_of

SERIES, PLANTED, MONTHS, YEAR = 1000, 100, 36, 12
MOST = 2.0  # per cent of stable series
SEED = 22
Maker = Callable[[np.random.Generator, int, Numbers], Invented]
# by the kind of signal_tables: how a series is made, and where its level stands
KINDS: dict[str, tuple[str, str, Maker, float]] = {
    "flow": ("flow", "40 a month", partial(invented.counts, mean=40), 1),
    "small count": ("small", "3 a month", partial(invented.counts, mean=3, is_even=True), 1),
    "share": ("share", "80% of 25 or so", partial(invented.shares, cases=25), 0.8),
    "stock": ("stock", "100 held", partial(invented.stocks, mean=100), 1),
    "small stock": ("stock", "6 held", partial(invented.stocks, mean=6), 1),
    "share of a stock": ("stock_share", "90% of 60", partial(invented.stock_shares, mean=60), 0.9),
    "days": ("days", "median of 8 or so", partial(invented.days, cases=8), 1),
    "net change": ("net", "12 come, 12 go", partial(invented.nets, mean=12), 1),
}
STEPS = {
    "flow": (1.75, 1.4, 0.6, 0.3),
    "small count": (4, 2.33, 0.33, 0),
    "share": (0.97, 0.9, 0.65, 0.5),
    "stock": (1.4, 1.2, 0.8, 0.6),
}
DRIFTS = {"flow": 1.05, "small count": 1.1, "share": 0.97, "stock": 1.03}  # each month, of the one before


def points(kind: str, name: str, made: Invented, start: int = 0) -> pd.DataFrame:
    """Series as signal_tables takes them: the newest month is the last that was made."""
    value, numerator, denominator = made
    count, months = value.shape
    nothing = np.full(value.shape, np.nan)
    found = pd.DataFrame(
        {
            "indicator_id": kind,
            "name": [f"{name} {n}" for n in range(count) for _ in range(months)],
            "month_number": np.tile(np.arange(LAST - months + 1, LAST + 1), count),
            "value": value.ravel(),
            "numerator": (nothing if numerator is None else numerator).ravel(),
            "denominator": (nothing if denominator is None else denominator).ravel(),
        }
    )
    return found[found["value"].notna()]


def part(made: Invented, months: slice) -> Invented:
    value, numerator, denominator = (None if one is None else one[:, months] for one in made)
    assert value is not None
    return value, numerator, denominator


def chart_before(value: Numbers, is_rare_left_out: bool) -> Numbers:
    """The months that the chart before marked: 2.66 moving ranges, runs and trends of 7, 2 of 3 near."""
    marked = np.zeros(value.shape, bool)
    for series, with_gaps in enumerate(value):
        held = ~np.isnan(with_gaps)
        x = with_gaps[held]
        mean, reach = x.mean(), 2.66 * np.abs(np.diff(x)).mean()
        if is_rare_left_out and mean < 6:
            continue
        off = np.round(x - mean, 9)
        side, step = np.sign(off), np.sign(np.round(np.diff(x), 9))
        outside = np.round(np.abs(off) - reach, 9) > 0
        near = ~outside & (np.round(np.abs(off) - reach * 2 / 3, 9) > 0)
        said = outside.copy()
        for run in range(len(x) - 6):
            if side[run] and (side[run : run + 7] == side[run]).all():
                said[run : run + 7] = True
            if step[run] and (step[run : run + 6] == step[run]).all():
                said[run : run + 7] = True
        for run in range(len(x) - 2):
            three = slice(run, run + 3)
            if side[run] and (side[three] == side[run]).all() and near[three].sum() >= 2:
                said[three] |= near[three]
        marked[series, held] = said
    return marked


def marked_since(judged: pd.DataFrame, first_month: int) -> set[tuple[str, str]]:
    """The series in which a month since then is called a change."""
    found = judged[judged["variation"].isin(["higher", "lower"]) & (judged["month_number"] >= first_month)]
    return set(zip(found["indicator_id"], found["name"], strict=True))


def false_alarms(rng: np.random.Generator, months: int) -> dict[str, tuple[float, float]]:
    """Per cent of stable series of each kind that are marked in a year: by the mart, by the chart before."""
    made = {name: make(rng, SERIES, np.full(months, level)) for name, (_, _, make, level) in KINDS.items()}
    given = pd.concat([points(KINDS[name][0], name, one) for name, one in made.items()])
    marked = marked_since(signals_of(given), LAST - YEAR + 1)
    found = {}
    for name, (value, _, _) in made.items():
        mine = sum(series.rsplit(" ", 1)[0] == name for _, series in marked)
        before = chart_before(value, is_rare_left_out=KINDS[name][0] in ("flow", "small", "stock"))
        found[name] = (100 * mine / SERIES, 100 * before[:, -YEAR:].any(axis=1).mean())
    return found


Seen = tuple[float, float]  # the median month, of those seen in a year; per cent seen in a year


def seen(first: Numbers) -> Seen:
    within = first[first <= YEAR]
    return (
        float(np.median(first)) if len(within) * 2 > len(first) else np.inf,
        100 * len(within) / len(first),
    )


def months_until_seen(rng: np.random.Generator) -> dict[tuple[str, str], tuple[Seen, Seen]]:
    """By kind and shift, of releases a month apart the first in which a month since the shift is marked."""
    shifts: dict[tuple[str, str], Numbers] = {}
    for name, steps in STEPS.items():
        start = KINDS[name][3]
        for step in steps:
            shifts[name, f"{start:g} to {step:g}"] = np.r_[np.full(MONTHS, start), np.full(YEAR, step)]
        drift = start * DRIFTS[name] ** np.arange(1, YEAR + 1)
        shifts[name, f"{100 * (DRIFTS[name] - 1):+.0f}% each month"] = np.r_[np.full(MONTHS, start), drift]
    made, given = {}, []
    for (name, shift), level in shifts.items():
        kind, _, make, _ = KINDS[name]
        made[name, shift] = one = make(rng, PLANTED, level)
        given += [
            points(kind, f"{name}|{shift}|{since}", part(one, slice(since, since + MONTHS)))
            for since in range(1, YEAR + 1)
        ]
    judged = signals_of(pd.concat(given))
    since = judged["name"].str.split("|").str[2].str.split(" ").str[0].astype(int)
    is_change = judged["variation"].isin(["higher", "lower"]) & (judged["month_number"] > LAST - since)
    found: dict[tuple[str, str], tuple[Seen, Seen]] = {}
    marks = judged[is_change]["name"].str.extract(r"^(.*)\|(.*)\|(\d+) (\d+)$")
    marks = marks.astype({2: int, 3: int}).groupby([0, 1, 3])[2].min()
    for (name, shift), (value, _, _) in made.items():
        mine = np.full(PLANTED, 99)
        if (name, shift) in marks.index.droplevel(2):
            first = marks.loc[name, shift]
            mine[first.index] = first.to_numpy()
        before = np.full(PLANTED, 99)
        for ended in range(YEAR, 0, -1):
            window = value[:, ended : ended + MONTHS]
            is_left_out = KINDS[name][0] in ("flow", "small", "stock")
            before[chart_before(window, is_left_out)[:, -ended:].any(axis=1)] = ended
        found[name, shift] = (seen(mine), seen(before))
    return found


def in_words(one: Seen) -> str:
    return f"{'after 12' if np.isinf(one[0]) else format(one[0], 'g'):>8} {one[1]:5.0f}%"


def main() -> int:
    rng = np.random.default_rng(SEED)
    is_reached = True
    for months in (MONTHS, 2 * YEAR):
        print(f"stable series of {months} months: called a change in a year, of {SERIES:,}")
        for name, (mine, before) in false_alarms(rng, months).items():
            is_reached &= mine < MOST
            print(f"  {name:18} {KINDS[name][1]:20} {mine:5.1f}%   chart before {before:5.1f}%")
    print(f"\nshifts of {PLANTED} series each: the month in which half are seen, and the share seen in 12")
    print(f"  {'':40} {'now':>8} {'':6} {'before':>14}")
    for (name, shift), (mine, before) in months_until_seen(rng).items():
        print(f"  {name:18} {shift:20} {in_words(mine)} {in_words(before)}")
    print(f"\nfalse alarms under {MOST:g}% of each kind: {'yes' if is_reached else 'NO'}")
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
