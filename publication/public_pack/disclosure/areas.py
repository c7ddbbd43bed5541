"""Regions and England: sums to the nearest ten, shown where they tell nothing of one authority.

A rounded sum holds the hidden figures of its authorities in a window. Every hidden figure must be able to
take four values with nothing else moving but the hidden figures of others in the same sum; and of those, not
the one that could move the most: whoever sent it knows it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from publication.public_pack.disclosure import design
from publication.public_pack.disclosure.equations import NO_LIMIT

ENGLAND = "E92000001"
COLUMN = ["indicator_id", "month"]


def rounded(exact: pd.Series) -> pd.Series:
    """To the nearest ten, half up."""
    ten = design.ROUNDED_TO
    return (exact + ten // 2) // ten * ten


def window(exact: pd.Series) -> tuple[pd.Series, pd.Series]:
    """How far down and up a sum could be and still be printed as it is: 0 is nothing, low is 1 to 4."""
    ten = design.ROUNDED_TO
    printed = rounded(exact)
    is_low = (printed == 0) & (exact > 0)
    least = (printed - ten // 2).clip(lower=0).where(~is_low, 1)
    most = (printed + ten // 2 - 1).where(exact > 0, 0)
    return exact - least, most - exact


@dataclass
class Areas:
    """Sums of regions and of England, and the room that they leave each hidden figure."""

    sums: pd.DataFrame  # area_code, indicator_id, month, exact, is_hidden
    down: pd.Series  # one for each row of the parts, in their order
    up: pd.Series


def add_up(parts: pd.DataFrame, members: pd.DataFrame, before: pd.DataFrame, kept: pd.DataFrame) -> Areas:
    """Sum and protect. `parts` has a row for each authority's figure: la_code, region_code, indicator_id,
    month, exact, is_hidden, must_keep, how far it goes alone (down, up), and at all (reach_down, reach_up),
    and grows_with, the row of a hidden figure that it can grow with (-1 where none).
    `members` has la_code and region_code of the authorities that make up England; an area is summed where all
    of its authorities answer. `before` has the sums of earlier releases: area_code, indicator_id, month,
    exact, is_hidden. `kept` has the area_code, indicator_id and month of sums that may not be shown."""
    owed = members.groupby("region_code").size()
    inside = parts[parts["la_code"].isin(members["la_code"])]
    regions = inside.groupby(["region_code", *COLUMN], as_index=False).agg(
        exact=("exact", "sum"), answered=("exact", "count")
    )
    regions = regions[regions["answered"] == regions["region_code"].map(owed)]
    england = inside.groupby(COLUMN, as_index=False).agg(exact=("exact", "sum"), answered=("exact", "count"))
    england = england[england["answered"] == len(members)]
    place = ["area_code", *COLUMN]
    sums = pd.concat(
        [regions.rename(columns={"region_code": "area_code"}), england.assign(area_code=ENGLAND)]
    )[[*place, "exact"]].sort_values(place, ignore_index=True)
    sums["exact"] = sums["exact"].astype("int64")
    was_hidden = pd.concat([before.loc[before["is_hidden"], place], kept[place]]).drop_duplicates()
    sums["is_hidden"] = sums[place].merge(was_hidden.assign(hit=True), on=place, how="left")["hit"].notna()
    sums["down"], sums["up"] = window(sums["exact"])
    earlier = before[~before["is_hidden"]]
    earlier_down, earlier_up = window(earlier["exact"])
    narrowest = earlier[place].assign(d=earlier_down, u=earlier_up).groupby(place, as_index=False).min()
    sums = sums.merge(narrowest, on=place, how="left")
    sums["down"] = sums[["down", "d"]].min(axis=1).astype("int64")
    sums["up"] = sums[["up", "u"]].min(axis=1).astype("int64")
    sums = sums.drop(columns=["d", "u"])
    for _ in range(3):  # a region gives way before England does
        down, up = _leeway(parts, sums)
        told = parts["is_hidden"] & parts["must_keep"]
        growth = np.where(parts["grows_with"] >= 0, up.to_numpy()[parts["grows_with"]], 0)
        reach_up = parts["reach_up"] + growth
        told &= (np.minimum(parts["reach_down"], down) + np.minimum(reach_up, up) + 1) < design.FEWEST_VALUES
        _give_way(sums, parts[told])
    down, up = _leeway(parts, sums)
    return Areas(sums[[*place, "exact", "is_hidden"]], down, up)


def _give_way(sums: pd.DataFrame, told: pd.DataFrame) -> None:
    """Hide the region's sum of each figure told; England's where the region's is hidden already."""
    place = ["area_code", *COLUMN]
    shown = sums.loc[~sums["is_hidden"], place]
    region = told.rename(columns={"region_code": "area_code"})[place].drop_duplicates()
    region = region.merge(shown, on=place)
    with_region = pd.MultiIndex.from_frame(region)
    by_region = pd.MultiIndex.from_frame(told[["region_code", *COLUMN]])
    england = told.loc[~by_region.isin(with_region), COLUMN].drop_duplicates().assign(area_code=ENGLAND)
    hide = pd.MultiIndex.from_frame(pd.concat([region, england[place]]))
    sums["is_hidden"] |= pd.MultiIndex.from_frame(sums[place]).isin(hide)


