"""Read every raw cell as its declared type. A cell is read, or it is a finding; none is quietly lost.

Works on a batch: the same return from many authorities at once, so that one query conforms them all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import reduce
from itertools import product

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest import code_lists, dates, limits
from ingest.discovery.tolerances import NOTHING, noted
from ingest.findings import REQUIRED_CELL_EMPTY, ids_of_two_forms
from ingest.return_format import Field, ReturnFormat

BLANK = " \t\r\n\u00a0\u2007\u202f\ufeff"  # what spreadsheets leave at the ends of cells
BLANKS = f"'{BLANK}'"  # the same in SQL
NULLS = pa.array(["", *("".join(word) for word in product("Nn", "Uu", "Ll", "Ll"))])
NULLS_IN_TEXT = pa.array([*NULLS.to_pylist(), "-1"])
NOTHING_SAID = pa.array([word.upper() for word in NOTHING])
MOST_OF_NOTHING = max(map(len, NOTHING))
WHOLE_NUMBER = r"^[0-9]+\.0+$"
AS_A_SUM = r"^[0-9](\.[0-9]+)?[Ee]\+[0-9]+$"  # an id of which a spreadsheet kept the first digits
OPEN_DAY = r"^(9999-12-31|31/12/9999|1900-01-01|01/01/1900)([ T].*)?$"
UNREAD = "=?"  # reads as nothing, of whatever type: what stands for a cell that cannot be read
CORRECT = "correct the cell; until then it counts as empty"
NOT_READ = {
    "date": dates.WHY[dates.UNREAD],
    "boolean": "not a yes or a no (Y N Yes No True False T F 1 0)",
    "integer": "not a whole number",
    "number": "not a number",
    "code": "not a code or label of the list {code_list}",
    "json": "not a json object",
    "text": "not an id, a code or a label that is known: or it begins as a formula, or has unseen signs",
}
CHILD_ID = "[A-Za-z0-9]{1,20}|[0-9a-f]{32}"  # the second where it comes in as a hash already
SQL_TYPES = {
    "text": "varchar",
    "code": "varchar",
    "json": "varchar",
    "date": "date",
    "boolean": "boolean",
    "integer": "bigint",
    "number": "decimal(28, 9)",
}


@dataclass(frozen=True)
class Conformed:
    """What a batch became. Both are in the order of the files and of their rows."""

    rows: pa.Table  # file_no, row_number, then the declared fields, typed
    findings: pa.Table  # file_no, row_number, column_name, event_date, value, finding, reason, next_move
    beyond: Mapping[int, int]  # by file_no: findings of one kind that are more than are told one by one


def read_sql(field: Field) -> str:
    """The SQL that reads one trimmed `cell` as its declared type; null where it cannot."""
    cell = "cell"
    match field.type:
        case "text":
            return cell
        case "code":
            return (
                f"(select code from spellings where list = '{field.code_list}' and spelling = upper({cell}))"
            )
        case "date":  # each by itself; the order of a column is decided in ingest.dates
            return dates.plain_sql(cell)
        case "boolean":
            return (
                f"case when upper({cell}) in ('Y', 'YES', 'TRUE', 'T', '1') then true "
                f"when upper({cell}) in ('N', 'NO', 'FALSE', 'F', '0') then false end"
            )
        case "integer" | "number":
            whole = r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)"
            part = r"(\.0*)?" if field.type == "integer" else r"(\.[0-9]*)?"
            digits = f"regexp_replace({cell}, '[£,]', '', 'g')"
            wide = f"try_cast({digits} as decimal(28, 9))"
            return (
                f"case when regexp_full_match({cell}, '[+-]?£?[+-]?{whole}{part}') "
                f"then try_cast({wide} as {SQL_TYPES[field.type]}) end"
            )
        case "json":
            kept = ", ".join(f"'{key}', json_extract_string({cell}, '$.{key}')" for key in field.keeps)
            is_object = f"json_valid({cell}) and json_type({cell}) = 'OBJECT'"
            return f"case when {is_object} then json_object({kept})::varchar end"
        case _:
            raise AssertionError(field.type)


def conform(
    db: duckdb.DuckDBPyConnection, cells: pa.Table, fmt: ReturnFormat, as_at: date | None = None
) -> Conformed:
    """Read a batch of text cells (file_no, row_number, one text column per field) and apply the row rules.

    The rules and their order are those of spec/returns.md, 4. `as_at` is the last day of what the batch
    reports (ingest.dates). Registers the batch in `db` while it works.
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
    for f in fmt.fields:
        if f.dropped:
            columns[f.name] = pa.nulls(cells.num_rows, pa.string())
        elif f.type == "text":
            text = cells.column(f.name)
            said = _trimmed(text, NULLS_IN_TEXT)
            said, of_text = _tolerated(text, said, f, cells.column("file_no"))
            notes += of_text
            columns[f"{f.name}?"] = misshapen = _misshapen(said, f)
            columns[f.name] = pc.if_else(misshapen, pa.scalar(None, pa.string()), said)
        else:
            column = _read_typed(db, cells.column(f.name), f, fmt, cells.column("file_no"), as_at)
            columns[f.name], columns[f"{f.name}?"] = column.typed, column.is_unread
            if column.why is not None:
                columns[f"{f.name}: why"] = column.why
            notes += column.notes
    noted = pa.Table.from_pylist(notes, _no_findings().schema) if notes else None
    return pa.table(columns), noted


