"""Ids become keyed pseudonyms at the door; the key itself never comes in.

A pseudonym is AES-CMAC(key, domain || id), 128 bits: as text in hexadecimal, as landed a UUID. The domain is
the authority and what the id identifies, as the first 128 bits of a SHA-256, so that one number used for a
child and for a worker, or in two authorities, tells nothing. Without the key an id can be
neither read nor tried: a plain hash of six digits is undone in a second, with or without a salt.
"""

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest.cmac import BLOCK, Blocks, Mac, bytes_of
from ingest.conform import as_said

KEY_FILE = "LINE_OF_SIGHT_KEY_FILE"  # names the file: the key is never in the environment
KEY_BYTES = 32
MOST_KEY_BYTES = 65 * 50  # a file of fifty keys, each going on from the one before
DIGITS = 2 * BLOCK  # of a pseudonym, in hexadecimal
FEWEST_DIFFERENT = 16  # bytes of a key: fewer are a hundred million times likelier typed than drawn
PRINTABLE = frozenset(range(32, 127))
PSEUDONYM = re.compile(rf"\b[0-9a-f]{{{DIGITS}}}\b")
# what each byte spells in hexadecimal, as a number of two bytes; and back again
SPELLED = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint16)
BYTE_OF = np.zeros(1 << 16, np.uint8)
BYTE_OF[SPELLED] = np.arange(256)
NO_AUTHORITY = "-"
MAKE_ONE = "make one with `line-of-sight key new`"


class KeyRefused(Exception):
    """There is no key that may be used. The message says why and what to type; it never quotes the key."""


@dataclass(frozen=True)
class Pseudonyms:
    """What one key makes of ids. `key_id` tells keys apart and gives nothing of the key away."""

    key_id: str
    _keys: tuple[bytes, ...] = field(repr=False)  # the first makes pseudonyms; each later one makes them anew

    def of(self, la_code: str, identifies: str, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """The pseudonyms of ids of one authority, as text; null where there is no id."""
        said = as_said(ids.cast(pa.string()))
        return as_text(self.landed([la_code], np.zeros(len(said), np.int8), identifies, said))

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

    def landed_of_made(self, text: pa.Array) -> pa.Array:
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

    def landed_moved_on(self, old: "Pseudonyms", landed: pa.Array, made: pa.Table) -> pa.Array:
        """Landed pseudonyms made anew. What was made of text with pseudonyms in it is made of the new ones
        now: `made` has what it landed as `before` and `after`."""
        anew = _binary(_anew(_blocks(landed), self._keys[len(old._keys) :]))
        before, after = (made.column(name).combine_chunks().storage for name in ("before", "after"))
        looked_up = after.take(pc.index_in(landed.storage, before))
        return _as_uuid(pc.if_else(landed.is_valid(), pc.coalesce(looked_up, anew), None))

    def goes_on_from(self, old: "Pseudonyms") -> bool:
        """Whether this key is the old one with a further one after it."""
        return len(self._keys) == len(old._keys) + 1 and self._keys[:-1] == old._keys

    def at(self, la_code: str) -> "Door":
        """The same, for the ids of one authority."""
        return Door(self, la_code)


@dataclass(frozen=True)
class Door:
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


def pseudonyms_for(records_key_id: Path, named: Path | None = None) -> Pseudonyms:
    """The pseudonyms of the key, if it is the one that the records were landed with.

    Records under two keys would never join, so that a child counts twice and none of it shows.
    Raises KeyRefused; writes nothing then.
    """
    path = key_file(named)
    pseudonyms = read_key(path)
    if not records_key_id.exists():
        return pseudonyms
    landed_with = records_key_id.read_text(encoding="ascii").strip()
    if landed_with != pseudonyms.key_id:
        raise KeyRefused(
            f"the records were landed with the key {landed_with}, and {path} holds {pseudonyms.key_id}; "
            "give that key with --key, or move the records to the new one with `line-of-sight key rotate`"
        )
    return pseudonyms


def note_key(records_key_id: Path, pseudonyms: Pseudonyms) -> None:
    """Set down which key the records are landed with."""
    if not records_key_id.exists():
        records_key_id.write_text(pseudonyms.key_id + "\n", encoding="ascii")


def key_file(named: Path | None = None) -> Path:
    """Where the key is: as named, else as LINE_OF_SIGHT_KEY_FILE says, else the user's own."""
    if named or os.environ.get(KEY_FILE):
        return Path(named or os.environ[KEY_FILE]).absolute()
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return (home / "line-of-sight" / "key").absolute()


def new_key(path: Path, goes_on_from: Path | None = None) -> Pseudonyms:
    """Draw a key and write it where only its owner can read it. Raises KeyRefused where there is one.

    One that goes on from another holds that too: pseudonyms of the old are made anew with the new, so that
    whoever has the old key alone can no longer try ids.
    """
    if goes_on_from:
        read_key(goes_on_from)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400)
    except FileExistsError:
        raise KeyRefused(
            f"there is a key at {path} already; what was landed with it can be read with no other"
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        if goes_on_from:
            file.write(goes_on_from.read_text(encoding="ascii").strip() + "\n")
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return read_key(path)


def read_key(path: Path) -> Pseudonyms:
    """The pseudonyms of the key at a path. Raises KeyRefused where it is missing, open to others or weak."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyRefused(
            f"there is no key at {path}; {MAKE_ONE}, or say where it is with --key or {KEY_FILE}"
        ) from None
    except OSError as error:
        raise KeyRefused(f"the key at {path} cannot be opened ({os.strerror(error.errno or 0)})") from None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise KeyRefused(f"the key at {path} is not a plain file")
        if about.st_mode & 0o077:
            raise KeyRefused(f"the key at {path} is open to other users; close it with `chmod 400 {path}`")
        if about.st_uid not in (os.geteuid(), 0):
            raise KeyRefused(f"the key at {path} belongs to another user; {MAKE_ONE} for your own")
        said = file.read(MOST_KEY_BYTES).strip().splitlines()
    if not said or not all(re.fullmatch(rb"[0-9a-fA-F]{64}", line) for line in said):
        raise KeyRefused(
            f"the key at {path} is not 64 hexadecimal digits (256 bits); {MAKE_ONE} in another place"
        )
    keys = tuple(bytes.fromhex(line.decode("ascii")) for line in said)
    if any(_looks_typed(key) for key in keys):
        raise KeyRefused(
            f"the key at {path} was typed or is an example, not drawn at random; {MAKE_ONE} in another place"
        )
    # a hash under a label of its own: it is printed in manifests and undoes nothing
    key_id = hashlib.sha256(b"line-of-sight key id\x00" + b"".join(keys)).hexdigest()[:16]
    return Pseudonyms(key_id, keys)


def _looks_typed(key: bytes) -> bool:
    steps = {(b - a) % 256 for a, b in zip(key, key[1:], strict=False)}
    return min(len(set(key)), len(steps)) < FEWEST_DIFFERENT or PRINTABLE.issuperset(key)
