"""What cannot be right in an Annex A workbook is a finding with sheet, row and column, and stays as it is."""

from datetime import date

import pytest

from ingest.adapters import open_annex_a
from tests.unit.ingest.adapters.test_annex_a import A, a_list, found, opened
from tests.unit.ingest.adapters.workbooks import Cell, workbook

PLAN = "Child Protection Plan Start Date"
PLAN_END = "Child Protection Plan End Date"
STARTED = "Date Started to be Looked After"
BORN = date(2012, 5, 4)  # child 101


def cells_found(of: str, finding: str, *rows: dict[str, Cell]) -> list[tuple[int, str]]:
    result = opened({"x": a_list(of, *rows)})
    return [(row, column) for _, row, column, _ in found(result, finding)]


def test_rows_of_days_before_the_window_are_told_once_for_each_list():
    rows = [{"Date of Contact": day} for day in (date(2024, 9, 30), date(2024, 10, 1), date(2024, 1, 1))]
    result = opened({"x": a_list("List 1", *rows)})

    [finding] = [f for f in result.findings.to_pylist() if f["finding"] == "outside_window"]
    assert (finding["row_number"], finding["column_name"]) == (2, "Date of Contact")
    assert finding["reason"].startswith("2 of 3 rows")
    assert result.returns["contacts"].num_rows == 3


def test_an_open_record_is_in_the_window_however_old_it_is():
    assert cells_found("List 7", "outside_window", {PLAN: date(2019, 1, 1)}) == []


def test_a_day_to_come_is_told_and_a_due_date_of_birth_is_not():
    row = {"Date of Contact": date(2025, 4, 1), "Date of Birth": date(2025, 6, 1)}

    assert cells_found("List 1", "day_to_come", row) == [(2, "Date of Contact")]
    assert cells_found("List 1", "day_to_come", row | {"Date of Contact": A}) == []


@pytest.mark.parametrize(
    ("of", "heading", "day", "is_early"),
    [
        ("List 8", STARTED, date(2012, 5, 3), True),
        ("List 8", STARTED, BORN, False),
        ("List 10", "Date the Child Entered Care", date(2012, 5, 3), True),
        ("List 7", PLAN, date(2011, 7, 29), False),  # 280 days before the birth
        ("List 7", PLAN, date(2011, 7, 28), True),
    ],
)
def test_what_begins_too_long_before_birth_is_told(of, heading, day, is_early):
    assert cells_found(of, "before_birth", {heading: day}) == ([(2, heading)] if is_early else [])


def test_a_visit_or_review_after_the_end_is_told():
    visit, review = "Date of the Last Statutory Visit", "Date of latest review conference"
    end = date(2025, 2, 3)
    row = {PLAN: date(2024, 6, 1), PLAN_END: end, visit: date(2025, 2, 4), review: end}

    assert cells_found("List 7", "after_end", row) == [(2, visit)]


@pytest.mark.parametrize(
    ("born", "ended", "is_told"),
    [
        (date(2007, 3, 31), None, True),  # eighteen on the day
        (date(2007, 4, 1), None, False),
        (date(2007, 3, 31), date(2025, 3, 30), False),
    ],
)
def test_who_is_eighteen_and_still_on_a_plan_is_told(born, ended, is_told):
    row = {"Date of Birth": born, PLAN: date(2024, 6, 1), PLAN_END: ended}

    assert cells_found("List 7", "adult_on_list", row) == ([(2, "Date of Birth")] if is_told else [])


def test_a_birthday_of_29_february_is_on_1_march_in_a_common_year():
    rows = a_list("List 7", {"Date of Birth": date(2004, 2, 29), PLAN: date(2021, 6, 1)})
    told = [
        len(found(open_annex_a(workbook({"x": rows}), day), "adult_on_list"))
        for day in (date(2022, 2, 28), date(2022, 3, 1))
    ]

    assert told == [0, 1]


@pytest.mark.parametrize(
    ("cell", "is_told"), [("T28 2WB", False), ("sw1a1aa", False), ("nope", True), (None, False)]
)
def test_what_is_no_postcode_is_told_though_no_return_is_made_from_it(cell, is_told):
    row = {STARTED: date(2024, 1, 2), "Placement postcode": cell}

    assert cells_found("List 8", "unreadable_cell", row) == ([(2, "Placement postcode")] if is_told else [])


def test_an_adoption_that_was_made_and_reversed_is_told():
    reversed_on = "Date of Decision that Child Should No Longer be Placed for Adoption"
    row = {"Date of Adoption Order": date(2024, 10, 7), reversed_on: date(2024, 10, 12)}

    assert cells_found("List 10", "adopted_and_reversed", row) == [(2, reversed_on)]


def test_what_every_row_must_fill_is_told_once_for_a_column_and_once_for_a_child():
    rows = [
        {STARTED: date(2024, 1, 2), "Placement Location": "In"},
        {STARTED: date(2024, 1, 2), "Gender": None},
    ]
    rows[1] |= {"Child Unique ID": 102}
    result = opened({"x": a_list("List 8", *rows)})

    told = {
        (f["row_number"], f["column_name"], f["reason"][:6])
        for f in result.findings.to_pylist()
        if f["finding"] == "mandatory_cell_empty"
    }
    assert {(3, "Placement Location", "1 of 2"), (2, "Placement Type", "2 of 2")} <= told
    assert (3, "Gender", "no lis") in told


def test_a_code_that_was_no_longer_in_use_is_told_and_kept():
    result = opened({"x": a_list("List 9", {"Activity Status": "F3: Full time in training"})})

    assert found(result, "code_of_another_time") == [("List 9 (sheet 1)", 2, "Activity Status", "F3")]
    assert result.returns["care_leavers"].column("clea_care_leaver_activity").to_pylist() == ["F3"]
