"""Dashboards opened from a folder in real Chromium: tasks by keyboard, every number against its source.

Needs Chromium and npm, which fetches axe-core. Of an authority's restricted and public edition and of a
region: time to the first picture, size (under 3 MB), rules of axe violated and requests beyond the page (0).
"""

import csv
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import Page

from ingest.paths import WarehousePaths
from synthetic import invent
from tests.acceptance.axe import MONTHS, WINDOWS, axe_source, browser_page, violations
from tests.support.command import PUBLISHED, close, line_of_sight, refresh

LARGEST = 3_000_000
SLOWEST = 3.0  # seconds from asking for the page to its chart, on a busy machine
MOST_STOPS = 40  # of the Tab key before what comes after the choices is reached
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>')


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(3, MONTHS, 60, 3, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        refresh(places)
        ended = close(
            places, f"{MONTHS[0]}..{MONTHS[-1]}", "--incomplete", "--reason", "nothing else will come"
        )
        if ended.returncode not in PUBLISHED:
            print(ended.stderr)
            return 1
        made = {
            "restricted": _made(places, "--authority", "001"),
            "public": _made(places, "--authority", "001", "--edition", "public"),
            "region": _made(places, "--region", "all"),
        }
        axe = axe_source(base / "npm")
        for name, file in made.items():
            missed += _measured(name, file, axe)
        missed += _against_the_marts(made["restricted"], places.current)
        missed += _against_the_marts(made["region"], places.current)
        missed += _against_the_pack(made["public"], places.current)
        with browser_page() as page:
            done = [(said, _tried(task, page, made)) for said, task in TASKS.items()]
    for said, is_done in done:
        print(f"{'done' if is_done else 'NOT DONE':9} {said}")
    undone = sum(not is_done for _, is_done in done)
    print(f"tasks by keyboard: {len(done) - undone} of {len(done)}; missed in all: {missed + undone}")
    return 1 if missed + undone else 0


def _made(places: WarehousePaths, *words: str) -> Path:
    said = line_of_sight("dashboard", *words, "--release", str(places.release))
    if said.returncode:
        sys.exit(said.stderr)
    return Path(said.stdout.strip())


def _measured(name: str, file: Path, axe: str) -> int:
    """How long, how large, and what axe finds at each width."""
    wrong, size = 0, file.stat().st_size
    for width, height in WINDOWS:
        with browser_page() as page:
            page.set_viewport_size({"width": width, "height": height})
            began = time.monotonic()
            page.goto(file.as_uri())
            page.wait_for_selector("#chart svg circle")
            seconds = time.monotonic() - began
            found, beyond, passed = violations(page, axe, file)
        print(
            f"{name} at {width}: chart after {seconds:.2f} s, {size:,} bytes, {passed} rules passed, "
            f"{len(found)} violated, {len(beyond)} requests beyond the page",
            flush=True,
        )
        for rule in found:
            print(f"  {rule['id']}: {rule['help']}; {rule['nodes'][0]['html'][:160]}")
        wrong += len(found) + len(beyond) + (size > LARGEST) + (seconds > SLOWEST)
    return wrong


def _figures(file: Path) -> set[tuple[Any, ...]]:
    """Each figure of a page: authority, indicator, basis, part, day, value."""
    [packed] = DATA.findall(file.read_text(encoding="utf-8"))
    data = json.loads(packed)
    return {
        (*series[:3], series[4], data["periods"][point[0]], point[1] if len(point) > 1 else None)
        for series in data["series"]
        for point in series[6]
    }


def _against_the_marts(file: Path, release: Path) -> int:
    """Every figure of the page is in rpt_wide; of one authority, every one of rpt_wide is in the page."""
    here = _figures(file)
    codes = sorted({figure[0] for figure in here})
    with duckdb.connect(str(release / "marts.duckdb"), read_only=True) as db:
        there = set(
            db.execute(
                "select la_code, indicator_id, period_basis, breakdown_value, period_end::varchar, value "
                "from rpt_wide where list_contains($1, la_code)",
                [codes],
            ).fetchall()
        )
    wrong = len(here - there) + (len(there - here) if len(codes) == 1 else 0)
    print(f"{file.name}: {len(here):,} figures against the marts, {wrong} different")
    return wrong + (not here)


def _against_the_pack(file: Path, release: Path) -> int:
    """Every figure of the public page is the public pack's, and no figure more."""
    here = _figures(file)
    with duckdb.connect(str(release / "public" / "public.duckdb"), read_only=True) as db:
        there = set(
            db.execute(
                "select area_code, indicator_id, period_basis, breakdown, period_end::varchar, value "
                "from figures where geographic_level = 'Local authority' and area_code = '001'"
            ).fetchall()
        )
    print(f"{file.name}: {len(here):,} figures against the pack, {len(here ^ there)} different")
    return len(here ^ there) + (not here)


# ---- what a person does with a keyboard: Tab, letters, arrows and Enter, and nothing else


def _to(page: Page, where: str) -> None:
    """Move by Tab until what has focus is the element, or one within it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("where => document.activeElement.matches(where)", where):
            return
    raise AssertionError(f"Tab does not reach {where}")


def _wait(page: Page, until: str) -> None:
    """Until it holds. The page's own policy forbids Playwright's way of waiting."""
    for _ in range(100):
        if page.evaluate(until):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never {until}")


def _text(page: Page, where: str) -> str:
    return page.inner_text(where)


def _skip(page: Page, made: dict[str, Path]) -> bool:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    return bool(page.evaluate("document.activeElement.id === 'main'"))


def _indicator(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#indicator")
    page.keyboard.type("Children subject to a plan")
    _wait(page, "location.hash.includes('indicator=cp_')")
    return _text(page, "#title").startswith("Children subject to a plan")


def _basis(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#basis")
    page.keyboard.press("ArrowDown")
    _wait(page, "location.hash.includes('basis=')")
    return "in the quarter" in _text(page, "#rows caption")


def _part(page: Page, made: dict[str, Path]) -> bool:
    page.goto(f"{made['restricted'].as_uri()}#indicator=cp_category_pct")
    _to(page, "#part")
    page.keyboard.type("Neglect")
    _wait(page, "location.hash.includes('NEG')")
    return _text(page, "#title").endswith("Neglect")


def _since(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#since")
    page.keyboard.press("ArrowDown")
    _wait(page, "location.hash.includes('since=2024-04')")
    return page.locator("#rows tbody tr").count() == len(MONTHS) - 1


def _until(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#until")
    page.keyboard.press("ArrowUp")
    _wait(page, "location.hash.includes('until=2025-02')")
    return "February 2025" in _text(page, "#newest")


def _beside(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#beside")
    page.keyboard.type("The same")
    _wait(page, "location.hash.includes('beside=last_year')")
    return "The same time last year" in _text(page, "#rows thead")


def _download(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#download")
    with page.expect_download() as waited:
        page.keyboard.press("Enter")
    text = waited.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    shown = page.locator("#rows tbody tr").all_inner_texts()
    words = [row["value_words"] for row in rows]
    return len(rows) == len(shown) > 0 and all(
        said in row.split("\t") for said, row in zip(words, reversed(shown), strict=True)
    )


def _link(page: Page, made: dict[str, Path]) -> bool:
    page.goto(f"{made['restricted'].as_uri()}#indicator=referrals_received&beside=last_year&since=2024-06")
    before = _text(page, "#rows")
    _to(page, "#link")
    page.keyboard.press("Enter")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    return _text(page, "#rows") == before and "beside=last_year" in address


def _from_the_list(page: Page, made: dict[str, Path]) -> bool:
    _to(page, "#all a")
    name = page.evaluate("document.activeElement.textContent")
    page.goto(f"{made['restricted'].as_uri()}#indicator=cp_open")
    _to(page, "#all a")
    page.keyboard.press("Enter")
    _wait(page, "document.activeElement.id === 'main'")
    return _text(page, "#title") == name


def _another_authority(page: Page, made: dict[str, Path]) -> bool:
    page.goto(f"{made['region'].as_uri()}#indicator=cp_open&beside=la-002")
    _to(page, "#authority")
    page.keyboard.press("End")
    _wait(page, "location.hash.includes('authority=003')")
    return "Amberham" in _text(page, "#rows thead") and "Ashcombe" in _text(page, "#newest")


TASKS: dict[str, Callable[[Page, dict[str, Path]], bool]] = {
    "skip to the figures": _skip,
    "choose an indicator by its name": _indicator,
    "choose another basis": _basis,
    "choose a part of a figure": _part,
    "leave out the first month": _since,
    "leave out the last month": _until,
    "compare with last year": _beside,
    "download the rows, which are those shown": _download,
    "open a link to a view, which is the same": _link,
    "choose an indicator from the list of all": _from_the_list,
    "choose another authority of a region, beside a third": _another_authority,
}


def _tried(task: Callable[[Page, dict[str, Path]], bool], page: Page, made: dict[str, Path]) -> bool:
    page.goto("about:blank")
    page.goto(made["restricted"].as_uri())
    try:
        return task(page, made)
    except Exception as missed:  # of whatever kind, the task was not done, and the others are tried
        print(f"  {type(missed).__name__}: {str(missed).splitlines()[0]}")
        return False


if __name__ == "__main__":
    sys.exit(main())
