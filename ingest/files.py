"""One way to write a file or a folder: aside, all of it on the disk, and then under its name in one step."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest import posix


@contextmanager
def new_file(target: Path, mode: int | None = None, over: bool = True) -> Iterator[Path]:
    """A path beside `target` to write at; what is there when the block ends takes the name, whole.

    With a mode none but those it admits can read it, at any time. With over=False nothing that has the name
    loses it: FileExistsError.
    """
    aside = target.with_name(f".{target.name}.aside")
    try:
        if mode is not None:
            aside.unlink(missing_ok=True)
            os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield aside
        posix.on_disk(aside)
        if over:
            aside.replace(target)
        else:
            posix.take_name(aside, target)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder of one's own beside `target` to write in; it takes the name when the block ends.

    What stood at `target` goes then. Where the block fails nothing of it is left, and `target` as it was.
    """
    aside = target.with_name(f".{target.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700, parents=True)
    try:
        yield aside
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
        posix.on_disk(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """The digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
