"""What one council, or one region, has settled once: `line-of-sight.yml`, which every command reads.

    authority: Rotherham
    folders: {raw: raw, reference: reference, release: release}
    key_file: /etc/line-of-sight/key
    required_returns: [contacts, cin_episodes, cp_plans]

The file is found from the working folder upwards, or where LINE_OF_SIGHT_SETTINGS says. Its paths are
relative to it. It holds no secret: a key that ends in `_variable` names the environment variable that does.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from ingest.contracts.authorities import UnknownPlaceError, code_of, names_of, regions
from ingest.contracts.plain_yaml import read_plain
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.suggest import meant
from ingest.paths import KEPT_MONTHS, WarehousePaths

FILE = "line-of-sight.yml"
VARIABLE = "LINE_OF_SIGHT_SETTINGS"  # names the file
MOST_WORKING_DAYS = 250  # a year
MOST_MONTHS_COMPARED = 240
JUDGED_MONTHS = 12  # the newest of a chart, which fct_indicator_spc sets against those before
SIGNAL_MONTHS, SIGNAL_POINTS = 36, 12  # what stands without a setting
FEWEST_SIGNAL_POINTS = 8  # the fewest measured: under 2% of stable series are called a change in a year

Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
DayOfMonth = Annotated[int, Field(ge=1, le=28)]


class InvalidSettingsError(ValueError):
    """The settings cannot be followed. The message says what is wrong with them, a sentence a line."""


class Section(BaseModel):
    """A part of the file: every key is declared here with a sentence, and no other is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Folders(Section):
    raw: Path = Field(Path("raw"), description="The returns as received, a folder a month and authority.")
    reference: Path = Field(Path("reference"), description="Populations, targets, DfE statistics.")
    release: Path = Field(Path("release"), description="What readers open: `release/current`.")
    restricted: Path | None = Field(
        None, description="Children's records, closed to other users. Without it, beside the releases."
    )


class MonthEnd(Section):
    set_by: str | None = Field(None, description="Who answers for these lines: a person's name.")
    close_after_working_days: int | None = Field(
        None,
        ge=0,
        le=MOST_WORKING_DAYS,
        description="Working days after its end on which a month is closed. Without it only a person closes.",
    )
    held_figures_may_stand: bool = Field(
        False, description="Whether a month with held figures is closed by policy."
    )
    closed_days: tuple[date, ...] = Field(
        (),
        description=(
            "Days on which your offices are closed beside weekends and England's bank holidays. They put a "
            "closing off; they change no figure."
        ),
    )

    @model_validator(mode="after")
    def _is_answered_for(self) -> "MonthEnd":
        if self.close_after_working_days is not None and not (self.set_by or "").strip():
            raise sentence("nobody answers for these lines; add set_by with a person's name")
        return self


class MonthlyRefresh(Section):
    enabled: bool = Field(False, description="Refresh each month with the month before.")
    day: DayOfMonth = Field(5, description="The day of the month, 1 to 28.")
    at: Hour = Field("06:00", description="The hour, by the clock of London.")


class Arrivals(Section):
    enabled: bool = Field(False, description="Refresh when new files lie still in the raw folder.")
    every_minutes: int = Field(5, ge=1, le=1440, description="How often the folder is looked at.")
    quiet_minutes: float = Field(10, ge=0, description="How long no file may have been touched.")
    when_complete: bool = Field(
        False, description="Wait, besides, until every return of `required_returns` lies there."
    )


class MonthEndSchedule(Section):
    enabled: bool = Field(False, description="Close the months that `month_end` says are due.")
    at: Hour = Field("06:30", description="The hour at which it looks, each day.")


class AfterRelease(Section):
    enabled: bool = Field(False, description="Do it after each release, once.")


class PurgeSchedule(Section):
    enabled: bool = Field(False, description="Take away raw files older than `retention`, each month.")
    day: DayOfMonth = Field(1, description="The day of the month, 1 to 28.")
    at: Hour = Field("20:00", description="The hour.")


