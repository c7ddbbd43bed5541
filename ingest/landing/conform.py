"""Read every raw cell as its declared type. A cell is read, or it is a finding; none is quietly lost.

Works on a batch: the same return from many authorities at once, so that one query conforms them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from ingest.contracts import code_lists, dates, limits
from ingest.contracts.cell_types import BLANKS, CORRECT, NOT_READ, read_columns
from ingest.contracts.findings import REQUIRED_CELL_EMPTY
from ingest.contracts.return_schema import Field, ReturnFormat

CHILD_ID = "[A-Za-z0-9]{1,20}|[0-9a-f]{32}"  # the second where it comes in as a hash already


@dataclass(frozen=True)
class Conformed:
    """What a batch became. Both are in the order of the files and of their rows."""

    rows: pa.Table  # file_no, row_number, then the declared fields, typed
    findings: pa.Table  # file_no, row_number, column_name, event_date, value, finding, reason, next_move
    beyond: Mapping[int, int]  # by file_no: findings of one kind that are more than are told one by one


def conform(
    db: duckdb.DuckDBPyConnection, cells: pa.Table, fmt: ReturnFormat, as_at: date | None = None
) -> Conformed:
    """Read a batch of text cells (file_no, row_number, one text column per field) and apply the row rules.

    The rules and their order are those of spec/returns.md, 4. `as_at` is the last day of what the batch
    reports (ingest.contracts.dates). Registers the batch in `db` while it works.
    """
    batch = _Batch(db, fmt, cells)
    rows, notes = _read_cells(db, cells, fmt, as_at)
    batch.keep(rows)
    findings = [notes, _unread_cells(batch), _odd_child_ids(batch)]
    findings += [_leave_out_incomplete(batch), _keep_last_of_key(batch)]
    findings.append(_leave_out_impossible(batch))
    found = [table for table in findings if table is not None]
    return Conformed(
        rows=batch.kept.select(["file_no", "row_number", *(f.name for f in fmt.fields)]),
        findings=pa.concat_tables(found) if found else _no_findings(),
        beyond=batch.beyond,
    )


class _Batch:
    """The rows still kept, which the database sees as `kept` beside the `cells` they were read from."""

    def __init__(self, db: duckdb.DuckDBPyConnection, fmt: ReturnFormat, cells: pa.Table) -> None:
        self.db, self.fmt = db, fmt
        self.beyond: dict[int, int] = {}
        db.register("cells", cells)

    def keep(self, rows: pa.Table) -> None:
        self.kept = rows
        self.db.register("kept", rows)


def _read_cells(
    db: duckdb.DuckDBPyConnection, cells: pa.Table, fmt: ReturnFormat, as_at: date | None
) -> tuple[pa.Table, pa.Table | None]:
    """Every row typed, and what is noted of the ways in which cells were read.

    For each field that can fail, `<field>?` says whether its cell did. A column of dates that are not all
    plainly written has `<field>: why` besides.
    """
    db.register("spellings", code_lists.spellings())
    columns = {name: cells.column(name) for name in ("file_no", "row_number")}
    notes: list[dict[str, object]] = []
    passing = [f for f in fmt.fields if not f.dropped]
    read = read_columns(db, cells, passing, fmt, columns["file_no"], as_at)
    for f in fmt.fields:
        if f.dropped:
            columns[f.name] = pa.nulls(cells.num_rows, pa.string())
        else:
            column = read[f.name]
            columns[f.name], columns[f"{f.name}?"] = column.typed, column.is_unread
            if column.why is not None:
                columns[f"{f.name}: why"] = column.why
            notes += column.notes
    noted = pa.Table.from_pylist(notes, _no_findings().schema) if notes else None
    return pa.table(columns), noted


def _unread_cells(batch: _Batch) -> pa.Table | None:
    db, fmt = batch.db, batch.fmt
    typed = [f for f in fmt.fields if not f.dropped]
    if not typed:
        return None
    counts = db.sql("select " + ", ".join(f'count_if("{f.name}?")' for f in typed) + " from kept").fetchone()
    broken = [f for f, count in zip(typed, counts or (), strict=True) if count]
    if not broken:
        return None
    return _arrow(
        batch,
        " union all ".join(
            f"""
            select
                kept.file_no, kept.row_number, '{f.name}' as column_name, {_event_date(fmt)} as event_date,
                trim(cells.{_quoted(f)}, {BLANKS}) as value, {_unread_words(batch, f)}
            from kept join cells using (file_no, row_number)
            where kept."{f.name}?"
            """
            for f in broken
        ),
    )


def _unread_words(batch: _Batch, field: Field) -> str:
    """Finding, reason and next move of a cell that could not be read."""
    plain = "unreadable_cell", NOT_READ[field.type].format(code_list=field.code_list), CORRECT
    names = ("finding", "reason", "next_move")
    why = f"{field.name}: why"
    if why not in batch.kept.column_names:
        return ", ".join(f"'{word}' as {name}" for word, name in zip(plain, names, strict=True))
    words = {
        dates.UNREAD: plain,
        dates.OF_EITHER_ORDER: ("order_of_dates_unsure", dates.WHY[dates.OF_EITHER_ORDER], dates.SEND_ISO),
        dates.OF_EITHER_CENTURY: ("unreadable_cell", dates.WHY[dates.OF_EITHER_CENTURY], dates.SEND_ISO),
        dates.OF_EITHER_DAY: ("unreadable_cell", dates.WHY[dates.OF_EITHER_DAY], dates.SEND_ISO),
    }
    return ", ".join(
        f'case kept."{why}" '
        + " ".join(f"when {of} then '{said[i]}'" for of, said in words.items())
        + f" end as {name}"
        for i, name in enumerate(names)
    )


def _odd_child_ids(batch: _Batch) -> pa.Table | None:
    """Ids of children that no census takes (CIN 1570, 1580). Such a row counts all the same."""
    if batch.fmt.name != "persons":
        return None
    odd = _arrow(
        batch,
        f"""
        select
            file_no, row_number, 'pers_person_id' as column_name, null as event_date, null as value,
            'id_malformed' as finding,
            'a child''s id is longer than 20 characters, or has others than letters and digits' as reason,
            'send the case system''s own id, without spaces or signs' as next_move
        from kept where not regexp_full_match(pers_person_id, '{CHILD_ID}')
        """,
    )
    return odd if odd.num_rows else None


def _leave_out_incomplete(batch: _Batch) -> pa.Table | None:
    must_fill = batch.fmt.must_fill
    empty = [f'"{name}" is null' for name in must_fill]
    named = ", ".join(
        f"case when {test} then '{name}' end" for test, name in zip(empty, must_fill, strict=True)
    )
    return _leave_out(
        batch,
        where=" or ".join(empty),
        column=f"concat_ws(', ', {named})",
        finding=REQUIRED_CELL_EMPTY,
        reason="a cell that every row must have is empty or unreadable, so the row was left out",
        next_move="fill the cell and send the return again",
    )


def _keep_last_of_key(batch: _Batch) -> pa.Table | None:
    db, fmt = batch.db, batch.fmt
    key = ", ".join(f'"{name}"' for name in ("file_no", *fmt.key))
    whole = ", ".join(f'"{f.name}"' for f in fmt.fields)
    # by hash first: it is cheaper than by key, and what it takes for a repeat by accident is looked at again
    repeated = db.sql(f"select count(*) - count(distinct hash({key})) from kept").fetchone()
    if not repeated or not repeated[0]:
        return None
    db.execute(
        f"""
        create or replace temp table superseded as
        select file_no, row_number, ({whole}) is distinct from last_row as differs
        from (
            select
                *,
                last_value(({whole})) over by_key as last_row,
                last_value(row_number) over by_key as last_number
            from kept
            window by_key as (
                partition by {key} order by row_number
                rows between unbounded preceding and unbounded following
            )
        )
        where row_number <> last_number
        """
    )
    findings = _arrow(
        batch,
        f"""
        select
            file_no, row_number, '{", ".join(fmt.key)}' as column_name, null as event_date, null as value,
            'repeated_key' as finding,
            'a later row has the same key and other values, so this row was left out' as reason,
            'send one row for each key' as next_move
        from superseded where differs
        """,
    )
    unrepeated = (
        "select * from kept anti join superseded using (file_no, row_number) order by file_no, row_number"
    )
    batch.keep(db.sql(unrepeated).to_arrow_table())
    return findings


def _leave_out_impossible(batch: _Batch) -> pa.Table | None:
    fmt = batch.fmt
    tests = []
    if fmt.start_and_end:
        start, end = fmt.start_and_end
        tests.append((f'"{end}" < "{start}"', end, "ends_before_start", f"{end} is before {start}"))
    for name, least in fmt.at_least.items():
        tests.append((f'"{name}" < {least}', name, "below_least", f"{name} is below {least}"))
    found = [
        _leave_out(
            batch,
            test,
            f"'{column}'",
            finding,
            f"{why}, so the row was left out",
            "correct the row",
            f'"{column}"',
        )
        for test, column, finding, why in tests
    ]
    tables = [table for table in found if table is not None]
    return pa.concat_tables(tables) if tables else None


def _leave_out(
    batch: _Batch,
    where: str,
    column: str,
    finding: str,
    reason: str,
    next_move: str,
    value: str = "null",
) -> pa.Table | None:
    findings = _arrow(
        batch,
        f"""
        select
            file_no, row_number, {column} as column_name, {_event_date(batch.fmt)} as event_date,
            {value} as value, '{finding}' as finding,
            '{reason}' as reason, '{next_move}' as next_move
        from kept where {where}
        """,
    )
    if not findings.num_rows:
        return None
    batch.keep(batch.db.sql(f"select * from kept where ({where}) is not true").to_arrow_table())
    return findings


def _event_date(fmt: ReturnFormat) -> str:
    """The day of what a row of `kept` records: by it a finding is counted in the months that it can move."""
    return f'kept."{fmt.event_date}"' if fmt.event_date else "null"


def _quoted(field: Field) -> str:
    return f'"{field.name}"'


def _arrow(batch: _Batch, sql: str) -> pa.Table:
    """The findings that a query makes: of a file with more than the limit, the first in the order of rows."""
    most = limits.limit("landing", "findings")
    told = "true"
    if batch.kept.num_rows > most:  # else there cannot be more, and counting takes time
        over = batch.db.sql(
            f"select file_no, count(*) from ({sql}) group by file_no having count(*) > {most}"
        ).fetchall()
        for file_no, count in over:
            batch.beyond[file_no] = batch.beyond.get(file_no, 0) + count - most
            told += f" and (file_no <> {file_no} or row_number <= {_row_of(batch, sql, file_no, most)})"
    table = batch.db.sql(
        f"""
        select
            file_no, row_number, column_name, event_date::date as event_date, value::varchar as value,
            finding, reason, next_move
        from ({sql}) where {told}
        """
    ).to_arrow_table()
    return table.cast(_no_findings().schema)


def _row_of(batch: _Batch, sql: str, file_no: int, number: int) -> int:
    """The row of a file's finding of that number."""
    nth = batch.db.sql(
        f"select row_number from ({sql}) where file_no = {file_no} order by all limit 1 offset {number - 1}"
    ).fetchone()
    return int(nth[0]) if nth else 0


def _no_findings() -> pa.Table:
    return pa.schema(
        [
            ("file_no", pa.int32()),
            ("row_number", pa.int64()),
            ("column_name", pa.string()),
            ("event_date", pa.date32()),
            ("value", pa.string()),
            ("finding", pa.string()),
            ("reason", pa.string()),
            ("next_move", pa.string()),
        ]
    ).empty_table()
