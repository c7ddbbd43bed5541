"""The files of a clone that a new indicator, return or quality rule is written in."""

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ingest.contracts.return_schema import FORMATS
from ingest.files import new_file
from ingest.paths import DBT_PROJECT

SLUG = re.compile(r"[a-z][a-z0-9_]{2,40}")


class ScaffoldError(Exception):
    """Nothing was written; the message says why and what to do."""


@dataclass(frozen=True)
class Project:
    """A clone: its dbt project, the contracts of its returns, and the planted faults of its rules."""

    dbt: Path = DBT_PROJECT
    contracts: Path = FORMATS
    planted: Path = DBT_PROJECT.parent / "tests" / "acceptance" / "rules.py"

    @property
    def models(self) -> Path:
        return self.dbt / "models"

    @property
    def catalogue(self) -> Path:
        return self.seed("indicator_catalogue")

    @property
    def rules(self) -> Path:
        return self.seed("quality_rules")

    @property
    def staging_described(self) -> Path:
        return self.models / "staging" / "returns" / "_returns__models.yml"

    @property
    def sources(self) -> Path:
        return self.models / "staging" / "returns" / "_returns__sources.yml"

    def seed(self, name: str) -> Path:
        return self.dbt / "seeds" / f"{name}.csv"

    def staging(self, return_name: str) -> Path:
        return self.models / "staging" / "returns" / f"stg_returns__{return_name}.sql"

    def judged(self, return_name: str) -> Path:
        """The model that judges each record of a return."""
        return self.models / "intermediate" / "quality" / f"int_quality__{return_name}.sql"

    def named(self, path: Path) -> str:
        """A file as a message names it: from the clone's own folder."""
        roots = (root for root in (self.dbt.parent, DBT_PROJECT.parent) if path.is_relative_to(root))
        return str(path.relative_to(next(roots, path.parent)))


HERE = Project()


def checked_slug(slug: str, taken: Collection[str], where: Path) -> None:
    """Raises ScaffoldError for what is no slug, or one that is taken."""
    if not SLUG.fullmatch(slug):
        raise ScaffoldError(f"{slug} is no slug: small letters, digits and _, as s47_ended")
    if slug in taken:
        raise ScaffoldError(f"{slug} is in {where.name} already; a slug is never used again")


def read_seed(path: Path) -> list[dict[str, str]]:
    """The lines of a seed, each by its headings."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_seed(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a seed whole, with the headings of its first line."""
    with new_file(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        written.writeheader()
        written.writerows(rows)
