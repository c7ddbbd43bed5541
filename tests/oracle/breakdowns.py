"""The parts of a figure, by whom: the section "Breakdowns" of counting_more.md.

A part applies the indicator's rule within one value, to what the rule itself counted: the records of a flow's
events, the members of a stock. So the parts of a count sum to the whole.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from .calendar import age, first_day, last_day
from .casebook import Casebook, cell, live
from .indicators import FLOWS, PERIODS, STOCKS, Event
from .indicators.assessment import median_of
from .indicators.looked_after import PLACEMENT_GROUPS
from .indicators.register import Member, Number, sum_of
from .law import CODES, INDICATORS, Indicator
from .opinion import (
    ALL,
    Answer,
    Tally,
    answer,
    bases_of,
    first_month_of,
    frame_of,
    median_answer,
    owed,
    why_records_cannot_say,
)
from .reader import Row

NOT_RECORDED = "not_recorded"
MEDIAN = "assessment_duration_median_wd"

ETHNIC_GROUPS = {
    "white": ("WBRI", "WIRI", "WOTH", "WIRT", "WROM"),
    "mixed": ("MWBC", "MWBA", "MWAS", "MOTH"),
    "asian": ("AIND", "APKN", "ABAN", "AOTH", "CHNE"),
    "black": ("BCRB", "BAFR", "BOTH"),
    "other": ("OOTH",),
}
# Ages from, and the band that begins there.
AGE_BANDS = {0: "0", 1: "1-4", 5: "5-9", 10: "10-15", 16: "16-17", 18: "18+"}

# Every breakdown, with its values where these are a closed list. Which teams there are, the records say.
BREAKDOWNS: dict[str, tuple[str, ...]] = {
    "age_band": ("unborn", *AGE_BANDS.values(), NOT_RECORDED),
    "sex": (*CODES["sex"], NOT_RECORDED),
    "ethnic_group": (*ETHNIC_GROUPS, NOT_RECORDED),
    "disability": ("yes", "no", NOT_RECORDED),
    "need": (*CODES["primary_need"], NOT_RECORDED),
    "placement_group": (*PLACEMENT_GROUPS, NOT_RECORDED),
    "team": (),
    "service": (),
}

NOT_BY_WHOM = {
    "adopters_approved",
    "adopters_waiting",
    "adopter_sufficiency",
    "conference_minutes_backlog",
    "conference_minutes_intime_pct",
    "partner_cp_activity_change",
    "late_meetings_by_reason",
    "cp_category_pct",
}
NOT_BY_PLACEMENT = {"care_proceedings_issued", "rhi_72h_pct", "rhi_offered_pct", "sw_changes_3plus_12m_pct"}

# The returns whose records, where they are themselves what is counted, say a team or a need of their own.
OWN_TEAM = {
    "cin_episodes": "cine_referral_team",
    "cin_assessments": "cina_assessment_team",
    "s47_enquiries": "s47e_s47_completed_by_team",
    "initial_cp_conferences": "icpc_icpc_team",
    "care_leavers": "clea_care_leaver_allocated_team",
}
OWN_NEED = {
    "cin_episodes": "cine_cin_primary_need_code",
    "cla_episodes": "clae_cla_primary_need_code",
}


def is_by_placement(indicator: Indicator) -> bool:
    return indicator.area == "Looked after children" and indicator.id not in NOT_BY_PLACEMENT


def breakdowns_of(indicator: Indicator) -> list[str]:
    if indicator.area in ("Workforce", "Finance") or indicator.id in NOT_BY_WHOM:
        return []
    return [name for name in BREAKDOWNS if name != "placement_group" or is_by_placement(indicator)]


def counted_return(indicator: Indicator) -> str | None:
    """The return whose rows are themselves what is counted; none where children are."""
    if indicator.id == "missing_episodes":
        return "missing"  # its lead return says only who is in care
    counts_rows = indicator.count_unit == "event" or indicator.area == "Care leavers"
    return indicator.lead if counts_rows else None


def returns_read(indicator: Indicator, breakdown: str) -> set[str]:
    """What must be there for the breakdown to be known, whatever the whole rests on."""
    of_the_child: set[str] = {"cla_episodes"} if indicator.lead == "cla_reviews" else set()
    counted = counted_return(indicator)
    match breakdown:
        case "age_band" | "sex" | "ethnic_group":
            return of_the_child | {"persons"}
        case "disability":
            return of_the_child | {"disabilities"}
        case "placement_group":
            return of_the_child | {"cla_placements"}
        case "need":
            if counted in OWN_NEED:
                return set()
            return of_the_child | {"cla_episodes" if is_by_placement(indicator) else "cin_episodes"}
        case _:
            tree = {"departments"} if breakdown == "service" else set()
            # What has a team field of its own is still given without involvements.
            return tree | (set() if counted in OWN_TEAM else of_the_child | {"involvements"})


class Breakdowns:
    """One authority's parts in one view."""

    def __init__(self, book: Casebook) -> None:
        self._book = book
        self._tallies: dict[tuple[str, str], dict[str, Tally]] = {}
        # Asked for the same child and day by many indicators.
        self._latest = lru_cache(maxsize=None)(self._find_latest)

    def parts(self, indicator: Indicator, basis: str, month: int, breakdown: str) -> dict[str, Answer]:
        """What is answered for each value; nothing where the whole is not worked out from the records."""
        book = self._book
        first, last = first_day(first_month_of(book, indicator, basis, month)), last_day(month)
        if breakdown not in breakdowns_of(indicator) or why_records_cannot_say(book, indicator, month, first):
            return {}
        values = BREAKDOWNS[breakdown]
        if any(book.source(name) is None for name in returns_read(indicator, breakdown)):
            return dict.fromkeys(values, Answer(None, None, None, "not_submitted"))

        counted = self._count(indicator, breakdown, first, last)
        if values:
            assert set(counted) <= set(values), f"{indicator.id} by {breakdown} has {counted.keys()}"
            return {value: counted.get(value) or nothing_of(indicator) for value in values}
        return {value: said for value, said in sorted(counted.items()) if said.numerator or said.denominator}

    def _count(self, indicator: Indicator, breakdown: str, first: int, last: int) -> dict[str, Answer]:
        if indicator.id in FLOWS:
            return {
                value: part_of(indicator, *tally.between(ALL, first, last))
                for value, tally in self._tallies_of(indicator, breakdown).items()
            }
        if indicator.id in STOCKS:
            count = STOCKS[indicator.id](self._book, last)
        else:
            count = PERIODS[indicator.id](self._book, first, last)
        members: dict[str, list[Member]] = defaultdict(list)
        for member in count.members:
            day = last if member.counted_on is None else member.counted_on
            members[self.value(indicator, breakdown, member.of, day)].append(member)
        if indicator.id == MEDIAN:
            return {value: median_answer(median_of(theirs)) for value, theirs in members.items()}
        return {
            value: part_of(
                indicator, sum_of(theirs).numerator or 0, sum(member.denominator for member in theirs)
            )
            for value, theirs in members.items()
        }

    def _tallies_of(self, indicator: Indicator, breakdown: str) -> dict[str, Tally]:
        at = (indicator.id, breakdown)
        if at not in self._tallies:
            events: dict[str, list[Event]] = defaultdict(list)
            for event in FLOWS[indicator.id](self._book):
                if event.counted_on is not None:
                    value = self.value(indicator, breakdown, event.record, event.counted_on)
                    events[value].append(event)
            self._tallies[at] = {value: Tally(theirs) for value, theirs in events.items()}
        return self._tallies[at]

    # What a child or a record is, on a day

    def value(self, indicator: Indicator, breakdown: str, counted: Row | str, day: int) -> str:
        child = counted if isinstance(counted, str) else self.child_of(counted)
        match breakdown:
            case "age_band":
                return self.age_band(child, day)
            case "sex":
                return self._person(child, "pers_sex") or NOT_RECORDED
            case "ethnic_group":
                return group_of(self._person(child, "pers_ethnicity"), ETHNIC_GROUPS)
            case "disability":
                return self.disability(child)
            case "need":
                return self.need(indicator, counted, child, day)
            case "placement_group":
                placement = self._latest("cla_placements", child, day, indicator.kind == "flow")
                return group_of(cell(placement, "clap_cla_placement_type"), PLACEMENT_GROUPS)
            case "team":
                return self.team(indicator, counted, child, day) or NOT_RECORDED
            case "service":
                return self.service(self.team(indicator, counted, child, day)) or NOT_RECORDED
        raise ValueError(f"no such breakdown: {breakdown!r}; see counting_more.md")

    def child_of(self, record: Row) -> str | None:
        """A return names its child in one field. A review names a period of care, and so a child."""
        if "clar_cla_id" in record:
            episodes = self._book.of("cla_episodes", "clae_cla_id", record["clar_cla_id"])
            return min((episode["clae_person_id"] for episode in episodes), default=None)
        (child,) = [said for field, said in record.items() if field.endswith("person_id")]
        return child

    def _person(self, child: str | None, field: str) -> str | None:
        return cell(self._book.one("persons", "pers_person_id", child), field)

    def age_band(self, child: str | None, day: int) -> str:
        person = self._book.one("persons", "pers_person_id", child)
        born, expected = cell(person, "pers_dob"), cell(person, "pers_expected_dob")
        if born is None:
            return NOT_RECORDED if expected is None else "unborn"
        if born > day:
            return "unborn"
        return next(band for start, band in reversed(AGE_BANDS.items()) if age(born, day) >= start)

    def disability(self, child: str | None) -> str:
        codes = {
            row["disa_disability_code"] for row in self._book.of("disabilities", "disa_person_id", child)
        }
        if not codes:
            return NOT_RECORDED
        return "no" if codes == {"NONE"} else "yes"

    def need(self, indicator: Indicator, counted: Row | str, child: str | None, day: int) -> str:
        if own := OWN_NEED.get(counted_return(indicator) or ""):
            assert not isinstance(counted, str), f"{indicator.id} counts children, not records"
            return counted[own] or NOT_RECORDED
        name = "cla_episodes" if is_by_placement(indicator) else "cin_episodes"
        return cell(self._latest(name, child, day, indicator.kind == "flow"), OWN_NEED[name]) or NOT_RECORDED

    def team(self, indicator: Indicator, counted: Row | str, child: str | None, day: int) -> str | None:
        return_name = counted_return(indicator) or ""
        if own := OWN_TEAM.get(return_name):
            assert not isinstance(counted, str), f"{indicator.id} counts children, not records"
            if counted[own] is not None or return_name == "care_leavers":
                return counted[own]
        held = self._latest("involvements", child, day, indicator.kind == "flow")
        return cell(held, "invo_professional_team")

    def service(self, team: str | None) -> str | None:
        """The topmost parent, listed or not. A circle has none, and nor has a team that is not listed."""
        listed = self._book.one("departments", "dept_team_id", team)
        passed: set[str] = set()
        while listed is not None:
            team = listed["dept_team_id"]
            if team in passed:
                return None
            passed.add(team)
            parent = listed["dept_team_parent_id"]
            if parent is None:
                return team
            team, listed = parent, self._book.one("departments", "dept_team_id", parent)
        return team if passed else None

    def _find_latest(self, return_name: str, child: str | None, day: int, is_flow: bool) -> Row | None:
        """The child's row that touches the day: the latest start, then the largest id.

        To a flow, what ends on the day that it is counted still has its placement, team and need.
        """
        child_field, start, end, key = TOUCHING[return_name]

        def touches(row: Row) -> bool:
            if return_name == "involvements" and row["invo_professional_role_id"] != "SW":
                return False
            if return_name == "cin_episodes" and row["cine_referral_nfa"] is True:
                return False
            if is_flow:
                return row[start] <= day and (row[end] is None or row[end] >= day)
            return live(row[start], row[end], day)

        touching = filter(touches, self._book.of(return_name, child_field, child))
        return max(touching, key=lambda row: (row[start], row[key]), default=None)


