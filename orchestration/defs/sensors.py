"""A refresh when new returns lie still in the raw folder."""

import hashlib
import os
from collections.abc import Iterator

import dagster as dg

from ingest.discovery import raw_folder
from ingest.landing.land import pending_months
from orchestration.defs.jobs import refresh_job
from orchestration.resources import Warehouse

QUIET_MINUTES = "LINE_OF_SIGHT_QUIET_MINUTES"


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
