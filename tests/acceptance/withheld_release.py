"""The Dagster page in a real browser: opened, a release withheld, mended and published.

A month is materialised by clicks. Of the next only a broken file comes: the check fails, the release is
withheld and says why on its own page. The file is mended, a third authority sends an impossible share, and
all but that authority is published. Then the sensor finds a month by itself, and two are filled back. Needs
Chromium (CHROMIUM, or `apt-get install chromium`); pictures go to the folder given, as in
`python -m tests.acceptance.withheld_release pictures`.
"""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from ingest.paths import WarehousePaths
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.defs.sensors import QUIET_MINUTES
from synthetic import invent
from tests.support.command import COMMAND

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FIRST, SECOND, THIRD = "2025-01", "2025-02", "2025-03"
IMPOSSIBLE = "9,4"  # nine of four
POSSIBLE = "4,9"
FIT = "/assets/fct_indicator_values?view=checks&checkDetail=fit_to_publish"
NOTHING = "A month for which no return was accepted has nothing to publish"
_signed_in = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
PATIENCE = 900  # seconds for one run on a busy machine


def main() -> int:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("not run: there is no Chromium; `apt-get install chromium`, or name one in CHROMIUM")
        return 1
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        base = Path(folder)
        invent(2, [FIRST, SECOND, THIRD], 60, 7, base / "sent")
        places = WarehousePaths.of(base / "raw", base / "sent" / "reference", base / "release")
        _send(base, FIRST)
        with _page(places) as address:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            visit = Visit(browser, address, pictures)
            visit.page.goto(places.page_address.read_text(encoding="utf-8"))
            said = _walk(visit, base, places)
            browser.close()
    for line, value in said.items():
        print(f"{'ok' if value else 'MISSED':7} {line}")
    print(f"steps: {len(said)}, missed: {sum(not v for v in said.values())}")
    return 0 if all(said.values()) else 1


