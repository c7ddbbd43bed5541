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
    yield from words.cover(report)
    yield words.edition_words(report)
    if report.state_words:
        yield report.state_words
    yield from _heading("Headlines")
    told = words.headlines(report)
    yield from (one.sentence for one in told)
    if not told:
        yield words.no_headline(report)
    if words.targets_met(report):
        yield words.targets_met(report)
    for theme in report.themes:
        yield from _heading(theme.title)
        if report.kind.layout != "full":
            yield from (f"{tables.titled(line)}: {words.statement(line)}" for line in theme.told)
        yield from (one.sentence for one in words.held(theme))
        if words.untold(report, theme):
            yield words.untold(report, theme)
        for line in theme.told:
            if report.kind.layout == "full":
                yield from _indicator(line)
            elif line.commentary:
                yield from (f"{line.title}, what the analyst says: {said}" for said in words.comments(line))
    todo = tables.actions(report)
    if todo:
        yield from _heading(todo.caption)
        for row in todo.rows:
            said = zip(todo.headings, row, strict=True)
            yield ". ".join(f"{heading}: {cell.text}" for heading, cell in said)
    yield from _heading("Notes")
    yield from words.behind(report)
    yield from (f"{label}: {said}" for label, said in words.notes(report))
    yield ""
    yield words.made_from(report)


def _heading(title: str) -> list[str]:
    return ["", title]


def _indicator(line: Line) -> Iterator[str]:
    yield from _heading(tables.titled(line))
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
