"""Twenty random orders of arrival of twelve months end in identical marts.

In each order the months come in two lots, a release after each, and are closed when all are there: months
come late behind others. All are compared with the order of the calendar.
"""

import hashlib
import random
import sys
import tempfile
from pathlib import Path

from ingest.paths import WarehousePaths
from ingest.warehouse.months import Decision
from orchestration.pipeline import close_months, refresh_warehouse
from synthetic import invent

ORDERS = 20
MONTHS = [f"2024-{month:02d}" for month in range(4, 13)] + ["2025-01", "2025-02", "2025-03"]
CLOSING = Decision(tuple(MONTHS), "A. Tester", reason="what is missing will not come", is_incomplete=True)
COMPARED = ("fct_indicator_values", "fct_indicator_revisions", "fct_submissions", "fct_findings")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        sent = Path(folder) / "sent"
        invent(2, MONTHS, 60, 11, sent)
        chance = random.Random(11)
        expected: dict[str, str] | None = None
        wrong = 0
        for number in range(ORDERS + 1):
            order = list(MONTHS)
            if number:
                chance.shuffle(order)
            base = Path(folder) / f"order-{number}"
            found = _arrive(base, sent, order, stop=chance.randrange(3, 10))
            expected = expected or found
            same = found == expected
            wrong += not same
            print(f"order {number}: {'the same' if same else 'different'}  {' '.join(order)}", flush=True)
        print(f"orders: {ORDERS}, different: {wrong}")
    return 1 if wrong else 0


def _arrive(base: Path, sent: Path, order: list[str], stop: int) -> dict[str, str]:
    places = WarehousePaths.of(base / "raw", sent / "reference", base / "release")
    places.raw.mkdir(parents=True)
    for chunk in (order[:stop], order[stop:]):
        for month in chunk:
            _copy(sent / "raw" / month, places.raw / month)
        ended = refresh_warehouse(places, None, lambda _: None)
        if ended.state != "published":
            raise SystemExit(f"{ended.state}: {ended.reasons}")
    ended = close_months(places, CLOSING, lambda _: None)
    if ended.state != "published":
        raise SystemExit(f"{ended.state}: {ended.reasons}")
    return {
        name: hashlib.sha256((places.current / "csv" / f"{name}.csv").read_bytes()).hexdigest()
        for name in COMPARED
    }


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*.csv"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
