"""Dagster's own memory of runs, kept in the restricted zone, with telemetry off."""

import shutil
from pathlib import Path

from ingest.places import Places

CONFIG = Path(__file__).parent / "dagster.yaml"


def dagster_home(places: Places) -> Path:
    """The folder of Dagster's storage for this warehouse, with the committed configuration in it."""
    home = places.restricted / "dagster"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(CONFIG, home / "dagster.yaml")
    return home
