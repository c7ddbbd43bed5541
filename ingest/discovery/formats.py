"""Which format a file is in, by how it begins: an adapter's, or none of theirs."""

import re

from ingest.contracts.ssda903_tables import table_of
from ingest.discovery.beside import form_of
from ingest.discovery.written import candidates

HEAD_BYTES = 8192  # what recognise() needs of a file
PAYLOAD_MARK = re.compile(r'"(la_child_id|mis_child_id|social_care_episodes|child_details|[Cc]hildren)"\s*:')
IN_EXCEL = "open it in Excel and save it as 'CSV UTF-8'"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
MARKS = (
    (re.compile(r"<Collection>\s*CSWW|<CSWWWorker|<LALevelVacancies", re.IGNORECASE), "workforce_census"),
    (
        re.compile(r"<Collection>\s*CIN|<Children|<ChildIdentifiers|<!DOCTYPE\s+Message", re.IGNORECASE),
        "cin_census",
    ),
)


def recognise(name: str, head: bytes) -> str | None:
    """Which adapter a file belongs to, by its first HEAD_BYTES; None where it is none of theirs.

    A workbook may be Annex A: only opening it tells. The name serves one thing: what is named a workbook and
    does not begin like one is locked, old or has lost its beginning, and is Annex A's to refuse. A 903 table
    is one file of a set.
    """
    if head.startswith(b"PK\x03\x04") or name.lower().endswith((".xlsx", ".xlsm")):
        return "annex_a"
    if head.startswith(OLD_EXCEL):
        return "annex_a" if name.lower().endswith(".xls") else None
    text = as_text(head)
    if text.lstrip().startswith("<"):
        return next((found for mark, found in MARKS if mark.search(text)), None)
    if text.lstrip()[:1] in ("{", "[") and PAYLOAD_MARK.search(text):
        return "csc_api"
    return "ssda903" if any(table_of(row.headers) for row in candidates(text.encode())) else None


def what_instead(head: bytes) -> tuple[str, str]:
    """What a file is that is no return and no form known here, by its first HEAD_BYTES, and what to do."""
    if known := form_of(head):
        return known
    text = as_text(head).lstrip("\ufeff \t\r\n\x00")
    if not text:
        return "it is empty", "export it again; a return with nothing to report still has its header row"
    if text.startswith("<"):
        if re.search("<(html|table)|<!doctype html", text, re.IGNORECASE):
            return "it is a web page (HTML), whatever its name ends in", IN_EXCEL
        if "urn:schemas-microsoft-com:office:spreadsheet" in text:
            return "it is a workbook in the XML of Excel 2003", IN_EXCEL
        return (
            "it is XML, and neither a CIN nor a workforce census",
            "send it as its system exports it",
        )
    if text[0] in "{[":
        return "it is JSON, and not DfE's payload", "send the payload, or each return as CSV"
    if any(len(row.headers) > 1 for row in candidates(text.encode())):
        return "its columns are those of no return", "name its columns as in docs/returns, or take it away"
    return (
        "it is neither named as a return nor recognised by its content",
        "returns are named as in docs/returns, with the ending .csv or .parquet",
    )


def as_text(head: bytes) -> str:
    """The first bytes of a file of Unicode as text; what is none is replaced."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return head.decode(encoding, errors="replace")
