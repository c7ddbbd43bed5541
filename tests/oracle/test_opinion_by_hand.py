"""Sums worked by hand: a few rows, one rule, and the figure that a person with a diary would write down."""

import csv
from datetime import date
from pathlib import Path

import pytest

from .calendar import BANK_HOLIDAYS, age, bank_holidays_of, next_wd, plus_months, wd
from .council import LA, MAY, Council
from .indicators import FLOWS, PERIODS, STOCKS
from .law import CODES, FIELDS, HISTORY, INDICATORS
from .opinion import ALL, CHOICES, COLUMNS, REPORTED_ONLY, figures
from .reader import read_boolean, read_date, read_integer, read_number

# Where this clone sits beside the pages it was built from, it can be held against them.
SPEC = Path(__file__).parents[3] / "shared" / "spec"
needs_the_spec = pytest.mark.skipif(not SPEC.is_dir(), reason="the law itself is not beside this clone")


def number_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


# The law and the calendar


@needs_the_spec
def test_the_tables_kept_here_are_those_of_the_law():
    def table(name: str) -> list[dict[str, str]]:
        with (SPEC / name).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def outline(rows: list[dict[str, str]]) -> list[tuple[str, str, str, str]]:
        return [(row["return_name"], row["field_name"], row["type"], row["history"]) for row in rows]

    kept = [(name, field.name, field.type, HISTORY[name]) for name in FIELDS for field in FIELDS[name]]
    # `since_month` joins the last return of the first table: counting_more.md, "Breakdowns".
    since_month = ("targets", "since_month", "text", "lookup")
    assert kept == [*outline(table("returns.csv")), since_month, *outline(table("returns_more.csv"))]
    codes = [(row["list"], row["code"], row["label"]) for row in table("code_lists.csv")]
    kept_codes = [(name, code, CODES[name][code]) for name in CODES for code in CODES[name]]
    # The law gives the disability codes and the further bases no labels.
    unlabelled = [("period_basis", "quarter"), ("period_basis", "since")]
    labelled = [kept for kept in kept_codes if kept[0] != "disability" and kept[:2] not in unlabelled]
    assert labelled == codes
    assert " ".join(CODES["disability"]) == "NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA"
    law = [*table("counting.csv"), *table("counting_more.csv")]
    assert list(INDICATORS) == [row["indicator_id"] for row in law]
    for row in law:
        indicator = INDICATORS[row["indicator_id"]]
        for field in ("area", "unit", "kind", "count_unit", "zero_denominator_status", "breakdowns"):
            assert getattr(indicator, field) == row[field]
        assert " ".join(indicator.bases) == row["bases"]
        assert " ".join(indicator.required) == row["returns_required"]
        assert " ".join(indicator.optional) == row["returns_optional"]
        assert (indicator.scale, indicator.lookback_days) == (int(row["scale"]), int(row["lookback_days"]))
        assert indicator.has_denominator == (row["denominator_rule"] != "none")
        assert indicator.is_rate == row["denominator_rule"].startswith("population")


@needs_the_spec
def test_the_bank_holidays_are_those_of_the_list():
    listed = (SPEC / "bank_holidays.csv").read_text(encoding="utf-8").split()[1:]
    assert [
        date.fromordinal(day).isoformat() for day in BANK_HOLIDAYS if day < number_of("2031-01-01")
    ] == listed


def test_every_indicator_has_one_rule():
    assert len(INDICATORS) == 134
    assert sorted([*FLOWS, *STOCKS, *PERIODS, REPORTED_ONLY]) == sorted(INDICATORS)
    assert all(all(choice) for choice in CHOICES)


def test_one_off_days_move_the_calendar():
    assert date(2011, 4, 29) in bank_holidays_of(2011)
    assert {date(2012, 6, 4), date(2012, 6, 5)} <= bank_holidays_of(2012)
    assert date(2012, 5, 28) not in bank_holidays_of(2012)
    assert date(2020, 5, 8) in bank_holidays_of(2020) and date(2020, 5, 4) not in bank_holidays_of(2020)
    assert {date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)} <= bank_holidays_of(2022)
    assert date(2022, 5, 30) not in bank_holidays_of(2022) and date(2023, 5, 8) in bank_holidays_of(2023)


def test_days_between_are_counted_from_day_nought():
    assert wd(number_of("2024-05-24"), number_of("2024-05-28")) == 1  # Friday to Tuesday, Monday a holiday
    assert wd(number_of("2024-05-25"), number_of("2024-05-27")) == 0
    assert wd(number_of("2024-05-28"), number_of("2024-05-24")) == -1
    assert next_wd(number_of("2024-03-29")) == number_of("2024-04-02")  # Good Friday to Easter Tuesday
    assert next_wd(number_of("2024-04-02")) == number_of("2024-04-02")
    assert wd(number_of("1999-07-01"), number_of("2005-01-05")) == 2  # as from 1 January 2005: 4th and 5th


def test_ages_and_months_mind_the_end_of_february():
    born = number_of("2008-02-29")
    assert age(born, number_of("2025-02-28")) == 16
    assert age(born, number_of("2025-03-01")) == 17
    assert plus_months(number_of("2023-08-31"), 6) == number_of("2024-02-29")
    assert plus_months(number_of("2024-02-29"), 12) == number_of("2025-02-28")


# Cells, rows and files


def test_cells_are_read_or_are_null():
    assert read_date("2024-02-29") == read_date("29/02/2024 00:00:00") == read_date("2024-02-29T09:30")
    assert [read_date(cell) for cell in ("2023-02-29", "29-02-2024", "2024-02-29 or so", "2/3/2024")] == [
        None
    ] * 4
    assert [read_boolean(cell) for cell in ("Y", "no", "TRUE", "0", "maybe")] == [
        True,
        False,
        True,
        False,
        None,
    ]
    assert [read_integer(cell) for cell in ("1,204", "-3", "3.5", "ten")] == [1204, -3, None, None]
    assert [read_number(cell) for cell in ("£1,200.50", "-£2", "1e3", "")] == [1200.5, -2, None, None]


