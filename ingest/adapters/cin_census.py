"""The CIN census (XML, 2017 to 2026) as SSD returns, by spec/mapping.csv."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow.compute as pc

from ingest.adapters.base import (
    ConvertedReturns,
    Route,
    columns_of_dates,
    make,
    named_by_sender,
    note_codes_of_other_times,
    settle_dates,
    unfilled,
    workbench,
)
from ingest.adapters.xml_reader import Branch, Records, Tree, read_records
from ingest.discovery.file_reader import RejectedFileError
from ingest.privacy.pseudonyms import Pseudonymiser

HEADER = {
    "Message": Branch(""),
    "Header": Branch("Message"),
    "CollectionDetails": Branch("Header", ("Collection", "Year", "ReferenceDate")),
    "Source": Branch("Header", ("LEA",), ("SourceLevel", "SoftwareCode", "Release", "SerialNo", "DateTime")),
}
CIN_CENSUS = Tree(
    "the CIN census",
    {
        **HEADER,
        "Children": Branch("Message"),
        "Child": Branch("Children"),
        "ChildIdentifiers": Branch(
            "Child",
            (
                "LAchildID",
                "PersonBirthDate",
                "ExpectedPersonBirthDate",
                "GenderCurrent",  # to 2024
                "Sex",  # from 2025
                "PersonDeathDate",
                "UPNunknown",
            ),
            ("UPN", "FormerUPN"),
        ),
        "ChildCharacteristics": Branch("Child", ("Ethnicity",)),
        "CINdetails": Branch(
            "Child",
            (
                "CINreferralDate",
                "ReferralSource",
                "PrimaryNeedCode",
                "CINclosureDate",
                "ReasonForClosure",
                "DateOfInitialCPC",
                "ReferralNFA",
            ),
        ),
        "Assessments": Branch(
            "CINdetails",
            ("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
            ("AssessmentInternalReviewDate",),
        ),
        "CINPlanDates": Branch("CINdetails", ("CINPlanStartDate", "CINPlanEndDate")),
        "Section47": Branch(
            "CINdetails", ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired")
        ),
        "ChildProtectionPlans": Branch(
            "CINdetails",
            (
                "CPPstartDate",
                "CPPendDate",
                "InitialCategoryOfAbuse",
                "LatestCategoryOfAbuse",
                "NumberOfPreviousCPP",
            ),
        ),
        "Reviews": Branch("ChildProtectionPlans", ("CPPreviewDate",), is_list=True),
    },
    skipped=frozenset({"Disabilities", "FactorsIdentifiedAtAssessment", "PreProceedingsandFGDM"}),
)
CIN_PLANS_SINCE = 2022
# Elements that not every year's census has: branch, leaf, first year, last year.
OF_SOME_YEARS = (
    ("ChildIdentifiers", "GenderCurrent", None, 2024),
    ("ChildIdentifiers", "Sex", 2025, None),
    ("CINPlanDates", "CINPlanStartDate", CIN_PLANS_SINCE, None),
)

# Every record finds its child and referral, whatever the order of elements, by the numbers of its parents.
# The first of two ChildIdentifiers in one Child is kept; the other is a finding.
KEYS = """
create temp table person as
select
    "Child".number, "Child".line as row_number, 'ChildIdentifiers' as origin,
    identifiers.* exclude (number, line, of), "Ethnicity", clean("LAchildID") as id
from "Child"
left join (
    from "ChildIdentifiers" qualify row_number() over (partition by of order by number) = 1
) as identifiers
    on identifiers.of = "Child".number
left join (
    from "ChildCharacteristics" qualify row_number() over (partition by of order by number) = 1
) as traits
    on traits.of = "Child".number
order by "Child".number;

create temp table episode as
select
    "CINdetails".* exclude (of, line), "CINdetails".line as row_number, 'CINdetails' as origin,
    "LAchildID", id || '|' || day("CINreferralDate") as referral_id
from "CINdetails" join person on person.number = "CINdetails".of
order by "CINdetails".number;

create temp table enquiry as
select
    "Section47".line as row_number, 'Section47' as origin,
    "Section47".* exclude (number, of, line), of as episode_number, "LAchildID", referral_id,
    referral_id || '|' || day("S47ActualStartDate") as enquiry_id,
    day("Section47"."DateOfInitialCPC") as conference_day
from "Section47" join episode on episode.number = "Section47".of
order by "Section47".number;

create temp table plan as
select
    "ChildProtectionPlans".number, "ChildProtectionPlans".line as row_number,
    'ChildProtectionPlans' as origin,
    "ChildProtectionPlans".* exclude (number, of, line), "LAchildID", referral_id,
    referral_id || '|' || day("CPPstartDate") as plan_id
from "ChildProtectionPlans" join episode on episode.number = "ChildProtectionPlans".of
order by "ChildProtectionPlans".number;

create temp view assessment as
select
    line as row_number, 'Assessments' as origin, "Assessments".* exclude (number, of, line),
    "LAchildID", referral_id
