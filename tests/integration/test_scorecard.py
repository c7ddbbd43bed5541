"""A scorecard through the real command: each figure beside its target, last month, England and its signal."""

import json

import duckdb
import pytest

from ingest.paths import WarehousePaths
from tests.conftest import Send
from tests.support.command import line_of_sight, refresh

pytestmark = pytest.mark.pipeline


def test_a_scorecard_shows_what_each_figure_is_set_beside(places: WarehousePaths, send: Send) -> None:
    head = "indicator_id,period_basis,period_end,breakdown,numerator,denominator,value\n"
    send("2025-03", "301", "indicator_returns", f"{head}icpc_15wd_pct,month,2025-03-31,all,27,30,\n")
    send(
        "2025-04",
        "301",
        "indicator_returns",
        f"{head}icpc_15wd_pct,month,2025-04-30,all,26,32,\ncp_open,point_in_time,2025-04-30,all,,,1250\n",
    )
    (places.reference / "targets.csv").write_text(
        "la_code,indicator_id,from_date,target,tolerance\nENG,icpc_15wd_pct,2025-04-01,85,5\n",
        encoding="utf-8",
    )
    ended = refresh(places)
    assert ended.returncode == 0, ended.stderr

    asked = ("scorecard", "--authority", "301", "--release", str(places.release))
    rows = {r["indicator_id"]: r for r in json.loads(line_of_sight(*asked, "--json").stdout)["rows"]}
    printed = line_of_sight(*asked).stdout

    # 26 of 32 is 81.25, down 8.75 from 27 of 30
    conferences = rows["icpc_15wd_pct"]
    assert conferences["now"] == 81.25
    assert (conferences["target"], conferences["change"], conferences["direction"]) == (
        "amber",
        -8.75,
        "worse",
    )
    assert (conferences["england"], conferences["neighbours"]) == (None, None)
    assert conferences["signal"] == "too_few_months"
    assert rows["cp_open"]["direction"] == "not_comparable"
    [line] = [words for words in printed.splitlines() if "within 15 working days" in words]
    assert line.split("working days")[1].split() == [
        "81.3",
        "81.3",  # a year of one month
        "-",
        "amber",
        "-8.8",
        "worse",
        *"--",
        "too",
        "few",
        "months",
        "reported",
    ]
    assert "since last month" in printed

    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        words = db.sql(
            """
            select comparator, words from fct_indicator_comparisons
            where indicator_id = 'icpc_15wd_pct' and period_basis = 'month' and period_end = '2025-04-30'
            order by comparator
            """
        ).fetchall()
    assert dict(words) == {
        "previous_month": "81.3%, down 8.8 percentage points from 90.0% in March 2025: worse",
        "same_month_last_year": "81.3%, with nothing to compare it with in April 2024, as none is held",
        "signal": (
            "81.3%, too few months to look for a signal: 22 more are needed (shares of a month, with limits "
            "by its cases)"
        ),
        "since_first_month": (
            "81.3%, the lowest of the 2 months held since March 2025, which ran from 81.3% to 90.0%"
        ),
        "target": "81.3%, against at least 85.0% (local target), missed by 3.8 percentage points: amber",
    }
