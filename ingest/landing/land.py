"""Land one return of one month: rows, findings and a receipt for every authority that sent it.

Authorities of a month are conformed together, so that the work is one pass over many files. What is landed is
named by its content and never altered; a new version is a new file beside it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.adapters import convert as opened_files
from ingest.contracts import findings as found
from ingest.contracts.dates import last_day_of
from ingest.contracts.findings import Finding
from ingest.contracts.return_schema import ReturnFormat, submitted_formats
from ingest.discovery.archives import received
from ingest.discovery.file_reader import RawTable, RejectedFileError, StillWrittenError, read_table
from ingest.discovery.long_rows import with_sure_places
from ingest.discovery.misdirected_rows import rows_of_others
from ingest.discovery.numbers import with_sure_numbers
from ingest.discovery.raw_folder import RawFile, RawFolder, is_as_seen
from ingest.discovery.returns import sort_files
from ingest.file_errors import Broke, of_this_file
from ingest.files import new_file
from ingest.landing.conform import Conformed, conform
from ingest.ledger import FileFingerprint, Ledger, Submission, utc_now
from ingest.privacy.pseudonyms import Pseudonyms

# of raw files conformed in one query: small, so that one month keeps both cores busy
BATCH_BYTES = 32 * 1024**2
# nothing is spilled: a batch is small, and DuckDB would spill to the folder that the command was given in
IN_MEMORY: dict[str, Any] = {"temp_directory": ""}


@dataclass(frozen=True)
class Landed:
    """What landing one return of one month came to; counts only."""

    files: int = 0
    unchanged: int = 0
    rejected: int = 0
    rows: int = 0
    findings: int = 0
    seconds: float = 0.0  # of work, on however many files at a time

    def __add__(self, other: "Landed") -> "Landed":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Landed(*(mine + theirs for mine, theirs in pairs))


@dataclass(frozen=True)
class _Opened:
    """A file that has been read, and what is known of it so far."""

    raw: RawFile
    receipt: Submission
    table: RawTable | None
    findings: tuple[Finding, ...]


def land_returns(
    files: Mapping[str, Mapping[str, Sequence[RawFile]]],
    landing: Path,
    ledger: Ledger,
    pseudonyms: Pseudonyms,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, dict[str, Landed]]:
    """Land what is new of each return (by name, then month), and say what each came to by month.

    An unchanged file costs one look. `tell` is told which return is waited for. Two batches are in work at a
    time, of whatever return: reading and writing each keep one core busy.
    """
    landed: dict[str, dict[str, Landed]] = {}
    asked: dict[str, list[tuple[str, Future[Landed]]]] = {}
    pool = ThreadPoolExecutor(max_workers=2)
    try:
        for name, by_month in files.items():
            fmt = submitted_formats()[name]
            landed[name], asked[name] = {}, []
            for month, received in by_month.items():
                seen = ledger.seen(name, month)
                waiting = [f for f in received if seen.get(f.file) != fingerprint_of(f, fmt)]
                same = len(received) - len(waiting)
                landed[name][month] = Landed(files=same, unchanged=same)
                for batch in _batches(waiting):
                    work = pool.submit(_land_each, fmt, month, batch, landing, ledger, pseudonyms)
                    asked[name].append((month, work))
        for name, of_return in asked.items():
            tell(name)
            for month, work in of_return:
                landed[name][month] += work.result()
    finally:
        pool.shutdown(cancel_futures=True)  # one that broke ends the others
    return landed


def fingerprint_of(file: RawFile, fmt: ReturnFormat) -> FileFingerprint:
    """How a file looks now, and how it would be read."""
    return FileFingerprint(file.size, file.mtime_ns, file.inode, fmt.digest)


def pending_months(found: RawFolder, ledger: Ledger) -> list[str]:
    """The months with files that have not been read as they now are."""
    formats = submitted_formats()
    found = sort_files(found, ledger.read_before())
    pending = set()
    for name, month in sorted({(f.return_name, f.reporting_month) for f in found.files}):
        seen = ledger.seen(name, month)
        if any(seen.get(f.file) != fingerprint_of(f, formats[name]) for f in found.of(name, month)):
            pending.add(month)
    for (month, _), files in found.others_by_folder().items():
        seen = ledger.seen(opened_files.LEDGER_NAME, month)
        if any(seen.get(f.file) != opened_files.fingerprint_of(f) for f in files):
            pending.add(month)
    return sorted(pending)


def _batches(files: Sequence[RawFile]) -> Iterator[list[RawFile]]:
    batch: list[RawFile] = []
    for file in files:
        if batch and sum(f.size for f in batch) + file.size > BATCH_BYTES:
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch


def _land_each(
    fmt: ReturnFormat,
    month: str,
    files: list[RawFile],
    landing: Path,
    ledger: Ledger,
    pseudonyms: Pseudonyms,
) -> Landed:
    """Land a batch. Where that breaks, each file by itself, and the one that broke it is refused.

    Where even that breaks, the file waits for the next refresh, which `status` says.
    """
    why: Broke | None = None
    for _ in ("as it is", "as one to be refused"):
        try:
            with of_this_file():
                return _land_batch(fmt, month, files, landing, ledger, pseudonyms, why)
        except Broke as broke:
            if len(files) > 1:
                break
            why = broke
    else:
        return Landed(files=1, rejected=1)
    landed = (_land_each(fmt, month, [file], landing, ledger, pseudonyms) for file in files)
    return sum(landed, Landed())


def _land_batch(
    fmt: ReturnFormat,
    month: str,
    files: list[RawFile],
    landing: Path,
    ledger: Ledger,
    pseudonyms: Pseudonyms,
    broke: Broke | None = None,
) -> Landed:
    began = perf_counter()
    latest = ledger.latest(fmt.name, month)
    seen = ledger.seen(fmt.name, month)
    unsettled: set[str] = set()  # files that somebody is still writing: to be looked at again
    opened = [
        _open(f, fmt, latest.get((f.la_code, f.source_format)), seen.get(f.file), unsettled, broke)
        for f in files
    ]
    new = [o for o in opened if o is not None]
    looks = {f.file: fingerprint_of(f, fmt) for f in files if f.file not in unsettled}
    again = [
        latest[f.la_code, f.source_format]
        for f, o in zip(files, opened, strict=True)
        if o is None and f.sha256 is None and f.file in seen and is_as_seen(f)
    ]
    if not new:
        with ledger.transaction():
            ledger.add_repeats(again)
            ledger.mark_seen(fmt.name, month, looks)
        return Landed(files=len(files), unchanged=len(files))
    name = hashlib.sha256("".join(sorted(str(o.receipt.content_id) for o in new)).encode()).hexdigest()[:32]
    folder = landing / fmt.name / month
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config=IN_MEMORY) as db:
        conformed = conform(db, _cells(new, fmt), fmt, last_day_of(month))
        rows = _with_tie_order(db, conformed.rows, fmt) if fmt.ties else conformed.rows
    rows = _under_pseudonyms(rows, new, fmt, pseudonyms)
    findings = _all_findings(new, conformed, fmt, month)
    counted = conformed.rows.group_by("file_no").aggregate([("file_no", "count")])
    kept: dict[int, int] = dict(zip(*(counted.column(i).to_pylist() for i in (0, 1)), strict=True))
    target = folder / f"{name}.parquet"
    _write_whole(_with_place(rows, new, month), target)
    if findings.num_rows:
        _write_whole(findings, folder / f"{name}.findings.parquet")
    by_file = findings.group_by("content_id").aggregate([("content_id", "count")])
    counts = dict(
        zip(*(by_file.column(c).to_pylist() for c in ("content_id", "content_id_count")), strict=True)
    )
    left_out = findings.filter(pc.equal(findings.column("finding"), found.REQUIRED_CELL_EMPTY))
    unread = {c["values"]: c["counts"] for c in pc.value_counts(left_out.column("content_id")).to_pylist()}
    landed = str(target.relative_to(landing))
    receipts = [
        _unless_unreadable(
            replace(
                o.receipt,
                kept_count=kept.get(file_no, 0),
                finding_count=counts.get(o.receipt.content_id, 0) + conformed.beyond.get(file_no, 0),
                landed=landed,
            ),
            unread.get(o.receipt.content_id, 0),
            conformed.beyond.get(file_no, 0),
        )
        for file_no, o in enumerate(new)
    ]
    with ledger.transaction():
        ledger.add(receipts)
        ledger.add_repeats(again)
        ledger.mark_seen(fmt.name, month, looks)
    return Landed(
        files=len(files),
        unchanged=len(files) - len(new),
        rejected=sum(r.status == "rejected" for r in receipts),
        rows=sum(kept.values()),
        findings=findings.num_rows,
        seconds=perf_counter() - began,
    )


def _open(
    file: RawFile,
    fmt: ReturnFormat,
    latest: Submission | None,
    seen: FileFingerprint | None,
    unsettled: set[str],
    broke: Broke | None = None,
) -> _Opened | None:
    """Read one file and write the head of its receipt; None where its content is already the newest."""
    table: RawTable | None = None
    sha256, reason, others, tried_again = "", None, 0, ""
    notes: tuple[Finding, ...] = ()
    try:
        with of_this_file():
            data, sha256 = received(file)
            if broke is not None:
                raise broke
            table = read_table(data, file.suffix, None if file.sha256 else fmt.match_headers)
            if file.sha256:  # opened from another format: known by the file received, and told as its rows
                sha256, table = file.sha256, table.split_places()
            table = with_sure_numbers(with_sure_places(table, fmt, last_day_of(file.reporting_month)), fmt)
            match = fmt.match_headers(table.headers)
            notes = (*file.notes, *table.findings) + tuple(
                found.unknown_column(position, table.headers[position], fmt.name)
                for position in match.unknown
                if table.headers[position].strip()
            )
            reason = match.problem
            others = rows_of_others(table, match.unknown, file.la_code)
    except RejectedFileError as rejected:
        reason = str(rejected)
        if isinstance(rejected, StillWrittenError | Broke):
            unsettled.add(file.file)
        if isinstance(rejected, Broke):
            tried_again = "broke"  # so that the file, once it can be read, is not the one on record
    if not is_as_seen(file):
        return None  # it is being replaced; a later refresh finds it changed
    content_id = _content_id(fmt, file, sha256 + tried_again)
    if latest is not None and latest.content_id == content_id:
        return None
    if others:
        reason = f"{others} of its rows are of another authority, so none of it was loaded"
        table, notes = None, (found.another_authoritys_rows(reason),)
    elif reason:
        table, notes = None, (found.rejected_file(reason),)
    # the same file, read as before: an earlier month came late, and brings it other rows
    is_same_file = latest is not None and latest.sha256 == sha256
    is_merged_anew = is_same_file and seen is not None and seen.format_digest == fmt.digest
    receipt = Submission(
        return_name=fmt.name,
        reporting_month=file.reporting_month,
        la_code=file.la_code,
        version=1 if latest is None else latest.version + (not is_merged_anew),
        source_format=file.source_format,
        file=file.file,
        sha256=sha256,
        content_id=content_id,
        status="rejected" if reason else "accepted",
        reason=reason,
        row_count=table.cells.num_rows if table else 0,
        kept_count=0,
        finding_count=0,
        landed=None,
        received_at=utc_now(),
    )
    return _Opened(file, receipt, table, notes)


def _unless_unreadable(receipt: Submission, unread: int, beyond: int) -> Submission:
    """The receipt, refused where not one of its rows could be read: that is no return of nothing.

    Refused too where more is amiss than is told one by one: what is measured of a return counts its findings.
    """
    if beyond:
        reason = (
            f"it has {receipt.finding_count:,} findings, more than are told one by one; "
            "mend the columns that the first of them name, and send it again"
        )
        return replace(receipt, status="rejected", reason=reason)
    if not receipt.row_count or unread < receipt.row_count:
        return receipt
    reason = (
        f"none of its {receipt.row_count} rows has a key and required cells that can be read, so it counts "
        "as not sent; mend the columns that its findings name, and send it again"
    )
    return replace(receipt, status="rejected", reason=reason)


def _content_id(fmt: ReturnFormat, file: RawFile, sha256: str) -> int:
    """Tells landed rows apart: the same bytes read as another return, month or authority are other rows."""
    read_from = (file.reporting_month, file.la_code, file.source_format, sha256 + file.merged_with)
    parts = "|".join((fmt.name, fmt.digest, *read_from))
    return int.from_bytes(hashlib.sha256(parts.encode()).digest()[:8], "big", signed=True)


def _cells(opened: Sequence[_Opened], fmt: ReturnFormat) -> pa.Table:
    """The batch as text: file_no, row_number and one column for each declared field, absent ones null."""
    schema = pa.schema(
        [("file_no", pa.int32()), ("row_number", pa.int64()), *((f.name, pa.string()) for f in fmt.fields)]
    )
    tables = [schema.empty_table()]
    for file_no, o in enumerate(opened):
        if o.table is None:
            continue
        columns = fmt.match_headers(o.table.headers).columns
        count = o.table.cells.num_rows
        held = [
            o.table.cells.column(columns[f.name]) if f.name in columns else pa.nulls(count, pa.string())
            for f in fmt.fields
        ]
        file_numbers = pa.repeat(pa.scalar(file_no, pa.int32()), count)
        tables.append(pa.Table.from_arrays([file_numbers, o.table.row_numbers, *held], schema=schema))
    return pa.concat_tables(tables)


def _all_findings(opened: Sequence[_Opened], conformed: Conformed, fmt: ReturnFormat, month: str) -> pa.Table:
    of_files = [
        {
            "file_no": file_no,
            "row_number": f.row_number,
            "column_name": f.column_name,
            "value": f.value,
            "finding": f.finding,
            "reason": f.reason,
            "next_move": f.next_move,
        }
        for file_no, o in enumerate(opened)
        for f in o.findings
    ]
    schema = conformed.findings.schema
    every = pa.concat_tables([pa.Table.from_pylist(of_files, schema), conformed.findings]).sort_by(
        [("file_no", "ascending"), ("row_number", "ascending"), ("column_name", "ascending")]
    )
    declared = every.column("column_name")
    every = _as_the_sender_sees(every, opened)
    about = pa.table(
        {
            "la_code": [o.raw.la_code for o in opened],
            "file": [o.raw.file for o in opened],
            "content_id": pa.array([o.receipt.content_id for o in opened], pa.int64()),
        }
    ).take(every.column("file_no"))
    count = every.num_rows
    columns = {name: every.column(name) for name in every.column_names} | {
        "field_name": declared,
        "la_code": about.column("la_code"),
        "file": about.column("file"),
        "content_id": about.column("content_id"),
        "reporting_month": pa.repeat(pa.scalar(month), count),
        "return_name": pa.repeat(pa.scalar(fmt.name), count),
    }
    return pa.Table.from_arrays([columns[name] for name in found.SCHEMA.names], schema=found.SCHEMA)


def _as_the_sender_sees(findings: pa.Table, opened: Sequence[_Opened]) -> pa.Table:
    """Rows opened from another format go by their sheet and its row, or the XML element and its line.

    So do their columns, where the sender has another name for the field.
    """
    for file_no, o in enumerate(opened):
        if o.table is None or o.table.places is None:
            continue
        is_of_file = pc.equal(findings.column("file_no"), file_no)
        has_row = pc.and_(is_of_file, pc.is_valid(findings.column("row_number")))
        position = pc.if_else(has_row, pc.subtract(findings.column("row_number"), 2), None)
        places = o.table.places.take(position)
        row = pc.if_else(
            has_row, pc.cast(places.column("row_number"), pa.int64()), findings.column("row_number")
        )
        named = _named_by_sender(findings.column("column_name"), o.raw.sender_names)
        column = pc.if_else(
            has_row,
            pc.binary_join_element_wise(places.column("origin"), named, ": "),
            findings.column("column_name"),
        )
        findings = findings.set_column(1, "row_number", row).set_column(2, "column_name", column)
    return findings


def _named_by_sender(columns: pa.ChunkedArray, names: Mapping[str, str]) -> pa.Array:
    """Each of the columns, or of several joined with a comma, by the sender's name for it."""
    spelled = columns.combine_chunks().dictionary_encode()
    told = [
        ", ".join(names.get(part, part) for part in said.split(", "))
        for said in spelled.dictionary.to_pylist()
    ]
    return pa.array(told, pa.string()).take(spelled.indices)


