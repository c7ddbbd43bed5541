"""Sums worked by hand for the indicators that counting_more.md adds."""

import pytest

from .council import LA, MAY
from .law import CODES

# Rates over twelve months


def test_rates_are_the_counts_of_twelve_months_over_the_population(council):
    council.refers_to(population="la_code mid_year population_0_17\n 301 2024 20000")
    council.submits(
        initial_cp_conferences="""icpc_id person_id icpc_date
                                  m1 c1 2023-05-31
                                  m2 c2 2023-06-01
                                  m3 c3 2024-05-31
                                  m4 c4 2024-06-01""",
        cp_plans="""plan_id person_id start_date end_date cp_plan_ola
                    p1 c1 2023-05-31 2023-06-01 -
                    p2 c2 2023-06-01 2024-05-31 -
                    p3 c3 2024-05-31 2024-06-01 -
                    p4 c4 2023-06-01 2023-06-01 Y""",
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason ceased_date ceased_reason
                        a1 a la 2023-05-31 S 2023-06-01 E4A
                        b1 b lb 2023-06-01 S 2023-07-01 X1
                        b2 b lb 2023-07-01 P 2024-05-31 E8
                        c1 c lc 2024-05-31 S 2024-06-01 E8""",
    )
    # The twelve months are 1 June 2023 to 31 May 2024, and 1 in 20,000 is 0.5 in 10,000.
    assert council.says("icpc_rate_10k") == (2, 20000, 1, "calculated")
    assert council.says("cp_started_rate_10k") == (2, 20000, 1, "calculated")
    assert council.says("cp_ended_rate_10k") == (2, 20000, 1, "calculated")
    assert council.says("cla_started_rate_10k") == (2, 20000, 1, "calculated")
    assert council.says("cla_ceased_rate_10k") == (2, 20000, 1, "calculated")


def test_a_rate_without_a_population_keeps_its_count(council):
    council.submits(initial_cp_conferences="icpc_id person_id icpc_date\n m1 c1 2024-05-31")
    assert council.says("icpc_rate_10k") == (1, None, None, "no_population")
    assert council.says("cla_started_rate_10k") == (None, None, None, "not_submitted")


def test_a_rate_needs_the_history_of_its_twelve_months(council):
    council.submits(cp_plans="", extract_coverage="return_name history_from\n cp_plans 2023-06-02")
    assert council.says("cp_ended_rate_10k")[3] == "insufficient_history"
    council.submits("2024-06", cp_plans="", extract_coverage="return_name history_from\n cp_plans 2023-06-02")
    assert council.says("cp_ended_rate_10k", period="2024-06") == (0, None, None, "no_population")


# Enquiries and assessments


def test_enquiries_without_further_action_are_of_those_that_ended(council):
    council.submits(
        s47_enquiries="""enquiry_id person_id start_date end_date s47_nfa
                         e1 c1 2024-04-20 2024-05-01 Y
                         e2 c2 2024-05-01 2024-05-31 N
                         e3 c3 2024-05-01 2024-05-31 -
                         e4 c4 2024-05-01 - Y
                         e5 c5 2024-04-01 2024-04-30 Y
                         e6 c6 2024-05-01 2024-06-01 Y"""
    )
    # e4 has not ended, e5 ended in April and e6 ends in June; an empty flag reads as no.
    assert council.shares("s47_nfa_pct") == (1, 3)
    assert council.shares("s47_nfa_pct", basis="year_to_date") == (2, 4)


def test_children_are_seen_in_single_assessments_alone(council):
    council.submits(
        cin_assessments="""assessment_id person_id start_date auth_date child_seen assessment_type
                           a1 c1 2024-04-01 2024-05-01 Y -
                           a2 c2 2024-04-01 2024-05-31 Y single
                           a3 c3 2024-04-01 2024-05-31 - -
                           a4 c4 2024-04-01 2024-05-31 Y core
                           a5 c5 2024-04-01 2024-06-01 Y -
                           a6 c6 2024-04-01 - Y -"""
    )
    assert council.shares("assessment_child_seen_pct") == (2, 3)


# Coming back into care, and leaving it


def test_care_begins_again_0_to_365_days_after_the_end_of_another_period(council):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason ceased_date ceased_reason
                        a1 a la1 2022-01-01 S 2023-05-15 E4A
                        a2 a la2 2024-05-14 S - -
                        b1 b lb1 2022-01-01 S 2023-05-15 E4A
                        b2 b lb2 2024-05-15 S - -
                        c1 c lc1 2024-01-01 S 2024-05-20 E4A
                        c2 c lc2 2024-05-20 S - -
                        d1 d ld1 2024-05-01 S 2024-05-10 E4A
                        d2 d ld1 2024-05-12 S - -
                        e1 e le1 2024-05-02 S - -
                        f1 f lf1 2024-05-02 S 2024-05-02 E8""",
    )
    # Over 29 February, 14 May 2024 is day 365 from 15 May 2023 and the next day 366. c came back on the day.
    # d has two starts of one period of care, which is no earlier one; nor is f's own, over on its first day.
    assert council.shares("cla_reentry_12m_pct") == (2, 7)


