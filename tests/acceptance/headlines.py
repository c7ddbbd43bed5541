"""Twelve councils' months, each with one event planted in it: is it among the first three headlines? Aim: 12.

All else is chance: counts by Poisson, shares by binomial, about the level of the months before. Figures are
entered as indicator_returns through the real command, and the choice is read from rpt_headlines.
"""

import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np

from ingest.paths import WarehousePaths
from tests.conftest import csv_of
from tests.support.command import PUBLISHED, refresh

MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)] + ["2025-01"]
# the indicator's basis, its level, out of how many, and its target: a share has a whole, a count has none
CALM: dict[str, tuple[str, float, int | None, float | None]] = {
    "contacts_received": ("month", 120, None, None),
    "referrals_received": ("month", 60, None, None),
    "re_referrals_12m_pct": ("month", 0.22, 60, None),
    "single_45wd_pct": ("month", 0.93, 50, 80),
    "icpc_15wd_pct": ("month", 0.93, 30, 80),
    "cp_open": ("point_in_time", 100, None, None),
    "cp_2y_open_count": ("point_in_time", 1, None, 6),
    "cp_visit_10wd_pct": ("point_in_time", 0.96, 100, 88),
    "cla_open": ("point_in_time", 150, None, None),
    "cla_visit_intime_pct": ("point_in_time", 0.96, 150, 90),
    "missing_episodes": ("month", 15, None, None),
    "wf_vacancy_rate": ("point_in_time", 0.10, 90, 18),
    "fin_staffing_overspend_forecast": ("point_in_time", 20000, None, 60000),
}
# what is planted: the indicator, and its figure of the last month or months
PLANTED: dict[str, list[float]] = {
    "icpc_15wd_pct": [12],
    "cp_visit_10wd_pct": [70],
    "referrals_received": [130],
    "cp_open": [150],
    "cla_visit_intime_pct": [133, 131, 127],
    "single_45wd_pct": [44],  # above its target, and short of its milestone
    "wf_vacancy_rate": [24],
    "fin_staffing_overspend_forecast": [210000],
    "re_referrals_12m_pct": [1],
    "missing_episodes": [48],
    "cla_open": [185],
    "cp_2y_open_count": [9],
}
MILESTONE = "single_45wd_pct,2022-01-01,95,2025-01-31"


def figures_of(event: str, seed: int) -> list[dict[str, object]]:
    """A council's figures of every month, calm but for the event."""
    chance = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for indicator, (basis, level, whole, _) in CALM.items():
        if whole:
            values = chance.binomial(whole, level, len(MONTHS)).astype(float)
        elif basis == "month" or level < 10:
            values = chance.poisson(level, len(MONTHS)).astype(float)
        else:  # a stock carries last month with it
            values = np.round(level + np.cumsum(chance.choice([-0.02, 0, 0.02], len(MONTHS))) * level)
        if indicator == event:
            planted = PLANTED[event]
            values[-len(planted) :] = planted
        rows += [
            {
                "indicator_id": indicator,
                "period_basis": basis,
                "period_end": last_day(month),
                "breakdown": "all",
                "numerator": value if whole else None,
                "denominator": whole,
                "value": None if whole else value,
            }
            for month, value in zip(MONTHS, values, strict=True)
        ]
    return rows


def last_day(month: str) -> str:
    return str((np.datetime64(month) + 1).astype("datetime64[D]") - 1)


def world(base: Path) -> WarehousePaths:
    """A council for each event, its code the event's number."""
    (base / "reference").mkdir()
    targets = ["la_code,indicator_id,from_date,target,due_date"]
    for number, event in enumerate(PLANTED, 1):
        la_code = f"{number:03}"
        by_month: dict[str, list[dict[str, object]]] = {}
        for row in figures_of(event, number):
            by_month.setdefault(str(row["period_end"])[:7], []).append(row)
        for month, rows in by_month.items():
            folder = base / "raw" / month / la_code
            folder.mkdir(parents=True)
            (folder / "indicator_returns.csv").write_text(csv_of(rows), encoding="utf-8")
        targets += [
            f"{la_code},{indicator},2022-01-01,{target:g},"
            for indicator, (*_, target) in CALM.items()
            if target is not None
        ]
        if event == "single_45wd_pct":
            targets.append(f"{la_code},{MILESTONE}".replace("2022-01-01", "2022-01-02"))
    (base / "reference" / "targets.csv").write_text("\n".join(targets) + "\n", encoding="utf-8")
    names = [f"{number:03},Council {number}" for number in range(1, len(PLANTED) + 1)]
    (base / "reference" / "authorities.csv").write_text(
        "\n".join(["la_code,la_name", *names]) + "\n", encoding="utf-8"
    )
    return WarehousePaths.of(base / "raw", base / "reference", base / "release")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        places = world(Path(folder))
        done = refresh(places, "--month", MONTHS[-1])
        if done.returncode not in PUBLISHED:
            print(done.stderr)
            return 1
        with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
            told = db.execute(
                "select la_code, place, indicator_id, headline_kind, words from rpt_headlines "
                "where period_end = ? order by la_code, place",
                [last_day(MONTHS[-1])],
            ).fetchall()
    found = 0
    for number, event in enumerate(PLANTED, 1):
        own = [row[1:] for row in told if row[0] == f"{number:03}"]
        at = next((place for place, indicator, *_ in own if indicator == event), None)
        found += at is not None and at <= 3
        print(f"{event}: {f'headline {at} of {len(own)}' if at else 'no headline'}")
        for place, indicator, kind, words in own[:4]:
            print(f"  {place} {indicator}, {kind}: {words}")
    print(f"planted events among the first three headlines: {found} of {len(PLANTED)}")
    return 0 if found == len(PLANTED) else 1


if __name__ == "__main__":
    sys.exit(main())
