"""What runs by the calendar: a refresh each month, and closings by policy."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import duckdb

from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.paths import WarehousePaths
from ingest.warehouse import months
from orchestration.defs.jobs import close_job, refresh_job
from orchestration.defs.months import CLOSINGS
from orchestration.partitions import MONTH_FORMAT
from orchestration.resources import Warehouse
from publication.select import rows_of


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
    except InvalidPolicyError as refused:
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


def _held(places: WarehousePaths) -> dict[tuple[str, str], int]:
    """How many figures the current release holds back, by authority and month."""
    marts = places.current / "marts.duckdb"
    if not marts.exists():
        return {}
    with duckdb.connect(str(marts), read_only=True) as db:
        withheld = rows_of(db, "fct_indicator_values", "la_code, period_end", value_status="withheld")
    return Counter((row["la_code"], f"{row['period_end']:%Y-%m}") for row in withheld)
