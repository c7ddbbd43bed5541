"""How a figure, a month and a code read: their home in Python, as macros/wording.sql is in the marts."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

PLACES = {"count": 0, "gbp": 0}  # all other units are shown to one place
PLACES_OF_A_PART = 2  # a count that is not whole is of whole-time equivalents; in a column of its own


def nearest(value: float, places: int) -> Decimal:
    """A figure rounded half away from zero, by way of nine decimals as the marts' own words are."""
    exact = Decimal(str(value)).quantize(Decimal("1e-9"), rounding=ROUND_HALF_UP)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0  # and never a minus nought


def format_value(value: float, unit: str) -> str:
    """A figure as a reader sees it, in the marts' own way: 81.3%, £1,234, 1,234, 51.6."""
    if unit == "percent":
        return f"{nearest(value, 1):,}%"
    if unit == "gbp":
        pounds = nearest(value, 0)
        return f"{'-' if pounds < 0 else ''}£{abs(pounds):,}"
    if unit == "count" and value == int(value):
        return f"{int(value):,}"
    return f"{nearest(value, 1):,}"


def format_number(value: float | None, unit: str) -> str:
    """A figure in a column that says its unit: 81.3, 1,234, 51.6. A dash where there is none."""
    if value is None:
        return "-"
    is_part = unit == "count" and value != int(value)
    return f"{nearest(value, PLACES_OF_A_PART if is_part else PLACES.get(unit, 1)):,}"


def format_change(difference: float | None, direction: str | None, unit: str) -> str:
    """A change with its sign and which way it goes: +2.1 worse. A dash where there is none."""
    if difference is None or direction == "not_comparable":
        return format_code(direction)
    return f"{'+' if difference > 0 else ''}{format_number(difference, unit)} {direction}"


def format_code(code: str | None) -> str:
    """A code as a reader sees it: common_cause is common cause; nothing is a dash."""
    return (code or "-").replace("_", " ")


def month_words(day: date) -> str:
    """A month by its name, as March 2025."""
    return f"{day:%B %Y}"
