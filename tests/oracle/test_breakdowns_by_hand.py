"""Parts worked by hand: what a child is on the day that it is counted, and which parts are written."""

import pytest

from .breakdowns import BREAKDOWNS, breakdowns_of, counted_return
from .council import LA, MAY
from .law import INDICATORS

CARE = (
    "episode_id person_id cla_id episode_start_date start_reason ceased_date ceased_reason primary_need_code"
)
PLACED = "placement_id person_id placement_start_date placement_end_date placement_type"
INVOLVED = "involvements_id professional_id person_id role_id professional_team start_date end_date"
REFERRED = "referral_id person_id referral_date close_date referral_nfa cin_primary_need_code referral_team"


def without(council, return_name: str) -> None:
    (council.raw / MAY / LA / f"{return_name}.csv").unlink()


# Which indicators have which


def test_every_area_of_children_has_parts_and_workforce_and_finance_have_none():
    none = {indicator.id for indicator in INDICATORS.values() if not breakdowns_of(indicator)}
    outside = {
        indicator.id for indicator in INDICATORS.values() if indicator.area in ("Workforce", "Finance")
    }
    assert none - outside == {
        "adopters_approved",
        "adopters_waiting",
        "adopter_sufficiency",
        "conference_minutes_backlog",
        "conference_minutes_intime_pct",
        "partner_cp_activity_change",
        "late_meetings_by_reason",
        "cp_category_pct",
    }
    assert len(outside) == 20


def test_placements_are_asked_of_looked_after_children_alone():
    by_placement = {
        indicator.id for indicator in INDICATORS.values() if "placement_group" in breakdowns_of(indicator)
    }
    assert {"cla_open", "cla_review_intime_pct", "missing_episodes", "cla_ehcp_pct"} <= by_placement
    not_by_it = {"care_proceedings_issued", "rhi_72h_pct", "rhi_offered_pct", "sw_changes_3plus_12m_pct"}
    assert not by_placement & (not_by_it | {"cl_eet_pct", "adopt_a1_days", "cp_open"})
    assert breakdowns_of(INDICATORS["rhi_offered_pct"]) == [b for b in BREAKDOWNS if b != "placement_group"]


def test_what_is_counted_is_a_record_or_a_child():
    records = {
        "referrals_rate_10k": "cin_episodes",
        "cla_started": "cla_episodes",
        "cla_initial_health_20wd_pct": "cla_episodes",
        "missing_episodes": "missing",
        "assessments_open": "cin_assessments",
        "cl_eet_pct": "care_leavers",
        "cin_open": None,
        "cla_net_change": None,
        "cla_missing_children": None,
        "cp_2y_open_pct": None,
    }
    assert {name: counted_return(INDICATORS[name]) for name in records} == records


# Age


def test_age_is_that_of_the_day_counted(council):
    council.submits(
        persons="""pers_person_id pers_dob expected_dob
                   a 2023-05-21 -
                   b 2023-05-20 -
                   c 2019-05-21 -
                   d 2019-05-20 -
                   e 2014-05-21 -
                   f 2014-05-20 -
                   g 2008-05-21 -
                   h 2008-05-20 -
                   i 2006-05-21 -
                   j 2006-05-20 -
                   k 2024-05-20 -
                   l 2024-05-21 2024-05-01
                   m - 2024-05-01
                   n - -""",
        contacts="contact_id person_id contact_date\n"
        + "\n".join(f"k{child} {child} 2024-05-20" for child in "abcdefghijklmno"),
    )
    # On 20 May half of each pair has its birthday and half is a day short. k is born that day, l the next,
    # m is expected; of n there is neither, and o is not listed.
    bands = {"0": 2, "1-4": 2, "5-9": 2, "10-15": 2, "16-17": 2, "18+": 1, "unborn": 2, "not_recorded": 2}
    assert council.parts_counted("contacts_received", "age_band") == bands


def test_a_child_grows_between_an_event_and_the_end_of_the_month(council):
    council.submits(
        persons="pers_person_id pers_dob\n a 2014-05-25",
        cp_plans="plan_id person_id start_date\n p1 a 2024-05-24",
    )
    assert council.parts_counted("cp_started", "age_band") == {"5-9": 1}
    assert council.parts_counted("cp_open", "age_band") == {"10-15": 1}


# Who a child is


