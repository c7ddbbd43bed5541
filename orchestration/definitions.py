"""All definitions, composed. Importing this touches no network and takes no lock."""

import dagster as dg

from orchestration.assets.landing import landed_returns, other_formats
from orchestration.assets.months import closings, reopenings
from orchestration.assets.publication import release
from orchestration.assets.quality_gate import gate, quality_gate
from orchestration.assets.reports import performance_reports
from orchestration.assets.warehouse import counted_models, laid_out, published_models
from orchestration.resources import default_warehouse
from orchestration.schedules import (
    close_by_policy,
    close_job,
    monthly_refresh,
    new_returns,
    refresh_job,
    reopen_job,
    reports_job,
)

defs = dg.Definitions(
    assets=[
        other_formats,
        landed_returns,
        closings,
        reopenings,
        laid_out,
        counted_models,
        gate,
        published_models,
        release,
        performance_reports,
    ],
    asset_checks=[quality_gate],
    jobs=[refresh_job, close_job, reopen_job, reports_job],
    schedules=[monthly_refresh, close_by_policy],
    sensors=[new_returns],
    resources={"warehouse": default_warehouse()},
    executor=dg.in_process_executor,
)
