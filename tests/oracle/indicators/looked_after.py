"""Looked after children: coming into care, leaving it, and what happens between."""

from collections.abc import Iterator

from ..calendar import age, in_wd, plus_months, wd
from ..casebook import Casebook, live
from ..reader import Row
from .register import Count, Event, Member, flow, period, share, stock, sum_of, total

TEMPORARY = ("T0", "T1", "T2", "T3", "T4")
ADOPTED_BY_CURRENT_CARER = ("A3", "A5")
PLACED_FOR_ADOPTION = ("A3", "A4", "A5", "A6")


@stock("cla_open")
@stock("cla_rate_10k")
def cla_open(book: Casebook, day: int) -> Count:
    return total(book.children_in_care(day))


def starts(book: Casebook) -> Iterator[Row]:
    for episode in book.rows("cla_episodes"):
        if episode["clae_cla_episode_start_reason"] == "S" and not book.respite(
            episode["clae_person_id"], episode["clae_cla_episode_start_date"]
        ):
            yield episode


@flow("cla_started")
@flow("cla_started_rate_10k")
def cla_started(book: Casebook) -> Iterator[Event]:
    for episode in starts(book):
        yield Event(episode, episode["clae_cla_episode_start_date"])


def ends(book: Casebook) -> Iterator[Row]:
    for episode in book.rows("cla_episodes"):
        child, ceased = episode["clae_person_id"], episode["clae_cla_episode_ceased_date"]
        reason = episode["clae_cla_episode_ceased_reason"]
        # Without a reason, an episode that another takes over from on the day is no end of care.
        goes_on = reason == "X1" or (
            reason is None
            and any(
                other["clae_cla_episode_id"] != episode["clae_cla_episode_id"]
                and other["clae_cla_episode_start_date"] == ceased
                for other in book.of("cla_episodes", "clae_person_id", child)
            )
        )
        if not goes_on and not book.respite(child, episode["clae_cla_episode_start_date"]):
            yield episode


@flow("cla_ceased")
@flow("cla_ceased_rate_10k")
def cla_ceased(book: Casebook) -> Iterator[Event]:
    for episode in ends(book):
        yield Event(episode, episode["clae_cla_episode_ceased_date"])


def ends_for(book: Casebook, reasons: tuple[str, ...]) -> Iterator[Event]:
    for episode in ends(book):
        reason = episode["clae_cla_episode_ceased_reason"]
        yield Event(episode, episode["clae_cla_episode_ceased_date"], int(reason in reasons))


@flow("cla_returned_home_pct")
def cla_returned_home_pct(book: Casebook) -> Iterator[Event]:
    return ends_for(book, ("E4A", "E4B"))


@flow("cla_sgo_cao_pct")
def cla_sgo_cao_pct(book: Casebook) -> Iterator[Event]:
    return ends_for(book, ("E41", "E45", "E46", "E47", "E48"))


def left_care(book: Casebook, child: str, episodes: list[Row]) -> int | None:
    """The day that a period of care ended, given its episodes; none while open, or of short breaks."""
    ceased = [episode["clae_cla_episode_ceased_date"] for episode in episodes]
    began_last = max(episode["clae_cla_episode_start_date"] for episode in episodes)
    return None if None in ceased or book.respite(child, began_last) else max(ceased)


@flow("cla_reentry_12m_pct")
def cla_reentry_12m_pct(book: Casebook) -> Iterator[Event]:
    for episode in starts(book):
        child, start = episode["clae_person_id"], episode["clae_cla_episode_start_date"]
        periods: dict[str, list[Row]] = {}
        for other in book.of("cla_episodes", "clae_person_id", child):
            periods.setdefault(other["clae_cla_id"], []).append(other)
        left = [
            left_care(book, child, rows)
            for cla_id, rows in periods.items()
            if cla_id != episode["clae_cla_id"]
        ]
        yield Event(episode, start, int(any(day is not None and 0 <= start - day <= 365 for day in left)))


