"""An attacker against the public packs of invented worlds, and planted leaks.

The attacker (tests/support/attacker.py) reads what is printed in all packs together, knows every sum,
and is judged by the truth: small counts known exactly, or to fewer than four values. Aim: none and none.
All of it takes hours; names of PARTS behind the name of the module choose some.
"""

import json
import shutil
import sys
import tempfile
import time
import zipfile
from functools import cache
from pathlib import Path
from unittest import mock

import duckdb
import numpy as np
import pandas as pd

from expectations.public_pack import Judge
from ingest.paths import WarehousePaths
from publication.public_pack import methodology
from publication.public_pack import write as public_pack
from publication.public_pack.disclosure import audit, design, gate, ledger, long_table
from synthetic import invent
from tests.support import worker_attack
from tests.support.attacker import Said, attack, learn, said_by
from tests.support.command import PUBLISHED, close, refresh
from tests.support.warehouses import warehouse
from tests.support.worlds import catalogue, members, placed, revised, world

FIRST = 12 * 2023 + 3  # April 2023
YEARS_2 = [FIRST + month for month in range(24)]
# of chains, breakdowns, parts, shares and rates, one or two of each: for attacks on many packs
SOME = (
    *("cp_open", "cp_started", "cp_2y_open_count", "cp_2y_open_pct", "cp_category_pct", "cp_rate_10k"),
    *("cp_plan_uptodate_pct", "cp_subsequent_2y_pct"),
    *("cla_open", "cla_started", "cla_3plus_placements_pct", "cla_rate_10k"),
    *("referrals_received", "referrals_nfa_pct", "referrals_rate_10k", "icpc_held", "icpc_15wd_pct"),
)
SIZES = (5, 8, 12)
missed: list[str] = []


def tell(name: str, said: str, holds: bool) -> None:
    """One line for one test."""
    print(f"{name:<4}{'met   ' if holds else 'MISSED'} {said}", flush=True)
    if not holds:
        missed.append(name)


def regions(of: pd.DataFrame) -> dict[str, str]:
    return dict(zip(of["la_code"], of["region_code"], strict=True))


def many_worlds(count: int) -> None:
    """D1, D3, D4, D11: worlds of three sizes, a third of their authorities the size of Rutland, 24 months.

    The last has 26: two financial years and the beginning of a third.
    """
    small = ghosts = exact = tight = wrong = 0
    for seed in range(1, count + 1):
        of = members(SIZES[seed % 3])
        base = world(of, YEARS_2 if seed < count else [*YEARS_2, FIRST + 24, FIRST + 25], seed)
        pack = long_table.make(base, of, ledger.empty(), 1)
        known = learn([pack.printed], [base], regions(of), pages_said())
        found = attack(known)
        small, exact, tight = small + found.small, exact + len(found.exact), tight + len(found.tight)
        wrong += found.inconsistent
        of_ghosts = ~known.keys["side"].isin(["n", "d"]) & known.keys["true"].between(1, 5)
        ghosts += int(of_ghosts.sum())
    said = f"{small:,} small counts attacked: {exact} exact, {tight} to fewer than four values"
    tell("D1", f"{count} worlds, {said}, {wrong} relations that do not hold", exact + tight + wrong == 0)
    tell(
        "D3",
        "the same packs print months, quarters, years to date and rates of twelve months together",
        exact + tight == 0,
    )
    tell(
        "D4",
        "the same packs print regions and England; means of neighbours are not printed",
        exact + tight == 0,
    )
    tell(
        "D11",
        f"of the same, {ghosts:,} are ghosts: ends, rests of wholes, other halves of shares",
        exact + tight == 0,
    )