def as_said(text: pa.Array) -> pa.Array:
    """Cells of text as they are read: trimmed, and null where they say nothing."""
    return _trimmed(text, NULLS_IN_TEXT)


def _trimmed(cells: pa.ChunkedArray | pa.Array, nulls: pa.Array) -> pa.ChunkedArray | pa.Array:
    trimmed = pc.utf8_trim(cells, characters=BLANK)
    return pc.if_else(pc.is_in(trimmed, value_set=nulls), pa.scalar(None, pa.string()), trimmed)


def _tolerated(
    cells: pa.ChunkedArray, trimmed: pa.ChunkedArray, field: Field, file_numbers: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, list[dict[str, object]]]:
    """A column of text that is trimmed, read by the declared tolerances, with what is noted of each file."""
    notes = _padded(cells, trimmed, field, file_numbers)
    if pc.any(pc.less(pc.binary_length(trimmed), MOST_OF_NOTHING + 1)).as_py():  # spares looking at the rest
        is_nothing = pc.fill_null(pc.is_in(pc.utf8_upper(trimmed), NOTHING_SAID), False)
        if pc.any(is_nothing).as_py():
            notes += _note("words_for_nothing_noted", is_nothing, field, file_numbers)
            trimmed = pc.if_else(is_nothing, pa.scalar(None, pa.string()), trimmed)
    if field.identifies:
        as_numbers = pc.fill_null(pc.ends_with(trimmed, ".0"), False)
        if pc.any(as_numbers).as_py():
            trimmed, of_ids = _whole_numbers(trimmed, field, file_numbers)
            notes += of_ids
    return trimmed, notes


def _padded(
    cells: pa.ChunkedArray, trimmed: pa.ChunkedArray, field: Field, file_numbers: pa.ChunkedArray
) -> list[dict[str, object]]:
    if pc.sum(pc.binary_length(cells)).as_py() == pc.sum(pc.binary_length(trimmed)).as_py():
        return []
    is_padded = pc.fill_null(pc.not_equal(cells, trimmed), False)
    if not pc.any(is_padded).as_py():  # what is shorter says nothing: NULL, -1
        return []
    return _note("padded_cells_noted", is_padded, field, file_numbers)


