"""What runs by what happens: a refresh when returns arrive, what follows a release, the end of each run."""

import os
from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.settings import AfterRelease, Arrivals, Settings
from ingest.discovery import raw_folder
from ingest.discovery.raw_folder import RawFolder
from ingest.discovery.returns import sort_files
from ingest.landing.land import pending_months
from ingest.ledger import Ledger, utc_now
from ingest.paths import WarehousePaths
from orchestration.alerts.events import Alert
from orchestration.alerts.tell import tell
from orchestration.alerts.watch import tell_what_stands
from orchestration.defs.jobs import (
    close_job,
    postgres_job,
    refresh_job,
    reopen_job,
    reports_job,
    work_lists_job,
)
from orchestration.defs.upkeep import purge_job
from orchestration.pipeline import outcome_of_failure
from orchestration.resources import Warehouse
from orchestration.runtime.cause import TAG, cause_of
from orchestration.runtime.dagster_home import BY_COMMAND

QUIET_MINUTES = "LINE_OF_SIGHT_QUIET_MINUTES"
PARTITION = "dagster/partition"
OF_MONTHS = [refresh_job, close_job, reopen_job]


def sensors_of(settings: Settings) -> list[dg.SensorDefinition]:
    """Every sensor, on where the settings have it on."""
    asked = settings.schedules
    return [
        new_returns(asked.arrivals),
        after_release("reports", reports_job, asked.reports),
        after_release("work_lists", work_lists_job, asked.work_lists),
        after_release("postgres", postgres_job, asked.postgres),
        refresh_failed,
        refresh_succeeded,
        someone_is_told(settings),
        follow_up_failed(settings),
    ]


def _status(is_enabled: bool) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if is_enabled else dg.DefaultSensorStatus.STOPPED