def test_a_period_of_care_counts_once_all_of_it_has_ended(council):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason ceased_date ceased_reason
                        a1 a la1 2023-01-01 S 2023-09-01 X1
                        a2 a la1 2023-09-01 P - -
                        a3 a la2 2024-05-01 S - -
                        b1 b lb1 2023-01-01 S 2023-04-01 X1
                        b2 b lb1 2023-04-01 P 2023-05-02 E4A
                        b3 b lb2 2024-05-01 S - -
                        c1 c lc1 2023-01-01 S 2023-04-01 E4A
                        c2 c lc1 2023-04-10 S 2023-05-01 E4A
                        c3 c lc2 2024-05-01 S - -
                        d1 d ld1 2023-01-01 S 2024-05-02 E4A
                        d2 d ld2 2024-05-01 S - -""",
    )
    # a's is open; b's greatest end is day 365; c's is day 366; d's ends the day after the start.
    assert council.shares("cla_reentry_12m_pct") == (1, 4)


def test_a_series_of_short_breaks_is_no_earlier_period_of_care(council):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason ceased_date ceased_reason
                        a1 a la1 2024-01-01 S 2024-02-01 X1
                        a2 a la1 2024-02-01 P 2024-03-01 E8
                        a3 a la2 2024-05-01 S - -
                        b1 b lb1 2024-01-01 S 2024-02-01 X1
                        b2 b lb1 2024-02-01 P 2024-03-01 E8
                        b3 b lb2 2024-05-01 S - -
                        c1 c lc1 2024-01-01 S 2024-02-01 E8
                        c2 c lc2 2024-05-01 S - -
                        d1 d ld1 2024-01-01 S 2024-02-01 X1
                        d2 d ld1 2024-02-01 P 2024-03-01 E8
                        d3 d ld2 2024-05-01 S - -""",
        legal_statuses="""status_id person_id legal_status start_date end_date
                          s1 a V2 2024-01-01 2024-02-01
                          s2 a V4 2024-02-01 2024-03-01
                          s3 b V4 2024-01-01 2024-02-01
                          s4 b V2 2024-02-01 2024-03-01
                          s5 c V2 2024-01-01 2024-02-01
                          s6 c V3 2024-05-01 -
                          s7 d V3 2024-01-15 2024-03-01""",
    )
    # The start of the last episode decides: a's and d's was a short break, b's was no more. c's own
    # start is one.
    assert council.shares("cla_reentry_12m_pct") == (1, 3)


@pytest.mark.parametrize(
    ("complete_from", "status"), [("2023-05-02", "no_cases"), ("2023-05-03", "insufficient_history")]
)
def test_coming_back_looks_back_365_days_before_the_first_day(council, complete_from, status):
    council.submits(
        cla_episodes="", extract_coverage=f"return_name history_from\n cla_episodes {complete_from}"
    )
    assert council.says("cla_reentry_12m_pct")[3] == status  # 1 May 2024 less 365 days is 2 May 2023
    assert council.says("cla_returned_home_pct")[3] == "no_cases"


def test_ways_out_of_care_are_of_all_who_ceased(council):
    header = "episode_id person_id cla_id episode_start_date ceased_date ceased_reason"
    reasons = ["E4A", "E4B", "E41", "E45", "E46", "E47", "E48", "E11", "E8", "X1", "E43", "-"]
    rows = [f"e{n} c{n} l{n} 2024-01-01 2024-05-31 {why}" for n, why in enumerate(reasons)]
    council.submits(
        cla_episodes="\n".join([header, *rows, "k1 k lk 2024-01-01 2024-05-30 E4A"]),
        legal_statuses="status_id person_id legal_status start_date\n s1 k V3 2024-01-01",
    )
    # X1 goes on, and k was on short breaks. E43 is in no list: it reads as no reason, and still ceases.
    assert council.counts("cla_ceased") == 11
    assert council.shares("cla_returned_home_pct") == (2, 11)
    assert council.shares("cla_sgo_cao_pct") == (5, 11)


# Where children live and under what


