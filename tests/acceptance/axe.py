"""Each page of the reports and work lists in a real browser, checked by axe for WCAG 2.2 AA.

Needs Chromium and npm, which fetches axe-core. Each page is also watched: it may ask for nothing but itself.
Aim: no rule violated.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from ingest.paths import WarehousePaths
from synthetic import invent
from tests.support.command import PUBLISHED, close, line_of_sight, refresh

AXE = "axe-core@4"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
MONTHS = [f"2024-{month:02d}" for month in range(3, 13)] + ["2025-01", "2025-02", "2025-03"]
WINDOWS = ((1280, 900), (320, 640))  # a desk, and a page zoomed to 400%


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of the system's own browser. Exits with what to install where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        sys.exit("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser.new_page()
        browser.close()


def axe_source(folder: Path) -> str:
    """axe-core as npm has it."""
    subprocess.run(
        ["npm", "install", "--silent", "--no-save", "--prefix", str(folder), AXE], check=True, timeout=300
    )
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str, file: Path) -> tuple[list[dict[str, Any]], list[str], int]:
    """What axe finds on a page, what the page asked for beyond itself, and how many rules were passed."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.evaluate(axe)
    options = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
    said = page.evaluate(f"async () => await axe.run(document, {options})")
    return said["violations"], [url for url in asked if url != file.as_uri()], len(said["passes"])


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(3, MONTHS, 60, 3, base)
        (base / "raw" / MONTHS[-1] / "002" / "cla_reviews.csv").unlink()
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        refresh(places)
        months = f"{MONTHS[0]}..{MONTHS[-1]}"
        ended = close(places, months, "--incomplete", "--reason", "what is missing will not come")
        if ended.returncode not in PUBLISHED:
            print(ended.stderr)
            return 1
        public = ("--edition", "public", "--out", str(base / "public"))
        for asked in (
            ("report", "--authority", "002", "--format", "html"),
            ("report", "--authority", "002", "--format", "html", "--kind", "management"),
            ("report", "--authority", "002", "--format", "html", "--kind", "slides"),
            ("report", "--authority", "002", "--format", "html", "--large-print"),
            ("report", "--authority", "002", "--format", "html", *public),
            ("report", "--region", "all"),
            ("worklist", "--authority", "002"),
        ):
            made = line_of_sight(*asked, "--release", str(places.release))
            if made.returncode:
                print(made.stderr)
                return 1
        axe = axe_source(base / "npm")
        pages = [
            *places.reports.glob("*/*/*/*.html"),
            *(base / "public").glob("*/*/*/*.html"),
            *places.work_lists.glob("*/*.html"),
        ]
        for file in sorted(pages):
            for width, height in WINDOWS:
                with browser_page() as page:
                    page.set_viewport_size({"width": width, "height": height})
                    found, beyond, passed = violations(page, axe, file)
                print(
                    f"{file.relative_to(base)} at {width}: {passed} rules passed, {len(found)} violated, "
                    f"{len(beyond)} requests beyond the page",
                    flush=True,
                )
                for rule in found:
                    print(f"  {rule['id']} ({rule['impact']}): {len(rule['nodes'])} places; {rule['help']}")
                    print(f"    {rule['nodes'][0]['html'][:160]}")
                wrong += len(found) + len(beyond)
    print(f"pages: {len(pages)} at {len(WINDOWS)} widths, violations and requests beyond the page: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
