"""Open what is not an SSD return (Annex A, the censuses, SSDA903, DfE's payload): keep its returns as text.

Each authority-month's files are read once and their returns set down in the restricted zone, where landing
finds them beside the SSD returns. An SSD return of the same month goes before them
(ingest/contracts/source_formats.csv).

    store/<month>/<authority>/<format>/<return>.parquet, _about.json, _findings.parquet
    store/<month>/<authority>/annex_a/_lists/<list>.parquet    what later months are merged with

Annex A workbooks of consecutive months are merged in the order of the calendar, whatever order they came in:
a late one has those after it made anew. A file that is refused or taken away leaves what stood before it.
"""

import hashlib
import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.adapters import (
    ConvertedReturns,
    open_cin_census,
    open_csc_api,
    open_ssda903,
    open_workforce_census,
)
from ingest.adapters.annex_a.lists import Lists, load_lists, open_lists
from ingest.adapters.annex_a.months import MonthLists, carry, own_rows
from ingest.adapters.annex_a.returns import MERGED, make_returns
from ingest.adapters.base import Notes, workbench
from ingest.contracts import code_lists, limits
from ingest.contracts import findings as found
from ingest.contracts.cell_types import without_unread
from ingest.contracts.dates import in_words, last_day_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.archives import Stream, received
from ingest.discovery.file_reader import RejectedFileError, StillWrittenError
from ingest.discovery.formats import HEAD_BYTES, recognise, what_instead
from ingest.discovery.raw_folder import SHEET, RawFile, RawFolder, UnmappedFile, is_as_seen
from ingest.file_errors import Broke, of_this_file
from ingest.files import sha256_of
from ingest.ledger import FileFingerprint, Ledger
from ingest.privacy.pseudonyms import Pseudonymiser, Pseudonyms

LEDGER_NAME = "other_formats"
READER_VERSION = "9"  # raise it when the front ends read differently, so that files are opened again
IN_PARTS = ("csc_api",)  # of which no file is held whole
SETS = ("ssda903", "csc_api")  # of which the files of a folder are one
BELOW = (
    "it lies in a folder of the authority's folder, where tables of SSDA903 are looked for and nothing else",
    "move it up into the authority's folder, or hand that folder to `line-of-sight receive`",
)
Content = bytes | Stream
NO_NAMES: Mapping[str, str] = {}
OF_FOLDER = ("la_code", "reporting_month", "content_id")  # what every finding of a folder has alike


@dataclass(frozen=True)
class OpenedSummary:
    """What opening came to; counts only."""

    files: int = 0
    opened: int = 0
    rejected: int = 0
    findings: int = 0


def convert_files(
    raw: RawFolder, newest: str, store: Path, ledger: Ledger, pseudonyms: Pseudonyms
) -> OpenedSummary:
    """Open what is new among the other files up to the month `newest`. An unchanged folder costs one look."""
    total = {"files": 0, "opened": 0, "rejected": 0, "findings": 0}
    by_authority: dict[str, dict[str, list[UnmappedFile]]] = {}
    _forget_workbooks(raw, store)
    for (month, la_code), files in sorted(raw.others_by_folder().items()):
        if month <= newest:
            total["files"] += len(files)
            looks = {f.file: fingerprint_of(f) for f in files}
            seen = ledger.seen(LEDGER_NAME, month)
            if any(seen.get(file) != look for file, look in looks.items()):
                by_authority.setdefault(la_code, {})[month] = files
    for la_code, months in by_authority.items():
        folders: dict[str, _Folder] = {}
        for month, files in months.items():
            folders[month] = folder = _Folder(store / month / la_code, month, la_code, pseudonyms.at(la_code))
            try:
                with of_this_file():
                    folder.open(files)
            except Broke:  # on what tells of its files: they are left for the next refresh
                folder.unsettled.update(f.file for f in files)
            total["opened"] += len(files)
        _merge_each(store, la_code, folders)
        total["rejected"] += sum(folder.rejected for folder in folders.values())
        unsettled = {file for folder in folders.values() for file in folder.unsettled}
        kept = [path for month in months for path in _finding_files(store, month, la_code)]
        total["findings"] += sum(pq.read_metadata(path).num_rows for path in kept)
        with ledger.transaction():  # not before: what is cut short is opened again
            for month, files in months.items():
                looks = {f.file: fingerprint_of(f) for f in files if f.file not in unsettled}
                ledger.mark_seen(LEDGER_NAME, month, looks)
    return OpenedSummary(**total)


