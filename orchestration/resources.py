"""Where the warehouse's folders are, for every asset; and the lock that lets one refresh write at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

import dagster as dg

from ingest import raw_folder
from ingest.ledger import Ledger
from ingest.places import Places


class Warehouse(dg.ConfigurableResource):
    """The folders of one warehouse. Defaults come from LINE_OF_SIGHT_RAW, _REFERENCE, _RELEASE and _RESTRICTED."""

    raw: str
    reference: str
    release: str
    restricted: str = ""

    @property
    def places(self) -> Places:
        restricted = Path(self.restricted) if self.restricted else None
        places = Places.of(Path(self.raw), Path(self.reference), Path(self.release), restricted)
        places.prepare()
        return places

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The receipts, open for as long as they are needed."""
        ledger = Ledger(self.places.ledger)
        try:
            yield ledger
        finally:
            ledger.close()

    def found(self, run_id: str) -> raw_folder.RawFolder:
        """What lies in the raw folder. Looked at once a run: every landing asset asks."""
        return _look_once(run_id, self.places.raw)


@lru_cache(maxsize=2)
def _look_once(run_id: str, raw: Path) -> raw_folder.RawFolder:
    return raw_folder.look(raw)


def default_warehouse() -> Warehouse:
    """The warehouse that the environment names, or the folders raw, reference and release of the working folder."""
    return Warehouse(
        raw=os.environ.get("LINE_OF_SIGHT_RAW", "raw"),
        reference=os.environ.get("LINE_OF_SIGHT_REFERENCE", "reference"),
        release=os.environ.get("LINE_OF_SIGHT_RELEASE", "release"),
        restricted=os.environ.get("LINE_OF_SIGHT_RESTRICTED", ""),
    )


class Busy(Exception):
    """Another refresh holds the warehouse."""


_held: dict[Path, tuple[IO[str], int]] = {}


@contextmanager
def only_refresh(places: Places) -> Iterator[None]:
    """Hold the warehouse for writing. A process that holds it may ask again; another is told Busy at once.

    The lock dies with its process, so a killed refresh leaves none behind.
    """
    file, depth = _held.get(places.lock, (None, 0))
    if file is None:
        file = places.lock.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise Busy(
                "another refresh is running; wait for it to end, or look at it in the Dagster page"
            ) from None
    _held[places.lock] = (file, depth + 1)
    try:
        yield
    finally:
        if depth:
            _held[places.lock] = (file, depth)
        else:
            del _held[places.lock]
            file.close()
