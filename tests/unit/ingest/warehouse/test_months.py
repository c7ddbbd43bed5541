"""The state of a month, by hand: from what arrived and who closed it, and from nothing else."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from ingest.contracts.reporting_policy import Policies
from ingest.ledger import Ledger, Submission
from ingest.paths import WarehousePaths
from ingest.warehouse import months
from ingest.warehouse.months import Decision, DecisionRefusedError

NOBODY = Policies()


@pytest.fixture
def ledger(places: WarehousePaths) -> Iterator[Ledger]:
    opened = Ledger(places.ledger)
    yield opened
    opened.close()


def arrive(
    ledger: Ledger, month: str, *names: str, la_code: str = "301", version: int = 1, status: str = "accepted",
    sha256: str | None = None,
) -> None:  # fmt: skip
    """The returns of an authority's month come, and are accepted unless said otherwise."""
    ledger.add_folders([(month, la_code)])
    ledger.add(
        Submission(name, month, la_code, version, "ssd", f"{name}.csv", sha256 or f"{version:064}",
                version, status, None, 1, 1, 0, None, "2025-05-01T09:00:00+00:00")
        for name in names
    )  # fmt: skip


def close(ledger: Ledger, *which: str, policies: Policies = NOBODY, **more: object) -> None:
    asked = Decision(which, "A. Director", **more)  # type: ignore[arg-type]
    ledger.add_events(months.close(ledger, policies, asked))


def reopen(ledger: Ledger, month: str, *la_codes: str) -> None:
    asked = Decision((month,), "B. Lead", la_codes, reason="visits were sent late")
    ledger.add_events(months.reopen(ledger, NOBODY, asked))


def state(ledger: Ledger, month: str, la_code: str = "301", policies: Policies = NOBODY) -> str:
    [row] = [r for r in months.states(ledger, policies, [month]) if r["la_code"] == la_code]
    return str(row["month_state"])


def words(ledger: Ledger, month: str) -> str:
    return months.in_words(months.states(ledger, NOBODY, [month])[0])


def requires(*names: str, **more: object) -> Policies:
    return Policies(default={"set_by": "C. Head", "required_returns": names, **more})