def test_a_header_under_an_alias_and_a_missing_optional_column_still_count(council):
    council.submits_text(
        "cin_episodes",
        "\ufeffcine_referral_id, Child Unique ID ,DATE OF REFERRAL,Referral NFA?,extra\r\n"
        "r1,c1,02/05/2024,yes,x,beyond\r\n\r\nr2,c2,2024-05-31 10:00,\r\nr3,-1,2024-05-03,N\r\n",
    )
    assert council.shares("referrals_nfa_pct") == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cine_referral_id,cine_person_id\nr1,c1\n",
        "cine_referral_id,cine_person_id,cine_referral_date,CINreferralDate\nr1,c1,2024-05-01,2024-05-01\n",
        b"cine_referral_id,cine_person_id,cine_referral_date\nr\xe9,c1,2024-05-01\n",
    ],
)
def test_a_rejected_file_is_not_submitted_and_an_older_one_still_answers_for_its_month(council, text):
    header = "referral_id person_id referral_date"
    council.submits("2024-04", cin_episodes=f"{header}\n r1 c1 2024-04-10")
    council.submits_text("cin_episodes", text)
    assert council.says("referrals_received") == (None, None, None, "not_submitted")
    assert council.counts("referrals_received", period="2024-04", view=MAY) == 1


def test_a_header_and_no_rows_is_a_true_nought_and_a_missing_file_is_not(council):
    council.submits(contacts="")
    assert council.says("contacts_received") == (0, None, 0, "calculated")
    assert council.says("contacts_to_referral_pct") == (0, 0, None, "no_cases")
    assert council.says("contact_screened_same_day_pct") == (None, None, None, "not_submitted")


def test_row_rules_apply_in_their_order(council):
    council.submits(
        cp_plans="""plan_id person_id start_date end_date
                    p1 c1 2024-05-01 -
                    p1 c1 2024-05-02 2024-05-01
                    p2 c2 2024-05-03 -
                    p2 c2 2024-13-01 -
                    p3 c3 2024-05-06 2024-05-06"""
    )
    # p1: its last row stands and is upside down. p2: its last row has no date, so the first stands.
    assert council.counts("cp_started") == 2
    assert council.counts("cp_ended") == 1
    assert council.counts("cp_open") == 1


# Which snapshot, which status


def test_events_restate_and_states_stay(council):
    header = "contact_id person_id contact_date"
    leavers = "clea_table_id clea_person_id eligibility in_touch"
    people = "pers_person_id pers_dob\n c1 2005-05-01\n c2 2005-05-01"
    council.submits(
        "2024-04",
        contacts=f"{header}\n k1 c1 2024-04-30\n k2 c2 2024-04-02",
        care_leavers=f"{leavers}\n l1 c1 RELEVANT YES",
        persons=people,
    )
    council.submits("2024-05", contacts=f"{header}\n k1 c1 2024-04-30", persons=people)
    assert council.counts("contacts_received", period="2024-04") == 2
    assert council.counts("contacts_received", period="2024-04", view=MAY) == 1  # k2 was withdrawn
    assert council.shares("cl_in_touch_pct", period="2024-04", view=MAY) == (1, 1)
    assert council.says("cl_in_touch_pct")[3] == "not_submitted"


def test_an_authority_owes_every_month_from_its_first_folder(council):
    council.submits("2024-03", contacts="").submits("2024-05", contacts="").submits("2024-06", "302")
    found = figures(council.raw, council.reference, "2024-05")
    assert set(found.la_code) == {"301"}
    assert sorted({day.month for day in found.period_end}) == [3, 4, 5]
    totals = found[(found.breakdown_type == ALL) & (found.period_end == date(2024, 4, 30))]
    assert len(totals) == sum(len(indicator.bases) for indicator in INDICATORS.values())


def test_reported_figures_fill_only_silence_and_come_row_by_row(council):
    header = "indicator_id period_basis period_end breakdown numerator denominator value"
    april = "contacts_received month 2024-04-30 all"
    council.submits("2024-03", indicator_returns=f"{header}\n {april} 5 - -")
    council.submits("2024-04", indicator_returns=f"{header}\n {april} 7 - -")
    council.submits(
        "2024-05",
        indicator_returns=f"""{header}
            {april} 9 - -
            icpc_15wd_pct month 2024-04-30 all 3 4 -
            rcpc_intime_pct month 2024-04-30 all 3 4 75.1
            cp_category_pct point_in_time 2024-04-30 NEG 3 4 -
            cla_dental_pct point_in_time 2024-04-30 all 3 - -""",
    )
    council.submits("2024-06", indicator_returns=header)
    assert council.says("contacts_received", period="2024-04") == (7, None, 7, "reported")
    assert council.says("contacts_received", period="2024-04", view="2024-06") == (9, None, 9, "reported")
    assert council.says("contacts_received", period="2024-03", view="2024-06")[3] == "not_submitted"
    assert council.says("icpc_15wd_pct", period="2024-04", view=MAY) == (3, 4, 75, "reported")
    assert council.says("rcpc_intime_pct", period="2024-04", view=MAY) == (3, 4, 75.1, "reported")
    assert council.says("cp_category_pct", period="2024-04", view=MAY, cell="NEG")[3] == "not_submitted"
    assert council.says("cla_dental_pct", period="2024-04", view=MAY)[3] == "not_submitted"
    council.submits("2024-06", contacts="")
    assert council.says("contacts_received", period="2024-04", view="2024-06") == (0, None, 0, "calculated")


@pytest.mark.parametrize(
    ("complete_from", "status"), [("2022-05-02", "no_cases"), ("2022-05-03", "insufficient_history")]
)
def test_history_must_reach_the_look_back_before_the_first_day(council, complete_from, status):
    council.submits(cp_plans="", extract_coverage=f"return_name history_from\n cp_plans {complete_from}")
    assert council.says("cp_subsequent_2y_pct")[3] == status  # 1 May 2024 less 730 days is 2 May 2022
    assert council.says("cp_started")[3] == "calculated"
    assert council.says("cp_open")[3] == "calculated"


