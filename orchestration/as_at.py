"""The work lists as at a day inside a month: the same models, over a copy of the warehouse that ends there.

The day is told in one place, ledger.vintages, and every period, child and list of the copy follows from it.
The copy is of one authority and goes when its lists are written; the month's figures are not touched. Where
the day has an extract of its own (raw/2025-04-16/372) the copy is of a warehouse made aside from that alone.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ingest.contracts.dates import last_day_of
from ingest.files import new_file
from ingest.paths import WarehousePaths
from orchestration.runtime import dbt_build
from orchestration.runtime.lock import refresh_lock
from publication.select import read_only, rows_of
from publication.worklists import AtDay

LISTS = ("+restricted_work_lists", "+restricted_work_list", "+restricted_headline_counts")


class AsAtError(Exception):
    """There can be no list as at such a day. The message says why, and which day there can."""


@contextmanager
def warehouse_as_at(
    places: WarehousePaths, authority: str, day: date, today: date | None = None, key: Path | None = None
) -> Iterator[AtDay]:
    """A warehouse that knows one authority as the day's extract has it, or else its newest records; it ends
    at that day, and is gone afterwards.

    Raises AsAtError, LockHeldError where a refresh is writing, BuildError, and what a refresh refuses with.
    """
    if not places.warehouse.exists():
        raise AsAtError(f"there is no warehouse in {places.restricted}; run `line-of-sight refresh`")
    if day > (today or date.today()):
        raise AsAtError(f"{day} is still to come; ask for a day up to {today or date.today()}")
    extract = places.raw / day.isoformat() / authority
    with TemporaryDirectory(prefix=".as-at-", dir=places.restricted) as folder:
        of_day = _made_aside(places, extract, day, Path(folder), key) if extract.is_dir() else places
        aside = replace(places, restricted=Path(folder))
        with refresh_lock(of_day), new_file(aside.warehouse, mode=0o600) as copy:
            shutil.copyfile(of_day.warehouse, copy)
        with read_only(places.warehouse) as db:
            _check_closings(db, authority, day)
        with duckdb.connect(str(aside.warehouse)) as db:
            _check(db, authority, day)
            _end_at(db, authority, day)
        dbt_build.build(aside, LISTS)
        yield AtDay(aside.warehouse, of_day.raw)


def _made_aside(
    places: WarehousePaths, extract: Path, day: date, folder: Path, key: Path | None
) -> WarehousePaths:
    """A warehouse of a day's extract and nothing else, under the same key: no month has received it."""
    from orchestration.pipeline import refresh_warehouse

    month = f"{day:%Y-%m}"
    of_day = WarehousePaths.of(folder / "raw", places.reference, folder / "release", folder / "extract")
    shutil.copytree(extract, of_day.raw / month / extract.name, symlinks=True)
    ended = refresh_warehouse(of_day, month, lambda _: None, key)
    if ended.state != "published":
        raise AsAtError(f"nothing can be made of the extract in {extract}: {'; '.join(ended.reasons)}")
    return of_day


def _check_closings(db: duckdb.DuckDBPyConnection, authority: str, day: date) -> None:
    closed = max(
        (
            one["period_end"]
            for one in rows_of(
                db, "ledger.month_states", "period_end", la_code=authority, month_state="final"
            )
        ),
        default=None,
    )
    if closed and day <= closed:
        raise AsAtError(
            f"{closed:%B %Y} is closed for authority {authority}, and {day} is not after it; ask for a day "
            f"after {closed}, or for the list of the month's end without --as-at"
        )


def _check(db: duckdb.DuckDBPyConnection, authority: str, day: date) -> None:
    if not rows_of(db, "ledger.month_states", "period_end", la_code=authority):
        raise AsAtError(f"the warehouse has nothing of authority {authority}")
    [reporting] = rows_of(db, "ledger.reporting", "view_month")
    first = date.fromisoformat(f"{reporting['view_month']}-01")
    if day < first:
        raise AsAtError(
            f"the newest records are those of {first:%B %Y}, and know what came after {day}; ask for a day "
            f"from {first} on, or refresh that month first"
        )


def _end_at(db: duckdb.DuckDBPyConnection, authority: str, day: date) -> None:
    """Leave one authority's newest reading, which ends at the day instead of at the end of its month."""
    db.execute("delete from ledger.vintages where edition <> 'restated' or la_code <> $1", [authority])
    db.execute("delete from ledger.sources where vintage_id not in (select vintage_id from ledger.vintages)")
    db.execute("update ledger.vintages set as_at_date = $1", [day])
    [reporting] = rows_of(db, "ledger.reporting", "view_month")
    month_end = last_day_of(reporting["view_month"])
    db.execute("update ledger.sources set as_at_date = $1 where as_at_date = $2", [day, month_end])
