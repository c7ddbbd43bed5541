"""A council written by hand for a test: its raw folder, and what the second opinion says of it."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from .breakdowns import parts
from .law import FIELDS, INDICATORS
from .opinion import ALL, figures

MAY = "2024-05"
LA = "301"


class Council:
    """A raw folder written by hand. Tables are `field field ...` then one line of cells a row, `-` empty."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.reference = folder / "raw", folder / "reference"
        self.raw.mkdir()
        self.reference.mkdir()

    def submits(self, month: str = MAY, la_code: str = LA, **tables: str) -> "Council":
        folder = self.raw / month / la_code
        folder.mkdir(parents=True, exist_ok=True)
        for return_name, table in tables.items():
            self._write(folder / f"{return_name}.csv", return_name, table)
        return self

    def refers_to(self, **tables: str) -> "Council":
        for name, table in tables.items():
            self._write(self.reference / f"{name}.csv", name, table)
        return self

    def submits_text(self, return_name: str, text: str | bytes, month: str = MAY) -> "Council":
        folder = self.raw / month / LA
        folder.mkdir(parents=True, exist_ok=True)
        content = text if isinstance(text, bytes) else text.encode("utf-8")
        (folder / f"{return_name}.csv").write_bytes(content)
        return self

    @staticmethod
    def _write(path: Path, return_name: str, table: str) -> None:
        names = [field.name for field in FIELDS[return_name]]
        lines = [line.split() for line in table.strip().splitlines()]
        given = [_full_name(short, names) for short in lines[0]] if lines else []
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, names)
            writer.writeheader()
            for line in lines[1:]:
                assert len(line) == len(given), f"{return_name}: {line} does not fit {given}"
                cells = ["" if cell == "-" else cell for cell in line]
                writer.writerow(dict(zip(given, cells, strict=True)))

    def says(
        self,
        indicator_id: str,
        basis: str | None = None,
        period: str = MAY,
        view: str | None = None,
        cell: str = ALL,
    ) -> tuple[Any, Any, Any, str]:
        found = figures(self.raw, self.reference, view or period, [period])
        bases = INDICATORS[indicator_id].bases
        row = found[
            (found.la_code == LA)
            & (found.indicator_id == indicator_id)
            & (found.period_basis == (basis or bases[0]))
            & (found.breakdown_value == cell)
        ]
        assert len(row) == 1, f"{indicator_id} {cell}: {len(row)} answers"
        said = row.iloc[0]
        numbers = [
            None if pd.isna(said[name]) else said[name] for name in ("numerator", "denominator", "value")
        ]
        return (numbers[0], numbers[1], numbers[2], said["value_status"])

    def parts(
        self, indicator_id: str, breakdown: str, basis: str | None = None, period: str = MAY, **where: str
    ) -> dict[str, tuple[Any, ...]]:
        """Numerator, denominator, value and status of every part that is written."""
        view = where.get("view", period)
        found = parts(self.raw, self.reference, view, [period], only=[breakdown])
        bases = INDICATORS[indicator_id].bases
        rows = found[
            (found.la_code == LA)
            & (found.indicator_id == indicator_id)
            & (found.period_basis == (basis or bases[0]))
        ]
        assert not rows.breakdown_value.duplicated().any()
        numbers = rows[["numerator", "denominator", "value"]].astype(object)
        return {
            value: (*(None if pd.isna(number) else number for number in said), status)
            for value, said, status in zip(
                rows.breakdown_value, numbers.itertuples(index=False), rows.value_status, strict=True
            )
        }

    def parts_counted(self, indicator_id: str, breakdown: str, **where: Any) -> dict[str, float]:
        """The parts of a count, less those of nothing. They sum to the whole."""
        found = self.parts(indicator_id, breakdown, **where)
        assert {(said[1], said[3]) for said in found.values()} <= {(None, "calculated")}
        assert sum(said[0] for said in found.values()) == self.counts(indicator_id, **where)
        return {value: said[0] for value, said in found.items() if said[0]}

    def parts_shared(self, indicator_id: str, breakdown: str, **where: Any) -> dict[str, tuple[Any, Any]]:
        """The two numbers of every part of a share that has a case. They sum to those of the whole."""
        found = self.parts(indicator_id, breakdown, **where)
        assert all(said == (0, 0, None, "no_cases") for said in found.values() if not said[1])
        whole = self.shares(indicator_id, **where)
        assert tuple(sum(said[n] for said in found.values()) for n in (0, 1)) == whole
        return {value: said[:2] for value, said in found.items() if said[1]}

    def counts(self, indicator_id: str, **where: Any) -> float:
        """The value of a count, which has no denominator."""
        numerator, denominator, value, status = self.says(indicator_id, **where)
        assert (denominator, status) == (None, "calculated") and numerator == value
        return value

    def shares(self, indicator_id: str, **where: Any) -> tuple[float, float]:
        """The two parts of a share, whose value is their quotient."""
        numerator, denominator, value, status = self.says(indicator_id, **where)
        assert status == "calculated"
        assert value == pytest.approx(INDICATORS[indicator_id].scale * numerator / denominator)
        return numerator, denominator


def _full_name(short: str, names: list[str]) -> str:
    """`start_date` stands for `cppl_cp_plan_start_date` where only one field ends so."""
    if short in names:
        return short
    (name,) = [name for name in names if name.endswith(f"_{short}")]
    return name
