"""An authority that sends totals where it sent records."""

import csv
from datetime import date
from pathlib import Path

from tests.oracle.archive import Archive, Reference
from tests.oracle.calendar import last_day, month_number
from tests.oracle.casebook import Casebook
from tests.oracle.indicators import FLOWS
from tests.oracle.law import INDICATORS
from tests.oracle.opinion import Opinion

LEFT_OUT = "2024-07"  # the month of which one share has no total
LEADS = ("strategy_meetings", "cp_plans", "cla_episodes")


def send_totals_for_records(raw: Path, reference: Path, la_code: str, newest: str) -> None:
    """Take strategy meetings out of every folder, plans and care out of the newest, and enter their totals.

    Twelve months of strategy meetings, and of the share that followed an assessment all but one; of the
    newest month what started and ended, and the stocks that this leaves.
    """
    view = month_number(newest)
    archive = Archive(raw)
    kept = Reference(reference, as_at=date.fromordinal(last_day(view)))
    now = Opinion(Casebook(archive, kept, la_code, view))
    before = Opinion(Casebook(archive, kept, la_code, view - 1))
    counted = {
        (name, month): _numbers(now, name, "month", month)
        for month in range(view - 11, view + 1)
        for name in FLOWS
        if _rests_on(name, *(["strategy_meetings"] if month < view else LEADS))
    }
    lines = [
        _line(name, "month", month, *numbers)
        for (name, month), numbers in counted.items()
        if name != "cp_net_change"
        and (name, month) != ("strategy_after_assessment_pct", month_number(LEFT_OUT))
    ]
    for stock, starts, ends in [
        ("cp_open", "cp_started", "cp_ended"),
        ("cla_open", "cla_started", "cla_ceased"),
    ]:
        [was, _] = _numbers(before, stock, "point_in_time", view - 1)
        lines.append(
            _line(stock, "point_in_time", view, was + counted[starts, view][0] - counted[ends, view][0])
        )
    _append(raw / newest / la_code / "indicator_returns.csv", lines)
    for sent in raw.glob(f"*/{la_code}/strategy_meetings.csv"):
        sent.unlink()
    for return_name in LEADS[1:]:
        (raw / newest / la_code / f"{return_name}.csv").unlink()


# A month or a date, of England or one's own, of counts, shares, a median and children once each; added up of
# totals with none missing, and with one; before the history of some, of the newest month, and of one to come.
NAMED = [
    ("ENG", "cp_started", "2024-06"),
    ("ENG", "cp_net_change", "2025-01"),
    ("ENG", "cla_started", "2025-02-14"),
    ("ENG", "assessment_duration_median_wd", "2024-12"),
    ("ENG", "cla_missing_children", "17/11/2024"),
    ("ENG", "missing_3plus_children", "2024-10"),
    ("ENG", "re_referrals_12m_pct", "2024-03"),
    ("ENG", "contacts_received", "2009-01"),
    ("ENG", "rcpc_intime_pct", "2025-03"),
    ("ENG", "s47_started", "2025-06"),
    ("ENG", "wf_starters", "2024-07"),
    ("001", "cp_started", "2025-02"),
    ("002", "strategy_meetings", "2024-05"),
    ("002", "strategy_after_assessment_pct", "2024-06"),
    ("002", "cp_net_change", "2025-03"),
]


def name_months(reference: Path) -> None:
    """Name the months from which the basis since is counted."""
    path = reference / "targets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows += [
        {"la_code": la_code, "indicator_id": indicator, "from_date": "2009-01-02", "since_month": month}
        for la_code, indicator, month in NAMED
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "since_month"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rests_on(indicator_id: str, *returns: str) -> bool:
    indicator = INDICATORS[indicator_id]
    return indicator.lead in returns and not indicator.is_rate


def _numbers(opinion: Opinion, indicator_id: str, basis: str, month: int) -> list:
    [said] = [
        said for _, cell, said in opinion.answers(INDICATORS[indicator_id], basis, month) if cell == "all"
    ]
    return [said.numerator, said.denominator]


def _line(indicator_id: str, basis: str, month: int, numerator: object, denominator: object = None) -> dict:
    return {
        "indicator_id": indicator_id,
        "period_basis": basis,
        "period_end": date.fromordinal(last_day(month)).isoformat(),
        "breakdown": "all",
        "numerator": "" if numerator is None else str(numerator),
        "denominator": "" if denominator is None else str(denominator),
    }


def _append(path: Path, lines: list[dict]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        headers = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, headers, restval="", lineterminator="\n").writerows(lines)
