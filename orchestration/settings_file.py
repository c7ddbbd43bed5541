"""Write line-of-sight.yml: what was answered as keys, every other key beside them as it stands without."""

import csv
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import PydanticUndefined

from ingest.contracts.settings import Section, Settings, read_settings, section_of_each
from ingest.discovery import raw_folder
from ingest.discovery.returns import sort_files
from ingest.files import new_file

COVERAGE = "extract_coverage"
YEARS_PROPOSED = 2  # enough for a year beside the year before
DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-\d\d")
HEAD = """\
# What this council has settled about Line of Sight. Every command reads it, and so does the Dagster page.
# A line that begins with #: is a key as it stands without one; take the #: away and change it.
# Paths are relative to this file. It holds no secret. The handbook has a page of it: docs/settings.md
"""


def history_from(raw: Path) -> str | None:
    """The month from which the newest extract says that its records go back, two years before it at most.

    Nothing where it says nothing: how far its rows reach is no promise that they are all there.
    """
    if not raw.is_dir():
        return None
    found = sort_files(raw_folder.look(raw), {})
    days = [day for file in found.files if file.return_name == COVERAGE for day in _covered(file.path)]
    if not days:
        return None
    year, month = map(int, found.months[-1].split("-"))
    earliest = f"{year - YEARS_PROPOSED}-{month:02d}"
    # a return that is covered from a day within a month bears the one after it: its own line says so
    proposed = max(min(days)[:7], earliest)
    return proposed if proposed < found.months[0] else None


def _covered(path: Path) -> Iterator[str]:
    """The days from which returns are covered, of a file that says so."""
    with suppress(OSError, UnicodeDecodeError, csv.Error), path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            day = (row.get("history_from") or "").strip()
            if DAY.fullmatch(day):
                yield day


def look_at_raw(raw: Path) -> tuple[list[str], list[str]]:
    """The authorities that have folders in raw, and the returns that came in the newest two months."""
    if not raw.is_dir():
        return [], []
    found = sort_files(raw_folder.look(raw), {})
    newest = found.months[-2:]
    return (
        sorted({la_code for _, la_code in found.folders}),
        sorted({file.return_name for file in found.files if file.reporting_month in newest}),
    )


def write_settings(path: Path, answers: Mapping[str, Any], over: bool) -> Settings:
    """Write what was answered, once it can be read back. Raises InvalidSettingsError or FileExistsError."""
    with new_file(path, mode=0o640, over=over) as aside:
        aside.write_text(as_text(answers), encoding="utf-8")
        return read_settings(aside, path.name)


def as_text(answers: Mapping[str, Any]) -> str:
    """The file. Answers go by key, those of a section as a mapping."""
    return HEAD + "\n" + "\n".join(_lines(Settings, answers, "")) + "\n"


def _lines(section: type[Section], answers: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, declared in section.model_fields.items():
        key, inner = declared.alias or name, declared.annotation
        about = textwrap.wrap(declared.description or "", 100, break_on_hyphens=False)
        yield from (f"{indent}# {line}" for line in about)
        if isinstance(inner, type) and issubclass(inner, Section):
            yield f"{indent}{key}:" if answers.get(key) else f"#:{indent}{key}:"
            yield from _lines(inner, answers.get(key) or {}, indent + "  ")
        elif answers.get(key) is not None:
            yield f"{indent}{key}: {_plain(answers[key])}"
        else:
            yield f"#:{indent}{key}: {standing(declared)}".rstrip()
            if each := section_of_each(declared):
                yield from (f"{indent}#   {k}: {one.description}" for k, one in each.model_fields.items())
        if not indent:
            yield ""


def standing(declared: Any) -> str:
    """What a key is where nobody set it, as it would be written; nothing where it is none."""
    default = declared.default
    if default is None or default is PydanticUndefined:
        return ""
    return _plain(default)


def _plain(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = [str(one) for one in value]
    elif isinstance(value, Path):
        value = str(value)
    said: str = yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True)
    return said.removesuffix("\n").removesuffix("\n...")
