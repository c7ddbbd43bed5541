"""The report for paper: a tagged PDF (PDF/UA-1), set by Typst from the same tables, sentences and charts."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from publication.reports import tables, words
from publication.reports.charts import process_chart, sparkline
from publication.reports.figures import Line, Report, Theme
from publication.reports.tables import Table

TYPEFACE = "fontpkg_atkinson_hyperlegible"  # an installed typeface, so that every machine sets the same page


def pdf(report: Report, large_print: bool = False) -> bytes:
    """The whole report: A4, or A3 in 16 point for large print. The same report gives the same bytes."""
    template = files("publication.reports") / "templates" / "report.typ"
    setter = typst.Compiler(template.read_bytes(), font_paths=typefaces())
    given = {"report": json.dumps(_document(report, large_print))}
    try:
        made = setter.compile(sys_inputs=given, pdf_standards=["ua-1"], format="pdf")
    except (
        typst.TypstError
    ):  # a letter that no typeface has, as in a comment: tagged still, but not by the book
        setter = typst.Compiler(template.read_bytes(), font_paths=typefaces())
        made = setter.compile(sys_inputs=given, format="pdf")
    assert isinstance(made, bytes)
    return made


@cache
def typefaces() -> typst.Fonts:
    folder = str(files(TYPEFACE) / "files")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _document(report: Report, large_print: bool) -> dict[str, Any]:
    """Everything the template sets, as text."""
    scored = tables.scorecard(report, sparkline)
    return {
        "title": report.title,
        "cover": words.cover(report),
        "edition": words.edition_words(report),
        "state": report.state_words,
        "layout": report.kind.layout,
        "large_print": large_print,
        "headlines": [{"title": one.title, "words": one.words} for one in words.headlines(report)],
        "no_headline": words.no_headline(report),
        "met": words.targets_met(report),
        "headings": scored[0].headings,
        "themes": [_theme(theme, table, report) for theme, table in zip(report.themes, scored, strict=True)],
        "actions": _table(tables.actions(report)),
        "behind": words.behind(report),
        "key": words.key(report),
        "notes": words.notes(report),
        "foot": words.made_from(report),
    }


def _theme(theme: Theme, table: Table, report: Report) -> dict[str, Any]:
    layout = report.kind.layout
    if layout == "full":
        table = tables.summary(theme.title, theme.told, report.month)
    return {
        "title": theme.title,
        "table": _table(table) if theme.told and layout != "slides" else None,
        "statements": [
            {"title": tables.titled(line), "words": words.statement(line)}
            for line in theme.told
            if layout == "slides"
        ],
        "held": [{"title": one.title, "words": one.words} for one in words.held(theme)],
        "untold": words.untold(report, theme),
        "comments": [
            {"title": line.title, "said": said}
            for line in theme.told
            if layout != "full" and (said := words.comments(line))
        ],
        "lines": [_line(line) for line in theme.told if layout == "full"],
    }


def _line(line: Line) -> dict[str, Any]:
    chart = process_chart(line)
    return {
        "title": tables.titled(line),
        "is_divided": line.is_divided,
        "figure": words.figure_words(line),
        "comments": words.comments(line),
        "chart": chart and {"svg": chart.svg, "description": chart.description},
        "details": words.details(line),
        "months": _table(tables.months(line)),
        "parts": _table(tables.parts(line)),
    }


def _table(table: Table | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {
        "caption": table.caption,
        "headings": table.headings,
        "rows": [
            [{"text": cell.text, "tone": cell.tone, "svg": cell.svg} for cell in row] for row in table.rows
        ],
    }
