"""Great Expectations over the measures of returns and figures. What it finds, and nothing before it, holds.

SQL counts (dbt's int_measures); the suite of each return judges what of it could be read, the suite
`measures` everything else that can put a figure in doubt.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from expectations.checks import Check
from expectations.gate import judge
from ingest.contracts.return_schema import submitted_formats

OF_RETURNS = ("rows_unread", "values_unread", "order_of_dates_unsure", "keys_repeated", "dates_outside")
JUDGEMENTS = pa.schema(
    [
        ("measure_no", pa.int32()),
        ("suite", pa.string()),
        ("check_name", pa.string()),
        ("severity", pa.string()),
        ("state", pa.string()),
        ("bound", pa.float64()),
        ("sentence", pa.string()),
    ]
)


MEASURE = (
    "measure_no, la_code, return_name, concat(la_code, ' ', return_name) as whose, field_name, ground, "
    "rule_id, effect, look_back, counted, out_of, measured"
)


def measures(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Grain: one measure. Counts, and what of: authority, return, field, ground, rule; never a child."""
    return db.table("intermediate.int_measures").project(MEASURE).order("measure_no").df()


def by_ground(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows, with the measure of each of a return's grounds in a column of the ground's name too.

    A bound passes over what is empty, so it needs no condition on the ground: every condition is copied
    dozens of times for each expectation, which took most of the time that judging took.
    """
    return frame.assign(**{ground: frame.measured.where(frame.ground == ground) for ground in OF_RETURNS})


def judge_measures(context: Any, suites: Mapping[str, Mapping[str, Any]], frame: pd.DataFrame) -> list[Check]:
    """Every expectation of the suites of returns and of the suite `measures`, judged."""
    is_of_return = frame.ground.isin(OF_RETURNS)
    returns = dict(tuple(by_ground(frame[is_of_return]).groupby("return_name")))
    checks = []
    for name in submitted_formats():
        checks += judge(context, name, suites[name], returns.get(name, frame.head(0)), "measure_no")
    return checks + judge(context, "measures", suites["measures"], frame[~is_of_return], "measure_no")


def judgements(checks: Sequence[Check]) -> pa.Table:
    """Grain: one measure that did not meet one expectation, or whose expectation crashed."""
    found = [check for check in checks if check.state in ("failed", "crashed")]
    return pa.Table.from_pylist(
        [
            {
                "measure_no": measure_no,
                "suite": check.suite,
                "check_name": check.check,
                "severity": check.severity,
                "state": check.state,
                "bound": check.bound,
                "sentence": check.sentence,
            }
            for check in found
            for measure_no in check.failing
        ],
        JUDGEMENTS,
    )


def not_judged(frame: pd.DataFrame, suites: Mapping[str, Mapping[str, Any]]) -> list[Check]:
    """Grounds that were measured and that no expectation holds figures for: let through, and said."""
    held = {
        (name, said["meta"].get("ground"))
        for name, suite in suites.items()
        for said in suite["expectations"]
        if said["severity"] == "critical"
    }
    holding = frame[(frame.effect == "hold") & ~frame.ground.isin(("keys_repeated", "dates_outside"))]
    holding = holding[holding.ground != "order_of_dates_unsure"]
    suite_of = holding.return_name.where(holding.ground.isin(OF_RETURNS), "measures")
    asked = sorted(set(zip(suite_of, holding.ground, strict=True)) - held)
    return [
        Check(
            suite=suite,
            check=ground,
            expectation="none",
            severity="warning",
            state="not_run",
            sentence=f"No expectation of suites/{suite}.json holds figures for the ground {ground}",
        )
        for suite, ground in asked
    ]
