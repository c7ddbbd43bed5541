"""Publish a build that has earned it: exported aside, then made current by one rename."""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.verdict import Verdict
from ingest.ledger import Ledger
from ingest.paths import DBT_PROJECT, FILE_MODE, FOLDER_MODE, Places
from ingest.warehouse.previous_release import grounds

if TYPE_CHECKING:
    from publication.public_pack import write as public_pack

MANIFEST, CURRENT_ASIDE = "manifest.json", ".current.aside"
PUBLISHED, GONE_BACK_TO = "published", "gone back to"


class NotEarned(Exception):
    """The build may not be published; the message says why."""


class NotThere(Exception):
    """The release asked for cannot be given; the message says which can, or what to do."""


def mart_names(db: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables that a release holds."""
    rows = db.sql("select table_name from duckdb_tables() where schema_name = 'marts' order by 1").fetchall()
    return [name for (name,) in rows]


def build_digest(db: duckdb.DuckDBPyConnection) -> str:
    """A digest of every row of every mart: what the verdict is stamped with and the release checks."""
    parts = []
    for name in mart_names(db):
        counted = db.sql(
            f"select count(*), bit_xor(hash(t)), sum(hash(t)::hugeint) from marts.{name} as t"
        ).fetchone()
        parts.append(f"{name} {counted}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def publish(
    places: Places, ledger: Ledger, verdict: Verdict, run_id: str, descriptions: Mapping[str, dict]
) -> int:
    """Publish the build in the warehouse and return the release's number. Raises NotEarned.

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
            raise NotEarned("the gate judged another build than this one; run the quality gate again")
        if not verdict.is_good:
            raise NotEarned("the quality gate withholds this build")
        [(view_month,)] = db.sql("select view_month from ledger.reporting").fetchall()
        [(public_month,)] = db.sql(
            "select strftime(max(period_end), '%Y-%m') from intermediate.int_indicators__public"
        ).fetchall()
        number = 1 + max((_number(p) for p in places.releases.iterdir()), default=0)
        aside = places.releases / f".{number:06d}.aside"
        _clear(aside)
        aside.mkdir(mode=0o700)
        on_record = ledger.table("releases").column("release_number").to_pylist()
        owed = public_ledger.owed(places.releases, on_record)
        kept = public_pack.Kept(places.public_ledger, on_record, owed)
        judge = Judge(places.quality_context, places.data_docs)
        try:
            # DuckDB writes while the pack is worked out
            with db.cursor() as beside, ThreadPoolExecutor(max_workers=1) as pool:
                exported = pool.submit(_export, beside, aside, descriptions)
                public = public_pack.publish(db, aside / "public", kept, number, public_month, judge)
                exported.result()
            key_id = places.key_id.read_text(encoding="ascii").strip() if places.key_id.exists() else None
            public_month = public_month if public.state == public_pack.MADE else None
            _write_manifest(db, aside, number, view_month, public_month, public, verdict, run_id, key_id)
            _settle(aside)
        except BaseException:
            _clear(aside)  # a full disk has its room back
            raise
        closed = _keep_closed(db, places, number)
    whole = places.releases / f"{number:06d}"
    aside.rename(whole)
    _sync(places.releases)
    with ledger.transaction():  # on record first: a refresh killed here is completed by the next one
        ledger.keep_closings(closed)
        ledger.add_release(number, view_month, digest, _now())
    make_current(places, number)
    return number


def make_current(places: Places, number: int) -> None:
    """Point readers at a release, in one rename."""
    link = places.release / CURRENT_ASIDE
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / f"{number:06d}")
    link.rename(places.current)
    _sync(places.release)


def recover(places: Places, ledger: Ledger) -> None:
    """Finish or clear what a killed refresh left: the release on record is made current, others removed."""
    recorded = ledger.table("releases").column("release_number").to_pylist()
    for path in places.releases.iterdir():
        if path.name.startswith(".") or _number(path) not in recorded:
            _clear(path)
    for path in places.first_published.iterdir():
        if _number(path.with_suffix("")) not in recorded:
            path.unlink()
    (places.release / CURRENT_ASIDE).unlink(missing_ok=True)
    chosen = ledger.chosen()
    if chosen is not None and chosen != current_number(places):
        make_current(places, chosen)


@dataclass(frozen=True)
class Published:
    """One release on record: its number, the month reported, when it came out, whether readers see it."""

    release: int
    view_month: str
    published_at: str
    is_current: bool


def releases(places: Places, ledger: Ledger) -> list[Published]:
    """Every release on record, the newest first."""
    about = ledger.table("releases").to_pylist()
    out = {c["release_number"]: c["at"] for c in ledger.table("choices").to_pylist() if c["how"] == PUBLISHED}
    current = current_number(places)
    return [
        Published(
            r["release_number"],
            r["view_month"],
            out.get(r["release_number"], ""),
            r["release_number"] == current,
        )
        for r in reversed(about)
    ]


def go_back(places: Places, ledger: Ledger, number: int) -> None:
    """Give readers an earlier (or again a later) release, as it was, byte for byte. Raises NotThere."""
    on_record = [p.release for p in releases(places, ledger)]
    if number not in on_record:
        known = ", ".join(map(str, on_record)) or "none"
        raise NotThere(f"there is no release {number}; on record: {known}")
    folder = places.releases / f"{number:06d}"
    if amiss := damaged(folder):
        raise NotThere(
            f"release {number} is not as it was published ({amiss[0]}, {len(amiss)} in all); "
            f"restore {folder} from a backup"
        )
    with ledger.transaction():
        ledger.choose(number, GONE_BACK_TO, _now())
    make_current(places, number)


