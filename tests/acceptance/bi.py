"""A release in the clients that councils have, held against the marts row by row.

DuckDB's Python and command line, SQLAlchemy, Parquet and CSV; PostgreSQL, a real server from the machine's
packages; and Apache Superset over it, driven by its API: a dataset, a chart, a dashboard, their numbers. The
ten questions of docs/bi.md are asked of each that takes SQL: the same answers, and rows for nine at least.
Where a server or Superset is not there, that part says so and the whole is not called proved. SUPERSET names
the folder of Superset's programs (`make .superset/installed` makes one), and METRICFLOW that of MetricFlow's
(`make .metricflow/installed`), which is asked for every metric of dbt_project/semantic.
"""

import contextlib
import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg
import yaml

from ingest.paths import DBT_PROJECT, WarehousePaths
from ingest.warehouse.months import Decision
from orchestration.pipeline import close_months, refresh_warehouse, reopen_months
from publication.exports.postgres import copy_release
from publication.release.export import AS_FILES_TOO
from synthetic import invent
from tests.acceptance.superset_driver import superset
from tests.conftest import SHARED
from tests.support import bi_questions, semantic_metrics
from tests.support.postgres_server import NONE_HERE, postgres, programs

MONTHS = ["2025-01", "2025-02", "2025-03"]
PUBLISHED = "ees_cin_2025"
SCHEMA, READER = "line_of_sight", "line_of_sight_reader"
ANSWERED = 9 if SHARED.is_dir() else 8  # of ten: nothing is missing here, and England is in ../shared
NO_METRICFLOW = "there is none in the folder METRICFLOW; `make .metricflow/installed`"
AT_ONCE = 20  # metrics of one query
NO_CLIENTS = "there are none in the folder SUPERSET; `make .superset/installed`"
CHART = """
    select indicator_id, sum(numerator) as counted from fct_indicator_values
    where period_basis = 'month' and breakdown_type = 'all' and numerator is not null
    group by indicator_id order by indicator_id
"""


class Asked(Protocol):
    """What takes SQL and gives rows, as DuckDB and PostgreSQL do."""

    def execute(self, query: str, /) -> Any:
        """Its answer, of which fetchall() gives the rows."""


class Tally:
    """What was compared and what differed, a line a client."""

    def __init__(self) -> None:
        self.missed = 0
        print(f"{'client':34} {'compared':>12} {'different':>10}  of what")

    def line(self, client: str, compared: int, different: int, what: str) -> None:
        """One line of the table."""
        self.missed += different > 0
        empty = "" if compared else " (none in this release)"
        print(f"{client:34} {compared:12,} {different:10,}  {what}{empty}", flush=True)

    def not_run(self, client: str, why: str) -> None:
        """A client that is not there: said, and not called proved."""
        self.missed += 1
        print(f"{client:34} {'not run':>12} {'':10}  {why}", flush=True)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        places = world(base)
        tally = Tally()
        release = places.current
        marts = Marts(release)
        _described(tally, marts)
        _files(tally, marts, release)
        _questions(tally, marts, "Parquet, by DuckDB", bi_questions.parquet_of(release))
        _questions(tally, marts, "CSV with its schema, by DuckDB", bi_questions.csv_of(release))
        _command_line(tally, marts, release)
        _sqlalchemy(tally, marts, release)
        _metrics(tally, marts, places.release, base / "semantic")
        if programs() is None:
            tally.not_run("PostgreSQL, Superset", NONE_HERE)
        else:
            with postgres() as address:
                _postgres(tally, marts, release, address)
                _superset(tally, marts, address, base)
    if not SHARED.is_dir():
        print("without ../shared: nothing that DfE published was in the release")
    print(f"lines missed: {tally.missed}")
    return 1 if tally.missed else 0


def world(base: Path) -> WarehousePaths:
    """Releases of two councils, so that no mart is empty: a comment, what DfE published, months closed, one
    of them twice, and two contacts that the newest month, sent again and again, has no date for."""
    invent(2, MONTHS, 60, 5, base / "sent")
    places = WarehousePaths.of(base / "sent" / "raw", base / "sent" / "reference", base / "release")
    (places.reference / "commentary.csv").write_text(
        'la_code,indicator_id,period_end,commentary\n001,cp_open,2025-03-31,"Ten, of one family."\n',
        encoding="utf-8",
    )
    if SHARED.is_dir():
        shutil.copytree(SHARED / "benchmarks" / PUBLISHED, places.reference / PUBLISHED)
    _publish(places)
    _lose_a_date(places)
    _publish(places)
    closing = Decision(tuple(MONTHS), "A. Tester", reason="what is missing will not come", is_incomplete=True)
    close_months(places, closing, lambda _: None)
    newest = replace(closing, months=(MONTHS[2],), la_codes=("002",))
    reopen_months(places, newest, lambda _: None)
    close_months(places, newest, lambda _: None)
    _lose_a_date(places)
    _publish(places)  # what the last release has changed
    return places


