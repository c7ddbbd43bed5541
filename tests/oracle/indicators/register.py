"""How a rule is written down: a flow yields events, a stock answers at a day, the rest see a whole period."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from ..casebook import Casebook

Number = int | Fraction
Member = TypeVar("Member")


class Event(NamedTuple):
    """One event that is counted; an empty day is never counted."""

    counted_on: int | None
    numerator: Number = 1
    denominator: Number = 1
    cell: str | None = None


class Count(NamedTuple):
    """An answer at a day or over a period. `value` is given only where it is no quotient: the median."""

    numerator: Number | None
    denominator: Number | None = None
    cells: dict[str, tuple[Number, Number | None]] = {}
    value: Number | None = None


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


def share(whole: Iterable[Member], part: Callable[[Member], bool]) -> Count:
    """The members of a whole, and those of them that meet the rule."""
    members = list(whole)
    return Count(sum(part(member) for member in members), len(members))
