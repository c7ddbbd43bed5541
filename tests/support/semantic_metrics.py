"""Write the metrics of dbt_project/semantic from the catalogue: each indicator's, as the marts value it."""

import csv

import yaml

from ingest.paths import DBT_PROJECT

CATALOGUE = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"
METRICS = DBT_PROJECT / "semantic" / "models" / "_metrics.yml"
HEAD = "# Made from the catalogue by `make lineage`; a test holds it to that.\n"
NOT_SUMS = ("assessment_duration_median_wd",)  # no sum of counts gives a median


def text() -> str:
    """The file as it should stand."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        metrics = [_metric(row) for row in csv.DictReader(file) if row["indicator_id"] not in NOT_SUMS]
    return HEAD + yaml.safe_dump({"metrics": metrics}, sort_keys=False, allow_unicode=True, width=1000)


def _metric(row: dict[str, str]) -> dict[str, object]:
    last = "" if row["is_additive"] == "true" and row["headline_basis"] == "month" else "_last"
    only = f"{{{{ Dimension('figure__indicator_id') }}}} = '{row['indicator_id']}'"
    names = [f"counted{last}"] + ([] if row["denominator_rule"] == "none" else [f"out_of{last}"])
    expr = names[0] if len(names) == 1 else f"{row['scale']}.0 * {names[0]} / nullif({names[1]}, 0)"
    return {
        "name": row["indicator_id"],
        "label": row["title"],
        "description": f"{row['title']} ({row['unit']}, {row['headline_basis']}).",
        "type": "derived",
        "type_params": {"expr": expr, "metrics": [{"name": name, "filter": only} for name in names]},
    }


if __name__ == "__main__":
    METRICS.write_text(text(), encoding="utf-8")
