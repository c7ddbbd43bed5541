"""A dashboard as one page that opens from a folder: the rows of rpt_wide, or what the public pack prints.

The page asks for nothing but itself: its rows are in it, and its script, which its own policy names by hash.
Every number is the release's; the script chooses rows, draws them and works nothing out.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ingest.warehouse.months import STATES
from publication.formatting import format_value, month_words
from publication.reports.charts import DRAWN
from publication.reports.figures import NO_FIGURE, Edition, Part, ReportError, RestrictedEdition
from publication.reports.make import write
from publication.reports.public import AUTHORITY, ENGLAND, PublicEdition
from publication.reports.tables import PART_HEADINGS, part_name
from publication.reports.words import RESTRICTED, SYMBOLS, release_words
from publication.select import has, rows_of

SERIES = "la_code, indicator_id, period_basis, breakdown_type, breakdown_value, breakdown_title"
POINT = (
    "period_end, value, value_words, numerator, denominator, month_state, rag_status, target_value, "
    "target_upper, target_words, england_value, region_value, neighbours_value"
)
INDICATOR = "indicator_id, title, area, unit, headline_basis"
# what stands beside a figure: its value, and in words
BESIDE = ("target_value", "target_upper", "england_value", "region_value", "neighbours_value")
PLAIN = ("value", "value_words", "numerator", "denominator", "month_state", "rag_status", "target_words")
MONTHS_OF_A_REGION = 13  # of many authorities, so that the page stays small
ALL = "all"
PUBLIC = "Public edition. Small counts are hidden to protect children, and a hidden figure may be any number."


@dataclass(frozen=True)
class Dashboard:
    """What a page holds: one authority, or a region's. `rows` have the columns of rpt_wide, or fewer."""

    name: str
    file_name: str
    edition: str
    month: date
    release: int
    commit: str
    authorities: Mapping[str, str]
    indicators: list[dict[str, Any]]
    rows: list[dict[str, Any]]


def make_dashboard(
    source: Edition,
    month: date,
    out: Path,
    *,
    authority: str = "",
    region: str = "",
) -> Path:
    """Write out/<edition>/<month>/<la_code or region>/dashboard-<edition>-<month>-<la_code or region>.html,
    for its owner alone, beside the reports. Raises ReportError where there is nothing of the place."""
    assert isinstance(source, RestrictedEdition | PublicEdition)
    if isinstance(source, RestrictedEdition):
        made = _restricted(source, month, authority, region)
    else:
        made = _public(source, month, authority, region)
    folder = out / made.edition / f"{month:%Y-%m}" / (authority or "region")
    name = f"dashboard-{made.edition}-{month:%Y-%m}-{made.file_name}.html"
    return write(folder / name, page(made).encode())


