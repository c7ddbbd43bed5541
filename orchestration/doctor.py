"""Whether this machine is ready: one check a thing that a refresh, or what runs by itself, leans on."""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.version import Version

from ingest import __version__, posix
from ingest.contracts.limits import InvalidLimitsError, limits
from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.settings import FILE, InvalidSettingsError, Settings, current, find_settings
from ingest.discovery import raw_folder
from ingest.ledger import Ledger, NewerLedgerError
from ingest.paths import DBT_PROJECT, PRIVATE_MODE
from ingest.privacy.key_file import InvalidKeyError, key_file, pseudonyms_for
from orchestration.alerts.channels import NotSentError, greet, secret
from orchestration.runtime.error_messages import check_memory
from orchestration.runtime.lock import LockHeldError, refresh_lock

GIB = 1024**3
LEAST_DISK = 2 * GIB
TIMES_RAW = 3  # records, warehouse and a release, each about as large as what came
SECONDS_APART = 60  # between the clock of the machine and that of a share
LOCK = DBT_PROJECT.parent / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at: passed, failed or not run, why, and what mends it."""

    name: str
    state: str
    sentence: str
    fix: str = ""


class NotReadyError(Exception):
    """A check has failed: what is wrong, and what mends it."""

    def __init__(self, sentence: str, fix: str) -> None:
        super().__init__(sentence)
        self.fix = fix


class NotRunError(Exception):
    """There is nothing to check yet; the message says why."""


def examine(key: Path | None = None) -> list[Checked]:
    """Every check, in the order in which one would mend things."""
    try:
        path, settings = find_settings(), current()
    except InvalidSettingsError as refused:
        first = Checked("settings", "failed", str(refused), f"mend the line in {FILE}")
        others = [Checked(name, "not run", "the settings cannot be followed") for name in CHECKS]
        return [first, *others]
    if path:
        first = Checked("settings", "passed", str(path))
    else:
        first = Checked("settings", "not run", f"there is no {FILE} here; `line-of-sight init` writes one")
    return [first, *(_run(name, check, settings, key) for name, check in CHECKS.items())]


def _run(name: str, check: Callable[..., str], settings: Settings, key: Path | None) -> Checked:
    try:
        return Checked(name, "passed", check(settings, key))
    except NotRunError as why:
        return Checked(name, "not run", str(why))
    except NotReadyError as wrong:
        return Checked(name, "failed", str(wrong), wrong.fix)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        return Checked(name, "failed", f"{error.strerror or type(error).__name__}{place}", "mend that place")


def _folders(settings: Settings, _: Path | None) -> str:
    places = settings.places
    for place in (places.raw, places.reference):
        if not place.is_dir():
            raise NotReadyError(f"there is no folder {place}", f"make it, or name another in {FILE}: folders")
        if not os.access(place, os.R_OK | os.X_OK):
            raise NotReadyError(f"{place} cannot be read", "give whoever refreshes the right to read it")
    for place in (places.release, places.restricted):
        there = _nearest(place)
        if not os.access(there, os.W_OK | os.X_OK):
            raise NotReadyError(f"{there} cannot be written to", "give whoever refreshes the right to")
    return f"{places.raw} and {places.reference} are read, {places.release} and {places.restricted} written"


def _councils(settings: Settings, _: Path | None) -> str:
    if settings.authority is None:
        raise NotRunError(f"{FILE} names no authority: every council's folder is read")
    if not settings.places.raw.is_dir():
        raise NotRunError("there is no raw folder yet")
    found = {la_code for _, la_code in raw_folder.look(settings.places.raw).folders}
    if others := sorted(found - {settings.authority}):
        raise NotReadyError(
            f"raw holds folders of {', '.join(others)} beside those of {settings.authority}",
            f"give each council its own folders and {FILE}, or say region in place of authority",
        )
    return f"every folder of raw is of {settings.authority}"


def _permissions(settings: Settings, _: Path | None) -> str:
    restricted = settings.places.restricted
    if not restricted.exists():
        raise NotRunError("the restricted zone is made by the first refresh, closed to other users")
    mode = posix.mode_of(restricted)
    if mode & ~PRIVATE_MODE:
        raise NotReadyError(
            f"{restricted} is open to other users ({mode:04o})", f"chmod {PRIVATE_MODE:o} {restricted}"
        )
    return f"{restricted} is closed to other users"


def _key(settings: Settings, named: Path | None) -> str:
    try:
        made = pseudonyms_for(settings.places.key_id, named)
    except InvalidKeyError as wrong:
        sentence, _, fix = str(wrong).partition("; ")
        raise NotReadyError(sentence, fix or "draw one with `line-of-sight key new`") from None
    return f"{key_file(named)} holds key {made.key_id}"


def _disk(settings: Settings, _: Path | None) -> str:
    places = settings.places
    size = 0
    if places.raw.is_dir():
        size = sum(path.stat().st_size for path in places.raw.rglob("*") if path.is_file())
    needed = max(LEAST_DISK, TIMES_RAW * size)
    for place in (places.release, places.restricted):
        free = shutil.disk_usage(_nearest(place)).free
        if free < needed:
            raise NotReadyError(
                f"{place} has {free / GIB:.1f} GiB free, and a refresh may need {needed / GIB:.1f}",
                "make room, or name another disk in folders",
            )
    return f"{free / GIB:.1f} GiB free"


def _memory(_settings: Settings, _: Path | None) -> str:
    try:
        check_memory()
    except MemoryError:
        raise NotReadyError("this process may use too little memory", "lift the limit: ulimit -v") from None
    return "no limit stands in the way"


def _clock(settings: Settings, _: Path | None) -> str:
    places = settings.places
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        raise NotReadyError("the machine has no time zones", "install tzdata") from None
    newest = None
    if places.ledger.exists():
        with suppress(NewerLedgerError), closing(Ledger(places.ledger)) as ledger:
            newest = ledger.last_refresh()
    now = datetime.now(UTC)
    if newest and datetime.fromisoformat(str(newest["at"])) > now:
        raise NotReadyError(
            f"the clock says {now:%Y-%m-%d %H:%M}, before the last refresh at {newest['at']}",
            "set the clock, and keep it by NTP",
        )
    with tempfile.NamedTemporaryFile(dir=_nearest(places.restricted)) as file:
        apart = abs(Path(file.name).stat().st_mtime - time.time())
    if apart > SECONDS_APART:
        raise NotReadyError(
            f"the disk of {places.restricted} is {apart:.0f} seconds from this machine's clock",
            "keep both by NTP: whether a file is still is told by them",
        )
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _versions(settings: Settings, _: Path | None) -> str:
    if sys.version_info[:2] != (3, 11):
        raise NotReadyError(f"this is Python {sys.version.split()[0]}", "run it with 3.11: make install")
    if not LOCK.exists():
        raise NotRunError("there is no requirements.lock beside the code to compare with")
    pinned = dict(PINNED.findall(LOCK.read_text(encoding="utf-8")))
    other = [f"{name} {has} (locked: {want})" for name, has, want in _differing(pinned)]
    if other:
        raise NotReadyError(f"not as locked: {', '.join(other[:3])}", "install what is locked: make install")
    if settings.places.ledger.exists():
        try:
            Ledger(settings.places.ledger).close()
        except NewerLedgerError as newer:
            raise NotReadyError(str(newer), "install the version that wrote it") from None
    return f"Line of Sight {__version__}, Python {sys.version.split()[0]}, packages as locked"


def _differing(pinned: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, want in pinned.items():
        try:
            has = version(name)
        except PackageNotFoundError:
            continue  # of the tests, or of another system
        if Version(has) != Version(want):
            yield name, has, want


def _policy(settings: Settings, _: Path | None) -> str:
    try:
        read_policies(settings.places.reference)
        limits()
    except (InvalidPolicyError, InvalidLimitsError) as wrong:
        raise NotReadyError(str(wrong), "mend that line") from None
    return "what a month waits for, and what a file may hold, can be followed"


def _lock(settings: Settings, _: Path | None) -> str:
    if not settings.places.lock.exists():
        raise NotRunError("nothing has been refreshed yet")
    try:
        with refresh_lock(settings.places):
            return "no refresh is running"
    except LockHeldError:
        raise NotRunError("a refresh is running, and holds the lock; that is well") from None


def _postgres(settings: Settings, _: Path | None) -> str:
    if not settings.postgres.address:
        raise NotRunError("the settings name no server")
    import psycopg

    try:
        psycopg.connect(settings.postgres.address, connect_timeout=5).close()
    except psycopg.Error as error:
        raise NotReadyError(
            f"{settings.postgres.address} does not let us in ({type(error).__name__})",
            "look at the address, at ~/.pgpass or PGPASSWORD, and whether the server is up",
        ) from None
    return f"{settings.postgres.address} answers"


def _mail(settings: Settings, _: Path | None) -> str:
    asked = settings.alerts
    if not asked.recipients:
        raise NotRunError("the settings name nobody to tell")
    try:
        for one in asked.recipients:
            if one.url_variable:
                secret(one.url_variable, one.name)
        if any(one.by == "email" for one in asked.recipients):
            return greet(asked.mail)
    except NotSentError as wrong:
        raise NotReadyError(
            str(wrong), f"see alerts in {FILE}; `line-of-sight alert --try` sends one"
        ) from None
    return f"{len(asked.recipients)} recipients"


def _nearest(place: Path) -> Path:
    """The place, or the nearest folder above that is there."""
    return next(one for one in (place, *place.parents) if one.exists())


CHECKS: dict[str, Callable[[Settings, Path | None], str]] = {
    "folders": _folders,
    "councils": _councils,
    "permissions": _permissions,
    "key": _key,
    "disk": _disk,
    "memory": _memory,
    "clock": _clock,
    "versions": _versions,
    "month end": _policy,
    "lock": _lock,
    "postgres": _postgres,
    "alerts": _mail,
}
