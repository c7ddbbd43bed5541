"""Work lists: the children behind what is overdue or due next, by team and worker, for the weekly meeting.

They name children by pseudonym, or by the council's own numbers where its settings allow it, so they are
made in the restricted zone, stay there, and are never part of a release. A name is in none. Who is on
a list is decided by the evidence that the figures are counted from. Each list is kept, by pseudonym, so that
the next one can say what is new, what is done, and what is still open and for how long.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.dates import last_day_of
from ingest.paths import WarehousePaths
from publication.access_log import note_access
from publication.formatting import month_words
from publication.list_history import keep
from publication.own_numbers import with_own_numbers
from publication.reports.charts import DRAWN
from publication.reports.figures import Cell, ReportError
from publication.reports.make import write
from publication.reports.tables import Table
from publication.reports.workbook import workbook_of
from publication.select import has, read_only, rows_of, table_of
from publication.spreadsheets import csv_of

LISTS, ROWS = "restricted.restricted_work_lists", "restricted.restricted_work_list"
HEADLINES = "restricted.restricted_headline_counts"
LISTED = (
    "kind, team, worker_id as worker, la_child_id as child, state, last_seen_date as last_seen, "
    "due_date as due, on_date, days, record_id"
)
COLUMNS = ("Team", "Worker", "Child", "State", "Last seen", "Due", "Date", "Days")
COUNTED = ("What", "From", "As at", "How many")
CHANGED = ("List", "Worker", "Child", "State", "On the list since")
CHANGES = {
    "new": "New since the list before",
    "still open": "Still open, the longest first",
    "done": "Done: no longer on the list",
}
NOTE = (
    "Children's records. For the teams named here, at the performance meeting. Never to be published or "
    "sent on."
)


@dataclass(frozen=True)
class Kind:
    """One work list: its name in restricted_work_lists, what it is called, and what its date and days are."""

    name: str
    title: str
    dated: str


# what does most harm when it is late comes first
KINDS = (
    Kind("unallocated", "Open cases with no worker", "Date in need since; calendar days since"),
    Kind(
        "conferences",
        "Initial conferences overdue, or not yet held from the 6th working day",
        "Date the enquiry started; working days since, and 15 are allowed",
    ),
    Kind(
        "plan_visits",
        "Children on a plan not visited in time, or due within 7 days",
        "Date last seen, or since when on the plan; calendar days since. Due after the child's own interval, "
        "or 10 working days",
    ),
    Kind(
        "care_visits",
        "Looked after children not visited in time, or due within 7 days",
        "Date care began; calendar days in care. Due after the child's own interval, or 42 calendar days",
    ),
    Kind(
        "return_interviews",
        "Children back from going missing without a return interview",
        "Date the child came back; calendar days since, and 3 are allowed",
    ),
    Kind(
        "assessments",
        "Assessments out of time, or within 10 working days of it",
        "Date the clock started; working days so far",
    ),
    Kind(
        "plan_reviews", "Reviews of plans overdue, or due within 30 days", "Date due; calendar days past it"
    ),
    Kind(
        "care_reviews",
        "Looked after reviews overdue, or due within 30 days",
        "Date due; calendar days past it",
    ),
    Kind(
        "health_checks",
        "Health and dental checks overdue, or due within 30 days",
        "Date of the last check, or that care began; calendar days past the day it is due",
    ),
    Kind("long_plans", "Plans of 15 months, 21 or 2 years", "Date the plan started; calendar days on it"),
)


@dataclass(frozen=True)
class WorkList:
    """One list as made: its rows as a table of team, worker, child, state, last seen, due, on_date and days.

    `is_told` is false where the return it needs did not come: nobody is listed then.
    """

    kind: Kind
    rows: pa.Table
    is_told: bool

    def csv(self) -> bytes:
        """The rows as CSV, where no text can be taken for a formula by the spreadsheet that opens it."""
        return csv_of(self.rows)

    def table(self) -> Table:
        return Table(f"{self.kind.title}. {self.kind.dated}", COLUMNS, cells_of(self.rows))


@dataclass(frozen=True)
class AtDay:
    """The warehouse that ends at a day, and the raw folder of the records in it: where own numbers stand."""

    warehouse: Path
    raw: Path


@dataclass(frozen=True)
class Day:
    """What the lists are made from: which day they are as at, of which month's records, and what is odd."""

    as_at: date
    month: str
    before: date | None
    fewer_rows: tuple[str, ...]

    @property
    def oddities(self) -> tuple[str, ...]:
        """What a reader should know before acting on the list, a sentence each."""
        last = last_day_of(self.month)
        if self.as_at > last:
            behind = f"The records are those sent for {month_words(last)}; nothing after is in them."
            return (behind, *self.fewer_rows)
        return self.fewer_rows


@dataclass(frozen=True)
class Changed:
    """What changed for a team since the list before."""

    rows: pa.Table
    before: date | None

    @property
    def said(self) -> str:
        if self.before is None:
            return "There is no list before this one to set it beside."
        counts = {
            one["values"]: one["counts"] for one in pc.value_counts(self.rows.column("change")).to_pylist()
        }
        told = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("new", "done", "still open"))
        return f"Since the list of {self.before:%-d %B %Y}: {told}."

    def tables(self) -> list[Table]:
        """New, done and still open, each with the list that it stands or stood on and since when."""
        titles = pa.array([kind.title for kind in KINDS]), pa.array([kind.name for kind in KINDS])
        made = []
        for name, caption in CHANGES.items():
            rows = self.rows.filter(pc.field("change") == name)
            lists = titles[0].take(pc.index_in(rows.column("kind"), titles[1]))
            shown = rows.select(["worker", "child", "state", "first_listed_on"]).add_column(0, "list", lists)
            if rows.num_rows:
                made.append(Table(caption, CHANGED, cells_of(shown)))
        return made


