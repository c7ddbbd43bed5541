"""All definitions, composed. Importing this touches no network and takes no lock."""

import dagster as dg

from orchestration.assets.landing import landed_returns, other_formats
from orchestration.assets.publication import release
from orchestration.assets.quality_gate import gate, quality_gate
from orchestration.assets.reports import performance_reports
from orchestration.assets.warehouse import counted_models, laid_out, published_models
from orchestration.resources import default_warehouse
from orchestration.schedules import monthly_refresh, new_returns, refresh_job, reports_job

defs = dg.Definitions(
    assets=[
        other_formats,
        landed_returns,
        laid_out,
        counted_models,
        gate,
        published_models,
        release,
        performance_reports,
    ],
    asset_checks=[quality_gate],
    jobs=[refresh_job, reports_job],
    schedules=[monthly_refresh],
    sensors=[new_returns],
    resources={"warehouse": default_warehouse()},
    executor=dg.in_process_executor,
)
