"""What each kind of file comes to, through the real command: published, refused, withheld, busy."""

import fcntl
import json

import duckdb
import pytest

from ingest.paths import WarehousePaths
from tests.conftest import Send, csv_of
from tests.support.command import close, line_of_sight, refresh, value

pytestmark = pytest.mark.pipeline


def contacts(*days: str) -> str:
    return csv_of(
        [
            {"cont_contact_id": i, "cont_person_id": f"c{i}", "cont_contact_date": d}
            for i, d in enumerate(days)
        ]
    )


def test_each_broken_file_comes_to_what_the_spec_says_and_the_good_ones_are_published(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-04", "301", "contacts", contacts("2025-04-02", "2025-04-03"))  # good
    send(
        "2025-04",
        "301",
        "cin_episodes",
        "cine_referral_id,cine_person_id,cine_referral_date\n1,c1,31/04/2025\n",
    )
    odd = "s47e_s47_enquiry_id,s47e_person_id,s47e_s47_start_date,Shoe size\n1,c1,2025-04-07,5\n"
    send("2025-04", "301", "s47_enquiries", odd)
    send("2025-04", "301", "cp_plans", "cppl_cp_plan_id,cppl_cp_plan_start_date\n1,2025-04-01\n")  # no child
    send("2025-04", "301", "cin_assessments", "")  # empty
    send("2025-04", "301", "strategy_meetings", "meeting_id,person_id,held_date\n")  # nothing to report

    ended = refresh(places, "--json")

    assert ended.returncode == 4, ended.stderr  # what rests on a refused return beside others is held
    assert json.loads(ended.stdout)["state"] == "published"
    assert value(places, "contacts_received", "2025-04") == (2, "calculated")
    # of which no row can be read: that is no return of nothing
    assert value(places, "referrals_received", "2025-04") == (None, "not_submitted")
    assert value(places, "s47_started", "2025-04") == (1, "calculated")
    assert value(places, "cp_open", "2025-04") == (None, "not_submitted")
    assert value(places, "single_completed", "2025-04") == (None, "not_submitted")
    assert value(places, "strategy_meetings", "2025-04") == (0, "calculated")
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        found = db.sql("select return_name, finding from fct_findings order by all").fetchall()
    assert found == [
        ("", "population_missing"),
        ("cin_assessments", "rejected_file"),
        ("cin_episodes", "required_cell_empty"),
        ("cin_episodes", "unreadable_cell"),
        ("cp_plans", "rejected_file"),
        ("s47_enquiries", "unknown_column"),
    ]
    held = duckdb.sql(
        f"select file, row_number, column_name from '{places.landing}/*/*/*.findings.parquet' "
        "where finding = 'unreadable_cell'"
    ).fetchall()
    assert held == [("2025-04/301/cin_episodes.csv", 2, "cine_referral_date")]

    said = json.loads(
        line_of_sight("status", "--raw", str(places.raw), "--release", str(places.release), "--json").stdout
    )
    assert {r["return_name"] for r in said["refused"]} == {"cp_plans", "cin_assessments", "cin_episodes"}
    assert said["missing"] == []  # the first month that came: nothing says yet what it lacks
    assert said["release"]["view_month"] == "2025-04"


def test_a_figure_that_contradicts_itself_is_held_alone_and_the_rest_goes_out(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-05", "301", "contacts", contacts("2025-05-02"))
    send("2025-05", "301", "indicator_returns",
         "indicator_id,period_basis,period_end,breakdown,numerator,denominator\n"
         "re_referrals_12m_pct,month,2025-05-31,all,9,4\n")  # fmt: skip

    ended = refresh(places)

    assert ended.returncode == 4, ended.stderr
    assert "1 figure held: the figure contradicts itself" in ended.stdout
    assert "9 is more than its whole, 4" in ended.stdout
    assert value(places, "re_referrals_12m_pct", "2025-05") == (None, "withheld")
    assert value(places, "contacts_received", "2025-05") == (1, "calculated")
    said = json.loads(
        line_of_sight("status", "--raw", str(places.raw), "--release", str(places.release), "--json").stdout
    )
    assert said["last_refresh"]["outcome"] == "published"
    assert [(one["ground"], one["figure_count"]) for one in said["held"]] == [("contradiction", 1)]


def test_a_resubmission_moves_what_is_restated_and_not_what_was_first_published(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-04", "301", "contacts", contacts("2025-04-02"))
    assert refresh(places).returncode == 0
    assert close(places, "2025-04").returncode == 0
    send("2025-04", "301", "contacts", contacts("2025-04-02", "2025-04-09", "2025-04-10"))
    assert refresh(places).returncode == 0
    send("2025-04", "301", "contacts", "cont_contact_id\n1\n")  # a rejected replacement displaces nothing
    assert refresh(places).returncode == 0

    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        [revised] = db.sql(
            """
            select first_value, restated_value, is_revised from fct_indicator_revisions
            where indicator_id = 'contacts_received' and period_basis = 'month'
            """
        ).fetchall()
        versions = db.sql(
            """
            select version, submission_status, is_current from fct_submissions
            where return_name = 'contacts' order by version
            """
        ).fetchall()
    assert revised == (1, 3, True)
    assert versions == [(1, "accepted", False), (2, "accepted", True), (3, "rejected", False)]


def test_a_second_refresh_is_told_that_one_is_running(places: WarehousePaths, send: Send) -> None:
    send("2025-04", "301", "contacts", contacts("2025-04-02"))
    with places.lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        ended = refresh(places)

    assert ended.returncode == 75
    assert "another refresh is running" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("refresh", "--raw", "nowhere"),
        ("refresh", "--month", "April"),
        ("explain", "cp_open"),
        ("explain", "cp_open", "--authority", "301", "--month", "2025-04", "--release", "nowhere"),
        ("unheard-of",),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(words: tuple[str, ...]) -> None:
    ended = line_of_sight(*words)

    assert ended.returncode == 2
    assert ended.stderr.strip()
