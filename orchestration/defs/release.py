"""The release: what readers see. Exports only a build whose verdict matches."""

import json
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from time import time
from typing import Any

import dagster as dg

from expectations.verdict import GateDecision
from ingest.contracts.settings import current
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.defs.checks import VERDICT_FILE
from orchestration.defs.ingestion import OWNERS
from orchestration.resources import Warehouse
from orchestration.runtime import dbt_build, progress
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock
from orchestration.runtime.outcome import counted
from publication.error_reports import error_report_rows
from publication.release.pointer import current_number
from publication.release.publish import ReleaseBlockedError, publish
from publication.select import read_only, rows_of


def descriptions() -> dict[str, dict]:
    """What each mart says of itself, from the dbt project: its description and its columns', which reach the
    BI client as comments; the columns of its key; and of which mart and column each column's values are."""
    parsed = dbt_build.nodes()
    said = {
        key: {
            "description": n["description"],
            "columns": {c["name"]: c["description"] for c in n["columns"].values()},
            "key": [],
            "references": {},
        }
        for key, n in parsed.items()
        if n["resource_type"] == "model" and n["schema"] == "marts"
    }
    for test in parsed.values():
        if test["resource_type"] != "test" or test.get("attached_node") not in said:
            continue
        about, asked = said[test["attached_node"]], test["test_metadata"]
        if asked["name"] == "one_row_per" and set(asked["kwargs"]["columns"]) <= set(about["columns"]):
            about["key"] = asked["kwargs"]["columns"]
        if asked["name"] == "relationships" and not test["config"]["where"]:
            mart = asked["kwargs"]["to"].split("'")[1]  # ref('dim_indicator')
            about["references"][test["column_name"]] = (mart, asked["kwargs"]["field"])
    return {parsed[key]["name"]: about for key, about in said.items()}


def _facts(marts: Path, month: str) -> dict[str, int]:
    """What a release holds, in counts."""
    with read_only(marts) as db:
        [(rows,)] = db.sql("select sum(estimated_size)::int from duckdb_tables()").fetchall()
        counts = "coalesce(sum(finding_count), 0)::int as findings"
        [found] = rows_of(db, "fct_findings", counts, reporting_month=month)
        returns = rows_of(db, "rpt_returns", "la_code, is_accepted, is_required", reporting_month=month)
    accepted = [one["la_code"] for one in returns if one["is_accepted"]]
    authorities = {one["la_code"] for one in returns}
    year, number = map(int, month.split("-"))
    ended = date(year, number, monthrange(year, number)[1])
    return {
        "dagster/row_count": rows,
        **found,
        "authorities submitted": len(set(accepted)),
        "authorities missing": len(authorities - set(accepted)),
        "returns accepted": len(accepted),
        "returns missing": sum(one["is_required"] and not one["is_accepted"] for one in returns),
        "days since the month ended": (date.today() - ended).days,
    }


def _authorities(manifest: Mapping[str, Any]) -> list[str]:
    return [one["la_code"] for one in manifest["authorities"]]


def _held(marts: Path) -> tuple[list[str], str]:
    """Which authorities have figures held, and why, as a list in Markdown."""
    with read_only(marts) as db:
        rows = rows_of(db, "rpt_held_by_ground", order="la_code, figure_count desc, ground_sentence")
    lines = [
        f"- {row['la_code']}: {counted(row['figure_count'], 'figure')} held: {row['ground_sentence']}; "
        f"{row['suggested_action']}"
        for row in rows
    ]
    return sorted({row["la_code"] for row in rows}), "\n".join(lines)


NOTHING_IS_HELD = "nothing_is_held"
HELD_TAG = "line_of_sight/held"  # of the run, so that a list of runs shows which published with figures held


@dg.asset(
    deps=sorted(descriptions()),
    check_specs=[
        dg.AssetCheckSpec(
            NOTHING_IS_HELD,
            asset="release",
            description="No figure of the month reported is held; where some are, on which grounds.",
        )
    ],
    group_name="publication",
    metadata={"stage": ASSET_GROUPS["publication"]},
    # shown on the page as fresh or overdue: each month's release by noon on the day of the schedule
    freshness_policy=dg.FreshnessPolicy.cron(
        f"0 12 {current().schedules.refresh.day} * *", timedelta(days=5), timezone="Europe/London"
    ),
    description=(
        "The marts as a release: marts.duckdb, Parquet, CSV and manifest.json, made current by one rename. "
        "Only a build that the quality gate judged, and judged good, gets here."
    ),
    kinds={"duckdb", "parquet", "csv"},
    owners=OWNERS,
)
@redact_errors
def release(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    progress.tell("writing the release")
    places = warehouse.places
    try:
        verdict = GateDecision.read(places.restricted / VERDICT_FILE)
        with refresh_lock(places), warehouse.ledger() as ledger:
            number = publish(places, ledger, verdict, context.run_id, descriptions(), progress.tell)
    except (ReleaseBlockedError, FileNotFoundError) as error:
        reason = (
            str(error)
            if isinstance(error, ReleaseBlockedError)
            else "no verdict was reached; run the quality gate"
        )
        raise dg.Failure(
            f"withheld: {reason}. Release {current_number(places) or 'none'} stays current.",
            allow_retries=False,
        ) from None
    said = json.loads((places.current / "manifest.json").read_text(encoding="utf-8"))
    month = said["view_month"]
    states = Counter(m["month_state"] for m in said["months"] if m["reporting_month"] == month)
    run = context.instance.get_run_record_by_id(context.run_id)
    held, because = _held(places.current / "marts.duckdb")
    if held:
        context.instance.add_run_tags(context.run_id, {HELD_TAG: ", ".join(held)[:200]})
    return dg.MaterializeResult(
        metadata={
            "release": number,
            "month reported": month,
            "state of the month": ", ".join(f"{state}: {count}" for state, count in sorted(states.items())),
            "public up to": said["public_month"] or f"nothing: {said['public_pack']['because']}",
            "left out of the public pack": len(said["public_pack"]["left_out"]),
            "place": dg.MetadataValue.path(str(places.current)),
            **_facts(places.current / "marts.duckdb", month),
            "rows in the error reports": error_report_rows(places, _authorities(said)),
            "authorities with figures held": len(held),
            "which have figures held": ", ".join(held) or "none",
            "why figures are held": dg.MetadataValue.md(because or "no figure is held"),
            "checks passed": verdict.count("passed"),
            "checks failed": verdict.count("failed"),
            "seconds of the run": round(time() - run.start_time) if run and run.start_time else None,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=NOTHING_IS_HELD,
                asset_key="release",
                passed=not held,
                severity=dg.AssetCheckSeverity.WARN,
                description=f"Figures are held of {', '.join(held)}." if held else "No figure is held.",
                metadata={"why figures are held": dg.MetadataValue.md(because or "no figure is held")},
            )
        ],
    )
