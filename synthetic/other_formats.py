"""The same authority told three other ways: an Annex A workbook, a CIN census and an SSDA903 return.

Everything is read from the returns already written, so that a figure which two forms can supply is one.
Conferences with no enquiry have no place in Annex A, and plans held for another authority are in neither
Annex A nor the census, since neither can say whose they are.
"""

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import duckdb
import xlsxwriter

from ingest.contracts.return_schema import submitted_formats
from synthetic.annex_a import LISTS
from synthetic.days import EPOCH, last_day

Row = tuple[Any, ...]


def invent_other_formats(raw: Path, la_code: str, months: Sequence[str], out: Path) -> list[Path]:
    """Write out/raw/<month>/<la_code>/ in the other forms, from the SSD returns under raw/<month>/<la_code>.

    Every month has annex_a.xlsx. The CIN census (cin_census.xml) and SSDA903 (ssda903/*.csv) come once a
    year, so only a March has them. Returns the files written.
    """
    written: list[Path] = []
    for month in months:
        as_at = EPOCH + dt.timedelta(days=last_day(month))
        folder = out / "raw" / month / la_code
        folder.mkdir(parents=True, exist_ok=True)
        with returns_as_tables(raw / month / la_code, as_at) as db:
            written.append(_annex_a(db, folder / "annex_a.xlsx"))
            if as_at.month == 3:
                written.append(_cin_census(db, as_at, la_code, folder / "cin_census.xml"))
                written += _ssda903(db, folder / "ssda903")
    return written


def returns_as_tables(folder: Path, as_at: dt.date) -> duckdb.DuckDBPyConnection:
    """The returns of one month as tables, dates as dates, and the day it was sent as `sent.a`."""
    db = duckdb.connect()
    db.execute("set threads = 1")
    for name, fmt in submitted_formats().items():
        path = folder / f"{name}.csv"
        kept = ", ".join(
            f"{f.name}::{'date' if f.type == 'date' else 'varchar'} as {f.name}" for f in fmt.fields
        )
        columns = {f.name: "varchar" for f in fmt.fields}
        if path.exists():
            db.execute(
                f"""
                create table {name} as
                select {kept}
                from read_csv($path, columns = $columns, auto_detect = false, header = true, delim = ',',
                    quote = '"', escape = '"', nullstr = '')
                """,
                {"path": str(path), "columns": columns},
            )
        else:  # a return that was not sent says nothing in any other form either
            db.execute(f"create table {name} ({', '.join(f'{f.name} varchar' for f in fmt.fields)})")
    year = as_at.year if as_at.month > 3 else as_at.year - 1
    db.execute(
        "create table sent as select $a::date as a, $y::date as year_start",
        {"a": as_at, "y": dt.date(year, 4, 1)},
    )
    _periods_of_care(db)
    return db


def _periods_of_care(db: duckdb.DuckDBPyConnection) -> None:
    """One row a period of care: when it began, how it ended, and its last legal status and placement."""
    db.execute(
        """
        create table care as
        select
            clae_person_id as child, clae_cla_id as cla_id,
            min(coalesce(clae_entered_care_date, clae_cla_episode_start_date)) as started,
            max_by(clae_cla_primary_need_code, clae_cla_episode_start_date) as need,
            case when count(*) = count(clae_cla_episode_ceased_date)
                then max(clae_cla_episode_ceased_date) end as ceased,
            case when count(*) = count(clae_cla_episode_ceased_date)
                then max_by(clae_cla_episode_ceased_reason, clae_cla_episode_start_date) end as ceased_reason
        from cla_episodes
        group by all
        """
    )