def test_net_change_in_care_needs_the_eve_of_the_period(council):
    council.submits(cla_episodes="", extract_coverage="return_name history_from\n cla_episodes 2024-05-01")
    assert council.says("cla_net_change")[3] == "insufficient_history"
    assert council.says("cla_started")[3] == "calculated"
    assert council.says("cla_started", basis="year_to_date")[3] == "insufficient_history"


def test_population_is_of_the_mid_year_before_the_year_end(council):
    council.submits("2025-03", cp_plans="plan_id person_id start_date\n p1 c1 2024-05-01")
    assert council.says("cp_rate_10k", period="2025-03") == (1, None, None, "no_population")
    council.refers_to(
        population="""la_code mid_year population_0_17
                      301 2023 20,000
                      301 2025 40000
                      302 2024 50000"""
    )
    assert council.says("cp_rate_10k", period="2025-03") == (1, 20000, 0.5, "calculated")
    council.submits("2025-04", cp_plans="plan_id person_id start_date\n p1 c1 2024-05-01")
    assert council.says("cp_rate_10k", period="2025-04") == (1, 40000, 0.25, "calculated")


# Front door


def test_a_decision_still_in_time_at_the_as_at_date_is_left_out_and_late_once_past(council):
    contacts = """contact_id person_id contact_date
                  k1 c1 2024-05-31
                  k2 c2 2024-05-30
                  k3 c3 2024-05-29
                  k4 c4 2024-05-25
                  k5 c5 2024-05-20"""
    decisions = "contact_id decision_date\n k4 2024-05-28\n k5 2024-05-19\n k2 2024-06-01"
    council.submits(contacts=contacts, contact_decisions=decisions)
    # k3 is past its day; k4, a Saturday, had until the Tuesday; k5 was decided before it came.
    assert council.shares("contact_decision_1wd_pct") == (1, 3)
    council.submits("2024-06", contacts=contacts, contact_decisions=decisions)
    # Saturday 1 June is one working day after Thursday 30 May.
    assert council.shares("contact_decision_1wd_pct", view="2024-06") == (2, 5)


def test_out_of_hours_contacts_are_screened_the_next_working_day(council):
    council.submits(
        contacts="""contact_id person_id contact_date
                    k1 c1 2024-05-25
                    k2 c2 2024-05-28
                    k3 c3 2024-05-24
                    k4 c4 2024-05-24
                    k5 c5 2024-05-24""",
        contact_decisions="""contact_id screened_date screened_by_qualified
                             k1 2024-05-28 Y
                             k2 2024-05-29 Y
                             k3 2024-05-24 Y
                             k4 2024-05-24 -""",
    )
    assert council.shares("contact_screened_same_day_pct") == (2, 5)


def test_the_referral_flag_goes_before_the_referrals(council):
    council.submits_text(
        "contacts",
        "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_outcome_json\n"
        'k1,c1,2024-05-01,"{""NEW_REFERRAL_FLAG"": ""Y""}"\n'
        'k2,c2,2024-05-01,"{""NEW_REFERRAL_FLAG"": ""N""}"\n'
        "k3,c2,2024-05-01,not json\nk4,c3,2024-05-01,\nk5,c4,2024-05-01,{}\n",
    )
    council.submits(
        "2024-04",
        cin_episodes="""referral_id person_id referral_date
                        r2 c2 2024-05-11
                        r3 c3 2024-05-12
                        r4 c4 2024-04-30""",
    )
    # k2 says no; k3, unreadable, has a referral on day 10; k4's is on day 11 and k5's the day before.
    assert council.shares("contacts_to_referral_pct") == (2, 5)


def test_a_re_referral_is_1_to_365_days_after_an_earlier_one(council):
    council.submits(
        "2024-03",
        cin_episodes="""referral_id person_id referral_date referral_nfa
                        a1 c1 2023-03-01 Y
                        a2 c1 2024-02-29 -
                        b1 c2 2023-03-01 -
                        b2 c2 2024-03-01 -
                        d1 c3 2024-03-05 -
                        d2 c3 2024-03-05 -""",
    )
    # Over 29 February: 29 February is day 365 and 1 March day 366. The same day is none.
    assert council.shares("re_referrals_12m_pct", basis="rolling_12_months", period="2024-03") == (1, 4)
    assert council.shares("re_referrals_12m_pct", period="2024-03") == (0, 3)


# Assessment


def test_45_working_days_run_over_easter_and_two_bank_holidays(council):
    council.submits(
        "2024-06",
        cin_assessments="""assessment_id person_id start_date auth_date assessment_type
                           a1 c1 2024-03-28 2024-06-05 -
                           a2 c2 2024-03-28 2024-06-06 single
                           a3 c3 2024-06-01 2024-06-02 single
                           a4 c4 2024-03-28 2024-06-06 core""",
    )
    assert council.shares("single_45wd_pct", period="2024-06") == (2, 3)
    assert council.says("assessment_duration_median_wd", period="2024-06") == (None, 3, 45, "calculated")
    assert council.shares("ca_35wd_pct", period="2024-06") == (0, 1)
    assert council.says("assessment_duration_median_wd", period="2024-06", basis="year_to_date")[:2] == (
        None,
        3,
    )


def test_the_median_of_two_is_their_mean_and_of_none_is_no_cases(council):
    council.submits(
        "2024-06",
        cin_assessments="""assessment_id person_id start_date auth_date
                           a1 c1 2024-06-03 2024-06-03
                           a2 c2 2024-06-03 2024-06-10""",
    )
    assert council.says("assessment_duration_median_wd", period="2024-06") == (None, 2, 2.5, "calculated")
    council.submits("2024-07", cin_assessments="")
    assert council.says("assessment_duration_median_wd", period="2024-07") == (None, 0, None, "no_cases")


