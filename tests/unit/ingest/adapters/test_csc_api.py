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
    "a purge in quotation marks": (
        {"full": payload({"la_child_id": "c1", "child_details": {}, "purge": "true"})}, "not always true",
    ),
    "a purge of a part as a number": (
        {"full": payload(child(child_protection_plans=[PLAN | {"purge": 1}]))}, "protection_plans.purge",
    ),
    "two lists of children": ({"full": b'{"children": [], "Children": []}'}, "two lists"),
    "no code of an authority": ({"full": b'{"la_code": "Canary", "children": []}'}, "three-digit code"),
    "two authorities": (
        {"full_1": payload(child()), "partial_2": b'{"la_code": 302, "children": []}'}, "than one authority",
    ),
    "another encoding": ({"full": '[{"la_child_id": "\u00e9"}]'.encode("cp1252")}, "neither in UTF-8 nor"),
    "utf-16 cut in a character": ({"full": payload(child()).decode().encode("utf-16")[:-3]}, "breaks off"),
    "no number": ({"full": b'[{"la_child_id": NaN}]'}, "breaks off"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_placed_is_refused_in_words(kind: str) -> None:
    files, why = REFUSED[kind]
    with pytest.raises(RejectedFileError, match=why):
        opened(**files)


def said(result: ConvertedReturns) -> list[tuple[str, str | None]]:
    return [(one["finding"], one["column_name"]) for one in result.findings.to_pylist()]


def test_a_value_of_another_shape_is_a_finding_with_a_count() -> None:
    odd = child(referral_source={"code": "1A"}, closure_date=["2025-01-01"], child_protection_plans="none")
    result = opened(full=payload(odd, child("c2", child_in_need_plans=["none"])))

    assert column(result, "cin_episodes", "cine_referral_source_code") == [None, "1A"]
    assert column(result, "cp_plans", "cppl_cp_plan_id") == []
    assert said(result) == [
        ("value_of_another_shape", f"social_care_episodes.{name}")
        for name in ("child_in_need_plans", "child_protection_plans", "closure_date", "referral_source")
    ]


def test_a_name_that_the_specification_has_not_is_one_finding_with_a_count_and_no_value() -> None:
    odd = {"referral_outcome": "secret", "Canary Smith": "secret"}
    result = opened(full=payload(child(**odd), child("c2", referral_outcome="secret")))

    counted = {one["column_name"]: one["reason"] for one in result.findings.to_pylist()}
    assert said(result) == [
        ("unknown_column", "social_care_episodes"),
        ("unknown_column", "social_care_episodes.referral_outcome"),
    ]
    assert "2 times" in counted["social_care_episodes.referral_outcome"]
    assert "secret" not in str(result.findings.to_pylist())
    assert "Canary" not in str(result.findings.drop_columns(["value"]).to_pylist())  # a name may be a child's


ORDERS = {
    "British days": (["full_30-03-2025", "partial_15-04-2025", "partial_02-05-2025"], "gone"),
    "names of months": (["full 1 March 2025", "partial 9 April 2025", "partial 1st May 2025"], "gone"),
    "days run together": (["full_01032025", "partial_15042025", "partial_02052025"], "gone"),
    "times": (["full_20250301", "partial_20250415T0900", "partial_20250415T1700"], "gone"),
    "numbers": (["301_full", "301_partial_9", "301_partial_10"], "gone"),
    "a full one that has no day": (["full", "partial_2025-04-15", "partial_02.05.2025"], "gone"),
    "day and month the American way": (["full", "partial_04-15-2025", "partial_05-02-2025"], None),
    "days without a year": (["full", "partial_15-04", "partial_02-05"], None),
    "months alone": (["full", "partial April", "partial May"], None),
    "one with a day and one without": (["full", "partial_2025-04-15", "partial_2"], None),
}  # fmt: skip


@pytest.mark.parametrize("kind", ORDERS)
def test_payloads_go_in_the_order_of_their_days_or_the_set_is_refused(kind: str) -> None:
    names, ends = ORDERS[kind]
    sent = [
        payload(child()),
        payload(change(closure_date="2025-04-10")),
        payload(change(closure_date="gone")),
    ]
    files = dict(zip(names, sent, strict=True))

    for turned in (files, dict(reversed(files.items()))):
        if ends:
            assert column(opened(**turned), "cin_episodes", "cine_close_date") == [ends]
        else:
            with pytest.raises(RejectedFileError) as refused:
                opened(**turned)
            assert all(f"file of {name}" in str(refused.value) for name in names[1:])


def test_a_partial_payload_gives_only_what_changed_and_the_rest_stands() -> None:
    plan_ends = {"child_protection_plan_id": "p1", "end_date": "2025-03-03"}
    workers = [
        {"worker_id": "w1", "start_date": "2025-01-02"},
        {"worker_id": "w2", "start_date": "2025-01-05"},
    ]
    parts = {"adoption": {"matched_date": "2025-02-01"}, "care_worker_details": workers}
    leaves = [{"worker_id": "w2", "end_date": "2025-03-01"}]
    changed = change(child_protection_plans=[plan_ends], care_worker_details=leaves, referral_source=None,
                     adoption={"placed_date": "2025-03-02"})  # fmt: skip
    result = opened(
        full_1=payload(child(child_protection_plans=[PLAN], **parts)),
        partial_2=payload(changed | {"child_details": {"sex": "M"}}),
    )

    assert column(result, "cp_plans", "cppl_cp_plan_start_date") == ["2025-01-20"]
    assert column(result, "cp_plans", "cppl_cp_plan_end_date") == ["2025-03-03"]
    assert column(result, "permanence", "perm_matched_date") == ["2025-02-01"]
    assert column(result, "permanence", "perm_placed_for_adoption_date") == ["2025-03-02"]
    assert column(result, "persons", "pers_sex") == ["M"]
    assert column(result, "persons", "pers_dob") == ["2014-05-01"]
    assert column(result, "involvements", "invo_involvement_end_date") == [None, "2025-03-01"]
    assert column(result, "cin_episodes", "cine_referral_source_code") == [None]
    assert said(result) == []


def test_what_has_no_id_is_not_merged_and_changes_nothing() -> None:
    plans = [{"start_date": "2025-01-20"}, {"start_date": "2025-02-20"}]
    nameless = {"la_child_id": "c1", "social_care_episodes": [{"closure_date": "2025-03-01"}]}
    whole = child("c1", child_protection_plans=plans)
    whole["social_care_episodes"] += [{"referral_date": "2025-02-01"}, {"referral_date": "2025-02-09"}]
    result = opened(
        full_1=payload(whole), partial_2=payload(nameless, change(child_protection_plans=plans[:1]))
    )

    assert column(result, "cp_plans", "cppl_cp_plan_start_date") == ["2025-01-20", "2025-02-20"]
    days = column(result, "cin_episodes", "cine_referral_date")
    assert days == ["2025-01-02", "2025-02-01", "2025-02-09"]
    assert column(result, "cin_episodes", "cine_referral_id") == ["e1", None, None]  # for conform to report
    assert said(result) == [
        ("part_not_placed", "social_care_episodes"),
        ("part_not_placed", "social_care_episodes.child_protection_plans"),
    ]


def test_a_child_or_part_that_stands_twice_in_a_payload_stands_twice_in_its_return() -> None:
    twice = [PLAN, PLAN | {"end_date": "2025-03-01"}]
    result = opened(full=payload(child(child_protection_plans=twice), child()))

    assert column(result, "persons", "pers_person_id") == ["c1", "c1"]
    assert column(result, "cp_plans", "cppl_cp_plan_end_date") == [None, "2025-03-01"]


def test_a_care_worker_of_another_start_stands_beside_the_one_before_and_is_said() -> None:
    before, after = ({"worker_id": "w1", "start_date": day} for day in ("2025-01-02", "2025-03-01"))
    result = opened(
        full_1=payload(child(care_worker_details=[before])),
        partial_2=payload(change(care_worker_details=[after])),
    )

    assert column(result, "involvements", "invo_involvement_start_date") == ["2025-01-02", "2025-03-01"]
    assert said(result) == [("care_worker_unsure", "care_worker_details.start_date")]


def test_what_the_payload_cannot_tell_of_a_decision_is_said() -> None:
    result = opened(full=payload(child(referral_no_further_action_flag=True)))

    assert "referral_decisions" not in result.returns  # it has the outcome, and no day of a decision
    assert "not when that was decided" in result.not_supplied["referral_decisions"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_a_payload_in_any_unicode_is_read(encoding: str) -> None:
    data = json.dumps({"la_code": 301, "children": [child("ć1")]}, ensure_ascii=False).encode(encoding)

    assert column(opened(full=data), "persons", "pers_person_id") == ["ć1"]


@pytest.mark.parametrize(
    ("said_so", "is_of"), [(301, "301"), ("E09000002", "301"), ("Barking and Dagenham", "301")]
)
def test_the_authority_of_an_envelope_is_told_wherever_it_stands(said_so: object, is_of: str) -> None:
    data = json.dumps({"children": [child()], "la_code": said_so}).encode()

    assert opened(full=data).said_authority == is_of


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
