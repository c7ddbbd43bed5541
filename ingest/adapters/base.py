"""What every front end hands over: text returns shaped as the SSD returns, and what was found on the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts import dates
from ingest.contracts.cell_types import BLANKS, NULLS_IN_TEXT, read_sql
from ingest.contracts.code_lists import load_code_lists
from ingest.contracts.return_schema import Field, submitted_formats

# `value` is as received and is written nowhere; the rest may be shown.
FINDINGS = pa.schema(
    [
        ("return_name", pa.string()),
        ("origin", pa.string()),
        ("row_number", pa.int64()),
        ("column_name", pa.string()),
        ("value", pa.string()),
        ("finding", pa.string()),
        ("reason", pa.string()),
        ("next_move", pa.string()),
    ]
)

NEVER_SUPPLIED = {
    "contact_decisions": "no statutory return holds the time of a decision on a contact",
    "referral_decisions": "no statutory return holds the time of a decision on a referral",
    "strategy_meetings": "no statutory return lists strategy meetings",
    "plan_documents": "no statutory return lists plan documents",
    "visit_requirements": "no statutory return holds the interval agreed between visits",
    "conference_minutes": "no statutory return says when minutes were sent",
    "late_meetings": "no statutory return gives the reason for lateness",
    "care_proceedings": "no statutory return lists every application to the court",
    "workforce_posts": "no statutory return lists established posts",
    "workforce_assignments": "no statutory return says who holds which post",
    "budgets": "no statutory return holds budgets month by month",
}


@dataclass(frozen=True)
class ConvertedReturns:
    """One received file, or one set of CSV files, as text returns for conform.

    Each table has a column for every field that the format fills, named as in ingest/contracts/returns, as
    text (through a dictionary where cells repeat). It tells where to look: `row_number` (sheet row, XML
    line or CSV row) and `origin` (sheet, element or table). Rows made of several sheets or one
    XML line can share a row_number: a row's identity is its place in the table.
    """

    source_format: str
    returns: Mapping[str, pa.Table]
    findings: pa.Table  # FINDINGS
    history_from: Mapping[str, date | None]  # None: nothing limits it
    not_supplied: Mapping[str, str]  # return or indicator -> why this file cannot supply it
    source_fields: Mapping[str, Mapping[str, str]]  # return -> field -> its name in the received file
    said_authority: str | None = None  # as the file says it: not yet checked against the folder
    said_year: int | None = None
    said_date: str | None = None


@dataclass(frozen=True)
class Route:
    """How one return, or part of one, is made from one relation of the workbench."""

    source: str  # SQL relation with row_number and origin
    fields: Mapping[str, str]  # field -> the sender's column, taken as it is
    made: Mapping[str, str] = field(default_factory=dict)  # field -> SQL: ids, and what needs interpreting
    where: str = "true"

    def sql(self) -> str:
        """The SELECT that makes it, in the order of the file."""
        columns = [f'"{column}" as {name}' for name, column in self.fields.items()]
        columns += [f"({expression})::varchar as {name}" for name, expression in self.made.items()]
        return f"select row_number, origin, {', '.join(columns)} from {self.source} where {self.where}"


def make(db: duckdb.DuckDBPyConnection, routes: Sequence[Route]) -> pa.Table:
    """One return from all its routes, one after the other."""
    return db.sql(" union all by name ".join(f"({route.sql()})" for route in routes)).to_arrow_table()


def named_by_sender(
    routes: Mapping[str, Sequence[Route]], filled: Iterable[str]
) -> dict[str, dict[str, str]]:
    """The sender's name of each field, for those who will read the findings."""
    return {
        name: {f: c for route in reversed(routes[name]) for f, c in route.fields.items()} for name in filled
    }


@dataclass
class Notes:
    """Findings as they are made: a few in plain Python, those of rows as tables."""

    rows: list[dict[str, object]] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)

    def add(self, finding: str, reason: str, next_move: str, **where: object) -> None:
        """One finding about a sheet, a table or an element; `where` holds the other columns of FINDINGS."""
        self.rows.append({"finding": finding, "reason": reason, "next_move": next_move, **where})

    def query(self, db: duckdb.DuckDBPyConnection, sql: str) -> None:
        """Add the findings that a query makes; columns it lacks are null."""
        table = db.sql(sql).to_arrow_table()
        if table.num_rows:
            self.tables.append(_laid_out(table))

    def add_table(self, count: int, same: Mapping[str, str], **columns: pa.ChunkedArray) -> None:
        """Findings of `count` rows that differ only in `columns`."""
        repeated = {name: pa.repeat(pa.scalar(value), count) for name, value in same.items()}
        self.tables.append(_laid_out(pa.table(repeated | columns)))

    def add_rows(
        self,
        rows: pa.Table,
        column: str,
        finding: str,
        reason: str,
        next_move: str,
        return_name: str | None = None,
        held_as: str | None = None,
    ) -> None:
        """One finding a row, about its cell in a column, which may be held here by another name."""
        if rows.num_rows:
            words = {"column_name": column, "finding": finding, "reason": reason, "next_move": next_move}
            same = words if return_name is None else words | {"return_name": return_name}
            self.add_table(
                rows.num_rows,
                same,
                origin=rows["origin"],
                row_number=rows["row_number"],
                value=rows[held_as or column],
            )

    def table(self) -> pa.Table:
        """Everything found, in a fixed order."""
        every = pa.concat_tables([pa.Table.from_pylist(self.rows, FINDINGS), *self.tables])
        return every.sort_by(
            [(name, "ascending") for name in ("origin", "row_number", "column_name", "finding")]
        )


