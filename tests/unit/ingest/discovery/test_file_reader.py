"""Files as they come: what can be opened, what is refused, and that nothing refused is quoted."""

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contracts.findings import unknown_column
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import (
    RawTable,
    RejectedFileError,
    StillWrittenError,
    read_bytes,
    read_csv,
    read_parquet,
)


def rows(table: RawTable) -> list[tuple[str, ...]]:
    columns = [table.cells.column(i).to_pylist() for i in range(table.cells.num_columns)]
    return list(zip(*columns, strict=True))


def test_a_plain_file_is_read_with_a_spreadsheets_row_numbers() -> None:
    table = read_csv(b'\xef\xbb\xbfid,name\r\n1,a\r\n2,"b,\nc"\r\n')

    assert table.headers == ("id", "name")
    assert rows(table) == [("1", "a"), ("2", "b,\nc")]
    assert table.row_numbers.to_pylist() == [2, 3]


def test_a_header_and_no_rows_is_nothing_to_report() -> None:
    assert rows(read_csv(b"id,name\n")) == []


def test_a_short_row_is_filled_and_a_long_one_cut_with_a_finding() -> None:
    table = read_csv(b"id,name\n\n1\n2,b,beyond\n3,c,\n")

    assert rows(table) == [("1", ""), ("2", "b"), ("3", "c")]
    assert table.row_numbers.to_pylist() == [3, 4, 5]
    assert [(f.finding, f.row_number) for f in table.findings] == [
        ("cells_beyond_header", 4),
        ("trailing_cells_noted", None),
    ]


@pytest.mark.parametrize(
    ("data", "found", "numbers"),
    [
        (b"id,name\n1,a\n\n2,b\n", [("1", "a"), ("2", "b")], [2, 4]),
        (b"id,name\r\n1,a\r\n\r\n2,b\r\n", [("1", "a"), ("2", "b")], [2, 4]),
        (b"id,name\n1,a\n\n", [("1", "a")], [2]),
        (b"\nid,name\n1,a\n", [("1", "a")], [3]),
        (b"id\n1\n\n2\n", [("1",), ("2",)], [2, 4]),
    ],
)
def test_a_blank_line_is_no_row_and_keeps_its_number(
    data: bytes, found: list[tuple[str, ...]], numbers: list[int]
) -> None:
    table = read_csv(data)

    assert rows(table) == found
    assert table.row_numbers.to_pylist() == numbers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n\n",
        "id,n\u0192e\n".encode("cp1252"),  # an é of another encoding, as likely
        "id\n1\n".encode("utf-16")[:-1],  # cut in the middle of a character
        b'id,name\n1,"canary\n2,b\n',
        b"id,name\n1,canary\n2",  # cut in its last row
        b"id,name\n1,canary\x00\n",
    ],
)
def test_what_cannot_be_read_is_refused_without_being_quoted(data: bytes) -> None:
    with pytest.raises(RejectedFileError) as refused:
        read_csv(data)

    assert "canary" not in str(refused.value)


def test_only_plain_files_are_opened(tmp_path: Path) -> None:
    target = tmp_path / "real.csv"
    target.write_text("id\n1\n")
    link, pipe = tmp_path / "link.csv", tmp_path / "pipe.csv"
    link.symlink_to(target)
    os.mkfifo(pipe)

    for path in (link, pipe, tmp_path):
        with pytest.raises(RejectedFileError):
            read_bytes(path)
    assert read_bytes(target)[0] == b"id\n1\n"


def test_a_file_with_another_name_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "real.csv"
    path.write_text("id\n1\n")
    (tmp_path / "again.csv").hardlink_to(path)

    with pytest.raises(RejectedFileError, match="hard link"):
        read_bytes(path)


def test_a_file_that_is_still_written_is_not_read_in_part(tmp_path: Path) -> None:
    path = tmp_path / "real.csv"
    with path.open("w") as writer:
        writer.write("id\n1\n")
        writer.flush()
        with pytest.raises(StillWrittenError):
            read_bytes(path)

    assert read_bytes(path)[0] == b"id\n1\n"


@given(
    st.lists(st.tuples(st.text("ab,\"\n '", max_size=5), st.text("xy", min_size=1, max_size=3)), max_size=6)
)
def test_every_cell_that_a_csv_writer_wrote_comes_back(cells: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("first", "second"), *cells])

    assert rows(read_csv(text.getvalue().encode())) == [tuple(c) for c in cells]


PLANS = submitted_formats()["cp_plans"]
PLAN_HEADER = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,notes"
STRAY = [
    ('"Mum said', '"Mum said'),
    ('"Mum said, no', '"Dad said, no'),
    ('"5 ft', '6 ft"'),
    ('"', '"'),
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(("first", "last"), STRAY)
@pytest.mark.parametrize("between", [0, 1, 3])
def test_marks_that_are_no_quotation_hide_no_rows(
    separator: str, first: str, last: str, between: int
) -> None:
    notes = [first, *["ok"] * between, last, "ok"]
    plans = [f"P{at},C{at},2024-07-1{at},,{note}" for at, note in enumerate(notes)]
    text = "\n".join([PLAN_HEADER, *plans, ""])

    with pytest.raises(RejectedFileError, match="does not close|holds whole rows") as refused:
        read_csv(text.replace(",", separator).encode(), PLANS.match_headers)
    assert "said" not in str(refused.value)


@pytest.mark.parametrize(
    "note",
    [
        '"seen, at home\nmum, dad, sister, dog, cat\nall well"',
        '"say ""no""\nand ""yes"""',
        '5" nail',
        '"A"',
        '"Ref,Day,By,For,What\nnone, none, none, none, none"',
    ],
)
def test_lines_and_marks_of_a_text_in_quotation_are_of_its_cell(note: str) -> None:
    table = read_csv(
        f"{PLAN_HEADER}\nP1,C1,2024-07-14,,{note}\nP2,C2,2024-07-15,,x\n".encode(), PLANS.match_headers
    )

    assert table.cells.column("0").to_pylist() == ["P1", "P2"]
    assert table.findings == ()


def test_numbers_of_parquet_read_as_a_csv_would_have_them() -> None:
    table = pa.table(
        {
            "float": pa.array([12.0, float("nan"), 123456789012.0, 0.5]),
            "decimal": pa.array([Decimal("488.00"), None, Decimal("1.50"), Decimal("0.00")]),
        }
    )
    data = io.BytesIO()
    pq.write_table(table, data)

    cells = read_parquet(data.getvalue()).cells

    assert cells.column("0").to_pylist() == ["12", "", "123456789012", "0.5"]
    assert cells.column("1").to_pylist() == ["488", "", "1.50", "0"]


def test_no_advice_is_to_edit_a_file_of_the_product() -> None:
    said = [
        (
            fmt.match_headers(["Strategy date"]).problem or "",
            unknown_column(0, "Strategy date", name).next_move,
        )
        for name, fmt in submitted_formats().items()
    ]

    assert said
    assert not [words for both in said for words in both if ".yml" in words or "aliases" in words]
