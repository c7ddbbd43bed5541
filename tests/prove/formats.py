"""make prove-formats: the same invented authority sent as SSD returns and as Annex A, CIN census and SSDA903.

Prints how many figures both can supply and how many differ, and the indicators that the other formats cannot;
first of a March, when all three come, then of a February, for which eight months of Annex A are merged.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from ingest.invent import invent
from ingest.invent.other_formats import invent_other_formats
from ingest.places import Places
from tests.pipeline.command import refresh

MARCH = ["2024-12", "2025-01", "2025-02", "2025-03"]
FEBRUARY = [f"2024-{month:02d}" for month in range(7, 13)] + ["2025-01", "2025-02"]
CODE = "001"
NO_ENQUIRY = "Annex A lists the conferences of enquiries, and has no place for those without one"
# What Annex A counts by other means than the SSD does, where no census goes before it.
EXPLAINED = {
    "contacts_to_referral_pct": "the SSD flags the contacts that led to a referral; Annex A has the ten days",
    "icpc_held": NO_ENQUIRY,
    "icpc_15wd_pct": NO_ENQUIRY,
    "icpc_to_plan_pct": NO_ENQUIRY,
}

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


def main() -> int:
    return max(compare(MARCH, {}), compare(FEBRUARY, EXPLAINED))


def compare(months: list[str], explained: Mapping[str, str]) -> int:
    """Print how the newest of these months compares; 0 where nothing differs but what is explained."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(1, months, 400, 5, base / "ssd")
        invent_other_formats(base / "ssd" / "raw", CODE, months, base / "other")
        for path in (base / "ssd" / "raw").glob("*/*/visit_requirements.csv"):
            path.unlink()  # an optional return that no other format has: without it both go by the standard
        shutil.copytree(base / "ssd" / "reference", base / "other" / "reference", dirs_exist_ok=True)
        for name in ("ssd", "other"):
            places = Places.of(base / name / "raw", base / name / "reference", base / name / "release")
            ended = refresh(places)
            if ended.returncode:
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
    for name, why in explained.items():
        print(f"different, and known to be: {sum(differs.indicator_id == name)} of {name}: {why}")
    differs = differs[~differs.indicator_id.isin(explained)]
    print(f"different: {len(differs)}")
    if len(differs):
        print(differs.to_string())
    missing = sorted(set(rows.indicator_id) - set(supplied.indicator_id))
    print(f"not supplied by Annex A, CIN census and SSDA903 ({len(missing)}): {', '.join(missing)}")
    return 1 if len(differs) else 0


if __name__ == "__main__":
    sys.exit(main())
