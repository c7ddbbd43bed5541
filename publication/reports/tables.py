"""The tables of a report: the same cells in the page, the PDF, the workbook and the text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Protocol

import pyarrow.compute as pc

from ingest.contracts.code_lists import load_code_lists
from publication.formatting import format_value, month_words
from publication.reports.figures import Beside, Cell, Line, Part, Point, Report

MONTHS = ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar")
SIGNALS = {
    "common_cause": "No signal",
    "higher": "Higher than before",
    "lower": "Lower than before",
    "too_few_months": "Too few months",
}
COLOURS = ("green", "amber", "red")
CAP = re.compile(r"no worker above [\d,.]+ cases")
SUMMARY = (
    "Indicator",
    "This month",
    "Target",
    "Against target",
    "Since last month",
    "Year to date",
    "Same time last year",
    "England",
    "Region",
    "Neighbours",
    "Signal",
)
# the code list, or for each half of the code the list, that names the parts of a breakdown
PART_NAMES = {
    "abuse_category": ("abuse_category",),
    "start_route": ("start_route",),
    "kind_code x reason_code": ("meeting_kind", "late_reason"),
}
PART_HEADINGS = {
    "abuse_category": "Category of abuse",
    "start_route": "Route",
    "kind_code x reason_code": "Meeting and reason",
    "invo_professional_team": "Team",
    "band": "Cases held",
}


class Drawn(Protocol):
    """A drawing with what it shows in words; see charts.Chart."""

    @property
    def svg(self) -> str: ...

    @property
    def description(self) -> str: ...


@dataclass(frozen=True)
class Table:
    """A table with its caption. The first cell of a row names the row."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


SHORT_BASES = {"quarter": "quarter", "year_to_date": "year to date", "rolling_12_months": "12 months"}
COURSES = {
    "met": ("Met", "green"),
    "missed": ("Missed", "red"),
    "on_course": ("On course", "green"),
    "off_course": ("Off course", "amber"),
}
SCORECARD = {
    "figure": "Figure",
    "months": "13 months",
    "last_year": "A year before",
    "target": "Target",
    "milestone": "Milestone",
    "course": "Course",
    "england": "England",
    "region": "Region",
    "neighbours": "Neighbours",
    "direction": "Direction",
}


def scorecard(report: Report, sparkline: Callable[[Line], Drawn | None]) -> list[Table]:
    """The report as a table a section: one row a figure, the columns asked for that any of them fills."""
    rows = [
        [(line, {column: _scorecard_cell(line, column, sparkline) for column in report.kind.columns})
         for line in theme.told]
        for theme in report.themes
    ]  # fmt: skip
    filled = [
        column
        for column in report.kind.columns
        if column == "figure" or any(cells[column].text != "-" for row in rows for _, cells in row)
    ]
    return [
        Table(
            theme.title,
            ("Indicator", *(SCORECARD[column] for column in filled)),
            tuple((Cell(titled(line)), *(cells[column] for column in filled)) for line, cells in row),
        )
        for theme, row in zip(report.themes, rows, strict=True)
    ]


def titled(line: Line) -> str:
    """What a figure is called, with its basis where that is neither the month nor its end."""
    basis = SHORT_BASES.get(line.period_basis)
    return f"{line.title} ({basis})" if basis else line.title


def _scorecard_cell(line: Line, column: str, sparkline: Callable[[Line], Drawn | None]) -> Cell:
    if column == "figure":
        return _figure(line)
    if column == "months":
        drawn = sparkline(line)
        return Cell(drawn.description, svg=drawn.svg) if drawn else Cell("-")
    if column == "target":
        return _target(line)
    if column == "milestone":
        milestone = line.beside.get("milestone")
        return Cell(milestone_words(line, milestone) if milestone else "-")
    if column == "course":
        milestone = line.beside.get("milestone")
        text, tone = COURSES.get(str(milestone.judgement) if milestone else "", ("-", ""))
        return Cell(text, tone=tone)
    if column == "direction":
        return _direction(line)
    return _beside(
        line, {"last_year": "same_month_last_year", "neighbours": "neighbours_mean"}.get(column, column)
    )


