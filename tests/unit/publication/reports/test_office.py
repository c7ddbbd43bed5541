"""Word and PowerPoint: the same sentences, figures and pictures as the page, and text that is only text."""

from io import BytesIO
from typing import Any

import pytest
from docx import Document
from lxml import html
from pptx import Presentation

from publication.reports import words
from publication.reports.make import written
from tests.support.report_lines import beside, line, months, report

LAYOUTS = ("brief", "slides", "full")


@pytest.fixture(params=LAYOUTS)
def given(request: pytest.FixtureRequest) -> Any:
    figures = line(
        points=months(68.0, 81.25),
        commentary="=1+1 & <b>no markup</b>",
        beside={"target": beside("target", "at least", value=85.0, judgement="red")},
    )
    silent = line(indicator_id="cp_open", title="Reviews", value=None, value_status="not_submitted")
    return report(figures, silent, layout=request.param, state_words="Provisional: not yet closed.")


def text_of_word(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def text_of_slides(content: bytes) -> str:
    said = []
    for slide in Presentation(BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            elif shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(said)


@pytest.mark.parametrize(("kind", "read"), [("docx", text_of_word), ("pptx", text_of_slides)])
def test_what_the_page_says_is_said(kind: str, read: Any, given: Any) -> None:
    said = read(written(given, kind, False))

    assert words.edition_words(given) in said
    assert "Provisional: not yet closed." in said
    assert words.no_headline(given) in said
    assert "0 of the 1 targets and agreed bands of this report are met." in said
    assert "Not submitted: Reviews." in said
    assert "=1+1 & <b>no markup</b>" in said
    assert words.made_from(given) in said or kind == "docx"  # of a document it is the footer
    assert "81.3%" in said and "85.0%" in said


def test_every_picture_is_described_as_in_the_page(given: Any) -> None:
    page = html.fromstring(written(given, "html", False).decode())
    described = {node.get("aria-label") for node in page.iter() if node.get("role") == "img"}
    document = Document(BytesIO(written(given, "docx", False)))
    in_word = {shape._inline.docPr.get("descr") for shape in document.inline_shapes}

    assert in_word == described
    assert len(described) == (0 if given.kind.layout == "slides" else 1)
    deck = Presentation(BytesIO(written(given, "pptx", False)))
    pictures = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    assert len(pictures) == 1
    assert pictures[0]._element.nvPicPr.cNvPr.get("descr").lower().count("lowest 68.0%") == 1


def test_a_table_says_its_headings_again_on_each_page() -> None:
    brief = report(line(points=months(68.0, 81.25)), layout="brief")

    [table] = Document(BytesIO(written(brief, "docx", False))).tables

    assert [cell.text for cell in table.rows[0].cells][:3] == ["Indicator", "Figure", "13 months"]
    assert table.rows[0]._tr.trPr.xpath("w:tblHeader")
