"""Set the product's figures beside the second opinion's, to the unit."""

import duckdb
import pandas as pd

from ingest.paths import WarehousePaths
from tests.oracle.opinion import figures

KEY = ["la_code", "indicator_id", "period_basis", "period_end", "breakdown_type", "breakdown_value"]
NUMBERS = ["numerator", "denominator", "value"]


def differences(
    places: WarehousePaths,
    view: str,
    mine: pd.DataFrame | None = None,
    answered_only: bool = False,
    theirs: pd.DataFrame | None = None,
) -> tuple[int, pd.DataFrame]:
    """How many answers were compared, and those that differ, each side's beside the other's.

    Numerators and denominators must be equal; values may differ by the last bits of a floating division.
    """
    if mine is None:
        with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
            mine = db.sql("from fct_indicator_values").df()
    mine = mine.assign(period_end=pd.to_datetime(mine.period_end).dt.date)
    if theirs is None:
        theirs = figures(places.raw, places.reference, view)
    if answered_only:
        theirs = theirs[theirs.value_status != "not_submitted"]
    both = mine[[*KEY, *NUMBERS, "value_status"]].merge(
        theirs, on=KEY, how="outer", suffixes=("_product", "_opinion"), indicator=True
    )
    differs = (both._merge != "both") | (both.value_status_product != both.value_status_opinion)
    for name in NUMBERS:
        product, opinion = both[f"{name}_product"].astype(float), both[f"{name}_opinion"].astype(float)
        allowed = 1e-9 * opinion.abs().clip(lower=1) if name == "value" else 0
        differs |= ~((product - opinion).abs() <= allowed) & ~(product.isna() & opinion.isna())
    return len(both), both[differs]
