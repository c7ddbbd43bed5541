"""Any table in any declared form reads back as the same cells, or is refused; never as other cells."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from ingest.contracts.cell_types import DAMAGED
from ingest.contracts.dates import EXCEL_DAY_0
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.tolerances import NOTHING
from ingest.discovery.file_reader import read_csv
from ingest.landing.conform import conform

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


TITLES = ["Plans", "Run 01/04/2025, 07:12", "", '"quoted"']
FORMS = st.builds(
    Form,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
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
    total=st.sampled_from([None, "Total", "Grand total:", "(3 rows affected)"]),
)
TEXT = st.text(SIGNS, min_size=1, max_size=6).filter(
    lambda said: as_read(said) and as_read(said).upper() not in {"NULL", "-1", *map(str.upper, NOTHING)}
)
ROWS = st.lists(
    st.tuples(TEXT, TEXT, st.dates(date(1990, 1, 1), AS_AT + timedelta(365)), st.none() | st.integers(0, 20)),
    min_size=1, max_size=6, unique_by=lambda row: as_read(row[0]),
)  # fmt: skip


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
        cells = [plan, child, DATES[form.date_form](start), "" if before is None else str(before)]
        writer.writerow([*(f"{form.pad}{cell}{form.pad}" for cell in cells), *[""] * form.trailing])
        if number == form.blank_after:
            writer.writerow([""] * (4 + form.trailing))
        if number == form.header_again_after:
            writer.writerow([*HEADERS, *[""] * form.trailing])
    if form.total:
        writer.writerow([form.total, "", "", *[""] * (1 + form.trailing)])
    return text.getvalue().encode(form.encoding)


def read(data: bytes) -> list[Row]:
    table = read_csv(data, FORMAT.match_headers)
    columns = FORMAT.match_headers(table.headers).columns
    count = table.cells.num_rows
    cells = {
        f.name: table.cells.column(str(columns[f.name]))
        if f.name in columns
        else pa.nulls(count, pa.string())
        for f in FORMAT.fields
    }
    numbers = {"file_no": pa.repeat(pa.scalar(0, pa.int32()), count), "row_number": table.row_numbers}
    with duckdb.connect() as db:
        done = conform(db, pa.table(numbers | cells), FORMAT, AS_AT)
    assert not [f for f in done.findings.to_pylist() if not f["finding"].endswith("_noted")]
    return [tuple(row[name] for name in HEADERS) for row in done.rows.to_pylist()]


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ROWS, FORMS)
def test_any_table_in_any_declared_form_reads_back_as_the_same_cells(rows: list[Row], form: Form) -> None:
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
        assert form.encoding in ("cp1252", "utf-16-le"), refused
        return

    assert found == expected


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
