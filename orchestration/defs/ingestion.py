"""The returns as they land: one asset a return, one partition a month."""

import warnings
from collections.abc import Iterator
from time import perf_counter

import dagster as dg

from ingest.adapters.convert import convert_files, returns_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.raw_folder import RawFile, RawFolder
from ingest.landing.land import Landed, land_returns
from ingest.paths import WarehousePaths
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.partitions import reporting_months
from orchestration.resources import Warehouse
from orchestration.runtime import progress
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock

OWNERS = ["team:performance"]
OTHER_FORMATS = dg.AssetKey("other_formats")

# Dagster says of each asset that backfill policies are in beta, and warns of a job that mixes them
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)
ONE_RUN = dg.BackfillPolicy.single_run()


@dg.asset(
    key=OTHER_FORMATS,
    group_name="landing",
    metadata={"stage": ASSET_GROUPS["landing"]},
    description=(
        "Annex A workbooks, CIN and workforce censuses, SSDA903 tables and DfE's API payloads, opened into "
        "the returns they fill (ingest/adapters). A return sent by itself goes before them."
    ),
    partitions_def=reporting_months,
    backfill_policy=ONE_RUN,
    kinds={"python", "excel", "xml"},
    owners=OWNERS,
)
@redact_errors
def other_formats(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    began = perf_counter()
    progress.tell("opening other formats")
    places = warehouse.places
    with refresh_lock(places), warehouse.ledger() as ledger:
        found = warehouse.found(context.run_id)
        opened = convert_files(
            found, context.partition_keys[-1], places.opened, ledger, warehouse.pseudonyms()
        )
    return dg.MaterializeResult(
        metadata={
            "files": opened.files,
            "files new or changed": opened.opened,
            "files rejected": opened.rejected,
            "findings": opened.findings,
            "seconds": round(perf_counter() - began, 3),
        }
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["returns", fmt.name],  # dbt's source has this key, so lineage joins itself
            deps=[OTHER_FORMATS],
            group_name="landing",
            metadata={"stage": ASSET_GROUPS["landing"]},
            description=f"{fmt.about} Declared in ingest/contracts/returns/{fmt.name}.yml.",
            kinds={"python", "parquet"},
            owners=OWNERS,
        )
        for fmt in submitted_formats().values()
    ],
    name="landing",
    can_subset=True,
    partitions_def=reporting_months,
    backfill_policy=ONE_RUN,
)
@redact_errors
def landed_returns(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Land what is new of a month, and of any earlier one that came late: each return an asset, in one step.

    Together, small returns keep both cores busy, and Dagster has one step to write down and not forty.
    """
    found = warehouse.found(context.run_id)
    places = warehouse.places
    newest = context.partition_keys[-1]
    names = sorted(key.path[-1] for key in context.selected_asset_keys)
    with refresh_lock(places), warehouse.ledger() as ledger:
        folders = [folder for folder in found.folders if folder[0] <= newest]
        ledger.add_folders(folders)
        owing = {la_code for month, la_code in folders if month == newest}
        files = {name: _received(found, places, name, newest) for name in names}
        landed = land_returns(
            files,
            places.landing,
            ledger,
            warehouse.pseudonyms(),
            lambda name: progress.tell(f"landing {name}"),
        )
        for name in names:
            by_month = landed[name]
            accepted = ledger.accepted(name, newest)
            latest = ledger.latest(name, newest).values()
            done = by_month.get(newest, Landed())
            late = [m for m, some in by_month.items() if m != newest and some.files > some.unchanged]
            missing = sorted(owing - set(accepted))
            # one event a return: Dagster's storage takes longer over an event than landing does over a month
            yield dg.MaterializeResult(
                asset_key=["returns", name],
                metadata={
                    "dagster/row_count": sum(r.row_count for r in accepted.values()),
                    "findings": sum(r.finding_count for r in latest),
                    "authorities submitted": len(accepted),
                    "authorities missing": len(missing),
                    "which are missing": ", ".join(missing) or "none",
                    "files new or changed": done.files - done.unchanged,
                    "files rejected": sum(r.status == "rejected" for r in latest),
                    "earlier months landed": ", ".join(late) or "none",
                    "seconds": round(sum(some.seconds for some in by_month.values()), 3),
                },
            )


def _received(found: RawFolder, places: WarehousePaths, name: str, newest: str) -> dict[str, list[RawFile]]:
    """The files of one return, those opened from other formats too, by month up to the newest."""
    return {
        month: [*found.of(name, month), *returns_of(places.opened, name, month)]
        for month in found.months
        if month <= newest
    }
