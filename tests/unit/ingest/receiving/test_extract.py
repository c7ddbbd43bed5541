"""Out of a database into the raw folder: all of it, as of one moment, or nothing and a sentence."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sqlalchemy.dialects import mssql, postgresql

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import WarehousePaths
from ingest.receiving.extract import ExtractError, Source, extract, query_of
from orchestration.cli import main
from tests.support.postgres_server import NONE_HERE, postgres, programs

COUNCIL = """
create schema ssd;
create table ssd.ssd_person (
    pers_person_id text, pers_forename text, pers_dob timestamp, pers_sex char(1), pers_legacy_id bigint
);
insert into ssd.ssd_person values ('c1', 'Canary', '2014-05-01', 'F', 7), ('c2', 'Canary', null, 'M', null);
create view ssd.SSD_CP_Plans as
    select 1 as cppl_cp_plan_id, 'c1' as cppl_person_id, date '2025-01-20' as cppl_cp_plan_start_date;
create table ssd.ssd_contacts (cont_contact_id text, cont_person_id text);
create table ssd.referrals (id int, child text, day text);
insert into ssd.referrals values (5, 'c1', '14/03/2025');
"""
MONTH, LA = "2025-03", "301"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    if not programs():
        pytest.skip(NONE_HERE)
    with postgres() as address:
        with psycopg.connect(address) as db:
            db.execute(COUNCIL)  # type: ignore[call-overload]
        yield address


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    folder = tmp_path / "queries"
    folder.mkdir()
    return folder


def read(places: WarehousePaths, name: str) -> list[dict[str, str]]:
    return pq.read_table(places.raw / MONTH / LA / f"{name}.parquet").to_pylist()


def placed(places: WarehousePaths) -> list[str]:
    folder = places.raw / MONTH / LA
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.exists() else []


def test_tables_become_returns_without_what_none_declares(
    database: str, places: WarehousePaths, queries: Path
) -> None:
    (queries / "cin_episodes.sql").write_text(
        "select id as cine_referral_id, child as cine_person_id, day as cine_referral_date from ssd.referrals"
    )
    said = extract(Source(database, schema="ssd", queries=queries), places.raw, MONTH, LA)

    assert placed(places) == ["cin_episodes.parquet", "cp_plans.parquet", "persons.parquet"]
    assert read(places, "persons")[0] == {
        "pers_person_id": "c1", "pers_dob": "2014-05-01 00:00:00.000000", "pers_sex": "F",
        "pers_legacy_id": "7",
    }  # fmt: skip
    assert read(places, "cp_plans")[0]["cppl_cp_plan_start_date"] == "2025-01-20"
    assert read(places, "cin_episodes")[0]["cine_referral_date"] == "14/03/2025"
    why = {one.return_name: one.why for one in said if one.row_count is None}
    assert why["missing"] == "there is no table ssd_missing"
    assert why["contacts"] == "no column for cont_contact_date"
    receipt = (places.raw / MONTH / LA / ".extract.json").read_text()
    assert "from ssd.referrals" in receipt
    assert "pers_forename" not in receipt
    assert {one["return_name"]: one["row_count"] for one in json.loads(receipt)["returns"]}["persons"] == 2

    extract(Source(database, schema="ssd"), places.raw, MONTH, LA)  # the same again is no new version
    assert placed(places) == ["cin_episodes.parquet", "cp_plans.parquet", "persons.parquet"]


BROKEN = {
    "the connection drops": "select pg_terminate_backend(pg_backend_pid())",
    "the query hangs": "select pg_sleep(30)",
    "a column is not there": "select no_such_column from ssd.referrals",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_breaks_midway_leaves_nothing_behind(
    kind: str, database: str, places: WarehousePaths, queries: Path
) -> None:
    (queries / "cin_episodes.sql").write_text(BROKEN[kind])
    source = Source(database, schema="ssd", queries=queries, statement_seconds=1)

    with pytest.raises(ExtractError, match="reading cin_episodes ended with"):
        extract(source, places.raw, MONTH, LA)

    assert placed(places) == []
    assert list(places.raw.iterdir()) == []


def test_a_table_of_more_rows_than_a_refresh_takes_stays_where_it_is(
    database: str, places: WarehousePaths, queries: Path
) -> None:
    (queries / "cin_episodes.sql").write_text(
        "select i::text as cine_referral_id, 'c1' as cine_person_id, '2025-03-01' as cine_referral_date "
        "from generate_series(1, 1100000) as i"
    )
    said = extract(Source(database, schema="ssd", queries=queries), places.raw, MONTH, LA)

    assert placed(places) == ["cp_plans.parquet", "persons.parquet"]
    (why,) = [one.why for one in said if one.return_name == "cin_episodes"]
    assert why.startswith("it has more than 1,000,000 rows, the most that a refresh takes; narrow it")


def test_a_table_of_more_cells_than_a_refresh_takes_stays_where_it_is(
    database: str, places: WarehousePaths, queries: Path
) -> None:
    many = ", ".join(f"i as c{number}" for number in range(11))
    (queries / "cin_episodes.sql").write_text(f"select {many} from generate_series(1, 1000000) as i")
    said = extract(Source(database, schema="ssd", queries=queries), places.raw, MONTH, LA)

    assert placed(places) == ["cp_plans.parquet", "persons.parquet"]
    (why,) = [one.why for one in said if one.return_name == "cin_episodes"]
    assert why.startswith("it holds 11,000,000 cells")


def test_a_database_that_is_not_there_or_holds_nothing_is_said(database: str, places: WarehousePaths) -> None:
    with pytest.raises(ExtractError, match="no table of the Standard"):
        extract(Source(database, schema="public"), places.raw, MONTH, LA)
    with pytest.raises(ExtractError, match="none that can be opened"):
        extract(Source("nothing of the kind"), places.raw, MONTH, LA)
    with pytest.raises(ExtractError, match="ended with OperationalError"):
        extract(Source("postgresql://reader@/none?host=/nowhere", "canary"), places.raw, MONTH, LA)


def test_a_password_on_the_command_line_is_refused_and_never_told(places: WarehousePaths) -> None:
    address = "postgresql://reader:canary@/none?host=/nowhere"
    words = ["extract", "--from", address, "--month", MONTH, "--authority", LA, "--raw", str(places.raw)]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert "canary" not in refused.output

    by_environment = [word for word in words if word not in ("--from", address)]
    ended = CliRunner().invoke(main, by_environment, env={"LINE_OF_SIGHT_DATABASE": address})
    assert ended.exit_code == 1
    assert "canary" not in ended.output


def test_sql_server_is_asked_in_its_own_words() -> None:
    fmt = submitted_formats()["cp_plans"]
    columns = ["cppl_cp_plan_id", "CPPL_person_id", "cppl_cp_plan_start_date", "free text"]
    query = query_of(fmt, columns, "ssd_cp_plans", "ssd dev")

    def sql(dialect: object) -> str:
        return " ".join(str(query.compile(dialect=dialect)).split())  # type: ignore[union-attr]

    assert sql(mssql.dialect()) == (
        "SELECT cppl_cp_plan_id AS cppl_cp_plan_id, [CPPL_person_id] AS cppl_person_id, "
        "cppl_cp_plan_start_date AS cppl_cp_plan_start_date FROM [ssd dev].ssd_cp_plans"
    )
    assert '"CPPL_person_id" AS cppl_person_id' in sql(postgresql.dialect())
