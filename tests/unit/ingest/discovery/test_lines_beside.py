"""Words below, headers within and torn rows are no rows; what is one is never left out without a finding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contracts.cell_types import UNREAD
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import RawTable, read_csv

TEAMS = submitted_formats()["departments"]  # where the key alone is required
PLANS = submitted_formats()["cp_plans"]
HEADER = "dept_team_id,dept_team_name,dept_team_parent_id"
ROWS = f"{HEADER}\nT1,North,\nT2,South,T1\n"
PLAN_HEADER = (
    "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,number_of_previous_plans"
)


def read(text: str, fmt=TEAMS) -> RawTable:
    return read_csv(text.encode(), fmt.match_headers)


def ids(table: RawTable) -> list[str]:
    return table.cells.column("0").to_pylist()


def kinds(table: RawTable) -> list[str]:
    return [f.finding for f in table.findings]


FOOTERS = [
    "Total: 14",
    "Total",
    "Total records = 14",
    "14 rows",
    "(14 row(s) affected)",
    "Printed by J Smith 01/04/2025",
    "Report generated on: 01/04/2025 07:12",
    "Date printed: 01/04/2025",
    "END",
    "*** End of report ***",
    "--- END OF FILE ---",
    "---------",
    "==========",
    "Page 1 of 3",
    "Page 3",
    '"Applied filters:\nMonth is March"',
    "OFFICIAL-SENSITIVE",
]


@pytest.mark.parametrize("tail", ["", ",,"])
@pytest.mark.parametrize("footer", FOOTERS)
def test_words_of_a_report_below_the_rows_are_passed_over_with_a_count(footer: str, tail: str) -> None:
    table = read(f"{ROWS}{footer}{tail}\n")

    assert ids(table) == ["T1", "T2"]
    assert kinds(table) == ["lines_passed_over_noted"]
    assert table.findings[0].reason.startswith("1 line below")


def test_several_words_below_are_passed_over_together() -> None:
    table = read(f"{ROWS}\n-----\nTotal,2,\nPrinted by,J Smith,\nPage 1 of 1\n")

    assert ids(table) == ["T1", "T2"]
    assert sorted(f.reason.split(",")[0] for f in table.findings) == [
        "1 line below the header row are totals",
        "3 lines below the header row are words of a report (Page 1 of 3",
    ]


@pytest.mark.parametrize("line", ["Kind regards", "Kind regards,,", "See the notes overleaf", "North team,,"])
@pytest.mark.parametrize("place", ["at the end", "between"])
def test_a_line_of_one_cell_that_does_not_look_as_an_id_is_a_finding_and_no_row(
    line: str, place: str
) -> None:
    after = "" if place == "at the end" else "T3,West,T1\n"
    table = read(f"{ROWS}{line}\n{after}")

    assert ids(table)[2] == UNREAD
    assert ids(table)[0] == "T1"
    assert [kind for kind in kinds(table) if not kind.endswith("_noted")] in (
        ["line_is_no_row"],
        ["rows_torn"],
    )
    # what stands in one cell between rows may be the rest of the cell before it
    assert table.findings[0].row_number == (3 if after and not line.endswith(",") else 4)
    assert "regards" not in table.findings[0].reason


def test_a_short_row_above_a_total_stays_one() -> None:
    assert ids(read(f"{ROWS}T3\n,,\nTotal,3,\n")) == ["T1", "T2", "T3"]


@pytest.mark.parametrize("row", ["T3", "T3,,", "T10,,"])
def test_a_row_with_nothing_but_its_key_stays_one(row: str) -> None:
    table = read(f"{ROWS}{row}\n")

    assert ids(table) == ["T1", "T2", row.rstrip(",")]
    assert set(kinds(table)) <= {"short_rows_noted"}


def test_where_no_other_row_tells_how_ids_look_words_are_none() -> None:
    assert ids(read(f"{HEADER}\nnothing sent this month,,\n")) == [UNREAD]
    assert ids(read(f"{HEADER}\nT1,,\n")) == ["T1"]
    assert ids(read(f"{HEADER}\nNo records found\n")) == []
    assert ids(read(f"{HEADER}\nNORTH,,\nSOUTH,,\nWEST,,\n")) == ["NORTH", "SOUTH", "WEST"]


@pytest.mark.parametrize(
    "again",
    [
        "dept_team_name,dept_team_id,dept_team_parent_id",
        "dept_team_id,dept_team_parent_id,dept_team_name",
        "Note,DEPT_TEAM_ID,dept_team_name",
        "dept_team_id,dept_team_parent_id",
    ],
)
def test_a_second_header_row_in_another_order_refuses_the_file(again: str) -> None:
    with pytest.raises(RejectedFileError, match="its row 4 holds column names in another order"):
        read(f"{ROWS}{again}\nWest,T3,T1\n")


def test_a_second_header_row_in_the_same_order_is_passed_over_however_spelled() -> None:
    table = read(f"{ROWS}{HEADER.upper()}\nT3,West,T1\n")

    assert ids(table) == ["T1", "T2", "T3"]
    assert kinds(table) == ["lines_passed_over_noted"]


def test_a_value_that_is_a_column_name_is_a_value() -> None:
    assert ids(read(f"{ROWS}T3,dept_team_id,\n")) == ["T1", "T2", "T3"]


TORN = {
    "in the middle of a row": ("T3,West\nof the river,T1\n", [UNREAD, UNREAD]),
    "more than once": ("T3,West\nof the\n\nriver,T1\n", [UNREAD, UNREAD, UNREAD]),
    "in its last cell": ("T3,West,T1\nand more words\n", [UNREAD, UNREAD]),
    "where the rest looks as an id": ("T3,We\nT9,T1\n", [UNREAD, UNREAD]),
    "before its last cell": ("T3,West,\nT1\n", [UNREAD, UNREAD]),
    "behind the separator": ("T3,\nWest,T1\n", [UNREAD, UNREAD]),
    "behind its id": ("T3\n,West,T1\n", [UNREAD, UNREAD]),
    "before the separator": ("T3,West\n,T1\n", [UNREAD, UNREAD]),
}


@pytest.mark.parametrize("where", TORN)
def test_parts_of_a_row_that_a_line_break_tore_are_findings_and_no_rows(where: str) -> None:
    torn, left = TORN[where]
    table = read(f"{ROWS}{torn}T4,East,T1\n")

    assert ids(table) == ["T1", "T2", *left, "T4"]
    assert kinds(table) == ["rows_torn"]


WORDS = st.text("ab Nx", max_size=4).map(str.strip)
TEAM_ROWS = st.lists(st.tuples(WORDS, st.none() | st.integers(1, 9)), min_size=1, max_size=6)


@given(TEAM_ROWS, st.data())
def test_no_row_of_a_torn_file_says_what_was_not_sent(sent: list[tuple], data: st.DataObject) -> None:
    whole = [(f"T{place}", name, f"T{up}" if up else "") for place, (name, up) in enumerate(sent, start=1)]
    lines = [",".join(row) for row in whole]
    at = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(2, len(lines[at])))
    lines[at] = f"{lines[at][:cut]}\n{lines[at][cut:]}"
    whole.append(("T98", "x", "T1"))
    lines.append("T98,x,T1")
    try:
        table = read("\n".join([HEADER, *lines]) + "\n")
    except RejectedFileError:
        return

    rows = zip(*(table.cells.column(i).to_pylist() for i in range(3)), strict=True)
    for row in rows:
        assert row[0] == UNREAD or tuple(cell.strip() for cell in row) in whole


def test_the_torn_beginning_of_a_plan_is_no_plan_without_an_end() -> None:
    rows = "P1,C1,2025-01-10,2025-02-01,0\nP2,C2,2025-01-10,,\n"
    table = read(f"{PLAN_HEADER}\n{rows}P3,C3,2025-01-1\n0,2025-02-01,1\n", PLANS)

    assert ids(table) == ["P1", "P2", UNREAD, UNREAD]


def test_rows_without_their_empty_last_cells_are_rows_and_counted() -> None:
    table = read(f"{HEADER}\nT1,North\nT2,South,T1\nT3\nT10,West\n")

    assert ids(table) == ["T1", "T2", "T3", "T10"]
    assert [f.reason.split(" have")[0] for f in table.findings] == ["3 rows"]
    assert ids(read(f"{HEADER}\nNORTH,N\nSOUTH,S\nWEST,W\n")) == ["NORTH", "SOUTH", "WEST"]


@pytest.mark.parametrize(("of_header", "of_rows"), [(",", ";"), (";", ","), ("\t", "|"), ("|", "\t")])
def test_rows_separated_otherwise_than_their_header_row_are_refused(of_header: str, of_rows: str) -> None:
    header, *rows = ROWS.splitlines()
    text = "\n".join([header.replace(",", of_header), *(row.replace(",", of_rows) for row in rows)])

    with pytest.raises(RejectedFileError, match="its header row is separated by .* and its rows by"):
        read(f"{text}\n")


def test_a_quotation_mark_behind_a_space_opens_a_cell() -> None:
    table = read(
        '"dept_team_id", "dept_team_name", "dept_team_parent_id"\n"T1", "North, and ""more""", "T0"\n'
    )

    assert [table.cells.column(i)[0].as_py() for i in range(3)] == ["T1", 'North, and "more"', "T0"]
    assert kinds(table) == ["spaced_quotes_noted"]


