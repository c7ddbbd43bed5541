"""Annex A (one workbook of eleven lists) as SSD returns, by spec/mapping.csv.

Returns are made from the lists of the workbook and from what earlier workbooks hold that it no longer covers
(annex_a_months.py). Findings are about the workbook itself: each earlier one had its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.adapters.annex_a.checks import note_what_cannot_be_right
from ingest.adapters.annex_a.lists import load_lists, load_spellings, open_lists
from ingest.adapters.annex_a.months import MonthLists, carry, own_rows
from ingest.adapters.base import ConvertedReturns, Notes, note_codes_of_other_times, unfilled
from ingest.contracts import dates
from ingest.contracts.cell_types import CORRECT, NOT_READ
from ingest.contracts.dates import last_day_of

Making = Callable[[pa.Table], pa.Array | pa.ChunkedArray]
TEXT = pa.string()
NO_DAY = np.iinfo(np.int32).min


@dataclass(frozen=True)
class ListRoute:
    """How one return, or part of one, is made from one list."""

    of: str
    fields: Mapping[str, str]  # field -> heading, taken as it is
    made: Mapping[str, Making] = field(default_factory=dict)  # field -> ids, and what needs interpreting
    where: tuple[str, ...] = ()  # a row is made where one of these is filled
    reversed: tuple[str, ...] = ()  # fields that are true where the heading says no

    def make(self, lists: Mapping[str, pa.Table]) -> pa.Table:
        """Row by row in the order of the list."""
        rows = lists[self.of]
        columns = {name: rows.column(name) for name in ("row_number", "origin")}
        columns |= {name: rows.column(heading) for name, heading in self.fields.items()}
        columns |= {name: _reversed(columns[name]) for name in self.reversed}
        made = pa.table(columns | {name: making(rows) for name, making in self.made.items()})
        if not self.where:
            return made
        return made.filter(pc.is_valid(pc.coalesce(*(rows.column(heading) for heading in self.where))))


def surrogate(
    *headings: str, between: str | None = None, then: str | None = None, or_else: str | None = None
) -> Making:
    """An id: the child and the days under these headings, joined with |; null where one is unknown."""

    def made(rows: pa.Table) -> pa.Array:
        parts = [rows.column("child"), *([] if between is None else [pa.scalar(between, TEXT)])]
        for heading in headings:
            day = rows.column(f"{heading}: day")
            parts.append(day if or_else is None else pc.fill_null(day, or_else))
        parts += [] if then is None else [rows.column(then)]
        return pc.binary_join_element_wise(*parts, "|") if len(parts) > 1 else parts[0]

    return made


def always(value: str, where: str | None = None) -> Making:
    """The same in every row, or in those where a heading is filled."""

    def made(rows: pa.Table) -> pa.Array:
        if where is None:
            return pa.repeat(pa.scalar(value), rows.num_rows)
        return pc.if_else(pc.is_valid(rows.column(where)), pa.scalar(value), pa.scalar(None, TEXT))

    return made


def _reversed(cell: pa.ChunkedArray) -> pa.ChunkedArray:
    """Yes for no and no for yes; whatever is neither stays for conform to report."""
    is_yes, is_no = (pc.fill_null(pc.equal(cell, code), False) for code in ("Y", "N"))
    return pc.case_when(pc.make_struct(is_yes, is_no), pa.scalar("N"), pa.scalar("Y"), cell)


ROUTES: Mapping[str, Sequence[ListRoute]] = {
    "contacts": [
        ListRoute(
            "List 1",
            {
                "cont_person_id": "Child Unique ID",
                "cont_contact_date": "Date of Contact",
                "cont_contact_source_code": "Contact Source",
            },
            {"cont_contact_id": surrogate("Date of Contact", then="running number")},
        )
    ],
    "early_help_episodes": [
        ListRoute(
            "List 2",
            {
                "earl_person_id": "Child Unique ID",
                "earl_episode_start_date": "Assessment start date",
                "assessment_completed_date": "Assessment completion date",
                "earl_episode_organisation": "Organisation completing assessment",
            },
            {"earl_episode_id": surrogate("Assessment start date")},
        )
    ],
    "cin_episodes": [
        ListRoute(
            "referral",
            {
                "cine_person_id": "Child Unique ID",
                "cine_referral_date": "Date of referral",
                "cine_referral_source_code": "Referral Source",
                "cine_referral_nfa": "Referral NFA?",
                "cine_referral_team": "Allocated Team",
                "cine_referral_worker_id": "Allocated Worker",
                "cine_cin_primary_need_code": "Primary Need Code",
                "cine_close_date": "CIN Closure Date",
                "cine_close_reason": "Reason for Closure",
            },
            {"cine_referral_id": surrogate("Date of referral")},
        )
    ],
    "cin_visits": [
        ListRoute(
            "List 6",
            {"cinv_person_id": "Child Unique ID", "cinv_cin_visit_date": "Date Child Was Last Seen"},
            {
                "cinv_cin_visit_id": surrogate("Date Child Was Last Seen"),
                "cinv_cin_visit_seen": always("Y"),
            },
            where=("Date Child Was Last Seen",),
        )
    ],
    "cin_assessments": [
        ListRoute(
            "List 4",
            {
                "cina_person_id": "Child Unique ID",
                "cina_assessment_start_date": "Continuous Assessment Start Date",
                "cina_assessment_child_seen": "Child Seen During Continuous Assessment",
                "cina_assessment_auth_date": "Continuous Assessment Date of Authorisation",
                "cina_assessment_team": "Allocated Team",
                "cina_assessment_outcome_nfa": (
                    "Was the child assessed as requiring LA children's social care support?"
                ),
            },
            {
                "cina_assessment_id": surrogate("Continuous Assessment Start Date"),
                "cina_referral_id": surrogate("Referral"),
            },
            reversed=("cina_assessment_outcome_nfa",),
        )
    ],
    "s47_enquiries": [
        ListRoute(
            "List 5",
            {
                "s47e_person_id": "Child Unique ID",
                "s47e_s47_start_date": "Strategy discussion initiating Section 47 Enquiry Start Date",
                "s47e_s47_nfa": "Was an Initial Child Protection Conference deemed unnecessary?",
                "s47e_s47_completed_by_team": "Allocated Team",
            },
            {
                "s47e_s47_enquiry_id": surrogate(
                    "Strategy discussion initiating Section 47 Enquiry Start Date"
                )
            },
        )
    ],
    # A conference is one of a child on a day: two enquiries that name the same one make rows of one key.
    "initial_cp_conferences": [
        ListRoute(
            "List 5",
            {
                "icpc_person_id": "Child Unique ID",
                "icpc_icpc_date": "Date of Initial Child Protection Conference",
                "icpc_icpc_outcome_cp_flag": (
                    "Did the Initial Child Protection Conference Result in a Child Protection Plan"
                ),
            },
            {
                "icpc_icpc_id": surrogate("Date of Initial Child Protection Conference"),
                "icpc_s47_enquiry_id": surrogate(
                    "Strategy discussion initiating Section 47 Enquiry Start Date"
                ),
            },
            where=("Date of Initial Child Protection Conference",),
        )
    ],
    "cp_plans": [
        ListRoute(
            "List 7",
            {
                "cppl_person_id": "Child Unique ID",
                "cppl_cp_plan_start_date": "Child Protection Plan Start Date",
                "cppl_cp_plan_end_date": "Child Protection Plan End Date",
                "cppl_cp_plan_initial_category": "Initial Category of Abuse",
                "cppl_cp_plan_latest_category": "Latest Category of Abuse",
                "number_of_previous_plans": "Number of Previous Child Protection Plans",
            },
            {"cppl_cp_plan_id": surrogate("Child Protection Plan Start Date")},
        )
    ],
    "cp_visits": [
        ListRoute(
            "List 7",
            {
                "cppv_person_id": "Child Unique ID",
                "cppv_cp_visit_date": "Date of the Last Statutory Visit",
                "cppv_cp_visit_seen_alone": "Was the Child Seen Alone?",
            },
            {
                "cppv_cp_visit_id": surrogate(
                    "Child Protection Plan Start Date", "Date of the Last Statutory Visit"
                ),
                "cppv_cp_plan_id": surrogate("Child Protection Plan Start Date"),
                "cppv_cp_visit_seen": always("Y"),
            },
            where=("Date of the Last Statutory Visit",),
        )
    ],
    "cp_reviews": [
        ListRoute(
            "List 7",
            {"cppr_person_id": "Child Unique ID", "cppr_cp_review_date": "Date of latest review conference"},
            {
                "cppr_cp_review_id": surrogate(
                    "Child Protection Plan Start Date", "Date of latest review conference"
                ),
                "cppr_cp_plan_id": surrogate("Child Protection Plan Start Date"),
            },
            where=("Date of latest review conference",),
        )
    ],
    "cla_episodes": [
        ListRoute(
            "List 8",
            {
                "clae_person_id": "Child Unique ID",
                "clae_cla_episode_start_date": "Date Started to be Looked After",
                "clae_cla_primary_need_code": "Child's Category of Need",
                "clae_cla_episode_ceased_date": "Date Ceased to be Looked After",
                "clae_cla_episode_ceased_reason": "Reason Ceased to be Looked After",
                "clae_entered_care_date": "Date Started to be Looked After",
            },
            {
                "clae_cla_episode_id": surrogate("Date Started to be Looked After"),
                "clae_cla_id": surrogate("Date Started to be Looked After"),
                "clae_cla_episode_start_reason": always("S"),
            },
        )
    ],
    "legal_statuses": [
        ListRoute(
            "List 8",
            {
                "lega_person_id": "Child Unique ID",
                "lega_legal_status": "Child's Legal Status",
                "lega_legal_status_start_date": "Start date of current legal status",
            },
            {"lega_legal_status_id": surrogate("Start date of current legal status")},
            where=("Child's Legal Status", "Start date of current legal status"),
        )
    ],
    "cla_placements": [
        ListRoute(
            "List 8",
            {
                "clap_person_id": "Child Unique ID",
                "clap_cla_placement_start_date": "Start Date of Most Recent Placement",
                "clap_cla_placement_type": "Placement Type",
                "clap_cla_placement_provider": "Placement Provider",
                "clap_cla_placement_urn": "URN of Placement",
                "placement_out_of_area": "Placement Location",
            },
            {
                "clap_cla_placement_id": surrogate("Start Date of Most Recent Placement"),
                "clap_cla_id": surrogate("Date Started to be Looked After"),
            },
            where=(
                "Start Date of Most Recent Placement",
                "Placement Type",
                "Placement Provider",
                "URN of Placement",
                "Placement Location",
            ),
        )
    ],
    "cla_reviews": [
        ListRoute(
            "List 8",
            {"clar_cla_review_date": "Date of Latest Statutory Review"},
            {
                "clar_cla_review_id": surrogate("Date of Latest Statutory Review"),
                "clar_cla_id": surrogate("Date Started to be Looked After"),
            },
            where=("Date of Latest Statutory Review",),
        )
    ],
    "cla_visits": [
        ListRoute(
            "List 8",
            {"clav_person_id": "Child Unique ID", "clav_cla_visit_date": "Date of Last Social Work Visit"},
            {
                "clav_cla_visit_id": surrogate("Date of Last Social Work Visit"),
                "clav_cla_id": surrogate("Date Started to be Looked After"),
                "clav_cla_visit_seen": always("Y"),
            },
            where=("Date of Last Social Work Visit",),
        )
    ],
    "cla_health": [
        ListRoute(
            "List 8",
            {"clah_person_id": "Child Unique ID", "clah_health_check_date": heading},
            {
                "clah_health_check_id": surrogate(heading, between=kind),
                "clah_health_check_type": always(kind),
            },
            where=(heading,),
        )
        for heading, kind in (
            ("Date of Last Health Assessment", "HA"),
            ("Date of Last Dental Check", "DENTAL"),
        )
    ],
    "care_leavers": [
        ListRoute(
            "List 9",
            {
                "clea_person_id": "Child Unique ID",
                "clea_care_leaver_eligibility": "Eligibility Category",
                "clea_care_leaver_in_touch": "LA in Touch",
                "clea_care_leaver_latest_contact": "Latest Date of Contact",
                "clea_care_leaver_accommodation": "Type of Accommodation",
                "clea_care_leaver_accom_suitable": "Suitability of Accommodation",
                "clea_care_leaver_activity": "Activity Status",
                "clea_pathway_plan_review_date": "Latest Pathway Plan Review Date",
                "clea_care_leaver_allocated_team": "Allocated Team",
            },
            {"clea_table_id": surrogate()},
        )
    ],
    # The period of care is named as List 8 names it, so that time in care can be counted from its first day.
    "permanence": [
        ListRoute(
            "List 10",
            {
                "perm_person_id": "Child Unique ID",
                "perm_adm_decision_date": "Date of Decision that Child Should be Placed for Adoption",
                "perm_placement_order_date": "Date of Placement Order",
                "perm_matched_date": "Date of Matching Child and Prospective Adopters",
                "perm_placed_for_adoption_date": "Date Placed for Adoption",
                "perm_placed_foster_carer_date": (
                    "Date the child was placed for fostering in FFA or concurrent planning placement"
                ),
                "perm_decision_reversed_date": (
                    "Date of Decision that Child Should No Longer be Placed for Adoption"
                ),
                "perm_decision_reversed_reason": "Reason Why Child No Longer Placed for Adoption",
                "perm_permanence_order_date": "Date of Adoption Order",
            },
            {
                "perm_table_id": surrogate(
                    "Date of Decision that Child Should be Placed for Adoption", or_else=""
                ),
                "perm_cla_id": surrogate("Date the Child Entered Care"),
                "perm_permanence_order_type": always("ADOPTION", where="Date of Adoption Order"),
            },
        )
    ],
    "adopters": [
        ListRoute(
            "family",
            {
                "family_id": "family",
                "approved_date": "approved",
                "matched_date": "matched",
                "left_date": "left on",
            },
            {"kind_code": always("IN_HOUSE")},
        )
    ],
}

# What a return is made from: without one of these it would say none where it means not known.
NEEDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "contacts": [("List 1", "Date of Contact")],
    "early_help_episodes": [("List 2", "Assessment start date")],
    "cin_episodes": [("List 3", "Date of referral"), ("List 6", "CIN Start Date")],
    "cin_assessments": [("List 4", "Continuous Assessment Start Date")],
    "s47_enquiries": [("List 5", "Strategy discussion initiating Section 47 Enquiry Start Date")],
    "initial_cp_conferences": [("List 5", "Date of Initial Child Protection Conference")],
    "cin_visits": [("List 6", "Date Child Was Last Seen")],
    "cp_plans": [("List 7", "Child Protection Plan Start Date")],
    "cp_visits": [("List 7", "Date of the Last Statutory Visit")],
    "cp_reviews": [("List 7", "Date of latest review conference")],
    "cla_episodes": [("List 8", "Date Started to be Looked After")],
    "legal_statuses": [("List 8", "Child's Legal Status"), ("List 8", "Start date of current legal status")],
    "cla_placements": [("List 8", "Start Date of Most Recent Placement")],
    "cla_reviews": [("List 8", "Date of Latest Statutory Review")],
    "cla_visits": [("List 8", "Date of Last Social Work Visit")],
    "cla_health": [("List 8", "Date of Last Health Assessment"), ("List 8", "Date of Last Dental Check")],
    "care_leavers": [("List 9", "Eligibility Category")],
    "permanence": [("List 10", "Date of Decision that Child Should be Placed for Adoption")],
    "adopters": [("List 11", "Individual adopter identifier")],
}

# These reach back as far as the lists they are made from; what earlier workbooks hold goes into them too.
WITH_HISTORY = (
    "contacts",
    "early_help_episodes",
    "cin_episodes",
    "cin_assessments",
    "s47_enquiries",
    "initial_cp_conferences",
    "cp_plans",
    "cla_episodes",
)
MERGED = (*WITH_HISTORY, "legal_statuses")
AT_THE_DATE = ("cp_visits", "cin_visits", "cla_visits")

LIMITS = {
    "cp_reviews": "Annex A has the latest review only, and no due date: it is good for no review measure",
    "cla_reviews": "Annex A has the latest review only, and no due date: it is good for no review measure",
    "cla_placements": "Annex A has the current placement only: it is good for no placement measure",
    "cp_visits_intime_pct": "Annex A has the latest visit only",
    "adopt_a1_days": "Annex A has no period of care that ended more than six months before its first month",
    "adopt_a10_days": "Annex A has no period of care that ended more than six months before its first month",
    "cin_plans": "Annex A says who has a plan, and not since when",
    "involvements": "Annex A names workers without ids or dates",
    "missing": "Annex A counts missing episodes and does not date them",
}

NOT_A_DATE = NOT_READ["date"]
ABOUT_CHILD = (
    ("Gender", "not a code or label of the list sex"),
    ("Ethnicity", "not a code or label of the list ethnicity"),
    ("Date of Birth", NOT_A_DATE),
)
PERSON_FIELDS = {
    "pers_person_id": "Child Unique ID",
    "pers_sex": "Gender",
    "pers_ethnicity": "Ethnicity",
    "pers_dob": "Date of Birth",
    "pers_expected_dob": "Date of Birth",
}


def open_annex_a(data: bytes, as_at: date) -> ConvertedReturns:
    """Read one workbook as it stood on `as_at`.

    Raises RejectedFileError if it is hostile, broken or has no list.
    """
    notes = Notes()
    return make_returns(carry(open_lists(data, notes, as_at=as_at), as_at, {}), notes)


def make_returns(month: MonthLists, notes: Notes) -> ConvertedReturns:
    """The returns of one month, from its own lists and those carried into it; adds findings to `notes`."""
    lists = month.lists
    takes = {
        name
        for name, needs in NEEDS.items()
        if all(of in lists.tables and heading in lists.held[of] for of, heading in needs)
    }
    every = {name: lists.table(name) for name in load_lists()}
    own = {name: own_rows(table) for name, table in every.items()}
    merged = every | {
        "List 1": _numbered(every["List 1"]),
        "List 4": _with_referral(every),
        "referral": _referrals(every["List 3"], every["List 6"]),
    }
    returns: dict[str, pa.Table] = {}
    if any(not load_lists()[name].is_of_adults for name in lists.tables):
        returns["persons"] = _persons(every, month.as_at, notes)
    if "adopters" in takes:
        own["family"] = _families(own["List 11"], notes)
    for name, routes in ROUTES.items():
        if name in takes:
            tables = merged if name in MERGED else own
            returns[name] = pa.concat_tables(route.make(tables) for route in routes)
    note_what_cannot_be_right({name: own[name] for name in lists.tables}, month.as_at, notes)
    _note_conferences(own["List 5"], notes)
    _note_entries_to_care(own["List 10"], every["List 8"], notes)
    source_fields = {
        name: {f: h for r in reversed(ROUTES[name]) for f, h in r.fields.items()} for name in takes
    }
    source_fields["persons"] = PERSON_FIELDS
    note_codes_of_other_times(returns, source_fields, month.as_at, notes)
    absent = {
        name: f"the workbook has not every column that it is made from: {', '.join(h for _, h in needs)}"
        if all(of in lists.tables for of, _ in needs)
        else "the workbook has no " + " and no ".join(sorted({of for of, _ in needs} - lists.tables.keys()))
        for name, needs in NEEDS.items()
        if name not in takes
    }
    return ConvertedReturns(
        source_format="annex_a",
        returns=returns,
        findings=notes.table(),
        history_from={name: _history(name, month) for name in returns},
        not_supplied=unfilled(returns, LIMITS | absent, "Annex A"),
        source_fields={name: source_fields[name] for name in returns},
        said_date=month.as_at.isoformat(),
    )


def _history(name: str, month: MonthLists) -> date | None:
    if name in AT_THE_DATE:
        return month.as_at
    return max(month.complete_from[of] for of, _ in NEEDS[name]) if name in WITH_HISTORY else None


def _keys(table: pa.Table, day: str) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["child"], table[f"{day}: day"], "|")


def _numbered(contacts: pa.Table) -> pa.Table:
    """Equal contacts are told apart by a running number, in the order of the list."""
    at = _as_numbers(_keys(contacts, "Date of Contact"))
    order = np.argsort(at, kind="stable")
    begins = np.flatnonzero(np.append([True], at[order][1:] != at[order][:-1])[: len(at)])
    number = np.empty(len(at), np.int64)
    number[order] = np.arange(len(at)) - np.repeat(begins, np.diff(np.append(begins, len(at)))) + 1
    return contacts.append_column("running number", pc.cast(pa.array(number), TEXT))


def _referrals(three: pa.Table, six: pa.Table) -> pa.Table:
    """What List 6 says of a referral joins List 3 by child and day; one List 3 lacks is a row of its own."""
    keyed = [
        pa.table({"key": _keys(table, day), name: np.arange(table.num_rows)})
        for name, table, day in (("three", three, "Date of referral"), ("six", six, "CIN Start Date"))
    ]
    joined = keyed[0].join(keyed[1], "key", join_type="full outer", use_threads=False)
    joined = joined.sort_by([("three", "ascending"), ("six", "ascending")])
    held = three.take(joined["three"]), six.take(joined["six"])
    both = {name: pc.coalesce(*(table[name] for table in held)) for name in ("row_number", "child")}
    row = pc.cast(held[1]["row_number"], TEXT)
    together = pc.binary_join_element_wise(
        pc.binary_join_element_wise(held[0]["origin"], held[1]["origin"], " and "), row, " row "
    )
    of_three = ("Referral Source", "Referral NFA?", "Allocated Team", "Allocated Worker")
    of_six = ("Primary Need Code", "CIN Closure Date", "Reason for Closure")
    return pa.table(
        {
            "row_number": both["row_number"],
            "origin": pc.coalesce(together, held[0]["origin"], held[1]["origin"]),
            "child": both["child"],
            "Child Unique ID": both["child"],
            "Date of referral": pc.coalesce(held[0]["Date of referral"], held[1]["CIN Start Date"]),
            "Date of referral: day": pc.coalesce(
                held[0]["Date of referral: day"], held[1]["CIN Start Date: day"]
            ),
            **{heading: held[0][heading] for heading in of_three},
            **{heading: held[1][heading] for heading in of_six},
        }
    )


def _with_referral(lists: Mapping[str, pa.Table]) -> pa.Table:
    """Each assessment with the day of the child's latest referral on or before its start."""
    assessments = lists["List 4"]
    parts = [
        (assessments, "Continuous Assessment Start Date"),
        (lists["List 3"], "Date of referral"),
        (lists["List 6"], "CIN Start Date"),
    ]
    child = _as_numbers(pa.chunked_array([c for table, _ in parts for c in table["child"].chunks], TEXT))
    day = pa.chunked_array([c for table, date in parts for c in table[f"{date}: day"].chunks], TEXT)
    number = pc.fill_null(pc.cast(pc.cast(day, pa.date32()), pa.int32()), NO_DAY).to_numpy().astype(np.int64)
    count = assessments.num_rows
    key = (child << 32) + (number - NO_DAY)
    is_known = number[count:] != NO_DAY
    known = np.sort(key[count:][is_known])
    at = np.searchsorted(known, key[:count], side="right") - 1
    found = known[at] if len(known) else np.zeros(count, np.int64)
    fits = (at >= 0) & (found >> 32 == child[:count]) & (number[:count] != NO_DAY)
    days = pa.array(((found & 0xFFFFFFFF) + NO_DAY).astype(np.int32), mask=~fits)
    return assessments.append_column("Referral: day", pc.cast(pc.cast(days, pa.date32()), TEXT))


