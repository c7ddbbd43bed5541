"""Whose a pseudonym is, for the authority that sent the return: made anew from its raw files, kept nowhere.

There is no list of pseudonyms and ids to be stolen. Whoever has the key and the raw files can ask.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from ingest.adapters import open_cin_census, open_csc_api, open_ssda903
from ingest.adapters.annex_a.lists import open_lists
from ingest.adapters.base import Notes
from ingest.contracts.dates import last_day_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.archives import Stream, received
from ingest.discovery.file_reader import RejectedFileError, read_table
from ingest.discovery.formats import HEAD_BYTES, recognise
from ingest.discovery.raw_folder import RawFolder
from ingest.discovery.returns import sort_files
from ingest.privacy.pseudonyms import Pseudonymiser, Pseudonyms


@dataclass(frozen=True)
class Revealed:
    """What a pseudonym stands for: what kind of id it is of, and the id as the authority sent it."""

    identifies: str
    said: str


def reveal(
    found: RawFolder, la_code: str, pseudonyms: Pseudonyms, wanted: Collection[str]
) -> dict[str, Revealed]:
    """The ids behind these pseudonyms, where an authority's raw files still hold them; newest month first."""
    door = _Watched(pseudonyms, la_code, frozenset(wanted))
    of_authority = replace(
        found,
        files=tuple(f for f in found.files if f.la_code == la_code),
        others=tuple(other for other in found.others if other[1] == la_code),
    )
    found = sort_files(of_authority, {})
    for month in reversed(found.months):
        for _ in _through_the_door(found, month, la_code, door):
            if len(door.met) == len(door.wanted):
                return door.met
    return door.met


@dataclass(frozen=True)
class _Watched(Pseudonymiser):
    """A door that looks for some pseudonyms among all that go through it."""

    wanted: frozenset[str] = frozenset()
    met: dict[str, Revealed] = field(default_factory=dict)

    def through(self, table: pa.Table, identifies: dict[str, str]) -> pa.Table:
        sought = pa.array(sorted(self.wanted), pa.string())
        for name, what in identifies.items():
            if name in table.column_names:
                said = pc.unique(table.column(name))
                made = self.pseudonyms.of(self.la_code, what, said)
                is_wanted = pc.is_in(made, sought)
                for pseudonym, of in zip(
                    *(a.filter(is_wanted).to_pylist() for a in (made, said)), strict=True
                ):
                    self.met[pseudonym] = Revealed(what, of.strip())
        return super().through(table, identifies)


def _through_the_door(found: RawFolder, month: str, la_code: str, door: _Watched) -> Iterator[None]:
    for file in found.files:
        if (file.reporting_month, file.la_code) == (month, la_code):
            fmt = submitted_formats()[file.return_name]
            try:
                table = read_table(received(file)[0], file.suffix, fmt.match_headers)
            except RejectedFileError:
                continue
            columns = fmt.match_headers(table.headers).columns
            held = {name: table.cells.column(columns[name]) for name in fmt.identifiers if name in columns}
            if held:
                door.through(pa.table(held), fmt.identifiers)
            yield
    sets: dict[str, bytes] = {}
    payloads: dict[str, tuple[str, bytes | Stream]] = {}
    for file_month, authority, other in found.others:
        if (file_month, authority) == (month, la_code):
            try:
                form = recognise(other.name, Stream(other).head(HEAD_BYTES))
                if form == "csc_api":
                    payloads[other.file] = other.name, Stream(other)
                    continue
                data = received(other)[0]
                match form:
                    case "annex_a":
                        open_lists(data, Notes(), door)
                    case "cin_census":
                        open_cin_census(data, door)
                    case "ssda903":
                        sets[other.file] = data
            except RejectedFileError:
                continue
            yield
    if sets:
        with suppress(RejectedFileError):
            open_ssda903(sets, None, door)
        yield
    if payloads:
        with suppress(RejectedFileError):
            open_csc_api(payloads, last_day_of(month), door)
        yield
