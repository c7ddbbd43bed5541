"""Great Expectations over how the quality rules ended: one row for an authority, a column for a rule.

A critical rule may fail on as many records as its threshold allows; the others should not fail at all, and
only say so. What fails withholds its authority (int_quality__withheld); a crashed rule withholds the release.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.gate import judge
from expectations.verdict import Outcome


def suite(rules: pd.DataFrame) -> list[Expectation]:
    """One expectation for each rule: no authority breaks it, beyond what its threshold allows."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column=rule["rule_id"],
            min_value=0,
            max_value=0,
            severity=FailureSeverity(rule["severity"]),
            notes=rule["sentence"],
            meta={"check": rule["rule_id"]},
        )
        for rule in rules.to_dict("records")
    ]


def measure(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Grain: one authority and rule, as fct_data_quality, and what is judged of it (null: it did not run).

    Of a critical rule that is the failing records where they are more than its threshold allows, or none.
    """
    return db.sql(
        """
        select
            quality.* exclude (threshold_percent), rules.sentence,
            case when severity = 'critical' and not is_over_threshold then 0 else rows_failing end as judged
        from marts.fct_data_quality as quality
        inner join marts.dim_quality_rule as rules using (rule_id)
        order by la_code, rule_id
        """
    ).df()


def outcomes(db: duckdb.DuckDBPyConnection, docs: Path) -> list[Outcome]:
    """Every rule's end: by authority where it did not pass, once for all whom it passed.

    Writes Great Expectations' pages of it to the folder `docs`.
    """
    measured = measure(db)
    rules = measured.drop_duplicates("rule_id")
    has_run = measured.state.isin(["passed", "failed"])
    measured["judged"] = measured.judged.where(has_run, pd.NA)
    frame = measured.pivot(index="la_code", columns="rule_id", values="judged").reset_index()
    judged = {(o.subject, o.check): o for o in judge("quality", frame, suite(rules), "la_code", docs)}
    ended = _by_rule(measured, judged)
    return [*ended, *_withheld_as_judged(db, ended)]


def _by_rule(measured: pd.DataFrame, judged: Mapping[tuple[str, str], Outcome]) -> list[Outcome]:
    ended: dict[tuple[str, str], Outcome] = {}
    for row in measured.to_dict("records"):
        code, rule = row["la_code"], row["rule_id"]
        one = judged[code, rule]
        if "crashed" in (row["state"], one.state):  # whatever its severity, nobody knows what it hides
            ended[rule, "*"] = replace(one, subject="returns", state="crashed", severity="critical")
        elif one.state == "not_run":
            reason = f"{one.sentence} Not run: {row['not_run_reason']}."
            ended[rule, code] = replace(one, severity="info", sentence=reason)
        elif one.state == "passed" and not row["rows_failing"]:
            ended[rule, ""] = replace(one, subject="returns")
        elif one.state == "failed" and one.severity == "critical":
            ended[rule, code] = replace(
                one,
                la_code=code,
                overridden_by=row["overridden_by"] or None,
                override_reason=row["override_reason"] or None,
            )
        else:  # within its threshold a critical rule warns
            severity = "warning" if one.severity == "critical" else one.severity
            found = int(row["rows_failing"])
            ended[rule, code] = replace(one, state="failed", severity=severity, violations=found)
    return list(ended.values())


def _withheld_as_judged(db: duckdb.DuckDBPyConnection, ended: Sequence[Outcome]) -> list[Outcome]:
    """That the build leaves out those, and only those, whom this judgement withholds; and not everyone."""
    built = {code for (code,) in db.sql("select la_code from intermediate.int_quality__withheld").fetchall()}
    judged = {o.la_code for o in ended if o.withholds}
    everyone = {code for (code,) in db.sql("select la_code from marts.fct_publication_status").fetchall()}
    return [
        Outcome(
            "withheld_as_judged",
            "marts",
            "passed" if built == judged else "failed",
            "critical",
            "The marts leave out those authorities whom the rules withhold, and nobody else.",
            len(built ^ judged),
        ),
        Outcome(
            "someone_to_publish",
            "marts",
            "passed" if everyone - built else "failed",
            "critical",
            "Some authority is fit to publish.",
            0 if everyone - built else len(everyone),
        ),
    ]
