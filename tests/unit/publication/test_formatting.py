"""How a figure reads: rounded once, half away from zero, in its unit."""

import pytest

from publication.formatting import format_change, format_code, format_number, format_value


@pytest.mark.parametrize(
    ("value", "unit", "said", "in_a_column"),
    [
        (81.25, "percent", "81.3%", "81.3"),
        (-0.04, "percent", "0.0%", "0.0"),
        (1234.5, "gbp", "£1,235", "1,235"),
        (-1234.5, "gbp", "-£1,235", "-1,235"),
        (1234.0, "count", "1,234", "1,234"),
        (12.345, "count", "12.3", "12.35"),
        (51.55, "per_10k", "51.6", "51.6"),
        (45.0, "days", "45.0", "45.0"),
    ],
)
def test_a_figure_is_rounded_once_and_has_its_unit_or_stands_in_a_column_that_says_it(
    value: float, unit: str, said: str, in_a_column: str
) -> None:
    assert (format_value(value, unit), format_number(value, unit)) == (said, in_a_column)


def test_nothing_is_a_dash_and_a_change_says_which_way_it_goes() -> None:
    assert format_number(None, "count") == format_code(None) == "-"
    assert format_change(2.06, "worse", "percent") == "+2.1 worse"
    assert format_change(-2.0, "better", "count") == "-2 better"
    assert format_change(None, "not_comparable", "count") == "not comparable"