class Schedules(Section):
    refresh: MonthlyRefresh = Field(MonthlyRefresh(), description="The refresh by the calendar.")
    arrivals: Arrivals = Field(Arrivals(), description="The refresh when returns arrive.")
    close: MonthEndSchedule = Field(MonthEndSchedule(), description="Closings by policy.")
    reports: AfterRelease = Field(AfterRelease(), description="The performance reports.")
    work_lists: AfterRelease = Field(AfterRelease(), description="The work lists of each authority.")
    postgres: AfterRelease = Field(AfterRelease(), description="The copy to PostgreSQL.")
    purge: PurgeSchedule = Field(PurgeSchedule(), description="The purge of old raw files.")


class Reports(Section):
    editions: tuple[Literal["restricted", "public"], ...] = Field(
        ("restricted",),
        min_length=1,
        description="Exact figures for the authority itself (restricted), what may be public, or both.",
    )
    formats: tuple[Literal["html", "pdf", "xlsx", "docx", "pptx"], ...] = Field(
        ("html", "pdf", "xlsx"),
        min_length=1,
        description="Which files are written, of html, pdf, xlsx, docx and pptx.",
    )
    kinds: tuple[str, ...] = Field(
        ("committee", "management"),
        min_length=1,
        description=(
            "Which reports are written after a release: committee, improvement, slides, management, "
            "quarterly, or one of your `reports.yml`."
        ),
    )
    large_print: bool = Field(False, description="Large print in the page and the PDF.")


class Comparisons(Section):
    """How far comparisons and signals look, by the names that dbt_project.yml has for them."""

    comparison_months: int | None = Field(
        None, ge=1, le=MOST_MONTHS_COMPARED, description="Newest months that are compared. Without it, 6."
    )
    history_months: int | None = Field(
        None,
        ge=1,
        le=MOST_MONTHS_COMPARED,
        description="Months in which the lowest, the highest and runs are looked for. Without it, 60.",
    )
    signal_months: int | None = Field(
        None,
        ge=1,
        le=MOST_MONTHS_COMPARED,
        description="Months in which signals are looked for: the last 12, by those before. Without it, 36.",
    )
    signal_points: int | None = Field(
        None,
        ge=FEWEST_SIGNAL_POINTS,
        le=MOST_MONTHS_COMPARED,
        description="The fewest months before the last 12 by which these are judged. Without it, 12.",
    )

    @model_validator(mode="after")
    def _can_be_met(self) -> "Comparisons":
        needed = (self.signal_points or SIGNAL_POINTS) + JUDGED_MONTHS
        if needed > (self.signal_months or SIGNAL_MONTHS):
            raise sentence(
                f"signal_months must be at least {needed}: the {JUDGED_MONTHS} that are judged, "
                "and signal_points before them"
            )
        return self


class WorkLists(Section):
    own_numbers: bool | None = Field(
        None,
        description=(
            "Whether lists for teams show the council's own numbers of children and workers: true shows "
            "them, false refuses them even where `--own-ids` asks. Without it, pseudonyms unless asked."
        ),
    )


class Retention(Section):
    raw_months: int = Field(KEPT_MONTHS, ge=1, description="How many months of raw files a purge keeps.")


class Postgres(Section):
    address: str | None = Field(
        None,
        description=(
            "The database as `postgresql://HOST/DATABASE`, without a password: that is in `~/.pgpass` or "
            "PGPASSWORD."
        ),
    )
    database_schema: str = Field("line_of_sight", alias="schema", description="Where readers find the marts.")
    reader: str = Field("line_of_sight_reader", description="The role that may read them.")
    editions: tuple[Literal["restricted", "public"], ...] = Field(
        ("restricted",),
        min_length=1,
        description=(
            "What is copied after a release: the exact marts (restricted), the protected figures (public), "
            "in a schema and for a role that end in `_public`, or both."
        ),
    )

    @field_validator("address")
    @classmethod
    def _has_no_password(cls, said: str | None) -> str | None:
        if said and urlsplit(said).password:
            raise sentence("it holds a password; keep that in ~/.pgpass or in PGPASSWORD")
        return said


class Page(Section):
    port: int = Field(3000, ge=1, le=65535, description="The port of the Dagster page.")
    host: str = Field("127.0.0.1", description="The address it listens on; see Operate for any other.")
    names: tuple[str, ...] = Field((), description="Host names that its proxy serves it under.")
    certificate: Path | None = Field(None, description="The TLS certificate, a PEM file.")
    certificate_key: Path | None = Field(None, description="Its key, a PEM file.")
    login_header: str | None = Field(None, description="The header in which the proxy says who signed in.")
    proxy_secret: Path | None = Field(None, description="The file of what only the proxy sends.")


