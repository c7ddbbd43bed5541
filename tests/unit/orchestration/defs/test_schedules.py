"""What runs by itself: a refresh once the folder is quiet, and a closing where a policy asks for one."""

import os
from datetime import datetime

import dagster as dg
import pytest

from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from orchestration.definitions import defs
from orchestration.defs.schedules import close_by_policy
from orchestration.defs.sensors import QUIET_MINUTES, new_returns
from orchestration.resources import Warehouse
from tests.conftest import Send
from tests.unit.ingest.warehouse.test_months import arrive

POLICY = "default: {set_by: C. Head, close_after_working_days: 10}"


def warehouse(places: WarehousePaths) -> Warehouse:
    return Warehouse(raw=str(places.raw), reference=str(places.reference), release=str(places.release))


def looked(places: WarehousePaths) -> list[dg.RunRequest | dg.SkipReason]:
    context = dg.build_sensor_context(resources={"warehouse": warehouse(places)}, definitions=defs)
    return list(new_returns(context))


def asked(places: WarehousePaths, day: datetime) -> list[dg.RunRequest | dg.SkipReason]:
    context = dg.build_schedule_context(
        resources={"warehouse": warehouse(places)}, scheduled_execution_time=day
    )
    return list(close_by_policy(context))


def test_the_sensor_waits_for_a_quiet_folder(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send("2025-04", "301", "contacts", "cont_contact_id,cont_person_id,cont_contact_date\n1,c1,2025-04-02\n")

    [waits] = looked(places)
    monkeypatch.setenv(QUIET_MINUTES, "0")
    [goes] = looked(places)

    assert isinstance(waits, dg.SkipReason)
    assert (
        waits.skip_message
        == "files are still arriving: one was touched 0 minutes ago; waiting for 10 quiet minutes"
    )
    assert isinstance(goes, dg.RunRequest)
    assert goes.partition_key == "2025-04"


def test_a_file_with_an_old_date_that_has_just_been_copied_is_not_quiet(
    places: WarehousePaths, send: Send
) -> None:
    file = send("2025-04", "301", "contacts", "cont_contact_id\n1\n")
    os.utime(file, (0, 0))

    [waits] = looked(places)

    assert isinstance(waits, dg.SkipReason)


def test_the_schedule_asks_for_a_closing_that_the_job_takes(places: WarehousePaths) -> None:
    (places.reference / "reporting.yml").write_text(POLICY, encoding="utf-8")
    ledger = Ledger(places.ledger)
    arrive(ledger, "2025-03", "contacts")
    ledger.close()

    [early] = asked(places, datetime(2025, 4, 11, 6, 30))
    [due] = asked(places, datetime(2025, 4, 14, 6, 30))

    assert isinstance(early, dg.SkipReason)
    assert isinstance(due, dg.RunRequest)
    closing = due.run_config["ops"]["closings"]["config"]
    assert (closing["month"], closing["by_name"], closing["authorities"]) == ("2025-03", "C. Head", ["301"])
    dg.validate_run_config(defs.resolve_job_def("close_months"), due.run_config)


def test_a_policy_that_makes_no_sense_closes_nothing_and_says_why(places: WarehousePaths) -> None:
    (places.reference / "reporting.yml").write_text("defaults: {}", encoding="utf-8")

    [skipped] = asked(places, datetime(2025, 4, 14, 6, 30))

    assert isinstance(skipped, dg.SkipReason)
    assert "did you mean default?" in (skipped.skip_message or "")
