"""The key: where it lies, how one is made, what keeps one from being used. It is never in the environment."""

import hashlib
import os
import re
import secrets
from pathlib import Path

from ingest import posix
from ingest.contracts import settings
from ingest.privacy.pseudonyms import Pseudonyms

KEY_FILE = "LINE_OF_SIGHT_KEY_FILE"  # names the file
KEY_BYTES = 32
MOST_KEY_BYTES = 65 * 50  # a file of fifty keys, each going on from the one before
FEWEST_DIFFERENT = 16  # bytes of a key: fewer are a hundred million times likelier typed than drawn
PRINTABLE = frozenset(range(32, 127))
MAKE_ONE = "make one with `line-of-sight key new`"


class InvalidKeyError(Exception):
    """There is no key that may be used. The message says why and what to type; it never quotes the key."""


def pseudonyms_for(records_key_id: Path, named: Path | None = None) -> Pseudonyms:
    """The pseudonyms of the key, if it is the one that the records were landed with.

    Records under two keys would never join, so that a child counts twice and none of it shows.
    Raises InvalidKeyError; writes nothing then.
    """
    path = key_file(named)
    pseudonyms = read_key(path)
    if not records_key_id.exists():
        return pseudonyms
    landed_with = records_key_id.read_text(encoding="ascii").strip()
    if landed_with != pseudonyms.key_id:
        raise InvalidKeyError(
            f"the records were landed with the key {landed_with}, and {path} holds {pseudonyms.key_id}; "
            "give that key with --key, or move the records to the new one with `line-of-sight key rotate`"
        )
    return pseudonyms


def note_key(records_key_id: Path, pseudonyms: Pseudonyms) -> None:
    """Set down which key the records are landed with."""
    if not records_key_id.exists():
        records_key_id.write_text(pseudonyms.key_id + "\n", encoding="ascii")


def key_file(named: Path | None = None) -> Path:
    """Where the key is: as named, else as LINE_OF_SIGHT_KEY_FILE or the settings say, else the user's own.

    Raises InvalidSettingsError.
    """
    if named or os.environ.get(KEY_FILE):
        return Path(named or os.environ[KEY_FILE]).absolute()
    return settings.current().key_file or users_own()


def users_own() -> Path:
    """Where the key of this user is, where nothing says otherwise."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return (home / "line-of-sight" / "key").absolute()


def new_key(path: Path, derives_from: Path | None = None) -> Pseudonyms:
    """Draw a key and write it where only its owner can read it. Raises InvalidKeyError where there is one.

    One that goes on from another holds that too: pseudonyms of the old are made anew with the new, so that
    whoever has the old key alone can no longer try ids.
    """
    if derives_from:
        read_key(derives_from)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = posix.make_plain(path, 0o400)
    except FileExistsError:
        raise InvalidKeyError(
            f"there is a key at {path} already; what was landed with it can be read with no other"
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        if derives_from:
            file.write(derives_from.read_text(encoding="ascii").strip() + "\n")
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return read_key(path)


def read_key(path: Path) -> Pseudonyms:
    """The pseudonyms of the key at a path.

    Raises InvalidKeyError where it is missing, open to others or weak.
    """
    try:
        handle = posix.open_plain(path)
    except FileNotFoundError:
        raise InvalidKeyError(
            f"there is no key at {path}; {MAKE_ONE}, or say where it is with --key or {KEY_FILE}"
        ) from None
    except OSError as error:
        raise InvalidKeyError(
            f"the key at {path} cannot be opened ({os.strerror(error.errno or 0)})"
        ) from None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not posix.is_plain(about):
            raise InvalidKeyError(f"the key at {path} is not a plain file")
        if posix.is_open_to_others(about):
            raise InvalidKeyError(
                f"the key at {path} is open to other users; close it with `chmod 400 {path}`"
            )
        if posix.is_of_another(about):
            raise InvalidKeyError(f"the key at {path} belongs to another user; {MAKE_ONE} for your own")
        said = file.read(MOST_KEY_BYTES).strip().splitlines()
    if not said or not all(re.fullmatch(rb"[0-9a-fA-F]{64}", line) for line in said):
        raise InvalidKeyError(
            f"the key at {path} is not 64 hexadecimal digits (256 bits); {MAKE_ONE} in another place"
        )
    keys = tuple(bytes.fromhex(line.decode("ascii")) for line in said)
    if any(_looks_typed(key) for key in keys):
        raise InvalidKeyError(
            f"the key at {path} was typed or is an example, not drawn at random; {MAKE_ONE} in another place"
        )
    # a hash under a label of its own: it is printed in manifests and undoes nothing
    key_id = hashlib.sha256(b"line-of-sight key id\x00" + b"".join(keys)).hexdigest()[:16]
    return Pseudonyms(key_id, keys)


def _looks_typed(key: bytes) -> bool:
    steps = {(b - a) % 256 for a, b in zip(key, key[1:], strict=False)}
    return min(len(set(key)), len(steps)) < FEWEST_DIFFERENT or PRINTABLE.issuperset(key)