def test_a_first_month_waits_for_nothing_that_nobody_has_named(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts")

    assert state(ledger, "2025-03") == "provisional"


def test_a_month_waits_for_what_came_for_the_month_before(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts", "cp_plans")
    arrive(ledger, "2025-04", "contacts")

    assert state(ledger, "2025-04") == "collecting"
    assert words(ledger, "2025-04") == (
        "Still being collected: 1 of 2 returns has not come (cp_plans). Figures will change."
    )
    arrive(ledger, "2025-04", "cp_plans", status="rejected")
    assert state(ledger, "2025-04") == "collecting"  # what was refused has not come
    arrive(ledger, "2025-04", "cp_plans", version=2)
    assert state(ledger, "2025-04") == "provisional"


def test_a_month_of_which_nothing_came_is_collecting_and_sets_no_pattern(ledger: Ledger) -> None:
    arrive(ledger, "2025-02", "contacts", "cp_plans")
    arrive(ledger, "2025-04", "contacts")  # March was skipped: April waits for what February had

    assert state(ledger, "2025-03") == "collecting"
    assert words(ledger, "2025-03") == "Still being collected: nothing has come. Figures will change."
    assert state(ledger, "2025-04") == "collecting"


def test_a_policy_says_what_is_required_and_nothing_else_is(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts", "cp_plans", "persons")
    arrive(ledger, "2025-04", "contacts")

    assert state(ledger, "2025-04", policies=requires("contacts")) == "provisional"
    assert state(ledger, "2025-04", policies=requires("persons")) == "collecting"
    assert state(ledger, "2025-03", policies=requires("cla_visits")) == "collecting"


def test_one_authority_never_waits_for_another(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts", "cp_plans", la_code="302")
    arrive(ledger, "2025-03", "contacts")
    arrive(ledger, "2025-04", "contacts", la_code="302")
    arrive(ledger, "2025-04", "contacts")

    assert (state(ledger, "2025-04"), state(ledger, "2025-04", "302")) == ("provisional", "collecting")


def test_bytes_read_again_by_a_newer_program_were_not_sent_after_the_closing(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts", "cp_plans")
    close(ledger, "2025-03")
    arrive(ledger, "2025-03", "contacts", version=2, sha256=f"{1:064}")
    [march] = months.states(ledger, NOBODY, ["2025-03"])
    assert march["late_returns"] is None

    arrive(ledger, "2025-03", "contacts", version=3)  # other bytes, and then those of the closing once more
    arrive(ledger, "2025-03", "contacts", version=4, sha256=f"{1:064}")
    [march] = months.states(ledger, NOBODY, ["2025-03"])
    assert march["late_returns"] == "contacts"


def test_the_life_of_a_month(ledger: Ledger) -> None:
    arrive(ledger, "2025-02", "contacts", "cp_plans")
    arrive(ledger, "2025-03", "contacts")
    lived = [state(ledger, "2025-03")]
    arrive(ledger, "2025-03", "cp_plans")
    lived.append(state(ledger, "2025-03"))
    close(ledger, "2025-03")
    lived.append(state(ledger, "2025-03"))
    arrive(ledger, "2025-03", "contacts", version=2)
    lived.append(state(ledger, "2025-03"))
    assert words(ledger, "2025-03").endswith("by A. Director. Sent after the closing: contacts.")
    reopen(ledger, "2025-03", "301")
    lived.append(state(ledger, "2025-03"))
    assert "by B. Lead: visits were sent late." in words(ledger, "2025-03")
    close(ledger, "2025-03")
    lived.append(state(ledger, "2025-03"))

    assert lived == ["collecting", "provisional", "final", "final", "reopened", "final"]
    [march] = months.states(ledger, NOBODY, ["2025-03"])
    assert (march["closings"], march["late_returns"]) == (2, None)  # what was late then is in it now
    first, _, second = ledger.table("month_events").to_pylist()
    assert (first["last_receipt_id"], second["last_receipt_id"]) == (4, 5)


def test_the_state_does_not_hang_on_the_order_of_arrival(ledger: Ledger, tmp_path) -> None:
    other = Ledger(tmp_path / "other.sqlite")
    lots: Sequence[tuple[str, str]] = [
        ("2025-02", "contacts"),
        ("2025-02", "cp_plans"),
        ("2025-03", "contacts"),
    ]
    for month, name in lots:
        arrive(ledger, month, name)
    for month, name in reversed(lots):
        arrive(other, month, name)

    assert months.states(ledger, NOBODY) == months.states(other, NOBODY)
    other.close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {},
            "2025-04 of 301 is still being collected: 1 of 2 returns has not come (cp_plans); wait",
        ),
        ({"is_incomplete": True}, "a month that is closed incomplete needs a reason"),
        ({"la_codes": ("999",)}, "authority 999 owes nothing for 2025-04; those that do: 301"),
    ],
)
def test_a_month_that_is_collecting_is_closed_only_as_incomplete_and_with_a_reason(
    ledger: Ledger, more: dict, said: str
) -> None:
    arrive(ledger, "2025-03", "contacts", "cp_plans")
    arrive(ledger, "2025-04", "contacts")

    with pytest.raises(DecisionRefusedError, match=said.replace("(", r"\(").replace(")", r"\)")):
        close(ledger, "2025-04", **more)

    assert state(ledger, "2025-04") == "collecting"
    close(ledger, "2025-04", is_incomplete=True, reason="no plans this month")
    assert state(ledger, "2025-04") == "final"
    assert "although not everything had come: no plans this month" in words(ledger, "2025-04")


def test_nothing_is_closed_where_one_of_those_named_cannot_be(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts", "cp_plans")
    arrive(ledger, "2025-04", "contacts")

    with pytest.raises(DecisionRefusedError, match="2025-04 of 301 is still being collected"):
        close(ledger, "2025-03", "2025-04")

    assert state(ledger, "2025-03") == "provisional"


def test_a_second_closing_is_refused_and_told_of_the_first(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts")
    arrive(ledger, "2025-03", "contacts", la_code="302")
    close(ledger, "2025-03", la_codes=("301",))

    with pytest.raises(
        DecisionRefusedError, match=r"2025-03 of 301 is closed already, on 20\d\d-\d\d-\d\d by A\. Director"
    ):
        close(ledger, "2025-03", la_codes=("301", "302"))
    assert state(ledger, "2025-03", "302") == "provisional"
    close(ledger, "2025-03")  # whoever is not final
    with pytest.raises(DecisionRefusedError, match="closed already"):
        close(ledger, "2025-03")
    assert len(ledger.table("month_events")) == 2


def test_a_month_that_is_not_closed_is_not_opened_again(ledger: Ledger) -> None:
    arrive(ledger, "2025-03", "contacts")

    with pytest.raises(DecisionRefusedError, match="2025-03 of 301 is provisional, not closed"):
        reopen(ledger, "2025-03", "301")
    close(ledger, "2025-03")
    with pytest.raises(DecisionRefusedError, match="say whose month"):
        reopen(ledger, "2025-03")
    reopen(ledger, "2025-03", "301")
    with pytest.raises(DecisionRefusedError, match="2025-03 of 301 is reopened, not closed"):
        reopen(ledger, "2025-03", "301")


def test_a_month_of_which_nothing_is_known_cannot_be_closed(ledger: Ledger) -> None:
    with pytest.raises(DecisionRefusedError, match="nothing of 2025-03 has been received"):
        close(ledger, "2025-03")
    ledger.add_folders([("2025-03", "301")])
    assert state(ledger, "2025-03") == "collecting"
    with pytest.raises(DecisionRefusedError, match="nothing that was accepted"):
        close(ledger, "2025-03", is_incomplete=True, reason="an empty folder")


@pytest.mark.parametrize("words", ["2025", "2025-13", "March", "2025-03..2025-01", "2025-03..", "..2025-03"])
def test_a_month_is_written_in_one_way(words: str) -> None:
    if words == "2025-03..":
        assert months.months_in(words) == ("2025-03",)
        return
    with pytest.raises(DecisionRefusedError, match="is not a month"):
        months.months_in(words)
    assert months.months_in("2024-11..2025-02") == ("2024-11", "2024-12", "2025-01", "2025-02")


def test_an_event_is_never_changed_nor_taken_away(ledger: Ledger, places: WarehousePaths) -> None:
    arrive(ledger, "2025-03", "contacts")
    close(ledger, "2025-03")

    with sqlite3.connect(places.ledger) as db:
        for change in ("update month_events set by_name = 'X'", "delete from month_events"):
            with pytest.raises(sqlite3.IntegrityError, match="stands"):
                db.execute(change)


@pytest.mark.parametrize(
    ("today", "is_due"),
    [
        (date(2025, 4, 10), False),  # the eighth working day of April
        (date(2025, 4, 11), False),
        (date(2025, 4, 14), True),  # the tenth
        (date(2025, 6, 1), True),
    ],
)
def test_a_policy_closes_so_many_working_days_after_the_months_end(
    ledger: Ledger, today: date, is_due: bool
) -> None:
    arrive(ledger, "2025-03", "contacts")

    decisions, waiting = months.due(ledger, requires("contacts", close_after_working_days=10), today, {})

    assert [(d.months, d.by_name, d.la_codes, d.policy) for d in decisions] == (
        [(("2025-03",), "C. Head", ("301",), "reporting.yml, default")] if is_due else []
    )
    assert not waiting


def test_a_policy_leaves_open_what_is_collecting_held_or_opened_again(ledger: Ledger) -> None:
    policies = requires("contacts", close_after_working_days=0)
    stand = requires("contacts", close_after_working_days=0, held_figures_may_stand=True)
    for la_code in ("301", "302", "303"):
        arrive(ledger, "2025-03", "persons" if la_code == "301" else "contacts", la_code=la_code)
    close(ledger, "2025-03", policies=policies, la_codes=("303",))
    reopen(ledger, "2025-03", "303")
    held = {("302", "2025-03"): 7}

    decisions, waiting = months.due(ledger, policies, date(2025, 4, 1), held)

    assert decisions == []
    assert waiting == [
        "2025-03 of 301 is due to be closed and still being collected: "
        "1 of 1 returns has not come (contacts)",
        "2025-03 of 302 is due to be closed and has 7 held figures",
    ]
    decisions, _ = months.due(ledger, stand, date(2025, 4, 1), held)
    assert [d.la_codes for d in decisions] == [("302",)]


def test_what_an_older_ledger_had_published_stands_as_closed(places: WarehousePaths) -> None:
    with sqlite3.connect(places.ledger) as db:
        db.executescript(
            """
            create table published_views (view_month text, la_code text, fingerprint text not null,
                file text not null, primary key (view_month, la_code));
            create table choices (choice_id integer primary key, release_number integer not null,
                how text not null, at text not null);
            insert into choices values (1, 3, 'published', '2025-04-20T10:00:00+00:00');
            insert into published_views values ('2025-03', '301', 'x', '000003.parquet');
            """
        )
    for _ in range(2):  # and opened once more nothing is added
        ledger = Ledger(places.ledger)
        ledger.add_folders([("2025-03", "301"), ("2025-04", "301")])
        said = words(ledger, "2025-03")
        kept = ledger.table("kept_closings").to_pylist()
        ledger.close()

    assert said == "Final: closed on 20 April 2025 by as published before states were kept."
    assert kept == [{"event_id": 1, "part": "month", "file": "000003.parquet"}]


def test_months_before_the_first_folder_are_history_wait_for_nothing_and_are_not_closed(
    ledger: Ledger,
) -> None:
    since = Policies(default={"set_by": "C. Head", "close_after_working_days": 5, "history_from": "2025-01",
                              "required_returns": ("contacts",)})  # fmt: skip
    arrive(ledger, "2025-03", "contacts")

    found = {row["reporting_month"]: row for row in months.states(ledger, since)}
    decisions, waiting = months.due(ledger, since, date(2025, 5, 1), {})

    assert {month: row["month_state"] for month, row in found.items()} == {
        "2025-01": "history", "2025-02": "history", "2025-03": "provisional"
    }  # fmt: skip
    assert found["2025-01"]["returns_required"] == 0 and found["2025-01"]["missing_returns"] is None
    assert "never published before" in months.in_words(found["2025-01"])
    assert ([d.months for d in decisions], waiting) == ([("2025-03",)], [])
    with pytest.raises(DecisionRefusedError, match="2025-02 of 301 is worked out from history; nothing was"):
        close(ledger, "2025-02", "2025-03", policies=since, is_incomplete=True, reason="a try")


def test_what_history_from_says_of_a_month_that_has_a_folder_changes_nothing(ledger: Ledger) -> None:
    since = Policies(default={"history_from": "2025-03"})
    arrive(ledger, "2025-02", "contacts")
    arrive(ledger, "2025-03", "contacts")

    assert months.states(ledger, since) == months.states(ledger, NOBODY)
