"""Annex A (one workbook of eleven lists) as SSD returns, by spec/mapping.csv.

A list is told by its headings, never by the title of its sheet. What can be read as a code or a yes or no is
read here, because Annex A spells codes its own way; what cannot stays as text, for conform to report.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ingest import code_lists
from ingest.conform import BLANKS
from ingest.other_formats.opened import Notes, Opened, Route, make, named_by_sender, unfilled, workbench
from ingest.other_formats.workbook import Cells, check_container, read_sheets
from ingest.read_raw import Rejected

LISTS = Path(__file__).parent / "annex_a.yml"
IDENTIFIERS = {"childuniqueid", "childid", "individualadopteridentifier"}
OPTION_LETTER = re.compile(r"\(?[a-z]{1,2}\s*[).]\s*(?=\S)", re.IGNORECASE)  # 'a) Male', 'a. WBRI'
LEADING_CODE = re.compile(
    r"([0-9a-z]+)\s*(?:[-:;,.)\u2013\u2014]|\s(?=\S))", re.IGNORECASE
)  # '1B: Individual'
AFTER_CODE = re.compile(r"[0-9a-z]+\s*[-:;,.)\u2013\u2014]\s*(\S.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """One column that returns are made from."""

    name: str
    read: str | None = None  # code list or kind of yes and no
    is_needed: bool = False


@dataclass(frozen=True)
class AnnexList:
    """One of the eleven lists."""

    name: str
    about: str
    headings: Mapping[str, Heading]
    spelled: Mapping[str, str] = field(
        repr=False
    )  # squeezed spelling -> heading, or '' where it is of no use
    own: frozenset[str] = field(repr=False)  # squeezed spellings that no other list has
    is_of_adults: bool


@lru_cache(maxsize=10_000)
def squeezed(text: str) -> str:
    """A heading or a label without what varies between files: case, spaces, quotes, punctuation."""
    return "".join(c for c in text.casefold() if c.isascii() and c.isalnum())


@cache
def load_lists() -> Mapping[str, AnnexList]:
    """The lists as annex_a.yml declares them."""
    said = yaml.safe_load(LISTS.read_text(encoding="utf-8"))
    spelled_by_list: dict[str, dict[str, str]] = {}
    headings_by_list: dict[str, dict[str, Heading]] = {}
    for name, about in said["lists"].items():
        shared = {} if about.get("is_of_adults") else said["every_child_list"]
        declared = {h: d or {} for h, d in {**shared, **about["headings"]}.items()}
        headings_by_list[name] = {
            h: Heading(h, d.get("read"), d.get("needed", False)) for h, d in declared.items()
        }
        unused = [*said["unused_everywhere"], *about.get("unused", [])]
        spelled_by_list[name] = {squeezed(s): "" for s in unused} | {
            squeezed(s): h for h, d in declared.items() for s in (h, *d.get("aliases", []))
        }
    everywhere = [set(spelled) for spelled in spelled_by_list.values()]
    return {
        name: AnnexList(
            name=name,
            about=about["about"],
            headings=headings_by_list[name],
            spelled=spelled_by_list[name],
            own=frozenset(
                s for s in spelled_by_list[name] if sum(s in spelled for spelled in everywhere) == 1
            ),
            is_of_adults=about.get("is_of_adults", False),
        )
        for name, about in said["lists"].items()
    }


@cache
def load_spellings() -> Mapping[str, Mapping[str, str]]:
    """By list: squeezed spelling -> code, of the code lists and of annex_a.yml."""
    found: dict[str, dict[str, str]] = {}
    for row in code_lists.spellings().to_pylist():
        found.setdefault(row["list"], {}).setdefault(squeezed(row["spelling"]), row["code"])
    for name, codes in yaml.safe_load(LISTS.read_text(encoding="utf-8"))["spellings"].items():
        for code, spellings in codes.items():
            for spelling in spellings:
                found.setdefault(name, {}).setdefault(squeezed(str(spelling)), code)
    return found


@cache
def _codes(read: str) -> Mapping[str, str]:
    return {squeezed(code): code for code in load_spellings()[read].values()}


def list_of(headings: Sequence[str]) -> AnnexList | None:
    """The list that a row of headings belongs to: an identifier and one heading of its own, or two such."""
    said = {squeezed(heading) for heading in headings}
    scores = sorted(((len(said & known.own), name) for name, known in load_lists().items()), reverse=True)
    best, name = scores[0]
    enough = 1 if said & IDENTIFIERS else 2
    return load_lists()[name] if best >= enough and best > scores[1][0] else None


def read_code(cell: str, read: str) -> str | None:
    """The code that a cell means in the list `read`; '' for a declared unknown, None if none can be told."""
    spelled, codes = load_spellings()[read], _codes(read)
    text = cell.strip()
    without_letter = OPTION_LETTER.sub("", text, count=1) if OPTION_LETTER.match(text) else text
    for part in (text, without_letter):
        if (code := spelled.get(squeezed(part))) is not None:
            return code
    head = LEADING_CODE.match(without_letter)
    if head:
        token = squeezed(head.group(1))
        is_marked = not head.group(0)[-1].isspace() or any(c.isdecimal() for c in token)
        if is_marked and token in codes and token not in ("yes", "no"):
            return codes[token]
    tail = AFTER_CODE.match(without_letter)
    return spelled.get(squeezed(tail.group(1))) if tail else None


# What List 6 says of a referral joins List 3 by child and day, and is a row of its own where List 3 has none.
REFERRALS = """
create temp table referral as
select
    coalesce("List 3".row_number, "List 6".row_number) as row_number,
    case
        when "List 3".row_number is null then "List 6".origin
        when "List 6".row_number is null then "List 3".origin
        else "List 3".origin || ' and ' || "List 6".origin || ' row ' || "List 6".row_number
    end as origin,
    coalesce("List 3".child, "List 6".child) as child,
    coalesce("List 3".day, "List 6".day) as day,
    coalesce("List 3"."Child Unique ID", "List 6"."Child Unique ID") as "Child Unique ID",
    coalesce("Date of referral", "CIN Start Date") as "Date of referral",
    "Referral Source", "Referral NFA?", "Allocated Team", "Allocated Worker",
    "Primary Need Code", "CIN Closure Date", "Reason for Closure"