def vintages() -> None:
    """D2, D9: 24 packs, authorities sending months again between them, and three months again at the end."""
    of = members(9)
    full = world(of, YEARS_2, 42, only=SOME, small=0.5)
    chance = np.random.default_rng(42)
    kept, packs, truths, revealed = ledger.empty(), [], [], 0
    for number in range(1, 26):
        if number == 25:
            full = revised(full, of["la_code"][0], [YEARS_2[m] for m in (22, 20, 18)], number)
        elif number > 4 and chance.random() < 0.3:
            full = revised(full, str(chance.choice(of["la_code"])), [YEARS_2[number - 3]], number)
        base = full[full["month"] <= YEARS_2[min(number, 24) - 1]].reset_index(drop=True)
        pack = long_table.make(base, of, kept, number)
        kept = pd.concat([kept, pack.changes], ignore_index=True)
        revealed += _revealed(packs[-1], pack.printed) if packs else 0
        packs.append(pack.printed)
        truths.append(base)
    found = attack(learn(packs, truths, regions(of), pages_said()))
    tell(
        "D2",
        f"25 packs together, the last after three months sent again: {found.small:,} small counts, "
        f"{len(found.exact)} exact, {len(found.tight)} to fewer than four values, "
        f"{found.inconsistent} inconsistent",
        len(found.exact) + len(found.tight) + found.inconsistent == 0,
    )
    again = long_table.make(truths[-1], of, kept, 26)
    once_more = long_table.make(truths[-1], of, kept, 26)
    same = again.printed.to_csv() == once_more.printed.to_csv()
    nothing_new = again.printed.equals(packs[-1]) and again.changes.empty
    tell(
        "D9",
        f"made twice, the same bytes: {same}; made again after its release, the same pack: {nothing_new}; "
        f"hidden figures revealed later: {revealed}",
        same and nothing_new and not revealed,
    )


