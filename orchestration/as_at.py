"""The work lists as at a day inside a month: the same models, over a copy of the warehouse that ends there.

The day is told in one place, ledger.vintages, and every period, child and list of the copy follows from it.
The copy is of one authority and goes when its lists are written; the month's figures are not touched.
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
from publication.select import rows_of

LISTS = ("+restricted_work_lists", "+restricted_work_list", "+restricted_headline_counts")


class AsAtError(Exception):
    """There can be no list as at such a day. The message says why, and which day there can."""


@contextmanager
def warehouse_as_at(
    places: WarehousePaths, authority: str, day: date, today: date | None = None
) -> Iterator[Path]:
    """A warehouse that knows one authority as its newest records have it, and ends at a day. Gone afterwards.

    Raises AsAtError, LockHeldError where a refresh is writing, and BuildError.
    """
    if not places.warehouse.exists():
        raise AsAtError(f"there is no warehouse in {places.restricted}; run `line-of-sight refresh`")
    if day > (today or date.today()):
        raise AsAtError(f"{day} is still to come; ask for a day up to {today or date.today()}")
    with TemporaryDirectory(prefix=".as-at-", dir=places.restricted) as folder:
        aside = replace(places, restricted=Path(folder))
        with refresh_lock(places), new_file(aside.warehouse, mode=0o600) as copy:
            shutil.copyfile(places.warehouse, copy)
        with duckdb.connect(str(aside.warehouse)) as db:
            _check(db, authority, day)
            _end_at(db, authority, day)
        dbt_build.build(aside, LISTS)
        yield aside.warehouse


def _check(db: duckdb.DuckDBPyConnection, authority: str, day: date) -> None:
    of_authority = {"la_code": authority, "order": "period_end"}
    states = rows_of(db, "ledger.month_states", "period_end, month_state", **of_authority)
    if not states:
        raise AsAtError(f"the warehouse has nothing of authority {authority}")
    closed = max((one["period_end"] for one in states if one["month_state"] == "final"), default=None)
    if closed and day <= closed:
        raise AsAtError(
            f"{closed:%B %Y} is closed for authority {authority}, and {day} is not after it; ask for a day "
            f"after {closed}, or for the list of the month's end without --as-at"
        )
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
