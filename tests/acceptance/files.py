"""Each fault of a file in the raw folder: what becomes of it, how soon, in what memory.

Every file is landed by itself in a process of its own. At the end all that are refused lie in the folders of
an authority that has been published: no figure may differ.
"""

import io
import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from ingest.adapters.convert import convert_files, finding_files, returns_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.raw_folder import look
from ingest.landing.land import land_returns
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from tests.support.command import PUBLISHED

MONTH, LA = "2025-03", "001"
HEADER = (
    "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,number_of_previous_plans"
)
ROWS = "".join(f"P{n},K{n},2025-01-{n:02d},,{n}\n" for n in range(1, 21))
PLAIN = f"{HEADER}\n{ROWS}"
MOST_SECONDS, MOST_MB = 5.0, 1024
Put = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One row of the list of faults: what is put in the folder, and what must become of it."""

    fault: str
    put: Put
    refused: bool = False
    kept: int | None = None  # rows that must land
    findings: frozenset[str] = frozenset()  # at least these
    most_seconds: float = MOST_SECONDS  # of the processor, where it is refused


def text(said: str, name: str = "cp_plans.csv", encoding: str = "utf-8") -> Put:
    """Put one file of text."""
    return lambda folder: (folder / name).write_bytes(said.encode(encoding)) and None


def data(made: Callable[[], bytes], name: str) -> Put:
    """Put one file of bytes, made when it is wanted."""
    return lambda folder: (folder / name).write_bytes(made()) and None


def workbook(parts: Mapping[str, bytes] | None = None, fill: int = 0) -> bytes:
    """A workbook with one list of Annex A; `parts` go into its container besides."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("List 1")
        sheet.write_row(0, 0, ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Date of Contact"])
        for n in range(20 + fill):
            sheet.write_row(n + 1, 0, [f"K{n}", "M", "WBRI", "2014-05-05", "2025-03-02"])
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, said in (parts or {}).items():
            packed.writestr(name, said)
    return made.getvalue()


def _cut_sheet() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as whole,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as cut,
    ):
        for entry in whole.namelist():
            part = whole.read(entry)
            cut.writestr(entry, part[: len(part) // 2] if entry.endswith("sheet1.xml") else part)
    return made.getvalue()


LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE Message [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><Message><Children>&i;</Children></Message>"
)
QUADRATIC = (
    f"<?xml version='1.0'?><!DOCTYPE Message [<!ENTITY a '{'a' * 50_000}'>]>"
    f"<Message><Children>{'&a;' * 50_000}</Children></Message>"
)
OUTSIDE = (
    "<?xml version='1.0'?><!DOCTYPE Message [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
    "<Message><Children>&a;</Children></Message>"
)
INCLUDES = (
    "<?xml version='1.0'?><Message xmlns:xi='http://www.w3.org/2001/XInclude'><Children>"
    "<xi:include href='file:///etc/passwd' parse='text'/></Children></Message>"
)
NESTED = "<Message><Children>" + "<a>" * 5000 + "</a>" * 5000 + "</Children></Message>"
ELEMENTS = "<Message><Children>" + "<Child/>" * 3_000_000 + "</Children></Message>"
UNREADABLE = "".join(f"P{n},K{n},never,never,many\n" for n in range(450_000))


def _parquet(table: pa.Table, **how: Any) -> bytes:
    made = io.BytesIO()
    pq.write_table(table, made, **how)
    return made.getvalue()


def _named(columns: int, rows: int, value: str) -> pa.Table:
    """A table with the plans' headings in front, of one value."""
    names = [*HEADER.split(","), *(f"x{n}" for n in range(columns - 5))]
    # as a dictionary: spelled out, a long value in many rows is more than this machine holds
    column = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), [value])
    return pa.table(dict.fromkeys(names, column))


