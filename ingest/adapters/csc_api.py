"""DfE's children's social care API payload (JSON) as SSD returns, by spec/csc_api.md.

A month's payloads are a set: the last full one, and the partial ones after it in the order that their names
tell, each of which changes, adds or purges what it names. What stands after the last is the month's return.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.adapters.base import ConvertedReturns, Notes, unfilled
from ingest.contracts import limits
from ingest.discovery.file_reader import RejectedFileError
from ingest.privacy.pseudonyms import Pseudonymiser

NO_MIS_ID = "SSD_SUI"
# the parts of an episode that are lists, and what tells their elements apart
LISTS = {
    "child_and_family_assessments": "child_and_family_assessment_id",
    "child_in_need_plans": "child_in_need_plan_id",
    "section_47_assessments": "section_47_assessment_id",
    "child_protection_plans": "child_protection_plan_id",
    "child_looked_after_placements": "child_looked_after_placement_id",
}
WHOLE = ("child_details", "adoption", "care_leavers")  # sent anew as a whole
ALLOCATED = "SW"  # the payload's care workers are those whom a child is allocated to
GOES_ON = "X1"  # the reason for which an episode of care ends and the next begins
LIMITS = {"cppl_cp_plan_latest_category": "the payload holds no category of abuse"}

Element = dict[str, Any]
Row = dict[str, str | None]


@dataclass(frozen=True)
class Payload:
    """One received payload. `order` comes of the numbers in its name: those of the day."""

    file: str
    order: tuple[int, ...]
    kind: str | None  # full or partial, where the name says so
    children: list[Element]
    la_code: str | None

    @property
    def is_partial(self) -> bool:
        """Whether it changes what an earlier one said: by its name, or as it purges or leaves details out."""
        if self.kind:
            return self.kind == "partial"
        return any("child_details" not in child or child.get("purge") is True for child in self.children)


def open_csc_api(
    files: Mapping[str, tuple[str, bytes]], as_at: date, door: Pseudonymiser | None = None
) -> ConvertedReturns:
    """Read the payloads of a month; `files` has each one's own name and its bytes. Raises RejectedFileError.

    Through a door, ids go by pseudonyms, and every id made of them is made of these.
    """
    notes = Notes()
    payloads = sorted(
        (_read(file, name, data) for file, (name, data) in files.items()), key=lambda one: one.order
    )
    codes = {payload.la_code for payload in payloads} - {None}
    if len(codes) > 1:
        raise RejectedFileError("its payloads are of more than one authority")
    children = _state(payloads, notes)
    rows = _rows(children)
    tables = {name: _table(name, of_return, door) for name, of_return in rows.items()}
    begins = date(as_at.year - 2, 4, 1)
    return ConvertedReturns(
        source_format="csc_api",
        returns=tables,
        findings=notes.table(),
        history_from={name: None if name == "persons" else begins for name in tables},
        not_supplied=unfilled(tables, LIMITS, "the payload"),
        source_fields={name: {} for name in tables},
        said_authority=codes.pop() if codes else None,
    )


def _read(file: str, name: str, data: bytes) -> Payload:
    limits.check("json", bytes=len(data))
    try:
        text = data.decode("utf-8-sig")
        said = _parsed(text)
    except (ValueError, RecursionError):
        raise RejectedFileError("it is JSON that breaks off, or is damaged; send it again") from None
    la_code, children = None, said
    if isinstance(said, dict):
        la_code = said.get("la_code")
        children = next((said[key] for key in ("children", "Children") if key in said), [said])
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        raise RejectedFileError("it is JSON, and no list of children")
    if not all(_child_id(child) for child in children):
        raise RejectedFileError(
            "a child in it has no la_child_id, so that what is said of it cannot be placed"
        )
    words = name.lower()
    kind = "partial" if re.search("partial|delta|changes", words) else "full" if "full" in words else None
    order = tuple(int(number) for number in re.findall(r"\d+", name))
    return Payload(file, order, kind, children, str(la_code) if la_code is not None else None)


def _parsed(text: str) -> Any:
    """The JSON of a file; of one child a line, the list of them. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise
        return [json.loads(line, parse_constant=_refuse) for line in text.splitlines() if line.strip()]


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _child_id(child: Element) -> str | None:
    ids = (_text(child.get(name)) for name in ("la_child_id", "mis_child_id"))
    return next((one for one in ids if one and one != NO_MIS_ID), None)


