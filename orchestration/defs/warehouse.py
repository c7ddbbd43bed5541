"""The warehouse: what dbt may read is laid out anew, then the models are built over it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from ingest.contracts.reporting_policy import read_policies
from ingest.contracts.return_schema import submitted_formats
from ingest.ledger import Override
from ingest.reference import lay_out_reference
from ingest.warehouse.load import lay_out
from ingest.warehouse.previous_release import lay_out_previous
from orchestration.asset_groups import STAGES
from orchestration.defs.ingestion import OWNERS
from orchestration.defs.months import CLOSINGS, REOPENINGS
from orchestration.resources import Warehouse
from orchestration.runtime import dbt_build, progress
from orchestration.runtime.error_redaction import quotes_nothing
from orchestration.runtime.lock import only_refresh

LEDGER, REFERENCE = dg.AssetKey("ledger"), dg.AssetKey("reference")
TESTS_FILE = "dbt_tests.json"


class Reporting(dg.Config):
    """Which month to report."""

    month: str = (
        ""  # YYYY-MM; where empty the run's partition, or else the newest month that has been received
    )
    # what somebody answers for: ground, la_code, return_name, reason, by_name, until_month
    overrides: list[dict[str, str]] = []  # noqa: RUF012  (Dagster reads the default)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            LEDGER,
            deps=[*(dg.AssetKey(["returns", name]) for name in submitted_formats()), CLOSINGS, REOPENINGS],
            group_name="landing",
            metadata={"stage": STAGES["landing"]},
            description=(
                "What has been received and which content each figure is read from: one view for each "
                "authority and month, restated and as it was closed (ingest/warehouse/views.sql); and the "
                "state of each month."
            ),
            kinds={"python", "duckdb"},
            owners=OWNERS,
        ),
        dg.AssetSpec(
            REFERENCE,
            group_name="reference",
            metadata={"stage": STAGES["reference"]},
            description=(
                "Published statistics, populations, targets and neighbours, read exactly as downloaded."
            ),
            kinds={"python", "duckdb"},
            owners=OWNERS,
        ),
    ],
    name="lay_out",
)
@quotes_nothing
def laid_out(
    context: dg.AssetExecutionContext, config: Reporting, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Make the warehouse anew: an unfinished one left by a killed run is thrown away here."""
    began = perf_counter()
    progress.tell("choosing what each figure is read from")
    places = warehouse.places
    found = warehouse.found(context.run_id)
    policies = read_policies(places.reference)
    with only_refresh(places), warehouse.ledger() as ledger:
        received = set(ledger.table("folders").column("reporting_month").to_pylist())
        known = sorted(received | set(found.months))
        if not known:
            raise dg.Failure(f"there are no month folders in {places.raw}; name them YYYY-MM, as 2025-04")
        newest = config.month or _partition(context) or max(received or known)
        if newest not in known:
            raise dg.Failure(f"there is no folder for {newest} in {places.raw}; the newest is {known[-1]}")
        for path in (places.warehouse, places.warehouse.with_suffix(".duckdb.wal")):
            path.unlink(missing_ok=True)
        with duckdb.connect(str(places.warehouse)) as db:
            ledger.add_overrides([Override(**o) for o in config.overrides])
            lay_out(db, places, ledger, found, newest, policies)
            lay_out_reference(db, places.reference, places.reference_cache, newest)
            lay_out_previous(db, places)
            counts = db.sql(
                """
                select
                    (select count(*) from ledger.views), (select count(distinct la_code) from ledger.views),
                    (select count(*) from ledger.receipts), (select count(*) from ledger.findings),
                    (select count(*) from reference.files), (select count(*) from reference.findings)
                """
            ).fetchone()
    views, authorities, receipts, findings, files, reference_findings = counts or (0,) * 6
    seconds = round(perf_counter() - began, 3)
    yield dg.MaterializeResult(
        asset_key=LEDGER,
        metadata={
            "month reported": newest,
            "views": views,
            "authorities": authorities,
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


class Translator(DagsterDbtTranslator):
    """Names dbt's nodes as the engineers see them: sources are the landed returns, groups are the stages."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            source = dbt_resource_props["source_name"]
            return dg.AssetKey(["returns", dbt_resource_props["name"]] if source == "returns" else source)
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return super().get_group_name(dbt_resource_props) or str(dbt_resource_props["fqn"][1])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        stage = STAGES.get(self.get_group_name(dbt_resource_props) or "", "")
        return {**super().get_metadata(dbt_resource_props), "stage": stage}

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS


COUNTED = "+int_measures"  # all that is worked out before anything is judged
dbt_project_assets = partial(
    dbt_assets,
    manifest=dbt_build.manifest_path(),
    dagster_dbt_translator=Translator(
        # each dbt test as a check of its own would triple the event log; the gate reports them as one
        DagsterDbtTranslatorSettings(enable_asset_checks=False, enable_duplicate_source_asset_keys=True)
    ),
)


@dbt_project_assets(select=COUNTED, name="counted_models")
@quotes_nothing
def counted_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Build and test, in this process, what is counted and measured."""
    yield from _build(context, warehouse, select=[COUNTED])


@dbt_project_assets(exclude=COUNTED, name="published_models")
@quotes_nothing
def published_models(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Build and test, in this process, what readers get, once Great Expectations has judged the measures."""
    yield from _build(context, warehouse, exclude=[COUNTED])


def _build(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Iterator[dg.MaterializeResult]:
    places = warehouse.places
    chosen = {key.path[-1]: key for key in context.selected_asset_keys}
    if context.is_subset:
        select, exclude = sorted(chosen), ()
    with only_refresh(places):
        nodes = dbt_build.build(places, select, exclude)
        tests_file = places.restricted / TESTS_FILE
        before = json.loads(tests_file.read_text(encoding="utf-8")) if exclude else {}
        tests = before | {n.name: n.status for n in nodes if n.kind == "test"}
        tests_file.write_text(json.dumps(tests), encoding="utf-8")
        rows = _row_counts(places.warehouse)
    for node in nodes:
        if node.name in chosen:
            metadata = {"seconds": round(node.seconds, 3), "dagster/row_count": rows.get(node.name)}
            yield dg.MaterializeResult(
                asset_key=chosen[node.name], metadata={k: v for k, v in metadata.items() if v is not None}
            )


def _row_counts(warehouse: object) -> dict[str, int]:
    with duckdb.connect(str(warehouse), read_only=True) as db:
        return dict(db.sql("select table_name, estimated_size from duckdb_tables()").fetchall())
