"""The same invented authority sent as SSD returns and as Annex A, CIN census and SSDA903.

Prints how many figures both can supply and how many differ, and the indicators that the other formats cannot;
first of a March, when all three come, then of a February, for which eight months of Annex A are merged.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from ingest.paths import WarehousePaths
from synthetic import invent
from synthetic.other_formats import invent_other_formats
from tests.support.command import PUBLISHED, refresh

MARCH = ["2024-12", "2025-01", "2025-02", "2025-03"]
FEBRUARY = [f"2024-{month:02d}" for month in range(7, 13)] + ["2025-01", "2025-02"]
CODE = "001"
COMPARED = """
    with ssd as (select * from ssd.fct_indicator_values where strftime(period_end, '%Y-%m') = $month),
    other as (select * from other.fct_indicator_values)
    select
        ssd.indicator_id, ssd.period_basis, ssd.breakdown_value,
        ssd.numerator as ssd_numerator, other.numerator as other_numerator,
        ssd.denominator as ssd_denominator, other.denominator as other_denominator,
        ssd.value_status as ssd_status, other.value_status as other_status
    from ssd inner join other using (la_code, indicator_id, period_basis, period_end, breakdown_value)
    where not (ssd.value_status in ('not_submitted', 'insufficient_history', 'reported'))
"""


# What councils may send and no other format has: without it, SSD returns count by the rules of the others.
OPTIONAL_RETURN = "visit_requirements"
OPTIONAL_FLAG = ("contacts", "cont_contact_outcome_json")


def main() -> int:
    return max(compare(MARCH), compare(FEBRUARY))


def compare(months: list[str]) -> int:
    """Print how the newest of these months compares; 0 where nothing differs."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(1, months, 400, 5, base / "ssd")
        invent_other_formats(base / "ssd" / "raw", CODE, months, base / "other")
        leave_out_what_is_optional(base / "ssd" / "raw")
        shutil.copytree(base / "ssd" / "reference", base / "other" / "reference", dirs_exist_ok=True)
        for name in ("ssd", "other"):
            places = WarehousePaths.of(
                base / name / "raw", base / name / "reference", base / name / "release"
            )
            ended = refresh(places)
            if ended.returncode not in PUBLISHED:
                print(ended.stderr)
                return 1
        with duckdb.connect() as db:
            for name in ("ssd", "other"):
                db.execute(
                    f"attach '{base / name / 'release' / 'current' / 'marts.duckdb'}' as {name} (read_only)"
                )
            rows = db.execute(COMPARED, {"month": months[-1]}).df()
    absent = {"not_submitted", "insufficient_history"}
    supplied = rows[~rows.other_status.isin(absent)]
    differs = supplied[
        (supplied.ssd_numerator.fillna(-1) != supplied.other_numerator.fillna(-1))
        | (supplied.ssd_denominator.fillna(-1) != supplied.other_denominator.fillna(-1))
    ]
    print(f"{months[-1]}: {len(supplied)} figures of {supplied.indicator_id.nunique()} indicators compared")
    print(f"different: {len(differs)}")
    if len(differs):
        print(differs.to_string())
    missing = sorted(set(rows.indicator_id) - set(supplied.indicator_id))
    print(f"not supplied by Annex A, CIN census and SSDA903 ({len(missing)}): {', '.join(missing)}")
    return 1 if len(differs) else 0


def leave_out_what_is_optional(raw: Path) -> None:
    """Remove the visit requirements and the flag of contacts that led to a referral from SSD returns."""
    for path in raw.glob(f"*/*/{OPTIONAL_RETURN}.csv"):
        path.unlink()
    return_name, field = OPTIONAL_FLAG
    for path in raw.glob(f"*/*/{return_name}.csv"):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows.assign(**{field: ""}).to_csv(path, index=False)


if __name__ == "__main__":
    sys.exit(main())
