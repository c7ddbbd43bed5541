"""What the public pack prints: each indicator's role, and the sums that tie its figures together.

The home of the first is the seed `indicator_catalogue`, of the second `indicator_relations`.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ingest.paths import DBT_PROJECT
from publication.public_pack.disclosure import relations

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


BECAME = ("continued", "divided", "merged")  # of area_codes: what became of an authority that is no more


@dataclass(frozen=True)
class Role:
    """What the public pack does with one indicator (seeds/indicator_catalogue.csv), what it is made of and
    lies within (seeds/indicator_relations.csv)."""

    indicator_id: str
    role: str
    reason: str
    unit: str
    scale: int
    is_people: bool  # what it counts is people, or their working time
    part_of: str
    numerator_indicator: str
    denominator_indicators: tuple[str, ...]
    within_indicator: str

    @property
    def hangs_on(self) -> tuple[str, ...]:
        """The counts without which it is not shown."""
        on = (self.numerator_indicator, *self.denominator_indicators, self.within_indicator)
        return tuple(sorted({name for name in on if name}))


@cache
def roles() -> dict[str, Role]:
    """Every indicator's role, in the order of the catalogue."""
    found = {}
    for row in _seed("indicator_catalogue"):
        name, role = row["indicator_id"], row["publication_role"]
        is_people = row["count_unit"] in PEOPLE and row["unit"] != "gbp"
        over = _others(name, "share_of", "rate_over") if role != "rate" else ()
        found[name] = Role(
            name,
            role,
            row["publication_reason"],
            row["unit"],
            int(row["scale"]),
            is_people,
            part_of="".join(_others(name, "part_of", "sum_of")[:1]),
            numerator_indicator="".join(_others(name, "same_count")[:1]),
            denominator_indicators=over,
            within_indicator="".join(_wholes(name)[:1]),
        )
    return found


def _seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def successions() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """(predecessors, successors) by code: all of the ones became all of the others (seeds/area_codes.csv)."""
    groups: list[tuple[set[str], set[str]]] = []
    for row in _seed("area_codes"):
        if row["comparator"] == "authority" and row["relation"] in BECAME:
            old, new = {row["printed_code"]}, {row["area_code"]}
            joined = [g for g in groups if g[0] & old or g[1] & new]
            groups = [g for g in groups if g not in joined]
            groups.append((old.union(*[g[0] for g in joined]), new.union(*[g[1] for g in joined])))
    return tuple((tuple(sorted(old)), tuple(sorted(new))) for old, new in groups)


def with_kin(la_codes: Iterable[str]) -> set[str]:
    """Authorities with those before and after them in a merger: what one gave tells of the other."""
    asked = set(la_codes)
    return asked.union(*[{*old, *new} for old, new in successions() if asked & {*old, *new}])


def _others(name: str, *kinds: str) -> tuple[str, ...]:
    return tuple(other for r in relations.of(name, *kinds) for other in r.others)


def _wholes(name: str) -> list[str]:
    """The counts that its denominator is within."""
    return [
        r.terms[0].indicator_id
        for r in relations.of(name, "within")
        if [t.side for t in r.terms] == ["n", "d"] and r.terms[1].indicator_id == name
    ]


def in_role(*names: str) -> list[str]:
    """The indicators of these roles."""
    return [role.indicator_id for role in roles().values() if role.role in names]


def chains() -> list[tuple[str, str]]:
    """(stock, starts) of each chain: stock is the stock of the month before, and starts, less ends."""
    return [
        (role.indicator_id, _others(role.indicator_id, "stock_flow")[0])
        for role in roles().values()
        if role.role == "stock"
    ]


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
