"""What runs by itself: a refresh once the folder is quiet, and a closing where a policy asks for one."""

import os
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from ingest.contracts.settings import FILE, VARIABLE, Arrivals, MonthEndSchedule, MonthlyRefresh, Settings
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from orchestration.definitions import defs
from orchestration.defs.jobs import refresh_job, reports_job
from orchestration.defs.schedules import close_by_policy, monthly_refresh, schedules_of
from orchestration.defs.sensors import (
    QUIET_MINUTES,
    after_release,
    follow_up_failed,
    new_returns,
    refresh_failed,
    refresh_succeeded,
    sensors_of,
)
from orchestration.resources import Warehouse
from orchestration.runtime.cause import TAG
from orchestration.runtime.dagster_home import BY_COMMAND
from tests.conftest import Send
from tests.unit.ingest.warehouse.test_months import arrive

ARRIVALS = Arrivals()
AT_ONCE = Arrivals(quiet_minutes=0)
POLICY = "default: {set_by: C. Head, close_after_working_days: 10}"


def warehouse(places: WarehousePaths) -> Warehouse:
    return Warehouse(raw=str(places.raw), reference=str(places.reference), release=str(places.release))


def looked(
    places: WarehousePaths, asked: Arrivals = ARRIVALS, cursor: str | None = None
) -> list[dg.RunRequest | dg.SkipReason]:
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, resources={"warehouse": warehouse(places)}, definitions=defs, cursor=cursor
        )
        return list(new_returns(asked)(context))


def asked(places: WarehousePaths, day: datetime) -> list[dg.RunRequest | dg.SkipReason]:
    context = dg.build_schedule_context(
        resources={"warehouse": warehouse(places)}, scheduled_execution_time=day
    )
    return list(close_by_policy(MonthEndSchedule())(context))


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


def test_everything_is_off_until_the_settings_have_it_on() -> None:
    off = schedules_of(Settings())
    on = schedules_of(
        Settings.model_validate(
            {
                "month_end": {"set_by": "A", "close_after_working_days": 3},
                "schedules": {
                    "refresh": {"enabled": True, "day": 7, "at": "05:15"},
                    "close": {"enabled": True, "at": "22:00"},
                    "purge": {"enabled": True},
                },
            }
        )
    )

    assert {one.default_status for one in off} == {dg.DefaultScheduleStatus.STOPPED}
    assert {one.default_status for one in on} == {dg.DefaultScheduleStatus.RUNNING}
    assert [one.cron_schedule for one in on] == ["15 5 7 * *", "0 22 * * *", "0 20 1 * *"]


def test_sensors_are_on_where_the_settings_have_them_on_and_the_record_is_kept_always() -> None:
    asked = {"arrivals": {"enabled": True, "every_minutes": 2}, "work_lists": {"enabled": True}}
    made = {one.name: one for one in sensors_of(Settings.model_validate({"schedules": asked}))}
    running = {n for n, one in made.items() if one.default_status == dg.DefaultSensorStatus.RUNNING}

    assert running == {"new_returns", "work_lists_after_release", "refresh_failed", "refresh_succeeded"}
    assert made["new_returns"].minimum_interval_seconds == 120


def month_before(
    places: WarehousePaths, instance: dg.DagsterInstance | None = None
) -> dg.RunRequest | dg.SkipReason:
    """What the schedule asks for on 5 May."""
    with (
        nullcontext(instance) if instance else dg.instance_for_test() as instance,
        dg.build_schedule_context(
            instance=instance,
            resources={"warehouse": warehouse(places)},
            scheduled_execution_time=datetime(2025, 5, 5, 6),
        ) as context,
    ):
        return monthly_refresh(MonthlyRefresh())(context)


def test_the_schedule_asks_for_the_month_before_once(places: WarehousePaths, send: Send) -> None:
    nothing = month_before(places)
    send("2025-04", "301", "contacts", "cont_contact_id\n1\n")
    request = month_before(places)

    assert isinstance(nothing, dg.SkipReason) and "nothing of 2025-04 has come" in str(nothing.skip_message)
    assert isinstance(request, dg.RunRequest)
    assert (request.partition_key, request.run_key) == ("2025-04", "2025-04")


def test_the_schedule_does_not_ask_for_what_arrivals_have_had_released(
    places: WarehousePaths, send: Send
) -> None:
    file = send("2025-04", "301", "contacts", "cont_contact_id\n1\n")
    [arrived] = looked(places, AT_ONCE)
    assert isinstance(arrived, dg.RunRequest)
    ledger = Ledger(places.ledger)
    ledger.add_refresh("2025-04", "published", None, "2025-05-04T06:00:00+00:00", "run", arrived.tags[TAG])
    ledger.close()

    released = month_before(places)
    file.write_text("cont_contact_id\n1\n2\n", encoding="utf-8")

    assert isinstance(released, dg.SkipReason)
    assert isinstance(month_before(places), dg.RunRequest)


