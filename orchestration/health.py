"""How the month stands, for a monitor: one state, its code, and since when."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingest.contracts.settings import Settings
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from orchestration.alerts.tell import not_sent
from orchestration.partitions import MONTH_FORMAT
from orchestration.runtime.lock import LockHeldError, refresh_lock
from publication.queries import status
from publication.release.pointer import releases

# The worst that holds, as a monitor reads it; the same numbers as of a refresh where they mean the same.
WELL, FAILED, HELD, STALE, NOTHING = 0, 3, 4, 5, 6
STATES = {WELL: "well", FAILED: "failed", HELD: "held or missing", STALE: "stale", NOTHING: "no release"}


def standing(places: WarehousePaths, settings: Settings, now: datetime | None = None) -> dict[str, Any]:
    """What `status` says, with its health and the alerts that nobody has received."""
    said = status(places)
    said["health"] = health(places, settings, said, now)
    said["alerts_not_sent"] = not_sent(places)
    return said


def health(
    places: WarehousePaths, settings: Settings, said: Mapping[str, Any], now: datetime | None = None
) -> dict[str, Any]:
    """The state of a warehouse, from what `status` says of it. Counts and names of returns, and no child."""
    now = now or datetime.now(UTC)
    released, failure = _of_ledger(places)
    last = said["last_refresh"] or {}
    missing = sum(len(one["returns"]) for one in said["missing"])
    held = sum(one["figure_count"] for one in said["held"])
    due = due_month(now.date(), settings.schedules.refresh.day)
    release = said["release"]
    is_stale = release is not None and release["view_month"] < due
    has_failed = bool(last) and last["outcome"] not in ("published", "stopped")
    code = (
        NOTHING if release is None
        else FAILED if has_failed
        else STALE if is_stale
        else HELD if held or missing
        else WELL
    )  # fmt: skip
    return {
        "state": STATES[code],
        "exit_code": code,
        "is_running": _is_running(places),
        "run_id": last.get("run_id"),
        "published_at": released,
        "age_days": (now - datetime.fromisoformat(released)).days if released else None,
        "due_month": due,
        "is_stale": is_stale,
        "held_figures": held,
        "missing_returns": missing,
        "last_failure": failure,
    }


def due_month(today: date, day: int) -> str:
    """The newest month that should have been released: the one before, from the day of the refresh on."""
    end = today.replace(day=1) - timedelta(days=1)
    if today.day <= day:  # the day itself is still to run
        end = end.replace(day=1) - timedelta(days=1)
    return end.strftime(MONTH_FORMAT)


def _of_ledger(places: WarehousePaths) -> tuple[str | None, dict[str, Any] | None]:
    """When the current release was published, and the newest refresh that did not publish."""
    if not places.ledger.exists():
        return None, None
    with closing(Ledger(places.ledger)) as ledger:
        current = next((one for one in releases(places, ledger) if one.is_current), None)
        refreshes = ledger.table("refreshes").to_pylist()
    failed = [one for one in refreshes if one["outcome"] in ("withheld", "broken", "failed")]
    return current.published_at if current else None, failed[-1] if failed else None


def _is_running(places: WarehousePaths) -> bool:
    if not places.lock.exists():
        return False
    try:
        with refresh_lock(places):
            return False
    except LockHeldError:
        return True
