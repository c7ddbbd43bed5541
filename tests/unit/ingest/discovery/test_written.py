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
