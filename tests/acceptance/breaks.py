"""An exception thrown in every function that opens or lands a file, one file at a time.

Two councils send a month as Annex A, CIN census, SSDA903 and CSV. Every function of ingest/ that is called
for one file of the first is made to break whenever it is called for that file. Nothing else may change: not
one row or receipt of another file, and no refresh may end by it.
"""

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from ingest.adapters.convert import convert_files, returns_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.raw_folder import look
from ingest.landing.land import land_returns
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from synthetic import invent
from synthetic.other_formats import invent_other_formats

MONTHS = ["2025-02", "2025-03"]
VICTIM = "001"
INGEST = str(Path(land_returns.__code__.co_filename).parent)
FORMATS = ("ssd", "annex_a", "cin_census", "ssda903")
LANDED_AS = {"ssd": "cp_plans", "annex_a": "contacts", "cin_census": "cin_plans", "ssda903": "cla_episodes"}
SENT_AS = {"annex_a": "*.xlsx", "cin_census": "*.xml", "ssda903": "*903*"}
# these hold many files at once, or say of each what became of it
NOT_OF_ONE_FILE = {"convert_files", "land_returns", "_land_each", "of_this_file", "is_of_the_machine"}
Step = tuple[str, int, str]  # file of ingest/, line, function


class Thrown(Exception):
    """What no reader foresees."""


@dataclass
class Tripwire:
    """A profiler that knows when a function works for the victim: notes which do, or breaks one of them."""

    source_format: str
    breaks: Step | None = None
    seen: dict[Step, None] = field(default_factory=dict)
    thrown: int = 0
    _inside: threading.local = field(default_factory=threading.local)

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event not in ("call", "return") or not frame.f_code.co_filename.startswith(INGEST):
            return
        held = self._inside.__dict__.setdefault("frames", [])
        if event == "return":
            if held and held[-1] is frame:
                held.pop()
            return
        if self._is_for_the_victim(frame):
            held.append(frame)
        if held:
            step = _step(frame.f_code)
            self.seen.setdefault(step)
            if step == self.breaks:
                self.thrown += 1
                held.clear()
                raise Thrown("a cell of a child")  # the profiler is gone with it, until the next call of ours

    def _is_for_the_victim(self, frame: FrameType) -> bool:
        name, known = frame.f_code.co_name, frame.f_locals
        of_victim = {
            "_open_one": lambda: (
                known["self"].la_code == VICTIM and known["source_format"] == self.source_format
            ),
            "_set_down": lambda: (
                known["la_code"] == VICTIM and known["about"]["source_format"] == self.source_format
            ),
            "_merge_months": lambda: known["la_code"] == VICTIM and self.source_format == "annex_a",
            "_land_batch": lambda: any(map(self._is_victim, known["files"])),
            "_open": lambda: self._is_victim(known["file"]),
        }.get(name)
        return of_victim is not None and bool(of_victim())

    def _is_victim(self, file: Any) -> bool:
        return (file.la_code, file.source_format, file.return_name) == (
            VICTIM, self.source_format, LANDED_AS[self.source_format],
        )  # fmt: skip


def _step(code: CodeType) -> Step:
    return str(Path(code.co_filename).relative_to(INGEST)), code.co_firstlineno, code.co_name


@contextmanager
def watching(tripwire: Callable[..., None]) -> Iterator[None]:
    """Every thread started meanwhile, and this one, tells the tripwire of its calls."""
    threading.setprofile(tripwire)
    sys.setprofile(tripwire)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def lay_raw(base: Path, source_format: str) -> Path:
    """A raw folder: two councils in one format."""
    made = base / "made"
    if not made.exists():
        invent(2, MONTHS, 12, 3, made)
        for la_code in (VICTIM, "002"):
            invent_other_formats(made / "raw", la_code, MONTHS, made / "other")
    for month in MONTHS[-1:]:
        for la_code in (VICTIM, "002"):
            kept = base / source_format / "raw" / month / la_code
            kept.mkdir(parents=True)
            if source_format == "ssd":
                for name in ("cp_plans", "contacts"):
                    (made / "raw" / month / la_code / f"{name}.csv").rename(kept / f"{name}.csv")
                continue
            for path in (made / "other" / "raw" / month / la_code).glob(SENT_AS[source_format]):
                path.rename(kept / path.name)
    return base / source_format / "raw"


def landed(raw: Path, base: Path) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Open and land all of a raw folder; what each file came to, by return, month, council and format."""
    places = WarehousePaths.of(raw, base / "reference", base / "release")
    places.prepare()
    ledger = Ledger(places.ledger)
    found = look(raw)
    pseudonyms = read_key(key_file())
    convert_files(found, MONTHS[-1], places.opened, ledger, pseudonyms)
    files = {
        name: {m: [*found.of(name, m), *returns_of(places.opened, name, m)] for m in found.months}
        for name in submitted_formats()
    }
    land_returns(files, places.landing, ledger, pseudonyms)
    receipts = ledger.table("receipts").to_pylist()
    ledger.close()
    key = ("return_name", "reporting_month", "la_code", "source_format")
    what = ("status", "row_count", "kept_count", "finding_count", "content_id")
    return {tuple(r[k] for k in key): tuple(r[w] for w in what) for r in receipts}


def changed(
    before: Mapping[tuple[str, ...], tuple[Any, ...]],
    after: Mapping[tuple[str, ...], tuple[Any, ...]],
    source_format: str,
) -> set[tuple[str, ...]]:
    """What another file than the victim came to, and came to otherwise."""
    return {
        key
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) and (key[2], key[3]) != (VICTIM, source_format)
    }


def main() -> int:
    only = sys.argv[1:] or FORMATS
    broken = others_changed = unheard = 0
    done: set[Step] = set()  # what lands one format lands the others
    with tempfile.TemporaryDirectory(prefix="breaks-") as folder:
        base = Path(folder)
        for source_format in only:
            raw = lay_raw(base, source_format)
            landed(raw, base / source_format / "first")  # what is read once in a process is read
            steps = Tripwire(source_format)
            with watching(steps):
                before = landed(raw, base / source_format / "whole")
            tried = [
                s
                for s in steps.seen
                if s not in done and s[2] not in NOT_OF_ONE_FILE and not s[2].startswith("<")
            ]
            done.update(tried)
            for number, step in enumerate(tried):
                wire = Tripwire(source_format, step)
                try:
                    with watching(wire):
                        after = landed(raw, base / source_format / str(number))
                except Exception as error:
                    broken += 1
                    print(f"  BROKE   {source_format}: {step}: {type(error).__name__}: {error}", flush=True)
                    continue
                unheard += not wire.thrown
                if other := changed(before, after, source_format):
                    others_changed += 1
                    print(f"  CHANGED {source_format}: {step}: {sorted(other)[:3]}", flush=True)
            print(f"{source_format}: {len(tried)} functions made to break", flush=True)
    print(f"refreshes broken {broken}, others' files changed {others_changed}, not thrown {unheard}")
    return 1 if broken or others_changed else 0


if __name__ == "__main__":
    sys.exit(main())