def test_the_standard_for_initial_assessments_goes_by_the_clock_date(council):
    council.submits(
        "2010-04",
        cin_episodes="""referral_id person_id referral_date
                        r1 c1 2010-03-31
                        r2 c2 2010-04-01""",
        cin_assessments="""assessment_id person_id referral_id start_date auth_date assessment_type
                           a1 c1 r1 2010-04-12 2010-04-13 initial
                           a2 c1 r1 2010-04-12 2010-04-14 initial
                           a3 c2 r2 2010-04-12 2010-04-19 initial
                           a4 c2 r2 2010-04-12 2010-04-20 initial
                           a5 c3 r9 2010-04-19 2010-04-30 initial""",
    )
    # Easter: 2 and 5 April 2010. Seven days from 31 March end on 13 April, ten from 1 April on the 19th.
    assert council.shares("ia_intime_pct", period="2010-04") == (3, 5)


def test_an_open_assessment_of_a_closed_case_is_abandoned(council):
    council.submits(
        cin_episodes="""referral_id person_id referral_date close_date
                        r1 c1 2024-01-02 2024-05-31
                        r2 c2 2024-01-02 2024-06-01""",
        cin_assessments="""assessment_id person_id referral_id start_date auth_date assessment_type
                           a1 c1 r1 2024-01-02 - -
                           a2 c2 r2 2024-03-25 - -
                           a3 c3 - 2024-03-22 2024-06-01 -
                           a4 c4 - 2024-05-31 2024-05-31 core
                           a5 c5 - 2024-03-22 - core""",
    )
    # From 25 March to 31 May are 45 working days, from 22 March 46.
    assert council.counts("assessments_open") == 3
    assert council.shares("assessments_open_overdue_pct") == (2, 3)
    assert council.counts("assessments_open_overdue") == 2


# Section 47 and conferences


def conferences(council: Council) -> Council:
    return council.submits(
        s47_enquiries="""enquiry_id person_id start_date
                         e1 c1 2024-05-08
                         e2 c2 2024-05-08
                         e3 c3 2024-05-20
                         e4 c4 2024-05-09
                         e5 c5 2024-05-08""",
        initial_cp_conferences="""icpc_id person_id icpc_date s47_enquiry_id transfer_in target_date
                                  m1 c1 2024-05-30 e1 - -
                                  m2 c2 2024-05-31 e2 - -
                                  m3 c3 2024-05-17 e3 Y 2024-05-31
                                  m4 c6 2024-05-17 - - 2024-05-31
                                  m5 c7 2024-05-17 e9 Y 2024-05-17
                                  m6 c8 2024-05-17 - Y -""",
    )


def test_conferences_have_fifteen_working_days_from_the_strategy_discussion(council):
    conferences(council)
    # m1 is on day 15, m2 on 16, m3 before its enquiry; of the rest only m5 is a transfer held by its target.
    assert council.shares("icpc_15wd_pct") == (2, 6)


def test_enquiries_that_may_yet_lead_to_a_conference_are_left_out(council):
    conferences(council)
    # e4 is on day 15 at 31 May and waits; e5 is on day 16 and did not lead to one.
    assert council.shares("s47_to_icpc_pct") == (3, 4)


def test_late_meetings_are_those_that_fail_their_own_test(council):
    conferences(council).submits(
        cp_reviews="""review_id person_id plan_id review_due review_date
                      v1 c1 p1 2024-05-01 2024-05-02
                      v2 c1 p1 - 2024-05-02
                      v3 c1 p1 2024-05-01 -""",
        cla_reviews="""review_id cla_id due_date review_date cancelled
                       w1 l1 2024-05-01 2024-05-02 -
                       w2 l2 2024-05-01 2024-05-02 Y
                       w3 l3 2024-05-01 2024-06-02 -""",
        late_meetings="""record_id kind_code reason_code
                         m1 ICPC CAPACITY
                         m2 ICPC CAPACITY
                         m4 icpc QUORUM
                         m2 RCPC OTHER
                         v1 RCPC REPORT
                         v2 RCPC REPORT
                         v3 RCPC REPORT
                         w1 CLA OTHER
                         w2 CLA OTHER
                         w3 CLA OTHER""",
    )
    assert council.counts("late_meetings_by_reason") == 4
    cells = {"ICPC|CAPACITY": 1, "ICPC|QUORUM": 1, "RCPC|REPORT": 1, "CLA|OTHER": 1, "RCPC|OTHER": 0}
    assert {cell: council.counts("late_meetings_by_reason", cell=cell) for cell in cells} == cells


def test_minutes_due_today_and_unsent_tonight_are_overdue(council):
    council.submits(
        conference_minutes="""meeting_id kind_code held_date minutes_due_date minutes_sent_date
                              m1 ICPC 2024-05-10 2024-05-31 -
                              m2 RCPC 2024-05-10 2024-05-31 2024-05-31
                              m3 RCPC 2024-05-10 2024-05-31 2024-06-01
                              m4 ICPC 2024-05-10 2024-06-01 -
                              m5 CLA 2024-05-10 2024-05-31 -"""
    )
    assert council.counts("conference_minutes_backlog") == 2
    assert council.shares("conference_minutes_intime_pct") == (1, 3)


# Child protection plans


def test_a_repeat_plan_starts_0_to_730_days_after_the_end_of_another(council):
    council.submits(
        cp_plans="""plan_id person_id start_date end_date cp_plan_ola number_of_previous_plans
                    a1 c1 2020-01-01 2022-05-10 - -
                    a2 c1 2024-05-09 - - -
                    b1 c2 2020-01-01 2022-05-10 - -
                    b2 c2 2024-05-10 - - -
                    d1 c3 2022-05-07 2024-05-07 - -
                    d2 c3 2024-05-07 - - -
                    e1 c4 2024-05-20 2024-05-20 - 1
                    f1 c5 2023-01-01 2024-05-01 Y -
                    f2 c5 2024-05-01 - N 0""",
    )
    # 9 May 2024 is day 730 from 10 May 2022; a plan does not repeat itself; another authority's is no plan.
    assert council.shares("cp_subsequent_2y_pct") == (2, 5)
    assert council.shares("cp_subsequent_ever_pct") == (4, 5)
    assert council.shares("cp_2y_closed_pct") == (1, 2)  # d1: 731 days; e1: none
    assert council.counts("cp_net_change") == 5 - 2
    assert council.counts("cp_open") == 4


