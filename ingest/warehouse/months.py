"""The state of each month, and the events that change it: closings and reopenings (month_states.sql)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ingest.contracts.reporting_policy import Policies
from ingest.contracts.working_days import calendar
from ingest.discovery.raw_folder import MONTH
from ingest.ledger import Ledger, MonthEvent, utc_now

STATES_SQL = (Path(__file__).parent / "month_states.sql").read_text(encoding="utf-8")
STATES = {
    "collecting": "still being collected",
    "provisional": "provisional",
    "final": "final",
    "reopened": "opened again",
    "history": "worked out from history",
}
AT_MOST = 6  # authorities named in a sentence


class DecisionRefusedError(Exception):
    """A month cannot be closed, or opened again, as asked. The message says why, and what can be done."""


@dataclass(frozen=True)
class Decision:
    """A named person's word, or a policy's, that months of some authorities are closed or opened again."""

    months: tuple[str, ...]
    by_name: str
    la_codes: tuple[str, ...] = ()  # to close: every one that is not final where none is named
    reason: str | None = None
    is_incomplete: bool = False
    policy: str | None = None


def months_in(words: str) -> tuple[str, ...]:
    """The months of 2025-03, or of 2024-10..2025-03, the oldest first. Raises DecisionRefusedError."""
    first, _, last = words.strip().partition("..")
    last = last or first
    if not (MONTH.fullmatch(first) and MONTH.fullmatch(last) and first <= last):
        raise DecisionRefusedError(
            f"{words} is not a month; write it as 2025-03, or from the first to the last as 2024-10..2025-03"
        )
    count = [int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last)]
    return tuple(f"{n // 12}-{n % 12 + 1:02d}" for n in range(count[0], count[1] + 1))


def work_out_states(
    db: duckdb.DuckDBPyConnection, ledger: Ledger, policies: Policies, newest: str | None = None
) -> None:
    """Make the temporary tables months_expected, required_returns and month_states.

    They go up to `newest`, or to the newest month there is.
    """
    for name in ("receipts", "folders", "month_events"):
        db.register(name, ledger.table(name))
    codes = [code for (code,) in db.sql("select distinct la_code from folders order by 1").fetchall()]
    required = [policies.of(code).required_returns for code in codes]
    history = [policies.of(code).history_from for code in codes]
    db.register(
        "policies",
        pa.table(
            {
                "la_code": pa.array(codes, pa.string()),
                "required": pa.array(required, pa.list_(pa.string())),
                "history_from": pa.array(history, pa.string()),
            }
        ),
    )
    if newest is None:
        [(newest,)] = db.sql("select max(reporting_month) from folders").fetchall()
    for statement in db.extract_statements(STATES_SQL):
        db.execute(statement, {"newest": newest or ""} if statement.named_parameters else None)


def states(ledger: Ledger, policies: Policies, months: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Every month of every authority that owes one, or those months alone; see month_states.sql."""
    with duckdb.connect() as db:
        work_out_states(db, ledger, policies)
        found = db.sql("from month_states order by reporting_month, la_code").to_arrow_table().to_pylist()
    return [row for row in found if months is None or row["reporting_month"] in months]


def close(ledger: Ledger, policies: Policies, asked: Decision) -> list[MonthEvent]:
    """The closings that a decision comes to, oldest month first.

    Raises DecisionRefusedError; puts nothing on record.
    """
    known = _known(ledger, policies, asked)
    _named(asked)
    if asked.is_incomplete and not asked.reason:
        raise DecisionRefusedError("a month that is closed incomplete needs a reason: give --reason")
    if worked_out := [row for row in known if row["month_state"] == "history"]:
        raise DecisionRefusedError(
            _each(worked_out, lambda _: "is worked out from history")
            + "; nothing was received for it, so there is nothing to close"
        )
    final = [row for row in known if row["month_state"] == "final"]
    chosen = [row for row in known if row["month_state"] != "final"]
    if final and (asked.la_codes or not chosen):
        raise DecisionRefusedError(
            _each(final, lambda row: f"is closed already, on {row['closed_on']} by {row['closed_by']}")
            + "; to change it, open it again first: line-of-sight reopen"
        )
    unread = [row for row in chosen if not row["returns_arrived"]]
    collecting = [row for row in chosen if row["missing_returns"] or not row["returns_arrived"]]
    if collecting and not asked.is_incomplete:
        raise DecisionRefusedError(
            _each(collecting, lambda row: f"is still being collected: {_missing(row)}")
            + "; wait for what is missing, or close without it: --incomplete and --reason"
        )
    if unread and len(unread) == len(chosen):
        raise DecisionRefusedError(
            _each(unread, lambda row: "has nothing that was accepted, so there is nothing to close")
            + "; put its returns in the raw folder and run line-of-sight refresh"
        )
    return _events(ledger, asked, "closed", chosen)


def reopen(ledger: Ledger, policies: Policies, asked: Decision) -> list[MonthEvent]:
    """The reopenings that a decision comes to. Raises DecisionRefusedError; puts nothing on record."""
    known = _known(ledger, policies, asked)
    _named(asked)
    if not asked.reason:
        raise DecisionRefusedError("opening a month again needs a reason: give --reason")
    if not asked.la_codes:
        raise DecisionRefusedError("say whose month is opened again: give --authority")
    others = [row for row in known if row["month_state"] != "final"]
    if others:
        raise DecisionRefusedError(
            _each(others, lambda row: f"is {row['month_state']}, not closed")
            + ", so there is nothing to open again"
        )
    return _events(ledger, asked, "reopened", known)


