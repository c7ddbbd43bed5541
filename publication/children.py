"""From a figure to its children: who counts towards it and who does not, the row of each; and its parts.

Children's records: for those who may see them, never part of a release. What is shown adds up to the figure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.suggest import nearest
from ingest.paths import WarehousePaths
from publication import counting_rules
from publication.access_log import note_access
from publication.own_names import names_of_files
from publication.own_numbers import with_own_numbers
from publication.queries import NotFoundError
from publication.select import has, read_only, rows_of, table_of
from publication.spreadsheets import csv_of

COUNTED, PASSED_OVER = "restricted.restricted_counted", "restricted.restricted_passed_over"
PARTS = "restricted.restricted_parts"
PART_COLUMNS = ("title", "numerator", "denominator", "value", "value_status", "breakdown_value")
FIGURES, INDICATORS = "marts.fct_indicator_values", "marts.dim_indicator"
COLUMNS = (
    "counts_in", "why", "numerator", "denominator", "working_days", "la_child_id", "counted_on",
    "breakdown_value", "return_name", "file", "row_number",
)  # fmt: skip
OF_MONTH = "strftime(period_end, '%Y-%m') = $month"
ORDER = "counts_in desc, counted_on, return_name, file, row_number, la_child_id, breakdown_value"
ORDER_PASSED_OVER = "counted_on, return_name, file, row_number"


@dataclass(frozen=True)
class Behind:
    """A figure and the rows behind it, one for each child or event that counts or could have.

    `sums` are the numerator and the denominator that the rows add up to, None where a figure has none.
    """

    about: dict[str, Any]
    month: str
    basis: str
    figure: dict[str, Any]
    rows: pa.Table

    @property
    def sums(self) -> tuple[float | None, float | None]:
        numerator, denominator = (pc.sum(self.rows.column(n)).as_py() for n in ("numerator", "denominator"))
        return numerator, denominator

    @property
    def said(self) -> str:
        """What the rows are beside the figure, in a sentence."""
        status = self.figure["value_status"]
        if status == "reported":
            return "The authority gave this figure as a total: no child's record is behind it."
        if status == "derived":
            return (
                "This figure is worked out from totals that the authority gave, with its records of the "
                "months that have any: these are the rows of those."
            )
        if status == "not_submitted":
            return "A return that this figure needs did not come: nobody counts towards it."
        if status == "insufficient_history":
            return "The returns do not reach far enough back for this figure: nothing was counted."
        if status == "withheld":
            return "The figure is held; these are the rows that the newest returns have."
        if self.is_earlier:
            return "The figure is held and an earlier one stands; these are the rows of the newest returns."
        return "What these rows add is the figure."

    @property
    def is_earlier(self) -> bool:
        return self.figure["ground"] is not None and self.figure["value_status"] != "withheld"

    def csv(self) -> bytes:
        return csv_of(self.rows)


def children_behind(
    places: WarehousePaths,
    indicator: str,
    authority: str,
    month: str,
    basis: str | None = None,
    own_numbers: bool = False,
    key: Path | None = None,
) -> Behind:
    """Who is behind a figure of the newest refresh, on its headline basis unless another is named.

    The access is noted in the restricted zone. Raises NotFoundError, and InvalidKeyError where own numbers
    are asked without the key; duckdb.IOException where a refresh is writing.
    """
    with _opened(places, COUNTED) as db:
        about, basis, figure = _figure(db, indicator, authority, month, basis)
        asked = {"la_code": authority, "indicator_id": indicator, "period_basis": basis}
        rows = pa.concat_tables(
            [
                table_of(db, model, "* exclude (la_code, indicator_id)", **asked, where=OF_MONTH,
                         given={"month": month}, order=order)
                for model, order in ((COUNTED, ORDER), (PASSED_OVER, ORDER_PASSED_OVER))
            ],
            promote_options="default",
        ).select(COLUMNS)  # fmt: skip
    rows = _with_own_files(rows, places)
    if own_numbers:
        rows = with_own_numbers(places, authority, key, rows, ["la_child_id"])
    note_access(
        places, "explain --children", rows.num_rows, own_numbers,
        indicator_id=indicator, la_code=authority, month=month, period_basis=basis,
    )  # fmt: skip
    return Behind(about | {"rule": counting_rules.in_words(about)}, month, basis, figure, rows)


@dataclass(frozen=True)
class Parts:
    """A figure and its parts by one characteristic: what each is called, its figure and how it came about."""

    about: dict[str, Any]
    basis: str
    figure: dict[str, Any]
    rows: pa.Table


def parts_of(
    places: WarehousePaths, indicator: str, authority: str, month: str, basis: str | None, by: str
) -> Parts:
    """A figure of the newest refresh by a characteristic of its children, on its headline basis unless named.

    The access is noted in the restricted zone. Raises NotFoundError where the indicator has no such parts or
    the figure was not worked out from records; duckdb.IOException where a refresh is writing.
    """
    with _opened(places, PARTS) as db:
        about, basis, figure = _figure(db, indicator, authority, month, basis)
        has_parts = about["characteristics"].split() if about["characteristics"] else []
        if by not in has_parts:
            has = f"it has {', '.join(has_parts)}" if has_parts else "it counts no children, or has none"
            raise NotFoundError(f"{indicator} has no parts by {by}; {has}")
        rows = table_of(
            db, PARTS, ", ".join(PART_COLUMNS), la_code=authority, indicator_id=indicator,
            period_basis=basis, breakdown_type=by, where=OF_MONTH, given={"month": month},
            order="display_order, title",
        )  # fmt: skip
    if not rows.num_rows:
        raise NotFoundError(
            f"the figure is {figure['value_status'].replace('_', ' ')}: "
            "only one that was worked out from records, and stands, has parts"
        )
    note_access(
        places, f"explain --by {by}", rows.num_rows, False,
        indicator_id=indicator, la_code=authority, month=month, period_basis=basis,
    )  # fmt: skip
    return Parts(about | {"rule": counting_rules.in_words(about)}, basis, figure, rows)


@contextmanager
def _opened(places: WarehousePaths, model: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse to be read. Raises NotFoundError where it is missing, or older than the model."""
    if not places.warehouse.exists():
        raise NotFoundError(f"there is no warehouse in {places.restricted}; run `line-of-sight refresh`")
    with read_only(places.warehouse) as db:
        if not has(db, model):
            raise NotFoundError("the warehouse was made by an earlier version; run `line-of-sight refresh`")
        yield db


