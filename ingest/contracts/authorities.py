"""A place by its name: an authority is its three-digit DfE code, and known by its name as well."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ingest.contracts.suggest import nearest
from ingest.paths import DBT_PROJECT

AUTHORITIES = DBT_PROJECT / "seeds" / "authorities.csv"
OWN = "authorities.csv"  # in the reference folder: names of invented authorities, which go before real ones
CODE = re.compile(r"\d{3}")
STANDING = re.compile(
    r"\b(the|london|royal|metropolitan|district|borough|county|city|unitary|council|mbc|cc|of|authority)\b"
)


class UnknownPlaceError(ValueError):
    """No authority is called so. The message says which was meant."""


@cache
def regions() -> Mapping[str, str]:
    """The name of its region by authority."""
    return {row["la_code"]: row["region_name"] for row in _rows(AUTHORITIES)}


def names_of(reference: Path | None = None) -> dict[str, str]:
    """The name by code of every authority that is, or was, or that a reference folder invents.

    One that is no more stands first, so that of two of one name the living one is meant.
    """
    real = sorted(_rows(AUTHORITIES), key=lambda row: row["to_date"] == "")
    named = {row["la_code"]: row["la_name"] for row in real}
    own = reference / OWN if reference else None
    if own and own.exists():
        named |= {row["la_code"]: row["la_name"] for row in _rows(own) if row.get("la_code")}
    return named


def code_of(said: str, names: Mapping[str, str]) -> str:
    """The code of an authority by its code or name. Raises UnknownPlaceError."""
    said = said.strip()
    if CODE.fullmatch(said):
        return said
    by_name = {_bare(name): code for code, name in names.items()}
    if code := by_name.get(_bare(said)):
        return code
    near = nearest(said, {name: name for name in names.values()})
    codes = {name: code for code, name in names.items()}
    shown = " or ".join(f"{name} ({codes[name]})" for name in near)
    move = f"did you mean {shown}?" if near else "give its three-digit DfE code, as 372"
    raise UnknownPlaceError(f"no authority is called {said}; {move}")


def _bare(name: str) -> str:
    """A name without what councils are called besides: London Borough of Camden is Camden."""
    words = STANDING.sub(" ", name.lower().replace("&", " and "))
    return " ".join(re.findall(r"[a-z]+", words)) or name.lower().strip()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
