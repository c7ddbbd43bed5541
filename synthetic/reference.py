"""What the warehouse keeps about authorities rather than receives: their names, populations and targets."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from synthetic.practice import ALL_SIZES, Practice

# Indicator, target, and the edges of an agreed band.
_ENGLAND = (
    ("contact_decision_1wd_pct", "95", "", ""),
    ("referral_decision_1wd_pct", "95", "", ""),
    ("re_referrals_12m_pct", "20", "", ""),
    ("single_45wd_pct", "85", "", ""),
    ("icpc_15wd_pct", "85", "", ""),
    ("rcpc_intime_pct", "95", "", ""),
    ("cp_subsequent_ever_pct", "", "15", "25"),
    ("cp_2y_open_pct", "2", "", ""),
    ("cp_visit_10wd_pct", "90", "", ""),
    ("cp_visits_intime_pct", "90", "", ""),
    ("cp_plan_uptodate_pct", "95", "", ""),
    ("cla_review_intime_pct", "95", "", ""),
    ("cla_visit_intime_pct", "92", "", ""),
    ("cla_3plus_placements_pct", "10", "", ""),
    ("cla_long_term_stable_pct", "70", "", ""),
    ("cl_in_touch_pct", "90", "", ""),
    ("cl_eet_pct", "55", "", ""),
    ("wf_caseload_avg", "", "14", "20"),
    ("wf_caseload_over_threshold", "25", "", ""),
    ("wf_vacancy_rate", "15", "", ""),
    ("wf_agency_rate", "15", "", ""),
)
# Typed figures that invented authorities are set beside, since DfE publishes none for them.
_COMPARATOR = "England (invented)"
_BESIDE = (
    ("re_referrals_12m_pct", "22.4"),
    ("single_45wd_pct", "83.5"),
    ("icpc_15wd_pct", "77.9"),
    ("cla_3plus_placements_pct", "10.2"),
    ("wf_agency_rate", "16.2"),
)
_PEERS = 3  # of each authority, those next in order


def write_reference(practices: Sequence[Practice], months: Sequence[str], seed: int, folder: Path) -> None:
    """Write authorities.csv, population.csv, targets.csv, comparators.csv and peers.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(
        folder / "authorities.csv", ("la_code", "la_name"), ((p.la_code, p.la_name) for p in practices)
    )
    write_rows(
        folder / "population.csv", ("la_code", "mid_year", "population_0_17"), _populations(practices, months)
    )
    fields = ("la_code", "indicator_id", "from_date", "to_date", "target", "limit_lower", "limit_upper")
    write_rows(folder / "targets.csv", fields, _targets(practices, months, seed))
    first = _year(months[0]) - 1
    fields = ("la_code", "indicator_id", "comparator", "from_date", "value", "period_end", "source")
    typed = (
        ("ENG", name, _COMPARATOR, f"{first}-04-01", value, f"{first}-03-31", "invented")
        for name, value in _BESIDE
    )
    write_rows(folder / "comparators.csv", fields, typed)
    write_rows(folder / "peers.csv", ("la_code", "peer_la_code", "from_date"), _peers(practices, first))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A reference file as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _year(month: str) -> int:
    """The calendar year of the 31 March on or after a month."""
    return int(month[:4]) + (int(month[5:]) > 3)


def _populations(practices: Sequence[Practice], months: Sequence[str]) -> list[tuple[str, int, int]]:
    """Residents aged 0 to 17 at each mid-year that a rate for the first to the last month may ask for."""
    first, last = _year(months[0]) - 2, _year(months[-1]) - 1
    return [
        (practice.la_code, year, max(int(practice.population * 1.004 ** (year - last)), 1))
        for practice in practices
        for year in range(first, last + 1)
    ]


def _peers(practices: Sequence[Practice], first: int) -> list[tuple[str, str, str]]:
    """The authorities that come after each in order, the first after the last."""
    codes = [practice.la_code for practice in practices]
    return [
        (code, codes[(place + step) % len(codes)], f"{first}-04-01")
        for place, code in enumerate(codes)
        for step in range(1, min(_PEERS, len(codes) - 1) + 1)
    ]


def _targets(practices: Sequence[Practice], months: Sequence[str], seed: int) -> list[tuple[str, ...]]:
    """England's targets, renewed each April, and a few that authorities set for themselves."""
    rng = np.random.default_rng([seed, ALL_SIZES, 1])
    first, last = _year(months[0]) - 1, _year(months[-1])
    rows: list[tuple[str, ...]] = []
    for year in range(first, last):
        until = "" if year == last - 1 else f"{year + 1}-03-31"
        rows += [("ENG", name, f"{year}-04-01", until, *rest) for name, *rest in _ENGLAND]
    for practice in practices[::4]:
        rows.append(
            (
                practice.la_code,
                "re_referrals_12m_pct",
                f"{first}-04-01",
                "",
                str(rng.integers(16, 25)),
                "",
                "",
            )
        )
        low = int(rng.integers(12, 16))
        limits = (str(low), str(low + int(rng.integers(5, 9))))
        rows.append((practice.la_code, "wf_caseload_avg", f"{first}-04-01", "", "", *limits))
    for practice in practices[1::9]:
        threshold = str(rng.integers(20, 30))
        rows.append((practice.la_code, "wf_caseload_over_threshold", f"{first}-04-01", "", threshold, "", ""))
    return rows
