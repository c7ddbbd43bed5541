"""Commands take from the settings what nobody types, and know a place by its name."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ingest.contracts.settings import FILE, VARIABLE
from orchestration.cli import main


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A council's folder, in which one works."""
    for name in [name for name in os.environ if name.startswith("LINE_OF_SIGHT")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, words, input=typed)


def params_of(monkeypatch: pytest.MonkeyPatch, *words: str) -> dict:
    """What a command would be called with."""
    met: dict = {}
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group) or word not in command.commands:
            break
        command = command.commands[word]
    monkeypatch.setattr(command, "callback", lambda **given: met.update(given))
    ended = run(*words)
    assert ended.exit_code == 0, ended.output
    return met


def test_no_command_needs_a_flag(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (council / FILE).write_text(
        "authority: Rotherham\nfolders: {raw: in}\nkey_file: k\nretention: {raw_months: 30}\n"
        "reports: {formats: [pdf], editions: [public]}\npostgres: {address: 'postgresql://host/db'}\n"
        "page: {port: 4000}\n"
    )

    refresh = params_of(monkeypatch, "refresh")
    assert refresh["raw"] == council / "in" and refresh["release"] == council / "release"
    assert refresh["key"] == council / "k" and refresh["restricted"] is None
    assert params_of(monkeypatch, "scorecard")["authority"] == "372"
    assert params_of(monkeypatch, "purge")["months"] == 30
    report = params_of(monkeypatch, "report")
    assert (report["authority"], report["formats"], report["edition"]) == ("372", ("pdf",), "public")
    assert params_of(monkeypatch, "export", "postgres")["to"] == "postgresql://host/db"
    assert params_of(monkeypatch, "ui")["port"] == 4000
    assert params_of(monkeypatch, "key", "new")["key"] == council / "k"
    assert params_of(monkeypatch, "close", "2025-03", "--by", "A")["authorities"] == ()


def test_the_line_goes_before_the_variable_and_that_before_the_file(
    council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (council / FILE).write_text("folders: {raw: in}\n")
    monkeypatch.setenv("LINE_OF_SIGHT_RAW", "from_variable")

    assert params_of(monkeypatch, "refresh")["raw"] == Path("from_variable")
    assert params_of(monkeypatch, "refresh", "--raw", "typed")["raw"] == Path("typed")


def test_settings_are_named_before_the_command(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (council / "other").mkdir()
    (council / "other" / "mine.yml").write_text("authority: Leeds\n")

    met: dict = {}
    monkeypatch.setattr(main.commands["scorecard"], "callback", lambda **given: met.update(given))
    ended = run("--settings", "other/mine.yml", "scorecard")

    assert ended.exit_code == 0, ended.output
    assert met["authority"] == "383" and met["release"] == council / "other" / "release"
    assert VARIABLE not in os.environ
    assert "there are no settings at" in run("--settings", "none.yml", "scorecard").output


def test_a_wrong_key_stops_every_command_but_help(council: Path) -> None:
    (council / FILE).write_text("folder: {raw: in}\n")

    ended = run("refresh")

    assert ended.exit_code == 2 and "did you mean folders?" in ended.output
    assert run("refresh", "--help").exit_code == 0
    assert run("generate", "--help").exit_code == 0


def test_a_place_is_known_by_its_name(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert params_of(monkeypatch, "worklist", "--authority", "leeds city council")["authority"] == "383"
    assert params_of(monkeypatch, "report", "--authority", "all")["authority"] == "all"
    closed = params_of(
        monkeypatch, "close", "2025-03", "--by", "A", "--authority", "Leeds", "--authority", "001"
    )
    assert closed["authorities"] == ("383", "001")
    ended = run("scorecard", "--authority", "Leedz")
    assert ended.exit_code == 2 and "did you mean Leeds (383)" in ended.output


def test_init_asks_and_writes_what_every_command_reads(council: Path) -> None:
    folder = council / "in" / "2025-03" / "372"
    folder.mkdir(parents=True)
    (folder / "contacts.csv").write_text("cont_contact_id\n1\n")

    ended = run("init", typed="in\n\n\n\n\n\n15\nA. Head\ny\ny\n")

    assert ended.exit_code == 0, ended.output
    assert "Whose council (name or code; nothing for a region) [Rotherham]" in ended.output
    text = (council / FILE).read_text()
    for line in ("authority: Rotherham", "  raw: in", "required_returns: [contacts]", "  set_by: A. Head"):
        assert f"\n{line}\n" in text
    assert (council / "config" / "line-of-sight" / "key").stat().st_mode & 0o077 == 0
    assert (council / "reference").is_dir()
    again = run("init", "--yes")
    assert again.exit_code == 2 and "--replace" in again.output


def test_init_asks_nothing_with_yes_and_refuses_what_it_does_not_know(council: Path) -> None:
    ended = run("init", "--authority", "Leeds", "--return", "contacts", "--yes")

    assert ended.exit_code == 0, ended.output
    assert "required_returns: [contacts]" in (council / FILE).read_text()
    assert "did you mean contacts?" in run("init", "--return", "contcts", "--yes", "--replace").output
    assert "did you mean Leeds" in run("init", "--authority", "Leedz", "--yes", "--replace").output
    assert "did you mean North West?" in run("init", "--region", "Nroth West", "--yes", "--replace").output


@pytest.mark.parametrize(
    ("said", "proposed"),
    [("2024-06-01", "2024-06"), ("2019-01-01", "2023-04"), ("2025-04-01", None), ("soon", None)],
)
def test_init_proposes_the_month_that_the_extract_is_covered_from_two_years_back_at_most(
    council: Path, said: str, proposed: str | None
) -> None:
    folder = council / "raw" / "2025-04" / "372"
    folder.mkdir(parents=True)
    (folder / "contacts.csv").write_text("cont_contact_id\n1\n")
    (folder / "extract_coverage.csv").write_text(f"return_name,history_from\ncontacts,{said}\n")

    ended = run("init", "--key", "k", "--yes")

    assert ended.exit_code == 0, ended.output
    lines = (council / FILE).read_text().splitlines()
    assert (f"history_from: {proposed}" in lines) is bool(proposed)
    assert ("#:history_from:" in lines) is not bool(proposed)


def test_a_month_of_history_that_is_no_month_is_told(council: Path) -> None:
    (council / FILE).write_text("history_from: April 2023\n")

    ended = run("status")

    assert ended.exit_code == 2
    assert "history_from is a month, as 2023-04" in ended.output
