"""An invented council out of a real PostgreSQL, against its own files.

Its tables are read once with the connection cut midway, which must leave nothing, and once whole. Then both
the files and what was read are refreshed, and every figure set beside the other. A table of ROWS rows, its
limit raised for it, is read for pace and memory, and once with the server ending the connection midway.
ROWS is of the environment, 200,000 without.

Floor: no cell and no figure different, nothing left where the connection was cut, and memory that does not
grow with the rows of a table.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter, sleep

import duckdb
import psycopg
import pyarrow.parquet as pq

from ingest.contracts.limits import limits as limits_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import read_csv
from ingest.receiving.extract import ExtractError, Source, extract
from tests.support.acceptance_worlds import refreshed, workshop
from tests.support.command import PUBLISHED, line_of_sight
from tests.support.postgres_server import NONE_HERE, postgres, programs

MONTHS, LA = ("2025-02", "2025-03"), "001"
MOST_MEGABYTES = 600  # above what the process took before
CUT_WITHIN = "cp_plans"  # half of the returns come before it
ONE_TABLE = """
import sys
from pathlib import Path
from time import perf_counter
from ingest.receiving.extract import ExtractError, Source, extract

def peak():  # getrusage has the parent's in it
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])

before, began = peak(), perf_counter()
try:
    extract(Source(sys.argv[1], schema="many"), Path(sys.argv[2]), "2025-04", "001")
except ExtractError as why:
    sys.exit(str(why))
print(peak() - before, perf_counter() - began)
"""
DIFFERENT = """
    select la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value
    from of_files.fct_indicator_values as of_files
    full join of_database.fct_indicator_values as of_database
        using (la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value)
    where of_files.value_status is distinct from of_database.value_status
        or of_files.numerator is distinct from of_database.numerator
        or of_files.denominator is distinct from of_database.denominator
        or of_files.value is distinct from of_database.value
    order by all
"""


def main() -> int:
    if not programs():
        print(NONE_HERE)
        return 1
    rows = int(os.environ.get("ROWS", "200000"))
    with workshop() as base, postgres() as address:
        cells = _council(base, address)
        compared, figures = _figures(base)
        grown, left = _many(base, address, rows)
    print(
        f"cells different from the files: {cells}; figures compared {compared:,}, different {figures}; "
        f"left where the connection was cut: {left}; memory grew by {grown:.0f} MB (most {MOST_MEGABYTES})"
    )
    return 1 if cells or figures or not compared or left or grown > MOST_MEGABYTES else 0


def _council(base: Path, address: str) -> int:
    """How many cells of an invented council's tables come out otherwise than in its files."""
    made = line_of_sight(
        "generate",
        "--authorities",
        "1",
        "--months",
        "..".join(MONTHS),
        "--seed",
        "7",
        "--out",
        str(base / "files"),
    )
    assert made.returncode == 0, made.stderr
    different = 0
    for month in MONTHS:
        schema = f"council_{month.replace('-', '_')}"
        files = sorted((base / "files" / "raw" / month / LA).glob("*.csv"))
        _fill(address, schema, files)
        different += _cut(base, address, schema, month)
        began = perf_counter()
        said = extract(Source(address, schema=schema), base / "database" / "raw", month, LA)
        read = [one for one in said if one.row_count is not None]
        count = sum(one.row_count or 0 for one in read)
        print(f"{month}: {len(read)} of {len(files)} tables, {count:,} rows, {perf_counter() - began:.1f} s")
        different += len(files) - len(read)
        different += sum(_cells_apart(path, base / "database" / "raw" / month / LA) for path in files)
    return different


def _fill(address: str, schema: str, files: list[Path]) -> None:
    with psycopg.connect(address) as db:
        db.execute(f"create schema {schema}".encode())
        for path in files:
            columns = ", ".join(f'"{one}" text' for one in read_csv(path.read_bytes()).headers)
            table = f"{schema}.{submitted_formats()[path.stem].source_table}"
            db.execute(f"create table {table} ({columns})".encode())
            with db.cursor().copy(f"copy {table} from stdin (format csv, header)".encode()) as copy:
                copy.write(path.read_bytes())


