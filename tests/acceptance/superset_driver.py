"""Apache Superset in an environment of its own, driven by its API, for the suite bi to build on."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = False
_MEMORY = {{"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 60}}
CACHE_CONFIG = DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = _MEMORY
"""


class Superset:
    """A Superset that answers at an address, to one who has logged in."""

    def __init__(self, address: str, password: str) -> None:
        self.address = address
        self._token = ""
        login = {"username": "admin", "password": password, "provider": "db", "refresh": False}
        self._token = self.post("/security/login", login)["access_token"]

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the API answers to a POST."""
        return self._call("POST", path, body)

    def get(self, path: str) -> dict[str, Any]:
        """What the API answers to a GET."""
        return self._call("GET", path, None)

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        data = None
        if body is not None:  # a GET that says it is JSON and brings none is refused
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        asked = urllib.request.Request(f"{self.address}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=180) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"Superset: {method} {path}: {error.code} {error.read()[:500]!r}") from None


@contextmanager
def superset(programs: Path, folder: Path) -> Iterator[Superset]:
    """Set up Superset in the folder and run it on this machine only, until done with."""
    password = secrets.token_hex(8)
    config = folder / "superset_config.py"
    config.write_text(CONFIG.format(secret=secrets.token_hex(32), folder=folder), encoding="utf-8")
    env = os.environ | {"SUPERSET_CONFIG_PATH": str(config), "FLASK_APP": "superset"}
    env.pop("PYTHONPATH", None)
    program = str(programs / "superset")
    admin = "fab create-admin --username admin --firstname A --lastname B --email a@example.invalid"
    for words in (["db", "upgrade"], [*admin.split(), "--password", password], ["init"]):
        done = subprocess.run([program, *words], env=env, cwd=folder, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"superset {words[0]}: {done.stderr.decode()[-500:]}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [program, "run", "-h", "127.0.0.1", "-p", str(port)],
        env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/health")
        yield Superset(address, password)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(60)


def _wait(address: str) -> None:
    for _ in range(180):
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit("Superset did not start")
