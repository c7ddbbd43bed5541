"""Six events, five ways to be told of each, and servers that take, are away, refuse or never answer.

The events are of a real warehouse: a month held in part, its next broken, one not come, a closing that waits,
a sensor that no longer looks. Each is told over real servers of this machine, for a day of looks, by two at
once. Floor: each event arrives once wherever a server takes it, in the end; never twice; what cannot be sent
is shown; no id of a child is in a message.
"""

import csv
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.contracts.settings import Settings
from ingest.paths import WarehousePaths
from orchestration.alerts import channels
from orchestration.alerts.events import Alert
from orchestration.alerts.tell import not_sent, read, tell
from orchestration.alerts.watch import tell_what_stands
from synthetic import invent
from tests.support.acceptance_worlds import workshop
from tests.support.command import PUBLISHED, refresh
from tests.support.receivers import HOST, Hook, MailServer, http_receiver, mail_server

EVENTS = ("failed", "held", "missing", "stale", "closing_due", "quiet")
NOW = datetime(2025, 5, 20, 9, tzinfo=UTC)  # April is due, and has not come
LOOKS = [timedelta(minutes=15 * number) for number in range(96)]
AWAY = timedelta(hours=2)
PATIENCE = 0.2  # seconds that a server may take
TRIES_IN_A_DAY = 9  # waits of 5, 10, 20 ... minutes, to the next look: 0 15 30 60 105 195 360 690 1335
TRIES_WHILE_AWAY = 6  # the first five, and the one that is taken
MESSAGES = 6 * (2 * 4 + 1)  # of four servers that take or come back, and a file
SETTINGS = {"schedules": {"arrivals": {"enabled": True}}}


@dataclass
class Receiver:
    """One way to be told: how its settings say it, the server behind it, and what arrived there."""

    name: str
    recipient: dict[str, Any]
    server: MailServer | Hook | None
    mail: dict[str, Any]

    def is_to(self, state: str) -> None:
        """Have the server take, be away, refuse for good, or say nothing."""
        if isinstance(self.server, MailServer):
            self.server.is_away, self.server.is_silent = state == "away", state == "silent"
            self.server.bounces = ("a@x.gov.uk",) if state == "refuses" else ()
        elif self.server is not None:
            self.server.status = {"away": 503, "refuses": 404}.get(state, 200)
            self.server.is_silent = state == "silent"

    def take(self) -> list[str]:
        """What has arrived since the last time, as text."""
        if self.server is None:
            file = Path(self.recipient["path"])
            said = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            file.unlink(missing_ok=True)
            return said
        got = self.server.letters if isinstance(self.server, MailServer) else self.server.cards
        said = [one if isinstance(one, str) else json.dumps(one) for one in got]
        got.clear()
        return said


def main() -> int:
    amiss = []
    with workshop() as base, ExitStack() as stack:
        places, ids = _world(base)
        alerts = _alerts(places)
        print(*(f"{one.event:12} {one.title}. {one.sentence}" for one in alerts), "", sep="\n")
        assert sorted(one.event for one in alerts) == sorted(EVENTS)
        channels.PATIENCE = PATIENCE
        messages: list[str] = []
        print(f"{'channel':9}{'its server':12}" + "".join(f"{event:>13}" for event in EVENTS), end="")
        print(f"{'tries':>7}{'shown':>7}{'twice':>7}")
        for receiver in _receivers(base, stack):
            for state in ("takes", "away", "refuses", "silent") if receiver.server else ("takes",):
                got = _day(places, alerts, receiver, state)
                messages += got
                amiss += _row(places, alerts, receiver, state, got)
        shown = sum(one in text for text in messages for one in ids)
        print(f"\n{len(messages)} messages, {len(ids)} ids of children looked for in each: {shown} found")
        if shown or len(ids) < 20 or len(messages) != MESSAGES:
            amiss.append("ids of children in messages, or too few looked at")
    print(*amiss, sep="\n")
    return 1 if amiss else 0


