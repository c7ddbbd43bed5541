"""Flows since a month that the targets name, worked by hand: `since` of counting_more.md."""

import pytest

from .council import MAY
from .opinion import figures

TARGETS = "la_code indicator_id from_date to_date since_month"


def bases_said(council, indicator: str, period: str = MAY) -> set[str]:
    found = figures(council.raw, council.reference, period, [period])
    return set(found[found.indicator_id == indicator].period_basis)


@pytest.mark.parametrize("written", ["2024-03", "2024-03-31", "31/03/2024"])
def test_a_flow_is_counted_from_the_first_day_of_the_month_named(council, written):
    council.refers_to(targets=f"{TARGETS}\n 301 contacts_received 2024-01-01 - {written}")
    council.submits(
        contacts="""contact_id person_id contact_date
                    k1 c1 2024-02-29
                    k2 c2 2024-03-01
                    k3 c3 2024-05-31
                    k4 c4 2024-06-01"""
    )
    assert council.says("contacts_received", "since") == (2, None, 2, "calculated")


def test_the_first_row_that_serves_with_a_month_names_it(council):
    council.refers_to(
        targets=f"""{TARGETS}
            ENG contacts_received 2024-05-01 - 2024-05
            301 contacts_received 2024-01-01 - 2024-04
            301 contacts_received 2024-02-01 - -
            301 contacts_received 2024-03-01 2024-05-30 2024-02
            301 contacts_received 2024-06-01 - 2024-01"""
    )
    council.submits(contacts="contact_id person_id contact_date\n k1 c1 2024-03-31\n k2 c2 2024-04-01")
    assert council.says("contacts_received", "since") == (1, None, 1, "calculated")


def test_there_is_none_before_the_month_named_nor_of_what_has_no_year_to_date(council):
    council.refers_to(
        targets=f"""{TARGETS}
            301 contacts_received 2024-01-01 - 2024-06
            301 cp_started 2024-01-01 - 2024-05
            301 cla_net_change 2024-01-01 - 2024-04
            301 cp_open 2024-01-01 - 2024-04
            301 cp_started_rate_10k 2024-01-01 - 2024-04
            301 cp_ended 2024-01-01 - soon"""
    )
    council.submits(contacts="contact_id person_id contact_date")
    assert "since" in bases_said(council, "cp_started")
    for indicator in ("contacts_received", "cla_net_change", "cp_open", "cp_started_rate_10k", "cp_ended"):
        assert "since" not in bases_said(council, indicator)


@pytest.mark.parametrize(
    ("history_from", "said"),
    [("2023-02-01", (1, 2, 50, "calculated")), ("2023-02-02", (None, None, None, "insufficient_history"))],
)
def test_the_history_reaches_to_the_first_day_less_what_the_rule_looks_back(council, history_from, said):
    council.refers_to(targets=f"{TARGETS}\n 301 re_referrals_12m_pct 2024-01-01 - 2024-02")
    council.submits(
        cin_episodes="""cine_referral_id cine_person_id cine_referral_date
                        e1 c1 2024-02-01
                        e2 c1 2024-03-01""",
        extract_coverage=f"return_name history_from\n cin_episodes {history_from}",
    )
    # 1 February 2024 less 365 days is 1 February 2023
    assert council.says("re_referrals_12m_pct", "since") == said


def test_months_entered_add_up_from_there_and_plans_over_the_months_of_their_net_change(council):
    header = "indicator_id period_basis period_end breakdown numerator"
    council.refers_to(
        targets=f"""{TARGETS}
            301 cp_started 2024-01-01 - 2024-03
            301 cp_net_change 2024-01-01 - 2024-04"""
    )
    council.submits(
        indicator_returns=f"""{header}
            cp_started month 2024-03-31 all 1
            cp_started month 2024-04-30 all 3
            cp_started month 2024-05-31 all 4
            cp_ended month 2024-04-30 all 6
            cp_ended month 2024-05-31 all 5"""
    )
    assert council.says("cp_started", "since") == (8, None, 8, "derived")
    assert council.says("cp_net_change", "since") == (-4, None, -4, "derived")


def test_a_figure_entered_since_the_month_stands(council):
    council.refers_to(targets=f"{TARGETS}\n 301 cp_started 2024-01-01 - 2023-05")
    council.submits(
        indicator_returns="""indicator_id period_basis period_end breakdown numerator
                             cp_started since 2024-05-31 all 99"""
    )
    assert council.says("cp_started", "since") == (99, None, 99, "reported")
