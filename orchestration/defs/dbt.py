"""The dbt project as assets: one a model and seed, built in two steps with the gate between them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration.asset_groups import ASSET_GROUPS
from orchestration.defs.ingestion import OWNERS
from orchestration.resources import Warehouse
from orchestration.runtime import dbt_build
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock
from publication.select import read_only

TESTS_FILE = "dbt_tests.json"


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
        stage = ASSET_GROUPS.get(self.get_group_name(dbt_resource_props) or "", "")
        return {**super().get_metadata(dbt_resource_props), "stage": stage}

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS


COUNTED = "+int_measures"  # all that is worked out before anything is judged
dbt_project_assets = partial(
    dbt_assets,
    manifest=dbt_build.manifest_path(),
    dagster_dbt_translator=Translator(
        # the tests are checks of the gate, which reports them with its own when both steps have run
        DagsterDbtTranslatorSettings(enable_asset_checks=False, enable_duplicate_source_asset_keys=True)
    ),
)


@dbt_project_assets(select=COUNTED, name="counted_models")
@redact_errors
def counted_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Build and test, in this process, what is counted and measured."""
    yield from _build(context, warehouse, select=[COUNTED])


@dbt_project_assets(exclude=COUNTED, name="published_models")
@redact_errors
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
    with refresh_lock(places):
        nodes = dbt_build.build(places, select, exclude, warehouse.engine or None)
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


def _row_counts(warehouse: Path) -> dict[str, int]:
    with read_only(warehouse) as db:
        return dict(db.sql("select table_name, estimated_size from duckdb_tables()").fetchall())
