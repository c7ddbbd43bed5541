"""A warehouse with the marts that the public pack reads, made from invented base figures."""

import duckdb
import pandas as pd

from tests.support.model_query import query_of
from tests.support.worlds import catalogue, real_authorities


def warehouse(base: pd.DataFrame, are_real: bool = True) -> duckdb.DuckDBPyConnection:
    """A connection with marts of these figures. Those of invented authorities have no codes and no region."""
    db = duckdb.connect()
    db.execute("create schema marts")
    db.execute("create schema intermediate")
    about = catalogue().reset_index().assign(display_order=lambda d: d["display_order"].astype(int))
    db.register("about", about)
    db.execute("create table marts.dim_indicator as from about")
    if are_real:
        places = real_authorities().assign(is_invented=False, to_date=None)
    else:
        codes = sorted(base["la_code"].unique())
        places = pd.DataFrame(
            {"la_code": codes, "new_la_code": None, "la_name": [f"Council {c}" for c in codes]}
        )
        places = places.assign(region_code=None, region_name=None, is_invented=True, to_date=None)
    db.register("places", places)
    db.execute("create table marts.dim_authority as select * replace (to_date::date as to_date) from places")
    db.register("base", base)
    db.execute(
        """
        create table intermediate.int_indicators__public as
        select
            la_code, indicator_id, period_basis,
            last_day(make_date(month // 12, month % 12 + 1, 1)) as period_end,
            case when breakdown = 'all' then 'all' else 'abuse_category' end as breakdown_type,
            breakdown as breakdown_value, numerator, denominator, value, value_status
        from base
        """
    )
    for model in ("int_indicators__printable", "int_indicators__areas"):
        db.execute(f"create view intermediate.{model} as {query_of(model, _place)}")
    return db


def _place(model: str) -> str:
    return f"{'marts' if model.startswith('dim_') else 'intermediate'}.{model}"
