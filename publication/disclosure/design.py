"""What the public pack prints: each indicator's role, and the sums that tie its figures together.

The home of both is the seed `indicator_publication`, beside the catalogue.
"""

import csv
from dataclasses import dataclass
from functools import cache

from ingest.places import DBT_PROJECT

THRESHOLD = 6  # a count below it, and above zero, is hidden
FEWEST_VALUES = 4  # a hidden small count must leave its readers at least so many values to choose from
SURE_OF_ALL = 11  # 0% or 100% of fewer says something of every one of them
ROUNDED_TO = 10  # regions and England

COUNTS = ("stock", "starts", "count", "breakdown")
SHARES = ("share", "ratio")
PRINTED = (*COUNTS, *SHARES, "rate", "average", "measure")
PEOPLE = ("child", "event", "worker")  # posts and pounds are nobody's
# of these, regions and England are printed: whole numbers, and shares and rates of them
ADDED_UP = ("stock", "starts", "count", "share", "rate")


@dataclass(frozen=True)
class Role:
    """What the public pack does with one indicator. Source: seeds/indicator_publication.csv."""

    indicator_id: str
    role: str
    chain: str
    part_of: str
    numerator_indicator: str
    denominator_indicators: tuple[str, ...]
    within_indicator: str
    reason: str

    @property
    def hangs_on(self) -> tuple[str, ...]:
        """The counts without which it is not shown."""
        on = (self.numerator_indicator, *self.denominator_indicators, self.within_indicator)
        return tuple(sorted({name for name in on if name}))


@cache
def roles() -> dict[str, Role]:
    """Every indicator's role, in the order of the catalogue."""
    with (DBT_PROJECT / "seeds" / "indicator_publication.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["indicator_id"]: Role(
                denominator_indicators=tuple(row.pop("denominator_indicators").split()), **row
            )
            for row in csv.DictReader(file)
        }


def in_role(*names: str) -> list[str]:
    """The indicators of these roles."""
    return [role.indicator_id for role in roles().values() if role.role in names]


def chains() -> list[tuple[str, str]]:
    """(stock, starts) of each chain: stock is the stock of the month before, and starts, less ends."""
    starts = {role.chain: role.indicator_id for role in roles().values() if role.role == "starts"}
    return [(role.indicator_id, starts[role.chain]) for role in roles().values() if role.role == "stock"]


def parts() -> list[tuple[str, str]]:
    """(part, whole) of each count that is a part of another: what is left is a ghost."""
    return [
        (role.indicator_id, role.part_of)
        for role in roles().values()
        if role.part_of and role.role == "count"
    ]


def breakdowns() -> list[tuple[str, str]]:
    """(breakdown, whole): the values of a breakdown add up to the whole."""
    return [(role.indicator_id, role.part_of) for role in roles().values() if role.role == "breakdown"]
