"""Assessment: initial, core and single, each with its own clock and standard."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from ..calendar import in_wd, wd
from ..casebook import Casebook, at_or_before, live
from ..reader import Row
from .register import Count, Event, Member, flow, period, share, stock, total

TEN_DAYS_FROM = date(2010, 4, 1).toordinal()


def kind_of(assessment: Row) -> str:
    return assessment["assessment_type"] or "single"


def clock_and_standard(book: Casebook, assessment: Row) -> tuple[int, int]:
    """Initial assessments are timed from their referral, the others from their own start."""
    start = assessment["cina_assessment_start_date"]
    match kind_of(assessment):
        case "core":
            return start, 35
        case "single":
            return start, 45
    referral = book.one("cin_episodes", "cine_referral_id", assessment["cina_referral_id"])
    clock = start if referral is None else referral["cine_referral_date"]
    return clock, 10 if clock >= TEN_DAYS_FROM else 7


def completed(book: Casebook, kind: str) -> Iterator[Event]:
    for assessment in book.rows("cin_assessments"):
        if kind_of(assessment) == kind:
            yield Event(assessment, assessment["cina_assessment_auth_date"])


def completed_in_time(book: Casebook, kind: str) -> Iterator[Event]:
    for assessment in book.rows("cin_assessments"):
        if kind_of(assessment) == kind:
            done = assessment["cina_assessment_auth_date"]
            clock, standard = clock_and_standard(book, assessment)
            yield Event(assessment, done, int(in_wd(clock, done, standard)))


@flow("ia_completed")
def ia_completed(book: Casebook) -> Iterator[Event]:
    return completed(book, "initial")


@flow("ia_intime_pct")
def ia_intime_pct(book: Casebook) -> Iterator[Event]:
    return completed_in_time(book, "initial")


@flow("ca_completed")
def ca_completed(book: Casebook) -> Iterator[Event]:
    return completed(book, "core")


@flow("ca_35wd_pct")
def ca_35wd_pct(book: Casebook) -> Iterator[Event]:
    return completed_in_time(book, "core")


@flow("single_completed")
def single_completed(book: Casebook) -> Iterator[Event]:
    return completed(book, "single")


@flow("single_45wd_pct")
def single_45wd_pct(book: Casebook) -> Iterator[Event]:
    return completed_in_time(book, "single")


def open_assessments(book: Casebook, day: int) -> list[Row]:
    """An unauthorised assessment of a closed case is abandoned, not open."""
    return [
        assessment
        for assessment in book.rows("cin_assessments")
        if live(assessment["cina_assessment_start_date"], assessment["cina_assessment_auth_date"], day)
        and not any(
            at_or_before(referral["cine_close_date"], day)
            for referral in book.of("cin_episodes", "cine_referral_id", assessment["cina_referral_id"])
        )
    ]


@stock("assessments_open")
def assessments_open(book: Casebook, day: int) -> Count:
    return total(open_assessments(book, day))


@stock("assessments_open_overdue")
@stock("assessments_open_overdue_pct")
def assessments_open_overdue(book: Casebook, day: int) -> Count:
    def is_overdue(assessment: Row) -> bool:
        clock, standard = clock_and_standard(book, assessment)
        return wd(clock, day) > standard

    return share(open_assessments(book, day), is_overdue)


def median_of(members: Sequence[Member]) -> Count:
    """The median of the members' numerators, which is no sum of months nor of parts."""
    durations = sorted(member.numerator for member in members)
    many = len(durations)
    median = Fraction(durations[(many - 1) // 2] + durations[many // 2], 2) if many else None
    return Count(None, many, value=median, members=members)


@period("assessment_duration_median_wd")
def assessment_duration_median_wd(book: Casebook, first: int, last: int) -> Count:
    members = []
    for assessment in book.rows("cin_assessments"):
        done = assessment["cina_assessment_auth_date"]
        if kind_of(assessment) == "single" and done is not None and first <= done <= last:
            took = wd(assessment["cina_assessment_start_date"], done)
            members.append(Member(assessment, took, counted_on=done))
    return median_of(members)


@flow("assessment_nfa_pct")
def assessment_nfa_pct(book: Casebook) -> Iterator[Event]:
    for assessment in book.rows("cin_assessments"):
        no_further = assessment["cina_assessment_outcome_nfa"] is True
        yield Event(assessment, assessment["cina_assessment_auth_date"], int(no_further))


@flow("assessment_child_seen_pct")
def assessment_child_seen_pct(book: Casebook) -> Iterator[Event]:
    for assessment in book.rows("cin_assessments"):
        if kind_of(assessment) == "single":
            seen = assessment["cina_assessment_child_seen"] is True
            yield Event(assessment, assessment["cina_assessment_auth_date"], int(seen))
