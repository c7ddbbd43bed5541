"""An id that was mistyped, or only half remembered, is answered with the one that was meant."""

import pytest

from ingest.contracts.suggest import nearest
from tests.support.worlds import catalogue


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("icpc_15wd", "icpc_15wd_pct"),
        ("icpc15wd_pct", "icpc_15wd_pct"),
        ("re_referral_pct", "re_referrals_12m_pct"),
        ("re-referrals", "re_referrals_12m_pct"),
        ("cp_opne", "cp_open"),
        ("contacts_recieved", "contacts_received"),
        ("caseload", "wf_caseload_avg"),
        ("s47", "s47_started"),
    ],
)
def test_the_id_that_was_meant_is_among_the_first(said: str, meant: str) -> None:
    assert meant in nearest(said, catalogue()["title"].to_dict())


def test_what_is_like_nothing_is_answered_with_nothing() -> None:
    assert nearest("xyzzyx", catalogue()["title"].to_dict()) == []
