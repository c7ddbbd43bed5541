"""Tell each person what they asked to be told, once; what could not be sent is kept, tried again and shown.

What was sent stands in the restricted zone. It is written down before it is sent: a process that is killed
while it sends leaves `sending`, which is shown and not sent again, for nobody is told twice.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from filelock import FileLock, Timeout

from ingest.contracts.settings import Mail, Recipient, Settings
from ingest.files import new_file
from ingest.paths import WarehousePaths
from orchestration.alerts.channels import NotSentError, send
from orchestration.alerts.events import Alert

FIRST_WAIT = timedelta(minutes=5)  # doubled with each try
LONGEST_WAIT = timedelta(days=1)
MOST_KEPT = 5000

Sender = Callable[[Alert, Recipient, Mail], None]
Record = dict[str, dict[str, Any]]


def tell(
    places: WarehousePaths,
    settings: Settings,
    alerts: Sequence[Alert],
    now: datetime | None = None,
    by: Sender = send,
) -> int:
    """Send what has not been sent, and say how many were. Another process that is telling goes first."""
    now = now or datetime.now(UTC)
    lock = FileLock(places.alerts.with_suffix(".lock"), timeout=0)
    try:
        with lock:
            return _tell(places, settings, alerts, now, by)
    except Timeout:
        return 0


def not_sent(places: WarehousePaths) -> list[dict[str, Any]]:
    """The alerts that nobody has received, or of which it is not known: to whom, of what, and why."""
    return [one for one in read(places).values() if one["state"] != "sent"]


def read(places: WarehousePaths) -> Record:
    """What has been told so far."""
    if not places.alerts.exists():
        return {}
    found: Record = json.loads(places.alerts.read_text(encoding="utf-8"))
    return found


def _tell(
    places: WarehousePaths, settings: Settings, alerts: Sequence[Alert], now: datetime, by: Sender
) -> int:
    told, sent = read(places), 0
    waiting = [_again(one) for one in told.values() if one["state"] == "waiting"]
    for alert in dict.fromkeys([*alerts, *waiting]):  # what passed meanwhile is still told
        for to in settings.alerts.recipients:
            if to.events and alert.event not in to.events:
                continue
            key = f"{alert.id} {to.name}"
            before = told.get(key, {"tries": 0, "state": "new"})
            if not _is_due(before, now):
                continue
            told[key] = {
                "recipient": to.name, **asdict(alert),
                "tries": before["tries"] + 1, "at": now.isoformat(timespec="seconds"),
                "state": "sending", "why": "the process ended while it was sent; it may have arrived",
            }  # fmt: skip
            _write(places, told)
            try:
                by(alert, to, settings.alerts.mail)
            except NotSentError as error:
                told[key] |= {"state": "refused" if error.is_final else "waiting", "why": str(error)}
            else:
                told[key] |= {"state": "sent", "why": ""}
                sent += 1
            _write(places, told)
    return sent


def _again(record: Mapping[str, Any]) -> Alert:
    """The alert that a record is of."""
    return Alert(**{one.name: record[one.name] for one in fields(Alert)})


def _is_due(before: Mapping[str, Any], now: datetime) -> bool:
    if before["state"] == "new":
        return True
    if before["state"] != "waiting":
        return False
    wait = min(FIRST_WAIT * 2 ** (before["tries"] - 1), LONGEST_WAIT)
    return now >= datetime.fromisoformat(before["at"]) + wait


def _write(places: WarehousePaths, told: Record) -> None:
    newest = dict(list(told.items())[-MOST_KEPT:])
    with new_file(places.alerts, mode=0o600) as aside:
        aside.write_text(json.dumps(newest, indent=1), encoding="utf-8")
