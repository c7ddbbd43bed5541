"""Which format a file is in, by how it begins: an adapter's, or none of theirs."""

import re

from ingest.contracts.ssda903_tables import table_of
from ingest.discovery.written import candidates

HEAD_BYTES = 8192  # what recognise() needs of a file
PAYLOAD_MARK = re.compile(r'"(la_child_id|mis_child_id|social_care_episodes|child_details|[Cc]hildren)"\s*:')
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
    text = _as_text(head)
    if text.lstrip().startswith("<"):
        return next((found for mark, found in MARKS if mark.search(text)), None)
    if text.lstrip()[:1] in ("{", "[") and PAYLOAD_MARK.search(text):
        return "csc_api"
    return "ssda903" if any(table_of(row.headers) for row in candidates(text.encode())) else None


def _as_text(head: bytes) -> str:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return head.decode(encoding, errors="replace")