def _annex_a(db: duckdb.DuckDBPyConnection, path: Path) -> Path:
    """The eleven lists of an inspection, each on its sheet under the official headings."""
    made = dt.datetime(2000, 1, 1)  # a workbook stamped with the clock would differ at each writing
    with xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    ) as book:
        book.set_properties({"created": made})
        for title, sql in LISTS:
            found = db.execute(sql)
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, [column[0] for column in found.description or []])
            for number, row in enumerate(found.fetchall(), start=1):
                for position, value in enumerate(row):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(
                            number, position, dt.datetime(value.year, value.month, value.day)
                        )
                    elif isinstance(value, int):
                        sheet.write_number(number, position, value)
                    elif value is not None:
                        sheet.write_string(number, position, str(value))
    return path


def _element(name: str, value: object) -> str:
    return "" if value is None else f"<{name}>{escape(str(value))}</{name}>"


def _elements(names: Sequence[str], row: Sequence[object]) -> str:
    return "".join(_element(name, value) for name, value in zip(names, row, strict=True))


def _by_episode(rows: Iterable[Row], wrap: str, names: Sequence[str]) -> dict[str, str]:
    """Rows that begin with a referral id, as text by referral."""
    found: defaultdict[str, str] = defaultdict(str)
    for referral, *values in rows:
        found[referral] += f"<{wrap}>{_elements(names, values)}</{wrap}>"
    return found


