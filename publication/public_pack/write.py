"""Write the public pack: the protected figures in every format, inside the release that is being made."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import xlsxwriter

from expectations.public_pack import Judge
from publication.public_pack import ees, methodology
from publication.public_pack.disclosure import design, gate, ledger, long_table
from publication.select import table_of

STATUSES = {
    "shown": "The value is shown.",
    "c": "Hidden, so that nobody can be told from it. Not always a small count.",
    "left_out": "Left out: beside earlier packs it would tell of few people, or a last check stopped it.",
    "low": "Rounds to nothing, and is not.",
    "x": "Not available: not submitted, or not for as long as the figure needs.",
    "z": "Not applicable: there was nobody to count.",
}
MADE = "made"
NEXT_MOVE = (
    "as restated it would tell of few people beside what was published before; it is printed again where the "
    "months are reopened, the restatement is taken back and they are closed"
)
STOPPED = (
    "a check of the finished pack stopped it, and nothing was told; "
    "send this line and the version (line-of-sight --version) to whoever keeps Line of Sight for you"
)
COLUMNS = {
    "geographic_level": "Local authority, Regional or National.",
    "area_code": "Three-digit DfE code of an authority; ONS code of a region, or of England.",
    "indicator_id": "The indicator; see dim_indicator.",
    "period_basis": "month, quarter, year_to_date, rolling_12_months or point_in_time.",
    "period_end": "Last day of the period.",
    "breakdown": "The value that the figure is broken down by; all for the total.",
    "value": "The figure as published; null where the status is not shown. Never a code for a reason.",
    "status": "shown; or c hidden, left_out, low, x not available, z not applicable. See dim_status.",
    "rounded_to": "What the value is rounded to: 1, 10 or 0.1.",
}
ABOUT = {
    "figures": "The figures of the public pack: one row for an area, indicator, basis, period, breakdown.",
    "dim_area": "Areas. One row for an authority, a region, or England.",
    "dim_indicator": "What each indicator means, how it is counted, and what the pack does with it.",
    "dim_status": "What each status means.",
}
AREA = "geographic_level, area_code, area_name, new_la_code, region_code, region_name, is_invented"
OF_FIGURES = "(is_standing or area_code in (select area_code from figures))"
INDICATOR = (
    "indicator_id, title, area, unit, scale, polarity, kind, count_unit, bases, counted_on, numerator_rule, "
    "denominator_rule, decision_note, role, reason"
)


class Withheld(Exception):
    """The public pack may not be published; the message says why and what to do, and quotes no figure."""


@dataclass(frozen=True)
class Kept:
    """The restricted folder of the ledger of publications, and the releases on record; of those that had a
    public pack, the SHA-256 of their part of the ledger, where it is known."""

    folder: Path
    releases: Sequence[int]
    owed: Mapping[int, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """What became of the public pack of a release, for its manifest: made or refused. Figures are named by
    authority, indicator and months, and none is quoted."""

    state: str
    because: str | None = None
    left_out: tuple[Mapping[str, str], ...] = ()
    ledger_sha256: str | None = None


def publish(
    db: duckdb.DuckDBPyConnection, folder: Path, kept: Kept, release: int, newest: str | None, judge: Judge
) -> Ended:
    """Write the pack, or nothing and the reason: a pack that is refused never stops the exact release."""
    if newest is None:
        return Ended("none", "no month is final")
    try:
        pack = write(db, folder, kept, release, newest, judge)
    except Withheld as error:
        if folder.exists():
            shutil.rmtree(folder)
        return Ended("refused", str(error))
    ledger_file = ledger.write(kept.folder, pack.changes, release, kept.releases)
    return Ended(MADE, None, left_out_by_authority(pack), ledger.sha256(ledger_file))


def left_out_by_authority(pack: long_table.Pack) -> tuple[Mapping[str, str], ...]:
    """What could not be made safe: a row for an authority and indicator, with its months and the move."""
    months: dict[tuple[str, str], set[str]] = {}
    for figure in pack.left_out.itertuples():
        of = months.setdefault((str(figure.area_code), str(figure.indicator_id)), set())
        of.add(f"{figure.period_end:%Y-%m}")
    return tuple(
        {
            "la_code": la_code,
            "indicator_id": indicator_id,
            "months": " ".join(sorted(of)),
            "suggested_action": STOPPED if (la_code, indicator_id) in pack.stopped else NEXT_MOVE,
        }
        for (la_code, indicator_id), of in months.items()
    )


def write(
    db: duckdb.DuckDBPyConnection, folder: Path, kept: Kept, release: int, newest: str, judge: Judge
) -> long_table.Pack:
    """Protect, write every format into `folder`, and let the gate look: figures that it stops are left out,
    and it looks again. Raises Withheld. The ledger is not written.

    `newest` is the newest month that is final for some authority: what is printed is of such months alone.
    """
    [(last,)] = db.execute("select last_day(($1 || '-01')::date)::varchar", [newest]).fetchall()
    try:
        before = ledger.read(kept.folder, kept.releases, kept.owed)
    except ledger.IncompleteLedgerError as error:
        raise Withheld(f"no public pack can be made: {error}") from None
    base, members = long_table.read_base(db, last), long_table.members_of_england(db)
    if base.empty:
        raise Withheld("no public pack can be made: the months that are final have no figure that it prints")
    pack = long_table.make(base, members, before, release)
    write_files(db, folder, pack, last)
    if found := gate.wrong(folder, pack, last, judge):
        named = pd.concat([one.figures for one in found]).drop_duplicates()
        if len(named):
            pack = long_table.leave_out(pack, named, before, release)
            shutil.rmtree(folder)
            write_files(db, folder, pack, last)
            found = gate.wrong(folder, pack, last, judge)
    if found:
        raise Withheld("the public pack did not pass its gate: " + "; ".join(one.in_words for one in found))
    return pack


def write_files(db: duckdb.DuckDBPyConnection, folder: Path, pack: long_table.Pack, last: str) -> None:
    """Every format, from the one table."""
    folder.mkdir()
    for kind in ("csv", "parquet", "ees", "methodology"):
        (folder / kind).mkdir()
    db.register("printed", pack.printed)
    db.register(
        "roles",
        pd.DataFrame(
            [(r.indicator_id, r.role, r.reason or None) for r in design.roles().values()],
            columns=["indicator_id", "role", "reason"],
        ),
    )
    db.register("statuses", pd.DataFrame(STATUSES.items(), columns=["status", "meaning"]))
    dated = "select * replace (period_end::date as period_end) from printed"
    db.execute(f"create or replace temp table figures as {dated}")
    known = table_of(
        db, "intermediate.int_indicators__areas", AREA, where=OF_FIGURES, order="geographic_level, area_code"
    )
    with_roles = "marts.dim_indicator inner join roles using (indicator_id)"
    db.register("areas", known)
    db.register("indicators", table_of(db, with_roles, INDICATOR, order="display_order"))
    tables = {
        "figures": "from figures",
        "dim_area": "from areas",
        "dim_indicator": "from indicators",
        "dim_status": "from statuses",
    }
    db.execute(f"attach '{folder / 'public.duckdb'}' as public_file")
    for name, query in tables.items():
        db.execute(f"create table public_file.{name} as {query}")
        db.execute(f"comment on table public_file.{name} is {_text(ABOUT[name])}")
        source = f"(from public_file.{name})"
        db.execute(
            f"copy {source} to '{folder / 'parquet' / name}.parquet' (format parquet, compression zstd)"
        )
        db.execute(f"copy {source} to '{folder / 'csv' / name}.csv' (header)")
    for column, text in COLUMNS.items():
        db.execute(f"comment on column public_file.figures.{column} is {_text(text)}")
    areas = db.sql("from public_file.dim_area").df()
    indicators = db.sql("from public_file.dim_indicator").df()
    db.execute("detach public_file")
    db.execute("drop table figures")
    for view in ("printed", "roles", "statuses", "areas", "indicators"):
        db.unregister(view)
    ees.write(folder / "ees", pack.printed, areas, indicators)
    methodology.write(folder, indicators, COLUMNS, STATUSES, ABOUT)
    _write_workbook(folder / "public.xlsx", pack.printed, areas, indicators, last)


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_workbook(
    file: Path, printed: pd.DataFrame, areas: pd.DataFrame, indicators: pd.DataFrame, last: str
) -> None:
    """The newest month, a sheet for each level: numbers as numbers, a symbol in brackets for a reason."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        # made again, it has the same bytes: the day is that of its figures, not of the clock
        made = {"author": "", "comments": "", "created": datetime.fromisoformat(last)}
        book.set_properties({"title": "Children's safeguarding: public pack", **made})
        book.set_custom_property("Newest period", last)
        contents = [["Sheet", "What it holds"]]
        contents += [[level, f"Figures of periods that end on {last}"] for level in long_table.LEVELS]
        contents += [["Indicators", "What each indicator means"], ["Statuses", "What a symbol means"]]
        _write_sheet(book, "Contents", contents)
        names = areas.set_index("area_code")["area_name"]
        about = indicators.set_index("indicator_id")
        newest = printed[printed["period_end"] == pd.Timestamp(last)]
        headings = ["Code", "Area", "Indicator", "Title", "Basis", "Breakdown", "Value"]
        for level in long_table.LEVELS:
            rows = newest[newest["geographic_level"] == level]
            value = rows["value"].astype(object).where(rows["status"] == "shown", "[" + rows["status"] + "]")
            table = [
                rows["area_code"], rows["area_code"].map(names), rows["indicator_id"],
                rows["indicator_id"].map(about["title"]), rows["period_basis"], rows["breakdown"], value,
            ]  # fmt: skip
            _write_sheet(book, level, [headings, *zip(*table, strict=True)])
        shown = ["indicator_id", "title", "area", "unit", "numerator_rule", "denominator_rule", "reason"]
        rows_of = indicators[shown].fillna("").to_numpy().tolist()
        _write_sheet(book, "Indicators", [shown, *rows_of])
        _write_sheet(book, "Statuses", [["Symbol", "Meaning"], *[[f"[{k}]", v] for k, v in STATUSES.items()]])


def _write_sheet(book: xlsxwriter.Workbook, name: str, rows: Iterable[Iterable[object]]) -> None:
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, str(cell))
