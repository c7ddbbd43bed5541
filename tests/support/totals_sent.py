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
