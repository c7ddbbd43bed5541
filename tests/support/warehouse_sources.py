"""A warehouse with what the comparisons read, and nothing behind it: figures are put in, not counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ingest.paths import WarehousePaths
from ingest.reference import load_reference
from orchestration.runtime import dbt_build

DIMENSIONS = (
    "authorities",
    "indicator_catalogue",
    "dim_authority",
    "dim_indicator",
    "dim_period",
    "dim_benchmark",
    "dim_neighbour_model",
    "published_statistics",
    "benchmark_notes",
    "neighbour_models",
    "path:models/staging/reference",
    "stg_ledger__vintages",
    "stg_ledger__folders",
    "bridge_peer",
)
COMPARISONS = (
    "path:models/intermediate/comparisons",
    "fct_indicator_spc",
    "fct_indicator_comparisons",
)
# as the models of these names have them; what the comparisons do not read is left out
FIGURES = """
create schema if not exists intermediate;
create table intermediate.int_indicators__values (
    la_code varchar, indicator_id varchar, period_basis varchar, period_end date, breakdown_type varchar,
    breakdown_value varchar, numerator double, denominator double, value double, value_status varchar,
    snapshot_month varchar, view_month varchar, ground varchar, ground_sentence varchar,
    suggested_action varchar, month_state varchar
);
create table intermediate.int_benchmarks__published (
    indicator_id varchar, period_basis varchar, period_end date, comparator varchar, area_code varchar,
    publication varchar, release_year integer, published_on date, value double, value_status varchar,
    neighbours_listed bigint, neighbours_used bigint, median_value double, joined_code varchar
);
"""


@dataclass(frozen=True)
class Figure:
    """One answer owed, as int_indicators__values has it."""

    la_code: str
    indicator_id: str
    period_basis: str
    month: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    status: str = "reported"


def lay_out_dimensions(places: WarehousePaths, first_month: str, last_month: str) -> None:
    """Make the warehouse: reference files read, the dimensions built, no figure and no benchmark yet."""
    places.prepare()
    with duckdb.connect(str(places.warehouse)) as db:
        for schema in ("ledger", "reference"):
            db.execute(f"create schema {schema}")
        load_reference(db, places.reference)
        db.execute(
            """
            create table ledger.vintages as
            select
                1 as vintage_id, 'restated' as edition, $last as view_month, null as la_code,
                $first as first_period, null::date as as_at_date, null as fingerprint, 0 as event_id
            """,
            {"first": first_month, "last": last_month},
        )
        db.execute("create table ledger.folders (reporting_month varchar, la_code varchar)")
    dbt_build.build(places, DIMENSIONS)
    with duckdb.connect(str(places.warehouse)) as db:
        db.execute(FIGURES)


def build_comparisons(places: WarehousePaths) -> list[dbt_build.Node]:
    """Build and test the models of the comparisons over what has been put in."""
    return dbt_build.build(places, COMPARISONS)


def put_in(places: WarehousePaths, figures: Sequence[Figure]) -> None:
    """Put figures in as if they had been counted."""
    rows = [
        (
            f.la_code,
            f.indicator_id,
            f.period_basis,
            f"{f.month}-01",
            f.numerator,
            f.denominator,
            f.value,
            f.status,
        )
        for f in figures
    ]
    with duckdb.connect(str(places.warehouse)) as db:
        db.executemany(
            """
            insert into intermediate.int_indicators__values by name
            select
                ? as la_code, ? as indicator_id, ? as period_basis, last_day(?::date) as period_end,
                'all' as breakdown_type, 'all' as breakdown_value, ? as numerator, ? as denominator,
                ? as value, ? as value_status, 'final' as month_state
            """,
            rows,
        )


def months_to(last: str, count: int) -> list[str]:
    """So many months, the last of them as given: 2025-01, 2025-02, 2025-03."""
    number = int(last[:4]) * 12 + int(last[5:]) - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(number - count + 1, number + 1)]