def _figure(line: Line) -> Cell:
    """The figure, with the count beside a share: 81.3% (26 of 32)."""
    cell = line.cell(line.value, line.value_status)
    if line.value is None or line.unit != "percent" or line.can_be_negative or line.is_divided:
        return cell
    if line.numerator is None or line.denominator is None:
        return cell
    counted, out_of = (format_value(part, "count") for part in (line.numerator, line.denominator))
    return Cell(f"{cell.text} ({counted} of {out_of})", cell.number, cell.unit)


def _target(line: Line) -> Cell:
    if line.goal is None:
        return Cell("-")
    colour = line.goal.judgement if line.goal.judgement in COLOURS else ""
    said = goal_words(line, line.goal)
    return Cell(f"{said}: {colour}" if colour else said, tone=colour)


def _direction(line: Line) -> Cell:
    """Which way it went since the month before, or the year before; and whether that is a signal."""
    earlier = line.beside.get("previous_month") or line.beside.get("same_month_last_year")
    signal = f"; a change: {line.variation} than before" if line.is_signal else ""
    tone = line.variation or "" if line.is_signal else ""
    if earlier is None or earlier.difference is None or line.value is None:
        return Cell(signal[2:].capitalize() or "-", tone=tone)
    if earlier.judgement == "not_comparable":
        return Cell(f"Few cases{signal}", tone=tone)
    if earlier.judgement == "level":
        return Cell(f"Level{signal}", tone=tone)
    way = "Up" if earlier.difference > 0 else "Down"
    way += f" from {line.cell(earlier.value).text}" if earlier.value is not None else ""
    judged = f", {earlier.judgement}" if earlier.judgement in ("better", "worse") else ""
    return Cell(f"{way}{judged}{signal}", tone=tone)


STATES = {"open": ("Open", ""), "overdue": ("Overdue", "red"), "done": ("Done", "green")}


def actions(report: Report) -> Table | None:
    """What is to be done, who does it and by when. None where nothing is."""
    if not report.actions:
        return None
    rows = []
    for one in report.actions:
        state, tone = STATES[one.action_state]
        when = Cell(_day(one.due_date))
        rows.append((Cell(one.action), Cell(one.title), Cell(one.owner or "-"), when, Cell(state, tone=tone)))
    return Table(
        "What is to be done, by whom and when", ("Action", "About", "Who", "By when", "State"), tuple(rows)
    )


def _day(day: date | None) -> str:
    return f"{day.day} {month_words(day)}" if day else "-"


def milestone_words(line: Line, milestone: Beside) -> str:
    """What is to be reached by when: at least 85.0% by March 2025."""
    by = f" by {month_words(milestone.period_end)}" if milestone.period_end else ""
    return f"{goal_words(line, milestone)}{by}"


def summary(area: str, lines: list[Line], month: date) -> Table:
    """An area on one table: one row an indicator, the columns of SUMMARY that any of them fills."""
    rows = [summary_row(line) for line in lines]
    filled = [n for n in range(len(SUMMARY)) if n < 2 or any(row[n].text != "-" for row in rows)]
    return Table(
        f"{area}, {month_words(month)}",
        tuple(SUMMARY[n] for n in filled),
        tuple(tuple(row[n] for n in filled) for row in rows),
    )


def summary_row(line: Line) -> tuple[Cell, ...]:
    """A figure and everything it is set beside, in the order of SUMMARY."""
    last_year = line.beside_to_date.get("same_month_last_year")
    return (
        Cell(titled(line)),
        line.cell(line.value, line.value_status),
        _goal(line),
        _rag(line),
        _change(line),
        line.cell(line.year_to_date, line.year_to_date_status),
        line.cell(last_year.value if last_year else None),
        *(_beside(line, who) for who in ("england", "region", "neighbours_mean")),
        Cell(SIGNALS.get(line.variation or "", "-"), tone=line.variation or "" if line.is_signal else ""),
    )


