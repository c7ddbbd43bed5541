"""A broken rule holds the figures that rest on its fields and nothing else, through the real command."""

import csv
import json
import stat

import duckdb
import pytest

from ingest.paths import WarehousePaths
from tests.conftest import Send, csv_of
from tests.support.command import close, line_of_sight, refresh

pytestmark = pytest.mark.pipeline


def referrals(*children: str) -> str:
    """Open episodes of need, one for each child named: a child named twice has two."""
    return csv_of(
        [
            {
                "cine_referral_id": f"r{i}",
                "cine_person_id": child,
                "cine_referral_date": f"2025-04-0{i + 1}",
                "cine_referral_nfa": "N",
                "cine_referral_source_code": "6",
                "cine_cin_primary_need_code": "N1",
            }
            for i, child in enumerate(children)
        ]
    )


def figures(places: WarehousePaths, indicator: str) -> dict[tuple[str, str], tuple]:
    """By authority and month: value, status, and the month whose reporting it belongs to."""
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        rows = db.execute(
            """
            select la_code, strftime(period_end, '%Y-%m'), value, value_status, view_month
            from fct_indicator_values
            where indicator_id = ? and period_basis in ('month', 'point_in_time') and breakdown_type = 'all'
            """,
            [indicator],
        ).fetchall()
    return {(la, month): tuple(rest) for la, month, *rest in rows}


def asked(places: WarehousePaths, sql: str) -> list[tuple]:
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return db.sql(sql).fetchall()


def contacts(*days: str) -> str:
    return csv_of(
        [{"cont_contact_id": f"c{day}", "cont_person_id": "a", "cont_contact_date": day} for day in days]
    )


def test_a_doubt_holds_what_rests_on_it_and_earlier_figures_stand(places: WarehousePaths, send: Send) -> None:
    april, may = ("2025-04-28", "2025-04-30"), ("2025-05-27", "2025-05-30")
    for authority in ("301", "302"):
        send("2025-04", authority, "cin_episodes", referrals("a", "b", "c"))
        send("2025-04", authority, "contacts", contacts(*april))
    assert refresh(places).returncode == 0
    # b and c twice: counts of what is open would double
    send("2025-05", "301", "cin_episodes", referrals("a", "b", "b", "c", "c"))
    send("2025-05", "302", "cin_episodes", referrals("a", "b", "c", "d"))
    for authority in ("301", "302"):
        send("2025-05", authority, "contacts", contacts(*april, *may))

    ended = refresh(places)

    assert ended.returncode == 4, ended.stderr
    assert "Authority 301:" in ended.stdout
    assert (
        "2 of 5 records of cin_episodes break the rule: A child has at most one open episode" in ended.stdout
    )
    assert "Authority 302:" not in ended.stdout
    assert "figures held on" in ended.stdout.splitlines()[-1]
    assert figures(places, "cin_open") == {
        ("301", "2025-04"): (3, "calculated", "2025-04"),
        ("301", "2025-05"): (None, "withheld", "2025-05"),
        ("302", "2025-04"): (4, "calculated", "2025-05"),  # restated, as ever
        ("302", "2025-05"): (4, "calculated", "2025-05"),
    }
    assert figures(places, "contacts_received")["301", "2025-05"] == (2, "calculated", "2025-05")
    status = "select la_code, publication_status, grounds from fct_publication_status order by 1"
    assert asked(places, status) == [
        ("301", "published_in_part", "rule_broken"),
        ("302", "published", None),
    ]
    assert close(places, "2025-05").returncode == 4
    first = """
        select la_code, first_value_status from fct_indicator_revisions
        where indicator_id = 'cin_open' and period_end = '2025-05-31' order by 1
    """
    assert asked(places, first) == [("301", "withheld"), ("302", "calculated")]

    report = places.restricted / "error_reports" / "301" / "error_report.csv"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    with report.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    held = [int(line["figures held"]) for line in lines]
    assert held == sorted(held, reverse=True)  # what frees most comes first
    assert {line["must be mended to be published"] for line in lines if line["figures held"] != "0"} == {
        "yes"
    }
    several = [line for line in lines if line["rule"] == "open_episodes_several"]
    assert [(r["file"], r["row"], r["field"]) for r in several] == [
        ("2025-05/301/cin_episodes.csv", "3", "cine_close_date"),
        ("2025-05/301/cin_episodes.csv", "5", "cine_close_date"),
    ]

    overridden = refresh(
        places, "--override", "rule_broken:301:cin_episodes", "--until", "2025-06",
        "--reason", "twins under one id, being split", "--by", "A. Director",
    )  # fmt: skip

    assert overridden.returncode == 0, overridden.stdout + overridden.stderr
    assert figures(places, "cin_open")["301", "2025-05"] == (3, "calculated", "2025-05")
    assert asked(places, status)[0] == ("301", "published_by_override", None)
    manifest = json.loads((places.current / "manifest.json").read_text())
    assert [
        (o["ground"], o["return_name"], o["by_name"], o["until_month"], o["was_needed"])
        for o in manifest["overrides"]
    ] == [("rule_broken", "cin_episodes", "A. Director", "2025-06", True)]

    send("2025-05", "301", "cin_episodes", referrals("a", "b", "c", "e"))  # mended
    assert refresh(places).returncode == 0
    assert asked(places, status)[0] == ("301", "published", None)
    manifest = json.loads((places.current / "manifest.json").read_text())
    assert [o["was_needed"] for o in manifest["overrides"]] == [False]


def test_where_nothing_can_be_given_the_release_says_so_and_stands(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-04", "301", "cin_episodes", referrals("a", "a", "b", "b"))

    ended = refresh(places)

    assert ended.returncode == 4
    assert asked(places, "select publication_status from fct_publication_status") == [("withheld",)]
    given = (
        "select count(*) from fct_indicator_values where value is not null and indicator_id like 'cin_open%'"
    )
    assert asked(places, given) == [(0,)]
    assert (places.restricted / "error_reports" / "301" / "error_report.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--override", "stopped:301:contacts", "--reason", "x"), "give --by and --reason"),
        (("--override", "stopped:301", "--reason", "x", "--by", "y"), "GROUND:AUTHORITY:RETURN"),
        (("--override", "sex_missing:301:persons", "--reason", "x", "--by", "y"), "is not a ground"),
        (("--override", "stopped:301:cp_plan", "--reason", "x", "--by", "y"), "cp_plan is not a return"),
        (("--override", "contradiction:301:contacts", "--reason", "x", "--by", "y"), "not an indicator"),
        (("--by", "y"), "go with --override"),
    ],
)
def test_an_override_without_a_person_a_reason_or_a_ground_is_wrong_usage(
    places: WarehousePaths, words: tuple[str, ...], said: str
) -> None:
    ended = line_of_sight("refresh", "--raw", str(places.raw), *words)

    assert ended.returncode == 2
    assert said in " ".join(ended.stderr.split())