def cells_of(rows: pa.Table) -> tuple[tuple[Cell, ...], ...]:
    """Rows as the cells of a table; what is not there is a dash."""
    return tuple(
        tuple(Cell("-" if cell is None else str(cell)) for cell in row.values()) for row in rows.to_pylist()
    )


def write_work_lists(
    places: WarehousePaths,
    authority: str,
    own_numbers: bool = False,
    key: Path | None = None,
    at_day: AtDay | None = None,
) -> Iterator[Path]:
    """Write restricted/work_lists/<la_code>/<list>.csv, work_lists.html, and a page and workbook a team.

    They are of the newest month that was refreshed, or as `at_day` has them, at a day inside one.
    Own numbers of children and workers stand in place of pseudonyms where they are asked for; who asked is
    noted. Raises ReportError where there is no such authority, InvalidKeyError without the key that numbers
    are found by, and duckdb.IOException where a refresh is writing.
    """
    warehouse = at_day.warehouse if at_day else places.warehouse
    if not warehouse.exists():
        raise ReportError(f"there is no warehouse in {places.restricted}; run `line-of-sight refresh`")
    with read_only(warehouse) as db:
        as_at, is_told, rows = work_lists(db, authority)
        [month] = rows_of(db, "ledger.reporting", "view_month")
        asked = {"la_code": authority, "is_current": True, "reporting_month": month["view_month"]}
        came = rows_of(db, "ledger.receipts", "return_name, kept_count", **asked)
        counts = headline_counts(db, authority)
    folder = places.work_lists / authority
    received = {one["return_name"]: one["kept_count"] for one in came}
    since = keep(folder / "kept", as_at, rows, received, places.key_id.read_text(encoding="utf-8").strip())
    changes = since.changes
    if own_numbers:
        # who is done may stand in the month's files alone
        for raw in dict.fromkeys((at_day.raw if at_day else places.raw, places.raw)):
            of_files = replace(places, raw=raw)
            rows = with_own_numbers(of_files, authority, key, rows, ["worker", "child"])
            changes = with_own_numbers(of_files, authority, key, changes, ["worker", "child"])
    note_access(places, "worklist", rows.num_rows, own_numbers, la_code=authority, as_at=as_at)
    day = Day(as_at, month["view_month"], since.before, since.fewer_rows)
    lists = _lists(rows, is_told)
    yield write(folder / "headline_counts.csv", csv_of(counts))
    for made in lists:
        yield write(folder / f"{made.kind.name}.csv", made.csv())
    yield write(folder / "work_lists.html", _page(f"Work lists: {authority}", day, lists, None, counts))
    teams = set(rows.column("team").to_pylist()) | set(changes.column("team").to_pylist())
    for number, team in enumerate(sorted(teams), 1):
        of_team = pc.field("team") == team
        title = f"{team}, authority {authority}: work list of {as_at:%-d %B %Y}"
        changed = Changed(changes.filter(of_team), since.before)
        lists = _lists(rows.filter(of_team), is_told)
        file = folder / "teams" / f"{number:02d}-{re.sub('[^a-z0-9]+', '-', team.lower()).strip('-')}"
        yield write(file.with_suffix(".html"), _page(title, day, lists, changed))
        told = [made.table() for made in lists if made.rows.num_rows]
        sheet = workbook_of(title, as_at, [NOTE, *day.oddities, changed.said], [*changed.tables(), *told])
        yield write(file.with_suffix(".xlsx"), sheet)


def _page(
    title: str, day: Day, lists: list[WorkList], changed: Changed | None, counts: pa.Table | None = None
) -> bytes:
    headlines = Table("Counts as at this day, provisional", COUNTED, cells_of(counts)) if counts else None
    page = DRAWN.get_template("work_lists.html").render(
        title=title, lists=lists, day=day, changed=changed, headlines=headlines, note=NOTE, large_print=False
    )
    return page.encode()


def _lists(rows: pa.Table, is_told: Mapping[str, bool]) -> list[WorkList]:
    return [
        WorkList(
            kind,
            rows.filter(pc.field("kind") == kind.name).drop_columns(["kind", "record_id"]),
            is_told[kind.name],
        )
        for kind in KINDS
    ]


def headline_counts(db: duckdb.DuckDBPyConnection, authority: str) -> pa.Table:
    """What is open on the day of an authority's lists, and what came so far in its month.

    Title, the first day where there is one, the day, and the count: null where its return did not come.
    """
    columns = "title, from_date, as_at_date, headline_count"
    return table_of(db, HEADLINES, columns, la_code=authority, order="display_order")


def work_lists(db: duckdb.DuckDBPyConnection, authority: str) -> tuple[date, dict[str, bool], pa.Table]:
    """The day of an authority's lists, which of them can be told, and all their rows. Raises ReportError."""
    if not has(db, LISTS):
        raise ReportError("the warehouse was made before work lists were; run `line-of-sight refresh`")
    found = {row["kind"]: row for row in rows_of(db, LISTS, la_code=authority)}
    if not found:
        raise ReportError(f"the warehouse has nothing of authority {authority}")
    if any(kind.name not in found for kind in KINDS):
        raise ReportError("the warehouse was made by an earlier version; run `line-of-sight refresh`")
    rows = table_of(db, ROWS, LISTED, la_code=authority, order="kind, team, worker, harm_rank")
    as_at: date = found[KINDS[0].name]["period_end"]
    return as_at, {kind: row["is_submitted"] for kind, row in found.items()}, rows
