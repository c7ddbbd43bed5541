"""Section 47 and conferences: from the strategy discussion to the minutes."""

from collections.abc import Iterator

from ..calendar import in_wd, wd
from ..casebook import Casebook, at_or_before
from ..reader import Row
from .register import Count, Event, flow, stock


@flow("strategy_meetings")
def strategy_meetings(book: Casebook) -> Iterator[Event]:
    for meeting in book.rows("strategy_meetings"):
        yield Event(meeting, meeting["held_date"])


@flow("strategy_after_assessment_pct")
def strategy_after_assessment_pct(book: Casebook) -> Iterator[Event]:
    for meeting in book.rows("strategy_meetings"):
        yield Event(meeting, meeting["held_date"], int(meeting["trigger_code"] == "ASSESSMENT"))


@flow("s47_started")
@flow("s47_rate_10k")
def s47_started(book: Casebook) -> Iterator[Event]:
    for enquiry in book.rows("s47_enquiries"):
        yield Event(enquiry, enquiry["s47e_s47_start_date"])


@flow("s47_to_icpc_pct")
def s47_to_icpc_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("s47_enquiries")
    for enquiry in book.rows("s47_enquiries"):
        held = any(
            conference["icpc_icpc_date"] <= as_at
            for conference in book.of(
                "initial_cp_conferences", "icpc_s47_enquiry_id", enquiry["s47e_s47_enquiry_id"]
            )
        )
        # Within fifteen working days the conference may yet come: too early to say it did not.
        if held or wd(enquiry["s47e_s47_start_date"], as_at) > 15:
            yield Event(enquiry, enquiry["s47e_s47_start_date"], int(held))


@flow("s47_nfa_pct")
def s47_nfa_pct(book: Casebook) -> Iterator[Event]:
    for enquiry in book.rows("s47_enquiries"):
        yield Event(enquiry, enquiry["s47e_s47_end_date"], int(enquiry["s47e_s47_nfa"] is True))


@flow("icpc_held")
@flow("icpc_rate_10k")
def icpc_held(book: Casebook) -> Iterator[Event]:
    for conference in book.rows("initial_cp_conferences"):
        yield Event(conference, conference["icpc_icpc_date"])


def icpc_in_time(book: Casebook, conference: Row) -> bool:
    enquiry = book.one("s47_enquiries", "s47e_s47_enquiry_id", conference["icpc_s47_enquiry_id"])
    if enquiry is not None:
        return in_wd(enquiry["s47e_s47_start_date"], conference["icpc_icpc_date"], 15)
    return conference["icpc_icpc_transfer_in"] is True and at_or_before(
        conference["icpc_icpc_date"], conference["icpc_icpc_target_date"]
    )


@flow("icpc_15wd_pct")
def icpc_15wd_pct(book: Casebook) -> Iterator[Event]:
    for conference in book.rows("initial_cp_conferences"):
        yield Event(conference, conference["icpc_icpc_date"], int(icpc_in_time(book, conference)))


def late_on(book: Casebook, record_id: str, kind: str) -> int | None:
    """The day of the meeting, if it was held and failed its test; a review no test applies to fails none."""
    if kind == "ICPC":
        conference = book.one("initial_cp_conferences", "icpc_icpc_id", record_id)
        if conference is not None and not icpc_in_time(book, conference):
            return conference["icpc_icpc_date"]
    elif kind == "RCPC":
        review = book.one("cp_reviews", "cppr_cp_review_id", record_id)
        if review is not None and is_late(review["cppr_cp_review_due"], review["cppr_cp_review_date"]):
            return review["cppr_cp_review_date"]
    elif kind == "CLA":
        review = book.one("cla_reviews", "clar_cla_review_id", record_id)
        if (
            review is not None
            and review["clar_cla_review_cancelled"] is not True
            and is_late(review["clar_cla_review_due_date"], review["clar_cla_review_date"])
        ):
            return review["clar_cla_review_date"]
    return None


def is_late(due: int | None, held: int | None) -> bool:
    return due is not None and held is not None and held > due


@flow("late_meetings_by_reason")
def late_meetings_by_reason(book: Casebook) -> Iterator[Event]:
    for late in book.rows("late_meetings"):
        day = late_on(book, late["record_id"], late["kind_code"])
        yield Event(late, day, cell=f"{late['kind_code']}|{late['reason_code']}")


@flow("icpc_to_plan_pct")
def icpc_to_plan_pct(book: Casebook) -> Iterator[Event]:
    for conference in book.rows("initial_cp_conferences"):
        planned = conference["icpc_icpc_outcome_cp_flag"] is True
        yield Event(conference, conference["icpc_icpc_date"], int(planned))


def protection_minutes(book: Casebook) -> list[Row]:
    return [row for row in book.rows("conference_minutes") if row["kind_code"] in ("ICPC", "RCPC")]


@stock("conference_minutes_backlog")
def conference_minutes_backlog(book: Casebook, day: int) -> Count:
    return Count(
        sum(
            minutes["held_date"] <= day
            and minutes["minutes_due_date"] <= day
            and not at_or_before(minutes["minutes_sent_date"], day)
            for minutes in protection_minutes(book)
        )
    )


@flow("conference_minutes_intime_pct")
def conference_minutes_intime_pct(book: Casebook) -> Iterator[Event]:
    for minutes in protection_minutes(book):
        due = minutes["minutes_due_date"]
        yield Event(minutes, due, int(at_or_before(minutes["minutes_sent_date"], due)))