def _laid_out(table: pa.Table) -> pa.Table:
    held = [
        table.column(f.name).cast(f.type)
        if f.name in table.column_names
        else pa.nulls(table.num_rows, f.type)
        for f in FINDINGS
    ]
    return pa.Table.from_arrays(held, schema=FINDINGS)


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process: making it takes longer than most workbooks' queries."""
    db = duckdb.connect(
        config={"threads": 1, "temp_directory": ""}
    )  # nothing is spilled to where it may be seen
    db.execute("set enable_external_access = false")
    trimmed = f"trim(cell, {BLANKS})"
    db.execute(
        f"""
        create macro clean(cell) as case
            when regexp_full_match(cell, '[0-9A-Za-z]([0-9A-Za-z_/-]*[0-9])?') then cell
            when {trimmed} in ('', '-1') or upper({trimmed}) = 'NULL' then null
            else {trimmed}
        end;
        create macro read_day(cell) as {read_sql(Field("cell", "date", ""))};
        create macro day(cell) as case
            when regexp_full_match(cell, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') then try_cast(cell as date)
            when regexp_full_match(cell, '[0-9]{{2}}/[0-9]{{2}}/[0-9]{{4}}')
                then try_strptime(cell, '%d/%m/%Y')::date
            else read_day(clean(cell))
        end;
        """
    )
    return db


@contextmanager
def workbench(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that sees `tables` and nothing else, with the words clean() and day().

    clean(cell) is the cell as conform will read it, null where that reads null; day(cell) the date in it, or
    null. Both look first for what nearly every cell is: trimming each one took longer than reading the file.
    What is made in it must be temporary, and goes with it.
    """
    with _database().cursor() as db:
        for name, table in tables.items():
            db.register(name, table)
        yield db


def note_codes_of_other_times(
    returns: Mapping[str, pa.Table],
    source_fields: Mapping[str, Mapping[str, str]],
    as_at: date,
    notes: Notes,
) -> None:
    """Report codes that were not in use on `as_at`: not yet or, in a state of that day, no more."""
    day = as_at.isoformat()
    dated = [row for row in _dated_codes() if row["since"] > day or row["until"]]
    for name, table in returns.items():
        fmt = submitted_formats()[name]
        for row in dated:
            is_early = row["since"] > day
            if not is_early and (fmt.history != "state" or row["until"] >= day):
                continue
            when = f"since {row['since']}" if is_early else f"until {row['until']}"
            reason = f"the code {row['code']} was in use {when}, and the file is as at {day}; it was kept"
            for name_of in (f.name for f in fmt.fields if f.code_list == row["list"]):
                if name_of in table.column_names and _has(table[name_of], row["code"]):
                    is_it = pc.fill_null(pc.equal(pc.cast(table[name_of], pa.string()), row["code"]), False)
                    column = source_fields[name].get(name_of, name_of)
                    move = "send the code of that time"
                    rows = table.filter(is_it)
                    notes.add_rows(rows, column, "code_of_another_time", reason, move, name, name_of)


@cache
def _dated_codes() -> list[dict[str, str]]:
    return [row for row in load_code_lists().to_pylist() if row["since"] or row["until"]]


def _has(column: pa.ChunkedArray, code: str) -> bool:
    spelled = column.chunk(0).dictionary if pa.types.is_dictionary(column.type) else column
    return pc.any(pc.equal(spelled, code)).as_py() is True


def settle_dates(
    db: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pa.Table],
    births: Mapping[str, bool],
    as_at: date | None,
    notes: Notes,
) -> dict[str, pa.Table]:
    """The tables of one file as received, with dates that day() can read each by itself.

    `births` says of each column of dates whether it holds births.
    """
    columns = {
        (origin, name): dates.Received(table.column(name), name, births[name])
        for origin, table in tables.items()
        for name in births
        if name in table.column_names
    }
    settled = dict(tables)
    for (origin, name), (column, noted) in dates.settled(db, columns, as_at).items():
        place = settled[origin].column_names.index(name)
        settled[origin] = settled[origin].set_column(place, name, column)
        for one in noted:
            notes.add(one.finding, one.reason, one.next_move, origin=origin, column_name=one.column_name)
    return settled


def columns_of_dates(source_fields: Mapping[str, Mapping[str, str]]) -> dict[str, bool]:
    """The sender's columns that fill fields of dates, and whether they hold births."""
    filled = (
        (column, submitted_formats()[name].field(field))
        for name, fields in source_fields.items()
        for field, column in fields.items()
    )
    return {column: field.is_birth for column, field in filled if field and field.type == "date"}


def unfilled(filled: Iterable[str], said: Mapping[str, str], of_format: str) -> dict[str, str]:
    """Why each return that is not among `filled` cannot come from this file, and what limits the others."""
    absent = {
        name: NEVER_SUPPLIED.get(name, f"{of_format} holds nothing for it")
        for name in submitted_formats()
        if name not in set(filled)
    }
    return absent | dict(said)


def cleaned(text: pa.Array) -> pa.Array:
    """Cells as conform will read them: trimmed, and null where they say nothing."""
    trimmed = pc.utf8_trim(text, BLANKS.strip("'"))
    return pc.if_else(pc.is_in(trimmed, NULLS_IN_TEXT), pa.scalar(None, pa.string()), trimmed)
