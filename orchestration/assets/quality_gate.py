"""The quality gate: every check on returns and marts, and one verdict stamped with the build."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import duckdb

from expectations.verdict import Outcome, State, Verdict
from ingest.return_format import submitted_formats
from orchestration import progress
from orchestration.assets.warehouse import TESTS_FILE
from orchestration.boundary import quotes_nothing
from orchestration.deadline import TooLong, within
from orchestration.lock import only_refresh
from orchestration.release import build_digest, current_number
from orchestration.resources import Warehouse

MARTS = dg.AssetKey("fct_indicator_values")
VERDICT_FILE = "verdict.json"
DOCS = "data_docs"
MOST_SECONDS = 3600  # England's checks take minutes
AS_DECLARED = "landed_as_declared"
FIT_TO_PUBLISH = "fit_to_publish"
AS_MODELLED = "as_modelled"


@dg.multi_asset_check(
    specs=[
        *(
            dg.AssetCheckSpec(
                AS_DECLARED,
                asset=["returns", name],
                description="What was landed keeps every promise of its format.",
                additional_deps=[MARTS],
            )
            for name in submitted_formats()
        ),
        dg.AssetCheckSpec(AS_MODELLED, asset=MARTS, blocking=True, description="Every dbt test passes."),
        dg.AssetCheckSpec(
            FIT_TO_PUBLISH,
            asset=MARTS,
            blocking=True,
            description=(
                "Every critical check on returns and marts passes; otherwise the release is withheld."
            ),
            additional_deps=[
                "fct_indicator_revisions",
                "fct_submissions",
                "fct_findings",
                "fct_benchmarks",
                "fct_data_quality",
                "fct_publication_status",
            ],
        ),
    ],
    name="quality_gate",
)
@quotes_nothing
def quality_gate(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Judge the build in the warehouse and keep the verdict beside it."""
    progress.tell("judging the build")
    # Great Expectations takes seconds to import: only the step that judges pays for it
    from expectations import landing, publication, quality
    from expectations.error_report import write_error_reports
    from expectations.gate import judge

    places = warehouse.places
    with (
        only_refresh(places),
        duckdb.connect(str(places.warehouse), read_only=True) as db,
        db.cursor() as beside,
    ):

        def judged() -> list[Outcome]:
            with ThreadPoolExecutor(max_workers=1) as pool:  # DuckDB counts while Great Expectations judges
                counted = pool.submit(landing.measure, beside, submitted_formats())
                of_rules = quality.outcomes(db, places.restricted / DOCS)
            return [
                *judge("landing", counted.result(), landing.suite(), "return_name"),
                *judge("publication", publication.measure(db), publication.suite(), "subject"),
                *of_rules,
                *_dbt_tests(json.loads((places.restricted / TESTS_FILE).read_text(encoding="utf-8"))),
            ]

        try:
            outcomes = within(MOST_SECONDS, judged)
        except TooLong:
            db.interrupt()
            beside.interrupt()
            raise dg.Failure(
                f"the checks did not end in {MOST_SECONDS // 60} minutes, so none has passed; refresh again",
                allow_retries=False,
            ) from None
        verdict = Verdict(build_digest(db), tuple(outcomes))
    with only_refresh(places):
        write_error_reports(places)
    verdict.write(places.restricted / VERDICT_FILE)
    for name in submitted_formats():
        yield _result(AS_DECLARED, dg.AssetKey(["returns", name]), [o for o in outcomes if o.subject == name])
    yield _result(AS_MODELLED, MARTS, [o for o in outcomes if o.subject == "models"])
    yield _result(FIT_TO_PUBLISH, MARTS, outcomes)
    if not verdict.is_good:
        withheld = f"Withheld. Release {current_number(places) or 'none'} stays current"
        whom = [f"{o.la_code}: {o.in_words}" for o in verdict.withholding]
        because = dg.MetadataValue.md("\n".join(f"- {reason}" for reason in (*verdict.reasons, *whom)))
        about: dict[str, dg.MetadataValue | int] = {
            "because": because,
            "checks that block": len(verdict.blocking),
        }
        # the release has no event of its own to say it with: nothing after a blocking check is run
        observed = dg.AssetObservation("release", description=withheld, metadata=about)
        context.op_execution_context.log_event(observed)
        raise dg.Failure(f"{withheld}. {'; '.join(verdict.reasons)}", metadata=about, allow_retries=False)


def _dbt_tests(ended: dict[str, str]) -> list[Outcome]:
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
            "Each row of a mart stands for one thing.",
        )
        for name, status in sorted(ended.items())  # dbt ends them in any order
    ]


def _result(check: str, asset: dg.AssetKey, outcomes: list[Outcome]) -> dg.AssetCheckResult:
    amiss = sorted((o for o in outcomes if o.state != "passed"), key=lambda o: not (o.blocks or o.withholds))
    blocking = [o for o in amiss if o.blocks]
    counted = {
        state: sum(o.state == state for o in outcomes) for state in ("passed", "failed", "not_run", "crashed")
    }
    lines = [f"- **{o.check}** on {o.subject}: {o.state}. {o.sentence}" for o in amiss]
    return dg.AssetCheckResult(
        check_name=check,
        asset_key=asset,
        # an authority withheld by itself is a warning: the others are published
        passed=not (amiss if check == AS_DECLARED else [o for o in amiss if o.blocks or o.withholds]),
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        description=" ".join(dict.fromkeys(o.sentence for o in amiss)) or "Every check passed."
        if outcomes
        else "Nothing was sent.",
        metadata={**counted, "what is amiss": dg.MetadataValue.md("\n".join(lines) or "nothing")},
    )