def new_returns(asked: Arrivals) -> dg.SensorDefinition:
    """The refresh when returns arrive, and again when what made one fail has changed."""

    @dg.sensor(
        name="new_returns",
        job=refresh_job,
        minimum_interval_seconds=asked.every_minutes * 60,
        default_status=_status(asked.enabled),
        description=(
            f"Looks at the raw folder every {asked.every_minutes} minutes; refreshes where files are new or "
            f"changed and none has been touched for {asked.quiet_minutes:g} minutes (settings: schedules: "
            "arrivals), so that a month is read when all of it is there. A refresh that failed is asked for "
            "again when returns, reference files, settings or key have changed, and not before. It never "
            "closes a month: what it publishes is provisional, and stays restricted."
        ),
    )
    def sensor(
        context: dg.SensorEvaluationContext, warehouse: Warehouse
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        places = warehouse.places
        places.sensor_looked.touch()  # whoever watches is told when nobody looks any more
        try:
            found = raw_folder.look(places.raw)
        except NotADirectoryError as error:
            yield dg.SkipReason(str(error))
            return
        cause = cause_of(places, found)
        if cause == context.cursor:
            yield dg.SkipReason("nothing new in the raw folder")
            return
        with warehouse.ledger() as ledger:
            last = ledger.last_refresh()
            has_failed = last is not None and last["outcome"] != "published"
            if has_failed and last is not None and last["cause"] == cause:
                yield dg.SkipReason("the last refresh failed, and nothing that it read has changed since")
                return
            if not (pending_months(found, ledger) or (has_failed and found.months)):
                yield dg.SkipReason("nothing new in the raw folder")
                return
            quiet = float(os.environ.get(QUIET_MINUTES, asked.quiet_minutes))
            minutes = raw_folder.minutes_still(found)
            if minutes < quiet:
                yield dg.SkipReason(
                    f"files are still arriving: one was touched {minutes:.0f} minutes ago; "
                    f"waiting for {quiet:g} quiet minutes"
                )
                return
            if asked.when_complete and (waits := _waits_for(places, found, ledger)):
                yield dg.SkipReason(f"waiting for what is required: {waits}")
                return
        context.update_cursor(cause)
        # the newest month, whichever came late: a run lands every month up to its own
        yield dg.RunRequest(run_key=cause, partition_key=found.months[-1], tags={TAG: cause})

    return sensor


def _waits_for(places: WarehousePaths, found: RawFolder, ledger: Ledger) -> str:
    """Which required returns of the newest month lie nowhere; nothing where files may hold any of them."""
    try:
        policies = read_policies(places.reference)
    except InvalidPolicyError:
        return ""  # the refresh says what is wrong
    newest = found.months[-1]
    sorted_files = sort_files(found, ledger.read_before())
    others = sorted_files.others_by_folder()
    waits = []
    for la_code in sorted({code for month, code in found.folders if month == newest}):
        required = policies.of(la_code).required_returns or ()
        come = {f.return_name for f in sorted_files.files
                if (f.reporting_month, f.la_code) == (newest, la_code)}  # fmt: skip
        come |= {name for name in required if la_code in ledger.accepted(name, newest)}
        if (newest, la_code) not in others and (missing := [n for n in required if n not in come]):
            waits.append(f"{', '.join(missing)} of {la_code} for {newest}")
    return "; ".join(waits)


def after_release(name: str, job: UnresolvedAssetJobDefinition, asked: AfterRelease) -> dg.SensorDefinition:
    """A job after each release, once."""

    @dg.asset_sensor(
        name=f"{name}_after_release",
        asset_key=dg.AssetKey("release"),
        job=job,
        default_status=_status(asked.enabled),
        description=f"Runs the job {job.name} after each release, once (settings: schedules: {name}).",
    )
    def sensor(context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry) -> dg.RunRequest:
        made = asset_event.asset_materialization
        number = made.metadata["release"].value if made else asset_event.run_id
        return dg.RunRequest(run_key=f"release {number}")

    return sensor


def someone_is_told(settings: Settings) -> dg.SensorDefinition:
    """The alerts, to whom the settings name."""

    @dg.sensor(
        name="someone_is_told",
        minimum_interval_seconds=settings.alerts.every_minutes * 60,
        default_status=_status(bool(settings.alerts.recipients)),
        description=(
            "Tells the recipients of the settings (alerts) what failed, what is held, missing, stale or due: "
            "each thing once, counts and names of returns, never a child."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext, warehouse: Warehouse) -> dg.SkipReason:
        sent, waiting = tell_what_stands(warehouse.places, settings)
        return dg.SkipReason(f"{sent} alerts sent, {waiting} not sent")

    return sensor


def follow_up_failed(settings: Settings) -> dg.SensorDefinition:
    """The alert where reports, work lists, a copy or a purge failed: no release says so."""

    @dg.run_failure_sensor(
        name="follow_up_failed",
        monitored_jobs=[reports_job, work_lists_job, postgres_job, purge_job],
        default_status=_status(bool(settings.alerts.recipients)),
        description="Tells the recipients of the settings where what follows a release has failed.",
    )
    def sensor(context: dg.RunFailureSensorContext, warehouse: Warehouse) -> None:
        run = context.dagster_run
        _, reasons = outcome_of_failure(context.get_step_failure_events(), warehouse.places)
        alert = Alert(
            "failed",
            f"{run.job_name.replace('_', ' ')} failed",
            "; ".join(reasons) or "its process ended before it did",
            "mend what that says and launch the job again on the Dagster page",
            run.run_id,
        )
        tell(warehouse.places, settings, [alert])

    return sensor


@dg.run_failure_sensor(
    name="refresh_failed",
    monitored_jobs=OF_MONTHS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Puts the end of a failed refresh on record, with its reasons, which `status` tells.",
)
def refresh_failed(context: dg.RunFailureSensorContext, warehouse: Warehouse) -> None:
    if BY_COMMAND.items() <= context.dagster_run.tags.items():
        return  # it has put its own end on record
    state, reasons = outcome_of_failure(context.get_step_failure_events(), warehouse.places)
    _put_on_record(context, warehouse, state, reasons or ("its process ended before it did",))


@dg.run_status_sensor(
    name="refresh_succeeded",
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=OF_MONTHS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Puts the end of a refresh that published on record.",
)
def refresh_succeeded(context: dg.RunStatusSensorContext, warehouse: Warehouse) -> None:
    if not BY_COMMAND.items() <= context.dagster_run.tags.items():
        _put_on_record(context, warehouse, "published", ())


def _put_on_record(
    context: dg.RunStatusSensorContext, warehouse: Warehouse, state: str, reasons: Sequence[str]
) -> None:
    run = context.dagster_run
    month, cause = run.tags.get(PARTITION), run.tags.get(TAG)
    with warehouse.ledger() as ledger:
        ledger.add_refresh(month, state, "\n".join(reasons) or None, utc_now(), run.run_id, cause)
