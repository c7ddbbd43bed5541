"""Front door: contacts, referrals, and how soon somebody decided."""

from collections.abc import Iterator

from ..calendar import in_wd, next_wd, wd
from ..casebook import Casebook, at_or_before, cell
from .register import Event, flow


@flow("contacts_received")
def contacts_received(book: Casebook) -> Iterator[Event]:
    for contact in book.rows("contacts"):
        yield Event(contact, contact["cont_contact_date"])


def decided_in_a_day(received: int, decision: int | None, as_at: int) -> tuple[int, int]:
    """Undecided and still within one working day at A is left out; once past, it is late."""
    decided = at_or_before(decision, as_at)
    if not decided and wd(received, as_at) <= 1:
        return 0, 0
    return int(decided and in_wd(received, decision, 1)), 1


@flow("contact_decision_1wd_pct")
def contact_decision_1wd_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("contacts")
    for contact in book.rows("contacts"):
        made = book.one("contact_decisions", "contact_id", contact["cont_contact_id"])
        received = contact["cont_contact_date"]
        yield Event(contact, received, *decided_in_a_day(received, cell(made, "decision_date"), as_at))


@flow("contact_screened_same_day_pct")
def contact_screened_same_day_pct(book: Casebook) -> Iterator[Event]:
    for contact in book.rows("contacts"):
        made = book.one("contact_decisions", "contact_id", contact["cont_contact_id"])
        received = contact["cont_contact_date"]
        screened = (
            made is not None
            and made["screened_by_qualified"] is True
            and at_or_before(received, made["screened_date"])
            and made["screened_date"] <= next_wd(received)
        )
        yield Event(contact, received, int(screened))


@flow("contacts_to_referral_pct")
def contacts_to_referral_pct(book: Casebook) -> Iterator[Event]:
    for contact in book.rows("contacts"):
        flag = (contact["cont_contact_outcome_json"] or {}).get("NEW_REFERRAL_FLAG")
        if flag is None or flag == "":
            led_on = any(
                0 <= referral["cine_referral_date"] - contact["cont_contact_date"] <= 10
                for referral in book.of("cin_episodes", "cine_person_id", contact["cont_person_id"])
            )
        else:
            led_on = flag == "Y"
        yield Event(contact, contact["cont_contact_date"], int(led_on))


@flow("referrals_received")
@flow("referrals_rate_10k")
def referrals_received(book: Casebook) -> Iterator[Event]:
    for referral in book.rows("cin_episodes"):
        yield Event(referral, referral["cine_referral_date"])


@flow("referral_decision_1wd_pct")
def referral_decision_1wd_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("cin_episodes")
    for referral in book.rows("cin_episodes"):
        made = book.one("referral_decisions", "referral_id", referral["cine_referral_id"])
        received = referral["cine_referral_date"]
        yield Event(referral, received, *decided_in_a_day(received, cell(made, "decision_date"), as_at))


@flow("re_referrals_12m_pct")
def re_referrals_12m_pct(book: Casebook) -> Iterator[Event]:
    for referral in book.rows("cin_episodes"):
        received = referral["cine_referral_date"]
        again = any(
            1 <= received - earlier["cine_referral_date"] <= 365
            for earlier in book.of("cin_episodes", "cine_person_id", referral["cine_person_id"])
        )
        yield Event(referral, received, int(again))


@flow("referrals_nfa_pct")
def referrals_nfa_pct(book: Casebook) -> Iterator[Event]:
    for referral in book.rows("cin_episodes"):
        yield Event(referral, referral["cine_referral_date"], int(referral["cine_referral_nfa"] is True))


@flow("referrals_to_assessment_pct")
def referrals_to_assessment_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("cin_episodes")
    for referral in book.rows("cin_episodes"):
        assessed = any(
            assessment["cina_assessment_start_date"] <= as_at
            for assessment in book.of("cin_assessments", "cina_referral_id", referral["cine_referral_id"])
        )
        yield Event(referral, referral["cine_referral_date"], int(assessed))