# Child, start, end and id.
TOUCHING = {
    "cin_episodes": ("cine_person_id", "cine_referral_date", "cine_close_date", "cine_referral_id"),
    "cla_episodes": (
        "clae_person_id",
        "clae_cla_episode_start_date",
        "clae_cla_episode_ceased_date",
        "clae_cla_episode_id",
    ),
    "cla_placements": (
        "clap_person_id",
        "clap_cla_placement_start_date",
        "clap_cla_placement_end_date",
        "clap_cla_placement_id",
    ),
    "involvements": (
        "invo_person_id",
        "invo_involvement_start_date",
        "invo_involvement_end_date",
        "invo_involvements_id",
    ),
}


def group_of(code: str | None, groups: dict[str, tuple[str, ...]]) -> str:
    return next((group for group, codes in groups.items() if code in codes), NOT_RECORDED)


def part_of(indicator: Indicator, numerator: Number, denominator: Number) -> Answer:
    """A rate's parts have no population."""
    return answer(indicator, numerator, denominator, population=None)


def nothing_of(indicator: Indicator) -> Answer:
    return median_answer(median_of([])) if indicator.id == MEDIAN else part_of(indicator, 0, 0)


def parts(
    raw: Path,
    reference: Path,
    view: str,
    periods: Sequence[str] | None = None,
    only: Sequence[str] = tuple(BREAKDOWNS),
) -> pd.DataFrame:
    """The parts of every figure that has them, as `opinion.figures` gives the wholes."""
    return frame_of(
        (book.la_code, indicator.id, basis, month, breakdown, value, said)
        for book, months in owed(raw, reference, view, periods)
        for broken_down in [Breakdowns(book)]
        for month in months
        for indicator in INDICATORS.values()
        for basis in bases_of(book, indicator, month)
        for breakdown in breakdowns_of(indicator)
        if breakdown in only
        for value, said in broken_down.parts(indicator, basis, month, breakdown).items()
    )
