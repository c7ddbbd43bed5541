"""DfE's children's social care API payload (JSON) as SSD returns, by spec/csc_api.md.

A month's payloads are a set: the last full one, and the partial ones after it in the order of the days in
their names. A full one is read child by child, and no more of it is held than the rows of its returns.

A partial one names what it changes and gives only what has changed: what it leaves out stands, a null says
that nothing is recorded any more, and a purge takes away. Lists of codes are given whole.
"""

import codecs
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import ijson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.adapters.base import ConvertedReturns, Notes, unfilled
from ingest.adapters.payload_order import kind_of, orders_of
from ingest.contracts import limits
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.archives import Stream
from ingest.discovery.file_reader import RejectedFileError
from ingest.discovery.misdirected_rows import known_authorities
from ingest.privacy.pseudonyms import Pseudonymiser

NO_MIS_ID = "SSD_SUI"
CODES = "a list of codes"
PART = {"start_date": None, "end_date": None, "purge": None}
# What the payload holds, by spec/csc_api.md: None is one value, a map an element, [a map] a list of elements.
EPISODE_HOLDS: dict[str, Any] = {
    "social_care_episode_id": None, "referral_date": None, "referral_source": None, "closure_date": None,
    "referral_no_further_action_flag": None, "closure_reason": None, "purge": None,
    "care_worker_details": [{"worker_id": None, "start_date": None, "end_date": None}],
    "child_and_family_assessments": [
        {"child_and_family_assessment_id": None, "start_date": None, "authorisation_date": None,
         "factors": CODES, "purge": None},
    ],
    "child_in_need_plans": [{"child_in_need_plan_id": None, **PART}],
    "section_47_assessments": [
        {"section_47_assessment_id": None, "icpc_required_flag": None, "icpc_date": None, **PART},
    ],
    "child_protection_plans": [{"child_protection_plan_id": None, **PART}],
    "child_looked_after_placements": [
        {"child_looked_after_placement_id": None, "start_reason": None, "placement_type": None,
         "postcode": None, "end_reason": None, "change_reason": None, **PART},
    ],
    "adoption": {"initial_decision_date": None, "matched_date": None, "placed_date": None, "purge": None},
    "care_leavers": {"contact_date": None, "activity": None, "accommodation": None, "purge": None},
}  # fmt: skip
CHILD_HOLDS: dict[str, Any] = {
    "la_child_id": None, "mis_child_id": None, "purge": None,
    "child_details": {
        "unique_pupil_number": None, "former_unique_pupil_number": None, "first_name": None, "surname": None,
        "unique_pupil_number_unknown_reason": None, "date_of_birth": None, "expected_date_of_birth": None,
        "sex": None, "ethnicity": None, "disabilities": CODES, "postcode": None, "uasc_flag": None,
        "uasc_end_date": None, "purge": None,
    },
    "health_and_wellbeing": {"sdq_assessments": [{"date": None, "score": None}], "purge": None},
    "social_care_episodes": [EPISODE_HOLDS],
}  # fmt: skip
# the parts of an episode that are lists, and what tells their elements apart
LISTS = {
    name: next(iter(held[0]))
    for name, held in EPISODE_HOLDS.items()
    if isinstance(held, list) and name != "care_worker_details"
}
WHOLE = ("child_details", "adoption", "care_leavers")  # of which there is one
ALLOCATED = "SW"  # the payload's care workers are those whom a child is allocated to
GOES_ON = "X1"  # the reason for which an episode of care ends and the next begins
LIMITS = {
    "cppl_cp_plan_latest_category": "the payload holds no category of abuse",
    "referral_decisions": "the payload says whether a referral led on, and not when that was decided",
}
NESTING = 40  # of what a payload holds, nothing lies deeper
CHILDREN_AT_ONCE = 5000
BROKEN = (
    "it is JSON that breaks off, is damaged, or is written neither in UTF-8 nor in UTF-16; export it and "
    "send it again"
)

Open = Callable[[], AbstractContextManager[IO[bytes]]]
Element = dict[str, Any]
Row = dict[str, str | None]