def _persons(lists: Mapping[str, pa.Table], as_at: date, notes: Notes) -> pa.Table:
    """Each child once, from whatever list says something first; lists that disagree are a finding.

    A cell that cannot be read is reported here, where the sheet and row are known, and not handed on. The
    workbook's own rows go first: an earlier workbook only speaks of children whom this one does not name.
    """
    names = [heading for heading, _ in ABOUT_CHILD]
    said = pa.concat_tables(
        lists[name].select(["origin", "row_number", "carried_from", "child", *names, "Date of Birth: day"])
        for name, known in load_lists().items()
        if not known.is_of_adults
    )
    said = said.filter(pc.is_valid(said["child"]))
    own = own_rows(said)
    earlier = said.filter(pc.is_valid(said["carried_from"]))
    earlier = earlier.filter(pc.invert(pc.is_in(earlier["child"], own["child"].combine_chunks())))
    children = _children(own, pa.repeat(as_at.isoformat(), own.num_rows), notes)
    if not earlier.num_rows:
        return children
    month_ends = [last_day_of(month).isoformat() for month in earlier["carried_from"].to_pylist()]
    return pa.concat_tables([children, _children(earlier, pa.array(month_ends), Notes())])


def _children(said: pa.Table, as_at: pa.Array, notes: Notes) -> pa.Table:
    read = {
        "Gender": _if_code(said["Gender"], "sex"),
        "Ethnicity": _if_code(said["Ethnicity"], "ethnicity"),
        "Date of Birth": said["Date of Birth: day"],
    }
    for heading, reason in ABOUT_CHILD:
        unread = said.filter(pc.and_(pc.is_valid(said[heading]), pc.is_null(read[heading])))
        _note_unread(unread, heading, reason, CORRECT, "persons", notes)
    child = _as_numbers(said["child"])
    first = _first_places(child, np.arange(len(child)))
    kept = {}
    for heading, column in read.items():
        is_filled = pc.is_valid(column).to_numpy(zero_copy_only=False)
        filled = np.flatnonzero(is_filled)
        at = _first_places(child[filled], filled, len(first))
        kept[heading] = column.take(pa.array(at, mask=at < 0))
        spelled = _as_numbers(column)
        differs = said.filter(pa.array(is_filled & (spelled != spelled[at][child])))
        reason = f"an earlier row of the workbook has another {heading} for this child; the first was kept"
        notes.add_rows(differs, heading, "lists_disagree", reason, "make the lists agree", "persons")
        nothing = said.take(pa.array(first)).filter(pa.array(at < 0))
        reason = f"no list gives the child's {heading} so that it can be read"
        notes.add_rows(nothing, heading, "mandatory_cell_empty", reason, "fill the cell", "persons")
    born = kept["Date of Birth"]
    is_born = pc.less_equal(born, as_at.take(pa.array(first)))  # as text: both are yyyy-mm-dd
    unknown = pa.scalar(None, TEXT)
    once = said.select(["row_number", "origin", "child"]).take(pa.array(first))
    return pa.table(
        {
            "row_number": once["row_number"],
            "origin": once["origin"],
            "pers_person_id": once["child"],
            "pers_sex": kept["Gender"],
            "pers_ethnicity": kept["Ethnicity"],
            "pers_dob": pc.if_else(is_born, born, unknown),
            "pers_expected_dob": pc.if_else(is_born, unknown, born),
        }
    )


