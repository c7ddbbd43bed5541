"""The invented England reads clean, repeats itself exactly, and never knows tomorrow."""

import csv
import hashlib
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import fastexcel
import numpy as np
import pytest

from ingest.contracts.return_schema import submitted_formats
from ingest.landing.conform import conform
from synthetic import InventSummary, invent
from synthetic.care import _last
from synthetic.days import is_working, iso_dates, last_day, working_after
from synthetic.other_formats import invent_other_formats

MONTHS = ["2024-12", "2025-01", "2025-02", "2025-03"]
SPEC = Path(__file__).parents[4] / "shared" / "spec"
RETURNS = sorted(submitted_formats())
# What the rules let a record say about the days to come.
MAY_LIE_AHEAD = {
    "pers_expected_dob",
    "icpc_icpc_target_date",
    "cppr_cp_review_due",
    "clar_cla_review_due_date",
    "next_review_due_date",
    "minutes_due_date",
    "start_date",
}


@pytest.fixture(scope="module")
def england(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, InventSummary]:
    out = tmp_path_factory.mktemp("england")
    return out, invent(authorities=4, months=MONTHS, children=200, seed=11, out=out)


@pytest.fixture(scope="module")
def received(england: tuple[Path, InventSummary]) -> duckdb.DuckDBPyConnection:
    """Every row that anybody sent, a table a return: month, as_at and la_code, then the text cells."""
    db = duckdb.connect()
    for name in RETURNS:
        files = sorted(str(path) for path in england[0].glob(f"raw/*/*/{name}.csv"))
        db.execute(
            f"""
            create table {name} as
            select split_part(filename, '/', -3) as month, split_part(filename, '/', -2) as la_code,
                last_day((month || '-01')::date)::varchar as as_at, * exclude (filename)
            from read_csv($files, columns = $columns, auto_detect = false, header = true, delim = ',',
                quote = '"', escape = '"', filename = true, nullstr = '')
            """,
            {"files": files, "columns": {f.name: "varchar" for f in submitted_formats()[name].fields}},
        )
    return db


