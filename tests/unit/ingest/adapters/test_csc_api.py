"""DfE's API payload: the state after the full payload and its partial ones, and nothing of a name in it."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.adapters import ConvertedReturns, open_csc_api
from ingest.adapters.convert import convert_files, finding_files, returns_of
from ingest.contracts.findings import RejectedFileError
from ingest.discovery.formats import recognise
from ingest.discovery.raw_folder import look
from ingest.discovery.returns import sort_files
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key

AS_AT = date(2025, 3, 31)
PLAN = {"child_protection_plan_id": "p1", "start_date": "2025-01-20"}
ENQUIRY = {
    "section_47_assessment_id": "s1", "start_date": "2025-01-06", "icpc_required_flag": True,
    "icpc_date": "2025-01-20",
}  # fmt: skip
CARE = [
    {"child_looked_after_placement_id": "l1", "start_date": "2024-05-01", "start_reason": "S",
     "end_date": "2024-08-01", "end_reason": "X1", "placement_type": "U1"},
    {"child_looked_after_placement_id": "l2", "start_date": "2024-08-01", "start_reason": "P",
     "end_date": "2024-09-01", "end_reason": "E4A", "placement_type": "U4"},
    {"child_looked_after_placement_id": "l3", "start_date": "2025-02-01", "start_reason": "S",
     "placement_type": "U1"},
]  # fmt: skip


def child(child_id: str = "c1", **parts: Any) -> dict[str, Any]:
    details = {"first_name": "Canary", "surname": "Canary", "postcode": "CA1 1RY", "sex": "F",
               "date_of_birth": "2014-05-01", "unique_pupil_number": "X123"}  # fmt: skip
    episode = {"social_care_episode_id": "e1", "referral_date": "2025-01-02", "referral_source": "1A"}
    return {"la_child_id": child_id, "child_details": details, "social_care_episodes": [episode | parts]}


def change(child_id: str = "c1", **parts: Any) -> dict[str, Any]:
    return {"la_child_id": child_id, "social_care_episodes": [{"social_care_episode_id": "e1", **parts}]}


def purged(child_id: str) -> dict[str, Any]:
    return {"la_child_id": child_id, "purge": True}


def payload(*children: dict[str, Any]) -> bytes:
    return json.dumps({"la_code": 301, "children": children}).encode()


def opened(**files: bytes) -> ConvertedReturns:
    return open_csc_api({f"file of {name}": (f"{name}.json", data) for name, data in files.items()}, AS_AT)


def column(result: ConvertedReturns, name: str, field: str) -> list[str | None]:
    return result.returns[name].column(field).to_pylist()


FORMS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "an envelope": lambda children: payload(*children),
    "another envelope": lambda children: json.dumps({"Children": children}).encode("utf-8-sig"),
    "a bare list": lambda children: json.dumps(children).encode(),
    "one child a line": lambda children: "\n".join(map(json.dumps, children)).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_it_gives_the_same(form: str) -> None:
    data = FORMS[form]([child("c1"), child("c2")])

    assert recognise("daily.json", data[:8192]) == "csc_api"
    assert column(opened(full=data), "persons", "pers_person_id") == ["c1", "c2"]


def test_what_a_child_has_fills_the_returns_and_no_name_does() -> None:
    result = opened(full=payload(child(section_47_assessments=[ENQUIRY], child_protection_plans=[PLAN])))

    assert column(result, "s47_enquiries", "s47e_s47_start_date") == ["2025-01-06"]
    assert column(result, "s47_enquiries", "s47e_s47_nfa") == ["false"]
    assert column(result, "initial_cp_conferences", "icpc_icpc_date") == ["2025-01-20"]
    assert column(result, "cp_plans", "cppl_cp_plan_id") == ["p1"]
    assert result.history_from["cp_plans"] == date(2023, 4, 1)
    assert {"cp_visits", "legal_statuses", "cp_reviews"} <= result.not_supplied.keys()
    assert "Canary" not in str([table.to_pylist() for table in result.returns.values()])
    assert "X123" not in str([table.to_pylist() for table in result.returns.values()])


def test_a_period_of_care_begins_with_s_and_ends_where_no_episode_follows() -> None:
    result = opened(full=payload(child(child_looked_after_placements=CARE)))

    begins = [period.split("|")[1] for period in column(result, "cla_episodes", "clae_cla_id") if period]
    assert begins == ["2024-05-01", "2024-05-01", "2025-02-01"]


def test_partial_payloads_change_add_and_purge_in_the_order_of_their_days() -> None:
    ended = PLAN | {"end_date": "2025-03-03"}
    gone = {"section_47_assessment_id": "s1", "purge": True}
    result = opened(
        full_20250301=payload(child("c1", child_protection_plans=[PLAN]), child("c2"), child("c3")),
        partial_20250303=payload(change("c1", child_protection_plans=[ended]), purged("c3")),
        partial_20250302=payload(purged("c2"), change("c1", section_47_assessments=[ENQUIRY])),
        partial_20250304=payload(child("c3"), change("c1", section_47_assessments=[gone])),
    )

    assert column(result, "persons", "pers_person_id") == ["c1", "c3"]  # purged, and sent again
    assert column(result, "cp_plans", "cppl_cp_plan_end_date") == ["2025-03-03"]
    assert column(result, "cin_episodes", "cine_referral_date") == ["2025-01-02"] * 2
    assert column(result, "s47_enquiries", "s47e_s47_enquiry_id") == []


def test_what_came_before_the_last_full_payload_is_superseded() -> None:
    result = opened(full_1=payload(child("c1")), partial_2=payload(change("c1")), full_3=payload(child("c9")))

    assert column(result, "persons", "pers_person_id") == ["c9"]
    assert [f["finding"] for f in result.findings.to_pylist()] == ["superseded_payload"] * 2


REFUSED = {
    "a partial without its full one": ({"partial_1": payload(change())}, "partial payload"),
    "a partial by what it holds": ({"daily_1": payload(change())}, "partial payload"),
    "two of one day": ({"a_1": payload(child()), "b_1": payload(child())}, "do not tell which came first"),
    "cut": ({"full": payload(child())[:-9]}, "breaks off"),
    "no list": ({"full": b'{"children": {"la_child_id": "x"}}'}, "no list of children"),
    "no id": ({"full": b'[{"mis_child_id": "SSD_SUI"}]'}, "no la_child_id"),
    "nested without end": ({"full": b"[" * 200_000}, "breaks off"),
    "no number": ({"full": b'[{"la_child_id": NaN}]'}, "breaks off"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_placed_is_refused_in_words(kind: str) -> None:
    files, why = REFUSED[kind]
    with pytest.raises(RejectedFileError, match=why):
        opened(**files)


def test_a_value_of_another_shape_says_nothing() -> None:
    odd = child(referral_source={"code": "1A"}, closure_date=["2025-01-01"], child_protection_plans="none")
    result = opened(full=payload(odd))

    assert column(result, "cin_episodes", "cine_referral_source_code") == [None]
    assert column(result, "cp_plans", "cppl_cp_plan_id") == []


def test_a_folder_of_payloads_is_one_submission_and_its_ids_go_through_the_door(
    places: WarehousePaths,
) -> None:
    folder = places.raw / "2025-03" / "301"
    folder.mkdir(parents=True)
    (folder / "full_20250301.json").write_bytes(payload(child("c1"), child("c2")))
    (folder / "partial_20250302.json").write_bytes(payload({"la_child_id": "c2", "purge": True}))
    with closing(Ledger(places.ledger)) as ledger:
        found = sort_files(look(places.raw), {})
        convert_files(found, "2025-03", places.opened, ledger, read_key(key_file()))

    [persons] = returns_of(places.opened, "persons", "2025-03")
    [row] = pq.read_table(persons.path).to_pylist()
    assert persons.source_format == "csc_api"
    assert len(row["pers_person_id"]) == 32
    assert not [f for path in finding_files(places.opened) for f in pq.read_table(path).to_pylist()]
