"""A return's declared format: its fields, their spellings, its key. Refuses one that makes no sense."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import yaml

from ingest.contracts import known_words

FORMATS = Path(__file__).parent / "returns"
# say otherwise where landed files come to look otherwise: all is read again
LANDED_AS = "whole ids as UUIDs, dates in the order of their file and of London, cells by declared tolerances"
TYPES = {"text", "code", "date", "boolean", "integer", "number", "json"}
HISTORIES = {"event", "state", "lookup", "rows", "with_return"}


class FormatError(ValueError):
    """A format file declares something that cannot be read. The message names the file and the field."""


@dataclass(frozen=True)
class Field:
    """One column of a return: its name, type, spellings and meaning."""

    name: str
    type: str
    about: str
    required: bool = False
    code_list: str | None = None
    aliases: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()  # the keys of a json object that may pass the door
    shaped: str | None = (
        None  # the regular expression of a text that may pass the door; other text is a finding
    )
    dropped: bool = False  # free text that no indicator reads: it is received, and lands empty
    identifies: str | None = (
        None  # what an id is of: alike in two returns, they join; it lands as a pseudonym
    )
    is_birth: bool = False  # a date of birth: of two digits, its year is never after the month reported


@dataclass(frozen=True)
class HeaderMatch:
    """Which received column holds each field; positions count from 0."""

    columns: Mapping[str, int]
    unknown: tuple[int, ...]
    problem: str | None  # why the file must be rejected, without quoting it
    spelled: Mapping[str, str]  # every name of a field, in lower case, and the field
    must_fill: tuple[str, ...]


@dataclass(frozen=True)
class ReturnFormat:
    """One return as declared in `formats/<name>.yml`."""

    name: str
    about: str
    source_table: str
    history: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    start_and_end: tuple[str, str] | None
    at_least: Mapping[str, int]
    digest: str  # changes with the declaration, so that a changed format is read again
    event_date: str | None = None  # the day of what a row records, by which a silence is measured
    ties: tuple[
        str, ...
    ] = ()  # what records have alike between which a rule takes the lowest or the largest id

    @property
    def is_reference(self) -> bool:
        """Whether the warehouse keeps the return itself (population, targets) rather than receiving it."""
        return self.source_table == "reference"

    @property
    def must_fill(self) -> tuple[str, ...]:
        """Fields without which a row says nothing: the key and the required ones, in declared order."""
        return tuple(f.name for f in self.fields if f.required or f.name in self.key)

    def field(self, name: str) -> Field | None:
        """The field of that name, if there is one."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def child_field(self) -> str | None:
        """The field that says which child a row is of, if the rows are of children."""
        return next((f.name for f in self.fields if f.identifies == "child"), None)

    @property
    def identifiers(self) -> dict[str, str]:
        """The fields that land as pseudonyms, and what each identifies."""
        return {f.name: f.identifies for f in self.fields if f.identifies}

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {s.casefold(): f.name for f in self.fields for s in (f.name, *f.aliases)}

    def match_headers(self, headers: Sequence[str]) -> HeaderMatch:
        """Find each field among the received headers by name or alias, ignoring case and outer spaces."""
        spelled = self._spelled
        columns: dict[str, int] = {}
        unknown: list[int] = []
        problem = None
        for position, header in enumerate(headers):
            name = spelled.get(header.strip().casefold())
            if name is None:
                unknown.append(position)
            elif name in columns:
                problem = f"columns {columns[name] + 1} and {position + 1} are both {name}; send it once"
            else:
                columns[name] = position
        absent = [name for name in self.must_fill if name not in columns]
        if not any(h.strip() for h in headers):
            problem = "there is no header row; send the column names in the first row"
        elif problem is None and absent:
            problem = (
                f"no column for {', '.join(absent)}; send it, or if it stands under another heading, put "
                "that name in its place"
            )
        return HeaderMatch(columns, tuple(unknown), problem, spelled, self.must_fill)


def load_format(path: Path) -> ReturnFormat:
    """Read one declaration. Raises FormatError where it contradicts itself."""
    text = path.read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    fields = tuple(
        Field(
            name=name,
            type=f["type"],
            about=f["about"],
            required=f.get("required", False),
            code_list=f.get("code_list"),
            aliases=tuple(str(a) for a in f.get("aliases", [])),
            keeps=tuple(f.get("keeps", [])),
            shaped=known_words.pattern(f["words_of"]) if "words_of" in f else f.get("shaped"),
            dropped=f.get("dropped", False),
            identifies=f.get("identifies"),
            is_birth=f.get("is_birth", False),
        )
        for name, f in said["fields"].items()
    )
    words = [known_words.pattern(f["words_of"]) for f in said["fields"].values() if "words_of" in f]
    fmt = ReturnFormat(
        name=said["name"],
        about=said["about"],
        source_table=said["source_table"],
        history=said["history"],
        key=tuple(said["key"]),
        fields=fields,
        start_and_end=tuple(said["start_and_end"]) if "start_and_end" in said else None,
        at_least=said.get("at_least", {}),
        ties=tuple(said.get("ties", [])),
        digest=hashlib.sha256("\n".join([LANDED_AS, text, *words]).encode()).hexdigest()[:16],
        event_date=said.get("event_date"),
    )
    _refuse_nonsense(fmt, path)
    return fmt


def _refuse_nonsense(fmt: ReturnFormat, path: Path) -> None:
    names = {f.name for f in fmt.fields}
    problems = [
        (fmt.name != path.stem, f"is named {fmt.name}"),
        (fmt.history not in HISTORIES, f"has history {fmt.history}"),
        (not set(fmt.key) <= names or not fmt.key, "has a key that is not among its fields"),
        (not set(fmt.start_and_end or ()) <= names, "has a start or end that is not among its fields"),
        (not set(fmt.at_least) <= names, "sets a least value for a field it does not have"),
        (fmt.event_date not in {None, *names}, "is dated by a field it does not have"),
        (not set(fmt.ties) <= names, "has ties in fields it does not have"),
    ]
    for f in fmt.fields:
        problems.append((f.type not in TYPES, f"gives {f.name} the type {f.type}"))
        problems.append((f.is_birth and f.type != "date", f"{f.name}: only a date is one of birth"))
        is_of_text = f.identifies or f.shaped or f.dropped
        problems.append((bool(is_of_text) and f.type != "text", f"{f.name}: only text is an id or free text"))
        problems.append(
            ((f.type == "code") != (f.code_list is not None), f"{f.name}: code needs a code_list")
        )
    spelled = [s.casefold() for f in fmt.fields for s in (f.name, *f.aliases)]
    problems.append((len(spelled) != len(set(spelled)), "spells two fields alike"))
    for is_wrong, what in problems:
        if is_wrong:
            raise FormatError(f"{path.name} {what}")


@cache
def load_formats() -> Mapping[str, ReturnFormat]:
    """Every declared return by name, reference files included."""
    return {path.stem: load_format(path) for path in sorted(FORMATS.glob("*.yml"))}


@cache
def known_names() -> frozenset[str]:
    """Every name of a field of a return that councils submit, in lower case."""
    return frozenset(name for fmt in submitted_formats().values() for name in fmt.match_headers(()).spelled)


@cache
def submitted_formats() -> Mapping[str, ReturnFormat]:
    """The returns that councils submit."""
    return {name: fmt for name, fmt in load_formats().items() if not fmt.is_reference}
