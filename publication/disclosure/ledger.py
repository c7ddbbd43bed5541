"""The ledger of publications: what each public pack showed and hid, and the exact figures behind. Restricted.

One Parquet file for a release, holding the figures that it changed: what a later pack may reveal depends on
all of them. A file counts only once its release is on record, so a killed refresh leaves nothing behind.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

FIGURE = ["area_code", "indicator_id", "month", "breakdown"]
SAID = ["numerator", "denominator", "is_shown"]


def read(folder: Path, releases: Iterable[int]) -> pd.DataFrame:
    """Every change of a figure in these releases: release, the figure, numerator, denominator, is_shown."""
    files = [folder / f"{number:06d}.parquet" for number in sorted(releases)]
    found = [pd.read_parquet(file) for file in files if file.exists()]
    return pd.concat(found, ignore_index=True) if found else empty()


def empty() -> pd.DataFrame:
    """A ledger with nothing in it."""
    types = dict.fromkeys(["area_code", "indicator_id", "breakdown"], "str") | {"month": "int64"}
    types |= {"release": "int64", "numerator": "float64", "denominator": "float64", "is_shown": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=types[name]) for name in ["release", *FIGURE, *SAID]})


def changes(before: pd.DataFrame, now: pd.DataFrame, release: int) -> pd.DataFrame:
    """The figures of `now` that are new, or other than they last stood."""
    last = before.sort_values("release").drop_duplicates(FIGURE, keep="last")
    both = now[[*FIGURE, *SAID]].merge(last[[*FIGURE, *SAID]], on=FIGURE, how="left", suffixes=("", "_then"))
    same = both["is_shown"].eq(both["is_shown_then"])
    for name in ("numerator", "denominator"):
        same &= both[name].eq(both[f"{name}_then"]) | (both[name].isna() & both[f"{name}_then"].isna())
    changed = both.loc[~same, [*FIGURE, *SAID]].sort_values(FIGURE, ignore_index=True)
    changed.insert(0, "release", release)
    return changed


def write(folder: Path, changed: pd.DataFrame, release: int) -> Path:
    """Keep what a release changed."""
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / f"{release:06d}.parquet"
    changed.to_parquet(target, compression="zstd", index=False)
    return target
