"""All definitions, composed. Importing this touches no network and takes no lock."""

import dagster as dg

from orchestration.defs.checks import gate, quality_gate
from orchestration.defs.ingestion import landed_returns, other_formats
from orchestration.defs.months import closings, reopenings
from orchestration.defs.release import release
from orchestration.defs.reports import performance_reports
from orchestration.defs.schedules import (
    close_by_policy,
    close_job,
    monthly_refresh,
    new_returns,
    refresh_job,
    reopen_job,
    reports_job,
)
from orchestration.defs.warehouse import counted_models, laid_out, published_models
from orchestration.resources import default_warehouse

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
