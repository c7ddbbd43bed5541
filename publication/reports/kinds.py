"""Which reports there are: for whom, which indicators in which order and section, and how they are laid out.

Those that are there without a file stand in kinds.yml. A council's own `reports.yml`, beside its settings,
replaces one of them by its name or adds another.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from ingest.contracts.plain_yaml import read_plain
from ingest.contracts.settings import (
    InvalidSettingsError,
    Section,
    error_words,
    find_settings,
    sentence,
    without_blanks,
)
from ingest.contracts.suggest import meant, nearest
from ingest.paths import DBT_PROJECT

FILE = "reports.yml"
SHIPPED = Path(__file__).with_name("kinds.yml")
CATALOGUE = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"
STANDARD = "committee"
NAME = re.compile(r"[a-z][a-z0-9_]*")  # of folders and files too
MOST_HEADLINES = 6  # so that they and the scorecard stand on one page
Column = Literal[
    "figure", "months", "last_year", "target", "milestone", "course", "england", "region", "neighbours",
    "direction",
]  # fmt: skip
Layout = Literal["brief", "full", "slides"]


@dataclass(frozen=True)
class Known:
    """An indicator of the catalogue: its title and area, and the bases that it is counted on."""

    title: str
    area: str
    bases: tuple[str, ...]
    headline_basis: str


@cache
def catalogue() -> Mapping[str, Known]:
    """Every indicator by its id, in the order of the catalogue."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {
            row["indicator_id"]: Known(
                row["title"], row["area"], tuple(row["bases"].split()), row["headline_basis"]
            )
            for row in csv.DictReader(file)
        }


class Asked(Section):
    """One indicator of a section; its id alone says the same as `{indicator: id}`."""

    indicator: str = Field(description="The indicator's id, as the catalogue has it.")
    period_basis: str | None = Field(
        None,
        description=(
            "The basis of its figure: month, quarter, year_to_date, rolling_12_months or point_in_time, of "
            "those that it is counted on. Without it, the one that is reported first."
        ),
    )

    @property
    def figure(self) -> tuple[str, str]:
        """The indicator and the basis."""
        return self.indicator, self.period_basis or catalogue()[self.indicator].headline_basis

    @model_validator(mode="after")
    def _is_counted(self) -> "Asked":
        known = catalogue().get(self.indicator)
        if known is None:
            near = nearest(self.indicator, {name: one.title for name, one in catalogue().items()}, 1)
            raise sentence(
                f"{self.indicator} is no indicator; "
                + (f"did you mean {near[0]}?" if near else "the handbook has a page of each")
            )
        if self.period_basis and self.period_basis not in known.bases:
            raise sentence(
                f"{self.indicator} is not counted on {self.period_basis}; it takes {', '.join(known.bases)}"
            )
        return self


