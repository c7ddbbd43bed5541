"""What was received is kept for so many months, its hash for ever; a key is changed and no figure with it.

Figures stand on what has landed, under pseudonyms: taking away the raw files of old months changes none.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.land import pending_months, written_as
from ingest.ledger import Ledger
from ingest.places import RECORDS_BEFORE, Places
from ingest.pseudonyms import Pseudonyms
from ingest.raw_folder import RawFolder

LOG = "purged.jsonl"
NOTHING_MADE = pa.schema([("before", pa.uuid()), ("after", pa.uuid())]).empty_table()


class NotPurged(Exception):
    """Nothing was taken away; the message says why and what to do."""


@dataclass(frozen=True)
class Purged:
    """What a purge came to; counts only."""

    months: tuple[str, ...]
    files: int
    size: int


def old_months(found: RawFolder, keep: int) -> tuple[str, ...]:
    """The months in the raw folder that are not among the `keep` up to the newest."""
    if not found.months:
        return ()
    first_kept = (pd.Period(found.months[-1], "M") - (keep - 1)).strftime("%Y-%m")
    return tuple(month for month in found.months if month < first_kept)


def purge(places: Places, ledger: Ledger, found: RawFolder, keep: int) -> Purged:
    """Take away the raw files of old months, and what was opened from them as text. Raises NotPurged.

    Each file's name as it may be told, size and SHA-256 are written down before it goes. Receipts, landed
    records, figures as first published and releases stay as they are.
    """
    months = old_months(found, keep)
    unread = sorted(set(pending_months(found, ledger)) & set(months))
    if unread:
        raise NotPurged(
            f"{', '.join(unread)} has files that were never read, or have changed since; run "
            "`line-of-sight refresh` first, or take them away by hand"
        )
    held = [(f.reporting_month, f.file, f.path) for f in found.files if f.reporting_month in months]
    held += [(month, f.file, f.path) for month, _, f in found.others if month in months]
    size = 0
    with (places.restricted / LOG).open("a", encoding="utf-8") as log:
        for month, file, path in held:
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            size += len(data)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            about = {"month": month, "file": file, "size": len(data), "sha256": sha256(data).hexdigest()}
            log.write(json.dumps(about | {"purged_at": at}) + "\n")
    for month in months:
        shutil.rmtree(places.raw / month)
        shutil.rmtree(places.opened / month, ignore_errors=True)
    return Purged(months, len(held), size)


def rekey(places: Places, old: Pseudonyms, new: Pseudonyms) -> int:
    """Move all records from a key to the one that goes on from it; returns how many files were written anew.

    Written aside and put in place by renames: cut short, either all is under the old key or all under the
    new. Every pseudonym is changed alike, so that what joined still joins, and no figure changes.
    """
    aside = places.records.with_name(".records.aside")
    shutil.rmtree(aside, ignore_errors=True)
    count = 0
    made = _landed_of_opened(places.opened, old, new)
    for path in sorted(places.records.rglob("*")):
        target = aside / path.relative_to(places.records)
        if path.is_dir():
            target.mkdir(parents=True, mode=0o700)
        elif path.suffix == ".parquet":
            table = _moved_on(pq.read_table(path), old, new, made)
            pq.write_table(table, target, **written_as(table.schema))
            count += 1
        elif path != places.key_id:
            shutil.copyfile(path, target)
    (aside / places.key_id.name).write_text(new.key_id + "\n", encoding="ascii")
    before = places.records.with_name(RECORDS_BEFORE)
    shutil.rmtree(before, ignore_errors=True)
    places.records.rename(before)
    aside.rename(places.records)
    shutil.rmtree(before)
    return count


def _landed_of_opened(opened: Path, old: Pseudonyms, new: Pseudonyms) -> pa.Table:
    """What the ids of other forms, made of pseudonyms and days, landed as `before` and land as `after`."""
    made = [NOTHING_MADE]
    for path in opened.rglob("*.parquet"):
        for column in pq.read_table(path).itercolumns():
            if pa.types.is_string(column.type):
                text = pc.unique(column)
                moved = new.moved_on(old, text)
                is_moved = pc.not_equal(text, moved)
                before = old.landed_of_made(text.filter(is_moved))
                made.append(pa.table({"before": before, "after": new.landed_of_made(moved.filter(is_moved))}))
    return pa.concat_tables(made).combine_chunks()


def _moved_on(table: pa.Table, old: Pseudonyms, new: Pseudonyms, made: pa.Table) -> pa.Table:
    """A table of the records under the new key; `made` as _landed_of_opened gives it."""
    for place, column in enumerate(table.schema):
        held = table.column(place).combine_chunks()
        if pa.types.is_string(column.type):
            spelled = held.dictionary_encode()
            moved = new.moved_on(old, spelled.dictionary).take(spelled.indices)
            table = table.set_column(place, column.name, moved)
        elif column.type == pa.uuid():
            table = table.set_column(place, column.name, new.landed_moved_on(old, held, made))
    return table
