"""The quality gate: what was measured is judged before the marts are made; they, before they come out."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from expectations.checks import Check, State
from expectations.verdict import GateDecision, Outcome, outcomes_of
from ingest.contracts.reporting_policy import read_policies
from ingest.contracts.return_schema import submitted_formats
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.defs.dbt import TESTS_FILE
from orchestration.defs.ingestion import OWNERS
from orchestration.resources import Warehouse
from orchestration.runtime import dbt_build, progress
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock
from orchestration.runtime.timeouts import TimeoutExceeded, within
from publication.release.export import build_digest
from publication.release.pointer import current_number
from publication.select import read_only

if TYPE_CHECKING:
    from ingest.paths import WarehousePaths

MARTS = dg.AssetKey("fct_indicator_values")
GATE = dg.AssetKey("gate")
VERDICT_FILE = "verdict.json"
CHECKS_FILE = "gate_checks.json"
MOST_SECONDS = 3600  # England's checks take minutes
CONFORMS = "conforms_to_contract"
FIT_TO_PUBLISH = "fit_to_publish"


@dataclass(frozen=True)
class DbtTest:
    """A test of the dbt project: the model that it is of, its name as a check of that, and what it asks."""

    model: str
    check: str
    about: str


def _dbt_tests() -> dict[str, DbtTest]:
    """Each dbt test that a refresh runs, by the name that dbt gives it."""
    nodes = dbt_build.nodes()
    return {
        node["name"]: DbtTest(
            nodes[node["attached_node"]]["name"],
            "__".join(filter(None, (node["test_metadata"]["name"], node["column_name"]))),
            node["description"] or ONE_ROW,
        )
        for node in nodes.values()
        if node["resource_type"] == "test" and "contract" not in node["tags"]
    }


ONE_ROW = "Each row of a model stands for one thing."
DBT_TESTS = _dbt_tests()


@dg.asset(
    key=GATE,
    deps=["int_measures"],
    group_name="quality",
    metadata={"stage": ASSET_GROUPS["quality"]},
    description=(
        "What Great Expectations finds of the measures, by the suites in expectations/suites: those beyond "
        "their bounds. Figures that rest on these are held, and nothing else is."
    ),
    kinds={"python", "greatexpectations"},
    owners=OWNERS,
)
@redact_errors
def gate(warehouse: Warehouse) -> dg.MaterializeResult:
    progress.tell("judging what was measured")
    # Great Expectations takes seconds to import: only the step that judges pays for it
    from expectations import measures
    from expectations.context import SuiteError, open_context

    places = warehouse.places
    with refresh_lock(places), duckdb.connect(str(places.warehouse)) as db:
        try:
            [(month,)] = db.sql("select view_month from ledger.reporting").fetchall()
            own = read_policies(places.reference).bounds_of(month)
            context, suites = open_context(places.quality_context, own_bounds=own)
        except SuiteError as refused:
            raise dg.Failure(f"{refused}. Nothing is published without it.", allow_retries=False) from None
        frame = measures.measures(db)
        checks = _in_time(db, lambda: measures.judge_measures(context, suites, frame))
        checks += measures.not_judged(frame, suites)
        db.execute("create schema if not exists gate")
        db.register("found", measures.judgements(checks))
        db.execute("create or replace table gate.judgements as from found")
    _keep(places, checks)
    failed = [check for check in checks if check.state in ("failed", "crashed")]
    return dg.MaterializeResult(
        metadata={
            "measures": len(frame),
            "expectations": len(checks),
            "measures that hold figures": len(
                {n for check in failed if check.severity == "critical" for n in check.failing}
            ),
            "expectations that crashed": sum(check.state == "crashed" for check in checks),
        }
    )


@dg.multi_asset_check(
    specs=[
        *(
            dg.AssetCheckSpec(
                CONFORMS,
                asset=["returns", name],
                description=f"What came keeps the promises of its contract: expectations/suites/{name}.json.",
                additional_deps=[MARTS],
            )
            for name in submitted_formats()
        ),
        dg.AssetCheckSpec(
            "measures_within_bounds",
            asset=GATE,
            description="No measure is beyond its bound: expectations/suites/measures.json.",
            additional_deps=[MARTS],
        ),
        *(
            # none blocks by itself: a check of a model that others are made of would have to run before them
            dg.AssetCheckSpec(test.check, asset=test.model, description=test.about)
            for test in DBT_TESTS.values()
        ),
        dg.AssetCheckSpec(
            FIT_TO_PUBLISH,
            asset=MARTS,
            blocking=True,
            description="Every critical expectation of the marts holds; otherwise the release is withheld.",
            additional_deps=[
                "fct_indicator_revisions",
                "fct_submissions",
                "fct_findings",
                "fct_benchmarks",
                "fct_data_quality",
                "fct_held_figures",
                "fct_measures",
                "fct_publication_status",
                "chk_marts__summary",
            ],
        ),
    ],
    name="quality_gate",
)
@redact_errors
def quality_gate(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Judge the marts in the warehouse and keep the verdict beside them."""
    progress.tell("judging the marts")
    from expectations import marts
    from expectations.context import reopen_context, write_docs
    from expectations.gate import judge
    from publication.error_reports import write_error_reports

    places = warehouse.places
    with refresh_lock(places), read_only(places.warehouse) as db:
        judged_in, suites = reopen_context(places.quality_context)
        of_marts = _in_time(
            db, lambda: judge(judged_in, "marts", suites["marts"], marts.summary(db), "row_no")
        )
        write_docs(judged_in, places.data_docs)
        before = [Outcome(**said) for said in json.loads(_checks_file(places).read_text(encoding="utf-8"))]
        tests = _outcomes_of_tests(json.loads((places.restricted / TESTS_FILE).read_text(encoding="utf-8")))
        outcomes = [*before, *outcomes_of(of_marts, is_blocking=True), *tests]
        verdict = GateDecision(build_digest(db), tuple(outcomes))
    with refresh_lock(places):
        write_error_reports(places)
    verdict.write(places.restricted / VERDICT_FILE)
    for name in submitted_formats():
        yield _result(CONFORMS, dg.AssetKey(["returns", name]), [o for o in outcomes if o.subject == name])
    yield _result("measures_within_bounds", GATE, [o for o in outcomes if o.subject == "measures"])
    for name, test in DBT_TESTS.items():
        yield _result(test.check, dg.AssetKey(test.model), [o for o in tests if o.check == name])
    yield _result(FIT_TO_PUBLISH, MARTS, [o for o in outcomes if o.subject == "marts"])
    if not verdict.is_good:
        withheld = f"Withheld. Release {current_number(places) or 'none'} stays current"
        about: dict[str, dg.MetadataValue | int] = {
            "because": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in verdict.reasons)),
            "checks that block": len(verdict.blocking),
        }
        # the release has no event of its own to say it with: nothing after a blocking check is run
        observed = dg.AssetObservation("release", description=withheld, metadata=about)
        context.op_execution_context.log_event(observed)
        raise dg.Failure(f"{withheld}. {'; '.join(verdict.reasons)}", metadata=about, allow_retries=False)


