"""Publish a build that has earned it: exported aside, then made current by one rename."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from expectations.verdict import GateDecision
from ingest import posix
from ingest.files import new_folder
from ingest.ledger import Ledger, utc_now
from ingest.paths import FILE_MODE, FOLDER_MODE, WarehousePaths
from ingest.posix import on_disk
from publication.release.export import build_digest, export_marts
from publication.release.manifest import write_manifest
from publication.release.pointer import make_current, number_of
from publication.select import rows_of


class ReleaseBlockedError(Exception):
    """The build may not be published; the message says why."""


def publish(
    places: WarehousePaths,
    ledger: Ledger,
    verdict: GateDecision,
    run_id: str,
    descriptions: Mapping[str, dict],
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Publish the build in the warehouse and return the release's number. Raises ReleaseBlockedError.

    Readers of release/current see the earlier release whole until the last step, and the new one whole
    after it.
    """
    # Great Expectations and solvers take long to load, and much memory: only a release pays for them
    from expectations.public_pack import Judge
    from publication.public_pack import write as public_pack
    from publication.public_pack.disclosure import ledger as public_ledger

    with duckdb.connect(str(places.warehouse)) as db:
        digest = build_digest(db)
        if verdict.build_sha256 != digest:
            raise ReleaseBlockedError(
                "the gate judged another build than this one; run the quality gate again"
            )
        if not verdict.is_good:
            raise ReleaseBlockedError("the quality gate withholds this build")
        [(view_month,)] = db.sql("select view_month from ledger.reporting").fetchall()
        [(public_month,)] = db.sql(
            "select strftime(max(period_end), '%Y-%m') from intermediate.int_indicators__public"
        ).fetchall()
        number = 1 + max((number_of(p) for p in places.releases.iterdir()), default=0)
        whole = places.releases / f"{number:06d}"
        on_record = ledger.table("releases").column("release_number").to_pylist()
        owed = public_ledger.owed(places.releases, on_record)
        kept = public_pack.Kept(places.public_ledger, on_record, owed)
        tell("protecting what may be public")
        judge = Judge(places.quality_context, places.data_docs)
        with new_folder(whole) as aside:
            # DuckDB writes while the pack is worked out
            with db.cursor() as beside, ThreadPoolExecutor(max_workers=1) as pool:
                exported = pool.submit(export_marts, beside, aside, descriptions)
                public = public_pack.publish(db, aside / "public", kept, number, public_month, judge)
                exported.result()
            key_id = places.key_id.read_text(encoding="ascii").strip() if places.key_id.exists() else None
            tell(f"publishing release {number}")
            public_month = public_month if public.state == public_pack.MADE else None
            write_manifest(db, aside, number, view_month, public_month, public, verdict, run_id, key_id)
            _settle(aside)
            closed = _keep_closed(db, places, number)
    with ledger.transaction():  # on record first: a refresh killed here is completed by the next one
        ledger.keep_closings(closed)
        ledger.add_release(number, view_month, digest, utc_now())
    make_current(places, number)
    return number


def _keep_closed(
    db: duckdb.DuckDBPyConnection, places: WarehousePaths, number: int
) -> list[tuple[int, str, str]]:
    """Write to the store what is new of figures as they were closed; say of which closings and what part."""
    from publication.public_pack.disclosure.long_table import MONTHS_PRINTED

    kept = [
        (closing["event_id"], part)
        for closing in rows_of(db, "ledger.closings", order="event_id")
        for part in ("history", "month")
        if closing[f"needs_{part}"]
    ]
    if not kept:
        return []
    target = places.first_published / f"{number:06d}.parquet"
    printed = f"period_end > last_day((view_month || '-01')::date) - to_months({MONTHS_PRINTED})"
    new = db.table("intermediate.int_indicators__closed").filter(f"is_new and {printed}")
    new.project("* exclude (is_new)").order("all").write_parquet(str(target), compression="zstd")
    on_disk(target)
    return [(event_id, part, target.name) for event_id, part in kept]


def _settle(folder: Path) -> None:
    """All of a release on the disk, and open to readers, before it gets its name."""
    for path in [folder, *folder.rglob("*")]:
        posix.give_mode(path, FOLDER_MODE if path.is_dir() else FILE_MODE)
        on_disk(path)
