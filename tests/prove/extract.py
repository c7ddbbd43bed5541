"""make prove-extract [ROWS=200000]: an invented council out of a real PostgreSQL, against its own files.

Floor: no cell different from the council's files, and memory that does not grow with the rows of a table.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import psycopg
import pyarrow.parquet as pq

from ingest.extract import Source, extract
from ingest.read_raw import read_csv
from ingest.return_format import submitted_formats
from tests.pipeline.command import line_of_sight
from tests.publication.postgres_server import NONE_HERE, postgres, programs

MONTH, LA = "2025-03", "001"
MOST_MEGABYTES = 600  # above what the process took before


def main() -> int:
    if not programs():
        print(NONE_HERE)
        return 1
    rows = int(os.environ.get("ROWS", "200000"))
    with tempfile.TemporaryDirectory() as folder, postgres() as address:
        different = _council(Path(folder), address)
        grown = _many(Path(folder), address, rows)
    print(f"cells different from the council's files: {different}; memory grew by {grown:.0f} MB")
    return 1 if different or grown > MOST_MEGABYTES else 0


def _council(base: Path, address: str) -> int:
    """How many cells of an invented council's tables come out otherwise than in its files."""
    made = line_of_sight(
        "invent", "--authorities", "1", "--months", f"{MONTH}..{MONTH}", "--seed", "7",
        "--out", str(base / "made"),
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    files = sorted((base / "made" / "raw" / MONTH / LA).glob("*.csv"))
    with psycopg.connect(address) as db:
        db.execute("create schema council")
        for path in files:
            columns = ", ".join(f'"{one}" text' for one in read_csv(path.read_bytes()).headers)
            table = f"council.{submitted_formats()[path.stem].source_table}"
            db.execute(f"create table {table} ({columns})".encode())
            with db.cursor().copy(f"copy {table} from stdin (format csv, header)".encode()) as copy:
                copy.write(path.read_bytes())
    began = perf_counter()
    said = extract(Source(address, schema="council"), base / "raw", MONTH, LA)
    read = [one for one in said if one.row_count is not None]
    count = sum(one.row_count or 0 for one in read)
    print(f"{len(read)} of {len(files)} tables, {count:,} rows in {perf_counter() - began:.1f} s")
    different = len(files) - len(read)
    for path in files:
        sent = read_csv(path.read_bytes())
        got = pq.read_table(base / "raw" / MONTH / LA / f"{path.stem}.parquet")
        for at, header in enumerate(sent.headers):
            field = submitted_formats()[path.stem].field(header)
            if field is None or field.dropped:
                continue
            mine = sent.cells.column(str(at)).to_pylist()
            theirs = [cell or "" for cell in got.column(header).to_pylist()]
            different += sum(a != b for a, b in zip(sorted(mine), sorted(theirs), strict=True))
    return different


def _many(base: Path, address: str, rows: int) -> float:
    """By how many megabytes memory grows while a table of so many rows is read."""
    with psycopg.connect(address) as db:
        db.execute("create schema many")
        db.execute(
            f"""create table many.ssd_contacts as
            select i::text as cont_contact_id, 'child' || i % 50000 as cont_person_id,
                date '2015-04-01' + i % 3650 as cont_contact_date, '1A' as cont_contact_source_code
            from generate_series(1, {rows}) as i""".encode()
        )
    script = (
        "import sys; from pathlib import Path; from ingest.extract import Source, extract; "
        "extract(Source(sys.argv[1], schema='many'), Path(sys.argv[2]), '2025-04', '001')"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    imported = subprocess.run([sys.executable, "-c", "import ingest.extract"], check=True)
    assert imported.returncode == 0
    bare = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    began = perf_counter()
    subprocess.run([sys.executable, "-c", script, address, str(base / "many")], check=True)
    seconds = perf_counter() - began
    print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} a second")
    return (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - bare) / 1024


if __name__ == "__main__":
    sys.exit(main())
