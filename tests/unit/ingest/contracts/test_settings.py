"""A council's settings: one file, found from wherever one works, each wrong key told in a sentence."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.settings import (
    FILE,
    SIGNAL_MONTHS,
    SIGNAL_POINTS,
    VARIABLE,
    Comparisons,
    InvalidSettingsError,
    all_keys,
    current,
    read_settings,
)
from ingest.paths import DBT_PROJECT
from ingest.privacy.key_file import KEY_FILE, key_file


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A council's folder, in which one works."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(council: Path, text: str) -> str:
    """What is wrong with a file."""
    (council / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSettingsError) as refused:
        current()
    return str(refused.value)


def test_the_nearest_file_upwards_is_read_and_its_paths_are_beside_it(
    council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (council / FILE).write_text("authority: Rotherham\nfolders: {raw: in/returns}\nkey_file: k\n")
    (council / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(council / "deep" / "er")

    assert current().authority == "372"
    assert current().places.raw == council / "in" / "returns"
    assert current().places.release == council / "release"
    assert current().places.restricted == council / "release-restricted"
    assert key_file() == council / "k"


def test_settings_that_are_named_go_before_those_of_the_folder(
    council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (council / FILE).write_text("authority: '372'\n")
    (council / "other.yml").write_text("authority: '331'\n")
    monkeypatch.setenv(VARIABLE, str(council / "other.yml"))

    assert current().authority == "331"

    monkeypatch.setenv(VARIABLE, str(council / "gone.yml"))
    with pytest.raises(InvalidSettingsError, match="line-of-sight init"):
        current()


def test_without_a_file_nothing_is_settled(council: Path) -> None:
    assert current().places.raw == council / "raw"
    assert current().required_returns is None
    assert read_policies(council / "reference").of("372").required_returns is None


def test_a_file_that_has_changed_is_read_again(council: Path) -> None:
    (council / FILE).write_text("authority: '372'\n")
    assert current().authority == "372"
    (council / FILE).write_text("region: North West\n")
    assert current().region == "North West"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("folder: {raw: x}", "line-of-sight.yml: folder is not known; did you mean folders?"),
        ("rgion:", "line-of-sight.yml: rgion is not known; did you mean region?"),
        ("folders: {rwa: x}", "line-of-sight.yml: folders: rwa is not known; did you mean raw?"),
        ("schedules: {refresh: {dya: 5}}", "schedules: refresh: dya is not known; did you mean day?"),
        ("schedules: {refresh: {at: '6'}}", "schedules: refresh: at is an hour, as 06:30"),
        (
            "schedules: {refresh: {day: 31}}",
            "schedules: refresh: day: input should be less than or equal to 28",
        ),
        ("schedules: refresh", "schedules holds keys of its own: refresh, arrivals, close"),
        ("required_returns: [contcts]", "required_returns: contcts is not a return; did you mean contacts?"),
        ("authority: Rotheram", "authority: no authority is called Rotheram; did you mean Rotherham (372)?"),
        ("region: North Wst", "region: North Wst is not a region; did you mean North West?"),
        (
            "authority: '372'\nregion: North West",
            "one file is one council's or one region's: keep one of them",
        ),
        ("authority: ['372', '373']", "authority is one council; one file is one council's"),
        ("authority: '372'\nauthority: '373'", "line-of-sight.yml: authority is there twice (line 2)"),
        ("folders: {raw: a}\nfolders: {raw: b}", "line-of-sight.yml: folders is there twice (line 2)"),
        (
            "folders: {'372': {raw: a}, '373': {raw: b}}",
            "folders: 372: a council's lines within the settings",
        ),
        ("folders: {raw: a, reference: a}", "folders: raw and reference are one folder"),
        ("folders: {restricted: release/x}", "folders: restricted lies within release"),
        (
            "month_end: {close_after_working_days: 15}",
            "month_end: nobody answers for these lines; add set_by",
        ),
        ("schedules: {postgres: {enabled: true}}", "there is no address; add postgres: address"),
        ("schedules: {close: {enabled: true}}", "nothing says when; add month_end: close_after_working_days"),
        ("postgres: {address: 'postgresql://u:p@h/d'}", "it holds a password; keep that in ~/.pgpass"),
        ("- a", "has no keys; `line-of-sight init` writes one that has"),
        ("a: [", "line-of-sight.yml is not YAML: see line"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(council: Path, text: str, expected: str) -> None:
    assert expected in said(council, text)


def test_every_wrong_key_is_told_at_once(council: Path) -> None:
    assert len(said(council, "authority: Rotheram\nfolders: {raw: a, reference: a}\n").splitlines()) == 2
    assert len(said(council, "folder: x\nrequired_returns: [x]\n").splitlines()) == 2


def test_a_key_with_nothing_after_it_is_as_one_that_is_not_there(council: Path) -> None:
    (council / FILE).write_text("authority: '372'\nregion:\nfolders:\n  restricted:\nmonth_end:\n")

    assert current().places.restricted == council / "release-restricted"


def test_the_returns_that_are_sent_are_those_that_a_month_waits_for(council: Path) -> None:
    (council / FILE).write_text(
        "authority: '372'\nrequired_returns: [contacts, cp_plans]\n"
        "month_end: {set_by: A. Head, close_after_working_days: 10, closed_days: [2025-04-02]}\n"
    )

    policy = read_policies(council / "reference").of("372")

    assert policy.required_returns == ("contacts", "cp_plans")
    assert (policy.close_after_working_days, policy.set_by) == (10, "A. Head")
    assert policy.closed_days == (date(2025, 4, 2),)
    assert policy.lines == "line-of-sight.yml, month_end"
    assert read_policies(council / "reference").of("373").required_returns is None


def test_what_the_settings_and_the_policy_file_both_say_is_refused(council: Path) -> None:
    (council / FILE).write_text("authority: '372'\nrequired_returns: [contacts]\n")
    (council / "reference").mkdir()
    policies = council / "reference" / "reporting.yml"
    policies.write_text("authorities: {372: {set_by: A. Head, required_returns: [persons]}}")

    with pytest.raises(InvalidPolicyError, match=r"both say required_returns of 372; keep one of them"):
        read_policies(council / "reference")

    policies.write_text("authorities: {372: {set_by: A. Head, held_figures_may_stand: true}}")
    policy = read_policies(council / "reference").of("372")
    assert (policy.required_returns, policy.held_figures_may_stand) == (("contacts",), True)


def test_every_key_has_a_sentence() -> None:
    for name, declared in all_keys():
        assert declared.description and declared.description.endswith((".", "`.")), name


def test_a_settings_file_that_cannot_be_opened_says_so(council: Path) -> None:
    with pytest.raises(InvalidSettingsError, match="No such file"):
        read_settings(council / "none.yml")


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [
        ("recipients: [{name: A, by: email}]", "A is told by email and has no to; add it"),
        ("recipients: [{name: A, by: email, to: a}]", "A: a is not one address, as a.name@council.gov.uk"),
        ("recipients: [{name: A, by: teams}]", "A is told by teams and has no url_variable; add it"),
        (
            "recipients: [{name: A, by: teams, url_variable: 'https://x'}]",
            "the address itself is in no file",
        ),
        ("recipients: [{name: A, by: pigeon}]", "alerts: recipients: 0: by"),
        ("recipients: [{nmae: A, by: file, path: x}]", "nmae is not known; did you mean name?"),
        ("recipients: [{name: A, by: email, to: a@b.uk}]", "there is no server; add mail: server and sender"),
        ("mail: {tsl: tls}", "alerts: mail: tsl is not known; did you mean tls?"),
    ],
)
def test_who_is_told_is_checked_too(council: Path, alerts: str, expected: str) -> None:
    assert expected in said(council, f"alerts: {{{alerts}}}")


def test_the_lengths_of_comparisons_are_those_that_the_models_have() -> None:
    """Each key is a variable of the project, which holds what stands without it: the page says the same."""
    standing = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]

    for name, declared in Comparisons.model_fields.items():
        assert f"Without it, {standing[name]}." in (declared.description or "")
    assert (standing["signal_months"], standing["signal_points"]) == (SIGNAL_MONTHS, SIGNAL_POINTS)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ("comparison_month: 6", "comparison_month is not known; did you mean comparison_months?"),
        (
            "comparison_months: 0",
            "comparisons: comparison_months: input should be greater than or equal to 1",
        ),
        ("{signal_months: 19, signal_points: 8}", "signal_months must be at least 20: the 12 that are"),
        ("signal_months: 23", "signal_months must be at least 24"),
        ("signal_points: 25", "signal_months must be at least 37"),
    ],
)
def test_lengths_that_cannot_be_met_are_refused(council: Path, lengths: str, expected: str) -> None:
    assert expected in said(council, f"comparisons: {lengths if '{' in lengths else f'{{{lengths}}}'}")