def _lose_a_date(places: WarehousePaths) -> None:
    contacts = places.raw / MONTHS[2] / "002" / "contacts.csv"
    text, dates = re.subn(r"2025-02-\d\d", "a day in February", contacts.read_text(encoding="utf-8"), count=1)
    assert dates == 1
    contacts.write_text(text, encoding="utf-8")


def _publish(places: WarehousePaths) -> None:
    ended = refresh_warehouse(places, None, lambda _: None)
    if ended.state != "published":
        raise SystemExit(f"{ended.state}: {ended.reasons}")


class Marts:
    """The marts as DuckDB reads them: what every client is held against."""

    def __init__(self, release: Path) -> None:
        self.db = duckdb.connect(str(release / "marts.duckdb"), read_only=True)
        self.comments = dict(self.db.sql("select table_name, comment from duckdb_tables()").fetchall())
        views = "select view_name, comment from duckdb_views() where list_contains($1, view_name)"
        self.comments |= dict(self.db.execute(views, [list(AS_FILES_TOO)]).fetchall())
        self.columns: dict[str, dict[str, str]] = {}
        for table, column, comment in self.db.sql(
            "select table_name, column_name, comment from duckdb_columns() where not internal"
        ).fetchall():
            if table in self.comments:
                self.columns.setdefault(table, {})[column] = comment

    def rows(self, table: str) -> list[tuple]:
        """Every row of a mart, in an order that any client can put them in."""
        return _sorted(self.db.table(table).fetchall())


def _sorted(rows: list[tuple]) -> list[tuple]:
    return sorted(rows, key=repr)


def _different(mine: list[tuple], theirs: list[tuple]) -> int:
    return abs(len(mine) - len(theirs)) + sum(a != b for a, b in zip(mine, theirs, strict=False))


def _described(tally: Tally, marts: Marts) -> None:
    said = [c for columns in marts.columns.values() for c in columns.values()] + list(marts.comments.values())
    tally.line("DuckDB Python", len(said), sum(not c for c in said), "descriptions of marts and columns")
    refused = 0
    with contextlib.suppress(duckdb.Error):
        marts.db.execute("create table mine (a int)")
        refused = 1
    tally.line("DuckDB Python", 1, refused, "writes let through")


def _files(tally: Tally, marts: Marts, release: Path) -> None:
    for kind in ("parquet", "csv"):
        rows = different = 0
        for table, columns in marts.columns.items():
            file = release / kind / f"{table}.{kind}"
            mine, theirs = f"select * from {table}", f"select * from '{file}'"
            if kind == "csv":  # it has no types, and does not tell nothing from an empty text: both as text
                words = ", ".join(f"coalesce({name}::varchar, '') as {name}" for name in columns)
                mine = f"select {words} from {table}"
                theirs = f"select {words} from read_csv('{file}', all_varchar = true)"
            [(count, more, less)] = marts.db.sql(
                f"select (select count(*) from {table}), "
                f"(select count(*) from ({mine} except all {theirs})), "
                f"(select count(*) from ({theirs} except all {mine}))"
            ).fetchall()
            rows, different = rows + count, different + more + less
        tally.line(f"{kind} (Excel, Power BI)", rows, different, f"rows of {len(marts.columns)} marts")


def _questions(tally: Tally, marts: Marts, client: str, db: Asked) -> None:
    """The page's questions: the answers of this client against those of the marts, row by row."""
    rows = different = answered = 0
    asked = bi_questions.questions()
    for question, sql in asked.items():
        mine = bi_questions.as_answered(marts.db.execute(sql).fetchall())
        theirs = bi_questions.as_answered(db.execute(sql).fetchall())
        rows, different = rows + len(mine), different + _different(mine, theirs)
        answered += bool(mine)
        if client.startswith("Parquet"):
            print(f"  {len(mine):6,} {question}")
    tally.line(client, rows, different, f"rows that answer {answered} of {len(asked)} questions")
    tally.missed += answered < ANSWERED


