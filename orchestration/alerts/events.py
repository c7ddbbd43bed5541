"""What is worth telling, from what `status` says: counts, names of returns and the next move."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.settings import Settings
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.warehouse import months
from orchestration.runtime.outcome import counted
from publication.queries import held_figures

LEAST_QUIET_MINUTES = 60  # a machine may be asleep at lunch
LOOKS_MISSED = 3
BY_SUBJECT = ("missing", "stale")  # one thing until its subject changes, whatever else has come meanwhile


@dataclass(frozen=True)
class Alert:
    """One thing to tell. Its id is of what happened: the same is told once, whatever the hour."""

    event: str
    subject: str
    sentence: str
    next_move: str
    run_id: str | None = None

    @property
    def id(self) -> str:
        is_by_subject = self.event in BY_SUBJECT
        said = "\n".join((self.event, self.subject, "" if is_by_subject else self.sentence))
        return f"{self.event}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def title(self) -> str:
        return f"Line of Sight: {self.subject}"

    @property
    def lines(self) -> list[str]:
        run = [f"Run {self.run_id} on the Dagster page."] if self.run_id else []
        return [self.sentence, f"Next: {self.next_move}", *run]


def alerts_of(
    places: WarehousePaths, settings: Settings, said: Mapping[str, Any], today: date
) -> list[Alert]:
    """Everything that holds now. `said` is what `status` says, its health with it."""
    return [
        *_failed(said),
        *_held(said),
        *_missing(settings, said, today),
        *_stale(said),
        *_closing_due(places, settings, today),
        *_quiet(places, settings),
    ]


def _failed(said: Mapping[str, Any]) -> Iterator[Alert]:
    last = said["last_refresh"]
    if last and last["outcome"] not in ("published", "stopped"):
        reasons = (last["reasons"] or "the reason is on the Dagster page").replace("\n", "; ")
        yield Alert(
            "failed",
            f"the refresh of {last['view_month'] or 'no month'} was not published",
            f"It ended as {last['outcome']} at {last['at']}: {reasons}",
            "mend what that says and refresh again; readers keep the last release",
            last.get("run_id"),
        )


def _held(said: Mapping[str, Any]) -> Iterator[Alert]:
    for la_code in dict.fromkeys(one["la_code"] for one in said["held"]):
        of_it = [one for one in said["held"] if one["la_code"] == la_code]
        yield Alert(
            "held",
            f"figures of authority {la_code} are held",
            f"{counted(sum(one['figure_count'] for one in of_it), 'figure')} held: "
            + "; ".join(f"{one['figure_count']} as {one['ground_sentence']}" for one in of_it),
            f"{of_it[0]['suggested_action']}; row by row: the error report of {la_code}",
        )


def _missing(settings: Settings, said: Mapping[str, Any], today: date) -> Iterator[Alert]:
    due = said["health"]["due_month"]
    if said["month"] is None or (said["month"] > due and today.day <= settings.schedules.refresh.day):
        return  # its day has not come
    if said["month"] < due:
        if due in said["waiting"]:
            return  # it lies there and has not been read: that is late, and not missing
        yield Alert(
            "missing",
            f"nothing of {due} has come",
            f"The newest month that has come is {said['month']}.",
            f"put the returns of {due} in the raw folder, or ask whoever sends them",
        )
        return
    for one in said["missing"]:
        names = one["returns"]
        yield Alert(
            "missing",
            f"{counted(len(names), 'return')} of authority {one['la_code']} missing for {said['month']}",
            f"Not come: {', '.join(names)}.",
            "ask whoever sends them; until they come their figures say not submitted",
        )


def _stale(said: Mapping[str, Any]) -> Iterator[Alert]:
    stands = said["health"]
    if stands["is_stale"]:
        yield Alert(
            "stale",
            f"{stands['due_month']} has not been released",
            f"The current release reports {said['release']['view_month']}.",
            "see `line-of-sight status`, and whether the service is up: `line-of-sight doctor`",
        )


def _closing_due(places: WarehousePaths, settings: Settings, today: date) -> Iterator[Alert]:
    if not places.ledger.exists():
        return
    try:
        with closing(Ledger(places.ledger)) as ledger:
            decisions, waiting = months.due(
                ledger, read_policies(places.reference), today, held_figures(places)
            )
    except InvalidPolicyError:
        return  # `doctor`, and the next refresh, say so
    for sentence in waiting:
        yield Alert("closing_due", "a month is due to be closed and waits", f"{sentence}.",
                    "see to what it waits for, or close it incomplete with a reason")  # fmt: skip
    if settings.schedules.close.enabled:
        return
    for one in decisions:
        yield Alert(
            "closing_due",
            f"{one.months[0]} is due to be closed",
            f"Everything required has come, of {', '.join(one.la_codes)}.",
            f'look at the figures, then line-of-sight close {one.months[0]} --by "A. Name"',
        )


def _quiet(places: WarehousePaths, settings: Settings) -> Iterator[Alert]:
    asked = settings.schedules.arrivals
    if not asked.enabled or not places.sensor_looked.exists():
        return
    looked = places.sensor_looked.stat().st_mtime
    if time.time() - looked > 60 * max(LEAST_QUIET_MINUTES, LOOKS_MISSED * asked.every_minutes):
        yield Alert(
            "quiet",
            "nobody looks for new returns",
            f"The sensor last looked at {time.strftime('%Y-%m-%d %H:%M', time.gmtime(looked))} UTC.",
            "start the service again: `line-of-sight ui`, or systemctl restart line-of-sight",
        )
