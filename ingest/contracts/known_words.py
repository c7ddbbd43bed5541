"""Text of totals, cut to the words that are known: whatever else is typed there may be of a child."""

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache

from ingest.contracts import code_lists
from ingest.paths import DBT_PROJECT

CATALOGUE = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"
AGES = r"((under|over) )?[0-9]{1,2}(( to |-)[0-9]{1,2}| and (over|under)|\+)?"


def _indicators() -> list[str]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return [re.escape(row["indicator_id"]) for row in csv.DictReader(file)]


def _breakdowns() -> list[str]:
    """All, bands of ages, and every code and label of the code lists: teams are no such words."""
    listed = {row[name] for row in code_lists.load_code_lists().to_pylist() for name in ("code", "label")}
    return ["all", "(?i:" + "|".join([AGES, *map(re.escape, sorted(listed))]) + ")"]


KNOWN: Mapping[str, Callable[[], list[str]]] = {"indicators": _indicators, "breakdowns": _breakdowns}


@cache
def pattern(words_of: str) -> str:
    """The regular expression of the known words of a kind."""
    return "|".join(KNOWN[words_of]())
