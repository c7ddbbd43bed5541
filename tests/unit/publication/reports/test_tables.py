"""What a cell says: a figure once rounded, the reason where there is none, a judgement in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publication.formatting import format_value, nearest
from publication.reports import tables
from publication.reports.figures import Part
from tests.support.report_lines import MARCH, beside, line, months


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (81.25, "percent", "81.3%"),
        (-0.04, "percent", "0.0%"),
        (2.65, "days", "2.7"),
        (2.6499999999999995, "days", "2.7"),  # a double that stands for 2.65
        (1234.0, "count", "1,234"),
        (2.5, "count", "2.5"),
        (-1234.5, "gbp", "-£1,235"),
        (519.4362, "per_10k", "519.4"),
    ],
)
def test_a_figure_is_rounded_once_half_away_from_zero(value: float, unit: str, said: str) -> None:
    assert format_value(value, unit) == said


@given(st.integers(-(10**8), 10**8), st.integers(0, 3))
def test_a_rounded_figure_is_never_half_a_step_away(hundredths: int, places: int) -> None:
    value = hundredths / 100

    assert abs(nearest(value, places) * 100 - hundredths) * 2 <= 10 ** (2 - min(places, 2))


def test_a_return_that_did_not_come_is_never_nought() -> None:
    row = tables.summary_row(line(value=None, value_status="not_submitted"))

    assert (row[1].text, row[1].number) == ("not submitted", None)


def test_a_row_says_target_colour_and_change() -> None:
    target = beside("target", "81.3%, against at least 85.0%", value=85.0, judgement="amber")
    change = beside("previous_month", value=90.0, difference=-8.75, judgement="worse")

    row = tables.summary_row(line(beside={"target": target, "previous_month": change}))

    assert [cell.text for cell in row[1:5]] == ["81.3%", "at least 85.0%", "Amber", "-8.8 points worse"]
    assert (row[2].number, row[4].number) == (85.0, -8.75)


def test_a_target_of_a_month_without_a_figure_has_no_colour() -> None:
    target = beside("target", "no figure", value=85.0, judgement="not_comparable")

    row = tables.summary_row(line(value=None, value_status="not_submitted", beside={"target": target}))

    assert row[3].text == "-"


def test_a_band_is_two_numbers_and_so_text() -> None:
    band = beside("limits", value=14.0, upper=20.0, judgement="green")

    cell = tables.summary_row(line(unit="ratio", beside={"limits": band}))[2]

    assert (cell.text, cell.number) == ("14.0 to 20.0", None)


def test_months_stand_in_financial_years_and_gaps_say_why() -> None:
    table = tables.months(line(points=months(50.0, None, 75.0)))

    assert table is not None
    [year] = table.rows
    assert [cell.text for cell in year] == ["2024-25", *[""] * 9, "50.0%", "not submitted", "75.0%"]


def test_revised_months_and_signals_are_marked() -> None:
    [point] = months(50.0, is_revised=True, variation="lower")

    assert tables.point_cell(line(), point).text == "50.0% r lower"


def test_a_part_goes_by_the_label_of_its_code() -> None:
    assert tables.part_name(Part("abuse_category", "NEG", 1.0, "calculated")) == "Neglect"
    both = tables.part_name(Part("kind_code x reason_code", "CLA|QUORUM", 1.0, "calculated"))
    assert both == "Looked after review, Not quorate"


def test_a_column_that_nothing_fills_is_left_out() -> None:
    table = tables.summary("Conferences", [line()], MARCH)

    assert table.headings == ("Indicator", "This month")
