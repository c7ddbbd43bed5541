"""The ledger of publications: what each public pack showed and hid, and the exact figures behind. Restricted.

One Parquet file for a release, holding the figures that it changed: what a later pack may reveal depends on
all of them. A file counts only once its release is on record, so a killed refresh leaves nothing behind. Each
file names those before it by their SHA-256, and a release's manifest names its own: one that is missing or
changed is found, and no pack is made without it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.files import sha256_of

FIGURE = ["area_code", "indicator_id", "month", "breakdown"]
SAID = ["numerator", "denominator", "is_shown"]
VERSION = "1"
ABOUT_VERSION, ABOUT_EARLIER = b"public_ledger_version", b"public_ledger_earlier"


class IncompleteLedgerError(Exception):
    """Part of the ledger is missing, changed or of another version; the message says which, and the move."""


def sha256(file: Path) -> str:
    """The SHA-256 of one file of the ledger."""
    return sha256_of(file)


def owed(releases: Path, numbers: Iterable[int]) -> dict[int, str | None]:
    """The releases that had a public pack, with the SHA-256 of their part of the ledger where the manifest
    has it. `releases` is the folder of releases; one that was taken away owes nothing by itself."""
    found: dict[int, str | None] = {}
    for number in numbers:
        folder = releases / f"{number:06d}"
        if (folder / "public").is_dir():
            said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            found[number] = said.get("public_pack", {}).get("ledger_sha256")
    return found


def read(folder: Path, releases: Iterable[int], owed: Mapping[int, str | None] | None = None) -> pd.DataFrame:
    """Every change of a figure in these releases: release, the figure, numerator, denominator, is_shown.


    Raises IncompleteLedgerError where a release that had a public pack (`owed`), or one that a later file
    names, has no file here, or another than it had.
    """
    wanted = dict(owed or {})
    files = {number: folder / f"{number:06d}.parquet" for number in sorted(releases)}
    files = {number: file for number, file in files.items() if file.exists()}
    for number, file in files.items():
        about = _about(file, number)
        wanted |= {int(n): digest for n, digest in json.loads(about.get(ABOUT_EARLIER, b"{}")).items()}
    missing = sorted(number for number in wanted if number not in files)
    if missing:
        raise IncompleteLedgerError(
            f"the ledger of publications has nothing of release{'s' if len(missing) > 1 else ''} "
            f"{', '.join(map(str, missing))}, which had a public pack, so what was hidden then is not known; "
            f"restore {folder} from a backup"
        )
    for number, digest in wanted.items():
        if digest is not None and sha256(files[number]) != digest:
            raise IncompleteLedgerError(
                f"the ledger of publications is not as release {number} wrote it; "
                f"restore {files[number]} from a backup"
            )
    found = [pd.read_parquet(file) for file in files.values()]
    return pd.concat(found, ignore_index=True) if found else empty()


def _about(file: Path, number: int) -> dict[bytes, bytes]:
    try:
        about = pq.read_schema(file).metadata or {}
    except (OSError, pa.ArrowInvalid):
        raise IncompleteLedgerError(
            f"the ledger of publications cannot be read for release {number}; restore {file} from a backup"
        ) from None
    version = about.get(ABOUT_VERSION, VERSION.encode()).decode()
    if version != VERSION:
        raise IncompleteLedgerError(
            f"the ledger of publications is of version {version} for release {number}, and this code reads "
            f"version {VERSION}; run the code that wrote {file}"
        )
    return dict(about)


def empty() -> pd.DataFrame:
    """A ledger with nothing in it."""
    types = dict.fromkeys(["area_code", "indicator_id", "breakdown"], "str") | {"month": "int64"}
    types |= {"release": "int64", "numerator": "float64", "denominator": "float64", "is_shown": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=types[name]) for name in ["release", *FIGURE, *SAID]})


def changes(before: pd.DataFrame, now: pd.DataFrame, release: int) -> pd.DataFrame:
    """The figures of `now` that are new, or other than they last stood."""
    last = before.sort_values("release").drop_duplicates(FIGURE, keep="last")
    both = now[[*FIGURE, *SAID]].merge(last[[*FIGURE, *SAID]], on=FIGURE, how="left", suffixes=("", "_then"))
    same = both["is_shown"].eq(both["is_shown_then"])
    for name in ("numerator", "denominator"):
        same &= both[name].eq(both[f"{name}_then"]) | (both[name].isna() & both[f"{name}_then"].isna())
    changed = both.loc[~same, [*FIGURE, *SAID]].sort_values(FIGURE, ignore_index=True)
    changed.insert(0, "release", release)
    return changed


def write(folder: Path, changed: pd.DataFrame, release: int, earlier: Iterable[int] = ()) -> Path:
    """Keep what a release changed, and the names of what was kept before it."""
    folder.mkdir(exist_ok=True, mode=0o700)
    before = {number: folder / f"{number:06d}.parquet" for number in earlier}
    named = {number: sha256(file) for number, file in sorted(before.items()) if file.exists()}
    table = pa.Table.from_pandas(changed, preserve_index=False)
    about = {ABOUT_VERSION: VERSION.encode(), ABOUT_EARLIER: json.dumps(named).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **about})
    target = folder / f"{release:06d}.parquet"
    pq.write_table(table, target, compression="zstd")
    return target
