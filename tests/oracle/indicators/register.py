"""How a rule is written down: a flow yields events, a stock answers at a day, the rest see a whole period."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from ..casebook import Casebook
from ..reader import Row

Number = int | Fraction
One = TypeVar("One", str, Row)


class Event(NamedTuple):
    """One event that is counted, and the record of it; an empty day is never counted."""

    record: Row
    counted_on: int | None
    numerator: Number = 1
    denominator: Number = 1
    cell: str | None = None


class Member(NamedTuple):
    """A child or a record that a count takes in, at a day of its own where that is not the last one."""

    of: Row | str
    numerator: Number = 1
    denominator: Number = 1
    counted_on: int | None = None


class Count(NamedTuple):
    """An answer at a day or over a period. `value` is given only where it is no quotient: the median."""

    numerator: Number | None
    denominator: Number | None = None
    cells: dict[str, tuple[Number, Number | None]] = {}
    value: Number | None = None
    members: Sequence[Member] = ()


FLOWS: dict[str, Callable[[Casebook], Iterable[Event]]] = {}
STOCKS: dict[str, Callable[[Casebook, int], Count]] = {}
PERIODS: dict[str, Callable[[Casebook, int, int], Count]] = {}


def _entry(register: dict[str, Any], indicator_id: str) -> Callable[[Any], Any]:
    def enter(rule: Any) -> Any:
        assert indicator_id not in register, f"{indicator_id} has two rules"
        register[indicator_id] = rule
        return rule

    return enter


def flow(indicator_id: str) -> Callable[[Any], Any]:
    return _entry(FLOWS, indicator_id)


def stock(indicator_id: str) -> Callable[[Any], Any]:
    return _entry(STOCKS, indicator_id)


def period(indicator_id: str) -> Callable[[Any], Any]:
    return _entry(PERIODS, indicator_id)


def total(whole: Iterable[One]) -> Count:
    """So many children or records."""
    return sum_of([Member(one) for one in whole])


def sum_of(members: Sequence[Member]) -> Count:
    return Count(sum(member.numerator for member in members), members=members)


def share(whole: Iterable[One], part: Callable[[One], bool]) -> Count:
    """The members of a whole, and those of them that meet the rule."""
    members = [Member(one, int(part(one))) for one in whole]
    return Count(sum(member.numerator for member in members), len(members), members=members)