class Visit:
    """One browser at one Dagster page; notes every host that the page speaks to."""

    def __init__(self, browser: Browser, address: str, pictures: Path | None) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1600, "height": 1000})
        self.address, self.pictures = address, pictures
        self.hosts: set[str] = set()
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2].split(":")[0]))

    def see(self, path: str, *words: str, picture: str | None = None) -> bool:
        """Open a path; say whether all the words come up on it."""
        self.page.goto(self.address + path)
        missing = [word for word in words if not self._appears(word)]
        self.page.wait_for_timeout(1500)  # plots and the graph are drawn after the words
        if self.pictures and picture:
            self.page.screenshot(path=self.pictures / f"{picture}.png")
        return not missing

    def _appears(self, word: str) -> bool:
        try:
            self.page.get_by_text(word).first.wait_for(timeout=20_000)
        except Exception:
            print(f"did not appear on {self.page.url}: {word}")
            return False
        return True

    def materialise(self, month: str, picture: str | None = None) -> str:
        """Choose the month on the job's page, launch, and wait for the run to end; return how it ended."""
        before = len(self.runs())
        self.page.goto(f"{self.address}/locations/orchestration.definitions/jobs/refresh")
        self.open_launcher()
        self.page.get_by_placeholder("ex: 2010-01").fill(month)
        self.page.keyboard.press("Tab")
        self.page.get_by_text("1 partition", exact=True).wait_for()
        if self.pictures and picture:
            self.page.screenshot(path=self.pictures / f"{picture}.png")
        self.page.get_by_role("button", name="Launch").last.click()
        return self.wait_for_run(before)

    def open_launcher(self) -> None:
        """Ask to materialise all; until a month has been closed the page asks whether one is sure."""
        self.page.get_by_role("button", name="Materialize all").click(timeout=30_000)
        sure = self.page.get_by_role("button", name="Confirm")
        sure.or_(self.page.get_by_placeholder("ex: 2010-01")).first.wait_for()
        if sure.count():
            sure.click()

    def wait_for_run(self, before: int) -> str:
        """Wait until one more run than before has ended; return how it ended."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            runs = self.runs()
            if len(runs) > before and runs[0]["status"] in {"SUCCESS", "FAILURE", "CANCELED"}:
                return str(runs[0]["status"])
            time.sleep(2)
        return "still running"

    def runs(self) -> list[dict[str, Any]]:
        """Every run, the newest first."""
        asked = "{runsOrError {... on Runs {results {runId status tags {key value}}}}}"
        return ask(self.address, asked)["runsOrError"]["results"]


def _walk(visit: Visit, base: Path, places: WarehousePaths) -> dict[str, bool]:
    said: dict[str, bool] = {}
    said["the graph shows every stage"] = visit.see("/asset-groups", *ASSET_GROUPS, picture="1-graph")
    said["the stages read from left to right"] = _left_to_right(visit.page)
    said["the job says how to refresh"] = visit.see(
        "/locations/orchestration.definitions/jobs/refresh", "choose the month to report", picture="2-job"
    )
    said[f"{FIRST} is materialised from the page"] = visit.materialise(FIRST, "3-choose") == "SUCCESS"
    said["release 1 is current"] = _current(places) == (1, FIRST)
    said["a return says its rows, findings and authorities"] = visit.see(
        "/assets/returns/contacts", "findings", "authorities submitted", "authorities missing", "seconds",
        picture="4-return",
    )  # fmt: skip

    headless = places.raw / SECOND / "001" / "contacts.csv"
    headless.parent.mkdir(parents=True)
    headless.write_text(
        "7,2025-02-03\n", encoding="utf-8"
    )  # an extract that lost its heading, and nothing else
    said[f"{SECOND} with nothing but a broken file fails"] = visit.materialise(SECOND) == "FAILURE"
    said["release 1 stays current"] = _current(places) == (1, FIRST)
    said["the check shows its sentence and counts"] = visit.see(
        FIT, "Every critical expectation of the marts holds", NOTHING, "not_run", picture="5-check"
    )
    said["the release says why it is withheld"] = visit.see(
        "/assets/release?view=events", "Withheld. Release 1 stays current", NOTHING, picture="6-withheld"
    )
    run = visit.runs()[0]["runId"]
    said["the run says why it ended"] = visit.see(f"/runs/{run}", NOTHING, picture="7-run")

    _send(base, SECOND)
    aggregate = places.raw / SECOND / "003" / "indicator_returns.csv"
    _write_aggregate(aggregate, IMPOSSIBLE)
    said["mended, it is published, without one authority"] = visit.materialise(SECOND) == "SUCCESS"
    said["release 2 is current"] = _current(places) == (2, SECOND)
    said["the release says which authority has figures held, and why"] = visit.see(
        "/assets/release?view=events", "authorities with figures held", "003", picture="8-one-held"
    )
    said["the release plots what it holds"] = visit.see(
        "/assets/release",
        "Freshness policy",
        "authorities missing",
        "seconds of the run",
        picture="9-release",
    )
    visit.page.get_by_text("Plots", exact=True).click()
    visit.page.wait_for_timeout(3000)
    if visit.pictures:
        visit.page.set_viewport_size({"width": 1600, "height": 2400})
        visit.page.wait_for_timeout(2000)
        visit.page.screenshot(path=visit.pictures / "10-plots.png")
        visit.page.set_viewport_size({"width": 1600, "height": 1000})
    said["the plots are drawn"] = visit.page.locator("canvas").count() >= 6

    _write_aggregate(aggregate, POSSIBLE)
    before = len(visit.runs())
    _send(base, THIRD)
    said["the schedule and the sensor are on the page"] = visit.see(
        "/automation", "monthly_refresh", "new_returns"
    )
    said["the sensor is turned on by a click"] = _turn_on(visit, "sensors/new_returns")
    said["and refreshes by itself"] = visit.wait_for_run(before) == "SUCCESS"
    said["the schedule is turned on by a click"] = _turn_on(visit, "schedules/monthly_refresh")
    visit.see("/automation", picture="11-automation")
    said["release 3 is current"] = _current(places) == (3, THIRD)
    said["with no figure held"] = visit.see(
        "/assets/release?view=events", "no figure is held", picture="12-mended"
    )

    said["a backfill of two months is launched from the page"] = _backfill(visit, f"{FIRST}, {SECOND}")
    said["and reports the last of them"] = _current(places)[1] == SECOND
    said["nothing but this machine is spoken to"] = visit.hosts == {"127.0.0.1"}
    said["no child's birth date is in Dagster's storage"] = not _births_in_storage(base, places)
    return said


def _left_to_right(page: Page) -> bool:
    """Each stage stands no further left than the one that the path has before it; some stand side by side."""
    across: dict[str, float] = {}
    for name in ASSET_GROUPS:
        boxes = [node.bounding_box() for node in page.get_by_text(name, exact=True).all()]
        across[name] = max(box["x"] for box in boxes if box)
    beside = {"reference", "benchmarks", "quality"}  # what does not come monthly joins the path from its side
    places = [across[name] for name in ASSET_GROUPS if name not in beside]
    return places == sorted(places) and len(set(places)) == len(places)


def _turn_on(visit: Visit, path: str) -> bool:
    visit.page.goto(f"{visit.address}/locations/orchestration.definitions/{path}")
    switch = visit.page.locator("label", has=visit.page.locator("input[type=checkbox]")).first
    switch.click(timeout=30_000)
    visit.page.wait_for_timeout(3000)
    return visit.page.locator("input[type=checkbox]").first.is_checked()


def _backfill(visit: Visit, months: str) -> bool:
    before = len(visit.runs())
    visit.page.goto(f"{visit.address}/locations/orchestration.definitions/jobs/refresh")
    visit.open_launcher()
    visit.page.get_by_placeholder("ex: 2010-01").fill(months)
    visit.page.keyboard.press("Tab")
    visit.page.get_by_text("2 partitions", exact=True).wait_for()
    if visit.pictures:
        visit.page.screenshot(path=visit.pictures / "12-backfill.png")
    visit.page.get_by_role("button", name="Launch").last.click()
    began = time.monotonic()
    asked = "{partitionBackfillsOrError {... on PartitionBackfills {results {status}}}}"
    while time.monotonic() - began < PATIENCE:
        results = ask(visit.address, asked)["partitionBackfillsOrError"]["results"]
        if results and not results[0]["status"].startswith(("REQUESTED", "COMPLETING")):
            new = visit.runs()[: len(visit.runs()) - before]
            print(f"backfill: {results[0]['status']}, {len(new)} runs: {[r['status'] for r in new]}")
            return results[0]["status"] == "COMPLETED_SUCCESS"
        time.sleep(2)
    return False


def _send(base: Path, month: str) -> None:
    shutil.copytree(base / "sent" / "raw" / month, base / "raw" / month, dirs_exist_ok=True)


def _write_aggregate(path: Path, counts: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    heading = "indicator_id,period_basis,period_end,breakdown,numerator,denominator"
    path.write_text(f"{heading}\nre_referrals_12m_pct,month,2025-02-28,all,{counts}\n", encoding="utf-8")


def _current(places: WarehousePaths) -> tuple[int, str]:
    manifest = places.current / "manifest.json"
    if not manifest.exists():
        return 0, ""
    said = json.loads(manifest.read_text(encoding="utf-8"))
    return said["release"], said["view_month"]


def _births_in_storage(base: Path, places: WarehousePaths) -> set[str]:
    """Birth dates of children that stand anywhere in what Dagster keeps of the runs, logs included."""
    with (base / "sent" / "raw" / FIRST / "001" / "persons.csv").open(encoding="utf-8") as persons:
        births = {row["pers_dob"] for row in csv.DictReader(persons) if row["pers_dob"]}
    kept = b"".join(p.read_bytes() for p in (places.restricted / "dagster").rglob("*") if p.is_file())
    return {birth for birth in births if birth.encode() in kept}


@contextmanager
def _page(places: WarehousePaths) -> Iterator[str]:
    """The Dagster page over these places, on a free port, until done with."""
    port = free_port()
    words = ["--raw", places.raw, "--reference", places.reference, "--release", places.release]
    opened = subprocess.Popen(
        [str(COMMAND), "ui", *map(str, words), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {QUIET_MINUTES: "0"},  # what is sent here is whole
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _until(places.page_address.exists, 180)
        _until(lambda: sign_in(places), 60)
        yield address
    finally:
        os.killpg(opened.pid, signal.SIGTERM)
        opened.wait(60)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def sign_in(places: WarehousePaths) -> bool:
    """Sign this process in with the one-time address of the page; False while it is not there."""
    try:
        with _signed_in.open(places.page_address.read_text(encoding="utf-8"), timeout=60):
            return True
    except OSError:
        return False


def ask(address: str, query: str) -> dict[str, Any]:
    """What the page's GraphQL answers; nothing while it is not there."""
    asked = urllib.request.Request(
        f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with _signed_in.open(asked, timeout=60) as answer:
            return json.load(answer)["data"]
    except OSError:
        return {}


def _until(done: Callable[[], bool], seconds: float) -> None:
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise SystemExit("the Dagster page did not open")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
