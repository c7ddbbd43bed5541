"""What runs by itself: a refresh each month, and when new returns lie still; a closing by policy."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import duckdb

from ingest.contracts.reporting_policy import PolicyRefused, read_policies
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery import raw_folder
from ingest.landing.land import pending_months
from ingest.paths import Places
from ingest.warehouse import months
from orchestration import asset_groups as stages
from orchestration.defs.ingestion import OTHER_FORMATS
from orchestration.defs.months import CLOSINGS, REOPENINGS
from orchestration.partitions import MONTH_FORMAT, reporting_months
from orchestration.resources import Warehouse

QUIET_MINUTES = "LINE_OF_SIGHT_QUIET_MINUTES"

REPORTS = dg.AssetSelection.assets("performance_reports")
DECISIONS = dg.AssetSelection.assets(CLOSINGS, REOPENINGS)
LANDING = dg.AssetSelection.assets(OTHER_FORMATS, *(["returns", name] for name in submitted_formats()))
# what follows on what has been landed already: a decision on a month is about that, and nothing newer
BUILD = (dg.AssetSelection.all() - REPORTS - DECISIONS - LANDING) | dg.AssetSelection.all_asset_checks()

refresh_job = dg.define_asset_job(
    "refresh",
    # the reports take seconds an authority, and are wanted once a month: they have a job of their own
    selection=(dg.AssetSelection.all() - REPORTS - DECISIONS) | dg.AssetSelection.all_asset_checks(),
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

close_job = dg.define_asset_job(
    "close_months",
    selection=dg.AssetSelection.assets(CLOSINGS) | BUILD,
    description=(
        "Close a month: say in the launchpad which month, whose and who says so. The closing is put on "
        "record, stands on what had been received by then, and a release follows in which the month is "
        "final: its figures are pinned as first published and enter the public pack. No new file is read."
    ),
    executor_def=dg.in_process_executor,
)

reopen_job = dg.define_asset_job(
    "reopen_months",
    selection=dg.AssetSelection.assets(REOPENINGS) | BUILD,
    description=(
        "Open a closed month again, with a reason. What was first published stands; the month leaves the "
        "public pack of the release that follows, until it is closed again. No new file is read."
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


@dg.schedule(
    cron_schedule="30 6 * * *",
    job=close_job,
    execution_timezone="Europe/London",
    description=(
        "Each morning, close the months that reporting.yml says are due: so many working days after their "
        "end, everything required there, and no held figure unless those may stand. The person who set the "
        "policy stands as who closed them. Without the file or close_after_working_days it closes nothing."
    ),
)
def close_by_policy(
    context: dg.ScheduleEvaluationContext, warehouse: Warehouse
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    places = warehouse.places
    today = context.scheduled_execution_time.date()
    try:
        policies = read_policies(places.reference)
    except PolicyRefused as refused:
        yield dg.SkipReason(str(refused))
        return
    with warehouse.ledger() as ledger:
        decisions, waiting = months.due(ledger, policies, today, _held(places))
    if not decisions:
        yield dg.SkipReason("; ".join(waiting) or "no month is due to be closed")
    for asked in decisions:
        closing = {
            "month": asked.months[0],
            "by_name": asked.by_name,
            "authorities": list(asked.la_codes),
            "policy": asked.policy or "",
        }
        yield dg.RunRequest(
            run_key=f"{today} {asked.months[0]} {asked.policy}",
            run_config={"ops": {CLOSINGS.to_python_identifier(): {"config": closing}}},
        )


def _held(places: Places) -> dict[tuple[str, str], int]:
    """How many figures the current release holds back, by authority and month."""
    marts = places.current / "marts.duckdb"
    if not marts.exists():
        return {}
    with duckdb.connect(str(marts), read_only=True) as db:
        rows = db.sql(
            """
            select la_code, strftime(period_end, '%Y-%m'), count(*) from fct_indicator_values
            where value_status = 'withheld' group by all
            """
        ).fetchall()
    return {(la_code, month): count for la_code, month, count in rows}


@dg.sensor(
    job=refresh_job,
    minimum_interval_seconds=300,
    description=(
        "Looks at the raw folder every five minutes; refreshes where files are new or changed and none has "
        "been touched for ten minutes (LINE_OF_SIGHT_QUIET_MINUTES), so that a month is read when all of it "
        "is there. It never closes a month: what it publishes is provisional, and stays restricted."
    ),
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
    looks += [f"{f.file}|{f.size}|{f.mtime_ns}" for _, _, f in found.others]
    cursor = hashlib.sha256("\n".join(looks).encode()).hexdigest()
    if cursor == context.cursor:
        yield dg.SkipReason("nothing new in the raw folder")
        return
    with warehouse.ledger() as ledger:
        pending = pending_months(found, ledger)
    if not pending:
        yield dg.SkipReason("nothing new in the raw folder")
        return
    quiet = float(os.environ.get(QUIET_MINUTES, "10"))
    minutes = raw_folder.minutes_still(found)
    if minutes < quiet:
        yield dg.SkipReason(
            f"files are still arriving: one was touched {minutes:.0f} minutes ago; "
            f"waiting for {quiet:g} quiet minutes"
        )
        return
    context.update_cursor(cursor)
    # the newest month, whichever came late: a run lands every month up to its own
    yield dg.RunRequest(run_key=cursor, partition_key=found.months[-1])
