"""Whether a workbook holds only what its sheets show: nothing hidden, named, charted or commented on."""

import re
import zipfile
from pathlib import Path

ELSEWHERE = ("charts/", "comments", "pivot", "externalLinks/", "drawings/", "embeddings/", "vbaProject")


def what_it_hides(file: Path) -> list[str]:
    """What the workbook holds outside its visible cells, in words; nothing where all is well."""
    with zipfile.ZipFile(file) as book:
        names = book.namelist()
        listed = book.read("xl/workbook.xml").decode("utf-8")
        formulas = [n for n in names if n.startswith("xl/worksheets/") and b"<f>" in book.read(n)]
    found = [f"the workbook holds {part.strip('/')}" for part in ELSEWHERE if any(part in n for n in names)]
    if re.search(r'state="(veryHidden|hidden)"', listed):
        found.append("the workbook has a hidden sheet")
    if "<definedName" in listed:
        found.append("the workbook has defined names")
    if formulas:
        found.append("the workbook has formulas")
    return found