def due(
    ledger: Ledger, policies: Policies, today: date, held: Mapping[tuple[str, str], int]
) -> tuple[list[Decision], list[str]]:
    """The closings that policies ask for by a day, and in words what they wait for.

    `held` has how many figures of a (authority, month) are held. A month that was opened again is closed by a
    person alone.
    """
    asked: dict[tuple[str, str, str], list[str]] = {}
    waiting: list[str] = []
    for row in states(ledger, policies):
        policy = policies.of(row["la_code"])
        is_open = row["month_state"] in ("collecting", "provisional")
        if policy.close_after_working_days is None or not is_open:
            continue
        if today < _due_on(row["period_end"], policy.close_after_working_days, policy.closed_days):
            continue
        what = f"{row['reporting_month']} of {row['la_code']}"
        count = held.get((row["la_code"], row["reporting_month"]), 0)
        if row["month_state"] == "collecting":
            waiting.append(f"{what} is due to be closed and still being collected: {_missing(row)}")
        elif count and not policy.held_figures_may_stand:
            waiting.append(f"{what} is due to be closed and has {count} held figures")
        else:
            key = (row["reporting_month"], policy.set_by or "", policy.lines or "")
            asked.setdefault(key, []).append(row["la_code"])
    return [
        Decision((month,), by_name, tuple(la_codes), policy=lines)
        for (month, by_name, lines), la_codes in sorted(asked.items())
    ], waiting


def in_words(row: Mapping[str, Any]) -> str:
    """The state of a month as a councillor understands it; a row of fct_month_status, without its month."""
    if row["month_state"] == "collecting":
        return f"Still being collected: {_missing(row)}. Figures will change."
    if row["month_state"] == "history":
        return (
            "Worked out from what later returns hold of it: nothing was received for it by itself, and it "
            "was never published before. Figures may change with each return."
        )
    if row["month_state"] == "provisional":
        return (
            "Provisional: every return that is needed has come, and the month is not yet closed. "
            "Figures may change."
        )
    if row["month_state"] == "reopened":
        return (
            f"Opened again on {_day(row['reopened_on'])} by {row['reopened_by']}: {row['reopening_reason']}. "
            "Figures may change; those first published stand beside them."
        )
    said = f"Final: closed on {_day(row['closed_on'])} by {row['closed_by']}"
    if row["is_closed_incomplete"]:
        said += f", although not everything had come: {row['closing_reason']}"
    late = f" Sent after the closing: {row['late_returns']}." if row["late_returns"] else ""
    return f"{said}.{late}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _missing(row: Mapping[str, Any]) -> str:
    names = (row["missing_returns"] or "").split(", ") if row["missing_returns"] else []
    if not row["returns_arrived"]:
        return "nothing has come"
    shown = ", ".join(names[:AT_MOST]) + (f" and {len(names) - AT_MOST} more" if len(names) > AT_MOST else "")
    have = "has" if len(names) == 1 else "have"
    return f"{len(names)} of {row['returns_required']} returns {have} not come ({shown})"


def _each(rows: Sequence[Mapping[str, Any]], say: Callable[[Mapping[str, Any]], str]) -> str:
    said = "; ".join(f"{row['reporting_month']} of {row['la_code']} {say(row)}" for row in rows[:AT_MOST])
    return said + (f"; and {len(rows) - AT_MOST} more" if len(rows) > AT_MOST else "")


def _known(ledger: Ledger, policies: Policies, asked: Decision) -> list[dict[str, Any]]:
    """The rows that a decision is about.

    Raises DecisionRefusedError where a month or an authority is unknown.
    """
    known = states(ledger, policies, asked.months)
    for month in asked.months:
        codes = {row["la_code"] for row in known if row["reporting_month"] == month}
        if not codes:
            raise DecisionRefusedError(
                f"nothing of {month} has been received; put its returns in the raw folder and run "
                "line-of-sight refresh"
            )
        for code in asked.la_codes:
            if code not in codes:
                raise DecisionRefusedError(
                    f"authority {code} owes nothing for {month}; "
                    f"those that do: {', '.join(sorted(codes)[:AT_MOST])}"
                    + (" and others" if len(codes) > AT_MOST else "")
                )
    return [row for row in known if not asked.la_codes or row["la_code"] in asked.la_codes]


def _named(asked: Decision) -> None:
    if not asked.by_name.strip():
        raise DecisionRefusedError("say who decides: give --by with a person's name")


def _events(
    ledger: Ledger, asked: Decision, event: str, rows: Iterable[Mapping[str, Any]]
) -> list[MonthEvent]:
    stands_on, now = ledger.last_receipt_id(), utc_now()
    return [
        MonthEvent(
            la_code=row["la_code"],
            reporting_month=row["reporting_month"],
            event=event,
            by_name=asked.by_name.strip(),
            reason=asked.reason,
            policy=asked.policy,
            is_incomplete=event == "closed" and bool(row["missing_returns"] or not row["returns_arrived"]),
            last_receipt_id=stands_on,
            at=now,
        )
        for row in rows
    ]


def _due_on(period_end: date, count: int, closed_days: Sequence[date]) -> date:
    """The working day that many after a month's end; the days on which offices are closed do not count."""
    days = calendar()
    dates = days.column("calendar_date").to_numpy()
    closed = np.isin(dates, np.array(closed_days, dtype="datetime64[D]"))
    numbers = np.cumsum(days.column("is_working_day").to_numpy() & ~closed)
    start = int(np.searchsorted(dates, np.datetime64(period_end)))
    return dates[int(np.searchsorted(numbers, numbers[start] + count))].astype(object)
