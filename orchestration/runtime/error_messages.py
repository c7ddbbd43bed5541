"""What the machine could not do, in one plain line: what, where, and what to do. Quotes no error's text."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from ingest import file_errors as trouble
from ingest import posix
from ingest.paths import WarehousePaths

LEAST_MEMORY = 2 * 1024**3  # of addresses, which the smallest refresh takes more than
LITTLE = 1024**2  # bytes: less on a disk is none
TOO_LARGE = "a file may not grow as large as is needed (ulimit -f); lift it for {place} and refresh again"
FULL = "there is no room left on the disk: {place} has {free} MB free; make room and refresh again"
SHARE = "the disk or the network share that holds {place} gave an error; look at it and refresh again"
# The first that is found tells.
TROUBLES = (
    (trouble.TOO_LARGE_A_FILE, TOO_LARGE),
    (trouble.NO_ROOM, FULL),
    (trouble.NOT_WRITABLE, "{place} cannot be written to; mount it for writing and refresh again"),
    (
        trouble.NOT_ALLOWED,
        "{place} may not be written to; give whoever refreshes the right to, and refresh again",
    ),
    (
        trouble.NO_MEMORY,
        "the memory that a refresh may use ran out; close other programs or lift the limit (ulimit -v), "
        "and refresh again",
    ),
    (trouble.NO_ANSWER, SHARE),
)


class WordedError(Exception):
    """An error whose words are ours, or dbt's about its project: they quote no record."""


def check_memory() -> None:
    """Raises MemoryError under a limit so low that a library aborts, and nothing of ours is said."""
    most = posix.most_memory()
    if most is not None and most < LEAST_MEMORY:
        raise MemoryError


def diagnose(text: str) -> str | None:
    """The words, of those known here, by which a text tells what the machine could not do."""
    sign, _ = _trouble(text)
    return sign


def trouble_in(text: str, places: WarehousePaths) -> str | None:
    """What the machine could not do, where this text of an error tells of it."""
    _, sentence = _trouble(text)
    if sentence is None:
        return None
    place = min((places.restricted, places.release), key=_free)
    if sentence == SHARE:
        sentence = _behind_an_io_error(place)
    return sentence.format(place=place, free=_free(place) // 1024**2)


def _trouble(text: str) -> tuple[str | None, str | None]:
    """The first words of TROUBLES that a text has, and their sentence."""
    said = text.lower()
    known = ((word, sentence) for words, sentence in TROUBLES for word in words)
    return next((found for found in known if found[0] in said), (None, None))


def _behind_an_io_error(place: Path) -> str:
    """SQLite says "disk I/O error" of a file that may not grow and of a full disk as well."""
    if posix.is_file_size_limited():
        return TOO_LARGE
    return FULL if _free(place) < LITTLE else SHARE


def in_words(error: BaseException, places: WarehousePaths) -> str:
    """One line for an error that nobody foresaw: what the machine could not do, or the kind of error."""
    for one in _chain(error):
        # C code that is given no memory may fail without a word
        is_memory = isinstance(one, SystemError) and posix.most_memory() is not None
        kind = "MemoryError" if is_memory else type(one).__name__
        if found := trouble_in(f"{kind}: {one}", places):
            return found
        if isinstance(one, WordedError):
            return " ".join(str(one).split())
    return f"{type(error).__name__}, which nobody foresaw; see the runs of `line-of-sight ui` for where"


def _chain(error: BaseException) -> Iterator[BaseException]:
    step: BaseException | None = error
    while step is not None:
        yield step
        step = step.__cause__ or step.__context__


def _free(place: Path) -> int:
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
