"""The models that look for signals, as they stand, over series that a test makes up."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from tests.support.model_query import query_of

LAST = 2025 * 12 + 2  # March 2025, as months are numbered
# an indicator of each kind that is judged in a way of its own: kind, unit, basis, whether it can be negative
KINDS = {
    "flow": ("flow", "count", "month", False),
    "small": ("flow", "count", "month", False),
    "share": ("flow", "percent", "month", False),
    "days": ("flow", "days", "month", False),
    "net": ("flow", "count", "month", True),
    "stock": ("stock", "count", "point_in_time", False),
    "stock_share": ("stock", "percent", "point_in_time", False),
    "rate": ("stock", "per_10k", "point_in_time", False),
    "lookback": ("lookback", "percent", "point_in_time", False),
}
COLUMNS = ["indicator_id", "name", "month_number", "value", "numerator", "denominator"]


def signals_of(
    points: pd.DataFrame, variables: Mapping[str, Any] | None = None, changed: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """What fct_indicator_spc says of points with COLUMNS: `indicator_id` one of KINDS, `name` its series.

    `changed` has the month of a recorded change of process by the name of a series.
    """
    db = duckdb.connect()
    db.execute("set enable_progress_bar = false")
    db.register("given", points[COLUMNS])
    about = [(kind, *said) for kind, said in KINDS.items()]
    db.register(
        "kinds",
        pd.DataFrame(about, columns=["indicator_id", "kind", "unit", "headline_basis", "can_be_negative"]),
    )
    db.register(
        "changed",
        pd.DataFrame(list((changed or {}).items()), columns=["name", "month"]).astype({"month": int}),
    )
    db.execute(
        f"""
        create table dim_indicator as select
            *, 'neutral' as polarity, false as can_exceed_whole, row_number() over () as display_order
        from kinds;
        create table dim_authority as select distinct name as la_code, '' as region_code, '' as region_name
        from given;
        create table int_indicators__values as
        select distinct name as la_code, indicator_id, headline_basis as period_basis,
            'all' as breakdown_type
        from given inner join kinds using (indicator_id);
        create table int_comparisons__series as {query_of("int_comparisons__series")};
        create table int_comparisons__months as
        select period_basis, month_number::int as month_number, true as is_in_signal,
            last_day(make_date(month_number // 12, month_number % 12 + 1, 1)) as period_end
        from (select distinct month_number::bigint as month_number from given),
            (values ('month'), ('point_in_time')) as bases (period_basis);
        create table int_comparisons__answers as
        select series_id, month_number::int as month_number, value, numerator, denominator,
            'final' as month_state
        from given inner join int_comparisons__series as series
            on given.name = series.la_code and given.indicator_id = series.indicator_id;
        create table stg_reference__process_changes as
        select name as la_code, indicator_id, make_date(month // 12, month % 12 + 1, 1) as from_date,
            'a new service' as reason
        from changed, kinds;
        create view int_comparisons__deviations as {query_of("int_comparisons__deviations")};
        """
    )
    return db.execute(
        f"""
        select judged.*, la_code as name, year(period_end) * 12 + month(period_end) - 1 as month_number
        from ({query_of("fct_indicator_spc", variables=variables)}) as judged
        order by indicator_id, name, period_end
        """
    ).df()
