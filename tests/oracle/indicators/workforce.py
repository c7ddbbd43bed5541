"""Workforce: how many children each worker holds, and which posts have nobody in them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction

from ..casebook import Casebook, cell, live
from ..reader import Row
from .register import Count, Event, Number, flow, period, stock

BANDS = {"up to 12": (0, 12), "13-18": (13, 18), "19-25": (19, 25), "26 and over": (26, None)}
SOCIAL_WORK = ("SW", "SSW")


def live_cases(book: Casebook, day: int) -> list[Row]:
    return [
        held
        for held in book.by("involvements", "invo_professional_role_id").get("SW", [])
        if live(held["invo_involvement_start_date"], held["invo_involvement_end_date"], day)
    ]


def caseloads(book: Casebook, day: int) -> dict[str, int]:
    """Distinct children of each worker who has any."""
    children: dict[str, set[str]] = defaultdict(set)
    for held in live_cases(book, day):
        children[held["invo_professional_id"]].add(held["invo_person_id"])
    return {worker: len(theirs) for worker, theirs in children.items()}


def teams(book: Casebook) -> list[str]:
    held = book.by("involvements", "invo_professional_role_id").get("SW", [])
    return sorted({row["invo_professional_team"] for row in held} - {None})


@stock("wf_caseload_total")
def wf_caseload_total(book: Casebook, day: int) -> Count:
    latest: dict[str, Row] = {}
    for held in sorted(
        live_cases(book, day),
        key=lambda row: (row["invo_involvement_start_date"], row["invo_involvements_id"]),
    ):
        latest[held["invo_person_id"]] = held
    allocated = [held["invo_professional_team"] for held in latest.values()]
    return Count(len(latest), cells={team: (allocated.count(team), None) for team in teams(book)})


def counted_workers(book: Casebook, day: int) -> dict[str, tuple[int, Fraction]]:
    """Case-holding workers with working time, and both figures; no time, no part in a mean."""
    loads = {worker: (cases, book.worker_fte(worker, day)) for worker, cases in caseloads(book, day).items()}
    return {worker: load for worker, load in loads.items() if load[1] > 0}


@stock("wf_caseload_avg")
def wf_caseload_avg(book: Casebook, day: int) -> Count:
    workers = counted_workers(book, day).values()
    return Count(sum(cases for cases, _ in workers), sum((fte for _, fte in workers), Fraction(0)))


@stock("wf_caseload_teams_in_limit_pct")
def wf_caseload_teams_in_limit_pct(book: Casebook, day: int) -> Count:
    fields = ("limit_lower", "limit_upper")
    target = book.reference.target(book.la_code, "wf_caseload_avg", day, fields)
    lower, upper = (target[field] for field in fields) if target else (Fraction(18), Fraction(22))
    loads: dict[str, tuple[int, Fraction]] = {}
    for worker, (cases, fte) in counted_workers(book, day).items():
        listed = book.state_of("professionals", "prof_professional_id", worker, day)
        team = cell(listed, "prof_professional_department")
        if team is not None:
            so_far = loads.get(team, (0, Fraction(0)))
            loads[team] = (so_far[0] + cases, so_far[1] + fte)
    in_limit = sum(
        round(lower, 9) <= round(Fraction(cases) / fte, 9) <= round(upper, 9) for cases, fte in loads.values()
    )
    return Count(in_limit, len(loads))


@stock("wf_caseload_max")
def wf_caseload_max(book: Casebook, day: int) -> Count:
    return Count(max(caseloads(book, day).values(), default=0))


@stock("wf_caseload_over_threshold")
def wf_caseload_over_threshold(book: Casebook, day: int) -> Count:
    target = book.reference.target(book.la_code, "wf_caseload_over_threshold", day, ("target",))
    threshold = target["target"] if target else 25
    return Count(sum(cases > threshold for cases in caseloads(book, day).values()))


@stock("wf_caseload_band_pct")
def wf_caseload_band_pct(book: Casebook, day: int) -> Count:
    loads = list(caseloads(book, day).values())

    def in_band(cases: int, lowest: int, highest: int | None) -> bool:
        return lowest <= cases and (highest is None or cases <= highest)

    cells: dict[str, tuple[Number, Number | None]] = {
        band: (sum(in_band(cases, *edges) for cases in loads), len(loads)) for band, edges in BANDS.items()
    }
    return Count(len(loads), len(loads), cells)


def in_scope_posts(book: Casebook, day: int) -> list[Row]:
    """Social worker and senior social worker posts that are funded at the day; an empty 'from' is always."""
    return [
        post
        for post in book.rows("workforce_posts")
        if post["role_code"] in SOCIAL_WORK
        and (post["established_from_date"] is None or post["established_from_date"] <= day)
        and (post["established_to_date"] is None or post["established_to_date"] > day)
    ]


def fte_in(book: Casebook, post: Row, holder: str, rule: Callable[[Row], bool]) -> Fraction:
    return sum(
        (
            held["fte"]
            for held in book.of("workforce_assignments", "post_id", post["post_id"])
            if held["holder_type"] == holder and rule(held)
        ),
        Fraction(0),
    )


def in_post(book: Casebook, post: Row, holder: str, day: int) -> Fraction:
    return fte_in(book, post, holder, lambda held: live(held["start_date"], held["end_date"], day))


def gap(book: Casebook, post: Row, day: int) -> Fraction:
    return max(Fraction(0), post["established_fte"] - in_post(book, post, "PERMANENT", day))


def vacancies(book: Casebook, day: int, cover: Callable[[Row], Fraction]) -> Count:
    """Post by post: what one post has too many of does not fill another."""
    posts = in_scope_posts(book, day)
    return Count(
        sum((max(Fraction(0), gap(book, post, day) - cover(post)) for post in posts), Fraction(0)),
        sum((post["established_fte"] for post in posts), Fraction(0)),
    )


@stock("wf_vacancies_fte")
@stock("wf_vacancy_rate")
def wf_vacancy_rate(book: Casebook, day: int) -> Count:
    return vacancies(book, day, lambda post: Fraction(0))


@stock("wf_vacancy_rate_net_agency")
def wf_vacancy_rate_net_agency(book: Casebook, day: int) -> Count:
    return vacancies(book, day, lambda post: in_post(book, post, "AGENCY", day))


@stock("wf_vacancy_rate_projected")
def wf_vacancy_rate_projected(book: Casebook, day: int) -> Count:
    def is_coming(held: Row) -> bool:
        accepted = held["offer_accepted_date"]
        return accepted is not None and accepted <= day < held["start_date"]

    return vacancies(book, day, lambda post: fte_in(book, post, "PERMANENT", is_coming))


def total_in_post(book: Casebook, holder: str, day: int) -> Fraction:
    return sum((in_post(book, post, holder, day) for post in in_scope_posts(book, day)), Fraction(0))


@stock("wf_agency_fte")
@stock("wf_agency_rate")
def wf_agency_rate(book: Casebook, day: int) -> Count:
    agency = total_in_post(book, "AGENCY", day)
    return Count(agency, agency + total_in_post(book, "PERMANENT", day))


@stock("wf_perm_agency_ratio")
def wf_perm_agency_ratio(book: Casebook, day: int) -> Count:
    permanent = total_in_post(book, "PERMANENT", day)
    return Count(permanent, permanent + total_in_post(book, "AGENCY", day))


def moves(book: Casebook, route: str) -> Iterator[Row]:
    """Permanent social workers' starts or ends, less moves inside the authority."""
    for held in book.rows("workforce_assignments"):
        post = book.one("workforce_posts", "post_id", held["post_id"])
        if (
            held["holder_type"] == "PERMANENT"
            and held[route] != "INTERNAL"
            and post is not None
            and post["role_code"] in SOCIAL_WORK
        ):
            yield held


@flow("wf_starters")
def wf_starters(book: Casebook) -> Iterator[Event]:
    for held in moves(book, "start_route"):
        yield Event(held, held["start_date"], cell=held["start_route"])


@flow("wf_nqsw_passed_asye")
def wf_nqsw_passed_asye(book: Casebook) -> Iterator[Event]:
    for held in book.rows("workforce_assignments"):
        yield Event(held, held["asye_passed_date"])


@flow("wf_leavers")
def wf_leavers(book: Casebook) -> Iterator[Event]:
    for held in moves(book, "end_route"):
        yield Event(held, held["end_date"])


@period("wf_turnover_rate")
def wf_turnover_rate(book: Casebook, first: int, last: int) -> Count:
    left = sum(
        (
            held["fte"]
            for held in moves(book, "end_route")
            if held["end_date"] is not None and first <= held["end_date"] <= last
        ),
        Fraction(0),
    )
    return Count(left, total_in_post(book, "PERMANENT", last))
