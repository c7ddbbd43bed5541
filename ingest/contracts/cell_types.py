"""Read cells as their declared type: what a date, a code or a number may look like, and what is let pass.

A column is read with one look at each spelling, for cells repeat. What cannot be read is told by a mask
beside the typed column; landing makes findings of it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import reduce
from itertools import product

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.contracts import code_lists, dates
from ingest.contracts.findings import ids_of_two_forms
from ingest.contracts.return_schema import Field, ReturnFormat
from ingest.contracts.tolerances import NOTHING, OPEN_DAYS, noted

BLANK = " \t\r\n\u00a0\u2007\u202f\ufeff"  # what spreadsheets leave at the ends of cells
BLANKS = f"'{BLANK}'"  # the same in SQL
NULLS = pa.array(["", *("".join(word) for word in product("Nn", "Uu", "Ll", "Ll"))])
NULLS_IN_TEXT = pa.array([*NULLS.to_pylist(), "-1"])
NOTHING_SAID = pa.array([word.upper() for word in NOTHING])
MOST_OF_NOTHING = max(map(len, NOTHING))
WHOLE_NUMBER = r"^[0-9]+\.0+$"
# an id of which a spreadsheet kept the first digits
AS_A_SUM = r"^[0-9]([.,][0-9]+[Ee][+-]?|\.?[Ee]\+|\.[Ee]-?)[0-9]+$|^[0-9]+[Ee]-[0-9]{2}$"
MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
AS_A_DAY = (  # of which it made a date: 01-Mar of 1-3
    rf"^([0-9]{{1,2}}-{MONTH}(-[0-9]{{2}}|-[0-9]{{4}})?|{MONTH}-[0-9]{{2}}"
    rf"|{dates.ISO}( [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})?|{dates.BRITISH})$"
)
DAMAGED = (  # what a spreadsheet puts for one, or before
    r"^(#(REF|VALUE|NAME|NUM|NULL|DIV|N/A)|#+$|=|'[0-9]|([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$)"
    rf"|{AS_A_DAY}|{AS_A_SUM}"
)
OF_NONE = r"(?i)^(unknown|not ?known|unk|n/?k|tb[acd]|\?+|\.+)$"  # alike for all of whom no id is known
OF_NO_CHILD = rf"{OF_NONE}|(?i)^(unborn( (baby|child))?|no ?body|0+)$"
MAY_BE_DAMAGED = rf"[Ee#='?]|^[^1-9]*$|^[0-9]{{1,4}}[-/]|^{MONTH}-"  # quicker than all of the above
OPEN_DAY = dates.pattern_of(map(date.fromisoformat, OPEN_DAYS))
DAMAGED_SIGN = "\ufffd"  # stands where the bytes of a sign are lost
UNREAD = "=?"  # reads as nothing, of whatever type: what stands for a cell that cannot be read
CORRECT = "correct the cell; until then it counts as empty"
NOT_READ = {
    "date": dates.WHY[dates.UNREAD],
    "boolean": "not a yes or a no (Y N Yes No True False T F 1 0)",
    "integer": "not a whole number",
    "number": "not a number",
    "code": "not a code or label of the list {code_list}",
    "json": "not a json object",
    "text": "not an id, a code or a label that is known: or it is what a spreadsheet makes of one (1.2E+05, "
    "01-Mar, ####), is a word for nobody, begins as a formula, or has unseen or damaged signs",
}
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
class Column:
    """A column as its type, and which cells could not be read."""

    typed: pa.Array
    is_unread: pa.Array
    why: pa.Array | None = None  # of dates.WHY, in a column of dates that is not plainly written
    shown: pa.Table | None = None  # what such a column shows of the order of dates (dates.SHOWN)
    notes: tuple[dict[str, object], ...] = ()


def read_columns(
    db: duckdb.DuckDBPyConnection,
    cells: pa.Table,
    fields: Sequence[Field],
    fmt: ReturnFormat,
    file_numbers: pa.ChunkedArray,
    as_at: date | None,
) -> dict[str, Column]:
    """Columns of text cells as their declared types. `db` needs the relation `spellings`.

    What one column of dates shows of their order holds for the others of its file.
    """
    read = {f.name: _read_column(db, cells.column(f.name), f, fmt, file_numbers, as_at) for f in fields}
    shown = dates.together(column.shown for column in read.values())
    if shown is not None:
        for f in fields:
            if f.type == "date":
                read[f.name] = _read_typed(db, cells.column(f.name), f, fmt, file_numbers, as_at, shown)
    return read


def _read_column(
    db: duckdb.DuckDBPyConnection,
    cells: pa.ChunkedArray,
    field: Field,
    fmt: ReturnFormat,
    file_numbers: pa.ChunkedArray,
    as_at: date | None,
) -> Column:
    if field.type != "text":
        return _read_typed(db, cells, field, fmt, file_numbers, as_at)
    text, notes = _tolerated(cells, _trimmed(cells, NULLS_IN_TEXT), field, file_numbers)
    is_unread = _misshapen(text, field)
    return Column(pc.if_else(is_unread, pa.scalar(None, pa.string()), text), is_unread, notes=tuple(notes))


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
        case "date":  # each by itself; the order of a column is decided in ingest.contracts.dates
            return dates.plain_sql(cell)
        case "boolean":
            return (
                f"case when upper({cell}) in ('Y', 'YES', 'TRUE', 'T', '1') then true "
                f"when upper({cell}) in ('N', 'NO', 'FALSE', 'F', '0') then false end"
            )
        case "integer" | "number":
            whole = r"([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)"  # 0,500 is no number of thousands
            part = r"(\.0*)?" if field.type == "integer" else r"(\.[0-9]*)?"
            digits = f"regexp_replace({cell}, '[£,]', '', 'g')"
            wide = f"try_cast({digits} as decimal(28, 9))"
            return (
                f"case when regexp_full_match({cell}, '[+-]?£?[+-]?{whole}{part}') "
                f"then try_cast({wide} as {SQL_TYPES[field.type]}) end"
            )
        case "json":
            kept = ", ".join(f"'{key}', json_extract_string({cell}, '$.{key}')" for key in field.keeps)
            is_whole = f"not contains({cell}, '{DAMAGED_SIGN}')"  # of a key damaged, nothing would be seen
            is_object = f"{is_whole} and json_valid({cell}) and json_type({cell}) = 'OBJECT'"
            return f"case when {is_object} then json_object({kept})::varchar end"
        case _:
            raise AssertionError(field.type)


def text_of(texts: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Where each text of an array begins, and the last one ends, among the bytes that it holds: no copy."""
    _, starts, signs = texts.buffers()
    held = np.frombuffer(starts, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return held, np.frombuffer(signs or b"", np.uint8)


def as_said(text: pa.Array) -> pa.Array:
    """Cells of text as they are read: trimmed, and null where they say nothing."""
    return _trimmed(text, NULLS_IN_TEXT)


def ids_as_said(ids: pa.Array | pa.ChunkedArray, identifies: str) -> pa.Array | pa.ChunkedArray:
    """Ids as they are read: null where words say nothing, and UNREAD where one is damaged."""
    said = as_said(ids.cast(pa.string()))
    is_nothing = pc.fill_null(pc.is_in(pc.utf8_upper(said), NOTHING_SAID), False)
    said = pc.if_else(is_nothing, pa.scalar(None, pa.string()), said)
    return pc.if_else(damaged_ids(said, identifies), pa.scalar(UNREAD), said)


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
        as_numbers = pc.fill_null(pc.match_substring(trimmed, ".0"), False)
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
        return damaged_ids(said, field.identifies)
    if field.shaped:
        is_wrong = pc.invert(pc.match_substring_regex(said, f"^(?:{field.shaped})$"))
    else:  # a spreadsheet would run it, or it is damaged
        is_wrong = reduce(pc.or_, (pc.starts_with(said, sign) for sign in "=+-@"))
        is_wrong = pc.or_(is_wrong, pc.match_substring(said, DAMAGED_SIGN))
    return pc.fill_null(is_wrong, False)


def damaged_ids(said: pa.Array | pa.ChunkedArray, identifies: str) -> pa.Array | pa.ChunkedArray:
    """Which ids may not pass, of whatever format: a spreadsheet changed them, or they have unseen signs.

    Nor may words for nobody known: all of whom they are said would be one child.
    """
    is_printable = pc.all(pc.ascii_is_printable(said), min_count=0).as_py()
    if is_printable and not pc.any(pc.match_substring_regex(said, MAY_BE_DAMAGED)).as_py():  # quicker
        return pa.repeat(pa.scalar(False), len(said))
    is_wrong = pc.match_substring_regex(said, damaged_pattern(identifies))
    return pc.fill_null(is_wrong, False)


def damaged_pattern(identifies: str) -> str:
    """The regular expression of an id that may not pass."""
    of_nobody = OF_NO_CHILD if identifies == "child" else OF_NONE
    return rf"[\p{{Cc}}\p{{Cf}}\p{{Zl}}\p{{Zp}}{DAMAGED_SIGN}]|{DAMAGED}|{of_nobody}"


def without_unread(
    db: duckdb.DuckDBPyConnection, table: pa.Table, fmt: ReturnFormat, as_at: date | None = None
) -> pa.Table:
    """A return as text, with UNREAD for every cell that conform will not read: what it says is not kept.

    `db` needs the relation `spellings`.
    """
    declared = [field for name in table.column_names if (field := fmt.field(name))]
    typed = [field for field in declared if field.type != "text"]
    one_file = pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), table.num_rows)])
    read = read_columns(db, table, typed, fmt, one_file, as_at)
    for field in declared:
        name, place = field.name, table.column_names.index(field.name)
        cells = table.column(name)
        if field.dropped:
            table = table.set_column(place, name, pa.nulls(table.num_rows, pa.string()))
            continue
        stands = pa.scalar(UNREAD)
        if field.type == "text":
            is_unread = _misshapen(pc.cast(cells, pa.string()), field)
        else:
            column = read[name]
            is_unread = column.is_unread
            if column.why is not None:
                stands = pc.if_else(pc.equal(column.why, dates.OF_EITHER_ORDER), dates.UNSURE, UNREAD)
        if pc.any(is_unread).as_py():
            kept = pc.if_else(is_unread, stands, pc.cast(cells, pa.string()))
            table = table.set_column(place, name, kept)
    return table


def _read_typed(
    db: duckdb.DuckDBPyConnection,
    cells: pa.ChunkedArray,
    field: Field,
    fmt: ReturnFormat,
    file_numbers: pa.ChunkedArray,
    as_at: date | None,
    shown: pa.Table | None = None,
) -> Column:
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
    if field.type == "date" and (shown is not None or pc.any(read.column(1)).as_py()):
        dated = _read_dates(db, trimmed, encoded.indices, field, file_numbers.combine_chunks(), as_at, shown)
        return replace(dated, notes=(*notes, *dated.notes))
    typed, is_unread = (read.column(i).combine_chunks().take(encoded.indices) for i in (0, 1))
    return Column(typed, is_unread, notes=tuple(notes))


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
    shown: pa.Table | None,
) -> Column:
    read = dates.read_dates(db, spellings, indices, file_numbers, field.is_birth, as_at, shown)
    notes = []
    for file_no, form, count in zip(*(column.to_pylist() for column in read.notes.columns), strict=True):
        of_form = dates.noted(form, count, field.is_birth, field.name)
        notes.append({"file_no": file_no} | asdict(of_form))
    return Column(read.typed, pc.not_equal(read.why, dates.READ), read.why, read.shown, tuple(notes))
