"""Adoption: the days between its steps, the children waiting and the families ready."""

from collections.abc import Iterator

from ..casebook import Casebook, at_or_before
from ..reader import Row
from .register import Count, Event, flow, stock, total


def days_between(child: Row, start: int | None, stop: int | None) -> Iterator[Event]:
    if start is not None and stop is not None and start <= stop:
        yield Event(child, child["perm_permanence_order_date"], stop - start)


@flow("adopt_a1_days")
def adopt_a1_days(book: Casebook) -> Iterator[Event]:
    for child in book.rows("permanence"):
        if child["perm_permanence_order_type"] == "ADOPTION":
            entered = book.care_entry(child["perm_person_id"], child["perm_cla_id"])
            yield from days_between(child, entered, child["perm_placed_for_adoption_date"])


@flow("adopt_a10_days")
def adopt_a10_days(book: Casebook) -> Iterator[Event]:
    for child in book.rows("permanence"):
        if child["perm_permanence_order_type"] == "ADOPTION":
            entered = book.care_entry(child["perm_person_id"], child["perm_cla_id"])
            stop = child["perm_placed_for_adoption_date"]
            if child["perm_adopted_by_carer_flag"] is True and child["perm_placed_foster_carer_date"]:
                stop = child["perm_placed_foster_carer_date"]
            yield from days_between(child, entered, stop)


@flow("adopt_a2_days")
def adopt_a2_days(book: Casebook) -> Iterator[Event]:
    for child in book.rows("permanence"):
        if child["perm_permanence_order_type"] == "ADOPTION":
            yield from days_between(child, child["perm_placement_order_date"], child["perm_matched_date"])


@flow("adopt_placed_count")
def adopt_placed_count(book: Casebook) -> Iterator[Event]:
    for child in book.rows("permanence"):
        yield Event(child, child["perm_placed_for_adoption_date"])


@stock("shobpa_open")
def shobpa_open(book: Casebook, day: int) -> Count:
    ends = ("perm_placed_for_adoption_date", "perm_decision_reversed_date", "perm_permanence_order_date")
    return total(
        {
            child["perm_person_id"]
            for child in book.rows("permanence")
            if at_or_before(child["perm_adm_decision_date"], day)
            and not any(at_or_before(child[end], day) for end in ends)
        }
    )


@flow("shobpa_decisions")
def shobpa_decisions(book: Casebook) -> Iterator[Event]:
    for child in book.rows("permanence"):
        yield Event(child, child["perm_adm_decision_date"])


@flow("adopters_approved")
def adopters_approved(book: Casebook) -> Iterator[Event]:
    for family in book.rows("adopters"):
        if family["kind_code"] == "IN_HOUSE":
            yield Event(family, family["approved_date"])


@stock("adopters_waiting")
def adopters_waiting(book: Casebook, day: int) -> Count:
    return Count(
        sum(
            family["kind_code"] == "IN_HOUSE"
            and at_or_before(family["approved_date"], day)
            and not at_or_before(family["matched_date"], day)
            and not at_or_before(family["left_date"], day)
            for family in book.rows("adopters")
        )
    )


@stock("adopter_sufficiency")
def adopter_sufficiency(book: Casebook, day: int) -> Count:
    return Count(shobpa_open(book, day).numerator, adopters_waiting(book, day).numerator)