class ReportSection(Section):
    """A section of a report: the indicators named, or all of an area."""

    title: str = Field("", description="What the section is called. Without it, the name of its area.")
    area: str | None = Field(None, description="In place of `indicators`: all of an area of the catalogue.")
    indicators: tuple[Asked, ...] = Field(
        (), description="The indicators in the order in which they are told, each by its id."
    )

    @field_validator("indicators", mode="before")
    @classmethod
    def _ids_alone(cls, said: Any) -> Any:
        if isinstance(said, str):
            raise sentence("it holds a list, as [cp_open, cla_open]")
        return [{"indicator": one} if isinstance(one, str) else one for one in said]

    @model_validator(mode="after")
    def _holds_something(self) -> "ReportSection":
        if self.area is not None:
            areas = list(dict.fromkeys(one.area for one in catalogue().values()))
            if self.area not in areas:
                raise sentence(f"{self.area} is no area; {meant(self.area, areas)}")
            if self.indicators:
                raise sentence("it has an area and indicators; keep one of them")
        elif not self.indicators:
            named = f"the section {self.title}" if self.title else "a section"
            raise sentence(f"{named} has nothing in it; give it indicators or an area, or take it away")
        elif not self.title:
            raise sentence("a section has indicators and no title; add one")
        return self

    @property
    def heading(self) -> str:
        return self.title or self.area or ""

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The indicator and basis of each figure, in order."""
        if self.area is None:
            return [one.figure for one in self.indicators]
        known = catalogue().items()
        return [(name, one.headline_basis) for name, one in known if one.area == self.area]


class Cover(Section):
    """What stands at the head of the report beside its title."""

    signed_off_by: str = Field("", description="Who has signed it off: a post or a name.")
    contact: str = Field("", description="Whom to ask.")
    next_publication: str = Field("", description="When the next one comes.")
    other_formats: str = Field("", description="Where large print, braille or another language is had.")
    recommendations: tuple[str, ...] = Field((), description="What the readers are asked to do.")


class ReportKind(Section):
    """One report: what is in it, for whom."""

    title: str = Field(description="What the report is called, before the authority and the month.")
    readers: str = Field("", description="For whom it is, in a sentence.")
    layout: Layout = Field(
        "brief",
        description=(
            "brief: headlines and a scorecard. full: with a chart, the months and every comparison of each "
            "indicator. slides: a theme a slide, in sentences."
        ),
    )
    headlines_from: Literal["report", "all"] = Field(
        "report",
        description="What headlines may be of: the indicators of the report, or all that are counted.",
    )
    most_headlines: int = Field(
        MOST_HEADLINES, ge=0, le=MOST_HEADLINES, description="How many headlines at most."
    )
    is_quarterly: bool = Field(False, description="Only of a quarter's last month.")
    columns: tuple[Column, ...] = Field(
        ("figure", "months", "target", "england", "neighbours", "direction"),
        min_length=1,
        description=f"The columns of the scorecard, of {', '.join(get_args(Column))}.",
    )
    cover: Cover = Field(Cover(), description="What stands at its head beside its title.")
    sections: tuple[ReportSection, ...] = Field((), description="Its sections in order.")

    @model_validator(mode="after")
    def _tells_something_and_nothing_twice(self) -> "ReportKind":
        if not self.sections:
            raise sentence("it has no sections; give it one")
        told = [figure for one in self.sections for figure in one.figures]
        twice = [name for number, (name, basis) in enumerate(told) if (name, basis) in told[:number]]
        if twice:
            raise sentence(f"{twice[0]} is there twice on one basis; tell it once")
        return self


def kinds(folder: Path | None = None) -> dict[str, ReportKind]:
    """Every report by its name: those that are there without a file, and those of `folder`/reports.yml.

    Without a folder, that of the settings. Raises InvalidSettingsError with a sentence a line.
    """
    if folder is None:
        settings = find_settings()
        folder = settings.parent if settings else None
    own = folder / FILE if folder else None
    return _read(SHIPPED) | (_read(own) if own and own.is_file() else {})


def kind_of(name: str, folder: Path | None = None) -> ReportKind:
    """The report of that name. Raises InvalidSettingsError."""
    found = kinds(folder)
    if name not in found:
        raise InvalidSettingsError(f"there is no report called {name}; {meant(name, list(found))}")
    return found[name]


def _read(path: Path) -> dict[str, ReportKind]:
    problems: list[str] = []
    try:
        said = read_plain(path, problems)
    except (ValueError, OSError) as error:
        raise InvalidSettingsError(str(error)) from None
    if not isinstance(said, dict):
        raise InvalidSettingsError(f"{FILE} names no report; see the handbook's page on reports")
    found = {}
    for name, declared in said.items():
        try:
            found[name] = ReportKind.model_validate(_plain_keys(name, declared))
        except ValidationError as error:
            problems += [f"{name}: {error_words(_from_one(one), ReportKind)}" for one in error.errors()]
    problems += [
        f"{name}: a report is called by small letters, digits and _, as scrutiny_panel"
        for name in found
        if not NAME.fullmatch(name)
    ]
    if problems:
        raise InvalidSettingsError("\n".join(f"{FILE}: {problem}" for problem in problems))
    return found


def _from_one(error: ErrorDetails) -> ErrorDetails:
    """People count sections from 1."""
    error["loc"] = tuple(part + 1 if isinstance(part, int) else part for part in error["loc"])
    return error


def _plain_keys(name: str, declared: object) -> dict[str, Any]:
    if not isinstance(declared, dict):
        raise InvalidSettingsError(
            f"{FILE}: {name} holds keys of its own: {', '.join(ReportKind.model_fields)}"
        )
    return without_blanks(declared, ReportKind)