def test_a_schedule_that_was_missed_and_an_arrival_ask_for_one_run_and_not_two(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-04", "301", "contacts", "cont_contact_id\n1\n")

    @dg.job(name=refresh_job.name)
    def refresh() -> None: ...

    with dg.instance_for_test() as instance:
        [arrived] = looked(places, AT_ONCE)
        assert isinstance(arrived, dg.RunRequest)
        tags = {"dagster/partition": "2025-04", **arrived.tags}
        refresh.execute_in_process(instance=instance, tags=tags)

        assert isinstance(month_before(places, instance), dg.SkipReason)


def fail(places: WarehousePaths, cause: str | None) -> None:
    ledger = Ledger(places.ledger)
    ledger.add_refresh("2025-04", "withheld", "a reason", "2025-05-05T06:00:00+00:00", "run-1", cause)
    ledger.close()


def test_a_refresh_that_failed_is_asked_again_when_its_cause_has_changed_and_not_before(
    places: WarehousePaths, send: Send
) -> None:
    file = send("2025-04", "301", "contacts", "cont_contact_id\n1\n")
    [first] = looked(places, AT_ONCE)
    assert isinstance(first, dg.RunRequest)
    fail(places, first.tags[TAG])

    [as_it_was] = looked(places, AT_ONCE)
    (places.reference / "reporting.yml").write_text(POLICY, encoding="utf-8")
    [mended_beside] = looked(places, AT_ONCE, cursor=first.run_key)
    file.write_text("cont_contact_id\n1\n2\n", encoding="utf-8")
    [mended_itself] = looked(places, AT_ONCE, cursor=first.run_key)

    assert isinstance(as_it_was, dg.SkipReason)
    assert as_it_was.skip_message == "the last refresh failed, and nothing that it read has changed since"
    assert isinstance(mended_beside, dg.RunRequest) and isinstance(mended_itself, dg.RunRequest)
    assert len({first.run_key, mended_beside.run_key, mended_itself.run_key}) == 3


def test_the_sensor_may_wait_for_what_is_required(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = places.raw.parent / FILE
    settings.write_text("authority: '301'\nrequired_returns: [contacts, cp_plans]\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(settings))
    asked = Arrivals(quiet_minutes=0, when_complete=True)
    send("2025-04", "301", "contacts", "cont_contact_id,cont_person_id,cont_contact_date\n1,c1,2025-04-02\n")

    [waits] = looked(places, asked)
    send("2025-04", "301", "cp_plans", "cppl_cp_plan_id,cppl_person_id\n1,c1\n")
    [goes] = looked(places, asked)

    assert isinstance(waits, dg.SkipReason)
    assert waits.skip_message == "waiting for what is required: cp_plans of 301 for 2025-04"
    assert isinstance(goes, dg.RunRequest)


def test_what_follows_a_release_follows_it_once(places: WarehousePaths) -> None:
    @dg.asset(key="release")
    def release() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"release": 7})

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([release], instance=instance)
        sensor = after_release("reports", reports_job, Settings().schedules.reports)
        context = dg.build_sensor_context(instance=instance, definitions=defs, sensor_name=sensor.name)
        [request] = sensor.evaluate_tick(context).run_requests or []
        again = dg.build_sensor_context(
            instance=instance, definitions=defs, sensor_name=sensor.name, cursor=context.cursor
        )
        none = sensor.evaluate_tick(again).run_requests

    assert request.run_key == "release 7"
    assert not none


def ended(places: WarehousePaths, is_good: bool, tags: dict[str, str]) -> list[dict]:
    """What the ledger says after a run that Dagster, or a command, started."""

    @dg.op
    def release() -> None:
        if not is_good:
            raise dg.Failure("withheld: no verdict was reached. Release none stays current.")

    @dg.job(name=refresh_job.name)
    def refresh() -> None:
        release()

    with dg.DagsterInstance.ephemeral() as instance:
        run = refresh.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        event = run.get_run_success_event() if is_good else run.get_run_failure_event()
        sensor, status = (refresh_succeeded, None) if is_good else (refresh_failed, None)
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_instance=instance,
            dagster_run=run.dagster_run,
            dagster_event=event,
            resources={"warehouse": warehouse(places)},
        )
        sensor(context if is_good else context.for_run_failure())
    ledger = Ledger(places.ledger)
    try:
        return ledger.table("refreshes").to_pylist()
    finally:
        ledger.close()


def test_the_end_of_each_run_of_dagsters_is_on_record_with_its_reasons(places: WarehousePaths) -> None:
    tags = {"dagster/partition": "2025-04", TAG: "abc"}

    [failed] = ended(places, False, tags)
    *_, published = ended(places, True, tags)

    assert (failed["view_month"], failed["outcome"], failed["cause"]) == ("2025-04", "withheld", "abc")
    assert failed["reasons"].startswith("release: withheld: no verdict was reached")
    assert failed["run_id"]
    assert published["outcome"] == "published"


def test_a_follow_up_that_failed_is_told(places: WarehousePaths, tmp_path: Path) -> None:
    recipient = {"name": "log", "by": "file", "path": str(tmp_path / "alerts.jsonl")}
    sensor = follow_up_failed(Settings.model_validate({"alerts": {"recipients": [recipient]}}))

    @dg.op
    def performance_reports() -> None:
        raise dg.Failure("the release has no month to report")

    @dg.job
    def reports() -> None:
        performance_reports()

    with dg.DagsterInstance.ephemeral() as instance:
        run = reports.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_instance=instance,
            dagster_run=run.dagster_run,
            dagster_event=run.get_run_failure_event(),
            resources={"warehouse": warehouse(places)},
        )
        sensor(context.for_run_failure())

    said = (tmp_path / "alerts.jsonl").read_text(encoding="utf-8")
    assert "reports failed" in said and "the release has no month to report" in said


def test_a_command_has_put_its_own_end_on_record(places: WarehousePaths) -> None:
    assert ended(places, True, BY_COMMAND) == ended(places, False, BY_COMMAND) == []