def _forget_workbooks(raw: RawFolder, store: Path) -> None:
    """Take away what was found of workbooks that were refused whole, and whose sheets are read now."""
    for file in {SHEET.sub("", sheet.file) for sheet in raw.files if sheet.sheet}:
        path = store / Path(file).parent / "_findings.parquet"
        if path.exists():
            findings = pq.read_table(path)
            kept = findings.filter(pc.not_equal(findings.column("file"), file))
            if kept.num_rows < findings.num_rows:
                pq.write_table(kept, path)


def fingerprint_of(file: UnmappedFile) -> FileFingerprint:
    """How the file looks now, and how it would be read."""
    return FileFingerprint(file.size, file.mtime_ns, file.inode, READER_VERSION)


def returns_of(store: Path, return_name: str, month: str) -> list[RawFile]:
    """The opened returns of one name and month, as files to land."""
    files = []
    for path in sorted(store.glob(f"{month}/[0-9][0-9][0-9]/[!.]*/{return_name}.parquet")):
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
                merged_with=about.get("merged_with", {}).get(return_name, ""),
                sender_names=about.get("sender_names", {}).get(return_name, {}),
            )
        )
    return files


def finding_files(store: Path) -> list[Path]:
    """The findings made while opening, a file a folder and a file a format."""
    return _finding_files(store, "*", "[0-9][0-9][0-9]")


def _finding_files(store: Path, month: str, la_code: str) -> list[Path]:
    return sorted(
        path
        for below in ("_findings.parquet", "[!.]*/_findings.parquet")
        for path in store.glob(f"{month}/{la_code}/{below}")
    )


def not_supplied(store: Path, month: str) -> list[dict[str, str]]:
    """What the formats that came for a month cannot supply, and why: authority, format, what, why."""
    said = []
    for path in sorted(store.glob(f"{month}/[0-9][0-9][0-9]/[!.]*/_about.json")):
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


@dataclass(frozen=True)
class _Workbook:
    """The lists of an Annex A workbook as they were read, before its month is merged with others."""

    lists: Lists
    findings: pa.Table


@dataclass(frozen=True)
class _Read:
    """One file, or the set of tables of SSDA903, that could be opened."""

    about: Mapping[str, Any]
    content: ConvertedReturns | _Workbook


