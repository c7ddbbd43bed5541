"""What a release holds: the tables of the marts and the views on them, described, and nothing beside."""

from pathlib import Path

import duckdb
import pytest

from publication.release.export import export_marts

ABOUT = {
    "fct_values": {"description": "The figures.", "columns": {"n": "How many."}},
    "rpt_large": {"description": "The large ones.", "columns": {"n": "How many there."}},
}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The release of a warehouse with a table, a view on it, a view on that, and what is for staff alone."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        db.execute("create schema marts; create schema restricted")
        db.execute("create table marts.fct_values as select range as n from range(5)")
        db.execute(
            "create view marts.rpt_large as with v as (from warehouse.marts.fct_values) from v where n > 1"
        )
        db.execute("create view marts.rpt_a_few as select n from warehouse.marts.rpt_large where n < 4")
        db.execute("create view restricted.restricted_children as select 7 as la_child_id")
        folder = tmp_path / "release"
        folder.mkdir()
        export_marts(db, folder, ABOUT)
        assert db.sql("select current_database()").fetchall() == [("warehouse",)]
    return folder


def test_a_view_is_in_the_release_over_the_released_table(released: Path) -> None:
    (released / "marts.duckdb").rename(released / "moved.duckdb")  # nothing in it hangs on the file's name
    with duckdb.connect(str(released / "moved.duckdb"), read_only=True) as db:
        assert db.sql("from rpt_a_few order by n").fetchall() == [(2,), (3,)]
        said = db.sql(
            "select view_name, comment from duckdb_views() where not internal order by 1"
        ).fetchall()
        columns = db.sql("select comment from duckdb_columns() where table_name = 'rpt_large'").fetchall()
    assert said == [("rpt_a_few", ""), ("rpt_large", "The large ones.")]
    assert columns == [("How many there.",)]


def test_tables_alone_are_files_of_their_own(released: Path) -> None:
    assert sorted(str(p.relative_to(released)) for p in released.rglob("*.*")) == [
        "csv/fct_values.csv",
        "marts.duckdb",
        "parquet/fct_values.parquet",
    ]