def _note_unread(
    rows: pa.Table, heading: str, reason: str, next_move: str, return_name: str, notes: Notes
) -> None:
    """Cells of a column that could not be read; a date that can be read two ways is a finding of its own."""
    is_unsure = pc.fill_null(pc.equal(rows[heading], dates.UNSURE), False)
    unsure = "order_of_dates_unsure", dates.WHY[dates.OF_EITHER_ORDER], dates.SEND_ISO
    notes.add_rows(rows.filter(is_unsure), heading, *unsure, return_name)
    said = "unreadable_cell", reason, next_move
    notes.add_rows(rows.filter(pc.invert(is_unsure)), heading, *said, return_name)


def _as_numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Equal cells as equal numbers, counted from 0 in the order in which they first stand."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _first_places(
    of: NDArray[np.int64], places: NDArray[np.int64], count: int | None = None
) -> NDArray[np.int64]:
    """For each number in `of`, the first of `places` that has it; -1 where none has."""
    first = np.full(of.max(initial=-1) + 1 if count is None else count, -1)
    first[of[::-1]] = places[::-1]  # the last word stands, so the first is said last
    return first


def _if_code(column: pa.ChunkedArray, code_list: str) -> pa.ChunkedArray:
    codes = pa.array(sorted({code for code in load_spellings()[code_list].values() if code}))
    return pc.if_else(pc.is_in(column, codes), column, pa.scalar(None, TEXT))


