"""Take away what is old: the purge as a job, for the schedule and for whoever launches it."""

import dagster as dg

from ingest.contracts import settings
from ingest.discovery import raw_folder
from ingest.maintenance.purge import PurgeRefusedError, old_months, purge
from orchestration.resources import Warehouse
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock


@dg.op(description="Take away the raw files of months older than the settings keep. No figure changes.")
@redact_errors
def purge_raw_files(context: dg.OpExecutionContext, warehouse: Warehouse) -> None:
    places, kept = warehouse.places, settings.current().retention.raw_months
    with refresh_lock(places), warehouse.ledger() as ledger:
        found = raw_folder.look(places.raw)
        if not old_months(found, kept):
            context.log.info(f"no month is older than {kept} months")
            return
        try:
            gone = purge(places, ledger, found, kept)
        except PurgeRefusedError as refused:
            raise dg.Failure(str(refused), allow_retries=False) from None
    context.log.info(f"took away {gone.files} files of {', '.join(gone.months)}")


@dg.job(name="purge", description="Take away raw files that are older than the settings keep.")
def purge_job() -> None:
    purge_raw_files()
