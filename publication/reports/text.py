"""The report as plain text, ready for braille: a statement a line, nothing drawn or said by layout."""

from collections.abc import Iterator

from publication.formatting import month_words
from publication.reports import tables, words
from publication.reports.figures import Line, Report

FIGURES = (
    "Year to date",
    "Same time last year",
    "England",
    "Region",
    "Neighbours",
)  # the rest is in sentences


def text(report: Report) -> str:
    """The whole report. A figure is written as a sentence: the indicator, the column, the figure."""
    return "\n".join(_lines(report)).lstrip("\n") + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from _heading(report.title)
    yield words.edition_words(report)
    if report.state_words:
        yield report.state_words
    yield from _heading("Headlines")
    for kind in words.headlines(report):
        yield from _heading(kind.heading)
        yield kind.about
        yield from (one.sentence for one in kind.sentences)
        if kind.more:
            yield kind.more
    for area, lines in report.areas.items():
        yield from _heading(area)
        for line in lines:
            yield from _indicator(line)
    yield from _heading("Notes")
    yield from (f"{label}: {said}" for label, said in words.notes(report))
    yield ""
    yield words.made_from(report)


def _heading(title: str) -> list[str]:
    return ["", title]


def _indicator(line: Line) -> Iterator[str]:
    yield from _heading(line.title)
    yield f"{words.figure_words(line)}."
    for heading, cell in zip(tables.SUMMARY, tables.summary_row(line), strict=True):
        if heading in FIGURES and cell.text != "-":
            yield f"{heading}: {cell.text}"
    if line.commentary:
        yield "What the analyst says:"
        yield from words.comments(line)
    yield from (f"{label}: {said}" for label, said in words.details(line))
    if tables.months(line):
        yield words.chart_words(line)
        for point in line.points:
            yield f"{month_words(point.month)}: {tables.point_cell(line, point).text}"
    made_of = tables.parts(line)
    if made_of:
        yield f"{made_of.caption}:"
        yield from (f"{part.text}: {cell.text}" for part, cell in made_of.rows)
