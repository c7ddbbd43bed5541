"""What has been received: every version of every return, its SHA-256 and what became of it. Never unwritten.

SQLite, because a receipt must survive a killed process and be read by one that is not.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa

from ingest.contracts.source_formats import source_rank

VERSION = 1  # of the schema, kept in the file: raise it with each change, and add the change to CHANGES

SCHEMA = """
create table if not exists seen (  -- how each file looked when last read: an unchanged one is not read again
    file text primary key, return_name text, reporting_month text,
    size integer, mtime_ns integer, inode integer, digest text
);
create index if not exists seen_by_return on seen (return_name, reporting_month);
create table if not exists receipts (
    receipt_id integer primary key,
    return_name text not null, reporting_month text not null, la_code text not null, version integer not null,
    source_format text not null, file text not null, sha256 text not null, content_id integer not null,
    status text not null check (status in ('accepted', 'rejected')), reason text,
    row_count integer not null, kept_count integer not null, finding_count integer not null,
    landed text, received_at text not null,
    unique (return_name, reporting_month, la_code, source_format, version)
);
create table if not exists repeats (  -- the same bytes received again, and not read
    repeat_id integer primary key,
    return_name text not null, reporting_month text not null, la_code text not null, version integer not null,
    source_format text not null, sha256 text not null, received_at text not null
);
create table if not exists folders (
    reporting_month text, la_code text, primary key (reporting_month, la_code)
);
create table if not exists month_events (  -- who closed a month, or opened it again, and on what it stood
    event_id integer primary key,
    la_code text not null, reporting_month text not null,
    event text not null check (event in ('closed', 'reopened')),
    by_name text not null, reason text, policy text, is_incomplete integer not null,
    last_receipt_id integer not null, at text not null  -- it stood on the receipts up to this one
);
create index if not exists month_events_by_month on month_events (reporting_month, la_code);
create trigger if not exists month_events_stand before update on month_events
begin select raise(abort, 'an event of a month stands: add another'); end;
create trigger if not exists month_events_stay before delete on month_events
begin select raise(abort, 'an event of a month stands: add another'); end;
create table if not exists kept_closings (  -- where the figures of each closing are kept
    event_id integer not null, part text not null check (part in ('month', 'history')), file text not null,
    primary key (event_id, part)
);
create table if not exists releases (
    release_number integer primary key, view_month text not null, build_sha256 text not null
);
create table if not exists choices (  -- which release readers are given: the last one stands
    choice_id integer primary key, release_number integer not null, how text not null, at text not null
);
create table if not exists overrides (  -- who answers for giving figures that are in doubt, and until when
    override_id integer primary key, ground text not null, la_code text not null, return_name text not null,
    reason text not null, by_name text not null, until_month text not null, at text not null
);
create table if not exists refreshes (
    refresh_id integer primary key, view_month text, outcome text not null, reasons text, at text not null,
    run_id text, cause text  -- Dagster's run, and a digest of what it was asked to read
);
"""

# A ledger from before months had states: what it had published stands, as if closed when it was published.
ALREADY_PUBLISHED = """
insert into month_events
(la_code, reporting_month, event, by_name, is_incomplete, last_receipt_id, at)
select
    la_code, view_month, 'closed', 'as published before states were kept', 0,
    (select coalesce(max(receipt_id), 0) from receipts),
    coalesce((select max(at) from choices where release_number = cast(file as integer)), datetime('now'))