Event = Literal["failed", "held", "missing", "stale", "closing_due", "quiet"]


class Recipient(Section):
    name: str = Field(description="What the recipient is called, in `status`; each has its own.")
    by: Literal["email", "teams", "slack", "webhook", "file"] = Field(
        description="email, teams, slack, webhook or file."
    )
    to: str | None = Field(None, description="The address, for email.")
    url_variable: str | None = Field(
        None, description="The environment variable that holds the webhook's address: that is a secret."
    )
    path: Path | None = Field(None, description="The file, a line of JSON each alert.")
    events: tuple[Event, ...] = Field(
        (), description="failed, held, missing, stale, closing_due or quiet. Without it, all of them."
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> "Recipient":
        needs = {"email": "to", "file": "path"}.get(self.by, "url_variable")
        if not getattr(self, needs):
            raise sentence(f"{self.name} is told by {self.by} and has no {needs}; add it")
        if self.by == "email" and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", self.to or ""):
            raise sentence(f"{self.name}: {self.to} is not one address, as a.name@council.gov.uk")
        if self.url_variable and not re.fullmatch(r"[A-Z][A-Z0-9_]*", self.url_variable):
            raise sentence(
                f"{self.name}: url_variable names an environment variable, as LINE_OF_SIGHT_TEAMS; "
                "the address itself is in no file"
            )
        return self


class Mail(Section):
    server: str | None = Field(None, description="The mail server.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How it is spoken to; `none` only on this machine."
    )
    sender: str | None = Field(None, description="Who it is from.")
    user: str | None = Field(None, description="Who signs in; nobody where there is none.")
    password_variable: str | None = Field(
        None, description="The environment variable that holds the password."
    )
    authority_file: Path | None = Field(
        None, description="The certificates to trust, a PEM file, where the machine's own do not do."
    )


class Alerts(Section):
    recipients: tuple[Recipient, ...] = Field((), description="Who is told of what.")
    mail: Mail = Field(Mail(), description="The server for email.")
    every_minutes: int = Field(5, ge=1, le=1440, description="How often is looked for something to tell.")

    @model_validator(mode="after")
    def _can_be_sent(self) -> "Alerts":
        names = [one.name for one in self.recipients]
        if len(set(names)) < len(names):
            raise sentence("recipients: two have one name; give each its own")
        if any(one.by == "email" for one in self.recipients) and not (self.mail.server and self.mail.sender):
            raise sentence("someone is told by email and there is no server; add mail: server and sender")
        return self


class Settings(Section):
    """The whole file."""

    authority: str | None = Field(
        None, description="Whose council this is: its name, or its three-digit DfE code."
    )
    region: str | None = Field(
        None, description="In place of `authority`: the region whose councils share this warehouse."
    )
    folders: Folders = Field(Folders(), description="Where things lie.")
    key_file: Path | None = Field(
        None, description="The file of the key for pseudonyms. Without it, `~/.config/line-of-sight/key`."
    )
    required_returns: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description=(
            "The returns that are sent each month: one that does not come is missing, and the month waits "
            "for it. Without it, those that came for the month before."
        ),
    )
    history_from: Month | None = Field(
        None,
        description=(
            "The month from which your records are whole. The months from it to the first folder are worked "
            "out from what later returns hold of them; a return that covers less says so in "
            "`extract_coverage`."
        ),
    )
    month_end: MonthEnd = Field(MonthEnd(), description="When a month is closed.")
    schedules: Schedules = Field(Schedules(), description="What runs by itself.")
    reports: Reports = Field(Reports(), description="What is written for readers.")
    comparisons: Comparisons = Field(Comparisons(), description="How far comparisons and signals look.")
    work_lists: WorkLists = Field(WorkLists(), description="The lists of children for teams.")
    retention: Retention = Field(Retention(), description="How long things are kept.")
    postgres: Postgres = Field(Postgres(), description="A server that BI tools read.")
    page: Page = Field(Page(), description="How `line-of-sight ui` is served.")
    alerts: Alerts = Field(Alerts(), description="Who is told of what, and how.")

    @field_validator("required_returns")
    @classmethod
    def _are_returns(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        known = list(submitted_formats())
        wrong = [f"{name} is not a return; {meant(name, known)}" for name in names or () if name not in known]
        if wrong:
            raise sentence("; ".join(wrong))
        return names

    @field_validator("region")
    @classmethod
    def _is_a_region(cls, said: str | None) -> str | None:
        known = sorted({*regions().values()} - {""})
        if said is not None and said not in known:
            raise sentence(f"{said} is not a region; {meant(said, known)}")
        return said

    @model_validator(mode="after")
    def _is_of_one_council(self) -> "Settings":
        if self.authority and self.region:
            raise sentence(
                "it has an authority and a region; "
                "one file is one council's or one region's: keep one of them"
            )
        if self.schedules.postgres.enabled and not self.postgres.address:
            raise sentence("schedules: postgres is enabled and there is no address; add postgres: address")
        if self.schedules.close.enabled and self.month_end.close_after_working_days is None:
            raise sentence(
                "schedules: close is enabled and nothing says when; add month_end: close_after_working_days"
            )
        return self

    @property
    def places(self) -> WarehousePaths:
        """The folders that it names."""
        return WarehousePaths.of(
            self.folders.raw, self.folders.reference, self.folders.release, self.folders.restricted
        )


PATHS = (
    ("folders", "raw"), ("folders", "reference"), ("folders", "release"), ("folders", "restricted"),
    ("key_file",), ("alerts", "mail", "authority_file"),
    ("page", "certificate"), ("page", "certificate_key"), ("page", "proxy_secret"),
)  # fmt: skip


def find_settings(start: Path | None = None) -> Path | None:
    """The file that LINE_OF_SIGHT_SETTINGS names, else the nearest from the working folder upwards.

    Raises InvalidSettingsError where it is named and not there.
    """
    if named := os.environ.get(VARIABLE):
        path = Path(named).expanduser().absolute()
        if not path.is_file():
            raise InvalidSettingsError(
                f"there are no settings at {path}; make them with `line-of-sight init`, "
                f"or take {VARIABLE} away"
            )
        return path
    here = (start or Path.cwd()).absolute()
    return next((one / FILE for one in (here, *here.parents) if (one / FILE).is_file()), None)


def current() -> Settings:
    """The settings that hold here; those of nobody where there is no file. Raises InvalidSettingsError."""
    path = find_settings()
    if path is None:
        return Settings()
    about = path.stat()
    return _read_once(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=4)
def _read_once(path: Path, _mtime_ns: int, _size: int) -> Settings:
    return read_settings(path, path.name)


def read_settings(path: Path, name: str = FILE) -> Settings:
    """The settings of a file, its paths made absolute.

    Raises InvalidSettingsError, which calls it by `name`.
    """
    problems: list[str] = []
    try:
        said = read_plain(path, problems)
    except (ValueError, OSError) as error:
        raise InvalidSettingsError(str(error)) from None
    if not isinstance(said, dict):
        raise InvalidSettingsError(f"{name} has no keys; `line-of-sight init` writes one that has")
    said = without_blanks(said, Settings)
    for where in PATHS:
        _make_absolute(said, where, path.parent)
    alerts = said.get("alerts")
    for one in (alerts.get("recipients") if isinstance(alerts, dict) else None) or []:
        if isinstance(one, dict):
            _make_absolute(one, ("path",), path.parent)
    try:
        settings = Settings.model_validate(said)
    except ValidationError as error:
        problems += [error_words(one) for one in error.errors()]
    else:
        problems += _of_folders(settings.places)
        if settings.authority:
            try:
                code = code_of(settings.authority, names_of(settings.folders.reference))
                settings = settings.model_copy(update={"authority": code})
            except UnknownPlaceError as unknown:
                problems.append(f"authority: {unknown}")
    if problems:
        raise InvalidSettingsError("\n".join(f"{name}: {problem}" for problem in problems))
    return settings


def own_lines(settings: Settings) -> Mapping[str, object]:
    """What a month waits for and when it is closed, as lines of a policy; nothing where it says neither."""
    lines: dict[str, object] = {}
    if settings.required_returns is not None:
        lines["required_returns"] = settings.required_returns
    if settings.history_from is not None:
        lines["history_from"] = settings.history_from
    for key in ("set_by", "close_after_working_days", "held_figures_may_stand", "closed_days"):
        value = getattr(settings.month_end, key)
        if key in settings.month_end.model_fields_set and value is not None:
            lines[key] = value
    return lines


def all_keys(root: type[Section] = Settings) -> Iterator[tuple[str, Any]]:
    """Every key that can be set in a file of `root`, as `folders: raw`, with its declaration."""
    yield from _keys_of(root, ())


def _keys_of(section: type[Section], above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, declared in section.model_fields.items():
        path = (*above, declared.alias or name)
        inner = declared.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            yield from _keys_of(inner, path)
            continue
        yield ": ".join(path), declared
        if each := section_of_each(declared):
            yield from _keys_of(each, path)


def section_of_each(declared: Any) -> type[Section] | None:
    """What each entry of a list holds, where that is keys of its own."""
    each = get_args(declared.annotation)[:1]
    return each[0] if each and isinstance(each[0], type) and issubclass(each[0], Section) else None


def without_blanks(said: dict[str, Any], section: Any) -> dict[str, Any]:
    """A key with nothing after it is as one that is not there; one that is not known stays, to be told."""
    fields = section.model_fields if isinstance(section, type) and issubclass(section, Section) else {}
    known = {declared.alias or name: declared.annotation for name, declared in fields.items()}
    made = {}
    for key, value in said.items():
        if isinstance(value, dict):
            value = without_blanks(value, known.get(key))
        elif isinstance(value, list) and key in fields and (each := section_of_each(fields[key])):
            value = [without_blanks(one, each) if isinstance(one, dict) else one for one in value]
        if key not in known or value not in ("", {}):
            made[key] = value
    return made


def _make_absolute(said: dict[str, Any], where: tuple[str, ...], beside: Path) -> None:
    *sections, key = where
    holder: Any = said
    for section in sections:
        holder = holder.get(section)
        if not isinstance(holder, dict):
            if holder is not None or section != "folders":
                return
            holder = said.setdefault(section, {})
    standard = Folders.model_fields[key].default if sections == ["folders"] else None
    text = holder.get(key, standard)
    if isinstance(text, str | Path):
        holder[key] = str(beside / Path(text).expanduser())


def _of_folders(places: WarehousePaths) -> Iterator[str]:
    """What is wrong with the folders together."""
    named = {"raw": places.raw, "reference": places.reference, "release": places.release,
             "restricted": places.restricted}  # fmt: skip
    for name, place in named.items():
        for other, elsewhere in named.items():
            if name < other and place == elsewhere:
                yield f"folders: {name} and {other} are one folder, {place}; give each its own"
            elif name != other and place != elsewhere and place.is_relative_to(elsewhere):
                yield f"folders: {name} lies within {other}; give each its own, one beside the other"


def sentence(words: str) -> PydanticCustomError:
    """What a validator raises, to be told in just these words."""
    return PydanticCustomError("sentence", "{words}", {"words": words})


def error_words(error: ErrorDetails, root: type[Section] = Settings) -> str:
    """What is wrong with one key of a file of `root`, in a sentence that says what may stand there."""
    where = [str(part) for part in error["loc"]]
    place, key = ": ".join(where), where[-1] if where else ""
    if error["type"] == "extra_forbidden":
        if re.fullmatch(r"\d{3}", key):
            return (
                f"{place}: a council's lines within the settings; "
                "one file is one council's: give each its own"
            )
        known = _keys_beside(where[:-1], root)
        above = f"{': '.join(where[:-1])}: " if where[:-1] else ""
        return f"{above}{key} is not known; {meant(key, known)}"
    if error["type"] == "sentence":
        return f"{place}: {error['msg']}" if place else error["msg"]
    if error["type"] in ("model_type", "model_attributes_type"):
        return f"{place} holds keys of its own: {', '.join(_keys_beside(where, root))}"
    if error["type"] == "string_pattern_mismatch" and key == "history_from":
        return f"{place} is a month, as 2023-04"
    if error["type"] == "string_pattern_mismatch":
        return f"{place} is an hour, as 06:30"
    if error["type"] == "string_type" and key == "authority":
        return "authority is one council; one file is one council's, and councils together have region"
    return f"{place}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _keys_beside(above: list[str], root: type[Section]) -> list[str]:
    section: Any = root
    for part in above:
        if not part.isdigit():
            declared = section.model_fields[part]
            section = section_of_each(declared) or declared.annotation
    return [declared.alias or name for name, declared in section.model_fields.items()]
