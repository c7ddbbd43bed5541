"""What a council, a region or everybody has settled about its months: `reporting.yml`, in reference/.

    default:
      set_by: A. Director                    # who answers for these lines
      required_returns: [contacts, persons]  # without it, what came for the month before
      close_after_working_days: 15           # after the month's end; without it only a person closes
      held_figures_may_stand: false          # whether a month with held figures is closed by schedule
    regions:
      North West: {set_by: B. Lead, close_after_working_days: 20}
    authorities:
      372:
        set_by: C. Head
        held_figures_may_stand: true
        bounds:  # beyond which figures are held; the product's own are in expectations/suites
          - {ground: rows_unread, return: contacts, bound: 0.1, until: 2025-06, reason: a new system}

What an authority's own lines do not say its region's do, and then the default's.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import DBT_PROJECT

FILE = "reporting.yml"
AUTHORITIES = DBT_PROJECT / "seeds" / "authorities.csv"
PARTS = ("default", "regions", "authorities")
KEYS = ("set_by", "required_returns", "close_after_working_days", "held_figures_may_stand")
BOUND_KEYS = ("ground", "return", "bound", "until", "reason")
GROUNDS = DBT_PROJECT / "seeds" / "doubt_grounds.csv"
WORDS = {"true": True, "yes": True, "false": False, "no": False}
MOST_WORKING_DAYS = 250  # a year


class InvalidPolicyError(ValueError):
    """The policy file cannot be followed. The message says what is wrong with it, a sentence a line."""


@dataclass(frozen=True)
class Policy:
    """What holds for one authority, and whose word it is."""

    required_returns: tuple[str, ...] | None = None
    close_after_working_days: int | None = None
    held_figures_may_stand: bool = False
    set_by: str | None = None  # who settled when a month is closed
    lines: str | None = None  # where that is written


@dataclass(frozen=True)
class OwnBound:
    """A bound that a council has set for one of its returns, until a month, and who answers for it."""

    la_code: str
    ground: str
    return_name: str
    bound: float
    until_month: str
    reason: str
    set_by: str


@dataclass(frozen=True)
class Policies:
    """The whole file; nothing where there is none."""

    default: Mapping[str, object] = field(default_factory=dict)
    regions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    authorities: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    bounds: tuple[OwnBound, ...] = ()

    def bounds_of(self, month: str) -> tuple[OwnBound, ...]:
        """The bounds of councils' own that hold for a month."""
        return tuple(bound for bound in self.bounds if month <= bound.until_month)

    def of(self, la_code: str) -> Policy:
        """What holds for an authority, the nearest lines first."""
        region = _regions().get(la_code, "")
        layers = (
            (f"authorities: {la_code}", self.authorities.get(la_code, {})),
            (f"regions: {region}", self.regions.get(region, {})),
            ("default", self.default),
        )
        said: dict[str, object] = {}
        for where, layer in layers:
            for key, value in layer.items():
                if key != "set_by":
                    said.setdefault(key, value)
            if "close_after_working_days" in layer and "set_by" not in said:
                said |= {"set_by": layer["set_by"], "lines": f"{FILE}, {where}"}
        return Policy(**said)  # type: ignore[arg-type]  # each value was checked as it was read


def read_policies(reference: Path) -> Policies:
    """The policy file of a reference folder. Raises InvalidPolicyError."""
    path = reference / FILE
    if not path.exists():
        return Policies()
    problems: list[str] = []
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidPolicyError(
            f"{FILE} is not YAML{f': see line {mark.line + 1}' if mark else ''}"
        ) from None
    said = _plain(root, "", problems) if root else {}
    if not isinstance(said, dict):
        raise InvalidPolicyError(f"{FILE} has no parts; write {', '.join(PARTS)}, each with its lines")
    for part in sorted(said.keys() - set(PARTS)):
        problems.append(f"{part} is no part of it; {_meant(part, PARTS)}")
    made: dict[str, dict[str, dict[str, object]]] = {"regions": {}, "authorities": {}}
    bounds: list[OwnBound] = []
    for part, known in (("regions", sorted({*_regions().values()} - {""})), ("authorities", None)):
        named = said.get(part) or {}
        if not isinstance(named, dict):
            problems.append(f"{part} holds a name and its lines for each")
            continue
        for name, lines in named.items():
            if known is not None and name not in known:
                problems.append(f"{part}: {name} is not a region; {_meant(name, known)}")
            elif known is None and not re.fullmatch(r"\d{3}", name):
                problems.append(f"{part}: {name} is not a three-digit DfE code, as 372")
            own = lines.pop("bounds", None) if part == "authorities" and isinstance(lines, dict) else None
            made[part][name] = _checked(lines, f"{part}: {name}", problems)
            if own is not None:
                bounds += _bounds(name, own, str(made[part][name].get("set_by")), problems)
    default = _checked(said["default"], "default", problems) if "default" in said else {}
    if problems:
        raise InvalidPolicyError("\n".join(f"{FILE}: {problem}" for problem in problems))
    return Policies(default, made["regions"], made["authorities"], tuple(bounds))


