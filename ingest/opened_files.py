"""Open what is not an SSD return (Annex A, the censuses, SSDA903) and keep its returns as text.

Each authority-month's files are opened once and their returns set down in the restricted zone, where landing
finds them beside the SSD returns. An SSD return of the same month goes before them (ingest/views.sql).
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingest import findings as found
from ingest.ledger import Ledger, Look
from ingest.other_formats import (
    HEAD_BYTES,
    Opened,
    open_annex_a,
    open_cin_census,
    open_ssda903,
    open_workforce_census,
    recognise,
)
from ingest.raw_folder import OtherFile, RawFile, RawFolder
from ingest.read_raw import Rejected, read_bytes
from ingest.return_format import submitted_formats

LEDGER_NAME = "other_formats"
READER_VERSION = "1"  # raise it when the front ends read differently, so that files are opened again


@dataclass(frozen=True)
class OpenedSummary:
    """What opening came to; counts only."""

    files: int = 0
    opened: int = 0
    rejected: int = 0
    findings: int = 0


def open_files(raw: RawFolder, newest: str, store: Path, ledger: Ledger) -> OpenedSummary:
    """Open what is new among the other files up to the month `newest`. An unchanged folder costs one look."""
    total = {"files": 0, "opened": 0, "rejected": 0, "findings": 0}
    for (month, la_code), files in raw.others_by_folder().items():
        if month > newest:
            continue
        total["files"] += len(files)
        looks = {f.file: look_of(f) for f in files}
        seen = ledger.seen(LEDGER_NAME, month)
        if all(seen.get(file) == look for file, look in looks.items()):
            continue
        folder = store / month / la_code
        aside = folder.with_name(f".{la_code}.aside")
        for stale in (aside, folder):
            shutil.rmtree(stale, ignore_errors=True)
        aside.mkdir(parents=True)
        rejected, findings = _open_folder(files, month, la_code, aside)
        aside.rename(folder)
        with ledger.transaction():
            ledger.mark_seen(LEDGER_NAME, month, looks)
        total["opened"] += len(files)
        total["rejected"] += rejected
        total["findings"] += findings
    return OpenedSummary(**total)


def look_of(file: OtherFile) -> Look:
    """How the file looks now, and how it would be read."""
    return Look(file.size, file.mtime_ns, file.inode, READER_VERSION)


def returns_of(store: Path, return_name: str, month: str) -> list[RawFile]:
    """The opened returns of one name and month, as files to land."""
    files = []
    for path in sorted(store.glob(f"{month}/[0-9][0-9][0-9]/*/{return_name}.parquet")):
        about = json.loads((path.parent / "_about.json").read_text(encoding="utf-8"))
        stat = path.stat()
        files.append(
            RawFile(
                path=path,
                file=f"{about['file']}:{return_name}",
                reporting_month=month,
                la_code=path.parent.parent.name,
                return_name=return_name,
                size=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
                inode=stat.st_ino,
                source_format=about["source_format"],
                sha256=about["sha256"],
            )
        )
    return files


def finding_files(store: Path) -> list[Path]:
    """The findings made while opening, a file a folder."""
    return sorted(store.glob("*/[0-9][0-9][0-9]/_findings.parquet"))


def not_supplied(store: Path, month: str) -> list[dict[str, str]]:
    """What the formats that came for a month cannot supply, and why: authority, format, what, why."""
    said = []
    for path in sorted(store.glob(f"{month}/[0-9][0-9][0-9]/*/_about.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        for what, why in sorted(about["not_supplied"].items()):
            said.append(
                {
                    "la_code": path.parent.parent.name,
                    "source_format": about["source_format"],
                    "what": what,
                    "why": why,
                }
            )
    return said


def _open_folder(files: Sequence[OtherFile], month: str, la_code: str, folder: Path) -> tuple[int, int]:
    as_at = pd.Period(month).end_time.date()
    findings: list[dict[str, object]] = []
    tables: list[pa.Table] = []
    rejected = 0
    for source_format, members in _by_format(files, findings):
        name = members[0].file if len(members) == 1 else str(Path(members[0].file).parent)
        try:
            contents = {Path(m.file).name: read_bytes(m.path) for m in members}
            opened = _open_one(source_format, {n: data for n, (data, _) in contents.items()}, as_at)
            _check_says_the_same(opened, month, la_code)
        except Rejected as why:
            rejected += 1
            refused = found.rejected_file(str(why))
            findings.append(_finding(name, refused.finding, refused.reason, refused.next_move))
            continue
        sha256 = hashlib.sha256("".join(sorted(sha for _, sha in contents.values())).encode()).hexdigest()
        if len(contents) == 1:
            [(_, sha256)] = contents.values()
        _set_down(opened, name, sha256, folder / source_format)
        tables.append(_findings_of(opened, name))
    schema = pa.schema(
        [f for f in found.SCHEMA if f.name not in ("la_code", "reporting_month", "content_id")]
    )
    every = pa.concat_tables([pa.Table.from_pylist(findings, schema), *tables])
    if every.num_rows:
        filled = {
            "la_code": pa.repeat(pa.scalar(la_code), every.num_rows),
            "reporting_month": pa.repeat(pa.scalar(month), every.num_rows),
            "content_id": pa.nulls(every.num_rows, pa.int64()),
        } | {n: every.column(n) for n in every.column_names}
        pq.write_table(
            pa.Table.from_arrays([filled[n] for n in found.SCHEMA.names], schema=found.SCHEMA),
            folder / "_findings.parquet",
        )
    return rejected, every.num_rows


def _by_format(
    files: Iterable[OtherFile], findings: list[dict[str, object]]
) -> list[tuple[str, list[OtherFile]]]:
    """Files by the format they are recognised as. The tables of SSDA903 are one set; the rest stand alone."""
    alone: list[tuple[str, list[OtherFile]]] = []
    tables: list[OtherFile] = []
    for file in files:
        try:
            data, _ = read_bytes(file.path)
        except Rejected as refused:
            findings.append(
                _finding(file.file, "rejected_file", str(refused), "send it again as a plain file")
            )
            continue
        source_format = recognise(file.path.name, data[:HEAD_BYTES])
        if source_format is None:
            move = "returns are named as in docs/returns, with the ending .csv or .parquet"
            reason = "it is neither named as a return nor recognised by its content, so it was not read"
            findings.append(_finding(file.file, "unknown_file", reason, move))
        elif source_format == "ssda903":
            tables.append(file)
        else:
            alone.append((source_format, [file]))
    return alone + ([("ssda903", tables)] if tables else [])


def _open_one(source_format: str, contents: Mapping[str, bytes], as_at: date) -> Opened:
    [first, *_] = contents.values()
    match source_format:
        case "annex_a":
            return open_annex_a(first, as_at)
        case "cin_census":
            return open_cin_census(first)
        case "workforce_census":
            return open_workforce_census(first)
        case _:
            return open_ssda903(contents, as_at)


def _check_says_the_same(opened: Opened, month: str, la_code: str) -> None:
    """The folder decides the month and the authority; a file that says otherwise is another's."""
    if opened.said_authority not in (None, la_code):
        raise Rejected(f"it says authority {opened.said_authority}, and lies in the folder of {la_code}")
    if (
        opened.said_year is not None
        and month != f"{opened.said_year}-03"
        and opened.source_format == "cin_census"
    ):
        raise Rejected(
            f"it is the census of the year to March {opened.said_year}, and lies in the folder {month}"
        )