def page(made: Dashboard) -> str:
    """The dashboard as the text of one self-contained page."""
    script, _, _ = DRAWN.loader.get_source(DRAWN, "dashboard.js")  # type: ignore[union-attr]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # no text in it can end the element that it stands in
    data = json.dumps(_packed(made), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return DRAWN.get_template("dashboard.html").render(
        made=made,
        edition=PUBLIC if made.edition == "public" else RESTRICTED,
        month_words=month_words,
        release_words=release_words,
        script=Markup(script),
        digest=digest,
        data=Markup(data),
    )


def _restricted(source: RestrictedEdition, month: date, authority: str, region: str) -> Dashboard:
    if not has(source.db, "rpt_wide"):
        raise ReportError("this release was made by an earlier version; run `line-of-sight refresh`")
    known = source.authorities(month)
    chosen = _chosen(
        known,
        {row["la_code"]: row["region_name"] or "" for row in rows_of(source.db, "dim_authority")},
        authority,
        region,
    )
    more = " and is_headline_basis and breakdown_type = 'all'" if region else ""
    rows = rows_of(
        source.db, "rpt_wide", f"{SERIES}, {POINT}",
        where=f"list_contains($codes, la_code) and period_end between $since and $month{more}",
        given={"codes": list(chosen), "month": month, "since": _since(month) if region else date.min},
        order="la_code, display_order, period_basis, breakdown_type, breakdown_value, period_end",
    )  # fmt: skip
    return Dashboard(
        name=_name(chosen, region), file_name=_file_name(authority, region), edition="restricted",
        month=month, release=source.manifest["release"], commit=source.manifest["commit"], authorities=chosen,
        indicators=rows_of(source.db, "dim_indicator", INDICATOR, order="display_order"), rows=rows,
    )  # fmt: skip


def _public(source: PublicEdition, month: date, authority: str, region: str) -> Dashboard:
    """What the pack prints of them, and of England and the region as it prints those."""
    areas = {row["area_code"]: row for row in rows_of(source.db, "pack.dim_area", geographic_level=AUTHORITY)}
    regions = {code: row["region_name"] or "" for code, row in areas.items()}
    chosen = _chosen(source.authorities(month), regions, authority, region)
    printed = rows_of(
        source.db, "figures_printed", order="indicator_id, period_basis, breakdown, period_end",
        where="period_end between $since and $month",
        given={"month": month, "since": _since(month) if region else date.min},
    )  # fmt: skip
    key = ("indicator_id", "period_basis", "breakdown", "period_end")
    beside = {(row["area_code"], *(row[name] for name in key)): row["value"] for row in printed}
    indicators = rows_of(source.db, "indicators", f"{INDICATOR}, breakdowns", order="display_order")
    about = {row["indicator_id"]: row for row in indicators}
    rows = []
    for row in printed:
        if row["geographic_level"] != AUTHORITY or row["area_code"] not in chosen:
            continue
        one = about[row["indicator_id"]]
        if region and (row["breakdown"] != ALL or row["period_basis"] != one["headline_basis"]):
            continue
        kind = ALL if row["breakdown"] == ALL else one["breakdowns"]
        figure = tuple(row[name] for name in key)
        rows.append(
            {
                "la_code": row["area_code"],
                "indicator_id": row["indicator_id"],
                "period_basis": row["period_basis"],
                "breakdown_type": kind,
                "breakdown_value": row["breakdown"],
                "breakdown_title": part_name(Part(kind, row["breakdown"], None, "")),
                "period_end": row["period_end"],
                "value": row["value"],
                "value_words": _printed_words(row["value"], one["unit"], row["status"]),
                "month_state": "final",  # the pack holds no other
                "england_value": beside.get((ENGLAND, *figure)),
                "region_value": beside.get((areas[row["area_code"]]["region_code"], *figure)),
            }
        )
    return Dashboard(
        name=_name(chosen, region), file_name=_file_name(authority, region), edition="public", month=month,
        release=source.manifest["release"], commit=source.manifest["commit"], authorities=chosen,
        indicators=indicators, rows=rows,
    )  # fmt: skip


def _printed_words(value: float | None, unit: str, status: str) -> str:
    if value is not None:
        return format_value(value, unit)
    return SYMBOLS.get(status) or NO_FIGURE.get(status, status)


def _chosen(
    known: Mapping[str, str], regions: Mapping[str, str], authority: str, region: str
) -> dict[str, str]:
    """The authorities of the page, by code. Raises ReportError where there is none."""
    if region:
        found = {code: name for code, name in known.items() if region in (ALL, regions[code])}
        there = sorted({regions[code] for code in known} - {""})
        asked, there = f"region {region}", [*there, ALL]
    else:
        found = {code: name for code, name in known.items() if code == authority}
        asked, there = f"authority {authority}", sorted(known)
    if not found:
        raise ReportError(
            f"there is nothing of {asked}; there is {', '.join(there) or 'no authority at all'}"
        )
    return found


def _since(month: date) -> date:
    """The first day of the months that a region's page has."""
    months = month.year * 12 + month.month - MONTHS_OF_A_REGION
    return date(months // 12, months % 12 + 1, 1)


def _name(chosen: Mapping[str, str], region: str) -> str:
    return {"": next(iter(chosen.values())), ALL: "All authorities"}.get(region, region)


def _file_name(authority: str, region: str) -> str:
    from publication.reports.html import slug

    return authority or slug(region)


def _packed(made: Dashboard) -> dict[str, Any]:
    """The rows as the script reads them: a series once, its points as short lists."""
    units = {row["indicator_id"]: row["unit"] for row in made.indicators}
    periods = sorted({row["period_end"] for row in made.rows})
    places = {period: place for place, period in enumerate(periods)}
    series: dict[tuple[str, ...], list[list[Any]]] = {}
    for row in made.rows:
        key = tuple(row[name] for name in SERIES.split(", "))
        series.setdefault(key, []).append(
            [places[row["period_end"]], *_point(row, units[row["indicator_id"]])]
        )
    there = {key[1] for key in series}
    return {
        "edition": made.edition,
        "release": made.release,
        "authorities": list(made.authorities.items()),
        "periods": [period.isoformat() for period in periods],
        "indicators": [
            [row[name] for name in INDICATOR.split(", ")]
            for row in made.indicators
            if row["indicator_id"] in there
        ],
        "parts": PART_HEADINGS,
        "states": STATES,
        "series": [[*key, points] for key, points in series.items()],
    }


def _point(row: Mapping[str, Any], unit: str) -> list[Any]:
    """PLAIN, then BESIDE each with its words; without the empty ones at the end."""
    point = [row.get(name) for name in PLAIN]
    point += list(_with_words((row.get(name) for name in BESIDE), unit))
    while point and point[-1] is None:
        point.pop()
    return point


def _with_words(values: Iterable[float | None], unit: str) -> Iterator[Any]:
    for value in values:
        yield from (None, None) if value is None else (value, format_value(value, unit))
