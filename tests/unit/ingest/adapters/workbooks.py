"""Small workbooks made by hand, so that a test can hold what Excel would refuse to write."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Cell = Any  # text, number, date, truth, nothing, or ERROR
ERROR = "#N/A"  # written as an error of Excel, not as text


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]], counts_from_1904: bool = False, **more: bytes
) -> bytes:
    """An .xlsx of these sheets; `more` are further parts by name, with / written as __."""
    epoch = date(1904, 1, 1) if counts_from_1904 else date(1899, 12, 30)
    names = list(sheets)
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            f'<workbookPr date1904="{int(counts_from_1904)}"/><sheets>'
            + "".join(
                f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1)
            )
            + "</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            + "".join(
                f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                for i, _ in enumerate(names, 1)
            )
            + f'<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
            '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
            '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
            "</styleSheet>"
        ),
    }
    for i, name in enumerate(names, 1):
        rows = "".join(
            f'<row r="{r}">'
            + "".join(_cell(c, r, column, epoch) for c, column in enumerate_columns(row))
            + "</row>"
            for r, row in enumerate(sheets[name], 1)
        )
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in more.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


def enumerate_columns(row: Sequence[Cell]) -> list[tuple[Cell, str]]:
    """Each cell with the letters of its column."""
    letters = [chr(65 + i) for i in range(26)] + [f"A{chr(65 + i)}" for i in range(26)]
    return list(zip(row, letters, strict=False))


def _cell(cell: Cell, row: int, column: str, epoch: date) -> str:
    at = f'r="{column}{row}"'
    if cell is None:
        return ""
    if cell == ERROR:
        return f'<c {at} t="e"><v>{cell}</v></c>'
    if isinstance(cell, bool):
        return f'<c {at} t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, date):
        return f'<c {at} s="1"><v>{(cell - epoch).days}</v></c>'
    if isinstance(cell, int | float):
        return f"<c {at}><v>{cell}</v></c>"
    return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
