"""All definitions, composed. Importing this touches no network and takes no lock."""

import dagster as dg

from orchestration.defs import (
    checks,
    dbt,
    ingestion,
    jobs,
    months,
    release,
    reports,
    schedules,
    sensors,
    warehouse,
)
from orchestration.resources import default_warehouse

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([ingestion, months, warehouse, dbt, checks, release, reports]),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
    jobs=[jobs.refresh_job, jobs.close_job, jobs.reopen_job, jobs.reports_job],
    schedules=[schedules.monthly_refresh, schedules.close_by_policy],
    sensors=[sensors.new_returns],
    resources={"warehouse": default_warehouse()},
    executor=dg.in_process_executor,
)