from (select *, "Date of referral: day" as day from "List 3") as "List 3"
full join (select *, "CIN Start Date: day" as day from "List 6") as "List 6"
    on "List 3".child = "List 6".child and "List 3".day = "List 6".day
"""


def surrogate(*headings: str) -> str:
    """SQL of an id: the child and the days under these headings, joined with |; null where one is unknown."""
    return " || '|' || ".join(["child", *(f'"{heading}: day"' for heading in headings)])


ROUTES: Mapping[str, Sequence[Route]] = {
    "contacts": [
        Route(
            """(select *, row_number() over (
                partition by child, "Date of Contact: day" order by row_number
            ) as running_number from "List 1" order by row_number)""",
            {
                "cont_person_id": "Child Unique ID",
                "cont_contact_date": "Date of Contact",
                "cont_contact_source_code": "Contact Source",
            },
            {"cont_contact_id": """child || '|' || "Date of Contact: day" || '|' || running_number"""},
        )
    ],
    "early_help_episodes": [
        Route(
            '"List 2"',
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
        Route(
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
            {"cine_referral_id": "child || '|' || day"},
        )
    ],
    "cin_visits": [
        Route(
            '"List 6"',
            {"cinv_person_id": "Child Unique ID", "cinv_cin_visit_date": "Date Child Was Last Seen"},
            {
                "cinv_cin_visit_id": surrogate("Date Child Was Last Seen"),
                "cinv_cin_visit_seen": "'Y'",
            },
            where='"Date Child Was Last Seen" is not null',
        )
    ],
    "cin_assessments": [
        Route(
            """(
                select "List 4".*, known.day as referral_day
                from (select *, "Continuous Assessment Start Date: day" as day from "List 4") as "List 4"
                asof left join (select distinct child, day from referral where day is not null) as known
                    on "List 4".child = known.child and "List 4".day >= known.day
                order by row_number
            )""",
            {
                "cina_person_id": "Child Unique ID",
                "cina_assessment_start_date": "Continuous Assessment Start Date",
                "cina_assessment_child_seen": "Child Seen During Continuous Assessment",
                "cina_assessment_auth_date": "Continuous Assessment Date of Authorisation",
                "cina_assessment_team": "Allocated Team",
            },
            {
                "cina_assessment_id": surrogate("Continuous Assessment Start Date"),
                "cina_referral_id": "child || '|' || referral_day",
                "cina_assessment_outcome_nfa": """case
                    "Was the child assessed as requiring LA children's social care support?"
                    when 'Y' then 'N' when 'N' then 'Y'
                    else "Was the child assessed as requiring LA children's social care support?"
                end""",
            },
        )
    ],
    "s47_enquiries": [
        Route(
            '"List 5"',
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
        Route(
            '"List 5"',
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
            where='"Date of Initial Child Protection Conference" is not null',
        )
    ],
    "cp_plans": [
        Route(
            '"List 7"',
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
        Route(
            '"List 7"',
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
                "cppv_cp_visit_seen": "'Y'",
            },
            where='"Date of the Last Statutory Visit" is not null',
        )
    ],
    "cp_reviews": [
        Route(
            '"List 7"',
            {"cppr_person_id": "Child Unique ID", "cppr_cp_review_date": "Date of latest review conference"},
            {
                "cppr_cp_review_id": surrogate(
                    "Child Protection Plan Start Date", "Date of latest review conference"
                ),
                "cppr_cp_plan_id": surrogate("Child Protection Plan Start Date"),
            },
            where='"Date of latest review conference" is not null',
        )
    ],
    "cla_episodes": [
        Route(
            '"List 8"',
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
                "clae_cla_episode_start_reason": "'S'",
            },
        )
    ],
    "legal_statuses": [
        Route(
            '"List 8"',
            {
                "lega_person_id": "Child Unique ID",
                "lega_legal_status": "Child's Legal Status",
                "lega_legal_status_start_date": "Start date of current legal status",
            },
            {"lega_legal_status_id": surrogate("Start date of current legal status")},
            where=""""Child's Legal Status" is not null
                or "Start date of current legal status" is not null""",
        )
    ],
    "cla_placements": [
        Route(
            '"List 8"',
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
            where="""coalesce(
                "Start Date of Most Recent Placement", "Placement Type", "Placement Provider",
                "URN of Placement", "Placement Location"
            ) is not null""",
        )
    ],
    "cla_reviews": [
        Route(
            '"List 8"',
            {"clar_cla_review_date": "Date of Latest Statutory Review"},
            {
                "clar_cla_review_id": surrogate("Date of Latest Statutory Review"),
                "clar_cla_id": surrogate("Date Started to be Looked After"),
            },
            where='"Date of Latest Statutory Review" is not null',
        )
    ],
    "cla_visits": [
        Route(
            '"List 8"',
            {"clav_person_id": "Child Unique ID", "clav_cla_visit_date": "Date of Last Social Work Visit"},
            {
                "clav_cla_visit_id": surrogate("Date of Last Social Work Visit"),
                "clav_cla_id": surrogate("Date Started to be Looked After"),
                "clav_cla_visit_seen": "'Y'",
            },
            where='"Date of Last Social Work Visit" is not null',
        )
    ],
    "cla_health": [
        Route(
            '"List 8"',
            {"clah_person_id": "Child Unique ID", "clah_health_check_date": heading},
            {
                "clah_health_check_id": f"child || '|{kind}|' || \"{heading}: day\"",
                "clah_health_check_type": f"'{kind}'",
            },
            where=f'"{heading}" is not null',
        )
        for heading, kind in (
            ("Date of Last Health Assessment", "HA"),
            ("Date of Last Dental Check", "DENTAL"),
        )
    ],
    "care_leavers": [
        Route(
            '"List 9"',
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
            {"clea_table_id": "child"},
        )
    ],
    # The period of care is named as List 8 names it, so that time in care can be counted from its first day.
    "permanence": [
        Route(
            '"List 10"',
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
                "perm_table_id": """child || '|' || coalesce(
                    "Date of Decision that Child Should be Placed for Adoption: day"::varchar, ''
                )""",
                "perm_cla_id": surrogate("Date the Child Entered Care"),
                "perm_permanence_order_type": """
                    case when "Date of Adoption Order" is not null then 'ADOPTION' end
                """,
            },
        )
    ],
    "adopters": [
        Route(
            "family",
            {},
            {
                "family_id": "family_id",
                "kind_code": "'IN_HOUSE'",
                "approved_date": "approved",
                "matched_date": "matched",
                "left_date": "left_on",
            },
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

TWELVE_MONTHS = ("cin_episodes", "cin_assessments", "s47_enquiries", "initial_cp_conferences")
SIX_MONTHS = ("contacts", "early_help_episodes", "cp_plans", "cla_episodes")
AT_THE_DATE = ("cp_visits", "cin_visits", "cla_visits")

LIMITS = {
    "cp_reviews": "Annex A has the latest review only, and no due date: it is good for no review measure",
    "cla_reviews": "Annex A has the latest review only, and no due date: it is good for no review measure",
    "cla_placements": "Annex A has the current placement only: it is good for no placement measure",
    "cp_visits_intime_pct": "Annex A has the latest visit only",
    "adopt_a1_days": "Annex A has no period of care that ended more than six months before it was made",
    "adopt_a10_days": "Annex A has no period of care that ended more than six months before it was made",
    "cin_plans": "Annex A says who has a plan, and not since when",
    "involvements": "Annex A names workers without ids or dates",
    "missing": "Annex A counts missing episodes and does not date them",
}

ABOUT_CHILD = (
    ("Gender", "not a code or label of the list sex"),
    ("Ethnicity", "not a code or label of the list ethnicity"),
    ("Date of Birth", "not a date that exists, as yyyy-mm-dd or dd/mm/yyyy"),
)
PERSON_FIELDS = {
    "pers_person_id": "Child Unique ID",
    "pers_sex": "Gender",
    "pers_ethnicity": "Ethnicity",
    "pers_dob": "Date of Birth",
    "pers_expected_dob": "Date of Birth",
}


@dataclass(frozen=True)
class _List:
    """One list as it came."""

    held: frozenset[str]  # the headings that it has
    records: pa.Table  # row_number, origin and every declared heading as text


def open_annex_a(data: bytes, as_at: date) -> Opened:
    """Read one workbook as it stood on `as_at`. Raises Rejected if it is hostile, broken or has no list."""
    check_container(data)
    notes = Notes()
    lists = _open_lists(data, notes)
    takes = {
        name
        for name, needs in NEEDS.items()
        if all(of in lists and heading in lists[of].held for of, heading in needs)
    }
    returns: dict[str, pa.Table] = {}
    with workbench({}) as db:
        tables = _with_days(lists, db)
        for name, table in tables.items():
            db.register(name, table)
        db.execute(REFERRALS)
        if any(not load_lists()[name].is_of_adults for name in lists):
            returns["persons"] = _persons(db, tables, as_at, notes)
        if "adopters" in takes:
            _make_families(db, notes)
        returns |= {name: make(db, routes) for name, routes in ROUTES.items() if name in takes}
        _note_conferences(db, notes)
        _note_entries_to_care(db, notes)
    absent = {
        name: f"the workbook has not every column that it is made from: {', '.join(h for _, h in needs)}"
        if all(of in lists for of, _ in needs)
        else "the workbook has no " + " and no ".join(sorted({of for of, _ in needs} - lists.keys()))
        for name, needs in NEEDS.items()
        if name not in takes
    }
    return Opened(
        source_format="annex_a",
        returns=returns,
        findings=notes.table(),
        history_from={name: _history(name, as_at) for name in returns},
        not_supplied=unfilled(returns, LIMITS | absent, "Annex A"),
        source_fields=named_by_sender(ROUTES, takes)
        | ({"persons": PERSON_FIELDS} if "persons" in returns else {}),
        said_date=as_at.isoformat(),
    )


def _history(name: str, as_at: date) -> date | None:
    """The day after the same day so many months earlier."""
    if name in AT_THE_DATE:
        return as_at
    months = 12 if name in TWELVE_MONTHS else 6 if name in SIX_MONTHS else None
    if months is None:
        return None
    year, month = divmod(as_at.year * 12 + as_at.month - 1 - months, 12)
    first_of_next = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last_day = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(as_at.day, last_day)) + timedelta(days=1)


def _open_lists(data: bytes, notes: Notes) -> dict[str, _List]:
    """The lists found, as text by heading. A list on two sheets is taken from neither."""
    wanted = {
        spelling for known in load_lists().values() for spelling, heading in known.spelled.items() if heading
    }
    found: dict[str, _List | None] = {}
    sheets = read_sheets(
        data,
        is_wanted=lambda heading: squeezed(heading) in wanted,
        is_header=lambda row: list_of(row) is not None,
    )
    for number, cells in enumerate(sheets, start=1):
        if isinstance(cells, str):
            notes.add(
                "unknown_sheet",
                f"sheet {number} has no row of headings of an Annex A list, so it was not read",
                "if it is a list, give it the headings of the Annex A guidance; other wordings go under "
                "aliases in ingest/other_formats/annex_a.yml",
                origin=f"sheet {number}",
                value=cells,
            )
            continue
        known = list_of(cells.headings)
        assert known is not None  # read_sheets hands over no other
        origin = f"{known.name} (sheet {number})"
        if known.name in found:
            found[known.name] = None
            notes.add(
                "repeated_list",
                f"two sheets hold {known.name} ({known.about}), so neither was taken",
                "send each list once; take copies and drafts out of the workbook",
                origin=origin,
            )
            continue
        found[known.name] = _open_list(cells, known, origin, notes)
    for name, known in load_lists().items():
        if name not in found:
            notes.add(
                "missing_list",
                f"no sheet holds {name} ({known.about}); what it would fill counts as not submitted",
                "send the list; one with nothing to report still has its headings",
                origin=name,
            )
    lists = {name: table for name, table in found.items() if table is not None}
    if not found:
        raise Rejected("no sheet of it has the headings of an Annex A list")
    return lists


def _open_list(cells: Cells, known: AnnexList, origin: str, notes: Notes) -> "_List | None":
    """One list's columns by heading, codes read; None where it cannot be taken."""
    held: dict[str, int] = {}
    for position, said in enumerate(cells.headings):
        heading = known.spelled.get(squeezed(said))
        suffixed = re.fullmatch(r"(.*)_\d+", said)
        if heading is None and suffixed and suffixed.group(1) in cells.headings:
            heading = known.spelled.get(
                squeezed(suffixed.group(1))
            )  # the reader numbers headings that repeat
        if heading is None and said.strip():
            notes.add(
                "unknown_column",
                f"column {position + 1} is not one of {known.name} and was ignored",
                "if it is legitimate, add its heading to aliases in ingest/other_formats/annex_a.yml",
                origin=origin,
                row_number=cells.header_row,
                column_name=f"column {position + 1}",
                value=said,
            )
        elif heading and heading in held:
            notes.add(
                "repeated_column",
                f"columns {held[heading] + 1} and {position + 1} are both {heading}, "
                "so the list was not taken",
                "send each column once",
                origin=origin,
                row_number=cells.header_row,
                column_name=heading,
            )
            return None
        elif heading:
            held[heading] = position
    lacking = [h for h in known.headings.values() if h.name not in held]
    for absent in lacking:
        effect = "so the list was not taken" if absent.is_needed else "so it reads as empty in every row"
        notes.add(
            "missing_column",
            f"{known.name} has no column {absent.name}, {effect}",
            "send the column, or if it goes by another name add that to aliases "
            "in ingest/other_formats/annex_a.yml",
            origin=origin,
            row_number=cells.header_row,
            column_name=absent.name,
        )
    if any(absent.is_needed for absent in lacking):
        return None
    _note_excel_errors(cells, known, origin, notes)
    count = len(cells.row_numbers)
    columns: dict[str, pa.ChunkedArray] = {}
    for wanted in known.headings.values():
        if wanted.name not in held:
            columns[wanted.name] = pa.chunked_array([pa.nulls(count, pa.string())])
            continue
        cell = _cleaned(cells.columns[held[wanted.name]])
        columns[wanted.name] = _read_codes(cell, wanted.read) if wanted.read else cell
    table = pa.table({"row_number": cells.row_numbers, "origin": pa.repeat(origin, count), **columns})
    return _List(frozenset(held), _records_of(table, known, notes))


