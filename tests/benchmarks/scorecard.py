"""Time the whole scorecard of every authority. As a module it takes a release to time.

Without a release, makes the figures of England, 36 months of them, builds the comparisons over them, says
what that cost, and times the scorecard from a release of those marts. Aim: median and p95 under 50 ms.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from ingest.paths import WarehousePaths
from orchestration.runtime import dbt_build
from publication import queries as answers
from publication.release.export import export_views
from publication.select import rows_of
from tests.benchmarks.figures_of_england import LAST_MONTH, lay_out_england
from tests.support.warehouse_sources import build_comparisons

MONTHS = 36
NEEDED = (
    "dim_authority",
    "dim_indicator",
    "fct_indicator_values",
    "fct_indicator_comparisons",
    "fct_indicator_spc",
)


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU milliseconds."""
    started, before = time.monotonic(), time.process_time()
    work()
    return 1000 * (time.monotonic() - started), 1000 * (time.process_time() - before)


def made_release(base: Path) -> Path:
    """Build the comparisons over a made-up England, say what that cost, and release the marts."""
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    lay_out_england(places, MONTHS)
    dbt_build.build(places, ["stg_reference__targets"])  # what dbt itself takes to start and stop
    before = cpu_seconds()
    dbt_build.build(places, ["stg_reference__targets"])
    idle = cpu_seconds() - before
    before, started = cpu_seconds(), time.monotonic()
    nodes = build_comparisons(places)
    took = cpu_seconds() - before
    print(
        f"comparisons built and tested: {took:.1f} s CPU, {time.monotonic() - started:.1f} s wall; "
        f"dbt alone takes {idle:.1f} s CPU"
    )
    dbt_build.build(places, ["rpt_scorecard"])
    for node in sorted(nodes, key=lambda n: -n.seconds)[:6]:
        print(f"  {node.seconds:5.1f} s  {node.kind} {node.name} {node.status}")
    dbt_build.build(places, ["fct_indicator_values"])
    current = base / "release" / "current"
    current.mkdir()
    with duckdb.connect(str(places.warehouse)) as db:
        db.execute(f"attach '{current / 'marts.duckdb'}' as marts_file")
        for name in NEEDED:
            before = cpu_seconds()
            db.execute(f"create table marts_file.{name} as from marts.{name}")
            for form, how in (("parquet", "(format parquet, compression zstd)"), ("csv", "(header)")):
                db.execute(f"copy marts.{name} to '{base / name}.{form}' {how}")
            sizes = [(base / f"{name}.{form}").stat().st_size / 1e6 for form in ("parquet", "csv")]
            rows = db.sql(f"select count(*) from marts.{name}").fetchall()[0][0]
            print(
                f"  {name}: {rows:,} rows; Parquet {sizes[0]:.1f} MB, CSV {sizes[1]:.1f} MB; "
                f"written in three forms in {cpu_seconds() - before:.1f} s CPU"
            )
        export_views(db, {})
    (current / "manifest.json").write_text(json.dumps({"view_month": LAST_MONTH}), encoding="utf-8")
    print(f"  marts.duckdb: {(current / 'marts.duckdb').stat().st_size / 1e6:.1f} MB")
    return base / "release"


def time_scorecards(release: Path) -> None:
    """Ask for every authority's scorecard, once to warm the machine's cache and once on the clock."""
    with duckdb.connect(str(release / "current" / "marts.duckdb"), read_only=True) as db:
        [(rows,)] = db.sql("select count(*) from fct_indicator_comparisons").fetchall()
        codes = [
            c for (c,) in db.sql("select distinct la_code from fct_indicator_values order by 1").fetchall()
        ]
        month = json.loads((release / "current" / "manifest.json").read_text(encoding="utf-8"))["view_month"]
        alone: list[tuple[float, float]] = []
        anew: list[tuple[float, float]] = []
        for code in codes:
            given = {"la_code": code, "where": answers.OF_MONTH, "given": {"month": month}}
            for _ in range(2):
                took = timed(lambda given=given: rows_of(db, "rpt_scorecard", answers.SCORECARD, **given))
            alone.append(took)
    for code in codes:
        anew.append(timed(lambda code=code: answers.scorecard(release, code, month)))
    print(f"{len(codes)} authorities, {rows:,} comparisons, {month}")
    for name, times in (("query alone", alone), ("scorecard, file opened anew", anew)):
        for kind, which in (("wall", 0), ("CPU", 1)):
            taken = [both[which] for both in times]
            p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
            print(
                f"  {name}, {kind} ms: median {statistics.median(taken):.1f}, p95 {p95:.1f}  (aim under 50)"
            )


def main() -> None:
    if len(sys.argv) > 1:
        time_scorecards(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        time_scorecards(made_release(Path(folder)))


if __name__ == "__main__":
    main()
