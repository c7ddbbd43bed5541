"""The awkward rules on records worked by hand, through the real loader and models."""

import csv
from pathlib import Path

import pytest

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import DBT_PROJECT, WarehousePaths
from tests.conftest import csv_of
from tests.support.quality_warehouse import build, ended

pytestmark = pytest.mark.pipeline

PLANS = [  # row 2 and on
    ("p1", "a", "2024-01-08", "2024-06-03", "", 0),  # 2
    ("p2", "a", "2024-06-03", "2024-09-02", "", 1),  # 3: starts the day the last ended: no overlap
    ("p3", "a", "2024-08-01", "", "", 2),  # 4: inside the second
    ("p4", "a", "2024-08-05", "", "Y", 0),  # 5: another authority's, held for a while
    ("p5", "b", "2023-01-02", "2024-12-02", "", 0),  # 6
    ("p6", "b", "2023-02-01", "2023-03-01", "", 1),  # 7: inside the first
    ("p7", "b", "2024-03-04", "", "", 1),  # 8: inside the first still, though the one before it is over
    ("p8", "c", "2025-04-01", "2025-04-01", "", 0),  # 9: made and ended
]
EPISODES = [
    ("e1", "a", "2024-01-01", "2024-03-01", "S", "X1"),  # 2
    ("e2", "a", "2024-03-01", "2024-05-01", "L", "E4A"),  # 3
    ("e3", "a", "2024-05-01", "", "S", ""),  # 4: S though there was no gap
    ("e4", "b", "2022-02-28", "", "S", ""),  # 5: born 29 February 2004: 18 on 1 March 2022
    ("e5", "c", "2022-03-01", "", "S", ""),  # 6: the same birthday, a day later
    ("e6", "d", "2024-01-01", "2024-02-01", "S", "X1"),  # 7: nothing follows
]
CHILDREN = [("a", "2015-05-05"), ("b", "2004-02-29"), ("c", "2004-02-29"), ("d", "2015-05-05")]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict]:
    """How each rule ended, by authority and rule. 301 sends all, 302 no persons, 303 persons a month ago.

    304 has the month first, 305 full stops between day and month.
    """
    base = tmp_path_factory.mktemp("quality")
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    for folder in (places.raw, places.reference):
        folder.mkdir()
    plans = [
        {
            "cppl_cp_plan_id": key, "cppl_person_id": child, "cppl_cp_plan_start_date": start,
            "cppl_cp_plan_end_date": end, "cppl_cp_plan_ola": other, "number_of_previous_plans": before,
        }
        for key, child, start, end, other, before in PLANS
    ]  # fmt: skip
    episodes = [
        {
            "clae_cla_episode_id": key, "clae_person_id": child, "clae_cla_id": child,
            "clae_cla_episode_start_date": start, "clae_cla_episode_ceased_date": end,
            "clae_cla_episode_start_reason": why, "clae_cla_episode_ceased_reason": ended_why,
        }
        for key, child, start, end, why, ended_why in EPISODES
    ]  # fmt: skip
    persons = [{"pers_person_id": child, "pers_dob": born} for child, born in CHILDREN]
    sent: list[tuple[str, str, str, list]] = [
        ("2025-04", "301", "cp_plans", plans),
        ("2025-04", "301", "cla_episodes", episodes),
        ("2025-04", "301", "persons", persons),
        ("2025-04", "302", "cla_episodes", episodes),
        ("2025-03", "303", "persons", persons),
        ("2025-04", "303", "cla_episodes", episodes),
        ("2025-04", "304", "cla_episodes", _with_starts("4/25/2024", "3/1/2024", "1/1/2024")),
        ("2025-04", "305", "cla_episodes", _with_starts("25.04.2024", "01.03.2024", "01.01.2024")),
    ]
    for month, code, name, rows in sent:
        _put(places.raw / month / code / f"{name}.csv", rows)
    build(places)
    return {(str(line["la_code"]), str(line["rule_id"])): line for line in ended(places)}


def _with_starts(*days: str) -> list[dict]:
    return [
        {
            "clae_cla_episode_id": f"e{i}",
            "clae_person_id": f"c{i}",
            "clae_cla_id": f"c{i}",
            "clae_cla_episode_start_date": day,
        }  # fmt: skip
        for i, day in enumerate(days)
    ]


def _put(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_of(rows), encoding="utf-8")


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("cp_plans_overlap", [4, 7, 8]),
        ("open_cp_plans_several", []),
        ("previous_plans_too_few", [8]),
        ("cp_plan_ends_same_day", [9]),
        ("care_start_without_gap", [4]),
        ("care_starts_at_18", [6]),
        ("care_episode_not_followed", [7]),
        ("care_episodes_overlap", []),
    ],
)
def test_a_rule_finds_the_rows_that_break_it(lines, rule: str, rows: list[int]) -> None:
    assert sorted(row for _, _, row in lines["301", rule]["at"]) == rows


def test_a_date_that_can_be_read_two_ways_counts_as_one_that_could_not_be_read(lines) -> None:
    assert [row for _, _, row in lines["304", "care_dates_unread"]["at"]] == [3]
    assert lines["304", "care_dates_unread"]["state"] == "failed"


def test_a_note_of_how_dates_were_read_is_no_fault(lines) -> None:
    assert lines["305", "care_dates_unread"]["state"] == "passed"
    assert lines["305", "care_dates_unread"]["rows_failing"] == 0


def test_a_rule_without_the_returns_it_needs_has_not_run(lines) -> None:
    assert lines["302", "care_starts_at_18"]["state"] == "not_run"
    assert lines["302", "care_start_without_gap"]["state"] == "failed"  # it needs no other return
    assert lines["302", "cp_plans_overlap"]["state"] == "not_run"


def test_returns_of_different_months_are_not_judged_together(lines) -> None:
    assert lines["303", "care_episode_child_unknown"]["state"] == "not_run"


def test_every_rule_is_counted_in_one_place_and_reads_fields_that_are_declared() -> None:
    models = DBT_PROJECT / "models" / "intermediate" / "quality"
    formats = submitted_formats()
    with (DBT_PROJECT / "seeds" / "quality_rules.csv").open(encoding="utf-8", newline="") as file:
        rules = list(csv.DictReader(file))

    assert len(rules) > 150
    for rule in rules:
        fields = {f.name for f in formats[rule["return_name"]].fields} if rule["return_name"] else {""}
        assert rule["field_name"] in fields, rule["rule_id"]
        assert set(rule["returns_needed"].split()) <= set(formats), rule["rule_id"]
        assert bool(rule["ground"]) == (rule["effect"] == "hold"), rule["rule_id"]
        said = (models / f"{rule['counted_in']}.sql").read_text(encoding="utf-8")
        assert rule["finding"] or rule["rule_id"] in said, rule["rule_id"]


def test_a_rule_that_holds_figures_names_the_fields_that_it_puts_in_doubt() -> None:
    formats = submitted_formats()
    with (DBT_PROJECT / "seeds" / "quality_rules.csv").open(encoding="utf-8", newline="") as file:
        holding = {row["rule_id"] for row in csv.DictReader(file) if row["effect"] == "hold"}
    with (DBT_PROJECT / "seeds" / "quality_rule_fields.csv").open(encoding="utf-8", newline="") as file:
        named = list(csv.DictReader(file))

    assert {row["rule_id"] for row in named} == holding
    assert [row for row in named if formats[row["return_name"]].field(row["field_name"]) is None] == []