@dataclass
class _Folder:
    """One authority-month of the store while it is opened."""

    path: Path
    month: str
    la_code: str
    door: Pseudonymiser
    rejected: int = 0
    unsettled: set[str] = field(default_factory=set)  # files that somebody is still writing
    workbook: _Read | None = None
    received_as: dict[str, set[str]] = field(default_factory=dict)  # the files of a set, by its name
    refused: list[dict[str, object]] = field(default_factory=list)

    def open(self, files: Sequence[UnmappedFile]) -> None:
        """Open each file, the tables of SSDA903 as one set; set down the findings of what cannot be taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        for source_format, every in self._read(files).items():
            if len(every) > 1:
                why = f"the folder holds {len(every)} files of the form {source_format}, so none was taken"
                for one in every:
                    self._refuse(one.about["file"], why, "send one for the month")
                continue
            [read] = every
            if isinstance(read.content, _Workbook):
                self.workbook = read
                continue
            try:
                with of_this_file(), _replacing(self.path / source_format) as aside:
                    _set_down(read.content, read.about, self.month, self.la_code, aside)
            except Broke as why:
                self.refuse_broken(read.about["file"], why)
        self._write_refused()

    def refuse_broken(self, file: str, why: Broke) -> None:
        """Refuse a file on which what reads it broke; the next refresh tries again."""
        self.unsettled.update(self.received_as.get(file, {file}))
        self._refuse(file, str(why), found.rejected_file("").next_move)
        self._write_refused()

    def _write_refused(self) -> None:
        schema = pa.schema([f for f in found.SCHEMA if f.name not in OF_FOLDER])
        _write_findings(pa.Table.from_pylist(self.refused, schema), self.month, self.la_code, self.path)

    def _read(self, files: Sequence[UnmappedFile]) -> dict[str, list[_Read]]:
        """What could be opened, by format."""
        opened: dict[str, list[_Read]] = {}
        sets: dict[str, dict[str, tuple[Content, str]]] = {name: {} for name in SETS}
        names: dict[str, str] = {}
        for file in files:
            try:
                with of_this_file():
                    stream = Stream(file)
                    head = stream.head(HEAD_BYTES)
                    source_format = recognise(file.name, head)
                    data: Content = stream
                    if source_format in IN_PARTS:
                        sha256 = stream.sha256()
                    else:
                        data, sha256 = received(file)
            except RejectedFileError as why:
                if isinstance(why, StillWrittenError | Broke):
                    self.unsettled.add(file.file)
                if isinstance(why, StillWrittenError) and not is_as_seen(file):
                    continue  # it is being replaced; a later refresh finds it changed
                self._refuse(file.file, str(why), "send it again as a plain file")
                continue
            if not is_as_seen(file):
                continue  # it is being replaced; a later refresh finds it changed
            if source_format is None:
                if file.is_below(self.la_code):
                    what, move = BELOW
                else:
                    what, move = what_instead(head)
                reason = f"{what}, so it was not read"
                self.refused.append(_finding(file.file, "unknown_file", reason, move))
            elif source_format in sets:
                sets[source_format][file.file] = data, sha256
                names[file.file] = file.name
            elif read := self._open_one(source_format, file.file, sha256, {file.file: data}):
                opened.setdefault(source_format, []).append(read)
        for source_format, parts in sets.items():
            if not parts:
                continue
            [(name, (_, sha256)), *others] = parts.items()
            if others:
                name = str(Path(name).parent)
                sha256 = hashlib.sha256("".join(sorted(s for _, s in parts.values())).encode()).hexdigest()
            contents = {n: data for n, (data, _) in parts.items()}
            self.received_as[name] = set(contents)
            if read := self._open_one(source_format, name, sha256, contents, names):
                opened[source_format] = [read]
        return opened

    def _open_one(
        self,
        source_format: str,
        name: str,
        sha256: str,
        contents: Mapping[str, Content],
        names: Mapping[str, str] = NO_NAMES,
    ) -> _Read | None:
        try:
            with of_this_file():
                content = self._content(source_format, contents, names)
                if isinstance(content, ConvertedReturns):
                    _check_says_the_same(content, self.month, self.la_code)
        except Broke as why:
            self.refuse_broken(name, why)
            return None
        except RejectedFileError as why:
            if isinstance(why, StillWrittenError):
                self.unsettled.update(contents)
            self._refuse(name, str(why), found.rejected_file("").next_move)
            return None
        return _Read({"source_format": source_format, "file": name, "sha256": sha256}, content)

    def _content(
        self, source_format: str, contents: Mapping[str, Content], names: Mapping[str, str]
    ) -> "ConvertedReturns | _Workbook":
        last_day = last_day_of(self.month)
        if source_format in IN_PARTS:
            payloads = {file: (names[file], content) for file, content in contents.items()}
            return open_csc_api(payloads, last_day, self.door, self.path)
        whole = {file: data for file, data in contents.items() if isinstance(data, bytes)}
        [data, *_] = whole.values()
        if source_format.endswith("census"):
            limits.check("xml", bytes=len(data))
        match source_format:
            case "annex_a":
                notes = Notes()
                return _Workbook(open_lists(data, notes, self.door, last_day), notes.table())
            case "cin_census":
                return open_cin_census(data, self.door)
            case "workforce_census":
                return open_workforce_census(data)
            case _:
                return open_ssda903(whole, last_day, self.door)

    def _refuse(self, file: str, why: str, next_move: str) -> None:
        self.rejected += 1
        self.refused.append(_finding(file, "rejected_file", why, next_move))


def _merge_each(store: Path, la_code: str, folders: Mapping[str, _Folder]) -> None:
    """Merge the new workbooks of an authority. Where that breaks, each by itself, to find which one it is."""
    workbooks = {month: folder.workbook for month, folder in folders.items() if folder.workbook}
    if not workbooks:
        return
    try:
        with of_this_file():
            _merge_months(store, la_code, workbooks)
    except Broke:
        for month, read in sorted(workbooks.items()):
            try:
                with of_this_file():
                    _merge_months(store, la_code, {month: read})
            except Broke as why:
                folders[month].refuse_broken(read.about["file"], why)


def _merge_months(store: Path, la_code: str, new: Mapping[str, _Read]) -> None:
    """Make the Annex A returns of the new workbooks, and anew those of every later month of the authority."""
    stored = {path.parents[2].name for path in store.glob(f"*/{la_code}/annex_a/_lists")}
    first = min(new)
    before: dict[str, MonthLists] = {}
    for month in sorted((m for m in stored if m < first), reverse=True):
        earlier = _stored_lists(store / month / la_code / "annex_a", month)
        before = dict.fromkeys(earlier.lists.tables, earlier) | before
        if {name for name, known in load_lists().items() if known.window} <= before.keys():
            break
    for month in sorted({m for m in stored if m > first} | new.keys()):
        folder = store / month / la_code / "annex_a"
        read = new[month] if month in new else _stored_workbook(folder, month)
        assert isinstance(read.content, _Workbook)
        merged = carry(read.content.lists, last_day_of(month), before)
        opened = make_returns(merged, Notes(tables=[read.content.findings]))
        about = dict(read.about) | {
            "held": {name: sorted(held) for name, held in merged.lists.held.items()},
            "complete_from": {name: day.isoformat() for name, day in merged.complete_from.items()},
        }
        with _replacing(folder) as aside:
            (aside / "_lists").mkdir()
            for name, table in merged.lists.tables.items():
                pq.write_table(table, aside / "_lists" / f"{name}.parquet")
            pq.write_table(_without_values(read.content.findings), aside / "_lists" / "_findings.parquet")
            mixed = (*MERGED, "persons", "extract_coverage") if merged.has_carried else ()
            _set_down(opened, about, month, la_code, aside, mixed)
        before |= dict.fromkeys(merged.lists.tables, merged)


def _stored_lists(folder: Path, month: str) -> MonthLists:
    """A month as it was merged."""
    about = json.loads((folder / "_about.json").read_text(encoding="utf-8"))
    held = {name: frozenset(headings) for name, headings in about["held"].items()}
    tables = {name: pq.read_table(folder / "_lists" / f"{name}.parquet") for name in held}
    complete_from = {name: date.fromisoformat(day) for name, day in about["complete_from"].items()}
    return MonthLists(last_day_of(month), Lists(tables, held), complete_from)


def _stored_workbook(folder: Path, month: str) -> _Read:
    """The workbook of a month as it was read."""
    about = json.loads((folder / "_about.json").read_text(encoding="utf-8"))
    lists = _stored_lists(folder, month).lists
    own = Lists({name: own_rows(table) for name, table in lists.tables.items()}, lists.held)
    findings = pq.read_table(folder / "_lists" / "_findings.parquet")
    return _Read({k: about[k] for k in ("source_format", "file", "sha256")}, _Workbook(own, findings))


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder to write in. When all is written its files take the place of those of `folder`, one by one.

    So a run that is cut short loses nothing: what is left is opened, or merged, again.
    """
    aside = folder.with_name(f".{folder.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    yield aside
    written = {path.relative_to(aside) for path in aside.rglob("*.*")}
    for path in sorted(written):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (aside / path).replace(folder / path)
    for path in folder.rglob("*.*"):
        if path.relative_to(folder) not in written:
            path.unlink()
    shutil.rmtree(aside)


def _check_says_the_same(opened: ConvertedReturns, month: str, la_code: str) -> None:
    """The folder decides the month and the authority; a file that says otherwise is another's.

    Where a census's Year and ReferenceDate disagree, one of them that is the folder's is enough.
    """
    is_of_another = opened.said_authority not in (None, la_code)
    said_months = {f"{opened.said_year}-03", (opened.said_date or "")[:7]}
    is_of_march = opened.source_format == "cin_census" and opened.said_year is not None
    is_of_another_month = is_of_march and month not in said_months
    if is_of_another or is_of_another_month:
        said = f"authority {opened.said_authority}" if opened.said_authority else ""
        when = f"March {opened.said_year}" if is_of_march else ""
        says = " and ".join(filter(None, (said, when)))
        raise RejectedFileError(f"it says {says}; the folder is {la_code}, {in_words(month)}")


def _set_down(
    opened: ConvertedReturns,
    about: Mapping[str, Any],
    month: str,
    la_code: str,
    folder: Path,
    mixed: Collection[str] = (),
) -> None:
    """Write the returns, what was found and what is known of them. `mixed` are merged with other months."""
    coverage = [
        {"return_name": name, "history_from": day.isoformat(), "row_number": 1, "origin": "history"}
        for name, day in opened.history_from.items()
        if day is not None
    ]
    covered = {"extract_coverage": pa.Table.from_pylist(coverage)} if coverage else {}
    tables = (one for held in (opened.returns, covered) for one in held.items())  # one at a time
    merged_with = {}
    with workbench({"spellings": code_lists.spellings()}) as db:
        for name, table in tables:
            if name in submitted_formats():
                path = folder / f"{name}.parquet"
                pq.write_table(without_unread(db, table, submitted_formats()[name], last_day_of(month)), path)
                if name in mixed:
                    merged_with[name] = sha256_of(path)
    said = dict(about) | {
        "not_supplied": dict(opened.not_supplied),
        "merged_with": merged_with,
        "sender_names": {name: dict(fields) for name, fields in opened.source_fields.items()},
    }
    (folder / "_about.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
    _write_findings(_findings_of(opened, about["file"]), month, la_code, folder)


def _write_findings(findings: pa.Table, month: str, la_code: str, folder: Path) -> None:
    """Findings in the shape of all findings, in a file of their own; none where there are none."""
    path = folder / "_findings.parquet"
    path.unlink(missing_ok=True)
    if findings.num_rows:
        empty = {f.name: pa.nulls(findings.num_rows, f.type) for f in found.SCHEMA}
        filled = empty | {
            "la_code": pa.repeat(pa.scalar(la_code), findings.num_rows),
            "reporting_month": pa.repeat(pa.scalar(month), findings.num_rows),
        }
        filled |= {name: findings.column(name) for name in findings.column_names}
        pq.write_table(
            pa.Table.from_arrays([filled[name] for name in found.SCHEMA.names], schema=found.SCHEMA), path
        )


def _without_values(findings: pa.Table) -> pa.Table:
    place = findings.column_names.index("value")
    return findings.set_column(place, "value", pa.nulls(findings.num_rows, pa.string()))


def _findings_of(opened: ConvertedReturns, file: str) -> pa.Table:
    table = opened.findings
    parts = table.column("origin"), table.column("column_name")
    places = pc.binary_join_element_wise(*parts, ": ", null_handling="skip")
    nowhere = pc.and_(*(pc.is_null(part) for part in parts))
    return pa.table(
        {
            "return_name": table.column("return_name"),
            "file": pa.repeat(pa.scalar(file), table.num_rows),
            "row_number": table.column("row_number"),
            "column_name": pc.if_else(nowhere, pa.scalar(None, pa.string()), places),
            "finding": table.column("finding"),
            "reason": table.column("reason"),
            "next_move": table.column("next_move"),
        }
    )


def _finding(file: str, finding: str, reason: str, next_move: str) -> dict[str, object]:
    return {"file": file, "finding": finding, "reason": reason, "next_move": next_move}
