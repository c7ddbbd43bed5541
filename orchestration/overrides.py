"""An override: a named person's word that an authority is published although a quality rule withholds it."""

import csv
from collections.abc import Sequence

from ingest.lay_out import Override
from ingest.places import DBT_PROJECT

RULES = DBT_PROJECT / "seeds" / "quality_rules.csv"


def overrides_of(asked: Sequence[str], reason: str | None, by_name: str | None) -> list[Override]:
    """Overrides as the command line gives them, RULE:AUTHORITY each. Raises ValueError."""
    if not asked:
        if reason or by_name:
            raise ValueError("--reason and --by go with --override RULE:AUTHORITY")
        return []
    if not (reason and reason.strip() and by_name and by_name.strip()):
        raise ValueError("an override needs a person and a reason: give --by and --reason")
    with RULES.open(encoding="utf-8", newline="") as file:
        effects = {row["rule_id"]: row["effect"] for row in csv.DictReader(file)}
    made = []
    for words in asked:
        rule, _, la_code = words.partition(":")
        if not la_code:
            raise ValueError(f"{words} does not name an authority; write it as RULE:AUTHORITY")
        if not effects.get(rule, "").startswith("block"):
            withhold = ", ".join(name for name, effect in effects.items() if effect.startswith("block"))
            raise ValueError(f"{rule} is not a rule that withholds; those that do: {withhold}")
        made.append(Override(rule, la_code, reason.strip(), by_name.strip()))
    return made
