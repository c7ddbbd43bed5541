"""Bytes that are not all of one encoding: the cells that they are in are unread, or the file is refused."""

import pytest

from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import read_csv
from tests.unit.ingest.discovery.test_any_form import conformed

PLANS = submitted_formats()["cp_plans"]
HEADER = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,team\n"


def rows_of(data: bytes) -> tuple[list[tuple], list[tuple]]:
    """Ids and children of the rows that are kept, and the findings by row and column."""
    table = read_csv(data, PLANS.match_headers)
    rows, faults = conformed(table, PLANS)
    said = [(None, None, f.finding) for f in table.findings if not f.finding.endswith("_noted")]
    said += [(f["row_number"], f["column_name"], f["finding"]) for f in faults]
    return [(row["cppl_cp_plan_id"], row["cppl_person_id"]) for row in rows], said


def file_of(*ids: bytes, team: str = "Zo\u00eb") -> bytes:
    rows = (b"%s,K%d,2025-01-02,%s\n" % (said, at, team.encode()) for at, said in enumerate(ids))
    return HEADER.encode() + b"".join(rows)


def test_a_broken_sign_among_many_of_utf_8_leaves_its_cell_unread_and_no_other() -> None:
    rows, said = rows_of(file_of("n\u00e91".encode(), b"n\xc32", "n\u00e93".encode()))

    assert rows == [("n\u00e91", "K0"), ("n\u00e93", "K2")]
    assert said == [
        (None, None, "signs_damaged"),
        (3, "cppl_cp_plan_id", "unreadable_cell"),
        (3, "cppl_cp_plan_id", "required_cell_empty"),
    ]


def test_a_broken_sign_in_a_cell_that_no_figure_needs_takes_nothing_with_it() -> None:
    rows, said = rows_of(file_of(b"1", b"2") + b"3,K3,2025-01-02,n\xe9e\n")

    assert [plan for plan, _ in rows] == ["1", "2", "3"]
    assert said == [(None, None, "signs_damaged")]


def test_a_file_with_the_mark_of_utf_8_is_utf_8_however_damaged() -> None:
    rows, said = rows_of(b"\xef\xbb\xbf" + file_of(b"n\xe91", b"n\xe92", b"3", team=""))

    assert rows == [("3", "K2")]
    assert (3, "cppl_cp_plan_id", "unreadable_cell") in said


def test_a_sign_that_was_lost_before_the_export_is_no_letter_of_an_id() -> None:
    rows, said = rows_of(file_of("n\ufffd1".encode(), b"2"))

    assert rows == [("2", "K1")]
    assert (2, "cppl_cp_plan_id", "unreadable_cell") in said


@pytest.mark.parametrize(
    "ids", [["n\u00e91", "REN\u00c9\u2019S"], ["\u00e9", "\u00fc", "\u00e8", "\u00f6"] * 3]
)
def test_windows_1252_is_read_where_hardly_a_sign_could_be_of_utf_8(ids: list[str]) -> None:
    data = HEADER.encode() + "".join(f"{at}{said},K{at},2025-01-02,\n" for at, said in enumerate(ids)).encode(
        "cp1252"
    )

    assert [plan for plan, _ in rows_of(data)[0]] == [f"{at}{said}" for at, said in enumerate(ids)]


def test_letters_in_two_encodings_refuse_the_file() -> None:
    for ids in ([b"n\xe91", "n\u00e92".encode()], [b"n\xe91", *["\u0434".encode()] * 5]):
        with pytest.raises(RejectedFileError, match="two exports are put into one file"):
            rows_of(file_of(*ids, team=""))


@pytest.mark.parametrize("end", ["\x85", "\u2028", " ", ","])
def test_rows_in_one_line_with_the_header_row_are_no_return_of_nothing(end: str) -> None:
    text = end.join([HEADER.strip(), *(f"P{at},K{at},2025-01-02,North" for at in range(3))])

    with pytest.raises(RejectedFileError, match="line ends are lost"):
        read_csv(text.encode() + b"\n", PLANS.match_headers)
    assert read_csv(HEADER.encode(), PLANS.match_headers).cells.num_rows == 0


def test_a_line_end_of_unicode_in_an_id_makes_it_no_other_childs() -> None:
    rows, said = rows_of(file_of("n\u20281".encode(), b"2"))

    assert rows == [("2", "K1")]
    assert (2, "cppl_cp_plan_id", "unreadable_cell") in said


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x1f\x8b\x08\x00", "packed by gzip"),
        (b"PK\x03\x04\x14\x00", "a workbook or a zip"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_what_is_no_text_is_called_by_what_it_is(data: bytes, what: str) -> None:
    with pytest.raises(RejectedFileError, match=f"it is {what}"):
        read_csv(data + bytes(100), PLANS.match_headers)
