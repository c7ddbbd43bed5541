"""Someone is told, over real servers: each thing once, and what cannot be sent is shown."""

import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.contracts.settings import Settings
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from orchestration.alerts import channels
from orchestration.alerts.channels import NotSentError, card, greet, send
from orchestration.alerts.events import Alert, alerts_of
from orchestration.alerts.tell import not_sent, read, tell
from orchestration.alerts.watch import tell_what_stands
from tests.support.receivers import HOST, http_receiver, mail_server
from tests.unit.ingest.warehouse.test_months import arrive

NOW = datetime(2025, 5, 20, 9, tzinfo=UTC)
A = {"name": "A", "by": "email", "to": "a@x.gov.uk"}
HELD = Alert("held", "figures of authority 301 are held", "3 figures held", "mend <this> & that", "run-1")
STALE = Alert("stale", "2025-04 has not been released", "It reports 2025-03.", "see status")


def settings(*recipients: dict[str, Any], **mail: Any) -> Settings:
    return Settings.model_validate({"alerts": {"recipients": list(recipients), "mail": mail}})


def by_mail(port: int, certificate: Path, *addresses: str) -> Settings:
    people = [{"name": one, "by": "email", "to": one} for one in addresses]
    return settings(*people, server=HOST, port=port, sender="los@x.gov.uk", authority_file=certificate)


def test_mail_goes_over_tls_once_and_says_the_next_move(places: WarehousePaths, tmp_path: Path) -> None:
    with mail_server(tmp_path) as (server, certificate):
        asked = by_mail(server.port, certificate, "a@x.gov.uk")
        sent = [tell(places, asked, [HELD], NOW + timedelta(minutes=n)) for n in range(3)]

    assert sent == [1, 0, 0]
    assert server.was_over_tls == [True]
    [letter] = server.letters
    for line in (
        "Subject: Line of Sight: figures of authority 301 are held",
        "To: a@x.gov.uk",
        "Auto-Submitted: auto-generated",
        "3 figures held",
        "Next: mend <this> & that",
        "Run run-1",
    ):
        assert line in letter
    assert not_sent(places) == []
    assert places.alerts.stat().st_mode & 0o077 == 0


def test_a_certificate_that_nobody_trusts_is_not_spoken_to(places: WarehousePaths, tmp_path: Path) -> None:
    with mail_server(tmp_path) as (server, _):
        asked = settings(
            {"name": "A", "by": "email", "to": "a@x.gov.uk"},
            server=HOST,
            port=server.port,
            sender="l@x.gov.uk",
        )
        assert tell(places, asked, [HELD], NOW) == 0

    assert server.letters == []
    assert "certificate" in not_sent(places)[0]["why"]


def test_a_recipient_that_bounces_is_shown_and_not_tried_again_and_the_others_are_told(
    places: WarehousePaths, tmp_path: Path
) -> None:
    with mail_server(tmp_path, bounces=("gone@",)) as (server, certificate):
        asked = by_mail(server.port, certificate, "gone@x.gov.uk", "a@x.gov.uk")
        sent = [tell(places, asked, [HELD], NOW + timedelta(days=n)) for n in range(3)]

    assert sent == [1, 0, 0] and len(server.letters) == 1
    [shown] = not_sent(places)
    assert (shown["state"], shown["tries"]) == ("refused", 1)
    assert shown["why"] == "the mail server does not take gone@x.gov.uk (550)"


def test_a_server_that_is_down_is_tried_again_after_longer_waits_until_it_is_up(
    places: WarehousePaths, tmp_path: Path
) -> None:
    with mail_server(tmp_path) as (server, certificate):
        port = server.port
    down = by_mail(port, certificate, "a@x.gov.uk")
    tried = []
    for minute in range(61):
        now = NOW + timedelta(minutes=minute)
        assert tell(places, down, [HELD], now) == 0
        if read(places)[f"{HELD.id} a@x.gov.uk"]["at"] == now.isoformat():
            tried.append(minute)
    with mail_server(tmp_path) as (server, certificate):
        up = by_mail(server.port, certificate, "a@x.gov.uk")
        assert tell(places, up, [HELD], NOW + timedelta(days=1)) == 1

    assert tried == [0, 5, 15, 35]
    assert len(server.letters) == 1 and not_sent(places) == []


def test_a_server_that_never_answers_holds_nothing_up(
    places: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "PATIENCE", 0.3)
    with mail_server(tmp_path, is_silent=True) as (server, certificate):
        began = time.monotonic()
        tell(places, by_mail(server.port, certificate, "a@x.gov.uk"), [HELD], NOW)

        assert time.monotonic() - began < 5
        assert "does not answer" in not_sent(places)[0]["why"]
        with pytest.raises(NotSentError, match="does not answer"):
            greet(by_mail(server.port, certificate, "a@x.gov.uk").alerts.mail)