def _whole_numbers(
    ids: pa.ChunkedArray, field: Field, file_numbers: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, list[dict[str, object]]]:
    """Ids that a program wrote as numbers (488.0), without what it added, where every one of a file is."""
    is_number = pc.match_substring_regex(ids, WHOLE_NUMBER)
    of_files = pa.table({"file_no": file_numbers, "is_number": is_number}).group_by("file_no")
    every = of_files.aggregate([("is_number", "all"), ("is_number", "any")])
    are = every.filter(pc.and_(every["is_number_all"], every["is_number_any"])).column("file_no")
    is_of_numbers = pc.and_(pc.is_in(file_numbers, are), pc.is_valid(ids))
    mixed = every.filter(pc.and_(every["is_number_any"], pc.invert(every["is_number_all"])))
    notes = [
        {"file_no": file_no} | asdict(ids_of_two_forms(field.name))
        for file_no in mixed.column("file_no").to_pylist()
    ]
    plain = pc.replace_substring_regex(ids, r"\.0+$", "")
    notes += _note("whole_number_ids_noted", is_of_numbers, field, file_numbers)
    return pc.if_else(is_of_numbers, plain, ids), notes


def _note(
    kind: str, mask: pa.ChunkedArray, field: Field, file_numbers: pa.ChunkedArray
) -> list[dict[str, object]]:
    """One finding a file of the cells that the mask tells, with how many they are."""
    counted = pc.value_counts(file_numbers.filter(mask)).to_pylist()
    return [
        {"file_no": one["values"]} | asdict(noted(kind, one["counts"], column=field.name)) for one in counted
    ]


def _misshapen(said: pa.Array | pa.ChunkedArray, field: Field) -> pa.Array | pa.ChunkedArray:
    """Which cells of a text column may not pass: an id with signs unseen looks like another and is not."""
    if field.identifies:
        if pc.all(pc.ascii_is_printable(said), min_count=0).as_py():  # ten times as quick
            has_sum = pc.match_substring(said, "E+")
            if not pc.any(has_sum).as_py():
                return pa.repeat(pa.scalar(False), len(said))
        is_wrong = pc.match_substring_regex(said, rf"[\p{{Cc}}\p{{Cf}}]|{AS_A_SUM}")
    elif field.shaped:
        is_wrong = pc.invert(pc.match_substring_regex(said, f"^(?:{field.shaped})$"))
    else:  # a spreadsheet would run it
        is_wrong = reduce(pc.or_, (pc.starts_with(said, sign) for sign in "=+-@"))
    return pc.fill_null(is_wrong, False)


def without_unread(
    db: duckdb.DuckDBPyConnection, table: pa.Table, fmt: ReturnFormat, as_at: date | None = None
) -> pa.Table:
    """A return as text, with UNREAD for every cell that conform will not read: what it says is not kept.

    `db` needs the relation `spellings`.
    """
    for place, name in enumerate(table.column_names):
        field = fmt.field(name)
        if field is None:
            continue
        cells = table.column(name)
        if field.dropped:
            table = table.set_column(place, name, pa.nulls(table.num_rows, pa.string()))
            continue
        stands = pa.scalar(UNREAD)
        if field.type == "text":
            is_unread = _misshapen(pc.cast(cells, pa.string()), field)
        else:
            one_file = pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), table.num_rows)])
            column = _read_typed(db, cells, field, fmt, one_file, as_at)
            is_unread = column.is_unread
            if column.why is not None:
                stands = pc.if_else(pc.equal(column.why, dates.OF_EITHER_ORDER), dates.UNSURE, UNREAD)
        if pc.any(is_unread).as_py():
            kept = pc.if_else(is_unread, stands, pc.cast(cells, pa.string()))
            table = table.set_column(place, name, kept)
    return table


@dataclass(frozen=True)
class _Column:
    """A column as its type, and which cells could not be read."""

    typed: pa.Array
    is_unread: pa.Array
    why: pa.Array | None = None  # of dates.WHY, in a column of dates that is not plainly written
    notes: tuple[dict[str, object], ...] = ()