def _with_tie_order(db: duckdb.DuckDBPyConnection, rows: pa.Table, fmt: ReturnFormat) -> pa.Table:
    """The rows with the place of each by its id among those that tie: pseudonyms have an order of their own.

    Ids are ordered as text, by code point (spec/counting.md).
    """
    [key] = fmt.key
    alike = ", ".join(f'"{name}"' for name in ("file_no", *fmt.ties))
    db.register("tying", rows.append_column("place", pa.array(range(rows.num_rows), pa.int64())))
    order = db.sql(
        f"""
        select row_number() over (partition by {alike} order by "{key}") as tie_order
        from tying order by place
        """
    ).to_arrow_table()
    return rows.append_column("tie_order", order.column("tie_order"))


def _under_pseudonyms(
    rows: pa.Table, opened: Sequence[_Opened], fmt: ReturnFormat, pseudonyms: Pseudonyms
) -> pa.Table:
    """The rows with every id a pseudonym of its authority.

    What was opened from another format came through the door there: its ids are made of pseudonyms.
    """
    file_numbers = rows.column("file_no").combine_chunks()
    la_codes = [o.raw.la_code for o in opened]
    through = pa.array([bool(o.raw.sha256) for o in opened])
    is_through = through.take(file_numbers) if through.true_count else None
    for place, column in enumerate(rows.schema):
        if what := fmt.identifiers.get(column.name):
            ids = rows.column(place).combine_chunks()
            sent = ids if is_through is None else pc.if_else(is_through, None, ids)
            landed = pseudonyms.landed(la_codes, file_numbers.to_numpy(), what, sent)
            if is_through is not None:
                made = pseudonyms.pseudonymise_derived(pc.if_else(is_through, ids, None))
                both = pc.coalesce(landed.storage, made.storage)
                landed = pa.ExtensionArray.from_storage(pa.uuid(), both)
            rows = rows.set_column(place, column.name, landed)
    return rows