def _families(adopters: pa.Table, notes: Notes) -> pa.Table:
    """Adopters by family: the earliest approval and match of its members, the latest leaving."""
    picked = {
        "Date application approved": "min",
        "Date adopter matched with child(ren)": "min",
        "Date of leaving adoption process": "max",
    }
    for heading in picked:
        unread = adopters.filter(
            pc.and_(pc.is_valid(adopters[heading]), pc.is_null(adopters[f"{heading}: day"]))
        )
        _note_unread(unread, heading, NOT_A_DATE, CORRECT, "adopters", notes)
    family = pc.coalesce(adopters["Family identifier"], adopters["child"])
    days = {heading: adopters[f"{heading}: day"] for heading in picked}
    asked = [*((heading, pick) for heading, pick in picked.items()), ("row_number", "min"), ("origin", "min")]
    where = {name: adopters[name] for name in ("row_number", "origin")}
    once = (
        pa.table({"family": family, **where, **days})
        .group_by("family", use_threads=False)
        .aggregate(asked)
        .sort_by("row_number_min")
    )
    approved, matched, left = (f"{heading}_{pick}" for heading, pick in picked.items())
    renamed = {approved: "approved", matched: "matched", left: "left on", "family": "family"}
    renamed |= {"row_number_min": "row_number", "origin_min": "origin"}
    return once.select(list(renamed)).rename_columns(list(renamed.values()))