@period("cla_net_change")
def cla_net_change(book: Casebook, first: int, last: int) -> Count:
    return sum_of(
        [Member(child, 1, counted_on=last) for child in book.children_in_care(last)]
        + [Member(child, -1, counted_on=first - 1) for child in book.children_in_care(first - 1)]
    )


@flow("care_proceedings_issued")
def care_proceedings_issued(book: Casebook) -> Iterator[Event]:
    for application in book.rows("care_proceedings"):
        yield Event(application, application["application_date"])


@stock("cla_visit_intime_pct")
def cla_visit_intime_pct(book: Casebook, day: int) -> Count:
    entered = {child: book.care_start(child, day) for child in book.children_in_care(day)}

    def is_visited(child: str) -> bool:
        seen = [
            visit["clav_cla_visit_date"]
            for visit in book.of("cla_visits", "clav_person_id", child)
            if visit["clav_cla_visit_seen"] is True and entered[child] <= visit["clav_cla_visit_date"] <= day
        ]
        return bool(seen) and day - max(seen) <= book.interval(child, "CLA", day, default=42)

    return share((child for child, start in entered.items() if day - start > 7), is_visited)


@flow("cla_review_intime_pct")
def cla_review_intime_pct(book: Casebook) -> Iterator[Event]:
    for review in book.rows("cla_reviews"):
        held, due = review["clar_cla_review_date"], review["clar_cla_review_due_date"]
        if review["clar_cla_review_cancelled"] is not True and due is not None and held is not None:
            yield Event(review, held, int(held <= due))


@stock("cla_care_plan_uptodate_pct")
def cla_care_plan_uptodate_pct(book: Casebook, day: int) -> Count:
    children = [child for child in book.children_in_care(day) if wd(book.care_start(child, day), day) >= 10]
    return share(children, lambda child: book.doc_current(child, "CLA", day))


@stock("cla_3plus_placements_pct")
def cla_3plus_placements_pct(book: Casebook, day: int) -> Count:
    window = book.window_start(day)

    def touches(placement: Row) -> bool:
        start, end = placement["clap_cla_placement_start_date"], placement["clap_cla_placement_end_date"]
        return (
            start <= day
            and (end is None or (end > window and end > start))
            and placement["clap_cla_placement_type"] not in TEMPORARY + ADOPTED_BY_CURRENT_CARER
        )

    return share(
        book.children_in_care(day),
        lambda child: sum(map(touches, book.of("cla_placements", "clap_person_id", child))) >= 3,
    )


def current_placement(placements: list[Row], day: int) -> Row | None:
    return max(
        (
            placement
            for placement in placements
            if live(placement["clap_cla_placement_start_date"], placement["clap_cla_placement_end_date"], day)
        ),
        key=lambda row: (row["clap_cla_placement_start_date"], row["clap_cla_placement_id"]),
        default=None,
    )


PLACEMENT_GROUPS = {
    "foster_kin": ("U1", "U2", "U3"),
    "foster_other": ("U4", "U5", "U6"),
    "childrens_home": ("K1", "K2"),
    "residential_other": ("R1", "R2", "R3", "S1"),
    "supported": ("K3", "H5", "P2", "P3"),
    "parents": ("P1",),
    "adoption": ("A3", "A4", "A5", "A6"),
    "custody": ("R5",),
    "other": (*TEMPORARY, "Z1", "Z11", "Z12", "Z13", "Z14"),
}


def placed_in(book: Casebook, day: int, group: str) -> Count:
    """Children in care with a placement, of any type, and those whose placement is of the group."""
    current = {
        child: current_placement(book.of("cla_placements", "clap_person_id", child), day)
        for child in book.children_in_care(day)
    }
    types = {child: row["clap_cla_placement_type"] for child, row in current.items() if row is not None}
    return share(types, lambda child: types[child] in PLACEMENT_GROUPS[group])


@stock("cla_kinship_pct")
def cla_kinship_pct(book: Casebook, day: int) -> Count:
    return placed_in(book, day, "foster_kin")