def test_sex_and_ethnic_group_are_read_as_in_the_snapshot(council):
    council.submits(
        persons="""pers_person_id pers_sex pers_ethnicity
                   a F WROM
                   b M MOTH
                   c U CHNE
                   d - BOTH
                   e X OOTH
                   f F REFU
                   g F NOBT
                   h F -""",
        cp_plans="plan_id person_id start_date\n"
        + "\n".join(f"p{child} {child} 2024-05-24" for child in "abcdefghi"),
    )
    # 'X' is no code, and i is not listed.
    assert council.parts_counted("cp_open", "sex") == {"F": 4, "M": 1, "U": 1, "not_recorded": 3}
    groups = {"white": 1, "mixed": 1, "asian": 1, "black": 1, "other": 1, "not_recorded": 4}
    assert council.parts_counted("cp_open", "ethnic_group") == groups
    council.submits("2024-06", persons="pers_person_id pers_sex\n a M", cp_plans="")
    assert council.parts("cp_started", "sex", view="2024-06")["F"][0] == 0


def test_any_code_but_none_is_a_disability(council):
    council.submits(
        disabilities="""table_id person_id disability_code
                        1 a NONE
                        2 b NONE
                        3 b AUT
                        4 c dda
                        5 d XXX
                        6 e -""",
        contacts="contact_id person_id contact_date\n"
        + "\n".join(f"k{child} {child} 2024-05-20" for child in "abcdef"),
    )
    assert council.parts_counted("contacts_received", "disability") == {"no": 1, "yes": 2, "not_recorded": 3}


# Need


def test_a_referral_says_its_own_need_and_a_contact_the_childs(council):
    council.submits(
        cin_episodes=f"""{REFERRED}
                         r1 a 2024-05-01 2024-05-20 - N1 -
                         r2 a 2024-05-10 2024-05-19 - N2 -
                         r3 a 2024-05-20 - Y N3 -
                         r4 b 2024-05-20 - - - -
                         r10 c 2024-05-01 - - N4 -
                         r9 c 2024-05-01 - - N0 -
                         r11 d 2024-05-21 - - N9 -""",
        contacts="contact_id person_id contact_date\n"
        + "\n".join(f"k{child} {child} 2024-05-20" for child in "abcd"),
    )
    assert council.parts_counted("referrals_received", "need") == {
        **{"N0": 1, "N1": 1, "N2": 1, "N3": 1, "N4": 1, "N9": 1},
        "not_recorded": 1,
    }
    # a's is r1, which ends that day: r2 ended the day before and r3 came to nothing. b's says none. Of c's
    # 'r9' sorts last. d's begins tomorrow.
    assert council.parts_counted("contacts_received", "need") == {"N1": 1, "N0": 1, "not_recorded": 2}


def test_at_a_day_what_ends_on_it_is_over(council):
    council.submits(
        cin_episodes=f"""{REFERRED}
                         r1 a 2024-01-01 2024-05-31 - N1 -
                         r2 b 2024-01-01 2024-06-01 - N2 -""",
        cp_plans="plan_id person_id start_date\n p1 a 2024-05-31\n p2 b 2024-05-31",
    )
    assert council.parts_counted("cp_open", "need") == {"N2": 1, "not_recorded": 1}
    assert council.parts_counted("cp_started", "need") == {"N1": 1, "N2": 1}


def test_looked_after_children_have_the_need_of_their_care(council):
    council.submits(
        cla_episodes=f"""{CARE}
                         a1 a la 2024-01-01 S 2024-05-10 X1 N1
                         a2 a la 2024-05-10 P - - N2
                         b1 b lb 2024-01-01 S 2024-05-10 E4A N3
                         c1 c lc 2024-05-10 S - - -""",
        cin_episodes=f"{REFERRED}\n r1 a 2024-01-01 - - N8 -\n r2 c 2024-01-01 - - N8 -",
        care_proceedings="person_id application_date\n a 2024-05-10\n b 2024-05-10",
        missing="table_id person_id start_date type\n m1 a 2024-05-09 M",
    )
    assert council.parts_counted("cla_open", "need") == {"N2": 1, "not_recorded": 1}
    assert council.parts_counted("cla_ceased", "need") == {"N3": 1}
    assert council.parts_counted("cla_started", "need") == {"not_recorded": 1}
    assert council.parts_counted("missing_episodes", "need") == {"N1": 1}
    # Proceedings are not in that list: they have the need of the child in need.
    assert council.parts_counted("care_proceedings_issued", "need") == {"N8": 1, "not_recorded": 1}


# Placement