def count(db: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = db.execute(f"select count(*) {sql}").fetchone()
    assert row is not None
    return int(row[0])


def digests(out: Path) -> dict[str, str]:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_arguments_give_the_same_bytes_whoever_does_the_work(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    first = invent(authorities=2, months=MONTHS[:2], children=30, seed=3, out=one)
    second = invent(authorities=2, months=MONTHS[:2], children=30, seed=3, out=two, jobs=2)

    assert digests(one) == digests(two)
    assert first == second


def test_a_council_may_have_nobody_in_care() -> None:
    nobody = np.array([], np.int64)

    assert _last(nobody).tolist() == []
    assert _last(np.array([4, 4, 7])).tolist() == [False, True, True]


def test_another_seed_is_another_england(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    invent(authorities=1, months=MONTHS[:1], children=40, seed=3, out=one)
    invent(authorities=1, months=MONTHS[:1], children=40, seed=4, out=two)

    assert digests(one)["raw/2024-12/001/persons.csv"] != digests(two)["raw/2024-12/001/persons.csv"]


def test_every_return_is_sent_save_the_one_that_is_promised_missing(
    england: tuple[Path, InventSummary],
) -> None:
    out, summary = england
    sent = {(p.parts[-3], p.parts[-2], p.stem) for p in out.glob("raw/*/*/*.csv")}
    owed = {(month, f"{la:03d}", name) for month in MONTHS for la in range(1, 5) for name in RETURNS}

    assert owed - sent == set(summary.missing)
    assert sent - owed == set()
    assert len(summary.missing) == 1


def test_the_promised_header_only_file_has_a_header_and_no_rows(england: tuple[Path, InventSummary]) -> None:
    out, summary = england
    ((month, la_code, name),) = summary.header_only
    text = (out / "raw" / month / la_code / f"{name}.csv").read_text()

    assert text.count("\n") == 1
    assert text.startswith(submitted_formats()[name].fields[0].name)


@pytest.mark.parametrize("name", RETURNS)
def test_columns_are_those_of_the_declared_format_in_order(
    name: str, england: tuple[Path, InventSummary]
) -> None:
    out, _ = england
    header = (out / "raw" / MONTHS[0] / "001" / f"{name}.csv").read_text().split("\n", 1)[0]

    assert header.split(",") == [field.name for field in submitted_formats()[name].fields]


def test_columns_are_those_of_the_specification(england: tuple[Path, InventSummary]) -> None:
    if not SPEC.exists():
        pytest.skip("the specification is not beside this clone; the declared formats are tested above")
    out, _ = england
    fields: dict[str, list[str]] = {}
    for name in ("returns", "returns_more"):
        with (SPEC / f"{name}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["source_table"] != "reference":
                    fields.setdefault(row["return_name"], []).append(row["field_name"])

    written = {
        p.stem: p.read_text().split("\n", 1)[0].split(",")
        for p in (out / "raw" / MONTHS[0] / "001").iterdir()
    }
    assert written == fields


@pytest.fixture(scope="module")
def door() -> duckdb.DuckDBPyConnection:
    """Where rows are conformed, apart from where they are held."""
    return duckdb.connect()


@pytest.mark.parametrize("name", RETURNS)
def test_the_door_finds_nothing_to_report(
    name: str, received: duckdb.DuckDBPyConnection, door: duckdb.DuckDBPyConnection
) -> None:
    numbered = received.sql(
        f"""
        select dense_rank() over (order by month, la_code) - 1 as file_no, row_number() over () as row_number,
            * exclude (month, la_code, as_at)
        from {name} where month = '{MONTHS[-1]}'
        """
    ).to_arrow_table()
    conformed = conform(door, numbered, submitted_formats()[name])

    assert conformed.findings.to_pylist() == []
    assert len(conformed.rows) == len(numbered)


@pytest.mark.parametrize("name", RETURNS)
def test_nothing_is_known_before_it_happens(name: str, received: duckdb.DuckDBPyConnection) -> None:
    dated = [
        f.name for f in submitted_formats()[name].fields if f.type == "date" and f.name not in MAY_LIE_AHEAD
    ]
    if dated:
        early = " or ".join(f"{column} > as_at" for column in dated)
        assert count(received, f"from {name} where {early}") == 0


def test_only_offered_and_accepted_starts_lie_ahead(received: duckdb.DuckDBPyConnection) -> None:
    sql = "from workforce_assignments where start_date > as_at and offer_accepted_date is null"

    assert count(received, sql) == 0


@pytest.mark.parametrize("name", ["contacts", "cin_episodes", "cp_plans", "cla_episodes", "cp_visits"])
def test_a_later_extract_holds_the_earlier_one_save_a_few_withdrawals(
    name: str, received: duckdb.DuckDBPyConnection
) -> None:
    (key,) = submitted_formats()[name].key
    first, last = (f"from {name} where month = '{month}'" for month in (MONTHS[0], MONTHS[-1]))
    gone = f"from (select la_code, {key} {first} except select la_code, {key} {last})"

    assert count(received, gone) <= 0.02 * count(received, first)
    assert count(received, last) > count(received, first)


def test_some_records_arrive_late_and_some_are_corrected(received: duckdb.DuckDBPyConnection) -> None:
    visit = "select la_code, cppv_cp_visit_id from cp_visits where month ="
    late = f"from ({visit} '2025-01' and cppv_cp_visit_date <= '2024-12-31' except {visit} '2024-12')"
    changed = """
        from cin_episodes a join cin_episodes b using (la_code, cine_referral_id)
        where a.month = '2024-12' and b.month = '2025-03'
            and a.cine_cin_primary_need_code <> b.cine_cin_primary_need_code
    """

    assert count(received, late) > 0
    assert count(received, changed) > 0


def test_everyone_written_about_has_a_person_row(received: duckdb.DuckDBPyConnection) -> None:
    for name in RETURNS:
        child = next((f.name for f in submitted_formats()[name].fields if f.name.endswith("person_id")), None)
        if child and name != "persons":
            strangers = (
                f"select month, la_code, {child} from {name} except select month, la_code, pers_person_id"
            )
            assert count(received, f"from ({strangers} from persons)") == 0, name


def test_each_care_episode_follows_on_from_the_one_before(received: duckdb.DuckDBPyConnection) -> None:
    broken = """
        from (
            select *, lead(clae_cla_episode_start_date) over period as next_start,
                lag(clae_cla_episode_ceased_reason) over period as came_from
            from cla_episodes
            window period as (partition by month, la_code, clae_cla_id order by clae_cla_episode_start_date)
        )
        where (clae_cla_episode_ceased_reason is not distinct from 'X1') <> (next_start is not null)
            or next_start <> clae_cla_episode_ceased_date
            or (clae_cla_episode_start_reason = 'S') <> (came_from is null)
            or (clae_cla_episode_start_reason = 'S') <> (clae_cla_episode_start_date = clae_entered_care_date)
    """

    assert count(received, "from cla_episodes where clae_cla_episode_ceased_reason = 'X1'") > 0
    assert count(received, broken) == 0


@pytest.mark.parametrize(
    "name", ["cin_episodes", "cin_plans", "cp_plans", "cla_placements", "legal_statuses", "missing"]
)
def test_what_happens_to_a_child_does_not_overlap(name: str, received: duckdb.DuckDBPyConnection) -> None:
    fmt = submitted_formats()[name]
    assert fmt.start_and_end is not None
    start, end = fmt.start_and_end
    child = next(f.name for f in fmt.fields if f.name.endswith("person_id"))
    runs_over = f"""
        from (
            select *, lead({start}) over (
                partition by month, la_code, {child} order by {start}, {end} nulls last
            ) as next_start
            from {name}
        )
        where next_start < coalesce({end}, '9')
    """

    assert count(received, runs_over) == 0


def test_late_meetings_are_meetings_that_were_held_late(received: duckdb.DuckDBPyConnection) -> None:
    held_late = {
        "RCPC": "select month, la_code, cppr_cp_review_id from cp_reviews"
        " where cppr_cp_review_date > cppr_cp_review_due",
        "CLA": "select month, la_code, clar_cla_review_id from cla_reviews"
        " where clar_cla_review_date > clar_cla_review_due_date",
        "ICPC": "select month, la_code, icpc_icpc_id from initial_cp_conferences",
    }
    for kind, meetings in held_late.items():
        reasons = f"select month, la_code, record_id from late_meetings where kind_code = '{kind}'"
        assert count(received, f"from ({reasons})") > 0
        assert count(received, f"from ({reasons} except {meetings})") == 0, kind


def test_cases_are_held_by_workers_of_that_month(received: duckdb.DuckDBPyConnection) -> None:
    held = """
        select month, la_code, invo_professional_id from involvements where invo_involvement_end_date is null
    """
    strangers = f"{held} except select month, la_code, prof_professional_id from professionals"

    # Someone who left in the last days of a month may still be on a record or two.
    assert count(received, f"from ({strangers})") <= 0.05 * count(
        received, f"from (select distinct * from ({held}))"
    )


def test_one_authority_knows_too_little_of_the_past(
    england: tuple[Path, InventSummary], received: duckdb.DuckDBPyConnection
) -> None:
    rows = received.execute(
        "select distinct la_code, history_from from extract_coverage where return_name = 'cin_episodes'"
    ).fetchall()

    assert {la_code for la_code, history_from in rows if history_from > "2024-01-01"} == set(
        england[1].late_history
    )
    assert {la_code for la_code, history_from in rows if history_from <= "2022-12-01"} == {
        "001",
        "002",
        "003",
    }


EDGES = {
    "a second referral 365 days after the first": """
        from cin_episodes a join cin_episodes b using (month, la_code, cine_person_id)
        where b.cine_referral_date::date - a.cine_referral_date::date = 365
    """,
    "a plan that starts on the day another ended": """
        from cp_plans a join cp_plans b using (month, la_code, cppl_person_id)
        where a.cppl_cp_plan_end_date = b.cppl_cp_plan_start_date and a.cppl_cp_plan_id <> b.cppl_cp_plan_id
    """,
    "a plan of two years": """
        from cp_plans
        where coalesce(cppl_cp_plan_end_date, as_at)::date - cppl_cp_plan_start_date::date >= 730
    """,
    "an unborn child": "from persons where pers_dob is null and pers_expected_dob is not null",
    "a cancelled review": "from cla_reviews where clar_cla_review_cancelled = 'Y'",
    "a review not yet held": "from cp_reviews where cppr_cp_review_date is null",
    "a contact undecided": "from contact_decisions where decision_date is null",
    "a contact without an outcome": "from contacts where cont_contact_outcome_json is null",
    "a contact at the weekend": "from contacts where isodow(cont_contact_date::date) > 5",
    "a plan that moved in": "from initial_cp_conferences where icpc_icpc_transfer_in = 'Y'",
    "a conference without an enquiry": """
        from initial_cp_conferences
        where icpc_s47_enquiry_id is null and icpc_icpc_transfer_in is distinct from 'Y'
    """,
    "a short break": "from legal_statuses where lega_legal_status = 'V4'",
    "a placement and a legal status that change together": """
        from cla_episodes where clae_cla_episode_start_reason in ('B', 'U')
    """,
    "a temporary placement": "from cla_placements where clap_cla_placement_type like 'T%'",
    "a visit at which nobody was seen": "from cp_visits where cppv_cp_visit_seen = 'N'",
    "a longer gap between visits agreed": "from visit_requirements where interval_days = '84'",
    "minutes overdue": """
        from conference_minutes where minutes_due_date <= as_at and minutes_sent_date is null
    """,
    "an initial assessment": "from cin_assessments where assessment_type = 'initial'",
    "a core assessment": "from cin_assessments where assessment_type = 'core'",
    "a plan for adoption reversed": "from permanence where perm_decision_reversed_date is not null",
    "an agency worker": "from workforce_assignments where holder_type = 'AGENCY' and end_date is null",
    "a move inside the authority": "from workforce_assignments where start_route = 'INTERNAL'",
    "a worker of unknown hours": "from professionals where prof_full_time_equivalency is null",
    "a supernumerary post": "from workforce_posts where established_fte = '0'",
}


@pytest.mark.parametrize("edge", EDGES)
def test_the_edges_that_the_counting_rules_speak_of_occur(
    edge: str, received: duckdb.DuckDBPyConnection
) -> None:
    assert count(received, EDGES[edge]) > 0


def test_the_number_open_is_about_what_was_asked_for(received: duckdb.DuckDBPyConnection) -> None:
    opened = """
        from (
            select distinct la_code, cine_person_id from cin_episodes
            where month = '2025-03' and cine_close_date is null and cine_referral_nfa is distinct from 'Y'
        )
    """

    assert 0.8 * 4 * 200 < count(received, opened) < 1.25 * 4 * 200


@pytest.fixture(scope="module")
def otherwise(england: tuple[Path, InventSummary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first authority's March, told as Annex A, CIN census and SSDA903."""
    out = tmp_path_factory.mktemp("otherwise")
    invent_other_formats(england[0] / "raw", "001", MONTHS[-1:], out)
    return out / "raw" / MONTHS[-1] / "001"


def test_other_formats_come_out_the_same_each_time(
    england: tuple[Path, InventSummary], otherwise: Path, tmp_path: Path
) -> None:
    invent_other_formats(england[0] / "raw", "001", MONTHS[-1:], tmp_path)

    assert digests(tmp_path / "raw" / MONTHS[-1] / "001") == digests(otherwise)


def test_only_march_has_the_yearly_returns(tmp_path: Path) -> None:
    invent(authorities=1, months=MONTHS[:1], children=20, seed=3, out=tmp_path)
    written = invent_other_formats(tmp_path / "raw", "001", MONTHS[:1], tmp_path)

    assert [path.name for path in written] == ["annex_a.xlsx"]


IN_MARCH = "month = '2025-03' and la_code = '001'"


def test_the_census_and_the_extract_give_the_same_counts(
    otherwise: Path, received: duckdb.DuckDBPyConnection
) -> None:
    census = ElementTree.parse(otherwise / "cin_census.xml")
    year = "2024-04-01"
    plans = [plan for plan in census.iter("ChildProtectionPlans") if plan.find("CPPendDate") is None]
    not_away = "cppl_cp_plan_ola is distinct from 'Y'"

    def dated(path: str) -> int:
        return sum((element.text or "") >= year for element in census.iterfind(f".//{path}"))

    asked = {
        f"from cin_episodes where {IN_MARCH} and cine_referral_date >= '{year}'": dated("CINreferralDate"),
        f"from s47_enquiries where {IN_MARCH} and s47e_s47_start_date >= '{year}'": dated(
            "S47ActualStartDate"
        ),
        f"from initial_cp_conferences where {IN_MARCH} and icpc_icpc_date >= '{year}'": dated(
            "DateOfInitialCPC"
        ),
        f"from cin_assessments where {IN_MARCH} and cina_assessment_auth_date >= '{year}'": dated(
            "AssessmentAuthorisationDate"
        ),
        f"from cp_plans where {IN_MARCH} and cppl_cp_plan_end_date is null and {not_away}": len(plans),
    }
    assert {sql: count(received, sql) for sql in asked} == asked


def test_the_903_and_the_extract_give_the_same_counts(
    otherwise: Path, received: duckdb.DuckDBPyConnection
) -> None:
    with (otherwise / "ssda903" / "episodes.csv").open(encoding="utf-8") as file:
        episodes = list(csv.DictReader(file))
    opened = f"from cla_episodes where {IN_MARCH} and clae_cla_episode_ceased_date is null"
    started = f"""
        from cla_episodes
        where {IN_MARCH} and clae_cla_episode_start_reason = 'S'
            and clae_cla_episode_start_date >= '2024-04-01'
    """
    in_year = [
        row for row in episodes if row["RNE"] == "S" and row["DECOM"][6:] + row["DECOM"][3:5] >= "202404"
    ]

    assert len({(row["CHILD"], row["DECOM"]) for row in episodes}) == len(episodes)
    assert sum(not row["DEC"] for row in episodes) == count(received, opened)
    assert len(in_year) == count(received, started)
    assert all(row["LS"] and row["PLACE"] for row in episodes)


def test_annex_a_has_eleven_lists_and_as_many_contacts(
    otherwise: Path, received: duckdb.DuckDBPyConnection
) -> None:
    book = fastexcel.read_excel(otherwise / "annex_a.xlsx")
    rows = {name: book.load_sheet(name).height for name in book.sheet_names}

    assert list(rows) == [f"List {number}" for number in range(1, 12)]
    contacts = f"from contacts where {IN_MARCH} and cont_contact_date > '2024-09-30'"
    referrals = f"from cin_episodes where {IN_MARCH} and cine_referral_date > '2024-03-31'"
    assert (rows["List 1"], rows["List 3"]) == (count(received, contacts), count(received, referrals))


def test_working_days_step_over_weekends_and_bank_holidays() -> None:
    good_friday_eve = last_day("2025-03") + 17  # Thursday 17 April 2025

    assert iso_dates()[good_friday_eve] == "2025-04-17"
    assert not is_working()[good_friday_eve + 1]
    assert iso_dates()[int(working_after([good_friday_eve], 1)[0])] == "2025-04-22"
    assert date.fromisoformat(iso_dates()[0]) == date(1970, 1, 1)