def _in_time(db: duckdb.DuckDBPyConnection, work: Any) -> list[Check]:
    try:
        checks: list[Check] = within(MOST_SECONDS, work)
    except TimeoutExceeded:
        db.interrupt()
        raise dg.Failure(
            f"the checks did not end in {MOST_SECONDS // 60} minutes, so none has passed; refresh again",
            allow_retries=False,
        ) from None
    return checks


def _checks_file(places: "WarehousePaths") -> Any:
    return places.restricted / CHECKS_FILE


def _keep(places: "WarehousePaths", checks: list[Check]) -> None:
    """How the measures were judged, for the verdict that is reached when the marts are there."""
    said = [asdict(outcome) for outcome in outcomes_of(checks)]
    _checks_file(places).write_text(json.dumps(said), encoding="utf-8")


def _outcomes_of_tests(ended: dict[str, str]) -> list[Outcome]:
    states: dict[str, State] = {
        "pass": "passed",
        "fail": "failed",
        "warn": "failed",
        "skipped": "not_run",
        "error": "crashed",
    }
    return [
        Outcome(
            name,
            "models",
            states.get(status, "crashed"),
            "critical",
            DBT_TESTS[name].about if name in DBT_TESTS else ONE_ROW,
            is_blocking=True,
        )
        for name, status in sorted(ended.items())  # dbt ends them in any order
    ]


def _result(check: str, asset: dg.AssetKey, outcomes: list[Outcome]) -> dg.AssetCheckResult:
    amiss = sorted(
        (o for o in outcomes if o.state in ("failed", "crashed") or o.blocks),
        key=lambda o: ("critical", "warning", "info").index(o.severity),
    )
    counted = {
        state: sum(o.state == state for o in outcomes) for state in ("passed", "failed", "not_run", "crashed")
    }
    lines = [f"- **{o.check}** on {o.subject}: {o.state}. {o.sentence}" for o in amiss]
    said = " ".join(dict.fromkeys(o.sentence for o in amiss)) or "Every check passed."
    return dg.AssetCheckResult(
        check_name=check,
        asset_key=asset,
        passed=not [o for o in amiss if o.severity == "critical"],
        severity=dg.AssetCheckSeverity.ERROR if any(o.blocks for o in amiss) else dg.AssetCheckSeverity.WARN,
        description=said if counted["passed"] or amiss else "Nothing was sent.",
        metadata={**counted, "what is amiss": dg.MetadataValue.md("\n".join(lines) or "nothing")},
    )
