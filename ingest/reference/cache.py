"""A published file is parsed once: what was read of it is kept by the hash of its bytes.

The parser is part of the key: what an older one read is read again. What has left reference/ is cleared.
"""

import hashlib
import json
import shutil
from collections.abc import Collection
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.contracts.findings import Finding
from ingest.files import new_file
from ingest.reference.own_files import declared_files
from ingest.reference.parsed import KINDS, Parsed

ABOUT = b"line_of_sight"


class ParsedFiles:
    """Parsed files in a folder, one Parquet file each, named by the SHA-256 of what was parsed.

    The suffix is a part of the name, as it says how the bytes were read.
    """

    def __init__(self, folder: Path) -> None:
        self._home = folder
        self._folder = folder / _parser()
        self._folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str, suffix: str) -> Path:
        """Where the rows of a parsed file lie."""
        return self._folder / f"{sha256}{suffix.lower()}.parquet"

    def get(self, path: Path) -> Parsed | None:
        """What was read of the file, without its rows; None where it was not parsed yet or did not keep."""
        try:
            said = json.loads(pq.read_schema(path).metadata[ABOUT])
        except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError):
            return None
        return Parsed(**said | {"findings": tuple(Finding(**finding) for finding in said["findings"])})

    def put(self, path: Path, parsed: Parsed) -> Parsed:
        """Keep a parsed file whole or not at all; returns it without its rows."""
        about = replace(parsed, rows=None)
        rows = parsed.rows if parsed.rows is not None else KINDS[parsed.kind].empty_table()
        # cells of one column lie together, so that reading a few columns passes over the rest
        if "column_name" in rows.column_names:
            rows = rows.sort_by("column_name")
        rows = rows.replace_schema_metadata({ABOUT: json.dumps(asdict(about))})
        with new_file(path) as aside:
            pq.write_table(rows, aside, compression="zstd", row_group_size=50_000)
        return about

    def keep_only(self, wanted: Collection[Path]) -> None:
        """Clear what an earlier reference folder or an earlier parser left."""
        for folder in self._home.iterdir():
            if folder != self._folder:
                shutil.rmtree(folder, ignore_errors=True)
        for path in self._folder.iterdir():
            if path not in wanted:
                path.unlink()


@cache
def _parser() -> str:
    """A digest of the code that parses, and of the formats that a published file may be taken for."""
    here = Path(__file__).parent
    modules = [*sorted(here.glob("*.py")), *(here.parent / "discovery").glob("*.py")]
    formats = (fmt.digest.encode() for fmt in declared_files().values())
    parts = [*(path.read_bytes() for path in modules), *formats]
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()[:16]
