"""The suites: files that a person can read and change, each bound on both sides, nonsense refused by name."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from expectations.context import SUITES, SuiteError, open_context, read_suite, write_docs
from expectations.contracts import suite_of, write_suites
from expectations.measures import judge_measures, judgements, not_judged
from ingest.contracts.reporting_policy import OwnBound
from ingest.contracts.return_schema import submitted_formats

MEASURE = {
    "la_code": "372", "return_name": "contacts", "field_name": "*", "rule_id": None, "effect": "hold",
    "look_back": "all", "counted": 1.0, "out_of": 1.0, "measured": 0.0,
}  # fmt: skip


def measure(ground: str, **told: object) -> dict[str, object]:
    made = MEASURE | {"ground": ground} | told
    return made | {"whose": f"{made['la_code']} {made['return_name']}"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory):
    """Which of these measures, by place, hold figures: held(measure, …)."""
    folder = tmp_path_factory.mktemp("suites")

    def run(*told: dict[str, object], suites: Path = SUITES, own: tuple[OwnBound, ...] = ()) -> list[int]:
        context, read = open_context(folder / "context", suites, own_bounds=own)
        frame = pd.DataFrame([{"measure_no": n} | one for n, one in enumerate(told)])
        found = judgements(judge_measures(context, read, frame)).to_pylist()
        return sorted({row["measure_no"] for row in found if row["severity"] == "critical"})

    return run


def share(counted: int, out_of: int) -> dict[str, float]:
    return {"counted": float(counted), "out_of": float(out_of), "measured": counted / out_of}


@pytest.mark.parametrize(
    ("ground", "within", "beyond"),
    [
        ("rows_unread", share(5, 100), share(6, 100)),
        ("rows_unread", share(1, 4), share(2, 4)),  # one row is a slip, in however small a return
        ("values_unread", share(5, 100), share(6, 100)),
        ("values_unread", share(1, 2), share(2, 2)),
        ("children_unknown", share(5, 100), share(6, 100)),
        ("children_unknown", share(1, 4), share(2, 4)),
        ("rule_broken", share(5, 100), share(6, 100)),
        ("rule_broken", share(1, 4), share(2, 4)),
        ("history_lost", share(10, 100), share(11, 100)),
        ("history_lost", share(9, 9), share(10, 10)),
        ("stopped", {"measured": 7.0}, {"measured": 7.01}),
        ("sent_before", {"measured": 3.0}, {"measured": 3.01}),
    ],
)
def test_a_bound_lets_through_what_is_on_it_and_holds_what_is_beyond(held, ground, within, beyond) -> None:
    assert held(measure(ground, **within), measure(ground, **beyond)) == [1]


def test_a_month_is_held_where_every_return_of_it_is_an_earlier_months(held) -> None:
    all_but_one = measure("sent_before", return_name="*", **share(37, 38))
    every_one = measure("sent_before", return_name="*", **share(38, 38))

    assert held(all_but_one, every_one) == [1]


def test_a_refused_return_holds_whatever_was_counted(held) -> None:
    assert held(measure("return_refused", measured=1.0)) == [0]


@pytest.mark.parametrize(
    "contradiction", ["share_over_whole", "count_below_zero", "year_not_its_months", "stock_not_its_flows"]
)
def test_any_contradiction_holds_its_figure(held, contradiction: str) -> None:
    told = {"return_name": "*", "rule_id": contradiction}

    assert held(
        measure("contradiction", measured=0.0, **told), measure("contradiction", measured=1.0, **told)
    ) == [1]


def test_a_rule_that_warns_or_reports_holds_nothing(held) -> None:
    broken = share(50, 50)

    assert (
        held(
            measure("rule_broken", effect="warn", **broken), measure("rule_broken", effect="report", **broken)
        )
        == []
    )


def test_a_bound_of_a_return_looks_at_the_measures_of_its_ground_alone(tmp_path: Path) -> None:
    context, read = open_context(tmp_path / "context")
    told = [
        measure("rows_unread", **share(1, 2)),  # fewer than the least
        measure("rows_unread", **share(2, 100)),
        measure("rows_unread", **share(9, 10)),
        measure("values_unread", field_name="cont_contact_date", **share(9, 100)),
    ]
    frame = pd.DataFrame([{"measure_no": n} | one for n, one in enumerate(told)])

    ended = {c.check: c for c in judge_measures(context, read, frame) if c.suite == "contacts"}

    found = {name: (check.state, check.looked_at, check.failing) for name, check in ended.items()}
    assert found == {
        "fields_known": ("passed", 4, ()),
        "rows_unread": ("failed", 2, (2,)),
        "values_unread": ("failed", 1, (3,)),
        "order_of_dates_sure": ("passed", 4, ()),
        "keys_repeated": ("not_run", 0, ()),
        "dates_outside": ("not_run", 0, ()),
    }


def test_what_could_not_be_measured_is_held(held) -> None:
    assert held(
        measure("rule_broken", measured=None), measure("rule_broken", effect="warn", measured=None)
    ) == [0]


def test_repeated_keys_and_unsure_dates_warn(held) -> None:
    assert (
        held(measure("keys_repeated", **share(9, 9)), measure("order_of_dates_unsure", **share(9, 9))) == []
    )


@pytest.mark.parametrize(
    "ground", ["rows_unread", "history_lost"]
)  # of a return's suite, and of all measures
def test_a_councils_own_bound_is_for_its_return_alone(held, ground: str) -> None:
    own = OwnBound("372", ground, "contacts", 0.2, "2025-06", "A new system is filled.", "C. Head")

    assert held(
        measure(ground, **share(20, 100)),
        measure(ground, **share(21, 100)),
        measure(ground, la_code="301", **share(20, 100)),
        measure(ground, return_name="cp_plans", **share(20, 100)),
        own=(own,),
    ) == [1, 2, 3]


def test_a_stricter_bound_of_ones_own_holds_more(held) -> None:
    own = OwnBound("372", "stopped", "contacts", 2, "2025-06", "Contacts come every day.", "C. Head")

    assert held(
        measure("stopped", measured=2.5), measure("stopped", la_code="301", measured=2.5), own=(own,)
    ) == [0]


def test_a_bound_that_no_suite_has_a_place_for_is_refused(tmp_path: Path) -> None:
    own = OwnBound("372", "return_refused", "contacts", 1, "2025-06", "We know.", "C. Head")

    with pytest.raises(SuiteError, match="no suite has a bound for return_refused of contacts"):
        open_context(tmp_path, own_bounds=(own,))


@pytest.fixture
def changed(tmp_path: Path):
    """The suites with one changed: changed(name, change)."""

    def make(name: str, change) -> Path:
        folder = tmp_path / "changed"
        shutil.copytree(SUITES, folder)
        path = folder / f"{name}.json"
        suite = json.loads(path.read_text(encoding="utf-8"))
        change(suite)
        path.write_text(json.dumps(suite), encoding="utf-8")
        return folder

    return make


def expectation(suite: dict, check: str) -> dict:
    return next(e for e in suite["expectations"] if e["meta"]["check"] == check)


def test_a_bound_changed_in_a_file_changes_what_is_held(held, changed) -> None:
    told = measure("history_lost", **share(20, 100))
    wider = changed("measures", lambda s: expectation(s, "history_lost")["kwargs"].update(max_value=0.25))

    assert held(told) == [0]
    assert held(told, suites=wider) == []


def test_an_expectation_taken_out_lets_figures_through_and_that_is_said(held, changed) -> None:
    told = measure("stopped", measured=99.0)
    without = changed("measures", lambda s: s["expectations"].remove(expectation(s, "stopped")))
    read = {path.stem: read_suite(path) for path in without.glob("*.json")}

    assert held(told, suites=without) == []
    [said] = not_judged(pd.DataFrame([{"measure_no": 0} | told]), read)
    assert (said.check, said.state) == ("stopped", "not_run")
    assert said.sentence == "No expectation of suites/measures.json holds figures for the ground stopped"


def test_an_expectation_that_crashes_holds_what_it_would_have_judged(held, changed) -> None:
    broken = changed("measures", lambda s: expectation(s, "stopped")["kwargs"].update(column="not_there"))

    assert held(measure("stopped", measured=0.1), measure("history_lost"), suites=broken) == [0]


def test_a_bound_of_a_return_that_crashes_holds_what_its_ground_measured(held, changed) -> None:
    def break_it(suite: dict) -> None:
        expectation(suite, "rows_unread")["kwargs"]["row_condition"]["column"]["name"] = "not_there"

    told = [measure("rows_unread"), measure("values_unread"), measure("rows_unread", return_name="cp_plans")]

    assert held(*told, suites=changed("contacts", break_it)) == [0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["expectations"].clear(), "has no expectations"),
        (lambda s: s.pop("expectations"), "is broken"),
        (
            lambda s: expectation(s, "stopped")["kwargs"].update(max_value="seven"),
            "stopped: the bound 'seven' is not",
        ),
        (
            lambda s: expectation(s, "stopped")["kwargs"].update(max_value=-1),
            "stopped: the bound -1 is below 0",
        ),
        (lambda s: expectation(s, "history_lost")["kwargs"].update(max_value=10), "so 5 % is 0.05"),
        (
            lambda s: expectation(s, "stopped")["kwargs"].update(min_value=9),
            "the wrong way round: from 9 to 7",
        ),
        (lambda s: expectation(s, "stopped").update(severity="grave"), "one of critical, warning, info"),
    ],
)
def test_a_suite_that_makes_no_sense_is_refused_by_name(changed, tmp_path: Path, change, said: str) -> None:
    with pytest.raises(SuiteError, match="measures.json") as refused:
        open_context(tmp_path / "context", changed("measures", change))

    assert said in str(refused.value)


def test_a_share_over_its_whole_is_refused_in_a_returns_suite_too(changed, tmp_path: Path) -> None:
    wrong = changed("contacts", lambda s: expectation(s, "rows_unread")["kwargs"].update(max_value=5))

    with pytest.raises(SuiteError, match=r"contacts.json, expectation rows_unread: .* so 5 % is 0.05"):
        open_context(tmp_path / "context", wrong)


def test_a_suite_that_is_not_json_or_not_there_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "cp_plans.json").write_text("{", encoding="utf-8")

    with pytest.raises(SuiteError, match="cp_plans.json is broken"):
        read_suite(tmp_path / "cp_plans.json")
    with pytest.raises(SuiteError, match="persons.json is missing"):
        read_suite(tmp_path / "persons.json")


def test_every_return_has_a_suite_that_knows_its_fields() -> None:
    assert {p.stem for p in SUITES.glob("*.json")} == {
        *submitted_formats(), "measures", "marts", "public_pack",
    }  # fmt: skip
    for name, fmt in submitted_formats().items():
        known = expectation(json.loads((SUITES / f"{name}.json").read_text(encoding="utf-8")), "fields_known")
        assert known == suite_of(fmt)["expectations"][0], f"run python -m expectations.contracts for {name}"


def test_making_suites_again_changes_no_bound(changed) -> None:
    folder = changed("contacts", lambda s: expectation(s, "rows_unread")["kwargs"].update(max_value=0.2))

    write_suites(folder)

    kept = json.loads((folder / "contacts.json").read_text(encoding="utf-8"))
    assert expectation(kept, "rows_unread")["kwargs"]["max_value"] == 0.2


def test_the_pages_list_what_was_judged_and_how_it_ended_without_others_scripts(tmp_path: Path) -> None:
    context, suites = open_context(tmp_path / "context")
    told = [measure("rows_unread", **share(9, 10)), measure("stopped", measured=1.0)]
    judge_measures(context, suites, pd.DataFrame([{"measure_no": n} | one for n, one in enumerate(told)]))

    write_docs(context, tmp_path / "docs")

    index = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    assert ">contacts</a>: failed" in index
    assert ">measures</a>: succeeded" in index
