"""The copy in PostgreSQL: the release and nothing else, whole or not at all, to read and not to change."""

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
import yaml

from ingest.paths import DBT_PROJECT
from publication.exports.postgres import ExportError, NoPublicPackError, copy_release, type_there
from tests.support.postgres_server import NONE_HERE, postgres, programs

pytestmark = pytest.mark.skipif(programs() is None, reason=NONE_HERE)
SCHEMA, READER = "line_of_sight", "line_of_sight_reader"
VALUES = """
    (null, 0.1 + 0.2, date '2025-03-31', true), ('', -0.0, null, false), ('a, "b"\nc;é', 1e300, null, null)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def db(server: str) -> Iterator[psycopg.Connection]:
    """A superuser's connection, and nothing left of an earlier test."""
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute(
            "select nspname from pg_namespace where nspname like 'line_of_sight%' or nspname = 'ours'"
        )
        for (name,) in found.fetchall():
            connection.execute(f"drop schema {name} cascade")
        yield connection


def a_release(folder: Path, number: int, values: str = VALUES, more: str = "") -> Path:
    """A release of two marts, each row of which knows its number."""
    (folder / "csv").mkdir(parents=True)
    with duckdb.connect(str(folder / "marts.duckdb")) as made:
        made.execute(
            f"create table fct_figures as "
            f"select {number} as release_number, *{more} from (values {values}) "
            "as t (words, value, period_end, is_sent)"
        )
        made.execute(f"create table dim_things as select {number} as release_number")
        made.execute("comment on table fct_figures is 'One row for a figure; it''s exact.'")
        made.execute("comment on column fct_figures.value is 'The answer, unrounded.'")
        for name in ("fct_figures", "dim_things"):
            made.execute(f"copy {name} to '{folder}/csv/{name}.csv' (header)")
    files = {
        f"csv/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("csv/*")
    }
    manifest = {"release": number, "view_month": "2025-03", "build_sha256": f"{number:064x}", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def copy(release: Path, server: str):
    return copy_release(release, server, SCHEMA, READER)


def test_what_is_copied_is_what_was_published_to_the_last_bit(
    tmp_path: Path, server: str, db: psycopg.Connection
) -> None:
    copied = copy(a_release(tmp_path / "a", 1), server)

    there = db.execute(f"select * from {SCHEMA}.fct_figures").fetchall()
    with duckdb.connect(str(tmp_path / "a" / "marts.duckdb"), read_only=True) as made:
        assert sorted(there, key=repr) == sorted(made.sql("from fct_figures").fetchall(), key=repr)
    assert copied.rows == {"dim_things": 1, "fct_figures": 3}


def test_descriptions_reach_the_client(tmp_path: Path, server: str, db: psycopg.Connection) -> None:
    copy(a_release(tmp_path / "a", 1), server)

    [row] = db.execute(
        "select obj_description('line_of_sight.fct_figures'::regclass), "
        "col_description('line_of_sight.fct_figures'::regclass, 3), "
        "obj_description('line_of_sight'::regnamespace)"
    ).fetchall()
    assert row == (
        "One row for a figure; it's exact.",
        "The answer, unrounded.",
        "Line of Sight, release 1, reporting 2025-03",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "insert into line_of_sight.dim_things values (9)",
        "update line_of_sight.dim_things set release_number = 9",
        "delete from line_of_sight.dim_things",
        "drop view line_of_sight.dim_things",
        "create table line_of_sight.mine (a int)",
        "create schema mine",
        "select * from line_of_sight_000001_00000000.dim_things",
    ],
)
def test_the_reader_reads_and_can_do_nothing_else(
    tmp_path: Path, server: str, db: psycopg.Connection, statement: str
) -> None:
    copy(a_release(tmp_path / "a", 1), server)
    db.execute(f"set role {READER}")

    assert db.execute("select release_number from line_of_sight.dim_things").fetchall() == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(statement)


def with_public_pack(release: Path) -> Path:
    """The release with a public pack of one figure, as its manifest says."""
    folder = release / "public"
    (folder / "csv").mkdir(parents=True)
    with duckdb.connect(str(folder / "public.duckdb")) as made:
        made.execute("create table figures as select 'c' as value")
        made.execute(f"copy figures to '{folder}/csv/figures.csv' (header)")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / "csv" / "figures.csv").read_bytes()).hexdigest()
    manifest["files"] |= {"public/csv/figures.csv": digest}
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return release


def test_each_edition_has_a_role_that_reads_it_and_not_the_other(
    tmp_path: Path, server: str, db: psycopg.Connection
) -> None:
    release = with_public_pack(a_release(tmp_path / "a", 1))
    copy(release, server)
    copy_release(release, server, SCHEMA, READER, edition="public")
    exact, public = (
        "select count(*) from line_of_sight.fct_figures",
        "select value from line_of_sight_public.figures",
    )

    db.execute(f"set role {READER}_public")
    assert db.execute(public).fetchall() == [("c",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(exact)
    db.execute("reset role")
    db.execute(f"set role {READER}")
    assert db.execute(exact).fetchall() == [(3,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(public)
    db.execute("reset role")

    # the one edition's copy leaves the other's alone
    copy(a_release(tmp_path / "b", 2), server)
    assert db.execute(public).fetchall() == [("c",)]


def test_a_release_without_a_public_pack_has_no_public_edition(tmp_path: Path, server: str) -> None:
    with pytest.raises(NoPublicPackError, match="only figures of closed months"):
        copy_release(a_release(tmp_path / "a", 1), server, SCHEMA, READER, edition="public")


def test_a_release_takes_the_place_of_the_one_before_and_leaves_nothing_behind(
    tmp_path: Path, server: str, db: psycopg.Connection
) -> None:
    first = a_release(tmp_path / "a", 1)
    copy(first, server)
    db.execute("create schema ours; create view ours.best as select value from line_of_sight.fct_figures")

    assert copy(a_release(tmp_path / "b", 2), server).is_new
    assert not copy(tmp_path / "b", server).is_new

    assert db.execute("select release_number from line_of_sight.dim_things").fetchall() == [(2,)]
    assert db.execute("select count(*) from ours.best").fetchall() == [(3,)]
    schemas = db.execute("select nspname from pg_namespace where nspname like 'line_of_sight%' order by 1")
    assert [name for (name,) in schemas] == ["line_of_sight", "line_of_sight_000002_00000000"]
    assert copy(first, server).is_new  # going back is a copy like any other


def test_columns_may_change_unless_a_view_of_ones_own_stands_on_them(
    tmp_path: Path, server: str, db: psycopg.Connection
) -> None:
    copy(a_release(tmp_path / "a", 1, more=", 1 as one"), server)
    copy(a_release(tmp_path / "b", 2), server)
    db.execute("create schema ours; create view ours.best as select value from line_of_sight.fct_figures")
    narrower = a_release(tmp_path / "c", 3, more=" exclude (words)")

    with pytest.raises(ExportError, match="ours.best"):
        copy(narrower, server)

    assert db.execute("select release_number from line_of_sight.dim_things").fetchall() == [(2,)]
    db.execute("drop schema ours cascade")
    assert copy(narrower, server).is_new


def test_a_file_that_is_not_the_manifests_is_not_copied(
    tmp_path: Path, server: str, db: psycopg.Connection
) -> None:
    copy(a_release(tmp_path / "a", 1), server)
    changed = a_release(tmp_path / "b", 2)
    with (changed / "csv" / "dim_things.csv").open("a") as file:
        file.write("7\n")

    with pytest.raises(ExportError, match="not what the manifest says"):
        copy(changed, server)

    assert db.execute("select release_number from line_of_sight.dim_things").fetchall() == [(1,)]


def test_a_reader_never_sees_half_a_release(tmp_path: Path, server: str, db: psycopg.Connection) -> None:
    releases = [a_release(tmp_path / str(number), number) for number in (1, 2)]
    copy(releases[0], server)
    seen: set[tuple[int, int]] = set()
    done = threading.Event()

    def read() -> None:
        with psycopg.connect(server, autocommit=True) as reader:
            while not done.is_set():
                rows = reader.execute(
                    "select a.release_number, b.release_number "
                    "from line_of_sight.fct_figures as a cross join line_of_sight.dim_things as b"
                )
                seen.update(rows.fetchall())

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(1, 12):
        copy(releases[turn % 2], server)
    done.set()
    for reader in readers:
        reader.join(60)

    assert seen == {(1, 1), (2, 2)}


def test_a_password_is_in_no_error(tmp_path: Path) -> None:
    release = a_release(tmp_path / "a", 1)

    with pytest.raises(ExportError) as nobody:
        copy(release, "postgresql://me:hunter2@127.0.0.1:1/nowhere")
    with pytest.raises(ExportError, match="postgresql://HOST/DATABASE") as nothing:
        copy(release, "hunter2 = = 3")

    assert "hunter2" not in str(nobody.value) + str(nothing.value)


def test_every_type_that_a_mart_declares_has_a_name_there() -> None:
    declared = {
        column["data_type"]
        for file in (DBT_PROJECT / "models").rglob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
        for column in model.get("columns", [])
        if "data_type" in column
    }
    with duckdb.connect() as any_database:
        known = [any_database.sql(f"select null::{name}").types[0] for name in sorted(declared)]

    assert "double precision" in {type_there(str(name)) for name in known}


def test_a_type_that_nobody_has_named_is_refused() -> None:
    with pytest.raises(ExportError, match="BLOB is not in TYPES"):
        type_there("BLOB")