def _state(payloads: Sequence[Payload], notes: Notes) -> dict[str, Element]:
    """Every child as the last full payload and the partial ones after it leave it.

    Raises RejectedFileError.
    """
    first = max((i for i, one in enumerate(payloads) if one.kind == "full"), default=0)
    if payloads[first].is_partial:
        raise RejectedFileError(
            "it is a partial payload, and the full one that it changes is not here; send the full payload too"
        )
    for payload in payloads[:first]:
        notes.add(
            "superseded_payload",
            "a full payload came after it, so that it was not read",
            "nothing, if they are of one month",
            value=payload.file,
        )
    children: dict[str, Element] = {}
    by_order: dict[tuple[int, ...], set[str]] = {}
    for payload in payloads[first:]:
        seen = by_order.setdefault(payload.order, set())
        here = {str(_child_id(child)) for child in payload.children}
        if seen & here:
            raise RejectedFileError(
                "two payloads hold one child, and their names do not tell which came first; "
                "name each by its day"
            )
        seen |= here
        for child in payload.children:
            _change(children, str(_child_id(child)), child)
    return children


def _change(children: dict[str, Element], child_id: str, sent: Element) -> None:
    """Take over what a payload says of a child."""
    if sent.get("purge") is True:
        children.pop(child_id, None)
        return
    child = children.setdefault(child_id, {"episodes": {}})
    _take_whole(child, sent)
    for episode in _elements(sent.get("social_care_episodes")):
        key = _text(episode.get("social_care_episode_id")) or ""
        if episode.get("purge") is True:
            child["episodes"].pop(key, None)
            continue
        stands = child["episodes"].setdefault(key, {name: {} for name in LISTS})
        _take_whole(stands, episode)
        for name, value in episode.items():
            if name in LISTS:
                for element in _elements(value):
                    of_element = _text(element.get(LISTS[name])) or ""
                    if element.get("purge") is True:
                        stands[name].pop(of_element, None)
                    else:
                        stands[name][of_element] = element
            elif name not in WHOLE and name != "purge":
                stands[name] = value


def _take_whole(stands: Element, sent: Element) -> None:
    for name in WHOLE:
        part = sent.get(name)
        if isinstance(part, dict) and part.get("purge") is True:
            stands.pop(name, None)
        elif isinstance(part, dict):
            stands[name] = part


def _elements(value: Any) -> Iterator[Element]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _text(value: Any) -> str | None:
    """A value as the text that conform reads; what is no value of one cell says nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return None


def _rows(children: Mapping[str, Element]) -> dict[str, list[Row]]:
    """The rows of each return. Ids stand as sent; those that are made carry what they are made of, apart."""
    rows: dict[str, list[Row]] = {name: [] for name in MADE}
    for number, (child_id, child) in enumerate(children.items(), start=1):
        of_child: Row = {"row_number": str(number), "child": child_id}
        details = child.get("child_details", {})
        rows["persons"].append(of_child | _picked(details, PERSON))
        placements: list[Row] = []
        for key, episode in child["episodes"].items():
            of_episode = of_child | {"episode": key}
            rows["cin_episodes"].append(of_episode | _picked(episode, EPISODE))
            for name, (list_name, fields) in PARTS.items():
                rows[name] += [of_episode | _picked(part, fields) for part in episode[list_name].values()]
            for worker in _elements(episode.get("care_worker_details")):
                rows["involvements"].append(of_child | {"role": ALLOCATED} | _picked(worker, WORKER))
            if adoption := episode.get("adoption"):
                rows["permanence"].append(of_episode | _picked(adoption, ADOPTION))
            if leaver := episode.get("care_leavers"):
                rows["care_leavers"].append(of_child | _picked(leaver, LEAVER))
            of_care = episode["child_looked_after_placements"].values()
            placements += [of_episode | _picked(one, PLACEMENT) for one in of_care]
        rows["cla_placements"] += _with_periods(placements)
    rows["cla_episodes"] = rows["cla_placements"]
    rows["care_leavers"].sort(key=lambda row: row["contact"] or "")  # of two, the later stands
    for row in rows["s47_enquiries"]:
        required = row["conference_required"]
        row["nfa"] = {"true": "false", "false": "true"}.get(required or "")
    rows["initial_cp_conferences"] = [row for row in rows["s47_enquiries"] if row["conference"]]
    return rows


def _picked(element: Element, fields: Mapping[str, str]) -> Row:
    return {field: _text(element.get(name)) for field, name in fields.items()}


def _with_periods(placements: list[Row]) -> list[Row]:
    """A child's placements, each with the first day of the period of care that it is of."""
    begins: str | None = None
    is_open = False
    for row in sorted(placements, key=lambda one: one["start"] or ""):
        if not is_open or (row["start_reason"] or "").upper().startswith("S"):
            begins = row["start"]
        row["period"] = begins
        is_open = row["end_reason"] is None or row["end_reason"].upper() == GOES_ON
    return placements