@dataclass(frozen=True)
class Payload:
    """One received payload: what may be known of it before its children are read."""

    file: str
    open: Open
    size: int
    kind: str | None  # full or partial, where the name says so
    order: tuple[object, ...]
    prefix: str  # where its children stand, in ijson's words
    la_code: str | None

    def children(self) -> Iterator[Element]:
        """Each child as sent. Raises RejectedFileError."""
        try:
            with self.open() as stream:
                for child in ijson.items(
                    _as_utf_8(stream), self.prefix, use_float=True, multiple_values=True
                ):
                    if not isinstance(child, dict):
                        raise RejectedFileError("it is JSON, and no list of children")
                    if _child_id(child) is None:
                        raise RejectedFileError(
                            "a child in it has no la_child_id, so that what is said of it cannot be placed"
                        )
                    yield child
        except (ijson.JSONError, UnicodeError):
            raise RejectedFileError(BROKEN) from None


@dataclass
class Seen:
    """What was met and not read, counted by where it stands: nothing of it is shown but that."""

    unknown: Counter[str] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    unplaced: Counter[str] = field(default_factory=Counter)
    workers: int = 0

    def survey(self, sent: Element, holds: Mapping[str, Any] = CHILD_HOLDS, at: str = "") -> None:
        """Count what the specification does not have. Raises RejectedFileError where a purge is unclear."""
        for name, value in sent.items():
            place = f"{at}{name}"
            if name not in holds:
                self.unknown[place] += 1
            elif name == "purge":
                if value is not None and not isinstance(value, bool):
                    raise RejectedFileError(
                        f"{place} in it is not always true or false, as JSON writes them (without quotation "
                        "marks), so that it cannot be told what is deleted"
                    )
            elif value is not None:
                self._survey_value(value, holds[name], place)

    def _survey_value(self, value: Any, held: Any, place: str) -> None:
        if held is None or held is CODES:
            self.shapes[place] += isinstance(value, dict) or isinstance(value, list) is (held is None)
            return
        wanted = list if isinstance(held, list) else dict
        if not isinstance(value, wanted):
            self.shapes[place] += 1
        elif isinstance(value, dict):
            self.survey(value, held, f"{place}.")
        else:
            for one in value:
                if isinstance(one, dict):
                    self.survey(one, held[0], f"{place}.")
                else:
                    self.shapes[place] += 1

    def note(self, notes: Notes) -> None:
        """Set down what was counted, one finding a place."""
        for place, count in sorted(self.unknown.items()):
            within, _, name = place.rpartition(".")
            told = (
                f"the name {name}"
                if _may_be_told(name)
                else "a name that is not told, as it could be a person's,"
            )
            notes.add(
                "unknown_column",
                f"{told} in {within or 'a child'} is not in the specification and was ignored, {count} times",
                "if it is legitimate, ask whoever runs Line of Sight to add it to ingest/adapters/csc_api.py",
                origin="children", column_name=place if _may_be_told(name) else within or None, value=name,
            )  # fmt: skip
        for place, count in sorted(self.shapes.items()):
            if count:
                notes.add(
                    "value_of_another_shape",
                    f"{count} values of {place} are of another shape than the specification gives (a list, "
                    "an element or one value), and were not read",
                    "send it in the shape that the specification gives",
                    origin="children", column_name=place,
                )  # fmt: skip
        for place, count in sorted(self.unplaced.items()):
            notes.add(
                "part_not_placed",
                f"{count} changes in {place} do not say which element they change, and were not taken",
                "send the id of each element that is changed, or a full payload",
                origin="children", column_name=place,
            )  # fmt: skip
        if self.workers:
            notes.add(
                "care_worker_unsure",
                f"{self.workers} changes give a care worker whom the child has already another start_date; "
                "it cannot be told whether that corrects the one before, and both stand",
                "nothing, if the worker was allocated twice; else send a full payload",
                origin="children", column_name="care_worker_details.start_date",
            )  # fmt: skip


