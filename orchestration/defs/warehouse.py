"""What dbt may read, laid out anew: what each figure is read from, and what was published by others."""

from collections.abc import Iterator
from time import perf_counter

import dagster as dg
import duckdb
from pydantic import Field

from ingest.contracts.reporting_policy import read_policies
from ingest.contracts.return_schema import submitted_formats
from ingest.ledger import Override
from ingest.reference import load_reference
from ingest.warehouse.load import load_sources
from ingest.warehouse.previous_release import load_previous
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.defs.ingestion import OWNERS
from orchestration.defs.months import CLOSINGS, REOPENINGS
from orchestration.resources import Warehouse
from orchestration.runtime import progress
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock

LEDGER, REFERENCE = dg.AssetKey("ledger"), dg.AssetKey("reference")


class Given(dg.Config):
    """A named person's word that figures are given although they are in doubt on a ground."""

    ground: str = Field(description="The ground on which they are held, as stopped.")
    la_code: str = Field(description="Whose, as 372.")
    return_name: str = Field(description="The return in doubt; the indicator, where a figure itself is.")
    reason: str = Field(description="Why. It stands in the release.")
    by_name: str = Field(description="Who answers for it: a person's name.")
    until_month: str = Field(description="The last month that it holds for, as 2025-06.")


class Overrides(dg.Config):
    """What somebody answers for. Which month is reported is the run's partition."""

    overrides: list[Given] = Field(default=[], description="Doubts that are overridden, each by name.")


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            LEDGER,
            deps=[*(dg.AssetKey(["returns", name]) for name in submitted_formats()), CLOSINGS, REOPENINGS],
            group_name="landing",
            metadata={"stage": ASSET_GROUPS["landing"]},
            description=(
                "What has been received and which content each figure is read from: one view for each "
                "authority and month, restated and as it was closed (ingest/warehouse/vintages.sql); and the "
                "state of each month."
            ),
            kinds={"python", "duckdb"},
            owners=OWNERS,
        ),
        dg.AssetSpec(
            REFERENCE,
            group_name="reference",
            metadata={"stage": ASSET_GROUPS["reference"]},
            description=(
                "Published statistics, populations, targets and neighbours, read exactly as downloaded."
            ),
            kinds={"python", "duckdb"},
            owners=OWNERS,
        ),
    ],
    name="load_sources",
)
@redact_errors
def warehouse_sources(
    context: dg.AssetExecutionContext, config: Overrides, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Make the warehouse anew: an unfinished one left by a killed run is thrown away here."""
    began = perf_counter()
    progress.tell("choosing what each figure is read from")
    places = warehouse.places
    found = warehouse.found(context.run_id)
    policies = read_policies(places.reference)
    with refresh_lock(places), warehouse.ledger() as ledger:
        received = set(ledger.table("folders").column("reporting_month").to_pylist())
        known = sorted(received | set(found.months))
        if not known:
            raise dg.Failure(f"there are no month folders in {places.raw}; name them YYYY-MM, as 2025-04")
        newest = _partition(context) or max(received or known)
        if newest not in known:
            raise dg.Failure(f"there is no folder for {newest} in {places.raw}; the newest is {known[-1]}")
        for path in (places.warehouse, places.warehouse.with_suffix(".duckdb.wal")):
            path.unlink(missing_ok=True)
        with duckdb.connect(str(places.warehouse)) as db:
            ledger.add_overrides([Override(**o.model_dump()) for o in config.overrides])
            load_sources(db, places, ledger, found, newest, policies)
            load_reference(db, places.reference, places.reference_cache, newest)
            load_previous(db, places)
            vintages = db.table("ledger.vintages").project("la_code").fetchall()
            receipts, findings, files, reference_findings = (
                db.table(name).count("*").fetchall()[0][0]
                for name in ("ledger.receipts", "ledger.findings", "reference.files", "reference.findings")
            )
    seconds = round(perf_counter() - began, 3)
    yield dg.MaterializeResult(
        asset_key=LEDGER,
        metadata={
            "month reported": newest,
            "views": len(vintages),
            "authorities": len(set(vintages)),
            "receipts": receipts,
            "findings": findings,
            "seconds": seconds,
        },
    )
    yield dg.MaterializeResult(asset_key=REFERENCE, metadata={"files": files, "findings": reference_findings})


def _partition(context: dg.AssetExecutionContext) -> str | None:
    """The month that the page or a schedule asked for, the last of several."""
    asked = context.has_partition_key or context.has_partition_key_range
    return context.partition_key_range.end if asked else None
