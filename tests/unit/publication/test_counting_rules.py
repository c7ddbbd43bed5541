"""What an indicator counts is told in words, of every one."""

from publication.counting_rules import headings, in_words
from tests.support.worlds import catalogue


def test_every_indicator_is_told_in_words_and_not_in_pseudo_sql() -> None:
    reported_alone = catalogue()["numerator_rule"] == "reported only"
    assert set(headings()) == set(catalogue()[~reported_alone].index)
    for about in catalogue().reset_index().to_dict("records"):
        words = " ".join(in_words(about).values())
        assert not any(sign in words for sign in ("<=", ">=", "count(", "left join", "_")), words


def test_a_share_says_what_it_is_out_of() -> None:
    about = catalogue().reset_index().set_index("indicator_id", drop=False).loc["icpc_15wd_pct"].to_dict()

    said = in_words(about)

    assert said["counted"] == (
        "Initial conferences held within 15 working days of the strategy discussion. "
        "Each counts in the month in which it happened."
    )
    assert said["out_of"].startswith("all that could have been counted so")