def test_two_years_on_a_plan_are_730_days(council):
    council.submits(
        cp_plans="""plan_id person_id start_date
                    p1 c1 2022-06-01
                    p2 c2 2022-06-02"""
    )
    assert council.shares("cp_2y_open_pct") == (1, 2)  # to 31 May 2024, over one leap day: 730 and 729
    assert council.counts("cp_2y_open_count") == 1


def test_reviews_fall_due_91_days_from_the_start_and_183_from_the_last_review(council):
    council.submits(
        "2024-12",
        cp_plans="""plan_id person_id start_date
                    pa a 2024-10-01
                    pb b 2024-10-01
                    pc c 2024-10-02
                    pd d 2023-01-01
                    pe e 2023-01-01""",
        cp_reviews="""review_id person_id plan_id review_date
                      b1 b pb 2024-12-31
                      d1 d pd 2023-04-02
                      d2 d pd 2023-10-01
                      d3 d pd 2024-04-02
                      d4 d pd 2024-10-01
                      e1 e pe 2023-04-10
                      e2 e pe 2023-10-10
                      e3 e pe 2024-04-10
                      e4 e pe 2024-10-10""",
    )
    # a is due on 31 December and unreviewed; c is on day 90; d's third was due on 1 April; e's one late
    # review fell due on 2 April 2023, before the twelve months.
    assert council.shares("cp_reviews_children_intime_pct", period="2024-12") == (2, 4)


def test_ten_working_days_reach_back_over_christmas_to_the_13th(council):
    council.submits(
        "2024-12",
        cp_plans="""plan_id person_id start_date
                    p1 c1 2024-01-01
                    p2 c2 2024-01-01
                    p3 c3 2024-01-01
                    p4 c4 2024-12-13
                    p5 c5 2024-12-16""",
        cp_visits="""visit_id person_id visit_date visit_seen
                     v1 c1 2024-12-13 Y
                     v2 c2 2024-12-12 Y
                     v3 c3 2024-12-30 N
                     v4 c4 2024-12-12 Y
                     v5 c5 2024-12-30 Y""",
    )
    # Back from the 31st: 31 30 27 24 23 20 19 18 17 16. c4's visit came before the plan; c5 is not yet due.
    assert council.shares("cp_visit_10wd_pct", period="2024-12") == (1, 4)
    assert council.shares("cp_visit_20wd_pct", period="2024-12") == (2, 3)


def test_visit_duties_keep_to_their_grid(council):
    council.submits(
        cp_plans="""plan_id person_id start_date end_date
                    p1 c1 2024-05-01 -
                    p2 c2 2024-05-10 -
                    p3 c3 2024-05-01 2024-05-29""",
        cp_visits="""visit_id person_id visit_date visit_seen
                     a1 c1 2024-05-01 Y
                     a2 c1 2024-05-15 Y
                     a3 c1 2024-05-16 N
                     b1 c2 2024-05-11 Y
                     b2 c2 2024-05-17 Y
                     b3 c2 2024-05-25 Y""",
        visit_requirements="""person_id kind_code from_date to_date interval_days
                              c1 CP 2024-05-02 - 7
                              c1 CP 2024-04-01 2024-05-01 7
                              c2 CP 2024-01-01 - 28
                              c2 CP 2024-05-10 - 7
                              c3 CP 2024-01-01 - 0""",
    )
    # c1: 15 and 29 May, the first met. c2: 17, 24 and 31 May, the first and last met. c3: 15 May only.
    assert council.shares("cp_visits_intime_pct") == (3, 6)


def test_categories_are_of_the_earliest_live_plan_and_every_code_is_owed(council):
    council.submits(
        cp_plans="""plan_id person_id start_date cp_plan_latest_category
                    p2 c1 2024-05-01 NEG
                    p10 c1 2024-05-01 emotional
                    p3 c2 2024-05-02 Neglect
                    p4 c3 2024-05-02 -""",
    )
    # 'p10' sorts before 'p2', and 'emotional' is neither a code nor a label.
    assert council.shares("cp_category_pct") == (1, 3)
    assert council.shares("cp_category_pct", cell="NEG") == (1, 3)
    assert council.shares("cp_category_pct", cell="MUL") == (0, 3)


# Children in need


def test_who_owes_a_plan_document_and_when_it_is_current(council):
    council.submits(
        cin_episodes="""referral_id person_id referral_date close_date referral_nfa
                        r1 c1 2024-03-22 - -
                        r2 c2 2024-03-22 - -
                        r3 c3 2024-03-22 - N
                        r4 c4 2024-03-25 - -
                        r5 c5 2024-03-22 - Y
                        r6 c6 2024-03-22 2024-05-31 -
                        r7 c7 2024-03-22 - -
                        r8 c8 2024-03-22 - -""",
        cp_plans="plan_id person_id start_date\n p7 c7 2024-05-31",
        cla_episodes="episode_id person_id cla_id episode_start_date\n e8 c8 l8 2024-05-31",
        plan_documents="""document_id person_id kind_code authorised_date next_review_due_date
                          d1 c1 CIN 2023-11-30 -
                          d2 c2 CIN 2023-11-29 -
                          d3 c3 CIN 2024-01-01 2024-12-31
                          d4 c3 CIN 2024-02-01 2024-05-30
                          d5 c3 CP 2024-03-01 2024-12-31""",
    )
    # Owing: c1 (183 days old, current), c2 (184), c3 (superseded by one that has lapsed).
    assert council.shares("cin_plan_uptodate_pct") == (1, 3)
    assert council.counts("cin_open") == 6


def test_open_cases_need_a_worker_after_one_working_day(council):
    council.submits(
        cin_episodes="""referral_id person_id referral_date
                        r1 c1 2024-05-30
                        r2 c2 2024-05-29
                        r3 c3 2024-05-29
                        r4 c4 2024-05-29""",
        involvements="""involvements_id professional_id person_id role_id start_date end_date
                        i3 w1 c3 FSW 2024-05-31 -
                        i4 w1 c4 SW 2024-05-29 2024-05-31""",
    )
    assert council.counts("cases_unallocated") == 2


# Looked after children


