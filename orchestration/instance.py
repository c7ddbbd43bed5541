"""Dagster's own memory of runs, kept in the restricted zone, with telemetry off."""

import os
import shutil
from pathlib import Path

from ingest.places import Places

CONFIG = Path(__file__).parent / "dagster.yaml"


def use_dagster_home(places: Places) -> None:
    """Point Dagster at the storage of this warehouse, with the committed configuration in it."""
    home = places.restricted / "dagster"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(CONFIG, home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["LINE_OF_SIGHT_DAGSTER_LOG"] = str(home / "events")  # dagster.yaml asks for it