from published_views where not exists (select 1 from month_events) order by view_month, la_code;
insert or ignore into kept_closings
select event_id, 'month', file from month_events
inner join published_views using (la_code)
where published_views.view_month = month_events.reporting_month;
"""


# The statements that bring a ledger from each version to the next, from version 1 on.
CHANGES: tuple[str, ...] = ()


class NewerLedgerError(Exception):
    """The ledger was written by a newer version than this, which might lose what it does not know."""


@dataclass(frozen=True)
class FileFingerprint:
    """What tells, without opening it, that a file is the one already read, and read as now declared."""

    size: int
    mtime_ns: int
    inode: int
    format_digest: str


@dataclass(frozen=True)
class Submission:
    """One version of one return of one authority-month. Grain: return, month, authority, format, version."""

    return_name: str
    reporting_month: str
    la_code: str
    version: int
    source_format: str
    file: str  # relative to the raw folder
    sha256: str
    content_id: int  # tells this content among landed rows
    status: str  # accepted or rejected
    reason: str | None
    row_count: int
    kept_count: int
    finding_count: int
    landed: str | None  # Parquet file, relative to the landing folder
    received_at: str


@dataclass(frozen=True)
class Override:
    """A named person's word that figures are given although they are in doubt on a ground.

    It frees what is held for the doubt about one return (or figure) of one authority, and nothing else.
    """

    ground: str
    la_code: str
    return_name: str  # or the indicator, where the figure itself is in doubt
    reason: str
    by_name: str
    until_month: str  # the last month reported that it holds for, YYYY-MM


@dataclass(frozen=True)
class MonthEvent:
    """A month of an authority closed, or opened again: by whom, why, and on which receipts it stood."""

    la_code: str
    reporting_month: str
    event: str  # closed or reopened
    by_name: str
    reason: str | None
    policy: str | None  # which lines of reporting.yml closed it; None where a person did
    is_incomplete: bool
    last_receipt_id: int  # the newest receipt then
    at: str


class Ledger:
    """The receipts of one restricted zone."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._turn = RLock()  # landing shares one ledger between threads; each call takes its turn
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        if self._version() != VERSION:
            self._migrate(path)

    def _version(self) -> int:
        [(version,)] = self._query("pragma user_version", ())
        return int(version)

    def _migrate(self, path: Path) -> None:
        """Bring an older ledger to this version's schema, whole or not at all. Raises NewerLedgerError."""
        if (found := self._version()) > VERSION:
            self._db.close()
            raise NewerLedgerError(
                f"{path} has schema {found}, and this version of Line of Sight knows {VERSION}: a newer one "
                "wrote it; run that, or restore a backup from before the upgrade"
            )
        with self.transaction():
            found = self._version()  # another process may have come first
            changes = CHANGES if found else (self._unversioned(), *CHANGES)
            for script in changes[max(found - 1, 0) :]:
                for statement in _statements(script):
                    self._db.execute(statement)
            self._db.execute(f"pragma user_version = {VERSION}")

    def _unversioned(self) -> str:
        """What brings a ledger to version 1: one of the time before versions, or a new file."""
        known = {name for (name,) in self._query("select name from sqlite_master where type = 'table'", ())}
        columns = {row[1] for row in self._query("pragma table_info(refreshes)", ())}
        lacking = {"run_id", "cause"} - columns if "refreshes" in known else ()
        told_apart = "".join(f"alter table refreshes add column {name} text;\n" for name in sorted(lacking))
        is_older = "published_views" in known and "month_events" not in known
        return f"{told_apart}{SCHEMA}{ALREADY_PUBLISHED if is_older else ''}"

    def close(self) -> None:
        """Fold the journal away and let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written inside, or none of it."""
        with self._turn:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def _query(self, sql: str, given: tuple[str, ...]) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._db.execute(sql, given).fetchall()

    def seen(self, return_name: str, reporting_month: str) -> Mapping[str, FileFingerprint]:
        """How each file of one return and month looked when last read."""
        rows = self._query(
            """select file, size, mtime_ns, inode, digest from seen
            where return_name = ? and reporting_month = ?""",
            (return_name, reporting_month),
        )
        return {file: FileFingerprint(*look) for file, *look in rows}

    def read_before(self) -> Mapping[str, tuple[str, FileFingerprint]]:
        """Every file by the return that it was read as, and how it looked then."""
        rows = self._query("select file, return_name, size, mtime_ns, inode, digest from seen", ())
        return {file: (return_name, FileFingerprint(*look)) for file, return_name, *look in rows}

    def mark_seen(self, return_name: str, reporting_month: str, looks: Mapping[str, FileFingerprint]) -> None:
        """Remember how each file looked when it was read."""
        self._db.executemany(
            "insert or replace into seen values (?, ?, ?, ?, ?, ?, ?)",
            [(file, return_name, reporting_month, *astuple(look)) for file, look in looks.items()],
        )

    def latest(self, return_name: str, reporting_month: str) -> Mapping[tuple[str, str], Submission]:
        """The newest receipt by (authority, source format) of one return and month, rejected ones too."""
        return {(r.la_code, r.source_format): r for r in self._receipts(return_name, reporting_month)}

    def accepted(self, return_name: str, reporting_month: str) -> Mapping[str, Submission]:
        """By authority, the receipt that counts of a return and month."""
        receipts = [r for r in self._receipts(return_name, reporting_month) if r.status == "accepted"]
        by_rank = sorted(receipts, key=lambda r: -source_rank(return_name, r.source_format))
        return {r.la_code: r for r in by_rank}  # the last of each counts: the sort keeps versions in order

    def _receipts(self, return_name: str, reporting_month: str) -> list[Submission]:
        names = ", ".join(f.name for f in fields(Submission))
        rows = self._query(
            f"""select {names} from receipts
            where return_name = ? and reporting_month = ? order by version""",
            (return_name, reporting_month),
        )
        return [Submission(*row) for row in rows]

    def add(self, receipts: Iterable[Submission]) -> None:
        """Put receipts on record.

        One of a version that is there takes its place: the same file, merged with an earlier one that came
        late, stands as if that had come in time, also in what a month was closed on.
        """
        names = [f.name for f in fields(Submission)]
        key = ("return_name", "reporting_month", "la_code", "source_format", "version")
        self._db.executemany(
            f"""insert into receipts ({", ".join(names)}) values ({", ".join(":" + n for n in names)})
            on conflict ({", ".join(key)}) do update set
            {", ".join(f"{n} = excluded.{n}" for n in names if n not in key)}""",
            [asdict(receipt) for receipt in receipts],
        )

    def add_repeats(self, receipts: Iterable[Submission]) -> None:
        """Put on record that the content of these receipts came again."""
        now = utc_now()
        self._db.executemany(
            """insert into repeats
            (return_name, reporting_month, la_code, version, source_format, sha256, received_at)
            values (?, ?, ?, ?, ?, ?, ?)""",
            [
                (r.return_name, r.reporting_month, r.la_code, r.version, r.source_format, r.sha256, now)
                for r in receipts
            ],
        )

    def table(self, name: str) -> pa.Table:
        """A whole ledger table as Arrow, for the warehouse and for status."""
        cursor = self._db.execute(f"select * from {name} order by 1")
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        types = {"content_id": pa.int64(), "run_id": pa.string()}
        columns = zip(*rows, strict=True) if rows else [() for _ in names]
        return pa.table(
            {
                name: pa.array(column, types.get(name, _ledger_type(name)))
                for name, column in zip(names, columns, strict=True)
            }
        )

    def add_folders(self, rows: Iterable[tuple[str, str]]) -> None:
        """Remember that an authority opened a folder for a month: from its first it owes every later one."""
        self._db.executemany("insert or ignore into folders values (?, ?)", rows)

    def last_receipt_id(self) -> int:
        """The newest receipt on record; 0 before the first."""
        [(newest,)] = self._query("select coalesce(max(receipt_id), 0) from receipts", ())
        return int(newest)

    def add_events(self, events: Iterable[MonthEvent]) -> None:
        """Put closings and reopenings of months on record. None is ever changed or taken away."""
        names = [f.name for f in fields(MonthEvent)]
        self._db.executemany(
            f"insert into month_events ({', '.join(names)}) values ({', '.join(':' + n for n in names)})",
            [asdict(event) for event in events],
        )

    def keep_closings(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Record (event, part, file) of figures kept as they were closed; the first word stands."""
        self._db.executemany("insert or ignore into kept_closings values (?, ?, ?)", rows)

    def add_release(self, release_number: int, view_month: str, build_sha256: str, at: str) -> None:
        """Put a published release on record, as the one that readers are given."""
        self._db.execute(
            "insert or replace into releases values (?, ?, ?)", (release_number, view_month, build_sha256)
        )
        self.choose(release_number, "published", at)

    def choose(self, release_number: int, how: str, at: str) -> None:
        """Put on record which release readers are given from now on, and how it came to be."""
        self._db.execute(
            "insert into choices (release_number, how, at) values (?, ?, ?)", (release_number, how, at)
        )

    def chosen(self) -> int | None:
        """The release that readers are to be given; None before the first. The last choice stands."""
        rows = self._query("select release_number from choices order by choice_id desc limit 1", ())
        return rows[0][0] if rows else None

    def add_overrides(self, overrides: Iterable[Override]) -> None:
        """Put on record who answers for figures; the newest word on each doubt stands."""
        now = utc_now()
        self._db.executemany(
            """insert into overrides (ground, la_code, return_name, reason, by_name, until_month, at)
            values (?, ?, ?, ?, ?, ?, ?)""",
            [(*astuple(override), now) for override in overrides],
        )

    def add_refresh(
        self,
        view_month: str | None,
        outcome: str,
        reasons: str | None,
        at: str,
        run_id: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Put the end of a refresh on record: published, withheld, broken or stopped. A run ends once."""
        self._db.execute(
            """insert into refreshes (view_month, outcome, reasons, at, run_id, cause)
            select ?, ?, ?, ?, ?, ?
            where ? is null or not exists (select 1 from refreshes where run_id = ?)""",
            (view_month, outcome, reasons, at, run_id, cause, run_id, run_id),
        )

    def last_refresh(self) -> dict[str, str | None] | None:
        """How the newest refresh that was not stopped by hand ended; None before the first."""
        names = ("view_month", "outcome", "reasons", "at", "run_id", "cause")
        rows = self._query(
            f"""select {", ".join(names)} from refreshes where outcome != 'stopped'
            order by refresh_id desc limit 1""",
            (),
        )
        return dict(zip(names, rows[0], strict=True)) if rows else None

    def has_published(self, view_month: str, cause: str) -> bool:
        """Whether a refresh of that month was published of the very things that the cause is a digest of."""
        asked = "select 1 from refreshes where view_month = ? and cause = ? and outcome = 'published'"
        return bool(self._query(asked, (view_month, cause)))


def _statements(script: str) -> Iterator[str]:
    """Each statement of a script, a trigger whole: as a script they would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _ledger_type(name: str) -> pa.DataType:
    numbers = ("version", "size", "mtime_ns", "inode", "is_incomplete")
    counts = name.endswith(("_count", "_id", "_number")) or name in numbers
    return pa.int64() if counts else pa.string()


def utc_now() -> str:
    """The moment, as the ledger writes moments down."""
    return datetime.now(UTC).isoformat(timespec="seconds")
