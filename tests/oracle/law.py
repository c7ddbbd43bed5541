"""The tables of the law that a computation needs: fields, codes and the outline of each indicator.

They are the columns of returns.csv, code_lists.csv and counting.csv, and of their continuations
(returns_more.csv, counting_more.csv), without the prose, kept here so that the second opinion owes nothing to
the files the product is built from. A test compares them with the originals.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Field:
    name: str
    spellings: frozenset[str]
    type: str
    is_required: bool
    is_key: bool
    code_list: str


@dataclass(frozen=True)
class Indicator:
    id: str
    area: str
    unit: str
    scale: int
    kind: str
    bases: tuple[str, ...]
    count_unit: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    zero_denominator_status: str
    lookback_days: int
    breakdowns: str

    def bases_at(self, month: int) -> tuple[str, ...]:
        """The bases of a month: quarters end with March, June, September and December."""
        has_quarters = "year_to_date" in self.bases and (self.kind == "flow" or self.id == "cla_net_change")
        return (*self.bases, "quarter") if has_quarters and month % 3 == 2 else self.bases

    @property
    def lead(self) -> str:
        return self.required[0]

    @property
    def has_denominator(self) -> bool:
        return self.unit in {"percent", "days", "ratio", "per_10k"}

    @property
    def is_rate(self) -> bool:
        """Over the population, whatever the unit: one share is of all children."""
        return self.zero_denominator_status == "no_population"

    @property
    def needs_history(self) -> bool:
        return self.kind == "flow" or self.id in {"cla_net_change", "wf_turnover_rate"}


def _table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _fields() -> dict[str, list[Field]]:
    returns: dict[str, list[Field]] = {}
    for row in _table("fields.csv"):
        spellings = [row["field_name"], *filter(None, row["aliases"].split("|"))]
        returns.setdefault(row["return_name"], []).append(
            Field(
                name=row["field_name"],
                spellings=frozenset(spelling.strip().lower() for spelling in spellings),
                type=row["type"],
                is_required=row["required"] == "yes",
                is_key=row["key"] == "yes",
                code_list=row["code_list"],
            )
        )
    return returns


def _codes() -> dict[str, dict[str, str]]:
    lists: dict[str, dict[str, str]] = {}
    for row in _table("codes.csv"):
        lists.setdefault(row["list"], {})[row["code"]] = row["label"]
    return lists


def _indicators() -> dict[str, Indicator]:
    return {
        row["indicator_id"]: Indicator(
            id=row["indicator_id"],
            area=row["area"],
            unit=row["unit"],
            scale=int(row["scale"]),
            kind=row["kind"],
            bases=tuple(row["bases"].split()),
            count_unit=row["count_unit"],
            required=tuple(row["returns_required"].split()),
            optional=tuple(row["returns_optional"].split()),
            zero_denominator_status=row["zero_denominator_status"],
            lookback_days=int(row["lookback_days"]),
            breakdowns=row["breakdowns"],
        )
        for row in _table("indicators.csv")
    }


FIELDS = _fields()
HISTORY = {row["return_name"]: row["history"] for row in _table("fields.csv")}
CODES = _codes()
INDICATORS = _indicators()

# A code or its label, any case, is read as the code. Codes are entered last and win over a like label.
SPELLINGS = {
    name: {label.lower(): code for code, label in codes.items()} | {code.lower(): code for code in codes}
    for name, codes in CODES.items()
}
