"""The report as an Excel workbook: real numbers, native charts, a sheet an area. Text is never a formula."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from publication.reports import tables, words
from publication.reports.figures import Cell, Line, Report, Theme
from publication.reports.tables import Table

FORMATS = {
    "percent": '0.0"%"',
    "gbp": "£#,##0;-£#,##0",
    "count": "#,##0",
    "per_10k": "#,##0.0",
    "days": "#,##0.0",
    "fte": "#,##0.0",
    "ratio": "#,##0.0",
}
MONTHLY = ("Month", "Figure", "Expected", "Lower limit", "Upper limit", "Signal", "Revised")
DATA = (
    "indicator_id", "Indicator", "Section", "Basis", "Month", "Value", "Numerator", "Denominator", "Status",
    "Unit",
)  # fmt: skip
REFUSED = re.compile(r"[\\\\/*?:\\[\\]]")
LINE_HEIGHT, LINE_LETTERS = 15.5, 105  # of the widest column
CHART_ROWS = 16  # a chart is as tall as this many rows
NEVER = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


@dataclass
class _Sheet:
    """A sheet being written from the top, a row after a row."""

    book: Any
    sheet: Worksheet
    styles: dict[str, Any]
    row: int = 0

    def say(self, text: str, style: str = "text") -> None:
        """A line of text; a wrapped one is given the height it needs, as not every reader works it out."""
        if style == "wrapped":
            self.sheet.set_row(self.row, LINE_HEIGHT * math.ceil(len(text) / LINE_LETTERS))
        self.sheet.write_string(self.row, 0, text, self.styles[style])
        self.row += 1

    def put(self, column: int, cell: Cell) -> None:
        """A figure as a number with its places, and anything else as text."""
        if cell.number is None:
            self.sheet.write_string(self.row, column, cell.text, self.styles["cell" if column else "text"])
        else:
            places = "#,##0.0" if cell.unit == "count" and cell.number % 1 else FORMATS[cell.unit]
            self.sheet.write_number(self.row, column, cell.number, self.styles[places])

    def head(self, headings: Sequence[str]) -> None:
        for column, heading in enumerate(headings):
            self.sheet.write_string(self.row, column, heading, self.styles["head over" if column else "head"])
        self.row += 1

    def table(self, table: Table) -> None:
        self.say(table.caption, "caption")
        self.head(table.headings)
        for row in table.rows:
            for column, cell in enumerate(row):
                self.put(column, cell)
            self.row += 1
        self.row += 1


def workbook(report: Report) -> bytes:
    """Contents with the headlines, a sheet an area, notes. The same report gives the same bytes."""
    held = BytesIO()
    book = xlsxwriter.Workbook(held, NEVER)
    # a time of day, or the clock's would stand in its place
    book.set_properties({"title": report.title, "created": datetime.combine(report.month, time())})
    styles = _styles(book)
    names = _sheet_names(report)
    _contents(_sheet(book, "Contents", styles), report, names)
    for name, theme in zip(names, report.themes, strict=True):
        _theme(_sheet(book, name, styles), report, theme)
    if todo := tables.actions(report):
        sheet = _sheet(book, "Actions", styles)
        sheet.sheet.set_column(0, 4, 34)
        sheet.table(todo)
    _data(_sheet(book, "Data", styles), report)
    notes = _sheet(book, "Notes", styles)
    notes.say("Notes", "title")
    for said in words.behind(report):
        notes.say(said, "wrapped")
    for label, said in words.notes(report):
        notes.say(label, "caption")
        notes.say(said, "wrapped")
    notes.sheet.set_column(0, 0, 110)
    book.close()
    return held.getvalue()


def _sheet_names(report: Report) -> list[str]:
    """A name for the sheet of each section: of 31 letters at most, as Excel takes it, and none twice."""
    names: list[str] = []
    for theme in report.themes:
        name = REFUSED.sub(" ", theme.title).strip("' ")[:31]
        taken = {one.casefold() for one in names} | {"contents", "actions", "data", "notes", "history"}
        names.append(f"{name[:27]} {len(names) + 1}" if name.casefold() in taken or not name else name)
    return names


def _data(data: _Sheet, report: Report) -> None:
    """The rows behind the pages, a figure a row, as a pivot table takes them."""
    data.sheet.set_column(0, 0, 30)
    data.sheet.set_column(1, len(DATA) - 1, 16)
    data.head(DATA)
    for theme in report.themes:
        for line in theme.lines:
            for column, text in enumerate((line.indicator_id, line.title, theme.title, line.period_basis)):
                data.put(column, Cell(text))
            data.sheet.write_datetime(data.row, 4, report.month, data.styles["month"])
            for column, number in ((5, line.value), (6, line.numerator), (7, line.denominator)):
                if number is not None:
                    data.sheet.write_number(data.row, column, number)
            data.put(8, Cell(line.value_status))
            data.put(9, Cell(line.unit))
            data.row += 1


def workbook_of(title: str, made_on: date, said: Sequence[str], tables: Sequence[Table]) -> bytes:
    """One sheet with a title, some lines and some tables under each other."""
    held = BytesIO()
    book = xlsxwriter.Workbook(held, NEVER)
    book.set_properties({"title": title, "created": datetime.combine(made_on, time())})
    page = _sheet(book, "List", _styles(book))
    page.say(title, "title")
    for line in said:
        page.say(line, "text")
    for table in tables:
        page.table(table)
    page.sheet.set_column(0, 8, 22)
    book.close()
    return held.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    plain = {"font_name": "Arial", "font_size": 11, "valign": "top"}
    return {
        "text": book.add_format(plain),
        "wrapped": book.add_format(plain | {"text_wrap": True}),
        "title": book.add_format(plain | {"bold": True, "font_size": 16}),
        "caption": book.add_format(plain | {"bold": True, "font_size": 12}),
        "head": book.add_format(plain | {"bold": True, "text_wrap": True, "bottom": 2}),
        "cell": book.add_format(plain | {"align": "right"}),
        "head over": book.add_format(
            plain | {"bold": True, "text_wrap": True, "bottom": 2, "align": "right"}
        ),
        "link": book.add_format(plain | {"underline": 1, "font_color": "#0a4b85"}),
        "month": book.add_format(plain | {"num_format": "mmm yyyy", "align": "left"}),
        **{places: book.add_format(plain | {"num_format": places}) for places in {*FORMATS.values()}},
    }


def _sheet(book: Any, name: str, styles: dict[str, Any]) -> _Sheet:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return _Sheet(book, sheet, styles)


def _contents(contents: _Sheet, report: Report, names: Sequence[str]) -> None:
    contents.sheet.set_column(0, 0, 120)
    contents.say(report.title, "title")
    for said in words.cover(report):
        contents.say(said, "wrapped")
    contents.say(words.edition_words(report), "wrapped")
    if report.state_words:
        contents.say(report.state_words, "wrapped")
    contents.row += 1
    contents.say("Headlines", "caption")
    told = words.headlines(report)
    for one in told:
        contents.say(one.sentence, "wrapped")
    if not told:
        contents.say(words.no_headline(report), "wrapped")
    if words.targets_met(report):
        contents.say(words.targets_met(report))
    contents.row += 1
    contents.say("Sheets", "caption")
    titles = [theme.title for theme in report.themes]
    for title, name in [*zip(titles, names, strict=True), ("Data", "Data"), ("Notes", "Notes")]:
        quoted = name.replace("'", "''")
        contents.sheet.write_url(
            contents.row, 0, f"internal:'{quoted}'!A1", contents.styles["link"], string=title
        )
        contents.row += 1
    contents.row += 1
    contents.say(words.made_from(report))


def _theme(sheet: _Sheet, report: Report, theme: Theme) -> None:
    sheet.sheet.set_column(0, 0, 58)
    sheet.sheet.set_column(1, 10, 15)
    sheet.say(report.title, "title")
    sheet.say(words.edition_words(report))
    if report.state_words:
        sheet.say(report.state_words)
    if theme.told:
        sheet.table(tables.summary(theme.title, theme.told, report.month))
    for one in words.held(theme):
        sheet.say(one.sentence)
    if words.untold(report, theme):
        sheet.say(words.untold(report, theme))
    for line in theme.told:
        _indicator(sheet, line)


def _indicator(area: _Sheet, line: Line) -> None:
    area.say(tables.titled(line), "caption")
    for said in words.comments(line):
        area.say(f"The analyst says: {said}")
    for label, said in words.details(line):
        area.say(f"{label}: {said}")
    made_of = tables.parts(line)
    if made_of:
        area.table(made_of)
    if not tables.months(line):
        area.row += 1
        return
    area.head(MONTHLY)
    first = area.row
    for point in line.points:
        area.sheet.write_datetime(area.row, 0, point.month, area.styles["month"])
        area.put(1, line.cell(point.value, point.value_status))
        for column, limit in ((2, point.expected), (3, point.lower), (4, point.upper)):
            if limit is not None:
                area.put(column, line.cell(limit if column == 2 else line.usual(limit)))
        area.put(5, Cell(tables.SIGNALS.get(point.variation or "", "-")))
        area.put(6, Cell("r" if point.is_revised else ""))
        area.row += 1
    _chart(area, line, first, area.row - 1)
    area.row = max(area.row, first + CHART_ROWS) + 1


def _chart(area: _Sheet, line: Line, first: int, last: int) -> None:
    """The figure, what is expected and the limits: told apart by their dashes, not by colour alone."""
    chart = area.book.add_chart({"type": "line"})
    drawn = [(1, "#0b0c0c", "solid", 2.25), (2, "#505a5f", "solid", 1), (3, "#505a5f", "dash", 1)]
    for column, colour, dash, width in [*drawn, (4, "#505a5f", "dash", 1)]:
        if column > 1 and not any(point.expected is not None for point in line.points):
            continue
        chart.add_series(
            {
                "name": MONTHLY[column],
                "categories": [area.sheet.name, first, 0, last, 0],
                "values": [area.sheet.name, first, column, last, column],
                "line": {"color": colour, "dash_type": dash, "width": width},
                "marker": {"type": "circle", "size": 5, "fill": {"color": colour}} if column == 1 else {},
            }
        )
    chart.set_title({"name": line.title, "name_font": {"size": 11}})
    chart.set_x_axis(
        {"date_axis": True, "num_format": "mmm yy", "major_unit": 3, "major_unit_type": "months"}
    )
    chart.set_y_axis({"num_format": FORMATS[line.unit], "major_gridlines": {"visible": True}})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 640, "height": 20 * CHART_ROWS})
    described = words.chart_words(line)
    area.sheet.insert_chart(first, 7, chart, {"description": described, "object_position": 1})
