"""A month's life through the real commands: what each edition shows of it, and what is pinned."""

import json

import duckdb
import pytest

from ingest.paths import WarehousePaths
from tests.conftest import Send, csv_of
from tests.support.command import close, line_of_sight, refresh, value

pytestmark = pytest.mark.pipeline
MONTHS = {"feb": "02", "mar": "03"}
MEETINGS = "meeting_id,person_id,held_date\n"


def contacts(**counts: int) -> str:
    """The whole record of contacts: so many of each month, on its first days. contacts(feb=20, mar=12)"""
    rows = [
        (f"{month}-{i}", f"c{i}", f"2025-{MONTHS[month]}-0{i % 9 + 1}")
        for month, count in counts.items()
        for i in range(count)
    ]
    names = ("cont_contact_id", "cont_person_id", "cont_contact_date")
    return csv_of([dict(zip(names, row, strict=True)) for row in rows])


def manifest(places: WarehousePaths) -> dict:
    return json.loads((places.current / "manifest.json").read_text(encoding="utf-8"))


def asked(places: WarehousePaths, sql: str) -> list[tuple]:
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return db.sql(sql).fetchall()


def restricted(places: WarehousePaths, month: str) -> tuple:
    """Of contacts received: the state of the month, the value now, its status, and as first published."""
    [(state,)] = asked(places, f"select month_state from fct_month_status where reporting_month = '{month}'")
    first = asked(
        places,
        f"""
        select first_value from fct_indicator_revisions
        where indicator_id = 'contacts_received' and period_basis = 'month'
            and strftime(period_end, '%Y-%m') = '{month}'
        """,
    )
    return (state, *value(places, "contacts_received", month), *(first[0] if first else (None,)))


def public(places: WarehousePaths) -> dict[str, float] | None:
    """Contacts received by month as the public pack prints them; None where there is no pack."""
    pack = places.current / "public" / "public.duckdb"
    if not pack.exists():
        return None
    with duckdb.connect(str(pack), read_only=True) as db:
        return dict(
            db.sql(
                """
                select strftime(period_end, '%Y-%m'), value from figures
                where indicator_id = 'contacts_received' and period_basis = 'month' and area_code = '301'
                """
            ).fetchall()
        )


def test_the_life_of_a_month(places: WarehousePaths, send: Send) -> None:
    send("2025-02", "301", "contacts", contacts(feb=20))
    send("2025-02", "301", "strategy_meetings", MEETINGS)
    send("2025-03", "301", "contacts", contacts(feb=20, mar=12))

    # the first file: something can be worked out, and is said to be no more than that
    ended = refresh(places)
    assert ended.returncode == 0, ended.stderr
    assert "2025-03: still being collected" in ended.stdout
    assert "There is no public pack: no month is final" in ended.stdout
    assert restricted(places, "2025-03") == ("collecting", 12, "provisional", None)
    assert restricted(places, "2025-02") == ("provisional", 20, "calculated", None)
    assert (public(places), manifest(places)["public_month"]) == (None, None)
    refused = close(places, "2025-03")
    assert refused.returncode == 2
    assert "(strategy_meetings)" in refused.stderr and "--incomplete" in refused.stderr

    # every file
    send("2025-03", "301", "strategy_meetings", MEETINGS)
    assert refresh(places).returncode == 0
    assert restricted(places, "2025-03") == ("provisional", 12, "calculated", None)
    assert asked(
        places, "select count(*) from fct_indicator_changes where indicator_id = 'contacts_received'"
    ) == [(0,)]
    assert public(places) is None

    # closed: pinned, and public
    send("2025-03", "301", "contacts", contacts(feb=20, mar=15))  # a closing reads no file
    ended = close(places, "2025-02..2025-03")
    assert ended.returncode == 0, ended.stderr
    assert "The public pack goes up to 2025-03" in ended.stdout
    assert restricted(places, "2025-03") == ("final", 12, "calculated", 12)
    assert public(places) == {"2025-02": 20, "2025-03": 12}
    status = "select month_state, public_month from fct_publication_status"
    assert asked(places, status) == [("final", "2025-03")]
    again = close(places, "2025-03", "--authority", "301")
    assert again.returncode == 2
    assert "closed already" in again.stderr and "A. Tester" in again.stderr

    # a late resubmission: it moves the figure as it stands, and nothing that was published
    assert refresh(places).returncode == 0
    assert restricted(places, "2025-03") == ("final", 15, "calculated", 12)
    assert public(places) == {"2025-02": 20, "2025-03": 12}
    late = "select late_returns from fct_month_status where reporting_month = '2025-03'"
    assert asked(places, late) == [("contacts",)]

    # opened again: the month leaves the public pack, and the figures as first published stand
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    why = ("--authority", "301", "--by", "B. Lead", "--reason", "three contacts were sent late")
    assert line_of_sight("reopen", "2025-03", *why, *where).returncode == 0
    assert restricted(places, "2025-03") == ("reopened", 15, "calculated", 12)
    assert public(places) == {"2025-02": 20}
    [said] = [m for m in manifest(places)["months"] if m["reporting_month"] == "2025-03"]
    assert (said["month_state"], said["reopened_by"]) == ("reopened", "B. Lead")

    # closed again: a new vintage is public, and both are kept
    assert close(places, "2025-03").returncode == 0
    assert restricted(places, "2025-03") == ("final", 15, "calculated", 12)
    assert public(places) == {"2025-02": 20, "2025-03": 15}
    vintages = """
        select closing_number, value from fct_indicator_vintages
        where indicator_id = 'contacts_received' and period_basis = 'month'
    """
    assert asked(places, vintages) == [(2, 15)]

    # restored without the ledger of publications: the exact figures go out, and no pack that forgets
    for file in places.public_ledger.iterdir():
        file.unlink()
    ended = refresh(places)
    assert ended.returncode == 0, ended.stderr
    assert "no public pack can be made" in " ".join(ended.stdout.split())
    assert "public_ledger" in ended.stdout and "backup" in ended.stdout
    assert restricted(places, "2025-03") == ("final", 15, "calculated", 12)
    assert public(places) is None
    assert manifest(places)["public_pack"]["state"] == "refused"


def test_a_policy_that_makes_no_sense_stops_a_refresh_before_anything_is_read(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-03", "301", "contacts", contacts(feb=20, mar=12))
    (places.reference / "reporting.yml").write_text(
        "default: {set_by: A, require: [contacts]}", encoding="utf-8"
    )

    ended = refresh(places)

    assert ended.returncode == 2
    assert "require is not known; did you mean required_returns?" in " ".join(ended.stderr.split())
    assert not list(places.landing.rglob("*.parquet"))
