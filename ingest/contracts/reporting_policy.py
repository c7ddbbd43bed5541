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

What an authority's own lines do not say its region's do, and then the default's. A council, or a region, that
has `line-of-sight.yml` says the same there (ingest/contracts/settings.py), and then not here.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ingest.contracts import settings
from ingest.contracts.authorities import regions
from ingest.contracts.plain_yaml import read_plain
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.suggest import meant
from ingest.paths import DBT_PROJECT

FILE = "reporting.yml"
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
    history_from: str | None = None  # the month from which its records are whole; only the settings say so
    closed_days: tuple[date, ...] = ()  # of the offices, beside weekends and bank holidays


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
        region = regions().get(la_code, "")
        layers = (
            (f"authorities: {la_code}", self.authorities.get(la_code, {})),
            (f"regions: {region}", self.regions.get(region, {})),
            ("default", self.default),
        )
        said: dict[str, object] = {}
        for where, layer in layers:
            for key, value in layer.items():
                if key not in ("set_by", "lines"):
                    said.setdefault(key, value)
            if "close_after_working_days" in layer and "set_by" not in said:
                said |= {"set_by": layer["set_by"], "lines": layer.get("lines", f"{FILE}, {where}")}
        return Policy(**said)  # type: ignore[arg-type]  # each value was checked as it was read


def read_policies(reference: Path) -> Policies:
    """What the policy file of a reference folder says, and the settings. Raises InvalidPolicyError.

    What both speak of is refused: nobody could tell which holds.
    """
    policies = _of_file(reference / FILE)
    try:
        own = settings.current()
    except settings.InvalidSettingsError as refused:
        raise InvalidPolicyError(str(refused)) from None
    lines = dict(settings.own_lines(own))
    if not lines:
        return policies
    name = own.authority or own.region
    part = "authorities" if own.authority else "regions" if own.region else "default"
    beside: Mapping[str, Any] = (
        policies.default if part == "default" else getattr(policies, part).get(name, {})
    )
    if twice := sorted((lines.keys() - {"set_by"}) & beside.keys()):
        raise InvalidPolicyError(
            f"{FILE} and {settings.FILE} both say {' and '.join(twice)} of {name or 'everybody'}; "
            "keep one of them"
        )
    layer = {**beside, **lines}
    if "close_after_working_days" in lines:
        layer["lines"] = f"{settings.FILE}, month_end"
    if own.authority:
        return replace(policies, authorities={**policies.authorities, own.authority: layer})
    if own.region:
        return replace(policies, regions={**policies.regions, own.region: layer})
    return replace(policies, default=layer)


def _of_file(path: Path) -> Policies:
    if not path.exists():
        return Policies()
    problems: list[str] = []
    try:
        said = read_plain(path, problems) or {}
    except ValueError as error:
        raise InvalidPolicyError(str(error)) from None
    if not isinstance(said, dict):
        raise InvalidPolicyError(f"{FILE} has no parts; write {', '.join(PARTS)}, each with its lines")
    for part in sorted(said.keys() - set(PARTS)):
        problems.append(f"{part} is no part of it; {meant(part, PARTS)}")
    made: dict[str, dict[str, dict[str, object]]] = {"regions": {}, "authorities": {}}
    bounds: list[OwnBound] = []
    for part, known in (("regions", sorted({*regions().values()} - {""})), ("authorities", None)):
        named = said.get(part) or {}
        if not isinstance(named, dict):
            problems.append(f"{part} holds a name and its lines for each")
            continue
        for name, lines in named.items():
            if known is not None and name not in known:
                problems.append(f"{part}: {name} is not a region; {meant(name, known)}")
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


def _checked(lines: object, where: str, problems: list[str]) -> dict[str, object]:
    """The lines of one part as what they mean; what makes no sense goes among the problems."""
    if not isinstance(lines, dict):
        problems.append(f"{where} has no lines; it takes {', '.join(KEYS)}")
        return {}
    made: dict[str, object] = {}
    for key, value in lines.items():
        if key not in KEYS:
            problems.append(f"{where}: {key} is not known; {meant(key, KEYS)}")
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
            problems.append(f"{at}: {key} is not known; {meant(key, BOUND_KEYS)}")
        missing = [key for key in BOUND_KEYS if not str(line.get(key) or "").strip()]
        if missing:
            problems.append(f"{at} lacks {', '.join(missing)}")
            continue
        ground, name, bound, until, reason = (str(line[key]).strip() for key in BOUND_KEYS)
        if ground not in _grounds():
            problems.append(f"{at}: {ground} is not a ground; {meant(ground, _grounds())}")
        if name not in submitted_formats():
            problems.append(f"{at}: {name} is not a return; {meant(name, list(submitted_formats()))}")
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
            problems.append(f"{where}: {said} is not a return; {meant(said, list(submitted_formats()))}")
