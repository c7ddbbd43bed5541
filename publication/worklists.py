"""Work lists: the children behind what is overdue, by team and worker, for the weekly performance meeting.

They name children by the council's own ids, so they are made in the restricted zone, stay there, and are
never part of a release. Who is on a list is decided by the evidence that the figures are counted from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingest.paths import WarehousePaths
from publication.error_reports import FORMULA
from publication.formatting import month_words
from publication.reports.charts import DRAWN
from publication.reports.figures import Cell, ReportError
from publication.reports.make import write
from publication.reports.tables import Table
from publication.select import has, rows_of, table_of

LISTS, ROWS = "restricted.restricted_work_lists", "restricted.restricted_work_list"
LISTED = "kind, team, worker_id as worker, la_child_id as child, state, on_date, days"
COLUMNS = ("Team", "Worker", "Child", "State", "Date", "Days")


@dataclass(frozen=True)
class Kind:
    """One work list: its name in restricted_work_lists, what it is called, and what its date and days are."""

    name: str
    title: str
    dated: str


KINDS = (
    Kind(
        "assessments",
        "Assessments out of time, or within 10 working days of it",
        "Date the clock started; working days so far",
    ),
    Kind(
        "plan_visits",
        "Children on a plan not seen in the last 10 working days",
        "Date last seen, or since when on the plan; days since",
    ),
    Kind("plan_reviews", "Reviews of plans overdue, or due within 30 days", "Date due; days past it"),
    Kind("long_plans", "Plans of 2 years, or near it", "Date the plan started; days on it"),
    Kind("care_visits", "Looked after children not visited in time", "Date care began; days in care"),
    Kind("care_reviews", "Looked after reviews overdue, or due within 30 days", "Date due; days past it"),
    Kind("unallocated", "Open cases with no worker", "Date in need since; days since"),
)


@dataclass(frozen=True)
class WorkList:
    """One list as made: its rows as a table of team, worker, child, state, on_date and days.

    `is_told` is false where the return it needs did not come for the month: nobody is listed then.
    """

    kind: Kind
    rows: pa.Table
    is_told: bool

    def csv(self) -> bytes:
        """The rows as CSV, where no text can be taken for a formula by the spreadsheet that opens it."""
        safe = [
            pc.replace_substring_regex(column, f"({FORMULA})", r"'\1")
            if pa.types.is_string(column.type)
            else column
            for column in self.rows.itercolumns()
        ]
        held = pa.BufferOutputStream()
        pa_csv.write_csv(pa.table(safe, self.rows.column_names), held)
        return held.getvalue().to_pybytes()

    def table(self) -> Table:
        return Table(
            f"{self.kind.title}. {self.kind.dated}",
            COLUMNS,
            tuple(tuple(Cell(str(cell)) for cell in row.values()) for row in self.rows.to_pylist()),
        )


def write_work_lists(places: WarehousePaths, authority: str) -> Iterator[Path]:
    """Write restricted/work_lists/<la_code>/<list>.csv and work_lists.html, for their owner's eyes only.

    They are of the newest month that was refreshed. Raises ReportError where there is no such authority, and
    duckdb.IOException where a refresh is writing.
    """
    if not places.warehouse.exists():
        raise ReportError(f"there is no warehouse in {places.restricted}; run `line-of-sight refresh`")
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        month, lists = work_lists(db, authority)
    folder = places.work_lists / authority
    for made in lists:
        yield write(folder / f"{made.kind.name}.csv", made.csv())
    page = DRAWN.get_template("work_lists.html").render(
        title=f"Work lists: {authority}, {month_words(month)}", lists=lists, month=month, large_print=False
    )
    yield write(folder / "work_lists.html", page.encode())


def work_lists(db: duckdb.DuckDBPyConnection, authority: str) -> tuple[date, list[WorkList]]:
    """Every list of an authority as the newest refresh has it, and of which month end. Raises ReportError."""
    if not has(db, LISTS):
        raise ReportError("the warehouse was made before work lists were; run `line-of-sight refresh`")
    found = {row["kind"]: row for row in rows_of(db, LISTS, la_code=authority)}
    if not found:
        raise ReportError(f"the warehouse has nothing of authority {authority}")
    listed = table_of(db, ROWS, LISTED, la_code=authority, order="team, worker, on_date, child")
    month: date = found[KINDS[0].name]["period_end"]
    return month, [
        WorkList(
            kind,
            listed.filter(pc.field("kind") == kind.name).drop_columns("kind"),
            is_told=found[kind.name]["is_submitted"],
        )
        for kind in KINDS
    ]
