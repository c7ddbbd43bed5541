"""The jobs: a refresh, a closing, a reopening, and what follows a release."""

import dagster as dg

from ingest.contracts.return_schema import submitted_formats
from orchestration import asset_groups
from orchestration.defs.ingestion import OTHER_FORMATS
from orchestration.defs.months import CLOSINGS, REOPENINGS

REPORTS = dg.AssetSelection.assets("performance_reports")
WORK_LISTS = dg.AssetSelection.assets("work_lists")
POSTGRES = dg.AssetSelection.assets("postgres_copy")
AFTER_RELEASE = REPORTS | WORK_LISTS | POSTGRES  # each a job of its own: none of them holds a release back
DECISIONS = dg.AssetSelection.assets(CLOSINGS, REOPENINGS)
LANDING = dg.AssetSelection.assets(OTHER_FORMATS, *(["returns", name] for name in submitted_formats()))
# what follows on what has been landed already: a decision on a month is about that, and nothing newer
BUILD = (dg.AssetSelection.all() - AFTER_RELEASE - DECISIONS - LANDING) | dg.AssetSelection.all_asset_checks()

refresh_job = dg.define_asset_job(
    "refresh",
    selection=(dg.AssetSelection.all() - AFTER_RELEASE - DECISIONS) | dg.AssetSelection.all_asset_checks(),
    description=(
        "From raw returns to a published release. **Materialize all**, choose the month to report, and "
        "launch: what is new of that month and of earlier ones is landed, every figure worked out, and the "
        "release made current if the quality gate lets it. From left to right:\n\n"
        f"{asset_groups.in_words()}\n\n"
        "A withheld release says why on the run, on the asset `release` and on the check `fit_to_publish` "
        "of `fct_indicator_values`; the last release stays current. Mend the file in the raw folder and "
        "launch again."
    ),
    executor_def=dg.in_process_executor,
)

close_job = dg.define_asset_job(
    "close_months",
    selection=dg.AssetSelection.assets(CLOSINGS) | BUILD,
    description=(
        "Close a month: say in the launchpad which month, whose and who says so. The closing is put on "
        "record, stands on what had been received by then, and a release follows in which the month is "
        "final: its figures are pinned as first published and enter the public pack. No new file is read."
    ),
    executor_def=dg.in_process_executor,
)

reopen_job = dg.define_asset_job(
    "reopen_months",
    selection=dg.AssetSelection.assets(REOPENINGS) | BUILD,
    description=(
        "Open a closed month again, with a reason. What was first published stands; the month leaves the "
        "public pack of the release that follows, until it is closed again. No new file is read."
    ),
    executor_def=dg.in_process_executor,
)

reports_job = dg.define_asset_job(
    "reports",
    selection=REPORTS,
    description="The performance reports of the current release, of its newest month.",
    executor_def=dg.in_process_executor,
)

work_lists_job = dg.define_asset_job(
    "write_work_lists",  # not as the asset: Dagster has one name for both
    selection=WORK_LISTS,
    description="The work lists of every authority, as the newest refresh has them.",
    executor_def=dg.in_process_executor,
)

postgres_job = dg.define_asset_job(
    "copy_to_postgres",
    selection=POSTGRES,
    description="The current release copied to the server that the settings name.",
    executor_def=dg.in_process_executor,
)