def test_a_quotation_mark_behind_a_space_within_a_cell_is_a_sign_of_it() -> None:
    table = read(f'{HEADER}\nT1,"North, ""and"" more",\n')
    assert (table.cells.column("1").to_pylist(), table.findings) == (['North, "and" more'], ())
    assert read(f'{HEADER}\nT1, "North" side,\n').cells.column("1").to_pylist() == [' "North" side']
    with pytest.raises(RejectedFileError):
        read(f'{HEADER}\nT1, "North" side, and more,\nT2, "a, b",\n')


@pytest.mark.parametrize("marks", [b"\xef\xbb\xbf" * 2, b"\xef\xbb\xbf\xc3\xaf\xc2\xbb\xc2\xbf"])
def test_a_mark_that_stands_twice_is_no_part_of_the_first_heading(marks: bytes) -> None:
    table = read_csv(marks + ROWS.encode(), TEAMS.match_headers)

    assert table.headers[0] == "dept_team_id"
    assert kinds(table) == ["encoding_noted"]


@pytest.mark.parametrize("end", ["\x1a", "\x1a\r\n", "\x1a\x1a"])
def test_a_sign_for_the_end_is_no_row(end: str) -> None:
    table = read(ROWS + end)

    assert ids(table) == ["T1", "T2"]
    assert kinds(table) == ["end_sign_noted"]
