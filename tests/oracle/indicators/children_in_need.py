"""Children in need: open cases, their plans and their visits."""

from ..calendar import wd
from ..casebook import Casebook, live
from ..reader import Row
from .register import Count, share, stock, total

TWO_YEARS = 730


def open_cases(book: Casebook, day: int) -> list[Row]:
    return [
        case
        for case in book.rows("cin_episodes")
        if case["cine_referral_nfa"] is not True
        and live(case["cine_referral_date"], case["cine_close_date"], day)
    ]


def children_open_longer(book: Casebook, day: int, working_days: int) -> set[str]:
    return {
        case["cine_person_id"]
        for case in open_cases(book, day)
        if wd(case["cine_referral_date"], day) > working_days
    }


def live_plans(book: Casebook, day: int) -> list[Row]:
    """Child in need plans of children who are neither on a protection plan nor in care."""
    return [
        plan
        for plan in book.rows("cin_plans")
        if live(plan["cinp_cin_plan_start_date"], plan["cinp_cin_plan_end_date"], day)
        and not book.on_cp(plan["cinp_person_id"], day)
        and not book.in_care(plan["cinp_person_id"], day)
    ]


def plan_starts(book: Casebook, day: int) -> dict[str, int]:
    """Children on a child in need plan, with the earliest start of those that are live."""
    starts: dict[str, int] = {}
    for plan in live_plans(book, day):
        child, start = plan["cinp_person_id"], plan["cinp_cin_plan_start_date"]
        starts[child] = min(start, starts.get(child, start))
    return starts


@stock("cin_open")
@stock("cin_rate_10k")
def cin_open(book: Casebook, day: int) -> Count:
    return total({case["cine_person_id"] for case in open_cases(book, day)})


@stock("cin_plans_open")
def cin_plans_open(book: Casebook, day: int) -> Count:
    return total(plan_starts(book, day))


@stock("cin_plan_2y_open_pct")
def cin_plan_2y_open_pct(book: Casebook, day: int) -> Count:
    return share(live_plans(book, day), lambda plan: day - plan["cinp_cin_plan_start_date"] >= TWO_YEARS)


@stock("cin_plan_uptodate_pct")
def cin_plan_uptodate_pct(book: Casebook, day: int) -> Count:
    owing = [
        child
        for child in children_open_longer(book, day, 45)
        if not book.on_cp(child, day) and not book.in_care(child, day)
    ]
    return share(owing, lambda child: book.doc_current(child, "CIN", day))


@stock("cin_visit_20wd_pct")
def cin_visit_20wd_pct(book: Casebook, day: int) -> Count:
    starts = plan_starts(book, day)
    children = [child for child, start in starts.items() if wd(start, day) >= 20]
    return share(
        children,
        lambda child: any(
            visit["cinv_cin_visit_seen"] is True
            and starts[child] <= visit["cinv_cin_visit_date"] <= day
            and wd(visit["cinv_cin_visit_date"], day) <= 20
            for visit in book.of("cin_visits", "cinv_person_id", child)
        ),
    )


@stock("cases_unallocated")
def cases_unallocated(book: Casebook, day: int) -> Count:
    def has_nobody(child: str) -> bool:
        return not any(
            live(held["invo_involvement_start_date"], held["invo_involvement_end_date"], day)
            for held in book.of("involvements", "invo_person_id", child)
        )

    return total(filter(has_nobody, children_open_longer(book, day, 1)))