def damaged(folder: Path) -> list[str]:
    """The files of a release that are missing, added or changed since it was published."""
    try:
        said: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return [MANIFEST]
    held = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST}
    return sorted(name for name in said.keys() | held.keys() if _is_amiss(held.get(name), said.get(name)))


def _is_amiss(path: Path | None, sha256: str | None) -> bool:
    return path is None or _sha256(path) != sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_number(places: Places) -> int | None:
    """The number of the release that readers see; None before the first."""
    return _number(places.current.resolve()) if places.current.exists() else None


def _number(path: Path) -> int:
    return int(path.name) if re.fullmatch(r"\d{6}", path.name) else 0


def _export(db: duckdb.DuckDBPyConnection, folder: Path, descriptions: Mapping[str, dict]) -> None:
    for kind in ("parquet", "csv"):
        (folder / kind).mkdir()
    db.execute(f"attach '{folder / 'marts.duckdb'}' as marts_file")
    for name in mart_names(db):
        db.execute(f"create table marts_file.{name} as from marts.{name}")
        about = descriptions.get(name, {"description": "", "columns": {}})
        db.execute(f"comment on table marts_file.{name} is {_text(about['description'])}")
        for column, text in about["columns"].items():
            db.execute(f'comment on column marts_file.{name}."{column}" is {_text(text)}')
        db.execute(
            f"copy marts.{name} to '{folder / 'parquet' / name}.parquet' (format parquet, compression zstd)"
        )
        db.execute(f"copy marts.{name} to '{folder / 'csv' / name}.csv' (header)")
    db.execute("detach marts_file")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_manifest(
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    number: int,
    view_month: str,
    public_month: str | None,
    public: "public_pack.Ended",
    verdict: Verdict,
    run_id: str,
    key_id: str | None,
) -> None:
    inputs = db.sql(
        """
        select reporting_month, la_code, return_name, file, version, sha256
        from marts.fct_submissions where is_current order by all
        """
    )
    reference = db.sql("select file, sha256 from reference.files order by file").fetchall()
    authorities = db.sql("from marts.fct_publication_status order by la_code")
    overrides = db.sql(
        """
        select
            overrides.*,
            exists(
                from intermediate.int_gate__doubts as doubts
                where doubts.overridden_by is not null and doubts.la_code = overrides.la_code
                    and doubts.ground = overrides.ground
                    and coalesce(doubts.indicator_id, doubts.return_name) = overrides.return_name
            ) as was_needed
        from ledger.overrides
        where until_month >= (select view_month from ledger.reporting)
        order by all
        """
    )
    months = db.execute(
        "from marts.fct_month_status where closings > 0 or reporting_month = $1 order by all", [view_month]
    ).to_arrow_table()
    manifest = {
        "release": number,
        "view_month": view_month,
        "public_month": public_month,  # None where there is no public pack
        "public_pack": asdict(public),  # and why, or what was left out of it
        "commit": commit(),
        **grounds(reference),
        "build_sha256": verdict.build_sha256,
        "run_id": run_id,
        "key_id": key_id,
        "inputs": [dict(zip(inputs.columns, row, strict=True)) for row in inputs.fetchall()],
        "reference": [{"file": file, "sha256": sha256} for file, sha256 in reference],
        "authorities": [dict(zip(authorities.columns, row, strict=True)) for row in authorities.fetchall()],
        "months": months.to_pylist(),
        "overrides": [dict(zip(overrides.columns, row, strict=True)) for row in overrides.fetchall()],
        "checks": [asdict(outcome) for outcome in verdict.outcomes],
        "files": {
            str(path.relative_to(folder)): _sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, default=str) + "\n", encoding="utf-8")


def _keep_closed(db: duckdb.DuckDBPyConnection, places: Places, number: int) -> list[tuple[int, str, str]]:
    """Write to the store what is new of figures as they were closed; say of which closings and what part."""
    from publication.public_pack.disclosure.long_table import MONTHS_PRINTED

    kept = db.sql(
        """
        select event_id, unnest(list_filter(
            [if(needs_month, 'month', null), if(needs_history, 'history', null)], part -> part is not null
        )) as part
        from ledger.closings
        order by all
        """
    ).fetchall()
    if not kept:
        return []
    target = places.first_published / f"{number:06d}.parquet"
    db.execute(
        f"""
        copy (
            select * exclude (is_new) from intermediate.int_indicators__closed
            where is_new
                and period_end > last_day((view_month || '-01')::date) - to_months({MONTHS_PRINTED})
            order by all
        ) to '{target}' (format parquet, compression zstd)
        """
    )
    _sync(target)
    return [(event_id, part, target.name) for event_id, part in kept]


def commit() -> str:
    """The commit of the code that runs, or unknown outside a clone."""
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=DBT_PROJECT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _settle(folder: Path) -> None:
    """All of a release on the disk, and open to readers, before it gets its name."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear(path: Path) -> None:
    for entry in sorted(path.rglob("*"), reverse=True):
        entry.rmdir() if entry.is_dir() else entry.unlink()
    if path.exists():
        path.rmdir()
