"""The report for paper: a tagged PDF (PDF/UA-1), set by Typst from the same tables, sentences and charts."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from publication.reports import tables, words
from publication.reports.charts import process_chart
from publication.reports.figures import Line, Report
from publication.reports.tables import Table

TYPEFACE = "fontpkg_atkinson_hyperlegible"  # an installed typeface, so that every machine sets the same page


def pdf(report: Report, large_print: bool = False) -> bytes:
    """The whole report: A4, or A3 in 16 point for large print. The same report gives the same bytes."""
    template = files("publication.reports") / "templates" / "report.typ"
    setter = typst.Compiler(template.read_bytes(), font_paths=_typefaces())
    given = {"report": json.dumps(_document(report, large_print))}
    try:
        made = setter.compile(sys_inputs=given, pdf_standards=["ua-1"], format="pdf")
    except (
        typst.TypstError
    ):  # a letter that no typeface has, as in a comment: tagged still, but not by the book
        setter = typst.Compiler(template.read_bytes(), font_paths=_typefaces())
        made = setter.compile(sys_inputs=given, format="pdf")
    assert isinstance(made, bytes)
    return made


@cache
def _typefaces() -> typst.Fonts:
    folder = str(files(TYPEFACE) / "files")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _document(report: Report, large_print: bool) -> dict[str, Any]:
    """Everything the template sets, as text."""
    return {
        "title": report.title,
        "edition": words.edition_words(report),
        "state": report.state_words,
        "large_print": large_print,
        "headlines": [
            {
                "heading": kind.heading,
                "about": kind.about,
                "sentences": [{"title": one.title, "words": one.words} for one in kind.sentences],
                "more": kind.more,
            }
            for kind in words.headlines(report)
        ],
        "areas": [
            {
                "name": area,
                "table": _table(tables.summary(area, lines, report.month)),
                "lines": [_line(line) for line in lines],
            }
            for area, lines in report.areas.items()
        ],
        "key": words.key(report),
        "notes": words.notes(report),
        "foot": words.made_from(report),
    }


def _line(line: Line) -> dict[str, Any]:
    chart = process_chart(line)
    return {
        "title": line.title,
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
        "rows": [[{"text": cell.text, "tone": cell.tone} for cell in row] for row in table.rows],
    }