def in_care(council: Council) -> Council:
    return council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason ceased_date ceased_reason
                        a1 a la 2024-01-01 S 2024-05-10 X1
                        a2 a la 2024-05-10 P 2024-05-20 E4A
                        b1 b lb 2024-03-01 S 2024-05-10 -
                        b2 b lb 2024-05-10 L - -
                        c1 c lc 2024-03-01 S 2024-05-15 -
                        d1 d ld 2024-05-12 S 2024-05-12 -
                        e1 e le 2024-05-03 S 2024-05-04 E8
                        f1 f lf 2024-05-04 S - -
                        g1 g lg 2024-05-05 S - -""",
        legal_statuses="""status_id person_id legal_status start_date end_date
                          s1 e V4 2024-05-01 -
                          s2 f V3 2024-05-01 2024-05-31
                          s3 g V3 2024-05-05 2024-06-01""",
    )


def test_care_ceases_once_in_a_chain_and_short_breaks_are_no_care(council):
    in_care(council)
    # Ends: a on the 20th, c, and d, whose only episode is not followed by another.
    assert council.counts("cla_ceased") == 3
    # Starts in May: d; e, f and g began in a series of short breaks. From April: none more.
    assert council.counts("cla_started") == 1
    # At 31 May b, and f whose short breaks end that day; on 30 April a, b and c.
    assert council.counts("cla_open") == 2
    assert council.counts("cla_net_change") == 2 - 3


def test_without_legal_statuses_nobody_is_on_a_short_break(council):
    in_care(council)
    (council.raw / MAY / LA / "legal_statuses.csv").unlink()
    assert council.counts("cla_open") == 3


def test_visits_are_counted_from_the_start_of_the_period_of_care(council):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date entered_care_date
                        a1 a la 2024-01-01 -
                        b1 b lb 2024-01-01 -
                        c1 c lc 2024-05-25 2024-01-01
                        d1 d ld 2024-05-24 -
                        e1 e le 2024-01-01 -
                        e9 e lx 2024-05-01 -""",
        cla_visits="""visit_id person_id visit_date visit_seen
                      va a 2024-04-19 Y
                      vb b 2024-04-18 Y
                      vc c 2024-04-18 Y
                      ve e 2024-04-30 Y""",
        visit_requirements="""person_id kind_code from_date to_date interval_days
                              c CLA 2024-01-01 2024-05-31 7
                              c CLA 2023-01-01 - 43""",
    )
    # 42 days back from 31 May is 19 April. c has 43. d came seven days ago. e's care is the later period.
    assert council.shares("cla_visit_intime_pct") == (2, 4)


def test_three_placements_touch_the_twelve_months(council):
    header = "placement_id person_id placement_start_date placement_end_date placement_type"
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date
                        a1 a la 2020-01-01
                        b1 b lb 2020-01-01""",
        cla_placements=f"""{header}
                           a1 a 2020-01-01 2023-06-02 U4
                           a2 a 2023-06-02 2024-05-31 K2
                           a3 a 2024-05-31 - -
                           b1 b 2020-01-01 2023-06-01 U4
                           b2 b 2023-06-01 2023-07-01 U4
                           b3 b 2023-07-01 2023-07-01 K2
                           b4 b 2023-07-01 2023-08-01 T1
                           b5 b 2023-08-01 2024-02-01 U4
                           b6 b 2024-02-01 - A3""",
    )
    assert council.shares("cla_3plus_placements_pct") == (1, 2)


def test_long_term_care_is_stable_after_24_months_or_with_adopters(council):
    council.submits(
        persons="""pers_person_id pers_dob
                   a 2008-06-01
                   b 2015-01-01
                   c 2015-01-01
                   d 2015-01-01
                   e 2008-05-31""",
        cla_episodes="""episode_id person_id cla_id episode_start_date
                        a1 a la 2021-11-30
                        b1 b lb 2021-11-30
                        c1 c lc 2021-11-30
                        d1 d ld 2021-12-01
                        e1 e le 2020-01-01
                        f1 f lf 2020-01-01""",
        cla_placements="""placement_id person_id placement_start_date placement_end_date placement_type
                          a1 a 2022-05-31 - U4
                          a2 a 2024-05-30 - T2
                          b1 b 2022-06-01 - U4
                          c1 c 2022-01-01 2024-03-01 U4
                          c2 c 2024-03-01 - A4""",
    )
    # d has been 30 months in care only tomorrow, e is 16 today, f has no birth date.
    assert council.shares("cla_long_term_stable_pct") == (2, 3)


def test_under_fives_need_two_health_assessments(council):
    council.submits(
        persons="pers_person_id pers_dob\n a 2019-05-31\n b 2019-06-01\n c 2019-06-01",
        cla_episodes="""episode_id person_id cla_id episode_start_date
                        a1 a la 2023-05-31
                        b1 b lb 2023-05-31
                        c1 c lc 2023-05-31
                        d1 d ld 2023-06-01""",
        cla_health="""check_id person_id check_type check_date check_status
                      a1 a HA 2023-06-01 -
                      b1 b HA 2023-06-01 COMPLETED
                      b2 b IHA 2024-05-31 planned
                      b3 b HA 2023-05-31 -
                      c1 c HA 2023-07-01 -
                      c2 c IHA 2024-05-31 -
                      c3 c DENTAL 2024-05-31 -""",
    )
    assert council.shares("cla_health_assessment_pct") == (2, 3)
    assert council.shares("cla_dental_pct") == (1, 3)


def test_initial_health_assessments_have_twenty_working_days(council):
    council.submits(
        "2024-06",
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason
                        a1 a la 2024-05-01 S
                        b1 b lb 2024-05-01 S
                        c1 c lc 2024-05-31 S
                        d1 d ld 2024-05-30 P""",
        cla_health="""check_id person_id check_type check_date
                      h1 a IHA 2024-06-01
                      h2 a HA 2024-04-30
                      h3 a HA 2024-06-03
                      h4 b IHA 2024-06-03
                      h5 b HA 2024-04-30""",
    )
    # From 1 May, over two holidays, day 20 is Friday 31 May: Saturday is still in time and Monday is not.
    # c has had just 20 working days by 30 June.
    assert council.shares("cla_initial_health_20wd_pct", period="2024-06", basis="year_to_date") == (1, 2)


