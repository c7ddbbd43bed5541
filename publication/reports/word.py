"""The report as a Word document: the same rows, sentences and pictures, to be sent or pasted from."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from publication.reports import tables, words
from publication.reports.charts import process_chart, sparkline
from publication.reports.figures import Cell, Report, Theme
from publication.reports.pictures import TONES, describe, of_one_day, pictures, widths
from publication.reports.tables import Table

FONT = "Arial"
A4 = Cm(21), Cm(29.7)


def word(report: Report) -> bytes:
    """The whole report. The same report gives the same bytes."""
    document = Document()
    made_on = describe(document.core_properties, report)
    _lay_out(document, report)
    document.add_heading(report.title, 0)
    for said in words.cover(report):
        document.add_paragraph(said)
    for said in (words.edition_words(report), report.state_words):
        if said:
            document.add_paragraph().add_run(said).bold = True
    _headlines(document, report)
    scored = tables.scorecard(report, sparkline)
    if report.kind.layout == "brief":
        document.add_heading("Scorecard", 1)
        _scorecard(document, report, scored)
    for theme in report.themes:
        if report.kind.layout != "brief":
            _theme(document, report, theme)
        elif any(words.comments(line) for line in theme.told):
            document.add_heading(f"{theme.title}: what the analyst says", 1)
            _comments(document, theme)
    if todo := tables.actions(report):
        document.add_heading("Actions", 1)
        _table(document, todo)
    document.add_heading("Notes", 1)
    for said in words.behind(report):
        document.add_paragraph(said, style="List Bullet")
    for label, said in words.notes(report):
        _labelled(document, label, said)
    held = BytesIO()
    document.save(held)
    return of_one_day(held.getvalue(), made_on)


def _lay_out(document: Any, report: Report) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(10)
    for name in ("Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name, style.font.color.rgb = FONT, RGBColor(0x0B, 0x0C, 0x0C)
        style.element.rPr.rFonts.set(qn("w:asciiTheme"), FONT)
    document.styles["Title"].font.size = Pt(18)
    [section] = document.sections
    width, height = A4
    if report.kind.layout != "brief":
        width, height, section.orientation = height, width, WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = width, height
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)
    foot = section.footer.paragraphs[0]
    foot.text = words.made_from(report)
    foot.runs[0].font.size = Pt(8)


def _headlines(document: Any, report: Report) -> None:
    document.add_heading("Headlines", 1)
    told = words.headlines(report)
    for one in told:
        _labelled(document, str(one.title), one.words, style="List Bullet")
    if not told:
        document.add_paragraph(words.no_headline(report))
    if words.targets_met(report):
        document.add_paragraph().add_run(words.targets_met(report)).bold = True


def _labelled(document: Any, label: str, said: str, style: str | None = None) -> None:
    paragraph = document.add_paragraph(style=style)
    paragraph.add_run(f"{label}: ").bold = True
    paragraph.add_run(said)


def _theme(document: Any, report: Report, theme: Theme) -> None:
    document.add_heading(theme.title, 1)
    if report.kind.layout == "slides":
        for line in theme.told:
            _labelled(document, tables.titled(line), words.statement(line), style="List Bullet")
    elif theme.told:
        _table(document, tables.summary(theme.title, theme.told, report.month))
    for said in _after(report, theme):
        document.add_paragraph(said)
    if report.kind.layout == "slides":
        _comments(document, theme)
        return
    drawn = [(line, process_chart(line)) for line in theme.told]
    shown = iter(pictures([chart.svg for _, chart in drawn if chart]))
    for line, chart in drawn:
        document.add_heading(tables.titled(line), 2)
        document.add_paragraph().add_run(words.figure_words(line)).bold = True
        for said in words.comments(line):
            _labelled(document, "What the analyst says", said)
        if chart:
            _picture(document.add_paragraph().add_run(), next(shown), chart.description, Cm(13))
        for label, said in words.details(line):
            _labelled(document, label, said)
        for table in (tables.months(line), tables.parts(line)):
            if table:
                _table(document, table)


def _after(report: Report, theme: Theme) -> Iterator[str]:
    """What stands after the figures of a section: what is held back, and what is not there."""
    yield from (one.sentence for one in words.held(theme))
    if untold := words.untold(report, theme):
        yield untold


def _comments(document: Any, theme: Theme) -> None:
    for line in theme.told:
        for said in words.comments(line):
            _labelled(document, line.title, said)


def _scorecard(document: Any, report: Report, scored: list[Table]) -> None:
    """One table of all sections; what each lacks is a line of it, as wide as the table."""
    headings = scored[0].headings
    drawn = iter(pictures([cell.svg for table in scored for row in table.rows for cell in row if cell.svg]))
    grid = _grid(document, headings)
    for theme, table in zip(report.themes, scored, strict=True):
        _whole(grid, theme.title).bold = True
        for row in table.rows:
            _row(grid, row, drawn)
        for said in _after(report, theme):
            _whole(grid, said)


def _table(document: Any, table: Table) -> None:
    document.add_paragraph().add_run(table.caption).bold = True
    grid = _grid(document, table.headings)
    for row in table.rows:
        _row(grid, row, iter(()))


def _grid(document: Any, headings: tuple[str, ...]) -> Any:
    """A table with its headings, which stand again on each page."""
    grid = document.add_table(rows=1, cols=len(headings), style="Table Grid")
    grid.autofit = False
    section = document.sections[0]
    whole = section.page_width - section.left_margin - section.right_margin
    for column, width in zip(grid.columns, widths(headings, whole), strict=True):
        column.width = Emu(width)
    for cell, heading in zip(grid.rows[0].cells, headings, strict=True):
        _say(cell, heading).bold = True
    marked = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(marked)
    return grid


def _whole(grid: Any, said: str) -> Any:
    """A row that is one cell."""
    cells = grid.add_row().cells
    return _say(cells[0].merge(cells[-1]), said)


def _row(grid: Any, row: tuple[Cell, ...], drawn: Iterator[bytes]) -> None:
    for place, cell in zip(grid.add_row().cells, row, strict=True):
        if cell.svg:
            _picture(place.paragraphs[0].add_run(), next(drawn), cell.text, Cm(1.9))
            continue
        run = _say(place, cell.text)
        if cell.tone in TONES:
            ground, letters = TONES[cell.tone]
            run.font.color.rgb = RGBColor.from_string(letters)
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), ground)
            place._tc.get_or_add_tcPr().append(shade)


def _say(cell: Any, said: str) -> Any:
    run = cell.paragraphs[0].add_run(said)
    run.font.size = Pt(8.5)
    return run


def _picture(run: Any, picture: bytes, described: str, width: int) -> None:
    """A picture with what it shows, for whoever does not see it."""
    shape = run.add_picture(BytesIO(picture), width=width)
    shape._inline.docPr.set("descr", described)