def _cin_census(db: duckdb.DuckDBPyConnection, as_at: dt.date, la_code: str, path: Path) -> Path:
    """Every child with an episode of need open in the year to 31 March, and all that happened in it."""
    episodes = db.execute(
        """
        select cine_person_id, cine_referral_id, cine_referral_date, cine_referral_source_code,
            cine_cin_primary_need_code, cine_close_date, cine_close_reason, cine_referral_nfa
        from cin_episodes, sent
        where coalesce(cine_close_date, a) >= year_start
        order by cine_person_id, cine_referral_date
        """
    ).fetchall()
    unlinked = dict(
        db.execute(
            """
            select icpc_referral_id, max(icpc_icpc_date) from initial_cp_conferences
            where icpc_s47_enquiry_id is null and icpc_referral_id is not null group by all
            """
        ).fetchall()
    )
    assessed = _by_episode(
        db.execute(
            """
            select cina_referral_id, cina_assessment_start_date, cina_assessment_auth_date
            from cin_assessments where cina_referral_id is not null order by all
            """
        ).fetchall(),
        "Assessments",
        ("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
    )
    planned = _by_episode(
        db.execute(
            """
            select cinp_referral_id, cinp_cin_plan_start_date, cinp_cin_plan_end_date
            from cin_plans where cinp_referral_id is not null order by all
            """
        ).fetchall(),
        "CINPlanDates",
        ("CINPlanStartDate", "CINPlanEndDate"),
    )
    enquired = _by_episode(
        db.execute(
            """
            select s47e_referral_id, s47e_s47_start_date, icpc_icpc_target_date, icpc_icpc_date,
                case when s47e_s47_nfa = 'Y' then 1 else 0 end
            from s47_enquiries left join initial_cp_conferences on icpc_s47_enquiry_id = s47e_s47_enquiry_id
            where s47e_referral_id is not null order by all
            """
        ).fetchall(),
        "Section47",
        ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired"),
    )
    protected = _plans_by_episode(db)
    people = {
        row[0]: row[1:]
        for row in db.execute(
            "select pers_person_id, pers_upn_unknown, pers_dob, pers_expected_dob, pers_sex, pers_death_date,"
            " pers_ethnicity from persons"
        ).fetchall()
    }
    # Sex took the place of GenderCurrent with the census of 2024-25.
    sexed = as_at.year >= 2025
    sexes = {} if sexed else {"M": "1", "F": "2", "U": "9"}
    children: defaultdict[str, str] = defaultdict(str)
    for child, referral, date, source, need, closed, reason, nfa in episodes:
        children[child] += (
            f"<CINdetails>{_element('CINreferralDate', date)}{_element('ReferralSource', source)}"
            f"{_element('PrimaryNeedCode', need)}{_element('CINclosureDate', closed)}"
            f"{_element('ReasonForClosure', reason)}{_element('DateOfInitialCPC', unlinked.get(referral))}"
            f"{assessed.get(referral, '')}{planned.get(referral, '')}{enquired.get(referral, '')}"
            f"<ReferralNFA>{int(nfa == 'Y')}</ReferralNFA>{protected.get(referral, '')}</CINdetails>\n"
        )
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            "<?xml version='1.0' encoding='utf-8'?>\n<Message><Header><CollectionDetails>"
            f"<Collection>CIN</Collection>"
            f"<Year>{as_at.year}</Year><ReferenceDate>{as_at}</ReferenceDate></CollectionDetails><Source>"
            f"<SourceLevel>L</SourceLevel><LEA>{la_code}</LEA><SoftwareCode>Line of Sight</SoftwareCode>"
            f"<Release>1</Release><SerialNo>1</SerialNo></Source></Header>\n<Children>\n"
        )
        for child, details in children.items():
            unknown, born, due, sex, died, ethnicity = people[child]
            known = ("LAchildID", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate")
            file.write(
                f"<Child><ChildIdentifiers>{_elements(known, (child, unknown, born, due))}"
                f"{_element('Sex' if sexed else 'GenderCurrent', sexes.get(sex, sex))}"
                f"{_element('PersonDeathDate', died)}</ChildIdentifiers><ChildCharacteristics>"
                f"{_element('Ethnicity', ethnicity)}</ChildCharacteristics>\n{details}</Child>\n"
            )
        file.write("</Children></Message>\n")
    return path


def _plans_by_episode(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Child protection plans with the reviews held, by referral; another authority's plans are left out."""
    rows = db.execute(
        """
        select cppl_referral_id, cppl_cp_plan_start_date, cppl_cp_plan_end_date,
            cppl_cp_plan_initial_category, cppl_cp_plan_latest_category, number_of_previous_plans,
            (select list(cppr_cp_review_date order by cppr_cp_review_date) from cp_reviews
                where cppr_cp_plan_id = cppl_cp_plan_id and cppr_cp_review_date is not null)
        from cp_plans
        where cppl_cp_plan_ola is distinct from 'Y' and cppl_referral_id is not null
        order by all
        """
    ).fetchall()
    names = (
        "CPPstartDate",
        "CPPendDate",
        "InitialCategoryOfAbuse",
        "LatestCategoryOfAbuse",
        "NumberOfPreviousCPP",
    )
    found: defaultdict[str, str] = defaultdict(str)
    for referral, *values, reviews in rows:
        held = "".join(_element("CPPreviewDate", review) for review in reviews or [])
        held = f"<Reviews>{held}</Reviews>" if held else ""
        found[referral] += f"<ChildProtectionPlans>{_elements(names, values)}{held}</ChildProtectionPlans>"
    return found


# Children of the 903: anyone with an episode of care in the year to 31 March. A period of care is sent whole,
# from its first episode, so that the day it began can be told from the return alone.
_LOOKED_AFTER = """
    cla as (
        select child, cla_id, pers_dob as dob, pers_sex as sex, pers_ethnicity as ethnicity, started
        from care join persons on pers_person_id = child, sent
        where coalesce(ceased, a) >= year_start
    )
"""
_SSDA903 = {
    "header": f"""
        with {_LOOKED_AFTER}
        select distinct child as CHILD, sex as SEX, dob as DOB, ethnicity as ETHNIC,
            null as UPN, null as MOTHER, null as MC_DOB
        from cla order by all
    """,
    "episodes": f"""
        with {_LOOKED_AFTER}
        select child as CHILD, clae_cla_episode_start_date as DECOM, clae_cla_episode_start_reason as RNE,
            lega_legal_status as LS, clae_cla_primary_need_code as CIN, clap_cla_placement_type as PLACE,
            clap_cla_placement_provider as PLACE_PROVIDER, clae_cla_episode_ceased_date as DEC,
            clae_cla_episode_ceased_reason as REC, null as REASON_PLACE_CHANGE, null as HOME_POST,
            null as PL_POST, clap_cla_placement_urn as URN
        from cla
        join cla_episodes on clae_cla_id = cla_id
        left join legal_statuses on lega_person_id = child
            and lega_legal_status_start_date <= clae_cla_episode_start_date
            and coalesce(lega_legal_status_end_date, '9999-01-01') > clae_cla_episode_start_date
        left join cla_placements on clap_cla_id = cla_id
            and clap_cla_placement_start_date <= clae_cla_episode_start_date
            and coalesce(clap_cla_placement_end_date, '9999-01-01') > clae_cla_episode_start_date
        order by all
    """,
    "reviews": f"""
        with {_LOOKED_AFTER}
        select child as CHILD, dob as DOB, clar_cla_review_date as REVIEW,
            clar_cla_review_participation as REVIEW_CODE
        from cla join cla_reviews on clar_cla_id = cla_id, sent
        where clar_cla_review_date >= year_start and clar_cla_review_cancelled is distinct from 'Y'
            and clar_cla_review_participation is not null
        order by all
    """,
    "missing": f"""
        with {_LOOKED_AFTER}
        select distinct child as CHILD, dob as DOB, miss_missing_episode_type as MISSING,
            miss_missing_episode_start_date as MIS_START, miss_missing_episode_end_date as MIS_END
        from cla join missing on miss_person_id = child, sent
        where coalesce(miss_missing_episode_end_date, a) >= year_start
        order by all
    """,
    "placed_for_adoption": f"""
        with {_LOOKED_AFTER}
        select child as CHILD, dob as DOB, perm_placed_for_adoption_date as DATE_PLACED,
            perm_decision_reversed_date as DATE_PLACED_CEASED,
            perm_decision_reversed_reason as REASON_PLACED_CEASED
        from cla join permanence on perm_cla_id = cla_id
        where perm_placed_for_adoption_date is not null
        order by all
    """,
    "ad1": f"""
        with {_LOOKED_AFTER}
        select child as CHILD, dob as DOB, perm_adm_decision_date as DATE_INT,
            perm_matched_date as DATE_MATCH,
            case when perm_adopted_by_carer_flag = 'Y' then 1 else 0 end as FOSTER_CARE,
            2 as NB_ADOPTR, 'MF' as SEX_ADOPTR, 'L11' as LS_ADOPTR
        from cla join permanence on perm_cla_id = cla_id
        where perm_permanence_order_type = 'ADOPTION'
        order by all
    """,
    "oc3": """
        select clea_person_id as CHILD, pers_dob as DOB, clea_care_leaver_in_touch as IN_TOUCH,
            coalesce(clea_care_leaver_activity, '0') as ACTIV,
            coalesce(clea_care_leaver_accommodation || coalesce(clea_care_leaver_accom_suitable, '2'), '0')
                as ACCOM
        from care_leavers join persons on pers_person_id = clea_person_id
        where clea_care_leaver_eligibility in ('RELEVANT', 'FORMER_RELEVANT')
            and clea_care_leaver_in_touch is not null
        order by all
    """,
    "social_worker": f"""
        with {_LOOKED_AFTER}
        select distinct child as CHILD, dob as DOB, invo_professional_id as SW_ID,
            invo_involvement_start_date as SW_DECOM, invo_involvement_end_date as SW_DEC,
            case invo_worker_change_reason when 'Case transferred between teams' then 'TSPROC'
                when 'Worker left' then 'LEFTRL' when 'Worker moved post' then 'FCONTA'
                when 'Case closed' then 'OTHERS' end as SW_REASON
        from cla join involvements on invo_person_id = child, sent
        where invo_professional_role_id = 'SW' and coalesce(invo_involvement_end_date, a) >= year_start
        order by all
    """,
}


def _ssda903(db: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """The year's return, a file a table, dates as dd/mm/yyyy."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, sql in _SSDA903.items():
        found = db.execute(sql)
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([column[0] for column in found.description or []])
            for row in found.fetchall():
                writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else cell for cell in row])
        written.append(path)
    return written
