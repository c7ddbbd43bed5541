"""What an indicator counts, in words: the heading of its block of evidence, and the shape of its figure."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from ingest.paths import DBT_PROJECT

HEADING = re.compile(r"^-- ([a-z0-9_]+(?:, [a-z0-9_]+)*)  (\S.*)$", re.MULTILINE)
OUT_OF = {
    "percent": "all that could have been counted so, as a percentage; the note says who is left out",
    "per_10k": "children aged 0 to 17 who live there, for every 10,000",
}
WHEN = {
    "flow": "Each counts in the month in which it happened.",
    "stock": "Those on the last day of the period count.",
    "lookback": "It looks back from the last day of the period.",
}


@cache
def headings() -> Mapping[str, str]:
    """The heading of each indicator's block, by indicator."""
    found: dict[str, str] = {}
    for path in sorted((DBT_PROJECT / "models" / "intermediate").rglob("*.sql")):
        for names, words in HEADING.findall(path.read_text(encoding="utf-8")):
            found |= dict.fromkeys(names.split(", "), words)
    return found


def in_words(about: Mapping[str, Any]) -> dict[str, str]:
    """What is counted, out of what and when, of one indicator; a row of dim_indicator."""
    heading = headings().get(about["indicator_id"], about["title"]).rstrip(".")
    said = {"counted": f"{heading}. {WHEN.get(about['kind'], '')}".strip()}
    if about["unit"] in OUT_OF:
        said["out_of"] = OUT_OF[about["unit"]]
    return said