def _revealed(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Figures of months and days that were hidden and are shown. Sums of months follow from those."""
    grain = long_table.GRAIN
    both = before.merge(after, on=grain, suffixes=("_then", ""))
    return int(((both["status_then"] == "c") & (both["status"] == "shown")).sum())


def insiders() -> None:
    """D5: each authority in turn knows all of its own figures."""
    of = members(12)
    base = world(of, YEARS_2[:9], 7, only=SOME)
    pack = long_table.make(base, of, ledger.empty(), 1)
    known = learn([pack.printed], [base], regions(of), pages_said())
    small = exact = tight = 0
    for la_code in of["la_code"]:
        found = attack(known, insider=la_code)
        small, exact, tight = small + found.small, exact + len(found.exact), tight + len(found.tight)
    tell(
        "D5",
        f"12 insiders, {small:,} small counts of others: {exact} exact, {tight} to fewer than four values",
        exact == 0 and tight <= small / 100,
    )


def _attacked(printed: pd.DataFrame, base: pd.DataFrame, of: pd.DataFrame, more: list[pd.DataFrame]) -> bool:
    found = attack(learn([*more, printed], [base] * (1 + len(more)), regions(of), pages_said()))
    return len(found.exact) + len(found.tight) > 0


def planted_leaks(folder: Path) -> None:
    """D6: twelve leaks, each caught by an attacker or by the gate."""
    of = members(6)
    base = world(of, YEARS_2[:9], 3, only=SOME, small=0.5)
    pack = long_table.make(base, of, ledger.empty(), 1)
    printed = pack.printed
    la = printed["geographic_level"] == "Local authority"
    truth = base.assign(period_end=long_table._month_end(base["month"])).set_index(
        ["la_code", "indicator_id", "period_end", "breakdown"]
    )
    key = pd.MultiIndex.from_frame(printed[["area_code", "indicator_id", "period_end", "breakdown"]])
    exact = truth["numerator"].reindex(key).to_numpy()
    value = truth["value"].reindex(key).to_numpy()
    point = la & printed["period_basis"].isin(["month", "point_in_time"])
    hidden = point & (printed["status"] == "c")

    def shown(rows: pd.Series, what: np.ndarray) -> pd.DataFrame:
        leaked = printed.copy()
        leaked.loc[rows, "value"] = what[rows]
        leaked.loc[rows, "status"] = "shown"
        return leaked

    secondary = hidden & (printed["indicator_id"] == "cp_started") & ~((exact > 0) & (exact < 6))
    share = hidden & (printed["indicator_id"] == "cp_2y_open_pct") & (exact > 0) & (exact < 6)
    to_date = la & (printed["period_basis"] == "year_to_date") & (printed["indicator_id"] == "cp_started")
    to_date &= printed["status"] == "c"
    totals = np.array(
        [
            base[
                (base["la_code"] == r.area_code)
                & (base["indicator_id"] == "cp_started")
                & (base["month"] <= r.period_end.year * 12 + r.period_end.month - 1)
            ]["numerator"].sum()
            if to_date[i]
            else np.nan
            for i, r in enumerate(printed.itertuples())
        ]
    )
    caught = {
        "a secondary dropped": _attacked(shown(secondary, exact), base, of, []),
        "an exact rate beside c": _attacked(
            shown(share, audit.one_place(pd.Series(value)).to_numpy()), base, of, []
        ),
        "the year to date with a month hidden": _attacked(shown(to_date, totals), base, of, []),
        "the rest of a whole shown": _attacked(
            shown(hidden & (printed["indicator_id"] == "cp_2y_open_count"), exact), base, of, []
        ),
        "an earlier pack shows the figure": _attacked(
            printed, base, of, [shown(hidden & (printed["indicator_id"] == "cla_started"), exact)]
        ),
        "a region not rounded": _gate_finds(folder),
        "a hidden sheet": _workbook_finds(folder, "hidden"),
        "the cache of a chart": _workbook_finds(folder, "chart"),
    }
    caught |= _unaudited_leaks(folder)
    said = ", ".join(name for name, found in caught.items() if not found) or "none"
    tell(
        "D6",
        f"{len(caught)} leaks planted, {sum(caught.values())} caught; not caught: {said}",
        all(caught.values()),
    )


def _unaudited_leaks(folder: Path) -> dict[str, bool]:
    """What rates, their steps, shares and regions tell where the audit of everything printed is left out."""
    of = members(6)
    base = world(of, YEARS_2, 11)
    with mock.patch.object(long_table, "_gives_way", lambda *given: np.array([])):
        leaky = long_table.make(base, of, ledger.empty(), 1).printed
    of_workers = worker_attack.attack([leaky], [base], _pages(folder)).by_indicator
    found = attack(learn([leaky], [base], regions(of), pages_said()))
    told = {*found.exact["indicator_id"], *found.tight["indicator_id"]}
    one = members(10).assign(region_code="R0")
    counts = [(f"{n:03d}", "s47_started", YEARS_2[0], int(n < 5)) for n in range(1, 11)]
    low = placed(one, *counts)
    alone = long_table.make(low, one, ledger.empty(), 1).printed
    of_region = alone["geographic_level"].eq("Regional") & alone["period_basis"].eq("month")
    shown = alone.assign(status=alone["status"].mask(of_region, "low"))
    return {
        "vacancies and the rate after agency cover": bool(of_workers.get("wf_agency_fte")),
        "a step of the turnover": bool(of_workers.get("wf_leavers")),
        "conferences and the share that became plans": bool(told & {"cp_started", "icpc_to_plan_pct"}),
        "a region's low beside noughts": bool(
            len(attack(learn([shown], [low], regions(one), pages_said())).exact)
        ),
    }


@cache
def pages_said() -> Said:
    """What the pages of a pack say hangs together, as the attacker reads them."""
    with tempfile.TemporaryDirectory() as name:
        return said_by(_pages(Path(name)).parent)


def _pages(folder: Path) -> Path:
    """The methodology pages, as a pack has them."""
    about = catalogue().reset_index()
    about["role"] = about["indicator_id"].map({r.indicator_id: r.role for r in design.roles().values()})
    target = folder / "pages"
    if not target.exists():
        (target / "methodology").mkdir(parents=True)
        methodology.write(target, about, public_pack.COLUMNS, public_pack.STATUSES, public_pack.ABOUT)
    return target / "methodology"


def _real_pack(folder: Path) -> tuple[long_table.Pack, Path]:
    base = world(members(), YEARS_2[-3:], 5, only=SOME)
    target = folder / "real"
    if target.exists():
        shutil.rmtree(target)
    target.mkdir()
    db = warehouse(base)
    pack = public_pack.write(
        db, target / "public", public_pack.Kept(target / "ledger", []), 1, "2025-03", Judge()
    )
    return pack, target / "public"


def _gate_finds(folder: Path) -> bool:
    """Whether the gate finds England's sums printed as they are, of which the attacker would need many."""
    pack, public = _real_pack(folder)
    with duckdb.connect(str(public / "public.duckdb")) as db:
        db.execute(
            "update figures set value = value + 3 where geographic_level = 'National' and rounded_to = 10"
        )
    return bool(gate.wrong(public, pack, "2025-03-31", Judge()))


def _workbook_finds(folder: Path, what: str) -> bool:
    import xlsxwriter

    pack, public = _real_pack(folder)
    with xlsxwriter.Workbook(public / "public.xlsx") as book:
        book.add_worksheet("Contents")
        sheet = book.add_worksheet("Exact")
        sheet.write_column(0, 0, [3, 4, 5])
        if what == "hidden":
            sheet.hide()
        else:
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": "=Exact!$A$1:$A$3"})
            sheet.insert_chart("C1", chart)
    return bool(gate.wrong(public, pack, "2025-03-31", Judge()))


def formats(folder: Path) -> None:
    """D8: every format says what the table says, and a workbook holds nothing else."""
    pack, public = _real_pack(folder)
    differing = len(gate.wrong(public, pack, "2025-03-31", Judge()))
    with duckdb.connect() as db:
        parquet = db.sql(f"from '{public / 'parquet' / 'figures'}.parquet'").df()
    parquet["period_end"] = pd.to_datetime(parquet["period_end"])
    csv = pd.read_csv(public / "csv" / "figures.csv", dtype={"area_code": str}, parse_dates=["period_end"])
    for read in (parquet, csv):
        same = read["value"].fillna(-1).eq(pack.printed["value"].fillna(-1)) & read["status"].eq(
            pack.printed["status"]
        )
        differing += int((~same).sum())
    newest = pack.printed[pack.printed["period_end"] == "2025-03-31"]
    with zipfile.ZipFile(public / "public.xlsx") as book:
        names = book.namelist()
        differing += sum("chart" in n or "comment" in n or "pivot" in n or "externalLink" in n for n in names)
        listed = book.read("xl/workbook.xml").decode()
        differing += ("state=" in listed) + ("definedName" in listed)
    import fastexcel

    reader = fastexcel.read_excel(public / "public.xlsx")
    for level in long_table.LEVELS:
        rows = newest[newest["geographic_level"] == level]
        cells = reader.load_sheet(level, dtypes={6: "string"}).to_pandas()["Value"]
        expected = (
            rows["value"].map(lambda v: f"{v:g}").where(rows["status"] == "shown", "[" + rows["status"] + "]")
        )
        read_back = cells.map(lambda c: c if c.startswith("[") else f"{float(c):g}")
        differing += int((read_back.to_numpy() != expected.to_numpy()).sum())
    differing += _ees_differs(public, pack.printed)
    tell(
        "D8",
        f"duckdb, CSV, Parquet, XLSX and EES files against the long table: {differing} cells differ",
        differing == 0,
    )


def _ees_differs(public: Path, printed: pd.DataFrame) -> int:
    monthly = pd.read_csv(public / "ees" / "monthly.csv", dtype=str)
    monthly = monthly[monthly["geographic_level"] == "Local authority"]
    long = monthly.melt(
        ["time_period", "time_identifier", "old_la_code"],
        [c for c in monthly.columns if c in design.roles()],
        var_name="indicator_id",
        value_name="cell",
    )
    long["period_end"] = pd.to_datetime(
        "1 " + long["time_identifier"] + " " + long["time_period"]
    ) + pd.offsets.MonthEnd(0)
    rows = printed[printed["period_basis"].isin(["month", "point_in_time"]) & (printed["breakdown"] == "all")]
    both = rows.merge(
        long,
        left_on=["area_code", "indicator_id", "period_end"],
        right_on=["old_la_code", "indicator_id", "period_end"],
    )
    number = pd.to_numeric(both["cell"], errors="coerce")
    agrees = (number == both["value"]) | (number.isna() & (both["cell"] == both["status"]))
    lacking = int((rows["geographic_level"] == "Local authority").sum()) - len(both)
    return int((~agrees).sum()) + lacking


def workers(folder: Path, count: int) -> None:
    """Agency staff, leavers and starters, by an attacker who reads what hangs together from the pages."""
    hidden = exact = tight = 0
    by: dict[str, int] = {}
    for seed in range(1, count + 1):
        of = members(SIZES[seed % 3])
        base = world(of, YEARS_2, seed)
        pack = long_table.make(base, of, ledger.empty(), 1)
        found = worker_attack.attack([pack.printed], [base], _pages(folder))
        hidden, exact, tight = hidden + found.hidden, exact + found.exact, tight + found.tight
        by = {name: by.get(name, 0) + found.by_indicator.get(name, 0) for name in {*by, *found.by_indicator}}
    said = f"{hidden:,} hidden figures of few workers: {exact} exact, {tight} to fewer than four values"
    tell("W1", f"{count} worlds, {said}; {by or 'none'}", exact + tight == 0 and hidden > 0)


def england() -> None:
    """D7, D10: every council, every indicator, 24 months; and the month after."""
    of = members()
    months = [*YEARS_2, YEARS_2[-1] + 1]
    full = world(of, months, 1, small=0.1)
    base = full[full["month"] <= YEARS_2[-1]].reset_index(drop=True)
    started = time.perf_counter()
    pack = long_table.make(base, of, ledger.empty(), 1)
    made = time.perf_counter() - started
    started = time.perf_counter()
    later = full[full["month"] > months[0]].reset_index(drop=True)
    long_table.make(later, of, pack.changes, 2)
    month = time.perf_counter() - started
    started = time.perf_counter()
    lean = base["indicator_id"].isin(SOME)
    found = attack(learn([pack.printed], [base[lean]], regions(of), pages_said()))
    attacked = time.perf_counter() - started
    tell(
        "D10",
        f"England, {len(base):,} figures: protected in {made:.0f} s, a further month in {month:.0f} s, "
        f"attacked in {attacked:.0f} s ({found.small:,} small counts, {len(found.exact)} exact, "
        f"{len(found.tight)} to fewer than four values, {found.inconsistent} relations that do not hold)",
        made + attacked < 600
        and month < 60
        and len(found.exact) + len(found.tight) + found.inconsistent == 0,
    )
    counts = base[base["role"].isin(["stock", "starts", "breakdown"])].assign(
        period_end=lambda d: long_table._month_end(d["month"]), area_code=lambda d: d["la_code"]
    )
    said = counts.merge(
        pack.printed[["area_code", "indicator_id", "period_end", "breakdown", "period_basis", "status"]],
        on=["area_code", "indicator_id", "period_end", "breakdown", "period_basis"],
    )
    small = ((said["numerator"] > 0) & (said["numerator"] < 6)).mean()
    hidden = (said["status"] == "c").mean()
    headline = said[(said["role"] == "stock") & (said["numerator"] >= 6)]
    shown = (headline["status"] == "shown").mean()
    whole = base[base["role"].isin(design.COUNTS)]
    small_of_all = ((whole["numerator"] > 0) & (whole["numerator"] < 6)).mean()
    tell(
        "D7",
        f"stocks, starts and categories: {small:.1%} are 1 to 5, {hidden:.1%} hidden; "
        f"all counts: {small_of_all:.1%} are 1 to 5; headline totals of 6 or more shown: {shown:.1%}",
        hidden <= 1.5 * small + 0.02 and shown >= 0.9,
    )


def published(folder: Path) -> None:
    """D12: the pack that the real command publishes, from returns; the truth is read from its warehouse."""
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in YEARS_2[:12]]
    invent(3, months, 60, 12, folder)
    places = WarehousePaths.of(folder / "raw", folder / "reference", folder / "release")
    refresh(places)
    ended = close(places, f"{months[0]}..{months[-1]}", "--incomplete", "--reason", "an invented world")
    if ended.returncode not in PUBLISHED:
        tell("D12", f"the closing ended with {ended.returncode}: {ended.stderr[-300:]}", False)
        return
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        [(last,)] = db.sql(
            "select max(period_end)::varchar from intermediate.int_indicators__public"
        ).fetchall()
        base = long_table.read_base(db, last)
    with duckdb.connect(str(places.current / "public" / "public.duckdb"), read_only=True) as db:
        printed = db.sql("from figures").df()
    printed["period_end"] = pd.to_datetime(printed["period_end"])
    found = attack(learn([printed], [base], {}, pages_said()))
    shown = int((printed["status"] == "shown").sum())
    manifest = json.loads((places.current / "manifest.json").read_text(encoding="utf-8"))
    stopped = len(manifest["public_pack"]["left_out"])
    tell(
        "D12",
        f"the pack of a real refresh, 3 authorities, 12 months, {len(printed):,} figures, {shown:,} shown: "
        f"{found.small:,} small counts attacked: {len(found.exact)} exact, "
        f"{len(found.tight)} to fewer than four values, {found.inconsistent} relations that do not hold; "
        f"figures of a first pack that its own gate stopped: {stopped}",
        found.small > 0
        and shown > 0
        and len(found.exact) + len(found.tight) + found.inconsistent + stopped == 0,
    )


PARTS = {
    "published": lambda folder: published(folder / "published"),
    "leaks": planted_leaks,
    "formats": formats,
    "england": lambda _: england(),
    "vintages": lambda _: vintages(),
    "insiders": lambda _: insiders(),
    "workers": lambda folder: workers(folder, 20),
    "worlds": lambda _: many_worlds(20),
}


def main(*chosen: str) -> int:
    with tempfile.TemporaryDirectory() as name:
        for part in chosen or PARTS:
            PARTS[part](Path(name))
    print(f"aims missed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
