"""Files for explore education statistics: data and metadata, months, quarters and the year to date apart.

Authorities that DfE's list of locations does not have, such as invented ones, cannot be in them.
"""

from pathlib import Path

import pandas as pd

from ingest.contracts.code_lists import load_code_lists
from publication.public_pack.disclosure import areas as areas_of
from publication.public_pack.disclosure import design

PLACE = [
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code",
    "region_name", "old_la_code", "new_la_code", "la_name",
]  # fmt: skip
META = [
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
]  # fmt: skip
FILES = {
    "monthly": ("month", "point_in_time", "rolling_12_months"),
    "quarterly": ("quarter", "point_in_time"),
    "year_to_date": ("year_to_date",),
}
UNITS = {"percent": "%", "gbp": "£"}
CATEGORY = "abuse_category"
SYMBOLS = {"left_out": "x"}  # the service knows no symbol of its own for it


def write(folder: Path, printed: pd.DataFrame, areas: pd.DataFrame, indicators: pd.DataFrame) -> None:
    """`<name>.csv` and `<name>.meta.csv` of each file that has a row."""
    known = areas[(areas["geographic_level"] != "Local authority") | areas["new_la_code"].notna()]
    known = known[~known["is_invented"]]
    rows = printed[printed["area_code"].isin(known["area_code"])]
    for name, bases in FILES.items():
        of_file = rows[rows["period_basis"].isin(bases)]
        if name == "quarterly":
            of_file = of_file[of_file["period_end"].dt.month % 3 == 0]
        else:
            of_file = of_file[of_file["breakdown"] == "all"]
        if len(of_file):
            data, filters = _data(of_file, known, name)
            data.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
            columns = [c for c in data.columns if c in design.roles()]
            meta = _meta(indicators[indicators["indicator_id"].isin(columns)], filters)
            meta.to_csv(folder / f"{name}.meta.csv", index=False, lineterminator="\n")


def _data(rows: pd.DataFrame, areas: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    places = pd.Series(1, index=rows.index).where(rows["rounded_to"] < 1, 0)
    shown = rows["value"].map("{:.0f}".format).where(places == 0, rows["value"].map("{:.1f}".format))
    cell = shown.where(rows["status"] == "shown", rows["status"].replace(SYMBOLS))
    wide = rows.assign(cell=cell).pivot(
        index=["period_end", "geographic_level", "area_code", "breakdown"],
        columns="indicator_id",
        values="cell",
    )
    order = [i for i in design.roles() if i in wide.columns]
    # what is not given for this area or value at all is not applicable to it
    wide = wide[order].fillna("z").reset_index()
    end = wide["period_end"]
    if name == "monthly":
        wide["time_period"], wide["time_identifier"] = end.dt.strftime("%Y"), end.dt.month_name()
    else:
        start = end.dt.year - (end.dt.month <= 3)
        wide["time_period"] = start.astype(str) + ((start + 1) % 100).map("{:02d}".format)
        quarter = (end.dt.month + 8) % 12 // 3 + 1
        wide["time_identifier"] = "Financial year Q" + quarter.astype(str)
    wide = wide.merge(areas.drop(columns="geographic_level"), on="area_code", how="left")
    is_la = wide["geographic_level"] == "Local authority"
    wide["country_code"], wide["country_name"] = areas_of.ENGLAND, "England"
    wide["old_la_code"] = wide["area_code"].where(is_la)
    wide["la_name"] = wide["area_name"].where(is_la)
    filters = []
    if name == "quarterly":
        codes = load_code_lists().to_pylist()
        labels = {row["code"]: row["label"] for row in codes if row["list"] == CATEGORY} | {"all": "Total"}
        wide[CATEGORY] = wide["breakdown"].map(labels).fillna(wide["breakdown"])
        filters = [CATEGORY]
    table = wide[[*PLACE, *filters, *order]]
    return table.sort_values([*PLACE, *filters], ignore_index=True, na_position="first"), filters


def _meta(indicators: pd.DataFrame, filters: list[str]) -> pd.DataFrame:
    of_filters = pd.DataFrame(
        {"col_name": filters, "col_type": "Filter", "label": ["Category of abuse" for _ in filters]}
    )
    of_indicators = pd.DataFrame(
        {
            "col_name": indicators["indicator_id"],
            "col_type": "Indicator",
            "label": indicators["title"],
            "indicator_grouping": indicators["area"],
            "indicator_unit": indicators["unit"].map(UNITS),
            "indicator_dp": indicators["unit"].isin(["count", "gbp"]).map({True: "0", False: "1"}),
        }
    )
    return pd.concat([of_filters, of_indicators], ignore_index=True).reindex(columns=META)
