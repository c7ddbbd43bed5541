"""Ids become keyed pseudonyms at the door; the key itself never comes in.

A pseudonym is AES-CMAC(key, domain || id), 128 bits: as text in hexadecimal, as landed a UUID. The domain is
the authority and what the id identifies, as the first 128 bits of a SHA-256, so that one number used for a
child and for a worker, or in two authorities, tells nothing. Without the key an id can be
neither read nor tried: a plain hash of six digits is undone in a second, with or without a salt.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.cell_types import UNREAD, ids_as_said
from ingest.privacy.aes_cmac import BLOCK, Blocks, Mac, bytes_of

DIGITS = 2 * BLOCK  # of a pseudonym, in hexadecimal
PSEUDONYM = re.compile(rf"\b[0-9a-f]{{{DIGITS}}}\b")
# what each byte spells in hexadecimal, as a number of two bytes; and back again
SPELLED = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint16)
BYTE_OF = np.zeros(1 << 16, np.uint8)
BYTE_OF[SPELLED] = np.arange(256)
NO_AUTHORITY = "-"


@dataclass(frozen=True)
class Pseudonyms:
    """What one key makes of ids. `key_id` tells keys apart and gives nothing of the key away."""

    key_id: str
    _keys: tuple[bytes, ...] = field(repr=False)  # the first makes pseudonyms; each later one makes them anew

    def of(self, la_code: str, identifies: str, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """The pseudonyms of ids of one authority, as text; null where there is no id.

        A damaged id is UNREAD, as it is in a return: made a pseudonym it would pass for a child's.
        """
        said = ids_as_said(ids)
        plain = said.combine_chunks() if isinstance(said, pa.ChunkedArray) else said
        is_unread = pc.fill_null(pc.equal(plain, UNREAD), False)
        whole = pc.if_else(is_unread, pa.scalar(None, pa.string()), plain)
        made = as_text(self.landed([la_code], np.zeros(len(whole), np.int8), identifies, whole))
        return pc.if_else(is_unread, pa.scalar(UNREAD), made)

    def landed(
        self,
        la_codes: Sequence[str],
        whose: npt.NDArray[np.integer],
        identifies: str,
        said: pa.Array | pa.ChunkedArray,
    ) -> pa.Array:
        """The same as they land, of ids that were read already; `whose` says which authority's each is."""
        plain = said.combine_chunks() if isinstance(said, pa.ChunkedArray) else said
        held = np.flatnonzero(plain.is_valid()) if plain.null_count else slice(None)
        heads = np.concatenate([_head(f"{la_code}/{identifies}") for la_code in la_codes])
        packed = np.zeros((len(plain), BLOCK), np.uint8)
        packed[held] = _anew(
            Mac(self._keys[0]).of_text(heads, whose[held], plain.drop_null()), self._keys[1:]
        )
        return _as_uuid(pc.if_else(plain.is_valid(), _binary(packed), None))

    def pseudonymise_derived(self, text: pa.Array) -> pa.Array:
        """How ids land that are pseudonyms already, or text that is made of them and of days."""
        is_one = pc.match_substring_regex(text, f"^{PSEUDONYM.pattern}$")
        of_domain = np.zeros(len(text), np.int8)
        made = self.landed([NO_AUTHORITY], of_domain, "made of pseudonyms", pc.if_else(is_one, None, text))
        return _as_uuid(pc.coalesce(_packed(pc.if_else(is_one, text, None)), made.storage))

    def moved_on(self, old: "Pseudonyms", text: pa.Array) -> pa.Array:
        """Text made with `old`, whose key this one goes on from, with every pseudonym in it made anew."""
        said = text.to_pylist()
        found = list(dict.fromkeys(p for t in said if t for p in PSEUDONYM.findall(t)))
        packed = np.frombuffer(bytes.fromhex("".join(found)), np.uint8).reshape(-1, BLOCK)
        made = as_text(_as_uuid(_binary(_anew(packed, self._keys[len(old._keys) :])))).to_pylist()
        anew = dict(zip(found, made, strict=True))
        return pa.array([t and PSEUDONYM.sub(lambda of: anew[of.group()], t) for t in said], pa.string())

    def landed_rotated(self, old: "Pseudonyms", landed: pa.Array, made: pa.Table) -> pa.Array:
        """Landed pseudonyms made anew. What was made of text with pseudonyms in it is made of the new ones
        now: `made` has what it landed as `before` and `after`."""
        anew = _binary(_anew(_blocks(landed), self._keys[len(old._keys) :]))
        before, after = (made.column(name).combine_chunks().storage for name in ("before", "after"))
        looked_up = after.take(pc.index_in(landed.storage, before))
        return _as_uuid(pc.if_else(landed.is_valid(), pc.coalesce(looked_up, anew), None))

    def derives_from(self, old: "Pseudonyms") -> bool:
        """Whether this key is the old one with a further one after it."""
        return len(self._keys) == len(old._keys) + 1 and self._keys[:-1] == old._keys

    def at(self, la_code: str) -> "Pseudonymiser":
        """The same, for the ids of one authority."""
        return Pseudonymiser(self, la_code)


@dataclass(frozen=True)
class Pseudonymiser:
    """The pseudonyms of one authority: what the front ends take ids through as soon as they are read."""

    pseudonyms: Pseudonyms
    la_code: str

    def through(self, table: pa.Table, identifies: dict[str, str]) -> pa.Table:
        """The table with ids made pseudonyms; `identifies` names their columns and what they are of."""
        for name, what in identifies.items():
            if name in table.column_names:
                made = self.pseudonyms.of(self.la_code, what, table.column(name))
                table = table.set_column(table.column_names.index(name), name, made)
        return table


def as_text(landed: pa.Array) -> pa.Array:
    """Landed pseudonyms as their digits."""
    ends = np.arange(len(landed) + 1, dtype=np.int32) * DIGITS
    digits = pa.Array.from_buffers(
        pa.string(), len(landed), [None, pa.py_buffer(ends), pa.py_buffer(SPELLED[_blocks(landed)])]
    )
    return pc.if_else(landed.is_valid(), digits, None)


def _packed(text: pa.Array) -> pa.Array:
    """Pseudonyms as text, in bytes."""
    digits = bytes_of(pc.fill_null(text, "0" * DIGITS), DIGITS)
    return pc.if_else(text.is_valid(), _binary(BYTE_OF[digits.view(np.uint16)]), None)


def _blocks(landed: pa.Array) -> Blocks:
    held = pc.fill_null(landed.storage, bytes(BLOCK))
    every = np.frombuffer(held.buffers()[1], np.uint8).reshape(-1, BLOCK)
    return every[held.offset : held.offset + len(held)]


def _binary(packed: Blocks) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(BLOCK), len(packed), [None, pa.py_buffer(packed)])


def _as_uuid(packed: pa.Array) -> pa.Array:
    return pa.ExtensionArray.from_storage(pa.uuid(), packed)


def _head(domain: str) -> Blocks:
    return np.frombuffer(hashlib.sha256(domain.encode()).digest()[:BLOCK], np.uint8).reshape(1, BLOCK)


def _anew(pseudonyms: Blocks, later: tuple[bytes, ...]) -> Blocks:
    return reduce(
        lambda made, key: Mac(key).of_blocks(_head(f"{NO_AUTHORITY}/anew"), made), later, pseudonyms
    )
