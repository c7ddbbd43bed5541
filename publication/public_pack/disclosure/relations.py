"""What hangs together: every indicator's numerator and denominator as terms over shared components.

The home is the seed `indicator_relations`. The protector's system, the indicator's page and the attacker's
truth come from it; a test holds it against the evidence.
"""

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from math import inf

from ingest.paths import DBT_PROJECT

TERM = re.compile(r"([+-])(?:(\d+)\*)?([a-z][a-z0-9_]+)(\.d)?(\[\*\])?(?:@(-?\d+)(?:\.\.(-?\d+))?)?")
IN_WORDS = {
    "stock_flow": "a stock: the stock before, and what started, less what ended",
    "part_of": "a part of a whole",
    "sum_of": "parts that add up to a whole",
    "same_count": "the same count",
    "same_whole": "over the same whole",
    "share_of": "a share of a whole",
    "rate_over": "a rate over a population or an establishment",
    "within": "never more than another",
    "hardly_more": "hardly ever more than another",
    "step": "a stock rises by no more than what started",
    "longer": "twelve months as the sum of their months",
    "near": "near enough always the same",
}


STEPS = ("stock_flow", "step")  # a stock from one month to the next


@dataclass(frozen=True)
class Term:
    """A component with its weight: the numerator (n) or denominator (d) of an indicator, some months back."""

    weight: int
    indicator_id: str
    side: str
    months: tuple[int, ...]  # 0 is the figure's own month, -1 the one before
    is_each_value: bool  # of a breakdown, every value of it


@dataclass(frozen=True)
class Relation:
    """A sum of components that lies between two bounds. Source: seeds/indicator_relations.csv."""

    indicator_id: str
    kind: str
    written: str
    terms: tuple[Term, ...]
    least: float
    most: float
    rest_is_people: bool  # what the sum comes to counts people: it is protected though not printed
    because: str

    @property
    def others(self) -> tuple[str, ...]:
        """The indicators that the figure is tied to by it."""
        names = dict.fromkeys(t.indicator_id for t in self.terms)
        return tuple(name for name in names if name != self.indicator_id)


def terms_of(written: str) -> tuple[Term, ...]:
    """Terms as the seed writes them: `+cp_open@-1 +cp_started -cp_open`. Raises ValueError."""
    found = []
    for word in written.split():
        matched = TERM.fullmatch(word)
        if matched is None:
            raise ValueError(f"did not understand {word!r} in the terms {written!r} of indicator_relations")
        sign, times, name, side, each, first, last = matched.groups()
        start = int(first or 0)
        months = tuple(range(start, int(last or start) + 1))
        found.append(Term(int(f"{sign}{times or 1}"), name, "d" if side else "n", months, bool(each)))
    return tuple(found)


def over_months(relation: Relation, many: int) -> Relation:
    """A step of a stock over so many months, where those between are missing."""
    terms = []
    for term in relation.terms:
        if term.indicator_id == relation.indicator_id:
            terms.append(replace(term, months=tuple(many * month for month in term.months)))
        else:
            months = {month - back for month in term.months for back in range(many)}
            terms.append(replace(term, months=tuple(sorted(months))))
    return replace(relation, terms=tuple(terms))


@cache
def relations() -> tuple[Relation, ...]:
    """Every relation, in the order of the seed."""
    with (DBT_PROJECT / "seeds" / "indicator_relations.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Relation(
                row["indicator_id"],
                row["relation"],
                row["terms"],
                terms_of(row["terms"]),
                float(row["least"] or -inf),
                float(row["most"] or inf),
                row["rest_is_people"] == "1",
                row["because"],
            )
            for row in csv.DictReader(file)
        )


def of(indicator_id: str, *kinds: str) -> list[Relation]:
    """The relations of these kinds that the seed gives under an indicator."""
    return [r for r in relations() if r.indicator_id == indicator_id and r.kind in kinds]


def tied_to(indicator_id: str) -> list[Relation]:
    """Every relation that an indicator stands in."""
    return [r for r in relations() if r.indicator_id == indicator_id or indicator_id in r.others]