from "Assessments" join episode on episode.number = "Assessments".of
order by "Assessments".number;

create temp view cin_plan as
select
    line as row_number, 'CINPlanDates' as origin, "CINPlanDates".* exclude (number, of, line),
    "LAchildID", referral_id
from "CINPlanDates" join episode on episode.number = "CINPlanDates".of
order by "CINPlanDates".number;

create temp view review as
select line as row_number, 'Reviews' as origin, "CPPreviewDate", "LAchildID", plan_id
from "Reviews" join plan on plan.number = "Reviews".of
order by "Reviews".number;
"""

ROUTES = {
    "persons": [
        Route(
            "person",
            {
                "pers_person_id": "LAchildID",
                "pers_ethnicity": "Ethnicity",
                "pers_dob": "PersonBirthDate",
                "pers_expected_dob": "ExpectedPersonBirthDate",
                "pers_death_date": "PersonDeathDate",
                "pers_upn_unknown": "UPNunknown",
            },
            {
                "pers_sex": """coalesce(clean("Sex"), case clean("GenderCurrent")
                    when '1' then 'M' when '2' then 'F' when '0' then 'U' when '9' then 'U'
                    else "GenderCurrent"
                end)"""
            },
        )
    ],
    "cin_episodes": [
        Route(
            "episode",
            {
                "cine_person_id": "LAchildID",
                "cine_referral_date": "CINreferralDate",
                "cine_referral_source_code": "ReferralSource",
                "cine_cin_primary_need_code": "PrimaryNeedCode",
                "cine_referral_nfa": "ReferralNFA",
                "cine_close_date": "CINclosureDate",
                "cine_close_reason": "ReasonForClosure",
            },
            {"cine_referral_id": "referral_id"},
        )
    ],
    "cin_assessments": [
        Route(
            "assessment",
            {
                "cina_person_id": "LAchildID",
                "cina_assessment_start_date": "AssessmentActualStartDate",
                "cina_assessment_auth_date": "AssessmentAuthorisationDate",
            },
            {
                "cina_assessment_id": """referral_id || '|' || day("AssessmentActualStartDate")""",
                "cina_referral_id": "referral_id",
            },
        )
    ],
    "cin_plans": [
        Route(
            "cin_plan",
            {
                "cinp_person_id": "LAchildID",
                "cinp_cin_plan_start_date": "CINPlanStartDate",
                "cinp_cin_plan_end_date": "CINPlanEndDate",
            },
            {
                "cinp_cin_plan_id": """referral_id || '|' || day("CINPlanStartDate")""",
                "cinp_referral_id": "referral_id",
            },
        )
    ],
    "s47_enquiries": [
        Route(
            "enquiry",
            {
                "s47e_person_id": "LAchildID",
                "s47e_s47_start_date": "S47ActualStartDate",
                "s47e_s47_nfa": "ICPCnotRequired",
            },
            {"s47e_s47_enquiry_id": "enquiry_id", "s47e_referral_id": "referral_id"},
        )
    ],
    # A conference is one of a child on a day: two enquiries that name the same one make rows of one key.
    "initial_cp_conferences": [
        Route(
            "enquiry",
            {
                "icpc_person_id": "LAchildID",
                "icpc_icpc_date": "DateOfInitialCPC",
                "icpc_icpc_target_date": "InitialCPCtarget",
            },
            {
                "icpc_icpc_id": "referral_id || '|' || conference_day",
                "icpc_s47_enquiry_id": "enquiry_id",
                "icpc_referral_id": "referral_id",
            },
            where='clean("DateOfInitialCPC") is not null',
        ),
        Route(
            "episode",
            {"icpc_person_id": "LAchildID", "icpc_icpc_date": "DateOfInitialCPC"},
            {
                "icpc_icpc_id": """referral_id || '|' || day("DateOfInitialCPC")""",
                "icpc_referral_id": "referral_id",
            },
            where="""clean("DateOfInitialCPC") is not null and not exists (
                from enquiry
                where enquiry.episode_number = episode.number
                    and conference_day = day(episode."DateOfInitialCPC")
            )""",
        ),
    ],
    "cp_plans": [
        Route(
            "plan",
            {
                "cppl_person_id": "LAchildID",
                "cppl_cp_plan_start_date": "CPPstartDate",
                "cppl_cp_plan_end_date": "CPPendDate",
                "cppl_cp_plan_initial_category": "InitialCategoryOfAbuse",
                "cppl_cp_plan_latest_category": "LatestCategoryOfAbuse",
                "number_of_previous_plans": "NumberOfPreviousCPP",
            },
            {"cppl_cp_plan_id": "plan_id", "cppl_referral_id": "referral_id"},
        )
    ],
    "cp_reviews": [
        Route(
            "review",
            {"cppr_person_id": "LAchildID", "cppr_cp_review_date": "CPPreviewDate"},
            {
                "cppr_cp_review_id": """plan_id || '|' || day("CPPreviewDate")""",
                "cppr_cp_plan_id": "plan_id",
            },
            where='clean("CPPreviewDate") is not null',
        )
    ],
}

LIMITS = {
    "rcpc_intime_pct": "the CIN census has no due date of a review",
    "assessment_type": "the CIN census does not tell initial, core and single assessments apart",
    "cin_referral_team": "the CIN census names no teams or workers",
}


def open_cin_census(source: Path | bytes | BinaryIO, door: Pseudonymiser | None = None) -> ConvertedReturns:
    """Read one CIN census file. Raises RejectedFileError where it is hostile, broken or another collection.

    Through a door, children go by pseudonyms, and every id made of a child's is made of the pseudonym.
    """
    records = read_records(source, CIN_CENSUS)
    if door:
        of_children = door.through(records.tables["ChildIdentifiers"], {"LAchildID": "child"})
        records = replace(records, tables={**records.tables, "ChildIdentifiers": of_children})
    notes = records.notes
    authority, year, reference_date = read_header(records, "CIN")
    as_at = date(year, 3, 31) if year else None
    with workbench({}) as db:
        births = columns_of_dates(named_by_sender(ROUTES, ROUTES))
        tables = settle_dates(db, records.tables, births, as_at, notes)
    with workbench(tables) as db:
        db.execute(KEYS)
        returns = {name: make(db, routes) for name, routes in ROUTES.items()}
        _note_second_parts(db, records)
    source_fields = named_by_sender(ROUTES, returns)
    if year:
        _note_elements_of_other_years(records, year)
    if as_at:
        note_codes_of_other_times(returns, source_fields, as_at, notes)
    limits = dict(LIMITS)
    if (year is None or year < CIN_PLANS_SINCE) and not returns["cin_plans"].num_rows:
        del returns["cin_plans"]
        limits["cin_plans"] = f"the CIN census has had plan dates since {CIN_PLANS_SINCE}"
    first_day = date(year - 1, 4, 1) if year else None
    return ConvertedReturns(
        source_format="cin_census",
        returns=returns,
        findings=notes.table(),
        history_from={name: None if name == "persons" else first_day for name in returns},
        not_supplied=unfilled(returns, limits, "the CIN census"),
        source_fields={name: source_fields[name] for name in returns},
        said_authority=authority,
        said_year=year,
        said_date=reference_date,
    )


def read_header(records: Records, collection: str) -> tuple[str | None, int | None, str | None]:
    """Authority, year and reference date as the file says.

    Raises RejectedFileError if it is another collection.
    """

    def said(branch: str, leaf: str) -> str | None:
        values = records.tables[branch].column(leaf)
        return (values[0].as_py() or "").strip() or None if len(values) else None

    if (said("CollectionDetails", "Collection") or collection).upper() != collection:
        raise RejectedFileError(f"its header says that it is not the {collection} collection")
    authority, year, day = said("Source", "LEA"), said("CollectionDetails", "Year"), None
    ok_authority = authority if authority and len(authority) == 3 and authority.isdecimal() else None
    ok_year = int(year) if year and len(year) == 4 and year.isascii() and year.isdecimal() else None
    day = said("CollectionDetails", "ReferenceDate")
    for value, is_ok, element, what in (
        (authority, ok_authority, "LEA", "the three-digit code of the authority"),
        (year, ok_year, "Year", "the year of the collection"),
    ):
        if not is_ok:
            records.notes.add(
                "header_incomplete",
                f"the header does not give {what}, so it cannot be checked against the folder",
                f"fill {element} in the header",
                origin="Header",
                column_name=element,
                value=value,
            )
    if ok_year and day and not day.startswith(str(ok_year)):
        records.notes.add(
            "header_disagrees",
            "the year of the collection and the reference date are of different years; the year was used",
            "correct Year or ReferenceDate in the header",
            origin="Header",
            column_name="ReferenceDate",
            value=day,
        )
    return ok_authority, ok_year, day


def _note_elements_of_other_years(records: Records, year: int) -> None:
    for branch, leaf, first, last in OF_SOME_YEARS:
        table = records.tables[branch]
        there = table.filter(pc.is_valid(table[leaf]))
        if there.num_rows and not (first or year) <= year <= (last or year):
            when = f"since {first}" if first else f"until {last}"
            records.notes.add(
                "element_of_another_year",
                f"the census has had it {when}, and this is of {year}; it was read ({there.num_rows} times)",
                "check the year in the header, or that the export is by the rules of that year",
                origin=branch,
                column_name=leaf,
                row_number=there["line"][0].as_py(),
            )


def _note_second_parts(db: duckdb.DuckDBPyConnection, records: Records) -> None:
    for part in ("ChildIdentifiers", "ChildCharacteristics"):
        records.notes.query(
            db,
            f"""
            select
                '{part}' as origin, line as row_number, 'repeated_element' as finding,
                'a child has this element more than once; the first was kept' as reason,
                'send it once for each child' as next_move
            from "{part}" qualify row_number() over (partition by of order by number) > 1
            """,
        )
