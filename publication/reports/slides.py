"""The report as a PowerPoint presentation: a theme a slide, in sentences or as its part of the scorecard."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches, Pt

from publication.reports import tables, words
from publication.reports.charts import process_chart, sparkline
from publication.reports.figures import Cell, Report, Theme
from publication.reports.pictures import TONES, describe, of_one_day, pictures, widths
from publication.reports.tables import Table

WIDTH, HEIGHT, EDGE = Inches(13.333), Inches(7.5), Inches(0.5)
TOP, ROW = Inches(1.2), Inches(0.44)
TITLE_ONLY = 5  # of the layouts of an empty presentation
MOST_ROWS = 11  # of a table on a slide
MOST_SENTENCES = 7  # six headlines, and how many targets are met


def slides(report: Report) -> bytes:
    """The whole report. The same report gives the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    made_on = describe(deck.core_properties, report)
    first = [*words.cover(report), words.edition_words(report), report.state_words]
    _sentences(deck, report, report.title, [("", said) for said in first if said])
    told = [(str(one.title), one.words) for one in words.headlines(report)]
    met = words.targets_met(report)
    told = told or [("", words.no_headline(report))]
    _sentences(deck, report, "Headlines", [*told, *([("", met)] if met else [])])
    for theme, table in zip(report.themes, tables.scorecard(report, sparkline), strict=True):
        after = [(str(one.title), one.words) for one in words.held(theme)]
        if untold := words.untold(report, theme):
            after.append(("", untold))
        after += [(line.title, said) for line in theme.told for said in words.comments(line)]
        if report.kind.layout == "slides":
            said = [(tables.titled(line), words.statement(line)) for line in theme.told]
            _theme(deck, report, theme, [*said, *after])
        else:
            _scorecard(deck, report, table)
            if after:
                _sentences(deck, report, theme.title, after)
    if todo := tables.actions(report):
        _scorecard(deck, report, todo)
    if behind := words.behind(report):
        _sentences(deck, report, "What the figures wait for", [("", said) for said in behind])
    held = BytesIO()
    deck.save(held)
    return of_one_day(held.getvalue(), made_on)


def _slide(deck: Any, report: Report, title: str) -> Any:
    """A slide with its title, and at its foot which edition and release it is of."""
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    heading = slide.shapes.title
    heading.left, heading.top, heading.width, heading.height = (
        EDGE,
        Inches(0.25),
        WIDTH - 2 * EDGE,
        Inches(0.85),
    )
    heading.text_frame.text = title
    heading.text_frame.word_wrap = True
    heading.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    heading.text_frame.paragraphs[0].runs[0].font.size = Pt(28)
    heading.text_frame.paragraphs[0].runs[0].font.bold = True
    foot = slide.shapes.add_textbox(EDGE, HEIGHT - Inches(0.45), WIDTH - 2 * EDGE, Inches(0.35)).text_frame
    foot.text = words.made_from(report)
    foot.paragraphs[0].runs[0].font.size = Pt(10)
    return slide


def _sentences(deck: Any, report: Report, title: str, said: Sequence[tuple[str, str]]) -> None:
    """Labelled sentences, on as many slides as they need."""
    for start in range(0, len(said), MOST_SENTENCES):
        slide = _slide(deck, report, title)
        _write(slide, said[start : start + MOST_SENTENCES], WIDTH - 2 * EDGE)


def _write(slide: Any, said: Sequence[tuple[str, str]], width: int) -> None:
    frame = slide.shapes.add_textbox(EDGE, TOP, width, HEIGHT - TOP - Inches(0.5)).text_frame
    frame.word_wrap = True
    for number, (label, sentence) in enumerate(said):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(10)
        for text, is_bold in ((f"{label}: " if label else "", True), (sentence, False)):
            run = paragraph.add_run()
            run.text, run.font.bold, run.font.size = text, is_bold, Pt(17)


def _theme(deck: Any, report: Report, theme: Theme, said: Sequence[tuple[str, str]]) -> None:
    """A theme in sentences, with the chart of its first figure that has one."""
    charted = ((line, process_chart(line)) for line in theme.told)
    line, chart = next(((line, drawn) for line, drawn in charted if drawn), (None, None))
    for start in range(0, len(said), MOST_SENTENCES):
        slide = _slide(deck, report, theme.title)
        here = chart if start == 0 else None
        _write(slide, said[start : start + MOST_SENTENCES], Inches(7.6) if here else WIDTH - 2 * EDGE)
        if here and line:
            named = slide.shapes.add_textbox(Inches(8.2), TOP, Inches(4.7), Inches(0.6)).text_frame
            named.word_wrap, named.text = True, tables.titled(line)
            named.paragraphs[0].runs[0].font.size = Pt(13)
            [picture] = pictures([here.svg])
            _picture(slide, picture, here.description, Inches(8.2), TOP + Inches(0.6), Inches(4.7))


def _scorecard(deck: Any, report: Report, table: Table) -> None:
    columns = widths(table.headings, WIDTH - 2 * EDGE)
    for start in range(0, len(table.rows), MOST_ROWS):
        rows = table.rows[start : start + MOST_ROWS]
        slide = _slide(deck, report, table.caption)
        shape = slide.shapes.add_table(
            len(rows) + 1, len(columns), EDGE, TOP, WIDTH - 2 * EDGE, ROW * (len(rows) + 1)
        )
        grid = shape.table
        for column, width in enumerate(columns):
            grid.columns[column].width = Emu(width)
            _say(grid.cell(0, column), Cell(table.headings[column]), is_bold=True)
        drawn = iter(pictures([cell.svg for row in rows for cell in row if cell.svg]))
        for number, row in enumerate(rows, 1):
            _row(slide, grid, number, row, columns, drawn)


def _row(
    slide: Any, grid: Any, number: int, row: Sequence[Cell], columns: Sequence[int], drawn: Iterator[bytes]
) -> None:
    for column, cell in enumerate(row):
        if not cell.svg:
            _say(grid.cell(number, column), cell)
            continue
        left = EDGE + sum(columns[:column]) + Inches(0.08)
        _picture(slide, next(drawn), cell.text, left, TOP + ROW * number + Inches(0.09), Inches(1.15))


def _say(place: Any, cell: Cell, is_bold: bool = False) -> None:
    place.margin_top = place.margin_bottom = Inches(0.03)
    place.margin_left = place.margin_right = Inches(0.06)
    run = place.text_frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold = cell.text, Pt(11), is_bold
    if cell.tone in TONES:
        ground, letters = TONES[cell.tone]
        place.fill.solid()
        place.fill.fore_color.rgb = RGBColor.from_string(ground)
        run.font.color.rgb = RGBColor.from_string(letters)


def _picture(slide: Any, picture: bytes, described: str, left: int, top: int, width: int) -> None:
    """A picture with what it shows, for whoever does not see it."""
    shape = slide.shapes.add_picture(BytesIO(picture), left, top, width=width)
    shape._element.nvPicPr.cNvPr.set("descr", described)
