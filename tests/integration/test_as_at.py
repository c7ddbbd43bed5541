"""The lists as at a Wednesday, through the real command, of cases worked by hand; and one week on."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.discovery.raw_folder import look
from ingest.paths import WarehousePaths
from tests.conftest import csv_of
from tests.support.command import PUBLISHED, line_of_sight, refresh

pytestmark = pytest.mark.pipeline

WEDNESDAY, WEEK_ON = "2025-04-16", "2025-04-23"
# Good Friday is the 18th and Easter Monday the 21st: neither is a working day
PLANS = {
    # who: start, end, when seen
    "tenth": ("2025-01-06", "", ["2025-04-02"]),
    "eleventh": ("2025-01-06", "", ["2025-04-01"]),
    "own interval": ("2025-01-06", "", ["2025-03-25"]),
    "own interval to come": ("2025-01-06", "", ["2025-04-08"]),
    "starts after": ("2025-04-17", "", []),
    "ends after": ("2025-02-03", "2025-04-20", []),
    "seen after": ("2025-01-06", "", ["2025-04-01", "2025-04-17"]),
    "15 months": ("2024-01-16", "", ["2025-04-15"]),
    "a day less": ("2024-01-17", "", ["2025-04-15"]),
    "21 months": ("2023-07-16", "", ["2025-04-15"]),
    "2 years": ("2023-04-17", "", ["2025-04-15"]),
}
# on the Wednesday, and a week on
COUNTS = {
    "Children subject to a plan": ("10", "10"),
    "Plans started": ("0", "1"),
    "Plans ended": ("0", "1"),
    "Referrals received": ("3", "3"),
    "Children in need": ("3", "3"),
    "Open cases with no worker": ("1", "2"),
    "Contacts received": ("", ""),  # not sent
}
REFERRED = {"two days": "2025-04-14", "one day": "2025-04-15", "held": "2025-04-01"}
Row = dict[str, str]


def _raw(folder: Path, rows: dict[str, Sequence[dict[str, object]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text(csv_of(lines), encoding="utf-8")


def _visits(plans: dict[str, tuple[str, str, list[str]]]) -> list[dict[str, object]]:
    return [
        {
            "cppv_cp_visit_id": f"{who} {day}", "cppv_person_id": who, "cppv_cp_plan_id": f"plan of {who}",
            "cppv_cp_visit_date": day, "cppv_cp_visit_seen": "Y",
        }
        for who, (_, _, seen) in plans.items()
        for day in seen
    ]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    base = tmp_path_factory.mktemp("as-at")
    back = {"late": "2025-04-12", "in time": "2025-04-13", "after": "2025-04-17"}
    _raw(
        base / "raw" / "2025-04" / "301",
        {
            "cp_plans": [
                {
                    "cppl_cp_plan_id": f"plan of {who}", "cppl_person_id": who,
                    "cppl_cp_plan_start_date": start, "cppl_cp_plan_end_date": end,
                }
                for who, (start, end, _) in PLANS.items()
            ],
            "cp_visits": _visits(PLANS),
            "cp_reviews": [
                {
                    "cppr_cp_review_id": "r1", "cppr_person_id": "tenth", "cppr_cp_plan_id": "plan of tenth",
                    "cppr_cp_review_due": "2025-04-07", "cppr_cp_review_date": "2025-04-07",
                }
            ],
            "visit_requirements": [
                {
                    "person_id": who, "kind_code": "CP", "from_date": "2025-01-01", "to_date": "",
                    "interval_days": days,
                }
                for who, days in (("own interval", 21), ("own interval to come", 17))
            ],
            "missing": [
                {
                    "miss_table_id": who, "miss_person_id": who,
                    "miss_missing_episode_start_date": "2025-04-10",
                    "miss_missing_episode_end_date": day, "miss_missing_episode_type": "M",
                }
                for who, day in back.items()
            ],
            "cin_episodes": [
                {
                    "cine_referral_id": who, "cine_person_id": who, "cine_referral_date": day,
                    "cine_referral_nfa": "N",
                }
                for who, day in REFERRED.items()
            ],
            "involvements": [
                {
                    "invo_involvements_id": "i1", "invo_professional_id": "w9", "invo_person_id": who,
                    "invo_professional_role_id": "SW", "invo_professional_team": "North",
                    "invo_involvement_start_date": "2025-04-01", "invo_involvement_end_date": "",
                }
                for who in ("held",)
            ],
        },
    )  # fmt: skip
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    ended = refresh(places)
    assert ended.returncode in PUBLISHED, ended.stderr
    return places


def _ask(places: WarehousePaths, day: str) -> dict[str, list[Row]]:
    where = ("--raw", str(places.raw), "--release", str(places.release))
    ended = line_of_sight("worklist", "--authority", "301", "--as-at", day, "--own-ids", *where)
    assert ended.returncode == 0, ended.stderr
    lists = {}
    for file in places.work_lists.glob("301/*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            lists[file.stem] = list(csv.DictReader(opened))
    return lists


def _of(rows: list[Row], *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in columns) for row in rows}


def test_the_lists_of_a_wednesday_and_of_the_week_after_are_those_worked_by_hand(
    world: WarehousePaths,
) -> None:
    before = world.current.joinpath("marts.duckdb").read_bytes()
    lists = _ask(world, WEDNESDAY)

    assert _of(lists["plan_visits"], "child", "state", "due") == {
        ("tenth", "due soon", "2025-04-16"),
        ("eleventh", "overdue", "2025-04-15"),
        ("own interval", "overdue", "2025-04-15"),
        ("seen after", "overdue", "2025-04-15"),
        ("ends after", "overdue", "2025-02-17"),
    }
    assert _of(lists["long_plans"], "child", "state") == {
        ("15 months", "15 months or more"),
        ("21 months", "21 months or more"),
        ("2 years", "2 years or more"),
    }
    assert _of(lists["return_interviews"], "child", "state", "days") == {
        ("late", "overdue", "4"),
        ("in time", "due soon", "3"),
    }
    assert _of(lists["unallocated"], "child", "days") == {("two days", "2")}
    assert ("ends after", "due soon", "2025-05-05") in _of(lists["plan_reviews"], "child", "state", "due")
    assert "tenth" not in {row["child"] for row in lists["plan_reviews"]}

    counts = {row["title"]: row["headline_count"] for row in lists["headline_counts"]}
    assert {title: counts[title] for title in COUNTS} == {title: said for title, (said, _) in COUNTS.items()}
    assert _of(lists["headline_counts"], "from_date", "as_at_date") == {
        ("2025-04-01", WEDNESDAY),
        ("", WEDNESDAY),
    }

    # a week on the extract is the same, and its visits fewer
    visits = world.raw / "2025-04" / "301" / "cp_visits.csv"
    visits.write_text(
        "\n".join(visits.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8"
    )
    assert refresh(world).returncode in PUBLISHED
    lists = _ask(world, WEEK_ON)

    assert _of(lists["plan_visits"], "child", "state", "due") >= {
        ("tenth", "overdue", "2025-04-16"),
        ("own interval to come", "due soon", "2025-04-25"),
    }
    assert {"ends after", "seen after"} & {row["child"] for row in lists["plan_visits"]} == set()
    assert _of(lists["return_interviews"], "child") == {("late",), ("in time",), ("after",)}
    counts = {row["title"]: row["headline_count"] for row in lists["headline_counts"]}
    assert {title: counts[title] for title in COUNTS} == {title: said for title, (_, said) in COUNTS.items()}
    page = (world.work_lists / "301" / "work_lists.html").read_text(encoding="utf-8")
    assert "cp_visits has 9 rows and had 10 when the list of 16 April 2025 was made" in page
    [team] = sorted((world.work_lists / "301" / "teams").glob("*no-team.html"))
    said = team.read_text(encoding="utf-8")
    assert "Since the list of 16 April 2025" in said and "2025-04-16" in said
    assert team.with_suffix(".xlsx").exists() and team.stat().st_mode & 0o777 == 0o600
    assert before != b"" and (world.current / "marts.duckdb").exists()
    log = world.access_log.read_text(encoding="utf-8")
    assert log.count('"asked": "worklist"') == 2 and "tenth" not in log


def test_a_days_own_extract_gives_its_lists_and_counts_and_touches_no_months_figure(
    world: WarehousePaths,
) -> None:
    before = (world.current / "marts.duckdb").read_bytes()
    _raw(
        world.raw / "2025-04-09" / "301",
        {
            "cp_plans": [
                {
                    "cppl_cp_plan_id": f"plan of {who}", "cppl_person_id": who,
                    "cppl_cp_plan_start_date": start, "cppl_cp_plan_end_date": "",
                }
                for who, start in (("only that day", "2025-01-06"), ("since then", "2025-04-07"))
            ],
            "cp_visits": _visits({"only that day": ("", "", ["2025-03-24"])}),
        },
    )  # fmt: skip

    lists = _ask(world, "2025-04-09")

    assert _of(lists["plan_visits"], "child", "state") == {("only that day", "overdue")}
    counts = {row["title"]: row["headline_count"] for row in lists["headline_counts"]}
    assert [counts[title] for title in ("Children subject to a plan", "Plans started")] == ["2", "1"]
    assert counts["Referrals received"] == ""  # not in the day's extract
    assert (world.current / "marts.duckdb").read_bytes() == before
    assert not [path for path in world.restricted.iterdir() if path.name.startswith(".as-at-")]
    assert look(world.raw).months == ("2025-04",) and not look(world.raw).oddities


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2099-01-01", "still to come"),
        ("2025-03-31", "the newest records are those of April 2025"),
    ],
)
def test_a_day_that_no_list_can_be_of_is_refused_in_a_sentence(
    world: WarehousePaths, day: str, said: str
) -> None:
    ended = line_of_sight("worklist", "--authority", "301", "--as-at", day, "--release", str(world.release))

    assert ended.returncode == 2
    assert said in " ".join(ended.stderr.split())