def _regions() -> dict[str, str]:
    with AUTHORITIES.open(encoding="utf-8", newline="") as file:
        return {row["la_code"]: row["region_name"] for row in csv.DictReader(file)}


def _plain(node: yaml.Node, where: str, problems: list[str]) -> object:
    """What is written, every scalar as its text: 001 is a code and not a number."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, object] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                problems.append(f"{where}{name} is there twice (line {key.start_mark.line + 1})")
            found[name] = _plain(value, f"{where}{name}: ", problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, where, problems) for one in node.value]
    return str(node.value)


def _checked(lines: object, where: str, problems: list[str]) -> dict[str, object]:
    """The lines of one part as what they mean; what makes no sense goes among the problems."""
    if not isinstance(lines, dict):
        problems.append(f"{where} has no lines; it takes {', '.join(KEYS)}")
        return {}
    made: dict[str, object] = {}
    for key, value in lines.items():
        if key not in KEYS:
            problems.append(f"{where}: {key} is not known; {_meant(key, KEYS)}")
        elif key == "required_returns":
            made[key] = tuple(_returns(value, where, problems))
        elif key == "close_after_working_days":
            is_count = isinstance(value, str) and re.fullmatch(r"\d{1,3}", value)
            made[key] = int(value) if is_count else 0
            if not is_count or int(value) > MOST_WORKING_DAYS:
                problems.append(f"{where}: {key} is a whole number from 0 to {MOST_WORKING_DAYS}, as 15")
        elif key == "held_figures_may_stand":
            made[key] = WORDS.get(str(value).lower())
            if made[key] is None:
                problems.append(f"{where}: {key} is true or false")
        else:
            made[key] = str(value).strip() if isinstance(value, str) else ""
    if not made.get("set_by"):
        problems.append(f"{where}: nobody answers for these lines; add set_by with a person's name")
    return made


def _bounds(la_code: str, lines: object, set_by: str, problems: list[str]) -> Iterable[OwnBound]:
    """The bounds of one authority; what makes no sense goes among the problems."""
    where = f"authorities: {la_code}: bounds"
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        problems.append(f"{where} is a list, each with {', '.join(BOUND_KEYS)}")
        return
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, 1):
        at, before = f"{where}, number {number}", len(problems)
        for key in sorted(line.keys() - set(BOUND_KEYS)):
            problems.append(f"{at}: {key} is not known; {_meant(key, BOUND_KEYS)}")
        missing = [key for key in BOUND_KEYS if not str(line.get(key) or "").strip()]
        if missing:
            problems.append(f"{at} lacks {', '.join(missing)}")
            continue
        ground, name, bound, until, reason = (str(line[key]).strip() for key in BOUND_KEYS)
        if ground not in _grounds():
            problems.append(f"{at}: {ground} is not a ground; {_meant(ground, _grounds())}")
        if name not in submitted_formats():
            problems.append(f"{at}: {name} is not a return; {_meant(name, list(submitted_formats()))}")
        if not re.fullmatch(r"\d+(\.\d+)?", bound):
            problems.append(f"{at}: the bound is a number from 0; a share as 0.1")
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", until):
            problems.append(f"{at}: until is a month, as 2025-06")
        if (ground, name) in seen:
            problems.append(f"{at}: {ground} of {name} has a bound already")
        seen.add((ground, name))
        if len(problems) == before:
            yield OwnBound(la_code, ground, name, float(bound), until, reason, set_by)


def _grounds() -> list[str]:
    with GROUNDS.open(encoding="utf-8", newline="") as file:
        return [row["ground"] for row in csv.DictReader(file)]


def _returns(value: object, where: str, problems: list[str]) -> Iterable[str]:
    if not isinstance(value, list) or not value:
        problems.append(f"{where}: required_returns is a list of returns, as [contacts, persons]")
        return
    for name in value:
        if name in submitted_formats():
            yield str(name)
        else:
            said = name if isinstance(name, str) else "what stands there"
            problems.append(f"{where}: {said} is not a return; {_meant(said, list(submitted_formats()))}")


def _meant(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}"
