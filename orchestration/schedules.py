"""When a refresh runs by itself: on a morning each month, and when new returns arrive."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from ingest import raw_folder
from ingest.land import pending_months
from orchestration import stages
from orchestration.partitions import MONTH_FORMAT, reporting_months
from orchestration.resources import Warehouse

REPORTS = dg.AssetSelection.assets("performance_reports")

refresh_job = dg.define_asset_job(
    "refresh",
    # the reports take seconds an authority, and are wanted once a month: they have a job of their own
    selection=(dg.AssetSelection.all() - REPORTS) | dg.AssetSelection.all_asset_checks(),
    partitions_def=reporting_months,
    description=(
        "From raw returns to a published release. **Materialize all**, choose the month to report, and "
        "launch: what is new of that month and of earlier ones is landed, every figure worked out, and the "
        "release made current if the quality gate lets it. From left to right:\n\n"
        f"{stages.in_words()}\n\n"
        "A withheld release says why on the run, on the asset `release` and on the check `fit_to_publish` "
        "of `fct_indicator_values`; the last release stays current. Mend the file in the raw folder and "
        "launch again."
    ),
    executor_def=dg.in_process_executor,
)

reports_job = dg.define_asset_job(
    "reports",
    selection=REPORTS,
    description="The performance reports of the current release, of its newest month.",
    executor_def=dg.in_process_executor,
)


@dg.schedule(
    cron_schedule="0 6 5 * *",
    job=refresh_job,
    execution_timezone="Europe/London",
    description="On the fifth of each month, refresh with the returns of the month before.",
)
def monthly_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    month = (context.scheduled_execution_time.replace(day=1) - timedelta(days=1)).strftime(MONTH_FORMAT)
    return dg.RunRequest(run_key=month, partition_key=month)


@dg.sensor(
    job=refresh_job,
    minimum_interval_seconds=300,
    description="Looks at the raw folder every five minutes; refreshes where files are new or changed.",
)
def new_returns(
    context: dg.SensorEvaluationContext, warehouse: Warehouse
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    places = warehouse.places
    try:
        found = raw_folder.look(places.raw)
    except NotADirectoryError as error:
        yield dg.SkipReason(str(error))
        return
    looks = [f"{f.file}|{f.size}|{f.mtime_ns}" for f in found.files]
    cursor = hashlib.sha256("\n".join(looks).encode()).hexdigest()
    with warehouse.ledger() as ledger:
        months = pending_months(found, ledger)
    if cursor == context.cursor or not months:
        yield dg.SkipReason("nothing new in the raw folder")
        return
    context.update_cursor(cursor)
    # the newest month, whichever came late: a run lands every month up to its own
    yield dg.RunRequest(run_key=cursor, partition_key=found.months[-1])