def _may_be_told(name: str) -> bool:
    """Whether a name holds nothing but words of the specification's own; any other could be a person's."""
    return set(re.split("[^a-z]+", re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower())) <= _own_words()


@cache
def _own_words() -> set[str]:
    """The words of the names of the payload and of the returns' fields."""
    fields = [field.name for fmt in submitted_formats().values() for field in fmt.fields]
    return {"", *(word for name in [*_names(CHILD_HOLDS), *fields] for word in name.split("_"))}


def _names(holds: Mapping[str, Any]) -> Iterator[str]:
    for name, held in holds.items():
        yield name
        part = held[0] if isinstance(held, list) else held
        yield from _names(part) if isinstance(part, dict) else ()


def open_csc_api(
    files: Mapping[str, tuple[str, bytes | Stream]],
    as_at: date,
    door: Pseudonymiser | None = None,
    folder: Path | None = None,
) -> ConvertedReturns:
    """Read the payloads of a month; `files` has each one's own name and content. Raises RejectedFileError.

    What is made of them is kept on the disk of `folder`, in files without a name, until it is asked for.
    Through a door, ids go by pseudonyms, and every id made of them is made of these.
    """
    notes, seen = Notes(), Seen()
    payloads = _read_in_order(_of_files(files), notes)
    limits.check("json", partial_bytes=sum(partial.size for partial in payloads[1:]))
    codes = {payload.la_code for payload in payloads} - {None}
    if len(codes) > 1:
        raise RejectedFileError("its payloads are of more than one authority")
    tables = _tables(_states(payloads, seen), door, folder)
    seen.note(notes)
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


def _of_files(files: Mapping[str, tuple[str, bytes | Stream]]) -> list[Payload]:
    """Each payload, looked through once: a file that breaks off is refused before a child of it is read."""
    orders = orders_of([name for name, _ in files.values()])
    payloads = []
    for order, (file, (name, content)) in zip(orders, files.items(), strict=True):
        opens, size = _opens(content)
        limits.check("json", bytes=size)
        prefix, la_code = _envelope(opens)
        payloads.append(Payload(file, opens, size, kind_of(name), order, prefix, la_code))
    return payloads


def _opens(content: bytes | Stream) -> tuple[Open, int]:
    if isinstance(content, bytes):
        return lambda: BytesIO(content), len(content)
    return content.open, content.file.size