def test_an_end_of_care_has_the_placement_that_ends_with_it(council):
    council.submits(
        cla_episodes=f"""{CARE}
                         a1 a la 2024-01-01 S 2024-05-10 E4A -
                         b1 b lb 2024-01-01 S 2024-05-10 E4A -
                         c1 c lc 2024-01-01 S 2024-05-10 E4A -
                         d1 d ld 2024-01-01 S - - -
                         e1 e le 2024-01-01 S - - -""",
        cla_placements=f"""{PLACED}
                           a1 a 2024-01-01 2024-05-10 U1
                           b1 b 2024-01-01 2024-05-09 U4
                           c1 c 2024-01-01 2024-05-10 K2
                           c2 c 2024-05-10 2024-05-10 P1
                           d1 d 2024-01-01 2024-05-31 R5
                           e1 e 2024-01-01 - -""",
    )
    assert council.parts_counted("cla_ceased", "placement_group") == {
        "foster_kin": 1,
        "parents": 1,
        "not_recorded": 1,
    }
    # d's ends today, and e's has no type.
    assert council.parts_counted("cla_open", "placement_group") == {"not_recorded": 2}
    assert list(council.parts("cla_open", "placement_group")) == list(BREAKDOWNS["placement_group"])


def test_net_change_in_care_has_each_end_at_its_own_day(council):
    council.submits(
        cla_episodes=f"""{CARE}
                         a1 a la 2024-01-01 S - - N1
                         b1 b lb 2024-01-01 S 2024-05-10 E4A N2
                         c1 c lc 2024-05-10 S - - N3""",
        cla_placements=f"""{PLACED}
                           a1 a 2024-01-01 2024-05-15 U1
                           a2 a 2024-05-15 - K2
                           b1 b 2024-01-01 2024-05-10 U4
                           c1 c 2024-05-10 - U4""",
        persons="pers_person_id pers_dob\n a 2014-05-31\n b 2014-04-30\n c 2014-06-01",
    )
    assert council.counts("cla_net_change") == 0
    assert council.parts_counted("cla_net_change", "placement_group") == {
        "foster_kin": -1,
        "childrens_home": 1,
    }
    # a turned ten on the last day; b was ten the day before the month; c is nine.
    assert council.parts_counted("cla_net_change", "age_band") == {}
    assert council.parts_counted("cla_net_change", "need") == {"N2": -1, "N3": 1}


def test_net_change_in_plans_has_each_start_and_end_at_its_own_day(council):
    council.submits(
        cp_plans="plan_id person_id start_date end_date\n p1 a 2024-05-01 2024-05-20",
        persons="pers_person_id pers_dob\n a 2014-05-10",
    )
    assert council.parts_counted("cp_net_change", "age_band") == {"5-9": 1, "10-15": -1}


# Team and service


def test_the_team_is_the_records_own_or_that_of_the_social_worker(council):
    council.submits(
        cin_episodes=f"""{REFERRED}
                         r1 a 2024-05-20 - - - Front
                         r2 b 2024-05-20 - - - -
                         r3 c 2024-05-20 - - - -
                         r4 d 2024-05-20 - - - -""",
        cin_assessments="""assessment_id person_id start_date assessment_team
                           a1 a 2024-05-20 Duty
                           a2 b 2024-05-20 -""",
        involvements=f"""{INVOLVED}
                         i1 w1 a SW North 2024-01-01 -
                         i10 w1 b SW North 2024-05-01 2024-05-20
                         i9 w2 b SW South 2024-05-01 -
                         i1c w1 c SW North 2024-01-01 -
                         i2c w2 c SW - 2024-05-01 -
                         i3c w3 c FSW West 2024-05-10 -""",
    )
    # b: of two from the same day 'i9' sorts last. c: the latest has no team. d: nobody.
    assert council.parts_counted("referrals_received", "team") == {"Front": 1, "South": 1, "not_recorded": 2}
    assert council.parts_counted("assessments_open", "team") == {"Duty": 1, "South": 1}
    # A child in need has no team of its own.
    assert council.parts_counted("cin_open", "team") == {"North": 1, "South": 1, "not_recorded": 2}
    without(council, "involvements")
    assert council.parts_counted("referrals_received", "team") == {"Front": 1, "not_recorded": 3}
    assert council.parts("cin_open", "team") == {}


