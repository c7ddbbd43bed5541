"""Lines and reports to test with, written by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

from publication.reports.figures import Beside, Line, Point, Report, Theme
from publication.reports.kinds import ReportKind

MARCH = date(2025, 3, 31)

CONFERENCES = Line(
    indicator_id="icpc_15wd_pct",
    title="Initial conferences held within 15 working days",
    area="Section 47 and conferences",
    unit="percent",
    polarity="higher",
    can_be_negative=False,
    period_basis="month",
    value=81.25,
    value_status="calculated",
    numerator=26,
    denominator=32,
)


def line(**changed: Any) -> Line:
    """The line of 26 conferences in time of 32, but for what is given."""
    return replace(CONFERENCES, **changed)


def beside(comparator: str, words: str = "", **given: Any) -> Beside:
    """A comparison that says only what is given."""
    nothing = dict.fromkeys(("value", "upper", "period_end", "difference", "judgement"))
    return Beside(comparator=comparator, words=words, **(nothing | given))


def months(*values: float | None, **given: Any) -> tuple[Point, ...]:
    """Points up to March 2025, one a month; None is a month whose return did not come."""
    last = 12 * MARCH.year + MARCH.month - 1
    numbers = range(last - len(values) + 1, last + 1)
    return tuple(
        Point(
            month=date(number // 12, number % 12 + 1, 28),
            value=value,
            value_status="not_submitted" if value is None else "calculated",
            **given,
        )
        for number, value in zip(numbers, values, strict=True)
    )


def kind(*lines: Line, **given: Any) -> ReportKind:
    """A report of these figures with every part of each."""
    sections = [{"title": "All", "indicators": list(dict.fromkeys(one.indicator_id for one in lines))}]
    return ReportKind.model_validate({"title": "Performance", "layout": "full", "sections": sections} | given)


def report(*lines: Line, layout: str = "full", **given: Any) -> Report:
    """A restricted report of March 2025, a section for each area."""
    areas = list(dict.fromkeys(one.area for one in lines))
    return Report(
        **(
            {
                "la_code": "301",
                "la_name": "Anywhere",
                "region_name": "London",
                "month": MARCH,
                "edition": "restricted",
                "release": 7,
                "commit": "0123456789abcdef",
                "kind": kind(*lines, layout=layout),
                "themes": tuple(
                    Theme(area, tuple(one for one in lines if one.area == area)) for area in areas
                ),
            }
            | given
        )
    )
