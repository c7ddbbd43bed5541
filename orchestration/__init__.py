"""The path of the data as Dagster assets, and the command that walks it."""

import warnings

# backfill policies have been "beta" for years; the notice would stand once for every return
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`")
