"""Which figures of a month what came for it can support, and why it cannot support the others.

Worked out from the outline of each indicator (the second opinion's copy), the returns that the format
declares, format_limits.csv, and what the set that came covers; never from what a release answers.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from ingest.adapters import cin_census, csc_api, ssda903, workforce_census
from ingest.adapters.annex_a import returns as annex_a
from ingest.contracts.dates import last_day_of
from ingest.paths import DBT_PROJECT
from tests.oracle.law import INDICATORS, Indicator

DECLARED: Mapping[str, frozenset[str]] = {
    "annex_a": frozenset({*annex_a.ROUTES, "persons"}),
    "cin_census": frozenset(cin_census.ROUTES),
    "csc_api": frozenset(csc_api.MADE),
    "ssda903": frozenset(ssda903.FIELDS),
    "workforce_census": frozenset(workforce_census.ROUTES),
}
LIMITS = DBT_PROJECT / "seeds" / "format_limits.csv"
FIGURES = "indicator_returns"
Figure = tuple[str, str]  # indicator, basis: of one month, in total


@dataclass(frozen=True)
class Came:
    """What was made of the one submission of an authority-month, and what it says that it lacks."""

    source_format: str
    month: str
    returns: frozenset[str]
    history_from: Mapping[str, date]
    not_supplied: Mapping[str, str]
    reported: frozenset[Figure]  # figures that it gives as such

    @classmethod
    def of(cls, folder: Path, month: str) -> "Came":
        """From the folder of the restricted store that holds one opened submission."""
        about = json.loads((folder / "_about.json").read_text(encoding="utf-8"))
        tables = {path.stem: pq.read_table(path) for path in folder.glob("[!_]*.parquet")}
        coverage = tables.pop("extract_coverage").to_pylist() if "extract_coverage" in tables else []
        figures = tables[FIGURES].to_pylist() if FIGURES in tables else []
        return cls(
            source_format=about["source_format"],
            month=month,
            returns=frozenset(tables),
            history_from={row["return_name"]: date.fromisoformat(row["history_from"]) for row in coverage},
            not_supplied=about["not_supplied"],
            reported=frozenset((row["indicator_id"], row["period_basis"]) for row in figures),
        )

    @property
    def lost(self) -> frozenset[str]:
        """Returns that its format declares, and that are not here for no reason that it gives of itself."""
        absent = DECLARED[self.source_format] - self.returns
        return frozenset(n for n in absent if "holds nothing" in self.not_supplied.get(n, "holds nothing"))


def figures_of(came: Came) -> dict[Figure, str | None]:
    """Every figure of the month, and why the submission cannot support it; None where it can."""
    return {
        (one.id, basis): None if (one.id, basis) in came.reported else _lacking(came, one, basis)
        for one in INDICATORS.values()
        for basis in one.bases
    }


def _lacking(came: Came, indicator: Indicator, basis: str) -> str | None:
    if FIGURES in indicator.required:  # what no return counts is there only as a figure that was sent
        return f"{FIGURES}: {came.not_supplied.get(FIGURES, 'it does not give this figure')}"
    for name in indicator.required:
        if name not in came.returns and name not in came.lost:
            return f"{name}: {came.not_supplied.get(name, 'the format has none')}"
        for limit in _limits(came.source_format, name):
            if limit["indicator_id"] in ("*", indicator.id) and not limit["months_back"]:
                return f"{name}: {limit['reason']}"
    begins = came.history_from.get(indicator.lead)
    needed = _first_day(came.month, basis) - timedelta(indicator.lookback_days)
    if indicator.id == "cla_net_change":  # of those in care on the eve of the period
        needed -= timedelta(1)
    if indicator.needs_history and begins and needed < begins:
        return f"{indicator.lead}: it covers nothing before {begins}"
    return None


@cache
def _limits(source_format: str, return_name: str) -> list[dict[str, str]]:
    with LIMITS.open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    return [r for r in every if (r["source_format"], r["return_name"]) == (source_format, return_name)]


def _first_day(month: str, basis: str) -> date:
    year, number = map(int, month.split("-"))
    match basis:
        case "year_to_date":
            return date(year if number > 3 else year - 1, 4, 1)
        case "rolling_12_months":
            return date(year - 1, number + 1, 1) if number < 12 else date(year, 1, 1)
        case "point_in_time":
            return last_day_of(month)
    return date(year, number, 1)
