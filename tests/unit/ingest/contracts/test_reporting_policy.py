"""reporting.yml: what it settles for whom, and each way to get it wrong in a sentence."""

from pathlib import Path

import pytest

from ingest.contracts.reporting_policy import FILE, InvalidPolicyError, OwnBound, Policies, read_policies

WHOLE = """
default:
  set_by: A. Director
  required_returns: [contacts, persons]
  close_after_working_days: 15
regions:
  North West: {set_by: B. Lead, close_after_working_days: 20}
authorities:
  372: {set_by: C. Head, held_figures_may_stand: yes}
  001: {set_by: D. Other, required_returns: [contacts]}
"""


def read(folder: Path, text: str) -> Policies:
    (folder / FILE).write_text(text, encoding="utf-8")
    return read_policies(folder)


def test_the_nearest_lines_speak_and_the_rest_comes_from_further_off(tmp_path: Path) -> None:
    policies = read(tmp_path, WHOLE)

    bolton = policies.of("350")  # in the North West
    assert (bolton.close_after_working_days, bolton.set_by, bolton.lines) == (
        20,
        "B. Lead",
        "reporting.yml, regions: North West",
    )
    assert bolton.required_returns == ("contacts", "persons")
    rotherham = policies.of("372")
    assert (rotherham.held_figures_may_stand, rotherham.close_after_working_days, rotherham.set_by) == (
        True,
        15,
        "A. Director",
    )
    assert policies.of("001").required_returns == ("contacts",)
    assert not policies.of("202").held_figures_may_stand


def test_without_the_file_nothing_is_settled(tmp_path: Path) -> None:
    policy = read_policies(tmp_path).of("372")

    assert (policy.required_returns, policy.close_after_working_days) == (None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("default: [", "reporting.yml is not YAML: see line 1"),
        ("- contacts", "has no parts"),
        ("defaults: {set_by: A}", "defaults is no part of it; did you mean default?"),
        (
            "default: {set_by: A, required: [contacts]}",
            "default: required is not known; did you mean required_returns",
        ),
        ("default: {required_returns: [contacts]}", "nobody answers for these lines; add set_by"),
        (
            "default: {set_by: A, required_returns: [contact]}",
            "contact is not a return; did you mean contacts?",
        ),
        ("default: {set_by: A, required_returns: contacts}", "is a list of returns"),
        ("default: {set_by: A, close_after_working_days: soon}", "is a whole number from 0 to 250, as 15"),
        ("default: {set_by: A, close_after_working_days: 900}", "is a whole number from 0 to 250, as 15"),
        ("default: {set_by: A, held_figures_may_stand: perhaps}", "is true or false"),
        ("regions: {North Wset: {set_by: A}}", "North Wset is not a region; did you mean North West?"),
        ("authorities: {Bolton: {set_by: A}}", "Bolton is not a three-digit DfE code"),
        ("authorities: {372: contacts}", "authorities: 372 has no lines; it takes set_by"),
        ("authorities: {372: {set_by: A}, 372: {set_by: B}}", "authorities: 372 is there twice (line 1)"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidPolicyError) as refused:
        read(tmp_path, text)

    assert said in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicyError) as refused:
        read(tmp_path, "default: {close_after_working_days: soon, requird_returns: [contacts]}")

    assert len(str(refused.value).splitlines()) == 3


BOUND = "{ground: rows_unread, return: contacts, bound: 0.1, until: 2025-06, reason: a new system is filled}"


def with_bound(line: str) -> str:
    return f"authorities:\n  372:\n    set_by: C. Head\n    bounds:\n      - {line}\n"


def test_a_councils_own_bound_holds_until_its_month(tmp_path: Path) -> None:
    policies = read(tmp_path, with_bound(BOUND))

    assert policies.bounds_of("2025-06") == (
        OwnBound("372", "rows_unread", "contacts", 0.1, "2025-06", "a new system is filled", "C. Head"),
    )
    assert policies.bounds_of("2025-07") == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("rows_unread", "rows_unred"), "rows_unred is not a ground; did you mean rows_unread?"),
        (("contacts", "contact"), "contact is not a return; did you mean contacts?"),
        (("0.1", "-1"), "the bound is a number from 0"),
        (("0.1", "ten"), "the bound is a number from 0"),
        (("2025-06", "June"), "until is a month, as 2025-06"),
        ((", reason: a new system is filled", ""), "lacks reason"),
        (("reason", "why"), "why is not known"),
        (("}", "}\n      - " + BOUND), "rows_unread of contacts has a bound already"),
    ],
)
def test_a_bound_that_makes_no_sense_is_refused_in_words(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(InvalidPolicyError, match="authorities: 372: bounds") as refused:
        read(tmp_path, with_bound(BOUND.replace(*change)))

    assert said in str(refused.value)


def test_bounds_are_a_councils_own_and_nobody_elses(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicyError, match="default: bounds is not known"):
        read(tmp_path, f"default:\n  set_by: A. Director\n  bounds:\n    - {BOUND}\n")