def _read_typed(
    db: duckdb.DuckDBPyConnection,
    cells: pa.ChunkedArray,
    field: Field,
    fmt: ReturnFormat,
    file_numbers: pa.ChunkedArray,
    as_at: date | None,
) -> _Column:
    """Read a column. Each spelling is read once: cells repeat."""
    encoded = pc.dictionary_encode(cells).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # a column without chunks
        encoded = pa.array([], pa.dictionary(pa.int32(), pa.string()))
    trimmed = _trimmed(encoded.dictionary, NULLS_IN_TEXT if field.type == "code" else NULLS)
    notes: list[dict[str, object]] = []
    is_nothing = _says_nothing(trimmed, field)
    if is_nothing is not None:
        notes += _note("words_for_nothing_noted", is_nothing.take(encoded.indices), field, file_numbers)
        trimmed = pc.if_else(is_nothing, pa.scalar(None, pa.string()), trimmed)
    is_open = _stands_for_open(trimmed, field, fmt)
    is_padded = pc.fill_null(pc.not_equal(trimmed, encoded.dictionary), False)
    if pc.any(is_padded).as_py():
        notes += _note("padded_cells_noted", is_padded.take(encoded.indices), field, file_numbers)
    if is_open is not None:
        notes += _note("open_dates_noted", is_open.take(encoded.indices), field, file_numbers)
        trimmed = pc.if_else(is_open, pa.scalar(None, pa.string()), trimmed)
    db.register("spelled", pa.table({"cell": trimmed}))
    read = db.sql(
        f"""
        select typed, typed is null and cell is not null as is_unread
        from (select cell, {read_sql(field)} as typed from spelled)
        """
    ).to_arrow_table()
    db.unregister("spelled")
    if field.type == "date" and pc.any(read.column(1)).as_py():
        dated = _read_dates(db, trimmed, encoded.indices, field, file_numbers.combine_chunks(), as_at)
        return replace(dated, notes=(*notes, *dated.notes))
    typed, is_unread = (read.column(i).combine_chunks().take(encoded.indices) for i in (0, 1))
    return _Column(typed, is_unread, notes=tuple(notes))


def _stands_for_open(spellings: pa.Array, field: Field, fmt: ReturnFormat) -> pa.Array | None:
    """Which spellings are days by which systems say that a day is still to come; None where none is.

    Only of a day that a row may lack: where it must have one, the row is as wrong as it says.
    """
    if field.type != "date" or field.is_birth or field.name in fmt.must_fill:
        return None
    is_open = pc.fill_null(pc.match_substring_regex(spellings, OPEN_DAY), False)
    return is_open if pc.any(is_open).as_py() else None


def _says_nothing(spellings: pa.Array, field: Field) -> pa.Array | None:
    """Which spellings are words for nothing, and no code of the field's list; None where none is."""
    said = pc.utf8_upper(spellings)
    is_nothing = pc.fill_null(pc.is_in(said, NOTHING_SAID), False)
    if field.type == "code" and pc.any(is_nothing).as_py():
        listed = code_lists.spellings()
        codes = listed.filter(pc.equal(listed.column("list"), field.code_list)).column("spelling")
        is_nothing = pc.and_(is_nothing, pc.invert(pc.fill_null(pc.is_in(said, codes), False)))
    return is_nothing if pc.any(is_nothing).as_py() else None


def _read_dates(
    db: duckdb.DuckDBPyConnection,
    spellings: pa.Array,
    indices: pa.Array,
    field: Field,
    file_numbers: pa.Array,
    as_at: date | None,
) -> _Column:
    read = dates.read_dates(db, spellings, indices, file_numbers, field.is_birth, as_at)
    notes = []
    for file_no, form, count in zip(*(column.to_pylist() for column in read.notes.columns), strict=True):
        of_form = dates.noted(form, count, field.is_birth, field.name)
        notes.append({"file_no": file_no} | asdict(of_form))
    return _Column(read.typed, pc.not_equal(read.why, dates.READ), read.why, tuple(notes))


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
