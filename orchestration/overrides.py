"""An override as somebody types it: GROUND:AUTHORITY:RETURN."""

import csv
from collections.abc import Sequence
from pathlib import Path

from ingest.contracts.return_schema import submitted_formats
from ingest.ledger import Override
from ingest.paths import DBT_PROJECT

GROUNDS = DBT_PROJECT / "seeds" / "doubt_grounds.csv"
INDICATORS = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"


def overrides_of(
    asked: Sequence[str], reason: str | None, by_name: str | None, until_month: str | None
) -> list[Override]:
    """Overrides as the command line gives them, GROUND:AUTHORITY:RETURN each. Raises ValueError.

    In place of the return stands the indicator, where the figure itself is in doubt (contradiction), or *,
    where all of the month is (sent_before). `until_month` is the last month that they hold for; where it is
    None, that of the refresh.
    """
    if not asked:
        if reason or by_name:
            raise ValueError("--reason and --by go with --override GROUND:AUTHORITY:RETURN")
        return []
    if not (reason and reason.strip() and by_name and by_name.strip()):
        raise ValueError("an override needs a person and a reason: give --by and --reason")
    grounds = _column(GROUNDS, "ground")
    made = []
    for words in asked:
        ground, _, rest = words.partition(":")
        la_code, _, return_name = rest.partition(":")
        if not (la_code and return_name):
            raise ValueError(
                f"{words} does not name an authority and a return; write it as GROUND:AUTHORITY:RETURN, "
                "as stopped:372:contacts"
            )
        if ground not in grounds:
            raise ValueError(
                f"{ground} is not a ground on which figures are held; those are {', '.join(grounds)}"
            )
        about = (
            _column(INDICATORS, "indicator_id") if ground == "contradiction" else [*submitted_formats(), "*"]
        )
        if return_name not in about:
            what = "an indicator" if ground == "contradiction" else "a return"
            raise ValueError(
                f"{return_name} is not {what}; `line-of-sight status` names what each doubt is about"
            )
        made.append(
            Override(ground, la_code, return_name, reason.strip(), by_name.strip(), until_month or "")
        )
    return made


def _column(seed: Path, name: str) -> list[str]:
    with seed.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]