def _without_largest(rows: pd.DataFrame, by: list[str], name: str) -> tuple[pd.Series, pd.Series]:
    """Of the others in its group: the sum less the largest of them; and the group's sum less its largest."""
    group = rows.groupby(by)[name]
    total, largest = group.transform("sum"), group.transform("max")
    order = group.rank(method="first", ascending=False)
    second = rows[name].where(order == 2).groupby([rows[c] for c in by]).transform("max").fillna(0)
    others_largest = largest.where(order != 1, second)
    return (total - rows[name] - others_largest).clip(lower=0), total - largest


def _leeway(parts: pd.DataFrame, sums: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """How far each hidden figure can go, the shown sums and all other figures keeping their windows."""
    hidden = parts.loc[parts["is_hidden"], ["region_code", *COLUMN, "down", "up"]].copy()
    hidden["up"] = hidden["up"].clip(upper=NO_LIMIT)
    hidden["region_code"] = hidden["region_code"].fillna("")
    region_column = ["region_code", *COLUMN]
    hidden["others_down"], hidden["region_down"] = _without_largest(hidden, region_column, "down")
    hidden["others_up"], hidden["region_up"] = _without_largest(hidden, region_column, "up")
    shown = sums[~sums["is_hidden"]]
    regions = shown[shown["area_code"] != ENGLAND].rename(
        columns={"area_code": "region_code", "down": "window_down", "up": "window_up"}
    )[[*region_column, "window_down", "window_up"]]
    by_region = hidden.groupby(region_column, as_index=False)[["region_down", "region_up"]].first()
    by_region = by_region.merge(regions, on=region_column, how="left")
    for way in ("down", "up"):
        by_region[f"window_{way}"] = by_region[f"window_{way}"].fillna(NO_LIMIT)
        by_region[f"gives_{way}"] = by_region[[f"region_{way}", f"window_{way}"]].min(axis=1)
        by_region[f"rest_{way}"], _ = _without_largest(by_region, COLUMN, f"gives_{way}")
    england = shown[shown["area_code"] == ENGLAND].rename(
        columns={"down": "england_down", "up": "england_up"}
    )[[*COLUMN, "england_down", "england_up"]]
    by_region = by_region.merge(england, on=COLUMN, how="left")
    columns = [
        *region_column,
        "window_down",
        "window_up",
        "rest_down",
        "rest_up",
        "england_down",
        "england_up",
    ]
    room = hidden[[*region_column, "others_down", "others_up"]].merge(
        by_region[columns], on=region_column, how="left"
    )
    limits = []
    for way, other in (("down", "up"), ("up", "down")):
        in_england = (room[f"england_{way}"] + room[f"rest_{other}"]).fillna(NO_LIMIT)
        limit = room[f"others_{other}"] + np.minimum(room[f"window_{way}"], in_england)
        at = pd.Series(NO_LIMIT, index=parts.index, dtype="int64")
        at[hidden.index] = limit.clip(upper=NO_LIMIT).astype("int64").to_numpy()
        limits.append(at)
    return limits[0], limits[1]
