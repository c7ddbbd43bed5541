"""Front ends for what is not an SSD return: each turns one file, or set, into text returns for conform."""

import re

from ingest.discovery.written import candidates
from ingest.other_formats.annex_a import open_annex_a
from ingest.other_formats.cin_census import open_cin_census
from ingest.other_formats.csc_api import is_payload, open_csc_api
from ingest.other_formats.opened import FINDINGS, Opened
from ingest.other_formats.ssda903 import open_ssda903, table_of
from ingest.other_formats.workforce_census import open_workforce_census

__all__ = [
    "FINDINGS",
    "Opened",
    "open_annex_a",
    "open_cin_census",
    "open_csc_api",
    "open_ssda903",
    "open_workforce_census",
    "recognise",
]

HEAD_BYTES = 8192  # what recognise() needs of a file
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
MARKS = (
    (re.compile(r"<Collection>\s*CSWW|<CSWWWorker|<LALevelVacancies", re.IGNORECASE), "workforce_census"),
    (
        re.compile(r"<Collection>\s*CIN|<Children|<ChildIdentifiers|<!DOCTYPE\s+Message", re.IGNORECASE),
        "cin_census",
    ),
)


def recognise(name: str, head: bytes) -> str | None:
    """Which front end a file belongs to, by its first HEAD_BYTES; None where it is none of theirs.

    A workbook may be Annex A: only opening it tells. The name serves one thing: what is named a workbook and
    does not begin like one is locked, old or has lost its beginning, and is Annex A's to refuse. A 903 table
    is one file of a set.
    """
    if head.startswith(b"PK\x03\x04") or name.lower().endswith((".xlsx", ".xlsm")):
        return "annex_a"
    if head.startswith(OLD_EXCEL):
        return "annex_a" if name.lower().endswith(".xls") else None
    text = _as_text(head)
    if text.lstrip().startswith("<"):
        return next((found for mark, found in MARKS if mark.search(text)), None)
    if is_payload(text):
        return "csc_api"
    return "ssda903" if any(table_of(row.headers) for row in candidates(text.encode())) else None


def _as_text(head: bytes) -> str:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return head.decode(encoding, errors="replace")