def _figure(
    db: duckdb.DuckDBPyConnection, indicator: str, authority: str, month: str, basis: str | None
) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The indicator, the basis asked for or its first, and the figure of the month."""
    about = _about(db, indicator)
    bases = about["bases"].split()
    if basis and basis not in bases:
        raise NotFoundError(f"{indicator} is not worked out on {basis}; it has {', '.join(bases)}")
    basis = basis or about["headline_basis"] or bases[0]
    asked = {"la_code": authority, "indicator_id": indicator, "period_basis": basis}
    found = rows_of(db, FIGURES, **asked, breakdown_type="all", where=OF_MONTH, given={"month": month})
    if not found:
        raise NotFoundError(
            f"the newest refresh answers nothing of authority {authority} for {month}; "
            "`line-of-sight scorecard` shows which months it does"
        )
    return about, str(basis), found[0]


def _about(db: duckdb.DuckDBPyConnection, indicator: str) -> dict[str, Any]:
    found = rows_of(db, INDICATORS, indicator_id=indicator)
    if found:
        return found[0]
    titles = {one["indicator_id"]: one["title"] for one in rows_of(db, INDICATORS, "indicator_id, title")}
    near = nearest(indicator, titles)
    move = f"did you mean {' or '.join(near)}?" if near else "`line-of-sight scorecard --json` shows every id"
    raise NotFoundError(f"{indicator} is not an indicator; {move}")


def _with_own_files(rows: pa.Table, places: WarehousePaths) -> pa.Table:
    """The files by their own names: whoever may see children may see the raw folder."""
    own = names_of_files(places)
    column = rows.column("file")
    known = pc.index_in(column, pa.array(list(own), pa.string()))
    named = pc.coalesce(pa.array(list(own.values()), pa.string()).take(known), column)
    return rows.set_column(rows.column_names.index("file"), "file", named)
