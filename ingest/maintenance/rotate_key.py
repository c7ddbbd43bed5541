"""Move all records from one key to the next that goes on from it; no figure changes."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.landing.land import written_as
from ingest.paths import RECORDS_BEFORE, WarehousePaths
from ingest.privacy.pseudonyms import Pseudonyms

NOTHING_MADE = pa.schema([("before", pa.uuid()), ("after", pa.uuid())]).empty_table()


def rotate_key(places: WarehousePaths, old: Pseudonyms, new: Pseudonyms) -> int:
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
                before = old.pseudonymise_derived(text.filter(is_moved))
                made.append(
                    pa.table({"before": before, "after": new.pseudonymise_derived(moved.filter(is_moved))})
                )
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
            table = table.set_column(place, column.name, new.landed_rotated(old, held, made))
    return table
