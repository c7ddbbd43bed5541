"""Where the warehouse's folders are, for every asset."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from ingest.contracts import settings
from ingest.discovery import raw_folder
from ingest.discovery.returns import sort_files
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import note_key, pseudonyms_for
from ingest.privacy.pseudonyms import Pseudonyms


class Warehouse(dg.ConfigurableResource):
    """The folders of one warehouse."""

    raw: str
    reference: str
    release: str
    restricted: str = ""
    engine: str = ""  # what works out the models, where it is not DuckDB: spark
    key: str = ""  # the file of the key, never the key; LINE_OF_SIGHT_KEY_FILE or the user's own where empty

    @property
    def places(self) -> WarehousePaths:
        restricted = Path(self.restricted) if self.restricted else None
        places = WarehousePaths.of(Path(self.raw), Path(self.reference), Path(self.release), restricted)
        places.prepare()
        return places

    def pseudonyms(self) -> Pseudonyms:
        """What ids land as. Raises InvalidKeyError."""
        places = self.places
        pseudonyms = pseudonyms_for(places.key_id, Path(self.key) if self.key else None)
        note_key(places.key_id, pseudonyms)
        return pseudonyms

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The receipts, open for as long as they are needed."""
        ledger = Ledger(self.places.ledger)
        try:
            yield ledger
        finally:
            ledger.close()

    def found(self, run_id: str) -> raw_folder.RawFolder:
        """What lies in the raw folder. Looked at once a run: several steps ask."""
        raw = self.places.raw
        if (run_id, raw) not in _found:
            with self.ledger() as ledger:
                read_before = ledger.read_before()
            still = raw_folder.only_still(raw_folder.look(raw))
            remember_found(run_id, raw, sort_files(still, read_before))
        return _found[run_id, raw]


_found: dict[tuple[str, Path], raw_folder.RawFolder] = {}  # of the newest run: England's is 80,000 files


def remember_found(run_id: str, raw: Path, found: raw_folder.RawFolder) -> None:
    """Keep what a run found in the raw folder, where whoever starts it has looked already."""
    _found.clear()
    _found[run_id, raw] = found


def default_warehouse() -> dg.ResourceDefinition:
    """The warehouse that the environment or the settings name, or raw, reference and release in this folder.

    Its config is empty: were the folders run config, whoever launches a run could have records landed, and
    exact figures published, wherever they like.
    """
    return dg.ResourceDefinition(lambda _: _named_by_environment(), config_schema={})


def _named_by_environment() -> Warehouse:
    """LINE_OF_SIGHT_RAW, _REFERENCE, _RELEASE, _RESTRICTED go before the settings, as for a command."""
    settled = settings.current().places
    release = os.environ.get("LINE_OF_SIGHT_RELEASE")
    return Warehouse(
        raw=os.environ.get("LINE_OF_SIGHT_RAW", str(settled.raw)),
        reference=os.environ.get("LINE_OF_SIGHT_REFERENCE", str(settled.reference)),
        release=release or str(settled.release),
        restricted=os.environ.get("LINE_OF_SIGHT_RESTRICTED", "" if release else str(settled.restricted)),
        engine=os.environ.get("LINE_OF_SIGHT_ENGINE", ""),
    )
