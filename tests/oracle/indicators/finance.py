"""Finance: what the year is forecast to cost against what it was given."""

from fractions import Fraction

from ..calendar import financial_year
from ..casebook import Casebook
from ..reader import Row
from .register import Count, stock


def lines_of_the_year(book: Casebook, day: int) -> list[Row]:
    year = financial_year(day)
    return [line for line in book.state("budgets", day) if line["financial_year"] == year]


def overspend(book: Casebook, day: int, lines: tuple[str, ...]) -> Count:
    return Count(
        sum(
            (
                line["forecast_outturn"] - line["annual_budget"]
                for line in lines_of_the_year(book, day)
                if line["line_code"] in lines
            ),
            Fraction(0),
        )
    )


@stock("fin_staffing_overspend_forecast")
def fin_staffing_overspend_forecast(book: Casebook, day: int) -> Count:
    return overspend(book, day, ("STAFFING", "AGENCY"))


@stock("fin_agency_overspend")
def fin_agency_overspend(book: Casebook, day: int) -> Count:
    return overspend(book, day, ("AGENCY",))


@stock("fin_pressure_reduction")
def fin_pressure_reduction(book: Casebook, day: int) -> Count:
    return Count(
        sum(
            (
                line["baseline_forecast"] - line["forecast_outturn"]
                for line in lines_of_the_year(book, day)
                if line["baseline_forecast"] is not None
            ),
            Fraction(0),
        )
    )
