"""A council's own numbers in place of pseudonyms, for pages that its own workers read.

They are made anew from its raw files and the key each time (ingest/maintenance/reidentify.py), and stand in
no table. Where no raw file holds a number any more, the pseudonym stays.
"""

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingest.discovery import raw_folder
from ingest.maintenance.reidentify import reveal
from ingest.paths import WarehousePaths
from ingest.privacy import key_file
from ingest.privacy.pseudonyms import PSEUDONYM


def with_own_numbers(
    places: WarehousePaths, authority: str, key: Path | None, rows: pa.Table, columns: Collection[str]
) -> pa.Table:
    """The rows with the pseudonyms in some columns as the authority's own numbers.

    Raises InvalidKeyError without the key that they were made with, NotADirectoryError without raw files.
    """
    pseudonyms = key_file.pseudonyms_for(places.key_id, key)
    every = pa.chunked_array([chunk for name in columns for chunk in rows.column(name).chunks], pa.string())
    said = pc.unique(every.drop_null())
    wanted = said.filter(pc.match_substring_regex(said, f"^{PSEUDONYM.pattern}$"))
    met = reveal(raw_folder.look(places.raw), authority, pseudonyms, wanted.to_pylist())
    made, own = (
        pa.array(list(met), pa.string()),
        pa.array([one.said for one in met.values()], pa.string()),
    )
    for name in columns:
        column = rows.column(name)
        numbers = pc.coalesce(own.take(pc.index_in(column, made)), column)
        rows = rows.set_column(rows.column_names.index(name), name, numbers)
    return rows