def test_missing_children_are_counted_once_over_the_whole_period(council):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date ceased_date ceased_reason
                        a1 a la 2024-01-01 - -
                        b1 b lb 2024-01-01 2024-05-10 E4A""",
        missing="""table_id person_id start_date end_date type rhi_completed_date
                   m1 a 2024-04-10 2024-04-11 M 2024-04-14
                   m2 a 2024-05-10 2024-05-11 M 2024-05-15
                   m3 a 2024-05-20 2024-05-21 Missing 2024-05-24
                   m4 b 2024-05-10 - M -
                   m5 b 2024-05-09 2024-05-09 A 2024-05-09""",
    )
    assert council.counts("cla_missing_children") == 1
    assert council.counts("cla_missing_children", basis="year_to_date") == 1
    assert council.shares("rhi_72h_pct") == (1, 2)


# Care leavers and adoption


def test_care_leavers_are_17_to_21_at_the_end_of_the_month(council):
    council.submits(
        "2025-02",
        persons="""pers_person_id pers_dob
                   a 2008-02-29
                   b 2008-02-28
                   c 2003-03-01
                   d 2003-02-28
                   e 2006-01-01
                   f 2006-01-01""",
        care_leavers="""clea_table_id clea_person_id eligibility in_touch activity accommodation suitable
                        1 a RELEVANT YES F1 U 1
                        2 b RELEVANT YES F1 U 1
                        3 c FORMER_RELEVANT - G5 G 1
                        4 d FORMER_RELEVANT YES F1 U 1
                        5 e FORMER_RELEVANT DIED F1 U 1
                        6 f QUALIFYING YES F1 U 1
                        7 g RELEVANT YES F1 U 1""",
    )
    assert council.shares("cl_in_touch_pct", period="2025-02") == (1, 2)
    assert council.shares("cl_eet_pct", period="2025-02") == (1, 2)
    assert council.shares("cl_suitable_accom_pct", period="2025-02") == (1, 1)


def test_adoption_days_run_from_the_entry_into_that_period_of_care(council):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date entered_care_date
                        a1 a la 2023-02-01 2023-01-01
                        a2 a la 2022-12-01 -
                        b1 b lb 2023-01-01 -
                        b0 b lz 2020-01-01 -""",
        permanence="""
            table_id person_id cla_id adoption_date carer_flag carer_date permanence_order_date order_type
            1 a la 2024-01-01 - 2023-07-01 2024-05-10 ADOPTION
            2 b lb 2024-01-01 Y 2023-07-01 2024-05-10 Adoption
            3 b lb 2024-01-01 - - 2024-05-10 SGO
            4 b - 2024-01-01 - - 2024-05-10 ADOPTION""",
    )
    assert council.shares("adopt_a1_days") == (730, 2)
    assert council.shares("adopt_a10_days") == (365 + 181, 2)
    assert council.says("adopt_a2_days") == (0, 0, None, "no_cases")


def test_children_waiting_for_no_family_is_no_ratio(council):
    council.submits(
        permanence="""table_id person_id adm_decision_date placed_for_adoption_date
                      1 a 2024-05-31 -
                      2 b 2024-05-01 2024-05-31
                      3 c 2024-05-01 2024-06-01""",
        adopters="""family_id kind_code approved_date matched_date
                    f1 IN_HOUSE 2024-05-01 2024-05-31
                    f2 AGENCY 2024-05-01 -""",
    )
    assert council.counts("shobpa_open") == 2
    assert council.counts("adopters_approved") == 1
    assert council.says("adopter_sufficiency") == (0, 0, None, "no_cases")


# Workforce and finance


INVOLVED = """involvements_id professional_id person_id role_id professional_team start_date end_date
              i1 w1 c1 SW North 2024-01-01 -
              i2 w3 c1 SW South 2024-03-01 -
              i9 w1 c2 SW North 2024-03-01 -
              i10 w1 c2 SW South 2024-03-01 -
              i11 w2 c3 SW - 2024-03-01 -
              i12 w2 c4 SW West 2024-03-01 2024-05-31
              i13 w2 c5 PA East 2024-03-01 -"""


def test_a_child_is_in_the_team_of_its_latest_worker(council):
    council.submits(involvements=INVOLVED)
    assert council.counts("wf_caseload_total") == 3
    teams = {"North": 1, "South": 1, "West": 0}  # 'i9' sorts after 'i10'; c3 has no team
    assert {team: council.counts("wf_caseload_total", cell=team) for team in teams} == teams
    found = figures(council.raw, council.reference, MAY)
    assert set(found.breakdown_value[found.breakdown_type == "invo_professional_team"]) == set(teams)
    council.submits("2024-06")
    found = figures(council.raw, council.reference, "2024-06", ["2024-06"])
    assert found[found.breakdown_type == "invo_professional_team"].empty


def test_caseloads_are_per_whole_worker_and_teams_are_held_to_their_band(council):
    council.submits(
        involvements=INVOLVED,
        professionals="""professional_id department equivalency
                         w1 North 0.5
                         w2 South 0""",
    )
    # w1 holds two children on half time, w2 has no time, w3 is not listed and counts as one.
    assert council.shares("wf_caseload_avg") == (3, 1.5)
    assert council.counts("wf_caseload_max") == 2
    assert council.shares("wf_caseload_teams_in_limit_pct") == (0, 1)
    council.refers_to(
        targets="""la_code indicator_id from_date to_date target limit_lower limit_upper
                   ENG wf_caseload_avg 2024-01-01 - - 10 12
                   301 wf_caseload_avg 2023-01-01 2024-05-31 - 4 4
                   301 wf_caseload_avg 2024-05-01 - 3 - -
                   301 wf_caseload_over_threshold 2024-05-01 - 1 - -"""
    )
    assert council.shares("wf_caseload_teams_in_limit_pct") == (1, 1)
    assert council.counts("wf_caseload_over_threshold") == 1