def _command_line(tally: Tally, marts: Marts, release: Path) -> None:
    program = Path(sys.executable).with_name("duckdb")
    if not program.exists():
        return tally.not_run("DuckDB command line", "pip install duckdb-cli")
    asked = [str(program), "-readonly", "-json", str(release / "marts.duckdb")]
    said = subprocess.run([*asked, CHART], capture_output=True, text=True, check=True).stdout
    theirs = [(r["indicator_id"], r["counted"]) for r in json.loads(said)]
    mine = marts.db.sql(CHART).fetchall()
    tally.line("DuckDB command line", len(mine), _different(mine, theirs), "figures of a grouped query")
    wrote = subprocess.run([*asked, "create table mine (a int)"], capture_output=True, check=False)
    tally.line("DuckDB command line", 1, int(wrote.returncode == 0), "writes let through")
    return None


CLIENT = """
import json, sys, sqlalchemy as sa
engine = sa.create_engine(f"duckdb:///{sys.argv[1]}", connect_args={"read_only": True})
look = sa.inspect(engine)
said = {t: {c["name"]: c["comment"] for c in look.get_columns(t)} for t in look.get_table_names()}
with engine.connect() as client:
    rows = [list(row) for row in client.execute(sa.text(sys.argv[2]))]
print(json.dumps([said, rows]))
"""


def _sqlalchemy(tally: Tally, marts: Marts, release: Path) -> None:
    client = "SQLAlchemy (duckdb-engine)"
    python = _clients() / "python"
    if not python.exists():
        return tally.not_run(client, NO_CLIENTS)
    asked = [str(python), "-c", CLIENT, str(release / "marts.duckdb"), CHART]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    answer = subprocess.run(asked, capture_output=True, text=True, check=True, env=env).stdout
    described, rows = json.loads(answer)
    mine = marts.db.sql(CHART).fetchall()
    tally.line(client, len(mine), _different(mine, [tuple(r) for r in rows]), "figures of a grouped query")
    said = {(t, c): text for t, columns in marts.columns.items() for c, text in columns.items()}
    wrong = sum(described.get(table, {}).get(column) != text for (table, column), text in said.items())
    return tally.line(client, len(said), wrong, "column descriptions")


def _metrics(tally: Tally, marts: Marts, release: Path, folder: Path) -> None:
    """Each indicator's metric, by authority and month, against the mart's value."""
    place = Path(os.environ.get("METRICFLOW", ".metricflow/bin")).absolute()
    if not (place / "mf").exists():
        return tally.not_run("MetricFlow", NO_METRICFLOW)
    shutil.copytree(DBT_PROJECT / "semantic", folder, ignore=shutil.ignore_patterns("target", "logs"))
    (folder / "target").mkdir()
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "DBT_PROFILES_DIR": str(folder),
        "LINE_OF_SIGHT_RELEASE": str(release),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }

    def run(program: str, *words: str) -> None:
        subprocess.run([str(place / program), *words], cwd=folder, env=env, check=True, capture_output=True)

    run("dbt", "build", "--quiet")
    names = [metric["name"] for metric in yaml.safe_load(semantic_metrics.text())["metrics"]]
    theirs: dict[tuple[str, str, str], float] = {}
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        by = "metric_time__month,figure__la_code"
        run(
            "mf",
            "query",
            "--metrics",
            ",".join(some),
            "--group-by",
            by,
            "--csv",
            "answer.csv",
            "--decimals",
            "12",
        )
        with (folder / "answer.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                said = {name: row[name] for name in some if row[name] not in ("", "nan")}
                month = row["metric_time__month"][:7]
                theirs |= {(row["figure__la_code"], name, month): float(said[name]) for name in said}
    mine = {
        (la_code, name, month): value
        for la_code, name, month, value in marts.db.execute(
            "select la_code, indicator_id, strftime(period_end, '%Y-%m'), value from fct_indicator_values "
            "inner join dim_indicator using (indicator_id) where period_basis = headline_basis "
            "and fct_indicator_values.breakdown_type = 'all' and value is not null "
            "and list_contains($1, indicator_id)",
            [names],
        ).fetchall()
    }
    wrong = {key for key in mine.keys() | theirs if not _near(mine.get(key), theirs.get(key))}
    for key in sorted(wrong)[:20]:
        print(f"  {key}: {mine.get(key)} and {theirs.get(key)}")
    return tally.line("MetricFlow", len(mine), len(wrong), f"figures of {len(names)} metrics")


def _near(mine: float | None, theirs: float | None) -> bool:
    return mine is not None and theirs is not None and math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-9)