class _InUtf8:
    """A file of UTF-16 or UTF-32 as one of UTF-8, a piece at a time."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, size: int) -> bytes:
        piece = b""
        while size and not piece:
            received = self._stream.read(size)
            piece = self._decoder.decode(received, final=not received).encode()
            if not received:
                break
        return piece


def _as_utf_8(stream: IO[bytes]) -> IO[bytes] | _InUtf8:
    """What a file says in UTF-8, whichever form of Unicode it is written in."""
    encoding = json.detect_encoding(stream.read(4))
    stream.seek(len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
    return stream if encoding.startswith("utf-8") else _InUtf8(stream, encoding)


def _envelope(open_it: Open) -> tuple[str, str | None]:
    """Where the children of a payload stand, and of which authority it is. Raises RejectedFileError."""
    depth, first, at_top, key = 0, "", set(), ""
    la_code: Any = None
    try:
        with open_it() as stream:
            for event, value in ijson.basic_parse(_as_utf_8(stream), use_float=True, multiple_values=True):
                first = first or event
                if event in ("start_map", "start_array"):
                    depth += 1
                    if depth > NESTING:
                        raise RejectedFileError(BROKEN)
                    if depth == 2 and key in ("children", "Children") and event != "start_array":
                        raise RejectedFileError("it is JSON, and no list of children")
                elif event in ("end_map", "end_array"):
                    depth -= 1
                elif depth == 1 and first == "start_map":
                    if event == "map_key":
                        key = value
                        at_top.add(value)
                    elif key == "la_code":
                        la_code = value
    except (ijson.JSONError, UnicodeError):
        raise RejectedFileError(BROKEN) from None
    if not first.startswith("start_"):
        raise RejectedFileError("it is JSON, and no list of children")
    lists = at_top & {"children", "Children"}
    if len(lists) > 1:
        raise RejectedFileError("it holds two lists of children, and which is meant cannot be told")
    if first == "start_array":
        return "item", None
    return (f"{lists.pop()}.item" if lists else ""), _authority(la_code)


def said_authority(content: bytes | Stream) -> str | None:
    """The authority that a payload says it is of. Raises RejectedFileError."""
    return _envelope(_opens(content)[0])[1]


def _authority(said: Any) -> str | None:
    """The code of the authority that a payload says it is of. Raises RejectedFileError."""
    text = (_text(said) or "").strip()
    if not text:
        return None
    if re.fullmatch(r"\d{3}", text):
        return text
    if code := known_authorities().get(text.lower()):
        return code
    raise RejectedFileError("its la_code is not the three-digit code of an authority, as 372")


def _child_id(child: Element) -> str | None:
    ids = (_text(child.get(name)) for name in ("la_child_id", "mis_child_id"))
    return next((one for one in ids if one and one != NO_MIS_ID), None)


def _read_in_order(payloads: Sequence[Payload], notes: Notes) -> list[Payload]:
    """The last full payload, and those after it. Raises RejectedFileError."""
    ordered = sorted(payloads, key=lambda one: (one.order, one.kind != "full"))
    full = [i for i, one in enumerate(ordered) if one.kind == "full"]
    if len({ordered[i].order for i in full}) < len(full):
        names = " and ".join(ordered[i].file for i in full)
        raise RejectedFileError(
            f"{names} are full payloads, and their names do not tell which came last; name each by its day, "
            "as 2025-04-15"
        )
    first = full[-1] if full else 0
    for payload in ordered[:first]:
        notes.add(
            "superseded_payload",
            "a full payload came after it, so that it was not read",
            "nothing, if they are of one month",
            value=payload.file,
        )
    return ordered[first:]


def _states(payloads: Sequence[Payload], seen: Seen) -> Iterator[tuple[str, Element]]:
    """Every child as the full payload and the partial ones after it leave it. Raises RejectedFileError.

    A child that stands twice in a full payload stands twice here: its rows are judged as in any return.
    """
    first, *later = payloads
    changes = _changes(later, seen)
    if first.kind == "partial":
        raise RejectedFileError(NO_FULL)
    of_one_order: dict[str, str] = {
        child_id: payload.file for payload in later if payload.order == first.order
        for child_id, of_child in changes.items() if payload.file in {file for file, _ in of_child}
    }  # fmt: skip
    met = set()
    for sent in first.children():
        seen.survey(sent)
        if first.kind is None and ("child_details" not in sent or sent.get("purge") is True):
            raise RejectedFileError(NO_FULL)
        child_id = str(_child_id(sent))
        if child_id in of_one_order:
            raise _unordered(first.file, of_one_order[child_id])
        if child_id in changes:
            met.add(child_id)
        state = None if sent.get("purge") is True else _new(sent)
        for _, change in changes.get(child_id, ()):
            state = _changed(state, change, seen)
        if state is not None:
            yield child_id, state
    for child_id, of_child in changes.items():
        if child_id not in met:
            state = None
            for _, change in of_child:
                state = _changed(state, change, seen)
            if state is not None:
                yield child_id, state


NO_FULL = "it is a partial payload, and the full one that it changes is not here; send the full payload too"


def _unordered(one: str, other: str) -> RejectedFileError:
    return RejectedFileError(
        f"{one} and {other} hold one child, and their names do not tell which came first; name each by its "
        "day, as 2025-04-15"
    )


def _changes(payloads: Sequence[Payload], seen: Seen) -> dict[str, list[tuple[str, Element]]]:
    """What partial payloads say of each child, in their order, each with the file that says it."""
    changes: defaultdict[str, list[tuple[str, Element]]] = defaultdict(list)
    order_of = {payload.file: payload.order for payload in payloads}
    for payload in payloads:
        for sent in payload.children():
            seen.survey(sent)
            of_child = changes[str(_child_id(sent))]
            if of_child and of_child[-1][0] != payload.file and order_of[of_child[-1][0]] == payload.order:
                raise _unordered(of_child[-1][0], payload.file)
            of_child.append((payload.file, sent))
    return changes


def _new(sent: Element) -> Element:
    """A child that was not known before, as it is sent."""
    child: Element = {name: part for name in WHOLE if (part := _standing(sent.get(name)))}
    child["episodes"] = defaultdict(list)
    for episode in _elements(sent.get("social_care_episodes")):
        if episode.get("purge") is not True:
            child["episodes"][_text(episode.get("social_care_episode_id"))].append(_new_episode(episode))
    return child


def _new_episode(sent: Element) -> Element:
    episode = {name: value for name, value in sent.items() if name not in (*LISTS, *WHOLE)}
    episode |= {name: part for name in WHOLE if (part := _standing(sent.get(name)))}
    episode["care_worker_details"] = [dict(one) for one in _elements(sent.get("care_worker_details"))]
    for name, key in LISTS.items():
        episode[name] = defaultdict(list)
        for element in _elements(sent.get(name)):
            if element.get("purge") is not True:
                episode[name][_text(element.get(key))].append(dict(element))
    return episode


def _standing(part: Any) -> Element | None:
    return dict(part) if isinstance(part, dict) and part.get("purge") is not True else None


def _changed(child: Element | None, sent: Element, seen: Seen) -> Element | None:
    """The child as a partial payload leaves it; None where it is purged."""
    if sent.get("purge") is True:
        return None
    if child is None:
        return _new(sent)
    _change_whole(child, sent)
    for episode in _elements(sent.get("social_care_episodes")):
        key = _text(episode.get("social_care_episode_id"))
        if key is None:
            seen.unplaced["social_care_episodes"] += 1
        elif episode.get("purge") is True:
            child["episodes"].pop(key, None)
        elif key not in child["episodes"]:
            child["episodes"][key].append(_new_episode(episode))
        else:
            for stands in child["episodes"][key]:
                _change_episode(stands, episode, seen)
    return child


def _change_episode(stands: Element, sent: Element, seen: Seen) -> None:
    _change_whole(stands, sent)
    for name, value in sent.items():
        if name in LISTS:
            for element in _elements(value):
                key = _text(element.get(LISTS[name]))
                if key is None:
                    seen.unplaced[f"social_care_episodes.{name}"] += 1
                elif element.get("purge") is True:
                    stands[name].pop(key, None)
                elif key not in stands[name]:
                    stands[name][key].append(dict(element))
                else:
                    for one in stands[name][key]:
                        one.update(element)
        elif name == "care_worker_details":
            for worker in _elements(value):
                _change_worker(stands[name], worker, seen)
        elif name not in WHOLE and name != "purge":
            stands[name] = value


def _change_worker(stand: list[Element], sent: Element, seen: Seen) -> None:
    """Take over what is said of a care worker, who may be allocated to a child more than once."""
    of_worker = [one for one in stand if one.get("worker_id") == sent.get("worker_id")]
    same = [one for one in of_worker if one.get("start_date") == sent.get("start_date")]
    if "start_date" not in sent and of_worker:
        if len(of_worker) > 1:
            seen.unplaced["social_care_episodes.care_worker_details"] += 1
        else:
            of_worker[0].update(sent)
    elif same:
        same[0].update(sent)
    else:
        seen.workers += bool(of_worker)
        stand.append(dict(sent))


def _change_whole(stands: Element, sent: Element) -> None:
    for name in WHOLE:
        part = sent.get(name)
        if isinstance(part, dict) and part.get("purge") is True:
            stands.pop(name, None)
        elif isinstance(part, dict):
            stands[name] = stands.get(name, {}) | part


def _elements(value: Any) -> Iterator[Element]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _text(value: Any) -> str | None:
    """A value as the text that conform reads; what is no value of one cell says nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return None