def _with_place(rows: pa.Table, opened: Sequence[_Opened], month: str) -> pa.Table:
    """The rows with what tells where each came from, in front."""
    file_numbers = rows.column("file_no")
    content = pa.array([o.receipt.content_id for o in opened], pa.int64()).take(file_numbers)
    authority = pa.array([o.raw.la_code for o in opened]).dictionary_encode()
    place = {
        "content_id": content,
        "la_code": pa.DictionaryArray.from_arrays(
            authority.indices.take(file_numbers.combine_chunks()), authority.dictionary
        ),
        "reporting_month": pa.repeat(pa.scalar(month), rows.num_rows),
    }
    held = {n: rows.column(n) for n in rows.column_names if n != "file_no"}
    return pa.table(place | held)


def _write_whole(table: pa.Table, target: Path) -> None:
    with new_file(target) as aside:
        pq.write_table(table, aside, **written_as(table.schema))


def written_as(schema: pa.Schema) -> dict[str, Any]:
    """How records are written: nothing is gained by a dictionary of ids, nor of numbers that count up."""
    plain = [f.name for f in schema if f.type == pa.uuid()]
    counting = [f.name for f in schema if f.name == "row_number" and f.type == pa.int64()]
    return {
        "compression": "lz4",
        "store_schema": False,
        "use_dictionary": [f.name for f in schema if f.name not in (*plain, *counting)],
        "column_encoding": dict.fromkeys(counting, "DELTA_BINARY_PACKED") or None,
    }
