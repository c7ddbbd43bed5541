"""The own names of files, for those who may see the raw folder: a file may be named after a child."""

from contextlib import closing

from ingest.discovery.raw_folder import look, own_names
from ingest.discovery.returns import sort_files
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths


def names_of_files(places: WarehousePaths) -> dict[str, str]:
    """By the name that stands for it, the own name of each file that is still as it was when it was read."""
    if not (places.raw.is_dir() and places.ledger.exists() and places.warehouse.exists()):
        return {}
    with closing(Ledger(places.ledger)) as ledger:
        read_before = ledger.read_before()
    found = sort_files(look(places.raw), read_before)
    return own_names(found, places.raw, read_before, places.warehouse.stat().st_mtime)
