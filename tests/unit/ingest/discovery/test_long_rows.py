"""A row with more cells than headings: no cell is read under another's heading, none lost in silence."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import read_csv
from ingest.discovery.long_rows import with_sure_places
from tests.unit.ingest.discovery.test_any_form import AS_AT, conformed

PLANS = submitted_formats()["cp_plans"]
REFERRALS = submitted_formats()["cin_episodes"]
OF_PLANS = (
    "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,number_of_previous_plans"
)
OF_REFERRALS = "cine_referral_id,cine_person_id,cine_referral_date,cine_referral_team,cine_referral_worker_id"


def read(header: str, *rows: str, by: str = ",") -> tuple[list[tuple], list[tuple]]:
    """The cells that are kept of each row, and the findings by row and column."""
    fmt = PLANS if header.startswith("cppl") else REFERRALS
    text = "\n".join([header, *rows, ""]).replace(",", by).replace(";;", ",")
    table = with_sure_places(read_csv(text.encode(), fmt.match_headers), fmt, AS_AT)
    kept, faults = conformed(table, fmt)
    said = [(f.row_number, f.column_name, f.finding) for f in table.findings]
    said += [(f["row_number"], f["column_name"], f["finding"]) for f in faults]
    return [tuple(row[name] for name in header.split(",")) for row in kept], said


def test_cells_beyond_the_last_heading_are_told_and_the_row_stands_where_nothing_can_have_moved() -> None:
    rows, said = read(OF_PLANS, "P1,K1,2025-01-01,,1,x,y")

    assert rows == [("P1", "K1", date(2025, 1, 1), None, 1)]
    assert said == [(2, None, "cells_beyond_header")]


def test_a_comma_in_a_value_leaves_what_may_have_moved_unread_and_what_stands_before_it_read() -> None:
    rows, said = read(OF_REFERRALS, "R1,K1,2025-01-01,Duty, Intake,W1", "R2,K2,2025-01-02,Duty,W2")

    assert rows == [
        ("R1", "K1", date(2025, 1, 1), None, None),
        ("R2", "K2", date(2025, 1, 2), "Duty", "W2"),
    ]
    assert said == [
        (2, "cine_referral_team", "cells_out_of_place"),
        (2, "cine_referral_team", "unreadable_cell"),
        (2, "cine_referral_worker_id", "unreadable_cell"),
    ]


def test_a_separator_too_many_leaves_out_the_row_of_which_it_moves_an_id() -> None:
    rows, said = read(OF_PLANS, "P1,,K1,2025-01-01,,1", "P2,K2,2025-01-02,,0")

    assert [row[0] for row in rows] == ["P2"]
    assert said[0] == (2, "cppl_person_id", "cells_out_of_place")
    assert said[-1][2] == "required_cell_empty"


def test_a_column_in_front_without_a_heading_moves_no_id() -> None:
    rows, said = read("cine_referral_id,cine_person_id,cine_referral_date", "1,R1,K1,2025-01-01")

    assert rows == []
    assert said[0] == (2, "cine_referral_id", "cells_out_of_place")


def test_separators_at_the_end_of_rows_are_noted() -> None:
    same = [f"R{at},K{at},2025-01-01,Duty,W{at},," for at in range(10)]
    rows, said = read(OF_REFERRALS, *same)

    assert [row[3:] for row in rows] == [("Duty", f"W{at}") for at in range(10)]
    assert said == [(None, None, "trailing_cells_noted")]


def test_a_moved_cell_that_ends_in_an_empty_one_is_not_read_as_another() -> None:
    rows, said = read(OF_REFERRALS, "R1,K1,2025-01-01,Duty,W1", "R2,K2,2025-01-01,Duty, Intake,W2,")

    assert [row[3:] for row in rows] == [("Duty", "W1"), (None, None)]
    assert (3, "cine_referral_team", "cells_out_of_place") in said


def test_more_cells_than_can_be_asked_for_leave_the_row_out() -> None:
    rows, said = read(OF_PLANS, "P1,K1,2025-01-01,,1" + ",x" * 9, "P2,K2,2025-01-02,,0")

    assert [row[0] for row in rows] == ["P2"]
    assert said[0][2] == "cells_out_of_place"


TEXT = st.sampled_from(["Duty", "Duty, Intake", "A,B,C", "", "North", "1,2", "2025-01-05", "K7,", ",x"])


@settings(max_examples=150)
@given(st.lists(st.tuples(TEXT, st.none() | st.integers(0, 9), TEXT), min_size=1, max_size=4), st.booleans())
def test_values_written_without_quotation_marks_are_read_as_sent_or_unread(
    sent: list[tuple[str, int | None, str]], is_team_first: bool
) -> None:
    """Unless a row comes out as long as the header row is, so that nothing shows."""
    names = [
        "cine_referral_id",
        "cine_person_id",
        "cine_referral_date",
        "cine_referral_team",
        "cine_close_date",
    ]
    names += ["cine_referral_worker_id"]
    if is_team_first:
        names = [*names[:2], "cine_referral_team", "cine_referral_date", *names[4:]]
    rows = []
    for at, (team, days, worker) in enumerate(sent):
        end = "" if days is None else str(date(2025, 2, 1) + timedelta(days))
        start = "2025-01-01"
        by_name = dict(
            zip(
                names,
                [f"R{at}", f"K{at}", team, start, end, worker]
                if is_team_first
                else [f"R{at}", f"K{at}", start, team, end, worker],
                strict=True,
            )
        )
        rows.append(by_name)
    text = "\n".join([",".join(names), *(",".join(row.values()) for row in rows), ""])
    try:
        table = with_sure_places(read_csv(text.encode(), REFERRALS.match_headers), REFERRALS, AS_AT)
    except RejectedFileError:
        return
    kept, _ = conformed(table, REFERRALS)
    found = {row["cine_referral_id"]: row for row in kept}
    assert set(found) <= {row["cine_referral_id"] for row in rows}
    for row in rows:
        got = found.get(row["cine_referral_id"])
        for name in names:
            if got is not None and got[name] is not None:
                want = row[name].strip()
                assert str(got[name]) in (want, want.rstrip(","))
