"""What was submitted, and which snapshot answers: section 5 of returns.md."""

import re
from datetime import date
from pathlib import Path

from .calendar import last_day, month_number, year_of_31_march_on_or_after
from .reader import Row, read_file

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_LA_CODE = re.compile(r"[0-9]{3}")


class Archive:
    """The raw tree. A file is read once, and only when a figure asks for it."""

    def __init__(self, raw: Path) -> None:
        self._folders: dict[tuple[str, int], Path] = {}
        for month in sorted(raw.iterdir()) if raw.is_dir() else []:
            if not (month.is_dir() and _MONTH.fullmatch(month.name)):
                continue
            for folder in month.iterdir():
                if folder.is_dir() and _LA_CODE.fullmatch(folder.name):
                    self._folders[folder.name, month_number(month.name)] = folder
        self._read: dict[tuple[str, int, str], list[Row] | None] = {}

    def first_months(self, view: int) -> dict[str, int]:
        """Each authority known at the view, with the first month that it owes."""
        first: dict[str, int] = {}
        for la_code, month in sorted(self._folders):
            if month <= view:
                first.setdefault(la_code, month)
        return first

    def rows(self, la_code: str, month: int, return_name: str) -> list[Row] | None:
        at = (la_code, month, return_name)
        if at not in self._read:
            folder = self._folders.get((la_code, month))
            self._read[at] = self._read_file(folder, month, return_name)
        return self._read[at]

    def _read_file(self, folder: Path | None, month: int, return_name: str) -> list[Row] | None:
        if folder is None:
            return None
        return read_file(folder / f"{return_name}.csv", return_name, date.fromordinal(last_day(month)))

    def source(self, la_code: str, return_name: str, view: int) -> int | None:
        """The newest month, no later than the view, that has an accepted file."""
        months = [month for la, month in self._folders if la == la_code and month <= view]
        for month in sorted(months, reverse=True):
            if self.rows(la_code, month, return_name) is not None:
                return month
        return None


def _month_named(text: str | None) -> int | None:
    """The month of a text that is one, or of a date; another text names none."""
    if text is None:
        return None
    if found := re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])(?:-[0-9]{2})?", text):
        return month_number(f"{found[1]}-{found[2]}")
    if found := re.fullmatch(r"[0-9]{2}/(0[1-9]|1[0-2])/([0-9]{4})", text):
        return month_number(f"{found[2]}-{found[1]}")
    return None


class Reference:
    """Population and targets, kept by the warehouse."""

    def __init__(self, folder: Path, as_at: date) -> None:
        self._population = read_file(folder / "population.csv", "population") or []
        self._targets = read_file(folder / "targets.csv", "targets", as_at) or []
        for row in self._targets:
            row["since"] = _month_named(row["since_month"])

    def population(self, la_code: str, day: int) -> int | None:
        latest = year_of_31_march_on_or_after(day) - 1
        known = [
            (row["mid_year"], row["population_0_17"])
            for row in self._population
            if row["la_code"] == la_code and row["mid_year"] <= latest
        ]
        return max(known)[1] if known else None

    def target(self, la_code: str, indicator_id: str, day: int, fields: tuple[str, ...]) -> Row | None:
        """The row that serves the period: the authority's own before ENG's, then the latest from_date."""
        serving = [
            row
            for row in self._targets
            if row["indicator_id"] == indicator_id
            and row["la_code"] in (la_code, "ENG")
            and row["from_date"] <= day
            and (row["to_date"] is None or row["to_date"] >= day)
            and all(row[field] is not None for field in fields)
        ]
        return max(serving, key=lambda row: (row["la_code"] == la_code, row["from_date"]), default=None)