def _cleaned(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells as conform will read them: trimmed, and null where they say nothing."""
    trimmed = pc.utf8_trim(column, BLANKS.strip("'"))
    says_nothing = pc.is_in(trimmed, pa.array(["", "-1", "NULL", "null", "Null"]))
    return pc.if_else(says_nothing, pa.scalar(None, pa.string()), trimmed)


def _records_of(table: pa.Table, known: AnnexList, notes: Notes) -> pa.Table:
    """The rows that say something; those of totals and repeated headings are left out and reported."""
    identifier = next(iter(known.headings))
    says = pc.is_valid(pc.coalesce(*(table.column(heading) for heading in known.headings)))
    said = table.column(identifier)
    is_total = pc.match_substring_regex(said, r"^(grand )?totals?\b", ignore_case=True)
    is_no_record = pc.fill_null(pc.or_(is_total, pc.equal(said, identifier)), False)
    left_out = table.filter(is_no_record)
    if left_out.num_rows:
        notes.add_table(
            left_out.num_rows,
            {
                "column_name": identifier,
                "finding": "not_a_record",
                "reason": "the row holds a total or headings, not a record, and was left out",
                "next_move": "take totals and repeated headings out of the list",
            },
            origin=left_out.column("origin"),
            row_number=left_out.column("row_number"),
            value=left_out.column(identifier),
        )
    return table.filter(pc.and_(says, pc.invert(is_no_record)))


def _note_excel_errors(cells: Cells, known: AnnexList, origin: str, notes: Notes) -> None:
    for row_number, position in cells.errors:
        said = squeezed(cells.headings[position])
        if said in known.spelled:
            notes.add(
                "excel_error",
                "the cell holds an error of Excel (as #N/A or #REF!) and counts as empty",
                "mend the formula, or type the value",
                origin=origin,
                row_number=row_number,
                column_name=known.spelled[said] or cells.headings[position].strip(),
            )


def _read_codes(column: pa.ChunkedArray, read: str) -> pa.ChunkedArray:
    """Each spelling read once; what means no code stays as it came."""
    encoded = column.combine_chunks().dictionary_encode()
    meant = []
    for cell in encoded.dictionary.to_pylist():
        code = read_code(cell, read)
        meant.append(cell if code is None else code or None)
    return pa.chunked_array([pa.array(meant, pa.string()).take(encoded.indices)])


def _with_days(lists: Mapping[str, _List], db: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    """Every list, absent ones without rows, with `child` and for each date a column of the day read from it.

    The days of all lists are read at once, each spelling once.
    """
    tables: dict[str, pa.Table] = {}
    for name, known in load_lists().items():
        texts = [(heading, pa.string()) for heading in known.headings]
        empty = pa.schema([("row_number", pa.int64()), ("origin", pa.string()), *texts]).empty_table()
        tables[name] = lists[name].records if name in lists else empty
    dates = [(name, heading) for name in tables for heading in tables[name].column_names if is_date(heading)]
    spelled = pc.unique(
        pa.chunked_array([c for n, h in dates for c in tables[n].column(h).chunks], pa.string())
    )
    db.register("spelled", pa.table({"cell": spelled}))
    days = db.sql("select day(cell) as day from spelled").to_arrow_table().column("day").combine_chunks()
    for name, heading in dates:
        at = pc.index_in(tables[name].column(heading), spelled)
        tables[name] = tables[name].append_column(f"{heading}: day", days.take(at.combine_chunks()))
    for name, known in load_lists().items():
        identifier = tables[name].column(next(iter(known.headings)))
        tables[name] = tables[name].append_column("child", identifier)
    return tables


def is_date(heading: str) -> bool:
    """Whether a heading is of a date; all of them say so."""
    return re.search(r"\bdate\b", heading, re.IGNORECASE) is not None


def _persons(
    db: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], as_at: date, notes: Notes
) -> pa.Table:
    """Each child once, from whatever list says something first; lists that disagree are a finding.

    A cell that cannot be read is reported here, where the sheet and row are known, and not handed on.
    """
    said = pa.concat_tables(
        tables[name].select(
            ["origin", "row_number", "child", *(h for h, _ in ABOUT_CHILD), "Date of Birth: day"]
        )
        for name, known in load_lists().items()
        if not known.is_of_adults
    )
    said = said.filter(pc.is_valid(said.column("child")))
    read = {
        "Gender": _if_code(said.column("Gender"), "sex"),
        "Ethnicity": _if_code(said.column("Ethnicity"), "ethnicity"),
        "Date of Birth": said.column("Date of Birth: day").cast(pa.string()),
    }
    for heading, reason in ABOUT_CHILD:
        unread = said.filter(pc.and_(pc.is_valid(said.column(heading)), pc.is_null(read[heading])))
        if unread.num_rows:
            notes.add_table(
                unread.num_rows,
                {
                    "return_name": "persons",
                    "column_name": heading,
                    "finding": "unreadable_cell",
                    "reason": reason,
                    "next_move": "correct the cell; until then it counts as empty",
                },
                origin=unread.column("origin"),
                row_number=unread.column("row_number"),
                value=unread.column(heading),
            )
    place = pa.array(np.arange(said.num_rows, dtype=np.int64))
    columns = {f"{heading}: read": column for heading, column in read.items()}
    db.register("said", pa.table({"place": place, "child": said.column("child"), **columns}))
    firsts = ", ".join(
        f"""arg_min("{heading}: read", place) as "{heading}",
        min("{heading}: read") <> max("{heading}: read") as "{heading}: disagrees" """
        for heading in read
    )
    once = db.sql(f"select min(place) as first, child, {firsts} from said group by child order by first")
    children = once.to_arrow_table()
    for heading, column in read.items():
        _note_disagreement(notes, said, column, children, heading)
    born = children.column("Date of Birth")
    is_born = pc.less_equal(born, as_at.isoformat())  # as text: both are yyyy-mm-dd
    unknown = pa.scalar(None, pa.string())
    return pa.table(
        {
            "row_number": said.column("row_number").take(children.column("first")),
            "origin": said.column("origin").take(children.column("first")),
            "pers_person_id": children.column("child"),
            "pers_sex": children.column("Gender"),
            "pers_ethnicity": children.column("Ethnicity"),
            "pers_dob": pc.if_else(is_born, born, unknown),
            "pers_expected_dob": pc.if_else(is_born, unknown, born),
        }
    )


def _if_code(column: pa.ChunkedArray, code_list: str) -> pa.ChunkedArray:
    codes = pa.array(sorted({code for code in load_spellings()[code_list].values() if code}))
    return pc.if_else(pc.is_in(column, codes), column, pa.scalar(None, pa.string()))


def _note_disagreement(
    notes: Notes, said: pa.Table, read: pa.ChunkedArray, children: pa.Table, heading: str
) -> None:
    """Report each row that says of a child other than the first row that said anything."""
    disputed = children.filter(pc.fill_null(children.column(f"{heading}: disagrees"), False))
    if not disputed.num_rows:
        return
    at = pc.index_in(said.column("child"), disputed.column("child").combine_chunks())
    kept = disputed.column(heading).take(at)
    other = said.filter(pc.fill_null(pc.not_equal(read, kept), False))
    notes.add_table(
        other.num_rows,
        {
            "return_name": "persons",
            "column_name": heading,
            "finding": "lists_disagree",
            "reason": f"an earlier row of the workbook has another {heading} for this child; "
            "the earlier one was kept",
            "next_move": "make the lists agree",
        },
        origin=other.column("origin"),
        row_number=other.column("row_number"),
        value=other.column(heading),
    )


def _make_families(db: duckdb.DuckDBPyConnection, notes: Notes) -> None:
    """Adopters by family: the earliest approval and match of its members, the latest leaving."""
    dates = {
        "Date application approved": "min",
        "Date adopter matched with child(ren)": "min",
        "Date of leaving adoption process": "max",
    }
    notes.query(
        db,
        " union all ".join(
            f"""
            select
                'adopters' as return_name, origin, row_number, '{heading}' as column_name,
                "{heading}" as value, 'unreadable_cell' as finding,
                'not a date that exists, as yyyy-mm-dd or dd/mm/yyyy' as reason,
                'correct the cell; until then it counts as empty' as next_move
            from "List 11" where "{heading}" is not null and "{heading}: day" is null
            """
            for heading in dates
        ),
    )
    approved, matched, left = (f'{pick}("{heading}: day")' for heading, pick in dates.items())
    db.execute(
        f"""
        create temp table family as
        select
            coalesce("Family identifier", child) as family_id, min(row_number) as row_number,
            min(origin) as origin, {approved} as approved, {matched} as matched, {left} as left_on
        from "List 11" group by family_id order by row_number
        """
    )


def _note_conferences(db: duckdb.DuckDBPyConnection, notes: Notes) -> None:
    result = "Did the Initial Child Protection Conference Result in a Child Protection Plan"
    notes.query(
        db,
        f"""
        select
            'initial_cp_conferences' as return_name, origin, row_number, '{result}' as column_name,
            "{result}" as value, 'result_without_conference' as finding,
            'the row has a result and no date of a conference, so no conference was made of it' as reason,
            'fill the date of the conference, or empty the result' as next_move
        from "List 5"
        where "Date of Initial Child Protection Conference" is null and "{result}" not in ('N')
        """,
    )


def _note_entries_to_care(db: duckdb.DuckDBPyConnection, notes: Notes) -> None:
    """List 10's day of entering care names a period of care on List 8; say where none has that name."""
    notes.query(
        db,
        """
        select
            'cla_episodes' as return_name, ten.origin, ten.row_number,
            'Date the Child Entered Care' as column_name, "Date the Child Entered Care" as value,
            case when eight.child is null then 'not_on_list_8' else 'lists_disagree' end as finding,
            case
                when "Date the Child Entered Care: day" is null
                    then 'not a date that exists, as yyyy-mm-dd or dd/mm/yyyy'
                when eight.child is null then 'the child is not on List 8, so time in care cannot be counted'
                else 'List 8 has no period of care of the child from this day; time in care cannot be counted'
            end as reason,
            case
                when eight.child is null and "Date the Child Entered Care: day" is not null
                    then 'nothing, if care ended more than six months before; else add the child to List 8'
                else 'make Lists 8 and 10 agree'
            end as next_move
        from "List 10" as ten
        left join (select distinct child from "List 8") as eight on ten.child = eight.child
        where "Date the Child Entered Care" is not null
            and not exists (
                from "List 8" as period
                where period.child = ten.child
                    and period."Date Started to be Looked After: day" = ten."Date the Child Entered Care: day"
            )
        """,
    )
