"""What a file's name claims to hold: the return's name, in any case, among words that say nothing of it."""

import re
from functools import cache, lru_cache
from pathlib import PurePath

from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.workbooks import SUFFIXES as WORKBOOKS

TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".tab", ".psv", ".dat", ".parquet")
MONTHS = {
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december", "q1", "q2", "q3", "q4",
}  # fmt: skip
# what systems and people put around a name: where it came from, when, which copy
DECORATION = MONTHS | {
    "a", "and", "copy", "data", "dbo", "draft", "eclipse", "export", "exported", "ext", "extract", "final",
    "for", "from", "full", "la", "latest", "lcs", "lea", "list", "liquidlogic", "monthly", "mosaic", "new",
    "of", "output", "query", "report", "resend", "resubmission", "results", "return", "revised", "rev", "run",
    "ssd", "table", "tbl", "the", "to", "updated", "version", "view", "vw",
}  # fmt: skip
NUMBER = re.compile(r"(v|ver|rev|la|fy)?\d{1,14}(st|nd|rd|th)?|\d{8}t\d{4,6}|\d{4}q[1-4]")


@lru_cache(maxsize=4096)
def claimed(name: str) -> str | None:
    """The return that a file's name claims, if all else in the name is decoration."""
    path = PurePath(name)
    while path.suffix.lower() in (*TABLE_SUFFIXES, *WORKBOOKS):
        path = path.with_suffix("")
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path.name).lower()
    words = re.findall(r"[a-z0-9]+", apart)
    spelled = _spelled()
    for length in range(len(words), 0, -1):
        for first in range(len(words) - length + 1):
            found = spelled.get("".join(words[first : first + length]))
            rest = words[:first] + words[first + length :]
            if found and all(word in DECORATION or NUMBER.fullmatch(word) for word in rest):
                return found
    return None


@cache
def _spelled() -> dict[str, str]:
    """Every spelling of a return's name, or its table's, without separators; of one and of many."""
    spelled: dict[str, str] = {}
    ambiguous: set[str] = set()
    for name, fmt in submitted_formats().items():
        table = re.sub("^(ssd|ext)_", "", fmt.source_table)
        for stem in {name.replace("_", ""), table.replace("_", "")}:
            one = re.sub("ies$", "y", stem) if stem.endswith("ies") else stem.removesuffix("s")
            many = re.sub("y$", "ies", one) if one.endswith("y") else f"{one}s"
            for spelling in {stem, one, many}:
                if spelled.setdefault(spelling, name) != name:
                    ambiguous.add(spelling)
    return {spelling: name for spelling, name in spelled.items() if spelling not in ambiguous}