def children_in_care(council, children: str) -> None:
    header = "episode_id person_id cla_id episode_start_date"
    rows = [f"{child}1 {child} l{child} 2023-01-01" for child in children.split()]
    council.submits(cla_episodes="\n".join([header, *rows]))


def test_placements_are_those_of_the_latest_that_is_live(council):
    children_in_care(council, "a b c d e f g h i")
    council.submits(
        cla_placements="""placement_id person_id placement_start_date placement_end_date placement_type
                          a1 a 2024-01-01 2024-05-31 K2
                          a2 a 2024-05-31 - U1
                          b9 b 2024-05-01 - K1
                          b10 b 2024-05-01 - U2
                          c1 c 2024-01-01 - T4
                          d1 d 2024-01-01 - -
                          e1 e 2024-01-01 2024-05-31 U3
                          f1 f 2024-01-01 2024-06-01 P2
                          g1 g 2024-06-01 - U3
                          h1 h 2024-01-01 - P1
                          i1 i 2024-01-01 - U3
                          z1 z 2024-01-01 - U3""",
        legal_statuses="status_id person_id legal_status start_date\n s1 i V4 2024-01-01",
    )
    # Placed at 31 May: a, b ('b9' sorts after 'b10'), c, d, f and h. i is on short breaks, z not in care.
    assert council.shares("cla_kinship_pct") == (1, 6)
    assert council.shares("cla_childrens_home_pct") == (1, 6)
    assert council.shares("cla_supported_accom_pct") == (1, 6)
    assert council.shares("cla_with_parents_pct") == (1, 6)


def test_every_type_of_placement_is_in_its_group(council):
    types = list(CODES["placement_type"])
    children_in_care(council, " ".join(f"c{n}" for n in range(len(types))))
    header = "placement_id person_id placement_start_date placement_type"
    rows = [f"p{n} c{n} 2024-01-01 {kind}" for n, kind in enumerate(types)]
    council.submits(cla_placements="\n".join([header, *rows]))
    assert council.shares("cla_kinship_pct") == (3, 32)
    assert council.shares("cla_childrens_home_pct") == (2, 32)
    assert council.shares("cla_supported_accom_pct") == (4, 32)
    assert council.shares("cla_with_parents_pct") == (1, 32)


def test_nobody_placed_is_no_case_and_no_placements_are_not_submitted(council):
    children_in_care(council, "a")
    assert council.says("cla_kinship_pct") == (None, None, None, "not_submitted")
    council.submits(cla_placements="")
    assert council.says("cla_kinship_pct") == (0, 0, None, "no_cases")


def test_accommodation_by_agreement_is_the_latest_legal_status(council):
    children_in_care(council, "a b c d e f")
    council.submits(
        legal_statuses="""status_id person_id legal_status start_date end_date
                          a1 a V2 2024-01-01 -
                          b1 b V2 2024-01-01 -
                          b2 b C2 2024-05-31 -
                          c10 c C1 2024-05-01 -
                          c9 c V2 2024-05-01 -
                          d1 d V2 2024-01-01 2024-05-31
                          e1 e V2 2024-01-01 -
                          e2 e V3 2024-01-01 -"""
    )
    # With a status at 31 May: a, b and c ('c9' sorts after 'c10'). d's has ended, e is on short breaks.
    assert council.shares("cla_section_20_pct") == (2, 3)


def test_accommodation_by_agreement_needs_the_legal_statuses(council):
    children_in_care(council, "a")
    assert council.counts("cla_open") == 1
    assert council.says("cla_section_20_pct")[3] == "not_submitted"


# Who they are


def test_unaccompanied_children_have_a_live_row_of_that_status(council):
    children_in_care(council, "a b c d e f g")
    council.submits(
        immigration_statuses="""status_id person_id status status_start_date status_end_date
                                1 a uasc 2024-05-31 -
                                2 a UASC 2024-01-01 -
                                3 b UASC 2024-01-01 2024-05-31
                                4 c Uasc 2024-01-01 2024-06-01
                                5 d UASC 2024-06-01 -
                                6 e ASYLUM_SEEKER 2024-01-01 -
                                7 f UASC - -
                                8 g UASC 2024-01-01 -
                                9 z UASC 2024-01-01 -""",
        legal_statuses="status_id person_id legal_status start_date\n s1 g V3 2024-01-01",
    )
    # a once, c until tomorrow; f's row has no start; g is on short breaks; z is not in care.
    assert council.counts("cla_uasc_open") == 2
    assert council.says("cla_uasc_population_pct") == (2, None, None, "no_population")
    council.refers_to(population="la_code mid_year population_0_17\n 301 2024 8000")
    assert council.says("cla_uasc_population_pct") == (2, 8000, 0.025, "calculated")


