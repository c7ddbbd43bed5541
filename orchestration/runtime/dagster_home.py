"""Dagster's own memory of runs, kept in the restricted zone, with telemetry off."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.paths import WarehousePaths

if TYPE_CHECKING:
    import dagster as dg

BY_COMMAND = {"line_of_sight/started_by": "command"}  # runs that hold the lock from end to end
CONFIG = Path(__file__).parent / "dagster.yaml"


def use_dagster_home(places: WarehousePaths) -> None:
    """Point Dagster at the storage of this warehouse, with the committed configuration in it."""
    home = places.restricted / "dagster"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(CONFIG, home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["LINE_OF_SIGHT_DAGSTER_LOG"] = str(home / "events")  # dagster.yaml asks for it


def cancel_orphaned_runs(instance: "dg.DagsterInstance", is_stopped: bool = False) -> None:
    """End the runs of earlier commands that never ended: killed, they would stay STARTED for ever.

    Only for whoever holds the lock: then no such run is alive. Runs that Dagster started are its daemon's.
    """
    import dagster as dg

    unfinished = [dg.DagsterRunStatus[s] for s in ("NOT_STARTED", "STARTING", "STARTED", "CANCELING")]
    for run in instance.get_runs(dg.RunsFilter(tags=BY_COMMAND, statuses=unfinished)):
        if is_stopped:
            instance.report_run_canceled(run, "Stopped by whoever ran it.")
        else:
            instance.report_run_failed(run, "Its process ended before it did.")
