"""What a release holds: the tables of the marts and the views on them, described, and nothing beside."""

import json
from pathlib import Path

import duckdb
import pytest

from publication.release.export import export_marts

NO_KEYS: dict[str, object] = {"key": [], "references": {}}
ABOUT = {
    "fct_values": {
        "description": "The figures.",
        "columns": {"n": "How many."},
        "key": ["n"],
        "references": {"n": ("dim_numbers", "n"), "code": ("dim_nothing", "code")},
    },
    "rpt_large": {"description": "The large ones.", "columns": {"n": "How many there."}, **NO_KEYS},
}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The release of a warehouse with a table, a view on it, a view on that, and what is for staff alone."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        db.execute("create schema marts; create schema restricted")
        db.execute(
            "create table marts.fct_values as select range as n, '00' || range as code, "
            "range > 1 as is_large, date '2025-03-31' as day, range / 3 as share, "
            "range::decimal(9, 2) as pounds from range(5)"
        )
        db.execute("create table marts.dim_numbers as select range::int as n from range(5)")
        db.execute("create view marts.rpt_wide as select n, code from warehouse.marts.fct_values")
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
        columns = db.sql(
            "select comment from duckdb_columns() where table_name = 'rpt_large' and column_name = 'n'"
        ).fetchall()
    assert said == [("rpt_a_few", ""), ("rpt_large", "The large ones."), ("rpt_wide", "")]
    assert columns == [("How many there.",)]


def test_tables_and_the_wide_view_are_files_of_their_own(released: Path) -> None:
    assert sorted(str(p.relative_to(released)) for p in released.rglob("*.*")) == [
        "csv/datapackage.json",
        "csv/dim_numbers.csv",
        "csv/fct_values.csv",
        "csv/rpt_wide.csv",
        "marts.duckdb",
        "parquet/dim_numbers.parquet",
        "parquet/fct_values.parquet",
        "parquet/rpt_wide.parquet",
    ]


def test_the_schema_says_what_csv_cannot(released: Path) -> None:
    """Types, descriptions, the key, and what is looked up where; of a table that is not there nothing is."""
    package = json.loads((released / "csv" / "datapackage.json").read_text(encoding="utf-8"))
    [values] = [one for one in package["resources"] if one["name"] == "fct_values"]

    assert [one["path"] for one in package["resources"]] == [
        "dim_numbers.csv",
        "fct_values.csv",
        "rpt_wide.csv",
    ]
    assert values["description"] == "The figures."
    assert {field["name"]: field["type"] for field in values["schema"]["fields"]} == {
        "n": "integer", "code": "string", "is_large": "boolean", "day": "date", "share": "number",
        "pounds": "number",
    }  # fmt: skip
    assert values["schema"]["fields"][0]["description"] == "How many."
    assert values["schema"]["primaryKey"] == ["n"]
    assert values["schema"]["foreignKeys"] == [
        {"fields": "n", "reference": {"resource": "dim_numbers", "fields": "n"}}
    ]
    assert values["schema"]["missingValues"] == [""]
