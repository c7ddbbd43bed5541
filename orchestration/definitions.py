"""All definitions, composed. Importing this touches no network and takes no lock."""

import dagster as dg

from ingest.contracts.settings import current
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
    upkeep,
    warehouse,
)
from orchestration.resources import default_warehouse

settings = current()  # of when the code is loaded: reload it on the page after a change

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([ingestion, months, warehouse, dbt, checks, release, reports]),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
    jobs=[
        jobs.refresh_job,
        jobs.close_job,
        jobs.reopen_job,
        jobs.reports_job,
        jobs.work_lists_job,
        jobs.postgres_job,
        upkeep.purge_job,
    ],
    schedules=schedules.schedules_of(settings),
    sensors=sensors.sensors_of(settings),
    resources={"warehouse": default_warehouse()},
    executor=dg.in_process_executor,
)