def test_unaccompanied_children_are_not_none_where_nobody_said(council):
    children_in_care(council, "a")
    council.refers_to(population="la_code mid_year population_0_17\n 301 2024 8000")
    assert council.says("cla_uasc_open") == (None, None, None, "not_submitted")
    assert council.says("cla_uasc_population_pct") == (None, None, None, "not_submitted")
    council.submits(immigration_statuses="")
    assert council.says("cla_uasc_open") == (0, None, 0, "calculated")
    assert council.says("cla_uasc_population_pct") == (0, 8000, 0, "calculated")


def test_education_plans_are_of_children_aged_4_to_17(council):
    children_in_care(council, "a b c d e f g")
    council.submits(
        persons="""pers_person_id pers_dob
                   a 2020-05-31
                   b 2020-06-01
                   c 2006-06-01
                   d 2006-05-31
                   e 2012-01-01
                   f 2012-01-01""",
        ehcp_active_plans="""active_ehcp_id person_id start_date end_date
                             1 a 2024-05-31 -
                             2 b 2024-01-01 -
                             3 c 2024-01-01 2024-06-01
                             4 d 2024-01-01 -
                             5 e 2024-01-01 2024-05-31
                             6 g 2024-01-01 -""",
    )
    # a is 4 today and b tomorrow; c is 17 until tomorrow and d 18; e's plan ended; g has no birth date.
    assert council.shares("cla_ehcp_pct") == (2, 4)


# Missing


def missing_from_care(council) -> None:
    children_in_care(council, "a b c")
    council.submits(
        missing="""table_id person_id start_date end_date type rhi_offered
                   a1 a 2024-04-30 2024-05-01 M Y
                   a2 a 2024-05-01 2024-05-02 M N
                   a3 a 2024-05-31 - M Y
                   b1 b 2024-05-02 2024-05-02 M NA
                   b2 b 2024-05-02 2024-05-03 M -
                   b3 b 2024-05-30 2024-06-01 M Y
                   c1 c 2024-05-02 2024-05-03 M Yes
                   c2 c 2024-05-04 2024-05-05 A Y
                   c3 c 2024-05-06 2024-05-07 M Y
                   z1 z 2024-05-02 2024-05-31 M Y
                   z2 z 2024-05-03 2024-05-31 M N
                   z3 z 2024-05-04 2024-05-31 M N""",
    )


def test_missing_episodes_are_of_children_in_care_at_their_start(council):
    missing_from_care(council)
    # In May a has two, b three, c two; c2 was away and z is not in care.
    assert council.counts("missing_episodes") == 7
    assert council.counts("missing_episodes", basis="year_to_date") == 8


def test_three_times_missing_is_over_the_whole_period(council):
    missing_from_care(council)
    # In May b alone; over April and May a too, though no month has three of a's.
    assert council.counts("missing_3plus_children") == 1
    assert council.counts("missing_3plus_children", basis="year_to_date") == 2
    assert council.counts("missing_3plus_children", basis="rolling_12_months") == 2
    assert council.counts("cla_missing_children") == 3


def test_short_breaks_are_no_care_to_be_missing_from(council):
    missing_from_care(council)
    council.submits(
        legal_statuses="status_id person_id legal_status start_date end_date\n s1 b V3 2024-05-02 2024-05-30"
    )
    assert council.counts("missing_episodes") == 5
    assert council.counts("missing_3plus_children") == 0


def test_return_interviews_are_offered_to_those_who_came_back(council):
    missing_from_care(council)
    # Back in May: a1, a2, b1, b2, c1, c3 and the three of z. 'Yes' is the label of Y; empty and NA are not Y.
    assert council.shares("rhi_offered_pct") == (4, 9)
    council.submits(missing="")
    assert council.says("rhi_offered_pct") == (0, 0, None, "no_cases")


# Social workers


def test_three_workers_in_the_twelve_months_from_one_end_to_the_other(council):
    children_in_care(council, "a b c d")
    council.submits(
        cp_plans="plan_id person_id start_date\n p1 p 2023-01-01",
        involvements="""involvements_id professional_id person_id role_id start_date end_date
                        a1 w1 a SW 2023-01-01 2023-06-01
                        a2 w2 a SW 2023-06-01 2024-05-31
                        a3 w3 a SW 2024-05-31 -
                        b1 w1 b SW 2023-01-01 2023-05-31
                        b2 w2 b SW 2023-05-31 2024-05-31
                        b3 w3 b SW 2024-05-31 -
                        c1 w1 c SW 2023-01-01 2023-08-01
                        c2 w2 c SW 2023-08-01 2023-09-01
                        c3 w1 c SW 2023-09-01 -
                        c4 w4 c FSW 2023-09-01 -
                        c5 w5 c SW 2023-10-01 2023-10-01
                        c6 w6 c SW 2024-06-01 -
                        p1 w1 p SW 2023-01-01 -
                        p2 w2 p SW 2023-01-01 -
                        p3 w3 p SW 2023-01-01 -""",
    )
    # The stretch is 31 May 2023 to 31 May 2024. a's first ended within it and b's on its first day. c had
    # two: w1 twice, a family worker, one who came and went on a day, one who comes tomorrow. d had none.
    assert council.shares("sw_changes_3plus_12m_pct") == (2, 5)