def test_bands_hold_their_edges(council):
    header = "involvements_id professional_id person_id role_id start_date"
    loads = {"w1": 12, "w2": 13, "w3": 18, "w4": 25, "w5": 26}
    rows = [f"{worker}{n} {worker} c{n} SW 2024-05-31" for worker, many in loads.items() for n in range(many)]
    council.submits(involvements="\n".join([header, *rows]))
    bands = {"up to 12": (1, 5), "13-18": (2, 5), "19-25": (1, 5), "26 and over": (1, 5), ALL: (5, 5)}
    assert {band: council.shares("wf_caseload_band_pct", cell=band) for band in bands} == bands
    assert council.counts("wf_caseload_over_threshold") == 1


def test_vacancies_are_worked_out_post_by_post(council):
    council.submits(
        workforce_posts="""post_id role_code established_fte established_from_date established_to_date
                           A SW 1 - -
                           B SSW 1 2024-05-31 -
                           C SW 1 - 2024-05-31
                           D TM 1 - -
                           E SW 0 - -""",
        workforce_assignments="""assignment_id post_id holder_type fte start_date end_date offer_accepted_date
                                 1 A PERMANENT 1 2020-01-01 - -
                                 2 A PERMANENT 0.5 2020-01-01 - -
                                 3 B AGENCY 0.6 2024-05-31 - -
                                 4 B PERMANENT 0.5 2024-06-01 - 2024-05-31
                                 5 B PERMANENT 0.5 2024-06-01 - -
                                 6 B PERMANENT 1 2020-01-01 2024-05-31 -
                                 7 E PERMANENT 1 2020-01-01 - -
                                 8 C PERMANENT 1 2020-01-01 - -""",
    )
    assert council.counts("wf_vacancies_fte") == 1
    assert council.shares("wf_vacancy_rate") == (1, 2)
    assert council.shares("wf_vacancy_rate_net_agency") == (0.4, 2)
    assert council.shares("wf_vacancy_rate_projected") == (0.5, 2)
    assert council.counts("wf_agency_fte") == 0.6
    assert council.shares("wf_agency_rate") == (0.6, 3.1)
    assert council.shares("wf_perm_agency_ratio") == (2.5, 3.1)


def test_starters_leavers_and_turnover_leave_out_moves_inside(council):
    council.submits(
        workforce_posts="""post_id role_code established_fte established_to_date
                           A SW 5 -
                           B TM 1 -
                           C SSW 1 2024-05-02""",
        workforce_assignments="""
                assignment_id post_id holder_type fte start_date end_date start_route end_route
                1 A PERMANENT 1 2024-05-01 - NQSW -
                2 A PERMANENT 1 2024-05-31 - - -
                3 A PERMANENT 1 2024-05-01 - INTERNAL -
                4 A AGENCY 1 2024-05-01 2024-05-02 - -
                5 B PERMANENT 1 2024-05-01 2024-05-02 - -
                6 C PERMANENT 0.5 2020-01-01 2024-05-02 - LEFT
                7 C PERMANENT 0.5 2020-01-01 2024-05-02 - INTERNAL
                8 A PERMANENT 1 2020-01-01 2023-06-01 - -
                9 A PERMANENT 1 2020-01-01 2023-05-31 - -""",
    )
    assert council.counts("wf_starters") == 2
    routes = {"NQSW": 1, "INTERNAL": 0, "OVERSEAS": 0}
    assert {route: council.counts("wf_starters", cell=route) for route in routes} == routes
    assert council.counts("wf_leavers") == 1
    assert council.counts("wf_leavers", basis="rolling_12_months") == 2
    assert council.shares("wf_turnover_rate") == (1.5, 3)


def test_budgets_are_those_of_the_financial_year_of_the_day(council):
    council.submits(
        "2025-03",
        budgets="""cost_centre line_code financial_year annual_budget forecast_outturn baseline_forecast
                   x STAFFING 2024-25 £1,000 1250.5 1300
                   x AGENCY 2024-25 100 90 -
                   x PLACEMENTS 2024-25 500 900 1000
                   x STAFFING 2025-26 1 99 99""",
    )
    assert council.counts("fin_staffing_overspend_forecast", period="2025-03") == 240.5
    assert council.counts("fin_agency_overspend", period="2025-03") == -10
    assert council.counts("fin_pressure_reduction", period="2025-03") == 149.5


def test_the_partner_measure_is_reported_or_not_submitted(council):
    header = "indicator_id period_basis period_end breakdown value"
    council.submits(indicator_returns=f"{header}\n partner_cp_activity_change month 2024-05-31 all -12.5")
    assert council.says("partner_cp_activity_change") == (None, None, -12.5, "reported")
    assert council.says("partner_cp_activity_change", basis="rolling_12_months")[3] == "not_submitted"


def test_year_to_date_is_the_sum_of_its_months(council):
    conferences(council).submits(
        "2024-06",
        initial_cp_conferences="""icpc_id person_id icpc_date s47_enquiry_id
                                  m0 c0 2024-03-31 -
                                  m1 c1 2024-04-01 -
                                  m2 c2 2024-05-31 e2
                                  m3 c3 2024-06-04 e3""",
        s47_enquiries="enquiry_id person_id start_date\n e2 c2 2024-05-13\n e3 c3 2024-05-20",
    )
    months = [
        council.shares("icpc_15wd_pct", period=period, view="2024-06") if period != "2024-04" else (0, 1)
        for period in ("2024-04", "2024-05", "2024-06")
    ]
    assert council.shares("icpc_15wd_pct", period="2024-06", basis="year_to_date") == (
        sum(numerator for numerator, _ in months),
        sum(denominator for _, denominator in months),
    )


def test_the_answer_is_a_frame_with_one_row_for_every_answer_owed(council):
    council.submits(contacts="")
    found = figures(council.raw, council.reference, MAY)
    assert list(found.columns) == COLUMNS
    assert not found.duplicated(COLUMNS[:6]).any()
    assert {type(day) for day in found.period_end} == {date}
    owed = found[found.breakdown_type != ALL].groupby("breakdown_type").size().to_dict()
    assert owed == {"abuse_category": 5, "band": 4, "kind_code x reason_code": 18, "start_route": 3 * 5}
