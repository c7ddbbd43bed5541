"""Axe on every page of the handbook in a real browser, and what each asks the network.

Aims: no violation of WCAG 2.2 AA, no request that leaves the machine, a search that finds. Needs Chromium,
and npm, which fetches axe-core.
"""

import functools
import http.server
import json
import shutil
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.acceptance.axe import FLAGS, WCAG, axe_source

MADE_BY_DBT = "dbt.html"  # dbt's own page: watched for what it asks, not for how it is written


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def main() -> int:
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "site").absolute()
    pages = sorted(str(p.relative_to(site)) for p in site.rglob("*.html"))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not (chromium and shutil.which("npm") and pages):
        print("not run: needs Chromium, npm, and a handbook (`make handbook`)")
        return 1
    broken: Counter[str] = Counter()
    elsewhere: set[str] = set()
    with _served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.on(
            "request", lambda r: elsewhere.add(r.url) if not r.url.startswith((address, "data:")) else None
        )
        with tempfile.TemporaryDirectory() as folder:
            axe = axe_source(Path(folder))
        options = json.dumps({"runOnly": {"type": "tag", "values": WCAG}})
        for name in pages:
            page.goto(f"{address}/{name}", wait_until="networkidle")
            if name == MADE_BY_DBT:
                continue
            page.evaluate(axe)
            for found in page.evaluate(f"async () => (await axe.run(document, {options})).violations"):
                broken[found["id"]] += len(found["nodes"])
                if broken[found["id"]] == len(found["nodes"]):
                    print(f"{found['id']}: first on {name}: {found['nodes'][0]['html'][:160]}")
        page.goto(f"{address}/index.html")
        page.keyboard.press("f")  # focuses the search
        page.keyboard.type("earlier referral")
        page.locator(".md-search-result__link").first.wait_for(timeout=30_000)
        links = [link.get_attribute("href") or "" for link in page.locator(".md-search-result__link").all()]
        finds = any("re_referrals_12m_pct" in link for link in links)
        browser.close()
    print(f"pages: {len(pages)}, violations: {sum(broken.values())} {dict(broken) or ''}")
    print(f"requests that leave the machine: {len(elsewhere)} {sorted(elsewhere)[:3] or ''}")
    print(f"search finds the page of an indicator: {finds}")
    return 0 if finds and not broken and not elsewhere else 1


@contextmanager
def _served(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
