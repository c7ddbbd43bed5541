"""A month's life in a table, of contacts received in March by one authority.

Floor: at every step the state, what each edition shows and what is pinned are those worked out by hand.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from ingest.paths import WarehousePaths
from tests.integration.test_months import MEETINGS, contacts, public, restricted
from tests.support.acceptance_worlds import workshop
from tests.support.command import PUBLISHED, close, line_of_sight, refresh

MARCH = "2025-03"
# state, restricted: value and status, as first published; public, by hand
BY_HAND = {
    "first file": ("collecting", 12, "provisional", None, None),
    "all files, a quarter of the days unreadable": ("provisional", None, "withheld", None, None),
    "mended": ("provisional", 12, "calculated", None, None),
    "closed": ("final", 12, "calculated", 12, 12),
    "three more, late": ("final", 15, "calculated", 12, 12),
    "reopened": ("reopened", 15, "calculated", 12, None),
    "closed again": ("final", 15, "calculated", 12, 15),
}


def main() -> int:
    with workshop() as base:
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        places.reference.mkdir(parents=True)
        _send(places, "2025-02", "contacts", contacts(feb=20))
        _send(places, "2025-02", "strategy_meetings", MEETINGS)
        unreadable = contacts(feb=20, mar=12).replace("2025-03-09", "soon")
        for day in ("2025-03-08", "2025-03-07"):
            unreadable = unreadable.replace(day, "soon")
        steps: dict[str, Callable[[], object]] = {
            "first file": lambda: _send(places, MARCH, "contacts", contacts(feb=20, mar=12)),
            "all files, a quarter of the days unreadable": lambda: (
                _send(places, MARCH, "strategy_meetings", MEETINGS),
                _send(places, MARCH, "contacts", unreadable),
            ),
            "mended": lambda: _send(places, MARCH, "contacts", contacts(feb=20, mar=12)),
            "closed": lambda: close(places, "2025-02..2025-03"),
            "three more, late": lambda: _send(places, MARCH, "contacts", contacts(feb=20, mar=15)),
            "reopened": lambda: _reopen(places),
            "closed again": lambda: close(places, MARCH),
        }
        wrong = 0
        print(f"{'step':44} {'state':12} {'restricted':>18} {'first published':>16} {'public':>7}")
        for step, take in steps.items():
            take()
            if step not in ("closed", "reopened", "closed again"):
                ended = refresh(places)
                assert ended.returncode in PUBLISHED, ended.stderr
            state, value, status, first = restricted(places, MARCH)
            found = (state, value, status, first, (public(places) or {}).get(MARCH))
            amiss = "" if found == BY_HAND[step] else f"  by hand: {BY_HAND[step]}"
            wrong += bool(amiss)
            shown = f"{'' if value is None else f'{value:g} '}{status}"
            print(f"{step:44} {state:12} {shown:>18} {first!s:>16} {found[4]!s:>7}{amiss}", flush=True)
    print(f"steps other than by hand: {wrong}")
    return 1 if wrong else 0


def _send(places: WarehousePaths, month: str, name: str, text: str) -> None:
    folder = places.raw / month / "301"
    folder.mkdir(parents=True, exist_ok=True)
    Path(folder / f"{name}.csv").write_text(text, encoding="utf-8")


def _reopen(places: WarehousePaths) -> None:
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    why = ("--authority", "301", "--by", "B. Lead", "--reason", "three contacts were sent late")
    assert line_of_sight("reopen", MARCH, *why, *where).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
