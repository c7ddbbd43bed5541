"""Real Chromium, signed in to the page, shown hostile pages of other origins.

Each tries what a page can: images, forms, fetch with and without credentials, scripts, frames, sockets, and a
name that was bound to this machine. Then the page is stopped in every way. Floor: no run, no event and no
switch changed, nothing read, no process left after ten seconds.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from ingest.paths import WarehousePaths
from synthetic import invent
from tests.acceptance.withheld_release import FLAGS, ask, free_port, sign_in
from tests.support.command import COMMAND

SECONDS = 10.0  # within which nothing of a stopped page may be left
REBOUND = "rebound.example"  # a name that its owner has bound to this machine
LAUNCH = (
    "mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename } }",
    {
        "p": {
            "selector": {
                "jobName": "refresh",
                "repositoryName": "__repository__",
                "repositoryLocationName": "orchestration.definitions",
            },
            "mode": "default",
            "runConfigData": {"resources": {"warehouse": {"config": {"release": "/tmp/elsewhere"}}}},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "2025-03"}]},
        }
    },
)
HOSTILE = """<!doctype html><title>hostile</title><body><script>
const page = "PAGE", launch = LAUNCH, query = encodeURIComponent(launch.query);
const variables = encodeURIComponent(JSON.stringify(launch.variables)), read = [];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const keep = (what) => (said) => { if (said) read.push(what + ": " + String(said).slice(0, 80)); };
(async () => {
  for (const path of ["/graphql?query=" + query + "&variables=" + variables, "/favicon.png",
                      "/report_asset_materialization/release"]) {
    const image = new Image();
    image.onload = () => keep("image " + path)("drawn");
    image.src = page + path;
    document.body.append(image);
  }
  for (const [type, mode] of [["application/json", "cors"], ["text/plain", "no-cors"],
      ["application/x-www-form-urlencoded", "no-cors"], ["application/graphql", "cors"]])
    for (const credentials of ["include", "omit"])
      await fetch(page + "/graphql", {method: "POST", mode, credentials, headers: {"Content-Type": type},
        body: type.endsWith("graphql") ? launch.query : JSON.stringify(launch)})
        .then((answer) => answer.text()).then(keep("fetch " + type)).catch(() => null);
  for (const path of ["/", "/server_info", "/graphql?query=" + query, "/download_debug/x"])
    for (const mode of ["cors", "no-cors"])
      await fetch(page + path, {mode, credentials: "include"}).then((answer) => answer.text())
        .then(keep("get " + path)).catch(() => null);
  for (const asset of ["materialization", "check", "observation"])
    await fetch(page + "/report_asset_" + asset + "/release", {method: "POST", mode: "no-cors",
      credentials: "include", body: "{}"}).catch(() => null);
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]) {
    const frame = document.createElement("iframe");
    frame.name = "f" + type.length;
    const form = document.createElement("form");
    Object.assign(form, {method: "POST", action: page + "/graphql", enctype: type, target: frame.name});
    for (const [name, value] of [["query", launch.query], ["variables", JSON.stringify(launch.variables)]]) {
      const field = document.createElement("input");
      Object.assign(field, {name, value});
      form.append(field);
    }
    document.body.append(frame, form);
    form.submit();
  }
  const script = document.createElement("script");
  script.src = page + "/graphql?query={version}";
  script.onload = () => keep("script")("loaded");
  document.body.append(script);
  const inner = document.createElement("iframe");
  inner.src = page + "/";
  document.body.append(inner);
  await new Promise((done) => {
    const socket = new WebSocket(page.replace("http", "ws") + "/graphql", "graphql-ws");
    socket.onopen = () => {
      keep("socket")("opened");
      socket.send(JSON.stringify({type: "connection_init"}));
    };
    socket.onmessage = (message) => keep("socket")(message.data);
    socket.onclose = socket.onerror = () => done();
    setTimeout(done, 4000);
  });
  await wait(3000);
  try { keep("frame")(inner.contentDocument && inner.contentDocument.body.innerText); } catch { /* closed */ }
  document.title = "tried " + JSON.stringify(read);
})();
</script>"""
STATE = """{ runsOrError { ... on Runs { results { runId status } } }
  assetNodes(assetKeys: [{path: ["release"]}]) { assetMaterializations { timestamp } }
  sensorsOrError(repositorySelector: {repositoryName: "__repository__",
    repositoryLocationName: "orchestration.definitions"}) {
    ... on Sensors { results { name sensorState { status } } } } }"""


class _Server(BaseHTTPRequestHandler):
    content = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        pass


def main() -> int:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("not run: there is no Chromium; `apt-get install chromium`, or name one in CHROMIUM")
        return 1
    amiss = 0
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(1, ["2025-03"], 12, 7, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        with opened(places) as (keeper, address), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=[*FLAGS, f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"]
            )
            context = browser.new_context()
            visit = context.new_page()
            visit.goto(places.page_address.read_text(encoding="utf-8"))
            works = visit.title() != "" and visit.url.startswith(address)
            sign_in(places)
            before = ask(address, STATE)
            port = int(address.rsplit(":", 1)[1])
            for name, target in (
                ("another origin", address),
                ("another port of this machine", address.replace("127.0.0.1", "localhost")),
                ("a rebound name", f"http://{REBOUND}:{port}"),
            ):
                read = attacked(context, target)
                amiss += len(read)
                print(f"{'ok' if not read else 'READ':5} from {name}: {read or 'nothing read'}")
            rebound = context.new_page()
            answer = rebound.goto(f"http://{REBOUND}:{port}/")
            status = answer and answer.status
            is_open = status != 421
            amiss += is_open
            print(f"{'ok' if not is_open else 'OPEN':5} the page under a rebound name: {status}")
            after = ask(address, STATE)
            changed = before != after or not before
            amiss += changed + (not works)
            print(
                f"{'ok' if not changed else 'CHANGED':5} runs, events and switches as before: {not changed}"
            )
            print(f"{'ok' if works else 'MISSED':5} the page itself opens for who signed in")
            browser.close()
        amiss += left("TERM to its group", keeper)
        for told, number in (("TERM", signal.SIGTERM), ("INT", signal.SIGINT), ("KILL", signal.SIGKILL)):
            with opened(places) as (keeper, _):
                keeper.send_signal(number)
                amiss += left(told, keeper)
        with opened(places, by_a_script=True) as (script, _):
            script.kill()
            amiss += left("its parent's death", script)
    print(f"amiss: {amiss}")
    return 1 if amiss else 0


def attacked(context: BrowserContext, target: str) -> list[str]:
    """What a hostile page, in a browser that is signed in, could read of the page."""
    query, variables = LAUNCH
    launch = json.dumps({"query": query, "variables": variables})
    content = HOSTILE.replace("PAGE", target).replace("LAUNCH", launch).encode()
    handler = type("Hostile", (_Server,), {"content": content})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    page = context.new_page()
    try:
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        page.wait_for_function("document.title.startsWith('tried')", timeout=60_000)
        return list(json.loads(page.title().removeprefix("tried ")))
    finally:
        page.close()
        server.shutdown()


_groups: dict[int, int] = {}  # the process group that each keeper keeps


@contextmanager
def opened(
    places: WarehousePaths, by_a_script: bool = False
) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """The page over these places; told to stop, as a group, when done with."""
    port = free_port()
    words = ["--raw", places.raw, "--reference", places.reference, "--release", places.release]
    command = [str(COMMAND), "ui", *map(str, words), "--port", str(port)]
    if by_a_script:
        command = [sys.executable, "-c", f"import subprocess; subprocess.run({command!r})"]
    places.page_address.unlink(missing_ok=True)
    keeper = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0)
    began = time.monotonic()
    while not places.page_address.exists():
        if time.monotonic() - began > 300 or keeper.poll() is not None:
            raise SystemExit("the page did not open")
        time.sleep(0.5)
    _groups[keeper.pid] = next(
        group for pid, parent, group in _processes() if parent in _below(keeper.pid) and group == pid
    )
    try:
        yield keeper, f"http://127.0.0.1:{port}"
    finally:
        if keeper.poll() is None:
            os.killpg(keeper.pid, signal.SIGTERM)


def left(told: str, keeper: "subprocess.Popen[bytes]") -> int:
    """How many processes of a page are left ten seconds after it was told to stop."""
    began = time.monotonic()
    while (alive := _alive(_groups[keeper.pid])) and time.monotonic() - began < SECONDS:
        time.sleep(0.1)
    keeper.wait(SECONDS)
    seconds = time.monotonic() - began
    print(f"{'ok' if not alive else 'LEFT':5} stopped by {told}: {alive} processes left, {seconds:.1f} s")
    return alive


def _below(pid: int) -> set[int]:
    known = {pid}
    for child, parent, _ in _processes():
        if parent in known:
            known.add(child)
    return known


def _alive(group: int) -> int:
    return sum(member == group for _, _, member in _processes())


def _processes() -> list[tuple[int, int, int]]:
    """Every process that has not ended: its id, its parent's and its group."""
    found: list[tuple[int, int, int]] = []
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        try:
            said: list[Any] = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # gone since
            continue
        if said[0] not in "ZX":
            found.append((int(stat.parent.name), int(said[1]), int(said[2])))
    return found


if __name__ == "__main__":
    sys.exit(main())
