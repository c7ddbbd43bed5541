"""Child protection plans: who is on one, how long, how often before, and whether they are seen."""

from collections.abc import Iterator

from ..calendar import plus_months, wd
from ..casebook import Casebook, live
from ..law import CODES
from ..reader import Row
from .register import Count, Event, flow, share, stock, total

TWO_YEARS = 730


@stock("cp_open")
@stock("cp_rate_10k")
def cp_open(book: Casebook, day: int) -> Count:
    return total(book.children_on_cp(day))


@flow("cp_started")
@flow("cp_started_rate_10k")
def cp_started(book: Casebook) -> Iterator[Event]:
    for plan in book.base_plans():
        yield Event(plan, plan["cppl_cp_plan_start_date"])


@flow("cp_ended")
@flow("cp_ended_rate_10k")
def cp_ended(book: Casebook) -> Iterator[Event]:
    for plan in book.base_plans():
        yield Event(plan, plan["cppl_cp_plan_end_date"])


@flow("cp_net_change")
def cp_net_change(book: Casebook) -> Iterator[Event]:
    for plan in book.base_plans():
        yield Event(plan, plan["cppl_cp_plan_start_date"], 1)
        yield Event(plan, plan["cppl_cp_plan_end_date"], -1)


@flow("cp_subsequent_ever_pct")
def cp_subsequent_ever_pct(book: Casebook) -> Iterator[Event]:
    for plan in book.base_plans():
        start = plan["cppl_cp_plan_start_date"]
        again = (plan["number_of_previous_plans"] or 0) >= 1 or any(
            earlier["cppl_cp_plan_start_date"] < start
            for earlier in book.base_plans_of(plan["cppl_person_id"])
        )
        yield Event(plan, start, int(again))


@flow("cp_subsequent_2y_pct")
def cp_subsequent_2y_pct(book: Casebook) -> Iterator[Event]:
    for plan in book.base_plans():
        start = plan["cppl_cp_plan_start_date"]
        again = any(
            earlier["cppl_cp_plan_id"] != plan["cppl_cp_plan_id"]
            and earlier["cppl_cp_plan_end_date"] is not None
            and 0 <= start - earlier["cppl_cp_plan_end_date"] <= TWO_YEARS
            for earlier in book.base_plans_of(plan["cppl_person_id"])
        )
        yield Event(plan, start, int(again))


@stock("cp_2y_open_count")
@stock("cp_2y_open_pct")
def cp_2y_open(book: Casebook, day: int) -> Count:
    return share(book.children_on_cp(day), lambda child: day - book.cp_start(child, day) >= TWO_YEARS)


@flow("cp_2y_closed_pct")
def cp_2y_closed_pct(book: Casebook) -> Iterator[Event]:
    for plan in book.base_plans():
        start, end = plan["cppl_cp_plan_start_date"], plan["cppl_cp_plan_end_date"]
        yield Event(plan, end, int(end is not None and end - start >= TWO_YEARS))


def plan_taken(book: Casebook, child: str, day: int) -> Row:
    return min(
        book.live_base_plans(child, day),
        key=lambda plan: (plan["cppl_cp_plan_start_date"], plan["cppl_cp_plan_id"]),
    )


def missed_a_review(book: Casebook, plan: Row, day: int) -> bool:
    start = plan["cppl_cp_plan_start_date"]
    held = sorted(
        {
            review["cppr_cp_review_date"]
            for review in book.of("cp_reviews", "cppr_cp_plan_id", plan["cppl_cp_plan_id"])
            if review["cppr_cp_review_date"] is not None and start < review["cppr_cp_review_date"] <= day
        }
    )
    # One due date more than there are reviews: the next one, which nobody has held.
    due = [start + 91] + [review + 183 for review in held]
    window = book.window_start(day)
    return any(
        window <= due_on <= day and (number >= len(held) or held[number] > due_on)
        for number, due_on in enumerate(due)
    )


@stock("cp_reviews_children_intime_pct")
def cp_reviews_children_intime_pct(book: Casebook, day: int) -> Count:
    children = [child for child in book.children_on_cp(day) if day - book.cp_start(child, day) >= 91]
    return share(children, lambda child: not missed_a_review(book, plan_taken(book, child, day), day))


