"""Returns, fields, indicators, bases and breakdowns live, against the specification.

An indicator is live where an evidence block or a whole-period model names it; it is asked of a release that
every one of them has an answer on every basis it has. Needs ../shared/spec.
"""

import csv
import sys
import tempfile
from pathlib import Path

import duckdb

from ingest.contracts.return_schema import load_formats
from ingest.paths import WarehousePaths
from synthetic import invent
from tests.conftest import SHARED
from tests.support.command import refresh


def specified(name: str) -> list[dict[str, str]]:
    """A table of the specification."""
    with (SHARED / "spec" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    if not SHARED.is_dir():
        print("needs ../shared/spec, which a clone on its own does not have")
        return 1
    returns, indicators = specified("returns.csv"), specified("counting.csv")
    formats = load_formats()
    fields = {(f.name, field.name) for f in formats.values() for field in f.fields}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(3, ["2025-02", "2025-03"], 300, 2, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        refresh(places)
        with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
            answered = set(
                db.sql(
                    """
                    select distinct indicator_id, period_basis, breakdown_type from fct_indicator_values
                    where value_status in ('calculated', 'no_cases', 'reported')
                    """
                ).fetchall()
            )
    wanted = {
        "returns": ({r["return_name"] for r in returns}, set(formats)),
        "fields": ({(r["return_name"], r["field_name"]) for r in returns}, fields),
        "indicators": ({i["indicator_id"] for i in indicators}, {a[0] for a in answered}),
        "bases": (
            {(i["indicator_id"], basis) for i in indicators for basis in i["bases"].split()},
            {(a[0], a[1]) for a in answered},
        ),
        "breakdowns": (
            {(i["indicator_id"], i["breakdowns"]) for i in indicators if i["breakdowns"] != "all"},
            {(a[0], a[2]) for a in answered if a[2] != "all"},
        ),
    }
    for name, (asked, live) in wanted.items():
        missing = sorted(map(str, asked - live))
        said = ", ".join(missing) or "none"
        print(f"{name}: {len(asked)} specified, {len(asked & live)} live; missing: {said}")
    return 1 if any(asked - live for asked, live in wanted.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
