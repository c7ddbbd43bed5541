"""What changed since the list before: each list is kept in the restricted zone, by pseudonym, a file a day.

What stands on both is still open, since the day of the first list that it stood on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.files import new_file

KEPT_LISTS = 60  # of each authority: more than a year of weekly ones
RECEIVED, KEY = b"received", b"key_id"
CHANGES = """
select
    coalesce(listed.kind, before.kind) as kind, coalesce(listed.record_id, before.record_id) as record_id,
    coalesce(listed.team, before.team) as team, coalesce(listed.worker, before.worker) as worker,
    coalesce(listed.child, before.child) as child, coalesce(listed.state, before.state) as state,
    case
        when before.record_id is null then 'new' when listed.record_id is null then 'done' else 'still open'
    end as change,
    coalesce(before.first_listed_on, $as_at) as first_listed_on
from listed
full join before on listed.kind = before.kind and listed.record_id = before.record_id
order by change = 'done', change, first_listed_on, kind, worker, child
"""


@dataclass(frozen=True)
class Since:
    """What changed: a row for each record of either list with new, done or still open and since when.

    `before` is the day of the list before, None where there is none. `fewer_rows` says, a sentence a return,
    where this extract has fewer rows than that list was made from.
    """

    changes: pa.Table
    before: date | None
    fewer_rows: tuple[str, ...]


def keep(folder: Path, as_at: date, listed: pa.Table, received: Mapping[str, int], key_id: str) -> Since:
    """Keep a list, of kind, record_id, team, worker, child and state, and set it beside the newest before it.

    A list of a day that is kept already takes its place. Those kept under another key are not set beside it:
    a child has another pseudonym in them.
    """
    for each in reversed((folder, *folder.parents)):
        each.mkdir(mode=0o700, exist_ok=True)  # mkdir(parents=True) would leave those between open to all
    earlier = sorted(file for file in folder.glob("*.parquet") if file.stem < as_at.isoformat())
    kept = pq.read_table(earlier[-1]) if earlier else None
    if kept is not None and _said(kept, KEY) != key_id:
        kept = None
    before = kept if kept is not None else _empty(listed)
    with duckdb.connect() as db:
        db.register("listed", listed)
        db.register("before", before)
        changes = db.execute(CHANGES, {"as_at": as_at}).to_arrow_table()
        db.register("changes", changes)
        first = db.sql("select * from changes where change <> 'done'").to_arrow_table()
    with new_file(folder / f"{as_at.isoformat()}.parquet", mode=0o600) as aside:
        pq.write_table(
            first.drop_columns(["change"]).replace_schema_metadata(
                {RECEIVED: json.dumps(dict(received)), KEY: json.dumps(key_id)}
            ),
            aside,
        )
    for old in earlier[: 1 - KEPT_LISTS] if len(earlier) >= KEPT_LISTS else ():
        old.unlink()
    if kept is None:
        return Since(changes.slice(0, 0), None, ())
    day = date.fromisoformat(earlier[-1].stem)
    return Since(changes, day, _fewer(_said(kept, RECEIVED), received, day))


def _said(kept: pa.Table, what: bytes) -> Any:
    return json.loads((kept.schema.metadata or {}).get(what, b"null"))


def _empty(listed: pa.Table) -> pa.Table:
    columns = ("kind", "record_id", "team", "worker", "child", "state")
    schema = pa.schema([listed.schema.field(name) for name in columns]).append(
        pa.field("first_listed_on", pa.date32())
    )
    return schema.empty_table()


def _fewer(before: Mapping[str, int], now: Mapping[str, int], day: date) -> tuple[str, ...]:
    return tuple(
        f"{name} has {now.get(name, 0):,} rows and had {count:,} when the list of {day:%-d %B %Y} was made: "
        "ask whether the extract was cut short before this list is acted on"
        for name, count in sorted(before.items())
        if now.get(name, 0) < count
    )