def test_mail_without_tls_goes_to_this_machine_alone() -> None:
    asked = settings(
        {"name": "A", "by": "email", "to": "a@x.gov.uk"},
        server="mail.x.gov.uk",
        sender="l@x.gov.uk",
        tls="none",
    )
    with pytest.raises(NotSentError, match="without TLS to this machine alone"):
        send(HELD, asked.alerts.recipients[0], asked.alerts.mail)


@pytest.mark.parametrize("by", ["teams", "slack", "webhook"])
def test_a_webhook_is_sent_a_card_of_its_kind(
    places: WarehousePaths, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings({"name": "Team", "by": by, "url_variable": "LOS_HOOK", "events": ["held"]})
    with http_receiver() as hook:
        monkeypatch.setenv("LOS_HOOK", hook.url)
        sent = [tell(places, asked, [HELD, STALE], NOW + timedelta(hours=n)) for n in range(2)]

    assert sent == [1, 0]
    assert hook.cards == [card(HELD, by)]
    text = json.dumps(hook.cards)
    assert "figures of authority 301 are held" in text and "3 figures held" in text
    if by == "slack":
        assert "mend &lt;this&gt; &amp; that" in text
    if by == "teams":
        assert hook.cards[0]["attachments"][0]["content"]["type"] == "AdaptiveCard"


def test_a_webhook_that_is_away_is_tried_again_and_one_that_is_gone_is_not(
    places: WarehousePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings({"name": "Team", "by": "slack", "url_variable": "LOS_HOOK"})
    with http_receiver() as hook:
        monkeypatch.setenv("LOS_HOOK", hook.url)
        hook.status = 503
        tell(places, asked, [HELD], NOW)
        hook.status = 404
        tell(places, asked, [STALE], NOW)
        hook.status = 200
        assert tell(places, asked, [HELD, STALE], NOW + timedelta(hours=1)) == 1

    [gone] = not_sent(places)
    assert (gone["event"], gone["why"]) == ("stale", "Team answered 404")
    assert hook.url not in places.alerts.read_text()


def test_an_address_that_is_not_there_or_not_https_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = settings({"name": "Team", "by": "teams", "url_variable": "LOS_HOOK"})
    with pytest.raises(NotSentError, match="the environment variable LOS_HOOK of Team is not set"):
        send(HELD, asked.alerts.recipients[0], asked.alerts.mail)
    monkeypatch.setenv("LOS_HOOK", "http://hooks.example.com/x")
    with pytest.raises(NotSentError, match="not https"):
        send(HELD, asked.alerts.recipients[0], asked.alerts.mail)


def test_a_file_takes_a_line_an_alert(places: WarehousePaths, tmp_path: Path) -> None:
    asked = settings({"name": "log", "by": "file", "path": str(tmp_path / "alerts.jsonl")})

    tell(places, asked, [HELD, STALE], NOW)

    lines = [json.loads(line) for line in (tmp_path / "alerts.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["held", "stale"]


def test_what_passed_before_it_could_be_sent_is_told_all_the_same(places: WarehousePaths) -> None:
    asked = settings({"name": "A", "by": "file", "path": "/nowhere/at/all"})
    tell(places, asked, [HELD], NOW)
    met: list[Alert] = []

    assert tell(places, asked, [], NOW + timedelta(hours=1), by=lambda alert, *_: met.append(alert)) == 1
    assert met == [HELD]
    assert tell(places, asked, [], NOW + timedelta(hours=2)) == 0


def test_a_process_killed_while_it_sends_tells_nobody_twice_and_says_so(places: WarehousePaths) -> None:
    asked = settings({"name": "A", "by": "file", "path": "/dev/null"})

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell(places, asked, [HELD], NOW, by=killed)

    assert tell(places, asked, [HELD], NOW + timedelta(days=9)) == 0
    [shown] = not_sent(places)
    assert "it may have arrived" in shown["why"]


def said(**changed: Any) -> dict[str, Any]:
    """What `status` says of a warehouse in which all is well."""
    return {
        "release": {"release": 7, "view_month": "2025-04"},
        "last_refresh": {"outcome": "published", "run_id": "r", "at": "x", "reasons": None},
        "month": "2025-04", "missing": [], "held": [], "waiting": [],
        "health": {"due_month": "2025-04", "is_stale": False},
    } | changed  # fmt: skip


DOUBT = {
    "la_code": "301",
    "figure_count": 3,
    "ground_sentence": "2 of 9 rows unread",
    "suggested_action": "mend",
}


@pytest.mark.parametrize(
    ("changed", "event", "words"),
    [
        ({"last_refresh": {"outcome": "withheld", "run_id": "r", "at": "x", "view_month": "2025-04",
                           "reasons": "one\ntwo"}}, "failed", "one; two"),
        ({"held": [DOUBT]}, "held", "3 figures held: 3 as 2 of 9 rows unread"),
        ({"missing": [{"la_code": "301", "returns": ["cp_plans"]}]}, "missing", "Not come: cp_plans."),
        ({"month": "2025-03"}, "missing", "The newest month that has come is 2025-03."),
        ({"health": {"due_month": "2025-05", "is_stale": True}, "month": "2025-05"}, "stale",
         "The current release reports 2025-04."),
    ],
)  # fmt: skip
def test_each_event_is_told_in_words_with_a_next_move(
    places: WarehousePaths, changed: dict[str, Any], event: str, words: str
) -> None:
    [alert] = alerts_of(places, Settings(), said(**changed), NOW.date())

    assert alert.event == event and words in alert.sentence and alert.next_move


def test_the_same_thing_of_the_next_release_is_not_told_again(places: WarehousePaths) -> None:
    """A daily refresh would tell of a figure that is held for a month thirty times."""
    late = {"due_month": "2025-05", "is_stale": True}
    first = said(held=[DOUBT], health=late)
    release = {"release": 8, "view_month": "2025-03"}
    later = said(held=[DOUBT], health=late, month="2025-03", release=release)
    ids = [{one.id for one in alerts_of(places, Settings(), how, NOW.date())} for how in (first, later)]

    assert ids[0] == ids[1] and len(ids[0]) == 3


def test_a_return_is_not_missing_before_its_day(places: WarehousePaths) -> None:
    early = said(
        missing=[{"la_code": "301", "returns": ["cp_plans"]}],
        health={"due_month": "2025-03", "is_stale": False},
    )

    assert alerts_of(places, Settings(), early, date(2025, 5, 4)) == []


def test_a_month_that_lies_there_unread_is_late_and_not_missing(places: WarehousePaths) -> None:
    """A machine that was off over the day told that nothing had come, with the files before it."""
    late = said(month="2025-03", waiting=["2025-04"], health={"due_month": "2025-04", "is_stale": True})

    assert [one.event for one in alerts_of(places, Settings(), late, NOW.date())] == ["stale"]


def test_a_closing_that_is_due_is_told_where_no_schedule_closes_it(places: WarehousePaths) -> None:
    (places.reference / "reporting.yml").write_text("default: {set_by: C. Head, close_after_working_days: 5}")
    ledger = Ledger(places.ledger)
    arrive(ledger, "2025-04", "contacts")
    ledger.close()

    [alert] = alerts_of(places, Settings(), said(), NOW.date())

    assert alert.event == "closing_due" and "line-of-sight close 2025-04" in alert.next_move


def test_a_closing_waits_for_the_figures_held_of_its_own_month(places: WarehousePaths) -> None:
    """Those of the month released were counted as the newest's that had come, and the month was offered."""
    (places.reference / "reporting.yml").write_text("default: {set_by: C. Head, close_after_working_days: 5}")
    ledger = Ledger(places.ledger)
    arrive(ledger, "2025-03", "contacts")
    arrive(ledger, "2025-04", "contacts")
    ledger.close()
    released = places.releases / "000007"
    released.mkdir(parents=True)
    with duckdb.connect(str(released / "marts.duckdb")) as db:
        db.execute("create table fct_indicator_values (la_code text, period_end date, value_status text)")
        db.execute("insert into fct_indicator_values values ('301', '2025-03-31', 'withheld'), "
                   "('301', '2025-03-31', 'withheld'), ('301', '2025-03-31', 'calculated')")  # fmt: skip
    places.current.symlink_to(released)

    told = alerts_of(places, Settings(), said(held=[DOUBT]), NOW.date())

    assert [one.sentence for one in told if one.event == "closing_due"] == [
        "2025-03 of 301 is due to be closed and has 2 held figures.",
        "Everything required has come, of 301.",
    ]


def test_a_sensor_that_no_longer_looks_is_told(places: WarehousePaths) -> None:
    asked = Settings.model_validate({"schedules": {"arrivals": {"enabled": True}}})
    places.sensor_looked.touch()
    assert alerts_of(places, asked, said(), NOW.date()) == []
    os.utime(places.sensor_looked, (time.time() - 7200,) * 2)

    [alert] = alerts_of(places, asked, said(), NOW.date())

    assert alert.event == "quiet" and "line-of-sight ui" in alert.next_move


def test_what_stands_in_a_new_warehouse_is_told_from_status(places: WarehousePaths, tmp_path: Path) -> None:
    asked = settings({"name": "log", "by": "file", "path": str(tmp_path / "alerts.jsonl")})
    ledger = Ledger(places.ledger)
    ledger.add_refresh("2025-04", "broken", "landing: PermissionError", "2025-05-05T06:00:00+00:00", "run-9")
    ledger.close()

    assert tell_what_stands(places, asked, NOW) == (1, 0)
    assert tell_what_stands(places, asked, NOW) == (0, 0)
    assert "run-9" in (tmp_path / "alerts.jsonl").read_text()
