"""Care leavers: young people as the month's own snapshot describes them."""

from ..calendar import age
from ..casebook import Casebook
from ..reader import Row
from .register import Count, share, stock

IN_WORK_OR_LEARNING = ("F1", "F2", "F3", "F4", "F5", "P1", "P2", "P3", "P4", "P5")


def aged_17_to_21(book: Casebook, day: int) -> list[Row]:
    def belongs(leaver: Row) -> bool:
        born = book.born(leaver["clea_person_id"])
        return (
            leaver["clea_care_leaver_eligibility"] in ("RELEVANT", "FORMER_RELEVANT")
            and leaver["clea_care_leaver_in_touch"] not in ("DIED", "RHOM")
            and born is not None
            and 17 <= age(born, day) <= 21
        )

    return list(filter(belongs, book.state("care_leavers", day)))


@stock("cl_in_touch_pct")
def cl_in_touch_pct(book: Casebook, day: int) -> Count:
    return share(aged_17_to_21(book, day), lambda leaver: leaver["clea_care_leaver_in_touch"] == "YES")


@stock("cl_eet_pct")
def cl_eet_pct(book: Casebook, day: int) -> Count:
    return share(
        aged_17_to_21(book, day), lambda leaver: leaver["clea_care_leaver_activity"] in IN_WORK_OR_LEARNING
    )


@stock("cl_suitable_accom_pct")
def cl_suitable_accom_pct(book: Casebook, day: int) -> Count:
    settled_here = [
        leaver
        for leaver in aged_17_to_21(book, day)
        if leaver["clea_care_leaver_accommodation"] not in ("G", "H", "R")
    ]
    return share(settled_here, lambda leaver: leaver["clea_care_leaver_accom_suitable"] == "1")


@stock("cl_pathway_plan_uptodate_pct")
def cl_pathway_plan_uptodate_pct(book: Casebook, day: int) -> Count:
    entitled = [
        leaver
        for leaver in book.state("care_leavers", day)
        if leaver["clea_care_leaver_eligibility"] in ("ELIGIBLE", "RELEVANT", "FORMER_RELEVANT")
    ]

    def is_current(leaver: Row) -> bool:
        reviewed = leaver["clea_pathway_plan_review_date"]
        return reviewed is not None and 0 <= day - reviewed <= 183

    return share(entitled, is_current)
