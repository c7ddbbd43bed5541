"""A ledger of any age is brought to this version's schema whole or not at all; of a newer one it is left."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from ingest import ledger as ledger_module
from ingest.ledger import VERSION, Ledger, NewerLedgerError

# As it was before months had states: two receipts, a month published, a refresh.
BEFORE_STATES = """
create table seen (file text primary key, return_name text, reporting_month text,
    size integer, mtime_ns integer, inode integer, digest text);
create index seen_by_return on seen (return_name, reporting_month);
create table receipts (
    receipt_id integer primary key,
    return_name text not null, reporting_month text not null, la_code text not null, version integer not null,
    source_format text not null, file text not null, sha256 text not null, content_id integer not null,
    status text not null check (status in ('accepted', 'rejected')), reason text,
    row_count integer not null, kept_count integer not null, finding_count integer not null,
    landed text, received_at text not null,
    unique (return_name, reporting_month, la_code, source_format, version)
);
create table repeats (repeat_id integer primary key,
    return_name text not null, reporting_month text not null, la_code text not null, version integer not null,
    source_format text not null, sha256 text not null, received_at text not null);
create table folders (reporting_month text, la_code text, primary key (reporting_month, la_code));
create table published_views (view_month text, la_code text, fingerprint text not null, file text not null,
    primary key (view_month, la_code));
create table pins (return_name text, reporting_month text, la_code text, scope text, content_id integer,
    primary key (return_name, reporting_month, la_code, scope));
create table releases (
    release_number integer primary key, view_month text not null, build_sha256 text not null);
create table choices (
    choice_id integer primary key, release_number integer not null, how text not null, at text not null);
create table refreshes (
    refresh_id integer primary key, view_month text, outcome text not null, reasons text, at text not null);
insert into receipts values
    (1, 'contacts', '2025-02', '301', 1, 'ssd', 'a.csv', 'x', 11, 'accepted', null, 3, 3, 0, 'a', '2025-03'),
    (2, 'contacts', '2025-03', '301', 1, 'ssd', 'b.csv', 'y', 12, 'accepted', null, 4, 4, 1, 'b', '2025-04');
insert into folders values ('2025-02', '301'), ('2025-03', '301');
insert into published_views values ('2025-03', '301', 'f', '000001.parquet');
insert into releases values (1, '2025-03', 'build');
insert into choices values (1, 1, 'published', '2025-04-02T09:00:00+00:00');
insert into refreshes values (1, '2025-03', 'published', null, '2025-04-02T09:00:00+00:00');
"""
KEPT = ("receipts", "folders", "releases", "choices")


def made(path: Path, script: str) -> Path:
    db = sqlite3.connect(path)
    db.executescript(script)
    db.close()
    return path


def rows(path: Path, *tables: str) -> dict[str, list[tuple]]:
    db = sqlite3.connect(path)
    try:
        return {name: db.execute(f"select * from {name} order by 1").fetchall() for name in tables}
    finally:
        db.close()


def version(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        [(found,)] = db.execute("pragma user_version").fetchall()
        return int(found)
    finally:
        db.close()


def test_a_new_ledger_has_this_version(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.sqlite").close()

    assert version(tmp_path / "ledger.sqlite") == VERSION


def test_a_ledger_from_before_months_had_states_keeps_every_row_and_what_it_had_published(
    tmp_path: Path,
) -> None:
    path = made(tmp_path / "ledger.sqlite", BEFORE_STATES)
    before = rows(path, *KEPT)

    for _ in range(2):  # and opened once more nothing is added
        ledger = Ledger(path)
        [event] = ledger.table("month_events").to_pylist()
        [kept] = ledger.table("kept_closings").to_pylist()
        [refresh] = ledger.table("refreshes").to_pylist()
        ledger.close()

    assert rows(path, *KEPT) == before
    assert version(path) == VERSION
    assert (event["reporting_month"], event["event"], event["last_receipt_id"]) == ("2025-03", "closed", 2)
    assert kept["file"] == "000001.parquet"
    assert (refresh["outcome"], refresh["run_id"]) == ("published", None)


def test_a_ledger_of_a_newer_version_is_refused_in_a_sentence_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    made(path, f"pragma user_version = {VERSION + 1}")
    before = path.read_bytes()

    with pytest.raises(
        NewerLedgerError, match=f"has schema {VERSION + 1}, and this version .* knows {VERSION}"
    ):
        Ledger(path)

    assert path.read_bytes() == before


def test_a_change_is_made_to_a_ledger_of_the_version_before_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "ledger.sqlite", BEFORE_STATES)
    Ledger(path).close()
    change = "alter table folders add column note text;\nupdate folders set note = 'from before';\n"
    monkeypatch.setattr(ledger_module, "VERSION", VERSION + 1)
    monkeypatch.setattr(ledger_module, "CHANGES", (*ledger_module.CHANGES, change))

    for _ in range(2):
        Ledger(path).close()

    assert version(path) == VERSION + 1
    assert {note for *_, note in rows(path, "folders")["folders"]} == {"from before"}


def test_an_upgrade_that_is_killed_at_any_statement_loses_nothing_and_is_made_the_next_time(
    tmp_path: Path,
) -> None:
    whole = made(tmp_path / "whole.sqlite", BEFORE_STATES)
    Ledger(whole).close()
    expected = rows(whole, *KEPT, "kept_closings", "month_events", "refreshes")
    killed = 0
    for at in range(1, 100):
        path = made(tmp_path / f"{at}.sqlite", BEFORE_STATES)
        child = os.fork()
        if child == 0:
            _open_and_be_killed(path, at)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        killed += 1
        assert version(path) in (0, VERSION)

        Ledger(path).close()

        assert rows(path, *expected) == expected
        assert version(path) == VERSION
    assert killed > 20


def _open_and_be_killed(path: Path, at: int) -> None:
    """Open a ledger; at the so many-th statement the process is killed as by the machine."""
    count = 0
    connect = sqlite3.connect

    def counting(*given: object, **named: object) -> sqlite3.Connection:
        db = connect(*given, **named)

        def on_statement(_: str) -> None:
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), 9)

        db.set_trace_callback(on_statement)
        return db

    sqlite3.connect = counting
    Ledger(path)
    sys.stdout.flush()
    os._exit(0)