def goal_words(line: Line, goal: Beside) -> str:
    """What a figure should be: at least 85.0%, or 14.0 to 20.0."""
    if goal.value is None:
        return "-"
    if cap := CAP.search(goal.words):  # the figure counts who is above it, and none should be
        return cap[0]
    if goal.upper is not None:
        return f"{format_value(goal.value, line.unit)} to {format_value(goal.upper, line.unit)}"
    return f"at {'most' if 'at most' in goal.words else 'least'} {format_value(goal.value, line.unit)}"


def _goal(line: Line) -> Cell:
    if line.goal is None:
        return Cell("-")
    is_one_number = line.goal.upper is None
    return Cell(goal_words(line, line.goal), line.goal.value if is_one_number else None, line.unit)


def _rag(line: Line) -> Cell:
    colour = line.goal.judgement if line.goal and line.goal.judgement in COLOURS else None
    return Cell((colour or "-").capitalize(), tone=colour or "")


def _change(line: Line) -> Cell:
    change = line.change
    if change is None or change.difference is None:
        return Cell("-")
    if change.judgement == "level":
        return Cell("no change", change.difference, line.unit)
    size = format_value(abs(change.difference), line.unit).replace("%", " points")
    sign = "+" if change.difference > 0 else "-"
    return Cell(f"{sign}{size} {change.judgement}", change.difference, line.unit)


def _beside(line: Line, comparator: str) -> Cell:
    """A figure that stands beside, and whose it is where the council chose it: 77.9% (Outer London)."""
    beside = line.place(comparator)
    cell = line.cell(beside.value if beside else None)
    return replace(cell, text=f"{cell.text} ({beside.chosen})") if beside and beside.chosen else cell


def months(line: Line) -> Table | None:
    """The points of a chart: a row a financial year, a column a month. None where none has a figure.

    A figure revised since it was first published is marked r; a signal is named.
    """
    if line.is_divided or not any(point.value is not None for point in line.points):
        return None
    years: dict[int, list[Cell]] = {}
    for point in line.points:
        year = point.month.year - (point.month.month < 4)
        years.setdefault(year, [Cell("")] * 12)[(point.month.month - 4) % 12] = point_cell(line, point)
    return Table(
        f"{line.title} by month",
        ("Year", *MONTHS),
        tuple((Cell(f"{year}-{(year + 1) % 100:02}"), *cells) for year, cells in years.items()),
    )


def point_cell(line: Line, point: Point) -> Cell:
    """A month of a chart, with its marks: 81.3% r higher."""
    cell = line.cell(point.value, point.value_status)
    marks = " r" if point.is_revised else ""
    tone = point.variation or "" if point.is_signal else ""
    if tone:
        marks += f" {tone}"
    return Cell(cell.text + marks, cell.number, cell.unit, tone)


def parts(line: Line) -> Table | None:
    """What a figure is made of, as teams or reasons: a row a part. None where it is not broken down."""
    known = [part for part in line.parts if part.value is not None]
    if not known:
        return None
    heading = PART_HEADINGS.get(known[0].breakdown_type, known[0].breakdown_type.capitalize())
    return Table(
        f"{line.title}, by {heading[0].lower()}{heading[1:]}",
        (heading, "This month"),
        tuple((Cell(part_name(part)), line.cell(part.value, part.value_status)) for part in known),
    )


def part_name(part: Part) -> str:
    """What a part is called: a code's label, or as sent where it is not of a code list."""
    lists = PART_NAMES.get(part.breakdown_type)
    if lists is None:
        return part.code
    return ", ".join(
        _labels(name).get(code, code) for name, code in zip(lists, part.code.split("|"), strict=False)
    )


@cache
def _labels(code_list: str) -> dict[str, str]:
    codes = load_code_lists()
    chosen = codes.filter(pc.equal(codes["list"], code_list))
    return dict(zip(chosen["code"].to_pylist(), chosen["label"].to_pylist(), strict=True))
