"""Any table in any declared form reads back as the same cells, or is refused; never as other cells."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from ingest.contracts.cell_types import BLANK, damaged_pattern
from ingest.contracts.dates import EXCEL_DAY_0
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import ReturnFormat, submitted_formats
from ingest.contracts.tolerances import NOTHING
from ingest.discovery.file_reader import RawTable, read_csv, read_parquet
from ingest.discovery.numbers import with_sure_numbers
from ingest.discovery.workbooks import sheets_of
from ingest.landing.conform import conform
from tests.unit.ingest.adapters.workbooks import workbook

AS_AT = date(2025, 3, 31)
FORMAT = submitted_formats()["cp_plans"]
HEADERS = ["cppl_cp_plan_id", "cppl_person_id", "cppl_cp_plan_start_date", "number_of_previous_plans"]
SIGNS = "aZ09 ,;|\"'_-/\u00e9\u00a3\u2013\u00a0"  # what separates, quotes, ends lines, and is not ASCII
DATES = {
    "iso": date.isoformat,
    "with a time": lambda d: f"{d} 00:00:00.000",
    "slashes": lambda d: d.strftime("%d/%m/%Y"),
    "dots": lambda d: d.strftime("%d.%m.%Y"),
    "dashes": lambda d: d.strftime("%d-%m-%Y"),
    "no noughts": lambda d: f"{d.day}/{d.month}/{d.year}",
    "two digits": lambda d: d.strftime("%d/%m/%y"),
    "a month's name": lambda d: d.strftime("%d-%b-%Y"),
    "a name and two digits": lambda d: d.strftime("%d-%b-%y"),
    "compact": lambda d: d.strftime("%Y%m%d"),
    "numbers of Excel": lambda d: str((d - EXCEL_DAY_0).days),
}
Row = tuple[str, str, date, int | None]


@dataclass(frozen=True)
class Form:
    """How a table is written."""

    encoding: str
    separator: str
    line_end: str
    is_quoted: bool
    date_form: str
    titles: tuple[str, ...]
    pad: str
    trailing: int
    blank_after: int | None
    header_again_after: int | None
    total: str | None
    are_ids_numbers: bool


MARKS = {"utf-8 marked twice": b"\xef\xbb\xbf" * 2, "utf-16-be, marked": b"\xfe\xff"}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", *MARKS]
FORMS = st.builds(
    Form,
    encoding=st.sampled_from(ENCODINGS),
    separator=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    is_quoted=st.booleans(),
    date_form=st.sampled_from(sorted(DATES)),
    titles=st.lists(st.sampled_from(["Plans", "Run 01/04/2025, 07:12", "", '"quoted"']), max_size=3).map(
        tuple
    ),
    pad=st.sampled_from(["", " ", "\u00a0"]),
    trailing=st.integers(0, 2),
    blank_after=st.none() | st.integers(0, 4),
    header_again_after=st.none() | st.integers(0, 4),
    total=st.sampled_from([None, "Total", "Total: 3", "(3 rows affected)", "END", "Page 1 of 1", "-----"]),
    are_ids_numbers=st.booleans(),
)
TEXT = st.text(SIGNS, min_size=1, max_size=6).filter(
    lambda said: as_read(said) and as_read(said).upper() not in {"NULL", "-1", *map(str.upper, NOTHING)}
)
ROWS = st.lists(
    st.tuples(TEXT, TEXT, st.dates(date(1990, 1, 1), AS_AT + timedelta(365)), st.none() | st.integers(0, 20)),
    min_size=1, max_size=6, unique_by=lambda row: as_read(row[0]),
)  # fmt: skip


DAMAGED = damaged_pattern("child").replace("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\ufffd]|", "").replace("(?i)", "")


def as_read(cell: str) -> str:
    """A cell as it is to be read: without what stands around it, its no-break spaces plain."""
    return cell.replace("\u00a0", " ").strip(" \t\r\n")


def written(rows: list[Row], form: Form) -> bytes:
    quoting = csv.QUOTE_ALL if form.is_quoted else csv.QUOTE_MINIMAL
    text = io.StringIO()
    text.write("".join(f"{title}{form.line_end}" for title in form.titles))
    writer = csv.writer(text, delimiter=form.separator, lineterminator=form.line_end, quoting=quoting)
    writer.writerow([*HEADERS, *[""] * form.trailing])
    for number, (plan, child, start, before) in enumerate(rows):
        if form.are_ids_numbers:
            plan, child = f"{plan}.0", f"{child}.0"
        cells = [plan, child, DATES[form.date_form](start), "" if before is None else str(before)]
        writer.writerow([*(f"{form.pad}{cell}{form.pad}" for cell in cells), *[""] * form.trailing])
        if number == form.blank_after:
            writer.writerow([""] * (4 + form.trailing))
        if number == form.header_again_after:
            writer.writerow([*HEADERS, *[""] * form.trailing])
    if form.total:
        writer.writerow([form.total, "", "", *[""] * (1 + form.trailing)])
    encoding = form.encoding.split(" ")[0].rstrip(",")
    return MARKS.get(form.encoding, b"") + text.getvalue().encode(encoding)


def numbered(rows: list[Row]) -> list[Row]:
    """The rows with numbers for ids."""
    return [(str(488 + place), str(7 + place % 2), *row[2:]) for place, row in enumerate(rows)]


def read(data: bytes) -> list[Row]:
    rows, faults = conformed(read_csv(data, FORMAT.match_headers), FORMAT)
    assert not faults
    return [tuple(row[name] for name in HEADERS) for row in rows]


def conformed(table: RawTable, fmt: ReturnFormat) -> tuple[list[dict], list[dict]]:
    """The rows, and the faults found."""
    table = with_sure_numbers(table, fmt)
    columns = fmt.match_headers(table.headers).columns
    count = table.cells.num_rows
    cells = {
        f.name: table.cells.column(str(columns[f.name]))
        if f.name in columns
        else pa.nulls(count, pa.string())
        for f in fmt.fields
    }
    numbers = {"file_no": pa.repeat(pa.scalar(0, pa.int32()), count), "row_number": table.row_numbers}
    with duckdb.connect() as db:
        done = conform(db, pa.table(numbers | cells), fmt, AS_AT)
    faults = [f for f in done.findings.to_pylist() if not f["finding"].endswith("_noted")]
    return done.rows.to_pylist(), faults


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ROWS, FORMS)
def test_any_table_in_any_declared_form_reads_back_as_the_same_cells(rows: list[Row], form: Form) -> None:
    if form.are_ids_numbers:
        rows = numbered(rows)
    expected = [(as_read(plan), as_read(child), start, before) for plan, child, start, before in rows]
    assume(form.encoding != "cp1252" or form.pad != "\u00a0")
    assume(
        not any(re.match(DAMAGED, cell) for plan, child, _, _ in expected for cell in (plan, child) if cell)
    )
    data = written(rows, form)
    # what is written in Windows-1252 and happens to be UTF-8 too is UTF-8 for whoever has the bytes alone
    assume(form.encoding != "cp1252" or data.isascii() or not _is_utf_8(data))
    try:
        found = read(data)
    except RejectedFileError as refused:
        assert str(refused)
        assert form.encoding in ("cp1252", "utf-16-le", "utf-16-be"), refused
        return

    assert found == expected


IN_PARQUET = {
    "days": lambda days: pa.array(days, pa.date32()),
    "times": lambda days: pa.array(days, pa.date32()).cast(pa.timestamp("us")),
    "text": lambda days: pa.array([f"{day:%d/%m/%Y}" for day in days]),
}


@settings(max_examples=30, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ROWS, st.sampled_from(sorted(IN_PARQUET)), st.booleans(), st.sampled_from([pa.int64(), pa.float64()]))
def test_any_table_in_parquet_reads_back_as_the_same_cells(
    rows: list[Row], days: str, are_ids_numbers: bool, counted_as: pa.DataType
) -> None:
    if are_ids_numbers:
        rows = numbered(rows)
    plans, children, starts, before = zip(*rows, strict=True)
    assume(not any(re.match(DAMAGED, cell.strip(BLANK)) for cell in (*plans, *children)))
    ids = [pa.array(map(float, told)) if are_ids_numbers else pa.array(told) for told in (plans, children)]
    columns = [*ids, IN_PARQUET[days](starts), pa.array(before, counted_as)]
    data = io.BytesIO()
    pq.write_table(pa.table(dict(zip(HEADERS, columns, strict=True))), data)

    found, faults = conformed(read_parquet(data.getvalue()), FORMAT)

    assert not faults
    assert [tuple(row[name] for name in HEADERS) for row in found] == [
        (plan.strip(BLANK), child.strip(BLANK), start, count) for plan, child, start, count in rows
    ]


BUDGETS = submitted_formats()["budgets"]
AMOUNTS = st.lists(
    st.decimals(-9999, 9999, places=3) | st.decimals(-99999, 99999, places=1), min_size=1, max_size=5
)


AS_SHEET = {
    "dates of Excel": lambda d: d,
    "text, day first": lambda d: d.strftime("%d/%m/%Y"),
    "text, ISO": date.isoformat,
}


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    ROWS,
    st.sampled_from(sorted(AS_SHEET)),
    st.lists(st.sampled_from([[], ["Plans"], ["Run", "01/04/2025"]]), max_size=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "Total", "Total: 3", "END"]),
)
def test_any_table_in_a_workbook_reads_back_as_the_same_cells(
    rows: list[Row],
    dated: str,
    titles: list[list[str]],
    are_numbers: bool,
    from_1904: bool,
    total: str | None,
) -> None:
    if are_numbers:
        rows = numbered(rows)
    if dated == "text, day first":
        assume(any(row[2].day > 12 for row in rows))
    assume(not any(re.match(DAMAGED, as_read(cell)) for row in rows for cell in row[:2]))
    as_id = float if are_numbers else str
    sheet = [
        *titles,
        HEADERS,
        *([as_id(plan), as_id(child), AS_SHEET[dated](start), before] for plan, child, start, before in rows),
        *([[total]] if total else []),
    ]
    try:
        [(_, text)] = sheets_of(workbook({"S": sheet}, counts_from_1904=from_1904))
        found = read(text)
    except RejectedFileError:
        found = None

    assert found == [(as_read(plan), as_read(child), *rest) for plan, child, *rest in rows]


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(AMOUNTS, st.booleans(), st.booleans())
def test_a_decimal_comma_between_semicolons_is_read_or_unread_never_another_number(
    amounts: list[Decimal], is_quoted: bool, is_comma: bool
) -> None:
    said = [str(amount).replace(".", "," if is_comma else ".") for amount in amounts]
    rows = [[f"C{place}", "STAFFING", "2024-25", "1", "1", cell] for place, cell in enumerate(said)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL)
    header = [
        "cost_centre",
        "line_code",
        "financial_year",
        "annual_budget",
        "forecast_outturn",
        "actual_to_date",
    ]
    writer.writerows([header, *rows])

    found, faults = conformed(read_csv(text.getvalue().encode(), BUDGETS.match_headers), BUDGETS)

    unread = {fault["row_number"] for fault in faults}
    for row, (amount, got) in enumerate(zip(amounts, found, strict=True), start=2):
        assert got["actual_to_date"] == (None if row in unread else amount)


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
