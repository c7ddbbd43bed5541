"""How the month stands, for a monitor: the worst that holds, and since when."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingest.contracts.settings import Settings
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from orchestration.health import due_month, health

NOW = datetime(2025, 5, 20, 9, tzinfo=UTC)


def said(**changed: Any) -> dict[str, Any]:
    """What `status` says of a warehouse in which all is well."""
    return {
        "release": {"view_month": "2025-04"},
        "last_refresh": {"outcome": "published", "run_id": "run-1"},
        "missing": [],
        "held": [],
    } | changed


@pytest.mark.parametrize(
    ("changed", "state", "code"),
    [
        ({}, "well", 0),
        ({"missing": [{"returns": ["contacts", "persons"]}]}, "held or missing", 4),
        ({"held": [{"figure_count": 3}]}, "held or missing", 4),
        ({"release": {"view_month": "2025-03"}}, "stale", 5),
        (
            {"last_refresh": {"outcome": "broken", "run_id": "r"}, "held": [{"figure_count": 3}]},
            "failed",
            3,
        ),
        ({"last_refresh": {"outcome": "stopped", "run_id": None}}, "well", 0),
        ({"release": None, "last_refresh": None}, "no release", 6),
    ],
)
def test_the_worst_that_holds_is_the_state(
    places: WarehousePaths, changed: dict[str, Any], state: str, code: int
) -> None:
    found = health(places, Settings(), said(**changed), NOW)

    assert (found["state"], found["exit_code"]) == (state, code)


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2025, 5, 20), "2025-04"),
        (date(2025, 5, 6), "2025-04"),
        (date(2025, 5, 5), "2025-03"),
        (date(2025, 1, 2), "2024-11"),
    ],
)
def test_a_month_is_due_once_the_day_of_its_refresh_has_passed(today: date, month: str) -> None:
    assert due_month(today, 5) == month


def test_the_newest_failure_stays_known_after_a_refresh_that_published(places: WarehousePaths) -> None:
    ledger = Ledger(places.ledger)
    ledger.add_refresh("2025-03", "withheld", "a reason", "2025-04-05T06:00:00+00:00", "run-0")
    ledger.add_refresh("2025-04", "published", None, "2025-05-05T06:00:00+00:00", "run-1")
    ledger.add_refresh("2025-04", "published", None, "2025-05-05T06:00:00+00:00", "run-1")
    ended = len(ledger.table("refreshes"))
    ledger.close()

    found = health(places, Settings(), said(), NOW)

    assert found["last_failure"]["run_id"] == "run-0"
    assert found["run_id"] == "run-1"
    assert ended == 2  # a run ends once