def _cut(base: Path, address: str, schema: str, month: str) -> int:
    """What is in the raw folder after a connection that ended within one of its tables; none may be."""
    queries = base / "queries"
    queries.mkdir(exist_ok=True)
    table = f"{schema}.{submitted_formats()[CUT_WITHIN].source_table}"
    (queries / f"{CUT_WITHIN}.sql").write_text(
        "select t.*, case when row_number() over () = 3 then pg_terminate_backend(pg_backend_pid()) end "
        f"from {table} as t"
    )
    folder = base / "database" / "raw" / month
    try:
        extract(Source(address, schema=schema, queries=queries), folder.parent, month, LA)
    except ExtractError as why:
        print(f"{month}, cut within {CUT_WITHIN}: {why}")
        return len(list(folder.rglob("*")))
    print("the connection was not cut")
    return 1


def _cells_apart(path: Path, folder: Path) -> int:
    sent = read_csv(path.read_bytes())
    got = pq.read_table(folder / f"{path.stem}.parquet")
    apart = 0
    for at, header in enumerate(sent.headers):
        field = submitted_formats()[path.stem].field(header)
        if field is None or field.dropped:
            continue
        mine = sent.cells.column(str(at)).to_pylist()
        theirs = [cell or "" for cell in got.column(header).to_pylist()]
        apart += sum(a != b for a, b in zip(sorted(mine), sorted(theirs), strict=True))
    return apart


def _figures(base: Path) -> tuple[int, int]:
    """Figures of the files and of what was read from the database: how many there are, how many differ."""
    with duckdb.connect() as db:
        for name in ("files", "database"):
            places, ended = refreshed(base / name, base / name / "raw", base / "files" / "reference")
            print(f"refresh of the {name}: exit {ended.returncode}", flush=True)
            if ended.returncode not in PUBLISHED:
                print(ended.stderr[-2000:])
                return 0, 1
            db.execute(f"attach '{places.current / 'marts.duckdb'}' as of_{name} (read_only)")
        (compared,) = db.sql(
            "select count(*) from of_files.fct_indicator_values where value is not null"
        ).fetchall()[0]
        different = db.sql(DIFFERENT).fetchall()
    for row in different[:20]:
        print("  different:", *row)
    return compared, len(different)


def _many(base: Path, address: str, rows: int) -> tuple[float, int]:
    """By how many megabytes memory grows while a table of so many rows is read, and what a cut leaves."""
    with psycopg.connect(address) as db:
        db.execute("create schema many")
        db.execute(
            f"""create table many.ssd_contacts as
            select i::text as cont_contact_id, 'child' || i % 50000 as cont_person_id,
                date '2015-04-01' + i % 3650 as cont_contact_date, '1A' as cont_contact_source_code
            from generate_series(1, {rows}) as i""".encode()
        )
    limits = base / "limits.yml"
    raised = ", ".join(f"{what}: {rows * 200}" for what in limits_of()["parquet"])
    limits.write_text(f"parquet: {{{raised}}}")
    environment = {**os.environ, "LINE_OF_SIGHT_LIMITS": str(limits)}

    def read(into: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", ONE_TABLE, address, str(base / into)]
        return subprocess.run(words, env=environment, text=True, capture_output=True, check=False)

    ended = read("many")
    assert ended.returncode == 0, ended.stderr
    grown, seconds = map(float, ended.stdout.split())
    (file,) = (base / "many").rglob("*.parquet")
    assert pq.read_metadata(file).num_rows == rows
    print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} a second; {file.stat().st_size:,} bytes")
    cutter = threading.Thread(target=_cut_after, args=(address, seconds / 2))
    cutter.start()
    ended = read("cut")
    cutter.join()
    print(f"cut after {seconds / 2:.1f} s: {ended.stderr.strip()}")
    left = len(list((base / "cut").rglob("*")))
    return grown / 1024, left if ended.returncode else left + 1


def _cut_after(address: str, seconds: float) -> None:
    """The server ends the connection that reads the contacts, so long after its first rows."""
    reader = "from pg_stat_activity where pid <> pg_backend_pid() and query ilike 'fetch %'"
    with psycopg.connect(address, autocommit=True) as db:
        while not db.execute(f"select 1 {reader}".encode()).fetchall():
            sleep(0.01)
        sleep(seconds)
        db.execute(f"select pg_terminate_backend(pid) {reader}".encode())


if __name__ == "__main__":
    sys.exit(main())