def _world(base: Path) -> tuple[WarehousePaths, set[str]]:
    """A warehouse of which all six events are true, and the ids of its children."""
    invent(1, ["2025-02", "2025-03"], 30, 7, base)
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    (base / "raw" / "2025-03").rename(base / "later")
    own = base / "reference" / "reporting.yml"
    contacts = base / "raw" / "2025-02" / "001" / "contacts.csv"
    with contacts.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    for row in rows[::3]:
        row[head.index("cont_contact_date")] = "soon"
    with contacts.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    ids = {row[0] for row in csv.reader((base / "later" / "001" / "persons.csv").open(encoding="utf-8"))}
    ids |= {row[0] for row in csv.reader((base / "raw/2025-02/001/persons.csv").open(encoding="utf-8"))}
    assert refresh(places).returncode in PUBLISHED
    (base / "later").rename(base / "raw" / "2025-03")
    places.warehouse.rename(base / "aside")
    places.warehouse.mkdir()  # no file can be written there
    assert refresh(places).returncode not in PUBLISHED
    places.warehouse.rmdir()
    (base / "aside").rename(places.warehouse)
    # 40 working days after February ended on 28 April; after March they end on 29 May
    own.write_text("default: {set_by: C. Head, close_after_working_days: 40}\n", encoding="utf-8")
    places.sensor_looked.touch()
    os.utime(places.sensor_looked, (time.time() - 7200,) * 2)
    return places, {one for one in ids if len(one) > 3 and any(map(str.isdigit, one))}


def _alerts(places: WarehousePaths) -> list[Alert]:
    """What the product itself finds to tell."""
    met: list[Alert] = []
    asked = Settings.model_validate(
        {**SETTINGS, "alerts": {"recipients": [{"name": "a", "by": "file", "path": os.devnull}]}}
    )
    tell_what_stands(places, asked, NOW, by=lambda alert, *_: met.append(alert))
    return met


def _receivers(base: Path, stack: ExitStack) -> Iterator[Receiver]:
    server, certificate = stack.enter_context(mail_server(base))
    mail = {"server": HOST, "port": server.port, "sender": "los@x.gov.uk", "authority_file": str(certificate)}
    yield Receiver("email", {"name": "a", "by": "email", "to": "a@x.gov.uk"}, server, mail)
    for by in ("teams", "slack", "webhook"):
        hook = stack.enter_context(http_receiver())
        variable = f"LOS_{by.upper()}"
        os.environ[variable] = hook.url
        yield Receiver(by, {"name": "a", "by": by, "url_variable": variable}, hook, {})
    yield Receiver("file", {"name": "a", "by": "file", "path": str(base / "alerts.jsonl")}, None, {})


def _day(places: WarehousePaths, alerts: list[Alert], receiver: Receiver, state: str) -> list[str]:
    """What arrives in a day of looks, by two at once; a server that is away is back after two hours."""
    places.alerts.unlink(missing_ok=True)
    asked = Settings.model_validate({"alerts": {"recipients": [receiver.recipient], "mail": receiver.mail}})
    receiver.is_to(state)
    with ThreadPoolExecutor(2) as two:
        for look in LOOKS:
            if state == "away" and look == AWAY:
                receiver.is_to("takes")
            list(two.map(lambda _, at=NOW + look: tell(places, asked, alerts, at), range(2)))
    receiver.is_to("takes")
    return receiver.take()


def _row(
    places: WarehousePaths, alerts: list[Alert], receiver: Receiver, state: str, got: list[str]
) -> list[str]:
    """A line of the table; what is not as it should be."""
    came = {one.event: sum(one.subject in _plain(text) for text in got) for one in alerts}
    told = Counter(one["tries"] for one in read(places).values())
    shown, twice = len(not_sent(places)), sum(max(0, count - 1) for count in came.values())
    print(f"{receiver.name:9}{state:12}" + "".join(f"{came[event]:>13}" for event in EVENTS), end="")
    print(f"{max(told):>7}{shown:>7}{twice:>7}", flush=True)
    arrives = state in ("takes", "away")
    tries = {"takes": 1, "refuses": 1, "away": TRIES_WHILE_AWAY, "silent": TRIES_IN_A_DAY}[state]
    right = set(came.values()) == {int(arrives)} and shown == (0 if arrives else len(EVENTS))
    return [] if right and told == {tries: len(EVENTS)} else [f"{receiver.name}, {state}: not as by hand"]


def _plain(text: str) -> str:
    """A letter with its folded lines joined."""
    return text.replace("\r\n ", " ")


if __name__ == "__main__":
    sys.exit(main())