def test_the_service_is_the_topmost_parent(council):
    teams = ["Duty", "Sub", "Top", "Loose", "Ring1", "Below", "Unlisted", "Self"]
    council.submits(
        departments="""team_id team_parent_id
                       Sub Duty
                       Duty Top
                       Top -
                       Loose Elsewhere
                       Ring1 Ring2
                       Ring2 Ring1
                       Below Ring1
                       Self Self""",
        cin_episodes=f"{REFERRED}\n"
        + "\n".join(f"r{n} c{n} 2024-05-20 - - - {team}" for n, team in enumerate(teams)),
        involvements="",
    )
    # Loose's parent is not listed and is the topmost; in a circle, or below one, nobody is; nor of Unlisted.
    services = {"Top": 3, "Elsewhere": 1, "not_recorded": 4}
    assert council.parts_counted("referrals_received", "service") == services
    assert council.parts_counted("referrals_received", "team") == dict.fromkeys(teams, 1)
    without(council, "departments")
    assert council.parts("referrals_received", "service") == {}
    assert council.parts_counted("referrals_received", "team") == dict.fromkeys(teams, 1)


def test_care_leavers_are_in_the_team_that_the_month_names(council):
    council.submits(
        persons="pers_person_id pers_dob\n a 2005-05-01\n b 2005-05-01",
        care_leavers="""clea_table_id clea_person_id eligibility in_touch activity allocated_team
                        1 a RELEVANT YES F1 Leaving
                        2 b RELEVANT - - -""",
        involvements=f"{INVOLVED}\n i1 w1 b SW North 2024-01-01 -",
    )
    assert council.parts_shared("cl_eet_pct", "team") == {"Leaving": (1, 1), "not_recorded": (0, 1)}
    without(council, "involvements")
    assert council.parts_shared("cl_in_touch_pct", "team") == {"Leaving": (1, 1), "not_recorded": (0, 1)}


# Whole periods, rates and reviews


def test_children_over_a_period_are_as_at_their_last_spell(council):
    council.submits(
        cla_episodes=f"{CARE}\n a1 a la 2024-01-01 S - - -\n b1 b lb 2024-01-01 S 2024-05-25 E4A -",
        cla_placements=f"{PLACED}\n a1 a 2024-01-01 2024-05-10 U1\n a2 a 2024-05-10 - K2",
        missing="""table_id person_id start_date type
                   m1 a 2024-05-01 M
                   m2 a 2024-05-02 M
                   m3 a 2024-05-10 M
                   m4 a 2024-05-20 A
                   b1 b 2024-05-02 M
                   b2 b 2024-05-26 M""",
        persons="pers_person_id pers_dob\n a 2008-05-15\n b 2008-05-15",
    )
    assert council.parts_counted("cla_missing_children", "placement_group") == {
        "childrens_home": 1,
        "not_recorded": 1,
    }
    assert council.parts_counted("missing_3plus_children", "placement_group") == {"childrens_home": 1}
    assert council.parts_counted("missing_episodes", "placement_group") == {
        "foster_kin": 2,
        "childrens_home": 1,
        "not_recorded": 1,
    }
    # Both are sixteen from the fifteenth. a's last spell from care was before, and so was b's.
    assert council.parts_counted("cla_missing_children", "age_band") == {"10-15": 2}


def test_a_median_is_taken_within_each_value(council):
    council.submits(
        "2024-06",
        persons="pers_person_id pers_sex\n a F\n b F\n c M",
        cin_assessments="""assessment_id person_id start_date auth_date
                           a1 a 2024-06-03 2024-06-03
                           a2 b 2024-06-03 2024-06-10
                           a3 c 2024-06-03 2024-06-04""",
    )
    assert council.parts("assessment_duration_median_wd", "sex", period="2024-06") == {
        "F": (None, 2, 2.5, "calculated"),
        "M": (None, 1, 1, "calculated"),
        "U": (None, 0, None, "no_cases"),
        "not_recorded": (None, 0, None, "no_cases"),
    }


def test_parts_of_a_rate_have_no_population(council):
    council.refers_to(population="la_code mid_year population_0_17\n 301 2024 20000")
    council.submits(
        persons="pers_person_id pers_sex\n a F",
        cp_plans="plan_id person_id start_date\n p1 a 2024-05-01",
        cla_episodes=f"{CARE}\n a1 a la 2024-01-01 S - - -",
        immigration_statuses="immigration_status_id person_id status status_start_date\n 1 a UASC 2024-01-01",
    )
    assert council.says("cp_rate_10k") == (1, 20000, 0.5, "calculated")
    assert council.parts("cp_rate_10k", "sex") == {
        "M": (0, None, None, "no_population"),
        "F": (1, None, None, "no_population"),
        "U": (0, None, None, "no_population"),
        "not_recorded": (0, None, None, "no_population"),
    }
    assert council.parts("cp_started_rate_10k", "sex")["F"] == (1, None, None, "no_population")
    assert council.parts("cla_uasc_population_pct", "sex")["F"] == (1, None, None, "no_population")


