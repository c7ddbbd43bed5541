"""Longer periods and net changes of totals, worked by hand: `derived` of counting_more.md."""

import pytest

from .council import MAY

HEADER = "indicator_id period_basis period_end breakdown numerator denominator value"
MONTHS = ["2023-06-30", "2023-07-31", "2023-08-31", "2023-09-30", "2023-10-31", "2023-11-30",
          "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]  # fmt: skip


def totals(*lines: str) -> str:
    return "\n".join([HEADER, *lines])


def month(indicator: str, end: str, numbers: str) -> str:
    return f"{indicator} month {end} all {numbers}"


def test_twelve_months_are_their_sum_and_eleven_are_no_figure(council):
    of_all = [month("cp_started", end, f"{n} - -") for n, end in enumerate(MONTHS)]
    of_eleven = [month("s47_started", end, "1 - -") for end in MONTHS if end != "2023-09-30"]
    council.submits(indicator_returns=totals(*of_all, *of_eleven))

    # 0 + 1 + ... + 11; April and May are 10 and 11
    assert council.says("cp_started", "rolling_12_months") == (66, None, 66, "derived")
    assert council.says("cp_started", "year_to_date") == (21, None, 21, "derived")
    assert council.says("cp_started", "month") == (11, None, 11, "reported")
    assert council.says("s47_started", "rolling_12_months") == (None, None, None, "not_submitted")
    assert council.says("s47_started", "year_to_date") == (2, None, 2, "derived")


def test_a_share_of_several_months_is_of_their_sums_and_needs_both_numbers_of_each(council):
    council.submits(
        indicator_returns=totals(
            month("icpc_15wd_pct", "2024-04-30", "3 4 -"),
            month("icpc_15wd_pct", "2024-05-31", "0 6 -"),
            month("rcpc_intime_pct", "2024-04-30", "3 4 -"),
            month("rcpc_intime_pct", "2024-05-31", "- - 50"),
            month("s47_to_icpc_pct", "2024-04-30", "3 - 75"),
            month("s47_to_icpc_pct", "2024-05-31", "1 2 -"),
            month("cp_ended", "2024-04-30", "- - 7"),
            month("cp_ended", "2024-05-31", "2 - -"),
        )
    )
    assert council.says("icpc_15wd_pct", "year_to_date") == (3, 10, 30, "derived")
    assert council.says("rcpc_intime_pct", "year_to_date")[3] == "not_submitted"
    assert council.says("s47_to_icpc_pct", "year_to_date")[3] == "not_submitted"
    assert council.says("cp_ended", "year_to_date") == (9, None, 9, "derived")


def test_months_of_nothing_of_nothing_are_there(council):
    council.submits(
        indicator_returns=totals(
            month("icpc_15wd_pct", "2024-04-30", "0 0 -"),
            month("icpc_15wd_pct", "2024-05-31", "2 5 -"),
            month("rcpc_intime_pct", "2024-04-30", "0 0 -"),
            month("rcpc_intime_pct", "2024-05-31", "0 0 -"),
            month("s47_to_icpc_pct", "2024-04-30", "1 0 -"),
            month("s47_to_icpc_pct", "2024-05-31", "1 2 -"),
        )
    )
    assert council.says("icpc_15wd_pct", "year_to_date") == (2, 5, 40, "derived")
    assert council.says("rcpc_intime_pct", "year_to_date") == (0, 0, None, "no_cases")
    assert council.says("s47_to_icpc_pct", "year_to_date")[3] == "not_submitted"


def test_months_counted_and_entered_add_up_and_records_come_first(council):
    council.submits(
        "2024-04",
        contacts="contact_id person_id contact_date\n k1 c1 2024-04-30\n k2 c2 2024-04-01\n k3 c3 2024-03-31",
    )
    council.submits(
        "2024-05",
        indicator_returns=totals(
            month("contacts_received", "2024-04-30", "100 - -"),
            month("contacts_received", "2024-05-31", "5 - -"),
        ),
    )
    # April is counted: 2. May has no records: 5.
    assert council.says("contacts_received", "year_to_date") == (7, None, 7, "derived")
    # without a word on its history the return is complete, before the first folder too
    assert council.says("contacts_received", "rolling_12_months") == (8, None, 8, "derived")


def test_months_before_the_history_are_there_only_if_entered(council):
    tables = {
        "contacts": "contact_id person_id contact_date\n k1 c1 2024-05-31",
        "extract_coverage": "return_name history_from\n contacts 2024-05-01",
    }
    council.submits(indicator_returns=totals(month("contacts_received", "2024-04-30", "4 - -")), **tables)
    assert council.says("contacts_received", "year_to_date") == (5, None, 5, "derived")
    assert council.says("contacts_received", "rolling_12_months")[3] == "insufficient_history"


def test_an_entered_figure_stands_before_a_derived_one(council):
    council.submits(
        indicator_returns=totals(
            month("cp_started", "2024-04-30", "3 - -"),
            month("cp_started", "2024-05-31", "4 - -"),
            "cp_started year_to_date 2024-05-31 all 9 - -",
        )
    )
    assert council.says("cp_started", "year_to_date") == (9, None, 9, "reported")


def test_a_net_change_of_plans_is_started_less_ended_where_its_months_are_not_there(council):
    council.submits(
        indicator_returns=totals(
            month("cp_started", "2024-04-30", "3 - -"),
            month("cp_started", "2024-05-31", "4 - -"),
            month("cp_ended", "2024-04-30", "6 - -"),
            month("cp_ended", "2024-05-31", "5 - -"),
            "cp_started rolling_12_months 2024-05-31 all 50 - -",
            "cp_ended rolling_12_months 2024-05-31 all 45 - -",
        )
    )
    assert council.says("cp_net_change", "month") == (-1, None, -1, "derived")
    assert council.says("cp_net_change", "year_to_date") == (-4, None, -4, "derived")
    assert council.says("cp_net_change", "rolling_12_months") == (5, None, 5, "derived")


def test_the_months_of_a_net_change_go_before_what_started_and_ended(council):
    council.submits(
        indicator_returns=totals(
            month("cp_net_change", "2024-04-30", "10 - -"),
            month("cp_net_change", "2024-05-31", "-2 - -"),
            "cp_started year_to_date 2024-05-31 all 7 - -",
            "cp_ended year_to_date 2024-05-31 all 1 - -",
        )
    )
    assert council.says("cp_net_change", "year_to_date") == (8, None, 8, "derived")


def test_a_net_change_in_care_is_between_its_two_ends(council):
    council.submits(
        indicator_returns=totals(
            "cla_open point_in_time 2024-03-31 all 80 - -",
            "cla_open point_in_time 2024-04-30 all - - 84",
            "cla_open point_in_time 2024-05-31 all 83 - -",
        )
    )
    assert council.says("cla_net_change", "month") == (-1, None, -1, "derived")
    assert council.says("cla_net_change", "year_to_date") == (3, None, 3, "derived")
    assert council.says("cla_net_change", "rolling_12_months")[3] == "not_submitted"


@pytest.mark.parametrize(
    ("history_from", "said"), [("2024-04-30", (1, "calculated")), ("2024-05-01", (-6, "derived"))]
)
def test_an_end_before_the_history_is_there_only_if_entered(council, history_from, said):
    council.submits(
        cla_episodes="""episode_id person_id cla_id episode_start_date start_reason
                        a1 a la 2024-04-01 S
                        b1 b lb 2024-05-31 S""",
        extract_coverage=f"return_name history_from\n cla_episodes {history_from}",
        indicator_returns=totals("cla_open point_in_time 2024-04-30 all 8 - -"),
    )
    # 2 at the end of May; 1 by the records at the end of April, 8 as entered
    number, _, _, status = council.says("cla_net_change", "month")
    assert (number, status) == said


def test_what_does_not_add_up_is_not_derived(council):
    council.refers_to(population="la_code mid_year population_0_17\n 301 2024 20000")
    several = ["assessment_duration_median_wd", "cla_missing_children", "missing_3plus_children"]
    council.submits(
        indicator_returns=totals(
            *(month(indicator, end, "1 1 -") for indicator in several for end in MONTHS[-2:]),
            *(month("partner_cp_activity_change", end, "1 1 -") for end in MONTHS),
            *(month("cp_started_rate_10k", end, "1 1 -") for end in MONTHS),
        )
    )
    for indicator in several:
        assert council.says(indicator, "year_to_date")[3] == "not_submitted"
    assert council.says("partner_cp_activity_change", "rolling_12_months")[3] == "not_submitted"
    assert council.says("cp_started_rate_10k", "rolling_12_months")[3] == "not_submitted"


def test_what_was_not_yet_entered_is_not_yet_added_up(council):
    council.submits("2024-04", indicator_returns=totals(month("cp_started", "2024-04-30", "3 - -")))
    council.submits(
        "2024-05",
        indicator_returns=totals(
            month("cp_started", "2024-05-31", "4 - -"), month("cp_started", "2024-04-30", "5 - -")
        ),
    )
    assert council.says("cp_started", "year_to_date", period="2024-04")[:1] == (3,)
    assert council.says("cp_started", "year_to_date", period="2024-04", view=MAY)[:1] == (5,)
    assert council.says("cp_started", "year_to_date") == (9, None, 9, "derived")
