"""The release: what readers see. Exports only a build whose verdict matches."""

import json

import dagster as dg

from expectations.verdict import Verdict
from orchestration import dbt_build, progress
from orchestration.assets.landing import OWNERS
from orchestration.assets.quality_gate import VERDICT_FILE
from orchestration.boundary import quotes_nothing
from orchestration.lock import only_refresh
from orchestration.release import NotEarned, current_number, publish
from orchestration.resources import Warehouse


def descriptions() -> dict[str, dict]:
    """Each mart's and column's description, from the dbt project: they reach the BI client as comments."""
    nodes = json.loads(dbt_build.manifest_path().read_text(encoding="utf-8"))["nodes"].values()
    return {
        n["name"]: {
            "description": n["description"],
            "columns": {c["name"]: c["description"] for c in n["columns"].values()},
        }
        for n in nodes
        if n["resource_type"] == "model" and n["schema"] == "marts"
    }


@dg.asset(
    deps=sorted(descriptions()),
    group_name="publication",
    description=(
        "The marts as a release: marts.duckdb, Parquet, CSV and manifest.json, made current by one rename. "
        "Only a build that the quality gate judged, and judged good, gets here."
    ),
    kinds={"duckdb", "parquet", "csv"},
    owners=OWNERS,
)
@quotes_nothing
def release(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    progress.tell("writing the release")
    places = warehouse.places
    try:
        verdict = Verdict.read(places.restricted / VERDICT_FILE)
        with only_refresh(places), warehouse.ledger() as ledger:
            number = publish(places, ledger, verdict, context.run_id, descriptions())
    except (NotEarned, FileNotFoundError) as error:
        reason = (
            str(error) if isinstance(error, NotEarned) else "no verdict was reached; run the quality gate"
        )
        raise dg.Failure(
            f"withheld: {reason}. Release {current_number(places) or 'none'} stays current.",
            allow_retries=False,
        ) from None
    return dg.MaterializeResult(
        metadata={"release": number, "place": dg.MetadataValue.path(str(places.current))}
    )
