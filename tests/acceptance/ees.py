"""Files for explore education statistics against each screening rule, and planted faults.

Figures are invented and wear the codes of all real authorities, for invented ones are in no list; triples
and regions come from files that DfE has published. Needs ../shared/benchmarks.
"""

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from expectations.public_pack import Judge
from publication.public_pack import write as public_pack
from tests.conftest import SHARED
from tests.support.screener import read, screen
from tests.support.warehouses import warehouse
from tests.support.worlds import members, world

MONTHS = [12 * 2024 + 3 + month for month in range(12)]  # April 2024 to March 2025

# what is planted, in which file, and the rule that must catch it
FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "a month spelt short": (lambda t: t.replace(",March,", ",Mar,", 1), "time identifier known"),
    "six digits with a month": (
        lambda t: t.replace("2025,March", "202425,March", 1),
        "digits match identifier",
    ),
    "a name with a space": (lambda t: t.replace("Rutland", "Rutland ", 1), "authority triples"),
    "a row twice": (lambda t: t + t.splitlines()[-1] + "\n", "no duplicate row"),
    "NA": (lambda t: t.replace(",c,", ",NA,", 1), "no null"),
    "a colon": (lambda t: t.replace(",c,", ",:,", 1), "no ~ or : or blank"),
    "a blank": (lambda t: t.replace(",c,", ",,", 1), "no ~ or : or blank"),
    "<6": (lambda t: t.replace(",c,", ",<6,", 1), "number or symbol"),
    "[c]": (lambda t: t.replace(",c,", ",[c],", 1), "number or symbol"),
    "a formula": (lambda t: t.replace(",c,", ",=cmd|' /C calc'!A0,", 1), "no formula"),
    "region left out": (
        lambda t: t.replace("E12000004,East Midlands,857", ",,857", 1),
        "region filled on authorities",
    ),
}


def published_places(root: Path) -> tuple[set[tuple[str, str, str]], set[tuple[str, str]]]:
    """Triples of authorities and pairs of regions, as DfE's own files have them."""
    triples, regions = set(), set()
    for file in sorted(root.glob("ees_*/*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            if not {"region_code", "old_la_code"} <= set(rows.fieldnames or ()):
                continue
            for row in rows:
                triples.add((row["old_la_code"], row["new_la_code"], row["la_name"]))
                regions.add((row["region_code"], row["region_name"]))
    return triples, regions


def main() -> int:
    root = SHARED / "benchmarks"
    if not root.is_dir():
        print("needs ../shared/benchmarks, which a clone on its own does not have")
        return 1
    triples, regions = published_places(root)
    rules = failed = warned = missed = 0
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        db = warehouse(world(members(), MONTHS, 1))
        public_pack.write(db, base / "public", public_pack.Kept(base / "ledger", []), 1, "2025-03", Judge())
        files = [f for f in sorted((base / "public" / "ees").glob("*.csv")) if ".meta" not in f.name]
        for file in files:
            said = screen(file, triples, regions)
            rows = len(read(file))
            print(
                f"{file.name}: {rows:,} rows, {len(said.passed)} rules passed, {len(said.failed)} failed, "
                f"{len(said.warned)} warned {said.failed + said.warned or ''}"
            )
            rules += len(said.passed) + len(said.failed) + len(said.warned)
            failed, warned = failed + len(said.failed), warned + len(said.warned)
        monthly = base / "public" / "ees" / "monthly.csv"
        planted = base / "planted" / "monthly.csv"
        planted.parent.mkdir()
        shutil.copy(monthly.with_suffix(".meta.csv"), planted.with_suffix(".meta.csv"))
        for fault, (plant, rule) in FAULTS.items():
            text = monthly.read_text(encoding="utf-8")
            planted.write_text(plant(text), encoding="utf-8")
            said = screen(planted, triples, regions)
            caught = rule in said.failed + said.warned
            missed += not caught
            print(f"planted {fault}: {'caught by' if caught else 'NOT CAUGHT by'} {rule}")
    print(f"rules: {rules}, passed: {rules - failed - warned}, failed: {failed}, warned: {warned}")
    print(f"planted: {len(FAULTS)}, caught: {len(FAULTS) - missed}")
    return 1 if failed or warned or missed else 0


if __name__ == "__main__":
    sys.exit(main())