def _sheets(count: int) -> bytes:
    """A workbook whose one sheet stands in it under many names."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(fill=2000))) as whole,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as many,
    ):
        for entry in whole.namelist():
            part = whole.read(entry)
            if entry == "xl/workbook.xml":
                sheet = b'<sheet name="List 1" sheetId="1" r:id="rId1"/>'
                assert sheet in part
                part = part.replace(
                    sheet, b"".join(sheet.replace(b"List 1", b"L%d" % n) for n in range(count))
                )
            many.writestr(entry, part)
    return made.getvalue()


def _far(cell: str) -> bytes:
    """A workbook with one cell far off, which the reader would hold all cells before."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("List 1")
        sheet.write_row(0, 0, ["Child Unique ID", "Date of Contact"])
        sheet.write(cell, "far")
    return made.getvalue()


def _damaged(seed: int) -> bytes:
    """A Parquet file with bytes of its pages changed, and its end left whole."""
    sent = bytearray(_parquet(_named(5, 2000, "x"), compression="none", use_dictionary=False))
    chance = random.Random(seed)
    for _ in range(40):
        sent[chance.randrange(4, len(sent) // 2)] = chance.randrange(256)
    return bytes(sent)


BIG = "".join(f"P{n},K{n},2025-01-01,,1\n" for n in range(200_000))
LONG = f"{'a' * 251}.csv"


def _special(make: Callable[[Path], None], name: str = "cp_plans.csv") -> Put:
    return lambda folder: make(folder / name)


def _linked(path: Path) -> None:
    (path.parents[3] / "elsewhere.csv").write_text(PLAIN)
    path.symlink_to(path.parents[3] / "elsewhere.csv")


def _hard_linked(path: Path) -> None:
    (path.parents[3] / "elsewhere.csv").write_text(PLAIN)
    path.hardlink_to(path.parents[3] / "elsewhere.csv")


def _device(path: Path) -> None:
    if os.geteuid() == 0:
        os.mknod(path, 0o20600, os.makedev(1, 5))  # /dev/zero: it never ends
    else:
        path.symlink_to("/dev/zero")


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _folder_as_file(path: Path) -> None:
    path.mkdir()
    (path / "inside.csv").write_text(PLAIN)


REFUSED_SHEETS = (
    ("workbook cut at the end", lambda: workbook()[:-700]),
    ("workbook whose first 100 bytes are cut", lambda: workbook()[100:]),
    ("sheet cut inside a whole workbook", _cut_sheet),
    ("zip bomb: 400 MB in one part", lambda: workbook({"xl/media/a.bin": bytes(400 * 1000**2)})),
    (
        "zip bomb: parts of 100 MB",
        lambda: workbook({f"xl/media/{n}.bin": bytes(100 * 1000**2) for n in range(3)}),
    ),
    ("zip with 2,000 entries", lambda: workbook({f"xl/media/{n}.bin": b"" for n in range(2000)})),
    ("zip in the zip", lambda: workbook({"xl/media/a.zip": workbook()})),
    ("zip entry named with ..", lambda: workbook({"../../outside.xml": b"<a/>"})),
    ("DOCTYPE in a workbook's part", lambda: workbook({"xl/a.xml": OUTSIDE.encode()})),
)
CASES = [
    Case("a plain return", text(PLAIN), kept=20),
    Case("a plain workbook", data(workbook, "annex_a.xlsx"), kept=20),
    Case("a large, honest workbook (50,000 rows)", data(lambda: workbook(fill=50_000), "annex_a.xlsx")),
    *(Case(fault, data(said, "annex_a.xlsx"), refused=True) for fault, said in REFUSED_SHEETS),
    Case("billion laughs", text(LAUGHS, "cin_census.xml"), refused=True),
    Case("quadratic blowup", text(QUADRATIC, "cin_census.xml"), refused=True),
    Case("outside entity (XXE)", text(OUTSIDE, "cin_census.xml"), refused=True),
    Case("outside entity, UTF-16", text(OUTSIDE, "cin_census.xml", "utf-16"), refused=True),
    Case("XInclude", text(INCLUDES, "cin_census.xml"), refused=True),
    Case("byte order mark", text(PLAIN, encoding="utf-8-sig"), kept=20),
    Case("UTF-16", text(PLAIN, encoding="utf-16"), kept=20, findings=frozenset({"encoding_noted"})),
    Case("cp1252", text(PLAIN.replace("P1,", "Pé,"), encoding="cp1252"), kept=20,
         findings=frozenset({"encoding_noted"})),
    Case("line ends inside quotes", text(PLAIN.replace("P1,", '"P\n1",'))),
    Case("ragged: a row too long", text(PLAIN + "P99,K99,2025-01-01,,1,x,y\n"), kept=21,
         findings=frozenset({"cells_beyond_header"})),
    Case("ragged: a row too short", text(PLAIN + "P99,K99,2025-01-01\n"), kept=21,
         findings=frozenset({"short_rows_noted"})),
    Case("torn: a line break in a cell", text(PLAIN + "P99,K99,2025-0\n1-01,,1\n"), kept=20,
         findings=frozenset({"rows_torn"})),
    Case("two exports in one file", text(PLAIN + "cppl_person_id,cppl_cp_plan_id,cppl_cp_plan_start_date\n"),
         refused=True),
    Case("cut in the middle of a row", text(PLAIN + "P99,K99,20"), refused=True),
    Case("cut inside quotes", text(PLAIN + 'P99,"K9'), refused=True),
    Case("a heading twice", text(PLAIN.replace("cppl_cp_plan_end_date", "cppl_cp_plan_id", 1)), refused=True),
    Case("a heading renamed", text(PLAIN.replace("cppl_person_id", "person", 1)), refused=True),
    Case("a column of names", text(PLAIN.replace("\n", ",Jo\n").replace("plans,Jo", "plans,surname", 1)),
         kept=20, findings=frozenset({"personal_column"})),
    Case("a column more", text(PLAIN.replace("\n", ",1\n").replace("plans,1", "plans,extra", 1)), kept=20,
         findings=frozenset({"unknown_column"})),
    Case("thousands: 1,234 read, 1.234 not",
         text(PLAIN + 'P98,K98,2025-01-01,,"1,234"\nP99,K99,2025-01-01,,1.234\n'),
         kept=22, findings=frozenset({"unreadable_cell"})),
    Case("Excel's serial dates as text", text(PLAIN.replace("2025-01-01", "45750")),
         kept=19, findings=frozenset({"unreadable_cell", "required_cell_empty"})),
    Case("ids 1E5 and 000123", text(PLAIN.replace("P1,", "1E5,").replace("P2,", "000123,")), kept=20),
    Case("totals, title and blank rows", text(PLAIN + "Total,,,,210\n\n"), kept=20,
         findings=frozenset({"lines_passed_over_noted"})),
    Case("NUL", text(PLAIN.replace("K1,", "K\0,")), refused=True),
    Case("signs unseen in an id", text(PLAIN.replace("K1,", "K\u200b1,").replace("K2,", "K\u202e2,")),
         kept=18, findings=frozenset({"unreadable_cell", "required_cell_empty"})),
    Case("end before start", text(PLAIN + "P99,K99,2025-01-05,2024-01-01,0\n"), kept=20,
         findings=frozenset({"ends_before_start"})),
    Case("10,000 times the rows", text(f"{HEADER}\n{BIG}"), kept=200_000),
    Case("a formula", text(PLAIN + '"=cmd|x",K98,2025-01-01,,0\nP99,K99,"=1+1",,0\n'), kept=20,
         findings=frozenset({"unreadable_cell", "required_cell_empty"})),
    Case("0 bytes", text(""), refused=True),
    Case("a name of 255 bytes", text(PLAIN, LONG), findings=frozenset({"unknown_file"})),
    Case("a name with a line end", text(PLAIN, "cp\nplans.csv"), findings=frozenset({"unknown_file"})),
    Case("a name -rf", text(PLAIN, "-rf"), findings=frozenset({"unknown_file"})),
    Case("a name of signs", text(PLAIN, "\U0001f600'; drop table--.csv"),
         findings=frozenset({"unknown_file"})),
    Case("a symbolic link", _special(_linked), refused=True),
    Case("a hard link", _special(_hard_linked), refused=True),
    Case("a pipe", _special(os.mkfifo), refused=True),
    Case("a device", _special(_device), refused=True),
    Case("a folder named cp_plans.csv", _special(_folder_as_file), refused=True),
    Case("Parquet: 10 million equal rows",
         data(lambda: _parquet(_named(5, 10_000_000, "x")), "cp_plans.parquet"), refused=True),
    Case("Parquet: a word of 1 MB in 400,000 rows",
         data(lambda: _parquet(_named(5, 400_000, "w" * 1_000_000)), "cp_plans.parquet"), refused=True),
    Case("Parquet: 20,000 columns", data(lambda: _parquet(_named(20_000, 2, "x")), "cp_plans.parquet"),
         refused=True),
    Case("Parquet: text as differences",
         data(lambda: _parquet(pa.table({"cppl_cp_plan_id": ["w" * 100_000] * 5000}), use_dictionary=False,
                               column_encoding={"cppl_cp_plan_id": "DELTA_BYTE_ARRAY"}), "cp_plans.parquet"),
         refused=True),
    Case("Parquet: columns of lists",
         data(lambda: _parquet(pa.table({"cppl_cp_plan_id": [[1] * 1000] * 1000})), "cp_plans.parquet"),
         refused=True),
    Case("Parquet: pages damaged", data(lambda: _damaged(1), "cp_plans.parquet"), refused=True),
    Case("Parquet: its end alone", data(lambda: _parquet(_named(5, 10, "x"))[-300:], "cp_plans.parquet"),
         refused=True),
    Case("Parquet: nothing but its mark", data(lambda: b"PAR1" * 3, "cp_plans.parquet"), refused=True),
    Case("CSV: 2 million columns", text(",".join(f"c{n}" for n in range(2_000_000)) + "\n"), refused=True),
    Case("CSV: 2 million columns below a title",
         text("Plans\n" + ",".join(f"c{n}" for n in range(2_000_000)) + "\n"), refused=True),
    Case("CSV: a row of 2 million cells", text(PLAIN + "," * 2_000_000 + "\n"), refused=True),
    Case("CSV: 450,000 rows, none readable", text(f"{HEADER}\n{UNREADABLE}"), kept=0, most_seconds=30),
    Case("CSV: a million rows", text(f"{HEADER}\n{BIG * 5}"), refused=True),
    Case("CSV: 500,000 empty lines", text(PLAIN + "\n" * 490_000), kept=20),
    Case("CSV: a line of 120 MB", data(lambda: b"a" * 120_000_000, "cp_plans.csv"), refused=True),
    Case("CSV: 400 MB of zeros", _special(lambda path: _sparse(path, 400_000_000)), refused=True),
    Case("workbook: 60,000 sheets", data(lambda: _sheets(60_000), "annex_a.xlsx"), refused=True),
    Case("workbook: 50 sheets of one part", data(lambda: _sheets(49), "annex_a.xlsx")),
    Case("workbook: a cell at ZZ99999", data(lambda: _far("ZZ99999"), "annex_a.xlsx"), refused=True),
    Case("workbook: a cell at CZ99999", data(lambda: _far("CZ99999"), "annex_a.xlsx")),
    Case("XML: 5,000 deep", text(NESTED, "cin_census.xml"), refused=True),
    Case("XML: 3 million elements", data(lambda: ELEMENTS.encode(), "cin_census.xml"), refused=True),
]  # fmt: skip


def _land(base: Path, told: Any) -> None:
    """Land what lies in a raw folder; tells what became of it, the seconds and the memory it took."""
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    pseudonyms = read_key(key_file())
    places.prepare()
    ledger = Ledger(places.ledger)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    found = look(places.raw)
    convert_files(found, MONTH, places.opened, ledger, pseudonyms)
    for name in submitted_formats():
        files = [*found.of(name, MONTH), *returns_of(places.opened, name, MONTH)]
        if files:
            land_returns({name: {MONTH: files}}, places.landing, ledger, pseudonyms)
    seconds = time.process_time() - began  # of the processor: the machine may be busy
    paths = [*finding_files(places.opened), *places.landing.glob("*/*/*.findings.parquet")]
    findings = [f for path in paths for f in pq.read_table(path).to_pylist()]
    receipts = ledger.table("receipts").to_pylist()
    ledger.close()
    told.put(
        {
            "seconds": seconds,
            "mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
            "refused": any(f["finding"] == "rejected_file" for f in findings),
            "findings": sorted({f["finding"] for f in findings}),
            "why": next((f["reason"] for f in findings if f["finding"] == "rejected_file"), ""),
            "kept": sum(r["kept_count"] for r in receipts if r["return_name"] in ("cp_plans", "contacts")),
        }
    )


def _try(case: Case) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory(prefix="files-") as folder:
        place = Path(folder) / "raw" / MONTH / LA
        place.mkdir(parents=True)
        case.put(place)
        clean = multiprocessing.get_context("forkserver")
        told: Any = clean.Queue()
        work = clean.Process(target=_land, args=(Path(folder), told))
        work.start()
        work.join(300)  # of the clock: the machine may be busy
        if work.is_alive() or work.exitcode:
            work.kill()
            return False, "hung" if work.exitcode is None else f"broke ({work.exitcode})"
        said = told.get()
        stray = [
            p
            for p in Path(folder).iterdir()
            if p.name not in ("raw", "release", "release-restricted", "elsewhere.csv")
        ]
    is_right = (
        said["refused"] == case.refused
        and (case.kept is None or said["kept"] == case.kept)
        and case.findings <= set(said["findings"])
        and not stray
        and said["mb"] < MOST_MB
        and (not case.refused or said["seconds"] < case.most_seconds)
    )
    outcome = f"refused: {said['why']}" if said["refused"] else ", ".join(said["findings"]) or "taken"
    return is_right, f"{said['seconds']:7.2f} s {said['mb']:6.0f} MB {said['kept']:8,} rows  {outcome}"


def main() -> int:
    # what a case needs, and not this module: as the main one, each process imports it for itself
    multiprocessing.set_forkserver_preload(
        ["ingest.landing.land", "ingest.adapters.convert", "pyarrow.parquet"]
    )
    wrong = 0
    for case in CASES:
        is_right, said = _try(case)
        wrong += not is_right
        print(f"  {'ok' if is_right else 'NOT'}  {case.fault:<42} {said}", flush=True)
    changed = _figures_changed()
    print(
        f"  {len(CASES)} faults, {wrong} not as they should be; figures changed by those refused: {changed}"
    )
    return 1 if wrong or changed else 0


def _figures_changed() -> int:
    """Figures that differ once every refused file lies in the folder of an authority that was published."""
    import duckdb

    from synthetic import invent
    from tests.support.command import refresh

    with tempfile.TemporaryDirectory(prefix="files-") as folder:
        base = Path(folder)
        invent(1, ["2025-02", MONTH], 30, 1, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        target = places.raw / MONTH / LA

        def figures() -> set[tuple[Any, ...]]:
            if refresh(places).returncode not in PUBLISHED:
                return set()
            with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
                return set(db.sql("from fct_indicator_values").fetchall())

        before = figures()
        returns = iter(sorted(target.glob("*.csv")))
        for number, case in enumerate(c for c in CASES if c.refused):
            made = base / f"made {number}" / "a" / "b" / "c"
            made.mkdir(parents=True)
            case.put(made)
            [path] = made.iterdir()
            # a return that stands is replaced by it; what is no return lies beside
            name = next(returns) if path.suffix == ".csv" else target / f"annex a {number}{path.suffix}"
            name.unlink(missing_ok=True)
            path.rename(name)
        after = figures()
        return len(before ^ after) if before and after else -1


if __name__ == "__main__":
    print(json.dumps({"most seconds": MOST_SECONDS, "most MB": MOST_MB}))
    sys.exit(main())
