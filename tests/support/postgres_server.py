"""A real PostgreSQL server of its own, from the packages of the machine, for as long as a test needs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NONE_HERE = "there is no PostgreSQL server here; `apt-get install postgresql`"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest version where there are several; None without any."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    on_path = shutil.which("initdb")
    found = packaged[-1] if packaged else Path(on_path) if on_path else None
    return found.parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server that listens on a socket in a folder of its own; yields its address. Ends with it."""
    bin_folder = programs()
    assert bin_folder, NONE_HERE
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data = folder / "data"
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to be run by root
        shutil.chown(folder, "postgres", "postgres")
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    options = f"-c listen_addresses= -k {folder} -c fsync=off"

    def run(program: str, *words: str) -> None:
        command = [str(bin_folder / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=180, **as_user)

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