def _table(name: str, rows: Sequence[Row], door: Pseudonymiser | None) -> pa.Table:
    """A return as text. Every id goes through the door before anything is made of it."""
    of_return = MADE[name]
    columns = sorted({column for made in of_return.values() for column in made} | {"row_number"})
    table = pa.table({column: pa.array([row.get(column) for row in rows], pa.string()) for column in columns})
    if door:
        table = door.through(table, {column: kind for column, kind in KINDS.items() if column in columns})
    ones = pa.repeat(pa.scalar("children"), len(rows))
    fields = {field: _joined(table, made) for field, made in of_return.items()}
    return pa.table({"row_number": table["row_number"].cast(pa.int64()), "origin": ones} | fields)


def _joined(table: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    """One column as it is, or an id made of several; none where a part of it is not there."""
    if len(columns) == 1:
        return table[columns[0]]
    return pc.binary_join_element_wise(*(table[column] for column in columns), "|")


# what the ids in the columns below are of
KINDS = {
    "child": "child",
    "episode": "referral",
    "assessment": "assessment",
    "cin_plan": "cin_plan",
    "enquiry": "enquiry",
    "plan": "cp_plan",
    "placement": "placement",
    "worker": "worker",
}
# column -> the payload's name
PERSON = {"sex": "sex", "ethnicity": "ethnicity", "born": "date_of_birth", "due": "expected_date_of_birth"}
PERSON |= {"upn_unknown": "unique_pupil_number_unknown_reason"}
EPISODE = {"referred": "referral_date", "source": "referral_source", "closed": "closure_date"}
EPISODE |= {"nfa": "referral_no_further_action_flag", "reason": "closure_reason"}
WORKER = {"worker": "worker_id", "start": "start_date", "end": "end_date"}
ADOPTION = {"decided": "initial_decision_date", "matched": "matched_date", "placed": "placed_date"}
LEAVER = {"contact": "contact_date", "activity": "activity", "accommodation": "accommodation"}
PLACEMENT = {
    "placement": "child_looked_after_placement_id", "start": "start_date", "end": "end_date",
    "start_reason": "start_reason", "end_reason": "end_reason", "type": "placement_type",
}  # fmt: skip
PARTS = {  # return -> the list of an episode that gives it, and its columns
    "cin_assessments": (
        "child_and_family_assessments",
        {"assessment": "child_and_family_assessment_id", "start": "start_date", "end": "authorisation_date"},
    ),
    "cin_plans": (
        "child_in_need_plans",
        {"cin_plan": "child_in_need_plan_id", "start": "start_date", "end": "end_date"},
    ),
    "s47_enquiries": (
        "section_47_assessments",
        {
            "enquiry": "section_47_assessment_id", "start": "start_date", "end": "end_date",
            "conference": "icpc_date", "conference_required": "icpc_required_flag",
        },
    ),
    "cp_plans": (
        "child_protection_plans",
        {"plan": "child_protection_plan_id", "start": "start_date", "end": "end_date"},
    ),
}  # fmt: skip
# return -> field -> the column that it is, or the columns that its id is made of
MADE: dict[str, dict[str, tuple[str, ...]]] = {
    "persons": {
        "pers_person_id": ("child",), "pers_sex": ("sex",), "pers_ethnicity": ("ethnicity",),
        "pers_dob": ("born",), "pers_expected_dob": ("due",), "pers_upn_unknown": ("upn_unknown",),
    },
    "cin_episodes": {
        "cine_referral_id": ("episode",), "cine_person_id": ("child",), "cine_referral_date": ("referred",),
        "cine_referral_source_code": ("source",), "cine_referral_nfa": ("nfa",),
        "cine_close_date": ("closed",), "cine_close_reason": ("reason",),
    },
    "cin_assessments": {
        "cina_assessment_id": ("assessment",), "cina_person_id": ("child",), "cina_referral_id": ("episode",),
        "cina_assessment_start_date": ("start",), "cina_assessment_auth_date": ("end",),
    },
    "cin_plans": {
        "cinp_cin_plan_id": ("cin_plan",), "cinp_person_id": ("child",), "cinp_referral_id": ("episode",),
        "cinp_cin_plan_start_date": ("start",), "cinp_cin_plan_end_date": ("end",),
    },
    "s47_enquiries": {
        "s47e_s47_enquiry_id": ("enquiry",), "s47e_person_id": ("child",), "s47e_referral_id": ("episode",),
        "s47e_s47_start_date": ("start",), "s47e_s47_end_date": ("end",), "s47e_s47_nfa": ("nfa",),
    },
    "initial_cp_conferences": {
        "icpc_icpc_id": ("child", "conference"), "icpc_person_id": ("child",),
        "icpc_icpc_date": ("conference",), "icpc_s47_enquiry_id": ("enquiry",),
        "icpc_referral_id": ("episode",),
    },
    "cp_plans": {
        "cppl_cp_plan_id": ("plan",), "cppl_person_id": ("child",), "cppl_referral_id": ("episode",),
        "cppl_cp_plan_start_date": ("start",), "cppl_cp_plan_end_date": ("end",),
    },
    "cla_episodes": {
        "clae_cla_episode_id": ("child", "start"), "clae_person_id": ("child",),
        "clae_cla_id": ("child", "period"), "clae_cla_episode_start_date": ("start",),
        "clae_cla_episode_start_reason": ("start_reason",), "clae_cla_episode_ceased_date": ("end",),
        "clae_cla_episode_ceased_reason": ("end_reason",), "clae_referral_id": ("episode",),
        "clae_entered_care_date": ("period",),
    },
    "cla_placements": {
        "clap_cla_placement_id": ("placement",), "clap_person_id": ("child",),
        "clap_cla_id": ("child", "period"),
        "clap_cla_placement_start_date": ("start",), "clap_cla_placement_end_date": ("end",),
        "clap_cla_placement_type": ("type",),
    },
    "permanence": {
        "perm_table_id": ("child", "episode"), "perm_person_id": ("child",),
        "perm_adm_decision_date": ("decided",), "perm_matched_date": ("matched",),
        "perm_placed_for_adoption_date": ("placed",),
    },
    "care_leavers": {
        "clea_table_id": ("child",), "clea_person_id": ("child",),
        "clea_care_leaver_latest_contact": ("contact",), "clea_care_leaver_activity": ("activity",),
        "clea_care_leaver_accommodation": ("accommodation",),
    },
    "involvements": {
        "invo_involvements_id": ("child", "worker", "start"), "invo_professional_id": ("worker",),
        "invo_person_id": ("child",), "invo_professional_role_id": ("role",),
        "invo_involvement_start_date": ("start",), "invo_involvement_end_date": ("end",),
    },
}  # fmt: skip