def _clients() -> Path:
    return Path(os.environ.get("SUPERSET", ".superset/bin")).absolute()


def _postgres(tally: Tally, marts: Marts, release: Path, address: str) -> None:
    copy_release(release, address, SCHEMA, READER)
    with psycopg.connect(address, autocommit=True) as db:
        for table in marts.columns:
            mine = marts.rows(table)
            theirs = _sorted(db.execute(f"select * from {SCHEMA}.{table}").fetchall())
            tally.line("PostgreSQL", len(mine), _different(mine, theirs), f"rows of {table}")
        described = {
            (table, column): comment
            for table, column, comment in db.execute(
                "select table_name, column_name, "
                "col_description((table_schema || '.' || table_name)::regclass, ordinal_position) "
                "from information_schema.columns where table_schema = %s",
                [SCHEMA],
            )
        }
        said = {(t, c): text for t, columns in marts.columns.items() for c, text in columns.items()}
        wrong = sum(described.get(key) != text for key, text in said.items())
        tally.line("PostgreSQL", len(said), wrong, "column descriptions")
        db.execute(f"set search_path to {SCHEMA}")
        _questions(tally, marts, "PostgreSQL", db)
        db.execute(f"set role {READER}")
        tally.line("PostgreSQL read-only role", *_let_through(db, list(marts.columns)), "writes let through")


def _let_through(db: psycopg.Connection, tables: list[str]) -> tuple[int, int]:
    tried = done = 0
    for table in tables:
        for statement in ("delete from {}", "truncate {}", "drop view {}", "alter view {} rename to mine"):
            tried += 1
            try:
                db.execute(statement.format(f"{SCHEMA}.{table}"))
                done += 1
            except psycopg.Error:
                continue
    return tried, done


def _superset(tally: Tally, marts: Marts, address: str, base: Path) -> None:
    place = _clients()
    if not (place / "superset").exists():
        return tally.not_run("Apache Superset", NO_CLIENTS)
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"create role dashboards login in role {READER}")
    folder = base / "superset"
    folder.mkdir()
    uri = address.replace("postgresql://postgres@", "postgresql+psycopg2://dashboards@")
    with superset(place, folder) as client:
        database = client.post("/database/", {"database_name": "Line of Sight", "sqlalchemy_uri": uri})["id"]
        about = {"database": database, "schema": SCHEMA, "table_name": "fct_indicator_values"}
        dataset = client.post("/dataset/", about)["id"]
        there = client.get(f"/dataset/{dataset}")["result"]
        theirs = {c["column_name"]: c["description"] for c in there["columns"]}
        mine = marts.columns["fct_indicator_values"]
        wrong = sum(theirs.get(name) != text for name, text in mine.items())
        tally.line("Superset dataset", len(mine), wrong, "column descriptions")
        query = {
            "columns": ["indicator_id"],
            "metrics": [{"expressionType": "SQL", "sqlExpression": "sum(numerator)", "label": "counted"}],
            "filters": [
                {"col": "period_basis", "op": "==", "val": "month"},
                {"col": "breakdown_type", "op": "==", "val": "all"},
                {"col": "numerator", "op": "IS NOT NULL"},
            ],
            "row_limit": 10_000,
        }
        source = {"id": dataset, "type": "table"}
        context = {"datasource": source, "queries": [query], "result_format": "json", "result_type": "full"}
        dashboard = client.post("/dashboard/", {"dashboard_title": "Monthly figures", "published": True})[
            "id"
        ]
        chart = client.post(
            "/chart/",
            {
                "slice_name": "Counted in the month, by indicator",
                "viz_type": "table",
                "datasource_id": dataset,
                "datasource_type": "table",
                "query_context": json.dumps(context),
                "params": json.dumps({"viz_type": "table", "groupby": ["indicator_id"]}),
                "dashboards": [dashboard],
            },
        )["id"]
        data = client.get(f"/chart/{chart}/data/")["result"][0]["data"]
        rows = sorted((r["indicator_id"], r["counted"]) for r in data)
        expected = marts.db.sql(CHART).fetchall()
        tally.line("Superset chart", len(expected), _different(expected, rows), "figures")
        shown = [c["id"] for c in client.get(f"/dashboard/{dashboard}/charts")["result"]]
        tally.line("Superset dashboard", 1, int(shown != [chart]), "charts on it")
    return None


if __name__ == "__main__":
    sys.exit(main())