def _set_down(opened: Opened, file: str, sha256: str, folder: Path) -> None:
    folder.mkdir()
    coverage = [
        {"return_name": name, "history_from": day.isoformat(), "row_number": 1, "origin": "history"}
        for name, day in opened.history_from.items()
        if day is not None
    ]
    tables = dict(opened.returns)
    if coverage:
        tables["extract_coverage"] = pa.Table.from_pylist(coverage)
    for name, table in tables.items():
        if name in submitted_formats():
            pq.write_table(table, folder / f"{name}.parquet")
    about = {
        "source_format": opened.source_format,
        "file": file,
        "sha256": sha256,
        "not_supplied": dict(opened.not_supplied),
    }
    (folder / "_about.json").write_text(json.dumps(about, indent=1), encoding="utf-8")


def _findings_of(opened: Opened, file: str) -> pa.Table:
    table = opened.findings
    places = [
        f"{origin}: {column}" if origin and column else origin or column
        for origin, column in zip(
            table.column("origin").to_pylist(), table.column("column_name").to_pylist(), strict=True
        )
    ]
    return pa.table(
        {
            "return_name": table.column("return_name"),
            "file": pa.repeat(pa.scalar(file), table.num_rows),
            "row_number": table.column("row_number"),
            "column_name": pa.array(places, pa.string()),
            "value": table.column("value"),
            "finding": table.column("finding"),
            "reason": table.column("reason"),
            "next_move": table.column("next_move"),
        }
    )


def _finding(file: str, finding: str, reason: str, next_move: str) -> dict[str, object]:
    return {"file": file, "finding": finding, "reason": reason, "next_move": next_move}
