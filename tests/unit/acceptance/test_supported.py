"""What a submission can support is worked out by hand here: the floors of the proofs stand on it."""

from dataclasses import replace
from datetime import date

from tests.support.supported import DECLARED, Came, figures_of

CENSUS = Came(
    source_format="cin_census",
    month="2023-03",
    returns=DECLARED["cin_census"],
    history_from={name: date(2022, 4, 1) for name in DECLARED["cin_census"]},
    not_supplied={"cp_visits": "the CIN census holds nothing for it"},
    reported=frozenset(),
)


def test_a_figure_is_supported_where_its_returns_their_limits_and_their_history_are_enough() -> None:
    figures = figures_of(CENSUS)

    assert figures["referrals_received", "rolling_12_months"] is None
    assert figures["cin_open", "point_in_time"] is None
    assert figures["re_referrals_12m_pct", "month"] == "cin_episodes: it covers nothing before 2022-04-01"
    assert figures["cp_visit_10wd_pct", "point_in_time"] == "cp_visits: the CIN census holds nothing for it"
    assert figures["ia_completed", "month"] == (
        "cin_assessments: the census does not tell initial and core assessments"
    )
    earlier = {"cin_episodes": date(2022, 5, 1)}
    assert figures_of(replace(CENSUS, history_from=earlier))["referrals_received", "year_to_date"]


def test_a_figure_that_is_sent_as_one_is_supported() -> None:
    staff = frozenset({("wf_agency_fte", "point_in_time")})

    assert figures_of(CENSUS)["wf_agency_fte", "point_in_time"]
    assert (
        figures_of(replace(CENSUS, returns=CENSUS.returns | {"indicator_returns"}))[
            "partner_cp_activity_change", "month"
        ]
        == "indicator_returns: it does not give this figure"
    )
    assert figures_of(replace(CENSUS, reported=staff))["wf_agency_fte", "point_in_time"] is None


def test_a_return_that_its_format_declares_is_lost_unless_the_set_says_why() -> None:
    without = replace(CENSUS, returns=DECLARED["cin_census"] - {"cp_plans"})

    assert without.lost == {"cp_plans"}
    assert figures_of(without)["cp_open", "point_in_time"] is None  # so that what is lost falls short
    said = {"cp_plans": "the census has had plan dates since 2022"}
    assert not replace(without, not_supplied=said).lost