def test_a_review_is_of_the_child_whose_period_of_care_it_names(council):
    council.submits(
        cla_episodes=f"{CARE}\n e1 b lb 2024-01-01 S - - N1\n e2 b2 lb 2024-01-01 S - - N2",
        cla_reviews="""review_id cla_id due_date review_date
                       v1 lb 2024-05-10 2024-05-10
                       v2 lz 2024-05-10 2024-05-11""",
        persons="pers_person_id pers_sex\n b F\n b2 M",
    )
    assert council.parts_shared("cla_review_intime_pct", "sex") == {"F": (1, 1), "not_recorded": (0, 1)}
    assert council.parts_shared("cla_review_intime_pct", "need") == {"N1": (1, 1), "not_recorded": (0, 1)}
    without(council, "cla_episodes")
    assert council.parts("cla_review_intime_pct", "sex")["F"] == (None, None, None, "not_submitted")


# Which parts are written


def test_zeros_are_written_and_a_share_of_nothing_is_no_case(council):
    council.submits(
        persons="pers_person_id pers_sex\n a F", cp_plans="plan_id person_id start_date\n p1 a 2022-05-01"
    )
    assert council.parts("cp_open", "sex") == {
        "M": (0, None, 0, "calculated"),
        "F": (1, None, 1, "calculated"),
        "U": (0, None, 0, "calculated"),
        "not_recorded": (0, None, 0, "calculated"),
    }
    assert council.parts("cp_2y_open_pct", "sex") == {
        "M": (0, 0, None, "no_cases"),
        "F": (1, 1, 100, "calculated"),
        "U": (0, 0, None, "no_cases"),
        "not_recorded": (0, 0, None, "no_cases"),
    }


@pytest.mark.parametrize(
    ("breakdown", "absent"),
    [("age_band", "persons"), ("sex", "persons"), ("disability", "disabilities"), ("need", "cin_episodes")],
)
def test_a_return_that_only_the_breakdown_reads_silences_it_alone(council, breakdown, absent):
    council.submits(cp_plans="plan_id person_id start_date\n p1 a 2024-05-01")
    silent = dict.fromkeys(BREAKDOWNS[breakdown], (None, None, None, "not_submitted"))
    assert council.counts("cp_open") == 1
    assert council.parts("cp_open", breakdown) == silent
    council.submits(**{absent: ""})
    assert council.parts_counted("cp_open", breakdown) == {"not_recorded": 1}


def test_a_breakdown_reads_the_newest_file_of_any_age_without_a_test_of_history(council):
    council.submits(
        "2024-04",
        persons="pers_person_id pers_sex\n a F",
        extract_coverage="return_name history_from\n persons 2024-04-30",
    )
    council.submits(cp_plans="plan_id person_id start_date\n p1 a 2024-05-01")
    assert council.parts_counted("cp_started", "sex") == {"F": 1}


def test_a_whole_that_is_reported_or_not_given_has_no_parts(council):
    council.submits(
        persons="pers_person_id pers_sex\n a F",
        cp_plans="",
        extract_coverage="return_name history_from\n cp_plans 2024-05-15",
        indicator_returns="""indicator_id period_basis period_end breakdown numerator
                             contacts_received month 2024-05-31 all 7""",
    )
    assert council.says("contacts_received")[3] == "reported"
    assert council.parts("contacts_received", "sex") == {}
    assert council.says("cp_started")[3] == "insufficient_history"
    assert council.parts("cp_started", "sex") == {}
    assert council.parts("cp_open", "sex")["F"] == (0, None, 0, "calculated")


def test_a_team_is_written_where_there_is_anything_in_either_number(council):
    council.submits(
        cp_plans="""plan_id person_id start_date end_date
                    p1 a 2024-05-01 2024-05-20
                    p2 b 2024-05-01 -""",
        involvements=f"{INVOLVED}\n i1 w1 a SW North 2024-01-01 -\n i2 w2 b SW South 2024-01-01 -",
    )
    # a's start and end cancel out in North. Neither has two years: there is a share of them and no count.
    assert council.parts("cp_net_change", "team") == {"South": (1, None, 1, "calculated")}
    assert council.parts("cp_2y_open_pct", "team") == {"South": (0, 1, 0, "calculated")}
    assert council.parts("cp_2y_open_count", "team") == {}


def test_a_record_without_a_day_is_in_no_part(council):
    council.submits(
        persons="pers_person_id pers_sex\n a F",
        cin_assessments="assessment_id person_id start_date auth_date\n a1 a 2024-05-01 -",
    )
    assert council.parts_counted("single_completed", "sex") == {}
