"""The metrics of dbt_project/semantic: made from the catalogue, and made as the marts make a value."""

import yaml

from tests.support import semantic_metrics


def metrics() -> dict[str, dict]:
    return {one["name"]: one for one in yaml.safe_load(semantic_metrics.text())["metrics"]}


def test_the_file_is_what_the_catalogue_makes_of_it() -> None:
    assert semantic_metrics.METRICS.read_text(encoding="utf-8") == semantic_metrics.text(), "make lineage"


def test_a_metric_is_of_its_indicator_alone_and_the_last_month_stands_where_months_do_not_add_up() -> None:
    made = metrics()
    of = {name: one["type_params"] for name, one in made.items()}

    assert of["referrals_received"]["expr"] == "counted"
    assert of["cp_open"]["expr"] == "counted_last"  # a stock
    assert of["icpc_15wd_pct"]["expr"] == "100.0 * counted / nullif(out_of, 0)"
    assert of["cp_rate_10k"]["expr"] == "10000.0 * counted_last / nullif(out_of_last, 0)"
    assert "assessment_duration_median_wd" not in made
    assert {part["filter"].split("'")[3] for part in of["cp_rate_10k"]["metrics"]} == {"cp_rate_10k"}
