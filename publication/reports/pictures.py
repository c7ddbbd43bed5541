"""What Word and PowerPoint have alike: the drawings as pictures, and what a file says of itself."""

import json
from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import typst

from publication.reports import words
from publication.reports.figures import Report
from publication.reports.pdf import typefaces

SHARP = 220.0  # dots an inch
EACH = """
#let drawings = json(bytes(sys.inputs.drawings))
#set page(width: auto, height: auto, margin: 0pt)
#for (number, drawing) in drawings.enumerate() {
  if number > 0 { pagebreak() }
  image(bytes(drawing), format: "svg")
}
"""
# what a judgement looks like: its ground and its letters; the words say it too
TONES = {"green": ("D5ECDF", "0B0C0C"), "amber": ("FFF2D2", "0B0C0C"), "red": ("0B0C0C", "FFFFFF")}
# how wide a column of the scorecard is, of what the others are; any other is 1
SHARES = {
    "Indicator": 3.0, "Figure": 1.5, "13 months": 1.35, "Target": 1.7, "Milestone": 2.0, "Neighbours": 1.15,
    "Direction": 1.7,
}  # fmt: skip


def widths(headings: Sequence[str], whole: int) -> list[int]:
    """The width of each column of a table that is so wide in all."""
    shares = [SHARES.get(heading, 1.0) for heading in headings]
    return [int(whole * share / sum(shares)) for share in shares]


def pictures(drawings: Sequence[str]) -> list[bytes]:
    """A PNG for each SVG."""
    if not drawings:
        return []
    setter = typst.Compiler(EACH.encode(), font_paths=typefaces())
    made = setter.compile(sys_inputs={"drawings": json.dumps(list(drawings))}, format="png", ppi=SHARP)
    assert made is not None  # without a place to write to, what is made is returned
    return [made] if isinstance(made, bytes) else list(made)


def describe(about: Any, report: Report) -> datetime:
    """Say in an Office file's properties what it is. The day that it bears: that of the report."""
    made_on = datetime.combine(report.month, time())
    about.title, about.author, about.language = report.title, report.la_name, "en-GB"
    about.created = about.modified = made_on
    about.comments = words.edition_words(report)
    return made_on


def of_one_day(document: bytes, day: datetime) -> bytes:
    """An Office file whose parts bear the day of the report, not the hour it was made."""
    held = BytesIO()
    with ZipFile(BytesIO(document)) as made, ZipFile(held, "w", ZIP_DEFLATED) as kept:
        for name in made.namelist():
            part = ZipInfo(name, day.timetuple()[:6])
            part.compress_type = ZIP_DEFLATED
            kept.writestr(part, made.read(name))
    return held.getvalue()