@stock("cla_childrens_home_pct")
def cla_childrens_home_pct(book: Casebook, day: int) -> Count:
    return placed_in(book, day, "childrens_home")


@stock("cla_supported_accom_pct")
def cla_supported_accom_pct(book: Casebook, day: int) -> Count:
    return placed_in(book, day, "supported")


@stock("cla_with_parents_pct")
def cla_with_parents_pct(book: Casebook, day: int) -> Count:
    return placed_in(book, day, "parents")


@stock("cla_section_20_pct")
def cla_section_20_pct(book: Casebook, day: int) -> Count:
    statuses: dict[str, str] = {}
    for child in book.children_in_care(day):
        serving = [
            row
            for row in book.of("legal_statuses", "lega_person_id", child)
            if live(row["lega_legal_status_start_date"], row["lega_legal_status_end_date"], day)
        ]
        if serving:
            latest = max(
                serving, key=lambda row: (row["lega_legal_status_start_date"], row["lega_legal_status_id"])
            )
            statuses[child] = latest["lega_legal_status"]
    return share(statuses, lambda child: statuses[child] == "V2")


@stock("cla_uasc_open")
@stock("cla_uasc_population_pct")
def cla_uasc_open(book: Casebook, day: int) -> Count:
    def is_unaccompanied(child: str) -> bool:
        return any(
            row["immi_immigration_status"].strip().upper() == "UASC"
            and live(row["immi_immigration_status_start_date"], row["immi_immigration_status_end_date"], day)
            for row in book.of("immigration_statuses", "immi_person_id", child)
        )

    return total(filter(is_unaccompanied, book.children_in_care(day)))


@stock("cla_ehcp_pct")
def cla_ehcp_pct(book: Casebook, day: int) -> Count:
    def is_of_age(child: str) -> bool:
        born = book.born(child)
        return born is not None and 4 <= age(born, day) <= 17

    return share(
        filter(is_of_age, book.children_in_care(day)),
        lambda child: any(
            live(plan["start_date"], plan["end_date"], day)
            for plan in book.of("ehcp_active_plans", "ehcp_person_id", child)
        ),
    )


@stock("cla_long_term_stable_pct")
def cla_long_term_stable_pct(book: Casebook, day: int) -> Count:
    def has_lasted(placement: Row) -> bool:
        return plus_months(placement["clap_cla_placement_start_date"], 24) <= day

    def is_stable(child: str) -> bool:
        placements = [
            placement
            for placement in book.of("cla_placements", "clap_person_id", child)
            if placement["clap_cla_placement_type"] not in TEMPORARY
        ]
        current = current_placement(placements, day)
        if current is None:
            return False
        return has_lasted(current) or (
            current["clap_cla_placement_type"] in PLACED_FOR_ADOPTION
            and any(
                before["clap_cla_placement_end_date"] == current["clap_cla_placement_start_date"]
                and has_lasted(before)
                for before in placements
            )
        )

    def is_long_term(child: str) -> bool:
        born = book.born(child)
        return (
            born is not None and age(born, day) < 16 and plus_months(book.care_start(child, day), 30) <= day
        )

    return share(filter(is_long_term, book.children_in_care(day)), is_stable)


def checks(book: Casebook, child: str, kinds: tuple[str, ...]) -> list[int]:
    return [
        check["clah_health_check_date"]
        for check in book.of("cla_health", "clah_person_id", child)
        if check["clah_health_check_type"] in kinds
        and check["clah_health_check_status"] in (None, "COMPLETED")
    ]


def in_care_a_year(book: Casebook, day: int) -> list[str]:
    return [
        child for child in book.children_in_care(day) if plus_months(book.care_start(child, day), 12) <= day
    ]


