"""A zip of returns, opened in memory and within limits; none of it is written anywhere."""

import hashlib
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BufferedReader, BytesIO
from pathlib import PurePosixPath

from ingest.contracts import limits
from ingest.contracts.findings import RejectedFileError
from ingest.discovery.beside import passed_over
from ingest.discovery.containers import check_name, unpack
from ingest.discovery.file_reader import StillWrittenError, opened, read_bytes
from ingest.discovery.raw_folder import RawFile, UnmappedFile, is_as_seen, told_name
from ingest.discovery.workbooks import sheets_of

ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tar")


def received(file: RawFile | UnmappedFile) -> tuple[bytes, str]:
    """A file's bytes and their SHA-256, out of the zip or workbook that it came in, if in one.

    A sheet's bytes are its rows as separated text, and the SHA-256 is its workbook's.
    Raises RejectedFileError.
    """
    data, sha256 = _whole(file)
    return (sheets_of(data)[file.sheet - 1][1] if file.sheet else data), sha256


@dataclass(frozen=True)
class Stream:
    """A file as it was found, opened as often as it is read: no more of it is held than is asked for."""

    file: RawFile | UnmappedFile

    @contextmanager
    def open(self) -> Iterator[BufferedReader | BytesIO]:
        """Raises RejectedFileError, where it is no longer the file that was found too."""
        if self.file.member or self.file.sheet:  # unpacked, it is within the limits of what is held whole
            yield BytesIO(received(self.file)[0])
            return
        with opened(self.file.path, limits.limit("json", "bytes")) as stream:
            if not is_as_seen(self.file):
                raise StillWrittenError("it has changed since it was found; it is read again as it now is")
            yield stream

    def head(self, count: int) -> bytes:
        """Its first bytes. Raises RejectedFileError."""
        with self.open() as stream:
            return stream.read(count)

    def sha256(self) -> str:
        """Raises RejectedFileError."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def _whole(file: RawFile | UnmappedFile) -> tuple[bytes, str]:
    data, sha256 = read_bytes(file.path)
    if not file.member:
        return data, sha256
    [entry] = [one for one in _entries(data) if one.filename == file.member]
    part = unpack(data, entry)
    if len(part) != entry.file_size:
        raise RejectedFileError("a part of it is not of the size that it states")
    return part, hashlib.sha256(part).hexdigest()


def files_of(archive: UnmappedFile) -> Iterator[UnmappedFile]:
    """Each file in a zip, under the name of both; what lies beside is passed over.

    Raises RejectedFileError.
    """
    withheld = 0
    for entry in _entries(read_bytes(archive.path)[0]):
        name = PurePosixPath(entry.filename)
        if entry.is_dir() or any(passed_over(part) for part in name.parts):
            continue
        told = told_name(name.name)
        if told is None:
            withheld += 1
            told = f"withheld name {withheld}"
        yield replace(archive, file=f"{archive.file}/{told}", member=entry.filename)


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    """What the zip holds, if all of it may be unpacked. Raises RejectedFileError, which quotes no name."""
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError):
        raise RejectedFileError("it is a zip that breaks off or is damaged; send it again") from None
    unpacked = sum(entry.file_size for entry in entries)
    limits.check("archive", bytes=len(data), files=len(entries), unpacked_bytes=unpacked)
    if len({entry.filename for entry in entries}) < len(entries):
        raise RejectedFileError("it holds two files of one name")
    for entry in entries:
        check_name(entry.filename)
        if entry.flag_bits & 1:
            raise RejectedFileError("it is protected by a password; send it without one")
        if entry.filename.lower().endswith(ARCHIVES):
            raise RejectedFileError("it holds another archive; send the files by themselves")
        ratio = limits.limit("archive", "ratio")
        if entry.file_size > ratio * max(entry.compress_size, 1):
            raise RejectedFileError(f"a part of it unpacks to more than {ratio} times its size")
    return entries
