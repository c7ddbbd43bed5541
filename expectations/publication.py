"""What must hold of the marts before anyone may read them. Written by hand; each line carries its reason.

Each measure is the number of answers that break it, counted in the warehouse. A measure that cannot be taken
is left empty, and the gate calls it not run.
"""

import duckdb
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

MEASURES = {
    "shares_over_the_whole": """
        select count(*) from marts.fct_indicator_values
        inner join marts.dim_indicator using (indicator_id)
        where unit = 'percent' and value is not null
            and (
                numerator > denominator
                or value > 100
                or (value < 0 and indicator_id <> 'partner_cp_activity_change')
            )
            and indicator_id <> 'partner_cp_activity_change'
    """,
    "answers_repeated": """
        select count(*) from (
            select 1 from marts.fct_indicator_values
            group by la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value
            having count(*) > 1
        )
    """,
    "answers_missing": """
        select count(*) from (
            select distinct la_code, month_number from intermediate.int_periods_owed
            where edition = 'restated'
        ) as owed
        cross join (
            select indicator_id, unnest(string_split(bases, ' ')) as period_basis from marts.dim_indicator
        )
        inner join marts.dim_period using (month_number, period_basis)
        anti join marts.fct_indicator_values using (la_code, indicator_id, period_basis, period_end)
    """,
    "values_without_a_ground": """
        select count(*) from marts.fct_indicator_values
        where case value_status
            when 'provisional' then value is null and numerator is distinct from 0  -- null of no cases
            else (value is not null) <> (value_status in ('calculated', 'reported'))
        end
    """,
    "statuses_unknown": """
        select count(*) from marts.fct_indicator_values
        where value_status not in (select code from seeds.code_lists where list = 'value_status')
    """,
    "counts_below_zero": """
        select count(*) from marts.fct_indicator_values inner join marts.dim_indicator using (indicator_id)
        where numerator < 0 and unit not in ('gbp') and indicator_id not like '%net_change'
            and indicator_id <> 'partner_cp_activity_change'
    """,
    "years_to_date_not_their_months": """
        with flows as (
            select answers.*, extract(year from period_end - interval 3 month) as year
            from marts.fct_indicator_values as answers
            inner join marts.dim_indicator using (indicator_id)
            where unit = 'count' and kind = 'flow' and value_status in ('calculated', 'provisional')
                and indicator_id <> 'cla_missing_children'
        ),
        months as (
            select *, sum(numerator) over through_year as to_date, count(*) over through_year as month_count
            from flows where period_basis = 'month'
            window through_year as (
                partition by la_code, indicator_id, breakdown_type, breakdown_value, year order by period_end
            )
        )
        select count(*) from flows
        inner join months using (la_code, indicator_id, breakdown_type, breakdown_value, period_end)
        where flows.period_basis = 'year_to_date' and flows.numerator <> months.to_date
            and months.month_count = (extract(month from period_end) + 8) % 12 + 1
    """,
    "returns_accepted_short": """
        select (count(*) = 0)::int from marts.fct_submissions
        where submission_status = 'accepted' and reporting_month = (select view_month from ledger.reporting)
    """,
    "authorities_silent": """
        select count(*) from (
            select la_code from marts.fct_submissions
            where reporting_month = (select view_month from ledger.reporting)
            group by la_code having bool_and(submission_status <> 'accepted')
        )
    """,
}


def _none(measure: str, severity: str, reason: str) -> Expectation:
    return gxe.ExpectColumnValuesToBeBetween(
        column=measure,
        min_value=0,
        max_value=0,
        severity=FailureSeverity(severity),
        notes=reason,
        meta={"check": measure},
    )


def suite() -> list[Expectation]:
    """The hand-written suite over the marts. Critical lines withhold the release."""
    return [
        _none("shares_over_the_whole", "critical", "A share cannot exceed its whole."),
        _none(
            "answers_repeated",
            "critical",
            "A question has one answer; a second would be added to it in a chart.",
        ),
        _none(
            "answers_missing",
            "critical",
            "Every answer owed is given; a gap would be taken for nothing to report.",
        ),
        _none(
            "values_without_a_ground",
            "critical",
            "A value is there exactly where it was worked out or reported.",
        ),
        _none("statuses_unknown", "critical", "A reader can look up what every status means."),
        _none("counts_below_zero", "critical", "Nothing is counted fewer than no times, net changes apart."),
        _none(
            "years_to_date_not_their_months",
            "critical",
            "Within one view a year to date is the sum of its months.",
        ),
        _none(
            "returns_accepted_short",
            "critical",
            "A month for which no return was accepted has nothing to publish.",
        ),
        _none(
            "authorities_silent", "warning", "Every authority sent something usable for the month reported."
        ),
    ]


def measure(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Grain: one row, about the marts as a whole. A count for every measure; empty where none was taken."""
    counted: dict[str, object] = {"subject": "marts"}
    for name, sql in MEASURES.items():
        try:
            row = db.execute(sql).fetchone()
        except duckdb.Error:  # its text may quote a value
            row = None
        counted[name] = row[0] if row else pd.NA
    return pd.DataFrame([counted])