@stock("cla_health_assessment_pct")
def cla_health_assessment_pct(book: Casebook, day: int) -> Count:
    window = book.window_start(day)
    born = {child: book.born(child) for child in in_care_a_year(book, day)}
    known = {child: birth for child, birth in born.items() if birth is not None}
    return share(
        known,
        lambda child: (
            sum(window <= check <= day for check in checks(book, child, ("HA", "IHA")))
            >= (1 if age(known[child], day) >= 5 else 2)
        ),
    )


@flow("cla_initial_health_20wd_pct")
def cla_initial_health_20wd_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("cla_episodes")
    for episode in starts(book):
        start = episode["clae_cla_episode_start_date"]
        if wd(start, as_at) > 20:
            done = checks(book, episode["clae_person_id"], ("IHA", "HA"))
            yield Event(episode, start, int(any(in_wd(start, check, 20) for check in done)))


@stock("cla_dental_pct")
def cla_dental_pct(book: Casebook, day: int) -> Count:
    window = book.window_start(day)
    return share(
        in_care_a_year(book, day),
        lambda child: any(window <= check <= day for check in checks(book, child, ("DENTAL",))),
    )


@stock("cla_pep_uptodate_pct")
def cla_pep_uptodate_pct(book: Casebook, day: int) -> Count:
    def owes_one(child: str) -> bool:
        born = book.born(child)
        return born is not None and 5 <= age(born, day) <= 15 and wd(book.care_start(child, day), day) >= 20

    return share(
        filter(owes_one, book.children_in_care(day)), lambda child: book.doc_current(child, "PEP", day)
    )


@stock("cla_placed_over_20_miles_pct")
def cla_placed_over_20_miles_pct(book: Casebook, day: int) -> Count:
    def is_far(child: str) -> bool:
        current = current_placement(book.of("cla_placements", "clap_person_id", child), day)
        return (
            current is not None
            and current["clap_cla_placement_distance"] is not None
            and current["clap_cla_placement_distance"] > 20
            and current["placement_out_of_area"] is True
        )

    return share(book.children_in_care(day), is_far)


def missing_from_care(book: Casebook) -> Iterator[Row]:
    for episode in book.rows("missing"):
        if episode["miss_missing_episode_type"] == "M" and book.in_care(
            episode["miss_person_id"], episode["miss_missing_episode_start_date"]
        ):
            yield episode


@flow("missing_episodes")
def missing_episodes(book: Casebook) -> Iterator[Event]:
    for episode in missing_from_care(book):
        yield Event(episode, episode["miss_missing_episode_start_date"])


def children_missing(book: Casebook, first: int, last: int, times: int) -> Count:
    """Children who went so often over the whole period: months do not add up to it."""
    went: dict[str, list[int]] = {}
    for episode in missing_from_care(book):
        if first <= episode["miss_missing_episode_start_date"] <= last:
            went.setdefault(episode["miss_person_id"], []).append(episode["miss_missing_episode_start_date"])
    return sum_of([Member(child, counted_on=max(days)) for child, days in went.items() if len(days) >= times])


@period("cla_missing_children")
def cla_missing_children(book: Casebook, first: int, last: int) -> Count:
    return children_missing(book, first, last, times=1)


@period("missing_3plus_children")
def missing_3plus_children(book: Casebook, first: int, last: int) -> Count:
    return children_missing(book, first, last, times=3)


@flow("rhi_offered_pct")
def rhi_offered_pct(book: Casebook) -> Iterator[Event]:
    for episode in book.rows("missing"):
        if episode["miss_missing_episode_type"] == "M":
            offered = episode["miss_missing_rhi_offered"] == "Y"
            yield Event(episode, episode["miss_missing_episode_end_date"], int(offered))


@flow("rhi_72h_pct")
def rhi_72h_pct(book: Casebook) -> Iterator[Event]:
    for episode in book.rows("missing"):
        if episode["miss_missing_episode_type"] == "M":
            back, talked = episode["miss_missing_episode_end_date"], episode["rhi_completed_date"]
            in_time = back is not None and talked is not None and 0 <= talked - back <= 3
            yield Event(episode, back, int(in_time))