def _note_conferences(enquiries: pa.Table, notes: Notes) -> None:
    result = "Did the Initial Child Protection Conference Result in a Child Protection Plan"
    is_result = pc.fill_null(pc.not_equal(enquiries[result], "N"), False)
    is_alone = pc.and_(pc.is_null(enquiries["Date of Initial Child Protection Conference"]), is_result)
    notes.add_rows(
        enquiries.filter(is_alone),
        result,
        "result_without_conference",
        "the row has a result and no date of a conference, so no conference was made of it",
        "fill the date of the conference, or empty the result",
        "initial_cp_conferences",
    )


def _note_entries_to_care(adoptions: pa.Table, care: pa.Table, notes: Notes) -> None:
    """List 10's day of entering care names a period of care on List 8; say where none has that name."""
    entered, began = "Date the Child Entered Care", "Date Started to be Looked After"
    is_named = pc.is_in(_keys(adoptions, entered), pc.drop_null(_keys(care, began)).combine_chunks())
    rows = adoptions.filter(pc.and_(pc.is_valid(adoptions[entered]), pc.invert(is_named)))
    is_dated = pc.is_valid(rows[f"{entered}: day"])
    is_in_care = pc.is_in(rows["child"], care["child"].combine_chunks())
    _note_unread(
        rows.filter(pc.invert(is_dated)),
        entered,
        f"{NOT_A_DATE}; time in care cannot be counted",
        "correct the cell, and make Lists 8 and 10 agree",
        "cla_episodes",
        notes,
    )
    for which, finding, reason, next_move in (
        (
            pc.and_(is_dated, is_in_care),
            "lists_disagree",
            "List 8 has no period of care of the child from this day; time in care cannot be counted",
            "make Lists 8 and 10 agree",
        ),
        (
            pc.and_(is_dated, pc.invert(is_in_care)),
            "not_on_list_8",
            "the child is not on List 8, so time in care cannot be counted",
            "nothing, if care ended more than six months before; else add the child to List 8",
        ),
    ):
        notes.add_rows(rows.filter(which), entered, finding, reason, next_move, "cla_episodes")
