"""A critical rule withholds one authority and not its neighbours, through the real command."""

import csv
import json
import stat

import duckdb
import pytest

from ingest.places import Places
from tests.conftest import Send, csv_of
from tests.pipeline.command import close, line_of_sight, refresh

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


def figures(places: Places, indicator: str) -> dict[tuple[str, str], tuple]:
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


def asked(places: Places, sql: str) -> list[tuple]:
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return db.sql(sql).fetchall()


def test_an_authority_that_fails_keeps_its_last_good_figures_and_its_neighbour_is_published(
    places: Places, send: Send
) -> None:
    for authority in ("301", "302"):
        send("2025-04", authority, "cin_episodes", referrals("a", "b", "c"))
    assert refresh(places).returncode == 0
    send("2025-05", "301", "cin_episodes", referrals("a", "b", "b", "c"))  # b twice: open counts would double
    send("2025-05", "302", "cin_episodes", referrals("a", "b", "c", "d"))

    ended = refresh(places)

    assert ended.returncode == 0, ended.stderr
    assert "Authority 301 is withheld, and keeps its figures of 2025-04" in ended.stderr
    assert "A child has at most one open episode of need" in ended.stderr
    assert figures(places, "cin_open") == {
        ("301", "2025-04"): (3, "calculated", "2025-04"),
        ("301", "2025-05"): (None, "withheld", "2025-05"),
        ("302", "2025-04"): (4, "calculated", "2025-05"),  # restated, as ever
        ("302", "2025-05"): (4, "calculated", "2025-05"),
    }
    status = "select la_code, publication_status, figures_month from fct_publication_status order by 1"
    assert asked(places, status) == [("301", "withheld", "2025-04"), ("302", "published", "2025-05")]
    assert close(places, "2025-05").returncode == 0
    revised = "select distinct la_code from fct_indicator_revisions where period_end = '2025-05-31'"
    assert asked(places, revised) == [("302",)]  # what was not published has no first figure
    manifest = json.loads((places.current / "manifest.json").read_text())
    assert [a["publication_status"] for a in manifest["authorities"]] == ["withheld", "published"]

    report = places.restricted / "error_reports" / "301" / "error_report.csv"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    with report.open(encoding="utf-8", newline="") as file:
        lines = [r for r in csv.DictReader(file) if r["rule"] == "open_episodes_several"]
    assert [(r["file"], r["row"], r["field"]) for r in lines] == [
        ("2025-05/301/cin_episodes.csv", "3", "cine_close_date")
    ]

    overridden = refresh(
        places, "--override", "open_episodes_several:301", "--override", "episodes_overlap:301",
        "--reason", "twins under one id, being split", "--by", "A. Director",
    )  # fmt: skip

    assert overridden.returncode == 0, overridden.stderr
    assert figures(places, "referrals_received")[("301", "2025-05")][1] == "calculated"
    assert asked(places, status)[0] == ("301", "published_by_override", "2025-05")
    manifest = json.loads((places.current / "manifest.json").read_text())
    assert {(o["rule_id"], o["by_name"], o["was_needed"]) for o in manifest["overrides"]} == {
        ("open_episodes_several", "A. Director", True),
        ("episodes_overlap", "A. Director", True),
    }

    send("2025-05", "301", "cin_episodes", referrals("a", "b", "c", "e"))  # mended
    assert refresh(places).returncode == 0
    assert asked(places, status)[0] == ("301", "published", "2025-05")


def test_where_everyone_is_withheld_so_is_the_release(places: Places, send: Send) -> None:
    send("2025-04", "301", "cin_episodes", referrals("a", "a"))

    ended = refresh(places)

    assert ended.returncode == 3
    assert "Some authority is fit to publish" in ended.stderr
    assert "Authority 301 is withheld, and has no earlier figures" in ended.stderr
    assert (places.restricted / "error_reports" / "301" / "error_report.csv").exists()
    assert not places.current.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--override", "open_episodes_several:301", "--reason", "x"), "give --by and --reason"),
        (("--override", "open_episodes_several", "--reason", "x", "--by", "y"), "RULE:AUTHORITY"),
        (("--override", "sex_missing:301", "--reason", "x", "--by", "y"), "not a rule that withholds"),
        (("--by", "y"), "go with --override"),
    ],
)
def test_an_override_without_a_person_a_reason_or_a_rule_is_wrong_usage(
    places: Places, words: tuple[str, ...], said: str
) -> None:
    ended = line_of_sight("refresh", "--raw", str(places.raw), *words)

    assert ended.returncode == 2
    assert said in ended.stderr.replace("\n", " ")