class Spooled(Mapping[str, pa.Table]):
    """Tables that grow on the disk. Their files have no name, and are gone when the process is."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: dict[str, IO[bytes]] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._rows: Counter[str] = Counter()

    def add(self, name: str, table: pa.Table) -> None:
        """Add rows to a table. Raises RejectedFileError where there are more than a return may have."""
        self._rows[name] += table.num_rows
        count = self._rows[name]
        limits.check("parquet", rows=count, cells=count * table.num_columns)
        if name not in self._writers:
            self._files[name] = TemporaryFile(dir=self._folder)  # noqa: SIM115 - as long as it is asked
            self._writers[name] = pq.ParquetWriter(self._files[name], table.schema, compression="lz4")
        self._writers[name].write_table(table)

    def end(self) -> None:
        """Nothing more is added."""
        for writer in self._writers.values():
            writer.close()

    def __getitem__(self, name: str) -> pa.Table:
        return pq.ParquetFile(self._files[name]).read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _tables(
    states: Iterator[tuple[str, Element]], door: Pseudonymiser | None, folder: Path | None
) -> Spooled:
    """The returns, made of so many children at a time that little is held beside them."""
    made = Spooled(folder)
    rows: dict[str, list[Row]] = {name: [] for name in MADE}
    for name in MADE:
        made.add(name, _table(name, [], door))
    for number, (child_id, child) in enumerate(states, start=1):
        _add_rows(rows, number, child_id, child)
        if number % CHILDREN_AT_ONCE == 0:
            _set_aside(made, rows, door)
    _set_aside(made, rows, door)
    made.end()
    return made


def _set_aside(made: Spooled, rows: Mapping[str, list[Row]], door: Pseudonymiser | None) -> None:
    for name, of_return in rows.items():
        if of_return:
            made.add(name, _table(name, of_return, door))
            of_return.clear()


def _add_rows(rows: Mapping[str, list[Row]], number: int, child_id: str, child: Element) -> None:
    """Add a child to each return. Ids stand as sent; those that are made carry their parts."""
    of_child: Row = {"row_number": str(number), "child": child_id}
    rows["persons"].append(of_child | _picked(child.get("child_details", {}), PERSON))
    placements: list[Row] = []
    leavers: list[Row] = []
    for key, episodes in child["episodes"].items():
        of_episode = of_child | {"episode": key}
        for episode in episodes:
            rows["cin_episodes"].append(of_episode | _picked(episode, EPISODE))
            for name, (list_name, fields) in PARTS.items():
                rows[name] += [of_episode | _picked(part, fields) for part in _each(episode[list_name])]
            for part in _each(episode["section_47_assessments"]):
                enquiry = of_episode | _picked(part, ENQUIRY)
                required = enquiry["conference_required"] or ""
                rows["s47_enquiries"].append(
                    enquiry | {"nfa": {"true": "false", "false": "true"}.get(required)}
                )
                if enquiry["conference"]:
                    rows["initial_cp_conferences"].append(enquiry)
            for worker in episode["care_worker_details"]:
                rows["involvements"].append(of_child | {"role": ALLOCATED} | _picked(worker, WORKER))
            if adoption := episode.get("adoption"):
                rows["permanence"].append(of_episode | _picked(adoption, ADOPTION))
            if leaver := episode.get("care_leavers"):
                leavers.append(of_child | _picked(leaver, LEAVER))
            of_care = _each(episode["child_looked_after_placements"])
            placements += [of_episode | _picked(one, PLACEMENT) for one in of_care]
    periods = _with_periods(placements)
    rows["cla_placements"] += periods
    rows["cla_episodes"] += periods
    rows["care_leavers"] += sorted(leavers, key=lambda row: row["contact"] or "")  # of two, the later stands


def _each(by_id: Mapping[str | None, list[Element]]) -> Iterator[Element]:
    for elements in by_id.values():
        yield from elements


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
ENQUIRY = {
    "enquiry": "section_47_assessment_id", "start": "start_date", "end": "end_date",
    "conference": "icpc_date", "conference_required": "icpc_required_flag",
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
