"""Ids become keyed pseudonyms at the door; the key itself never comes in.

A pseudonym is HMAC-SHA256(key, domain || 0x00 || id), its first 128 bits in hexadecimal; of the key, its 64
digits in lower case are what is hashed. The domain is the authority and what the id identifies, so that one
number used for a child and for a worker, or in two authorities, tells nothing. Without the key an id can be
neither read nor tried: a plain hash of six digits is undone in a second, with or without a salt.
"""

import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingest.conform import as_said

KEY_FILE = "LINE_OF_SIGHT_KEY_FILE"  # names the file: the key is never in the environment
KEY_BYTES = 32
MOST_KEY_BYTES = 65 * 50  # a file of fifty keys, each going on from the one before
LOOKED_AT = 1000  # cells of a column, to see whether its ids repeat
KEPT_DIGITS = 32  # of the HMAC, in hexadecimal: 128 bits
FEWEST_DIFFERENT = 16  # bytes of a key: fewer are a hundred million times likelier typed than drawn
PRINTABLE = frozenset(range(32, 127))
PSEUDONYM = re.compile(rf"\b[0-9a-f]{{{KEPT_DIGITS}}}\b")
MAKE_ONE = "make one with `line-of-sight key new`"


class KeyRefused(Exception):
    """There is no key that may be used. The message says why and what to type; it never quotes the key."""


@dataclass(frozen=True)
class Pseudonyms:
    """What one key makes of ids. `key_id` tells keys apart and gives nothing of the key away."""

    key_id: str
    _keys: tuple[bytes, ...] = field(repr=False)  # the first makes pseudonyms; each later one makes them anew

    def of(self, la_code: str | pa.Array, identifies: str, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """The pseudonyms of ids of one authority, or of one for each; null where there is no id."""
        domain = pc.binary_join_element_wise(la_code, identifies, "/")
        return _anew(_hmac(self._keys[0], domain, as_said(ids.cast(pa.string()))), self._keys[1:])

    def moved_on(self, old: "Pseudonyms", column: pa.ChunkedArray) -> pa.Array:
        """A column made with `old`, whose key this one goes on from, with every pseudonym in it made anew."""
        spelled = column.combine_chunks().dictionary_encode()
        said = spelled.dictionary.to_pylist()
        found = list(dict.fromkeys(p for text in said if text for p in PSEUDONYM.findall(text)))
        later = self._keys[len(old._keys) :]
        anew = dict(zip(found, _anew(pa.array(found, pa.string()), later).to_pylist(), strict=True))
        moved = [text and PSEUDONYM.sub(lambda of: anew[of.group()], text) for text in said]
        return pa.array(moved, pa.string()).take(spelled.indices)

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


def _hmac(key: bytes, domain: pa.Scalar | pa.Array, said: pa.Array | pa.ChunkedArray) -> pa.Array:
    plain = said.combine_chunks() if isinstance(said, pa.ChunkedArray) else said
    message = pc.binary_join_element_wise(domain, plain, "\x00")
    if len(pc.unique(message[:LOOKED_AT])) > LOOKED_AT / 2:
        return _hashed(key, message)
    repeated = message.dictionary_encode()  # a worker is hashed once, and not once for each case
    return _hashed(key, repeated.dictionary).take(repeated.indices)


def _hashed(key: bytes, message: pa.Array) -> pa.Array:
    import polars as pl  # here, or every command waits a fifth of a second for it
    import polars_hash as plh

    digits = plh.col("message").chash.hmac_sha256(key=key.hex()).str.slice(0, KEPT_DIGITS)
    hashed = pl.DataFrame({"message": pl.from_arrow(message)}).select(digits).to_series()
    return hashed.to_arrow().cast(pa.string())


def _anew(pseudonyms: pa.Array, later: tuple[bytes, ...]) -> pa.Array:
    for key in later:
        pseudonyms = _hmac(key, pa.scalar("anew"), pseudonyms)
    return pseudonyms


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
