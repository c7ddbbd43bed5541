"""The returns as they land: one asset a return, one partition a month."""

import warnings
from time import perf_counter

import dagster as dg

from ingest.land import Landed, land_months
from ingest.opened_files import open_files, returns_of
from ingest.return_format import ReturnFormat, submitted_formats
from orchestration import progress
from orchestration.boundary import quotes_nothing
from orchestration.lock import only_refresh
from orchestration.partitions import reporting_months
from orchestration.resources import Warehouse
from orchestration.stages import STAGES

OWNERS = ["team:performance"]
OTHER_FORMATS = dg.AssetKey("other_formats")

# Dagster says of each asset that backfill policies are in beta, and warns of a job that mixes them
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)
ONE_RUN = dg.BackfillPolicy.single_run()


@dg.asset(
    key=OTHER_FORMATS,
    group_name="landing",
    metadata={"stage": STAGES["landing"]},
    description=(
        "Annex A workbooks, CIN and workforce censuses and SSDA903 tables, opened into the returns they fill "
        "(ingest/other_formats). A return sent by itself goes before them."
    ),
    partitions_def=reporting_months,
    backfill_policy=ONE_RUN,
    kinds={"python", "excel", "xml"},
    owners=OWNERS,
)
@quotes_nothing
def other_formats(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    began = perf_counter()
    progress.tell("opening other formats")
    places = warehouse.places
    with only_refresh(places), warehouse.ledger() as ledger:
        found = warehouse.found(context.run_id)
        opened = open_files(found, context.partition_keys[-1], places.opened, ledger, warehouse.pseudonyms())
    return dg.MaterializeResult(
        metadata={
            "files": opened.files,
            "files new or changed": opened.opened,
            "files rejected": opened.rejected,
            "findings": opened.findings,
            "seconds": round(perf_counter() - began, 3),
        }
    )


def landing_asset(fmt: ReturnFormat) -> dg.AssetsDefinition:
    """The asset that lands one return: what is new of its month, and of any earlier one that came late."""

    @dg.asset(
        key=["returns", fmt.name],  # dbt's source has this key, so lineage joins itself
        deps=[OTHER_FORMATS],
        group_name="landing",
        metadata={"stage": STAGES["landing"]},
        description=f"{fmt.about} Declared in ingest/formats/{fmt.name}.yml.",
        partitions_def=reporting_months,
        backfill_policy=ONE_RUN,
        kinds={"python", "parquet"},
        owners=OWNERS,
    )
    @quotes_nothing
    def landed(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        began = perf_counter()
        progress.tell(f"landing {fmt.name}")
        found = warehouse.found(context.run_id)
        places = warehouse.places
        newest = context.partition_keys[-1]
        with only_refresh(places), warehouse.ledger() as ledger:
            ledger.add_folders(folder for folder in found.folders if folder[0] <= newest)
            files = {
                month: [*found.of(fmt.name, month), *returns_of(places.opened, fmt.name, month)]
                for month in found.months
                if month <= newest
            }
            by_month = land_months(fmt, files, places.landing, ledger, warehouse.pseudonyms())
            accepted = ledger.accepted(fmt.name, newest)
            latest = ledger.latest(fmt.name, newest).values()
        done = by_month.get(newest, Landed())
        late = [m for m, earlier in by_month.items() if m != newest and earlier.files > earlier.unchanged]
        missing = sorted({la_code for month, la_code in found.folders if month == newest} - set(accepted))
        # one event a run: Dagster's storage takes longer over an event than landing does over a month
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(r.row_count for r in accepted.values()),
                "findings": sum(r.finding_count for r in latest),
                "authorities submitted": len(accepted),
                "authorities missing": len(missing),
                "which are missing": ", ".join(missing) or "none",
                "files new or changed": done.files - done.unchanged,
                "files rejected": sum(r.status == "rejected" for r in latest),
                "earlier months landed": ", ".join(late) or "none",
                "seconds": round(perf_counter() - began, 3),
            }
        )

    return landed


landing_assets = [landing_asset(fmt) for fmt in submitted_formats().values()]