def test_workers_are_asked_of_children_known_at_both_ends(council):
    involved = "\n".join(f"{child}{n} w{n} {child} SW 2023-01-01" for child in "abcdef" for n in (1, 2, 3))
    council.submits(
        cp_plans="""plan_id person_id start_date end_date cp_plan_ola
                    a1 a 2023-05-31 2023-07-01 -
                    b1 b 2023-06-01 - -
                    c1 c 2023-05-01 2024-05-31 -
                    d1 d 2023-01-01 - Y
                    e1 e 2023-01-01 2023-06-01 -
                    e2 e 2024-05-31 - -""",
        cla_episodes="""episode_id person_id cla_id episode_start_date
                        a1 a la 2024-05-31
                        f1 f lf 2023-01-01""",
        legal_statuses="status_id person_id legal_status start_date end_date\n s1 f V4 2023-05-31 2023-06-01",
        involvements=f"involvements_id professional_id person_id role_id start_date\n{involved}",
    )
    # a went from a plan into care, e was on two; b came a day late; c's plan ended today; d's is another's;
    # f was on short breaks at the beginning.
    assert council.shares("sw_changes_3plus_12m_pct") == (2, 2)


def test_workers_need_no_history_and_february_has_its_last_day(council):
    council.submits(
        "2024-02",
        cp_plans="plan_id person_id start_date\n a1 a 2023-02-28\n b1 b 2023-03-01",
        cla_episodes="",
        involvements="""involvements_id professional_id person_id role_id start_date end_date
                        a1 w1 a SW 2023-02-01 2023-03-01
                        a2 w2 a SW 2023-03-01 -
                        a3 w3 a SW 2023-03-01 -""",
        extract_coverage="return_name history_from\n involvements 2024-02-01\n cp_plans 2024-02-01",
    )
    # Twelve months before 29 February 2024 is 28 February 2023.
    assert council.shares("sw_changes_3plus_12m_pct", period="2024-02") == (1, 1)


# Children in need


def test_child_in_need_plans_of_two_years_are_730_days_old(council):
    council.submits(
        cin_plans="""plan_id person_id start_date end_date
                     a1 a 2022-06-01 -
                     b1 b 2022-06-02 -
                     c1 c 2022-06-01 2024-05-31
                     d1 d 2022-06-01 -
                     e1 e 2022-06-01 -
                     f1 f 2022-06-01 -
                     f2 f 2024-05-01 -""",
        cp_plans="plan_id person_id start_date cp_plan_ola\n d1 d 2024-05-31 -\n f1 f 2024-05-31 Y",
        cla_episodes="episode_id person_id cla_id episode_start_date\n e1 e le 2024-05-31",
    )
    # To 31 May 2024, over one leap day: a has 730 days, b 729. Rows: both of f's. Not d, on a plan, nor e.
    assert council.shares("cin_plan_2y_open_pct") == (2, 4)
    assert council.counts("cin_plans_open") == 3


# What is not there


@pytest.mark.parametrize(
    ("indicator_id", "absent"),
    [
        ("cla_uasc_open", "immigration_statuses"),
        ("cla_ehcp_pct", "ehcp_active_plans"),
        ("cla_ehcp_pct", "persons"),
        ("sw_changes_3plus_12m_pct", "cp_plans"),
        ("cin_plan_2y_open_pct", "cla_episodes"),
        ("missing_3plus_children", "missing"),
    ],
)
def test_without_a_return_that_it_rests_on_a_figure_is_not_submitted(council, indicator_id, absent):
    council.submits(cla_episodes="", cp_plans="", cin_plans="", involvements="", missing="")
    council.submits(persons="", immigration_statuses="", ehcp_active_plans="")
    assert council.says(indicator_id)[3] in ("calculated", "no_cases")
    (council.raw / MAY / LA / f"{absent}.csv").unlink()
    assert council.says(indicator_id) == (None, None, None, "not_submitted")