@flow("rcpc_intime_pct")
def rcpc_intime_pct(book: Casebook) -> Iterator[Event]:
    for review in book.rows("cp_reviews"):
        held, due = review["cppr_cp_review_date"], review["cppr_cp_review_due"]
        if due is not None and held is not None:
            yield Event(review, held, int(held <= due))


def seen_lately(book: Casebook, day: int, limit: int) -> Count:
    """Only children on a plan at least that long can have been seen, or not, in that time."""
    starts = {child: book.cp_start(child, day) for child in book.children_on_cp(day)}
    children = [child for child, start in starts.items() if wd(start, day) >= limit]
    return share(
        children,
        lambda child: any(
            visit["cppv_cp_visit_seen"] is True
            and starts[child] <= visit["cppv_cp_visit_date"] <= day
            and wd(visit["cppv_cp_visit_date"], day) <= limit
            for visit in book.of("cp_visits", "cppv_person_id", child)
        ),
    )


@stock("cp_visit_10wd_pct")
def cp_visit_10wd_pct(book: Casebook, day: int) -> Count:
    return seen_lately(book, day, 10)


@stock("cp_visit_20wd_pct")
def cp_visit_20wd_pct(book: Casebook, day: int) -> Count:
    return seen_lately(book, day, 20)


@flow("cp_visits_intime_pct")
def cp_visits_intime_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("cp_plans")
    for plan in book.base_plans():
        child, start = plan["cppl_person_id"], plan["cppl_cp_plan_start_date"]
        interval = book.interval(child, "CP", start, default=14)
        # The stretch that a visit falls in: 1 for the days after the start up to the first due date.
        met = {
            -(-(visit["cppv_cp_visit_date"] - start) // interval)
            for visit in book.of("cp_visits", "cppv_person_id", child)
            if visit["cppv_cp_visit_seen"] is True
        }
        number = 1
        while (due := start + number * interval) <= as_at and (
            plan["cppl_cp_plan_end_date"] is None or due < plan["cppl_cp_plan_end_date"]
        ):
            yield Event(plan, due, int(number in met))
            number += 1


@stock("cp_plan_uptodate_pct")
def cp_plan_uptodate_pct(book: Casebook, day: int) -> Count:
    return share(book.children_on_cp(day), lambda child: book.doc_current(child, "CP", day))


@stock("cp_category_pct")
def cp_category_pct(book: Casebook, day: int) -> Count:
    children = book.children_on_cp(day)
    categories = [plan_taken(book, child, day)["cppl_cp_plan_latest_category"] for child in children]
    return Count(
        sum(category is not None for category in categories),
        len(children),
        {code: (categories.count(code), len(children)) for code in CODES["abuse_category"]},
    )


@stock("cp_allocated_qualified_pct")
def cp_allocated_qualified_pct(book: Casebook, day: int) -> Count:
    def is_qualified(worker: str) -> bool:
        listed = book.state_of("professionals", "prof_professional_id", worker, day)
        return listed is not None and listed["prof_social_worker_registration_no"] is not None

    return share(
        book.children_on_cp(day),
        lambda child: any(
            held["invo_professional_role_id"] == "SW"
            and live(held["invo_involvement_start_date"], held["invo_involvement_end_date"], day)
            and is_qualified(held["invo_professional_id"])
            for held in book.of("involvements", "invo_person_id", child)
        ),
    )


def social_workers(book: Casebook, child: str, first: int, last: int) -> set[str]:
    """Different workers of role SW with an involvement live on any day from the one to the other."""
    return {
        held["invo_professional_id"]
        for held in book.of("involvements", "invo_person_id", child)
        if held["invo_professional_role_id"] == "SW"
        and held["invo_involvement_start_date"] <= last
        # What ends on a day is not live on it; what ends on the day it starts is live on none.
        and (
            held["invo_involvement_end_date"] is None
            or held["invo_involvement_end_date"] > max(first, held["invo_involvement_start_date"])
        )
    }


@stock("sw_changes_3plus_12m_pct")
def sw_changes_3plus_12m_pct(book: Casebook, day: int) -> Count:
    first = plus_months(day, -12)

    def children(at: int) -> set[str]:
        return {*book.children_on_cp(at), *book.children_in_care(at)}

    return share(
        sorted(children(day) & children(first)),
        lambda child: len(social_workers(book, child, first, day)) >= 3,
    )
