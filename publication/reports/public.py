"""The public edition: what the public pack says, and nothing else. What it hides has a symbol, no value.

The pack is one long table: a figure for an area, indicator, basis, period end and breakdown, with a value or
the symbol of why there is none. What an area is called is in the pack too; what an indicator is called comes
from the project's own catalogue, which is public. Nothing is worked out here: a change or a sum of printed
figures could tell a hidden one.
"""

from datetime import date
from pathlib import Path

import duckdb

from ingest.paths import DBT_PROJECT
from publication.reports.figures import Report, ReportError, line_of, manifest_of, rows_of

GRAIN = ("geographic_level", "area_code", "indicator_id", "period_basis", "period_end", "breakdown")
AUTHORITY, ENGLAND = "Local authority", "E92000001"

CATALOGUE = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"

# One row an indicator that the pack prints of the authority, shaped as the rows of the exact edition are.
LINES = """
with known as (
    select
        indicator_id, title, area, unit, polarity, can_be_negative, display_order,
        headline_basis as period_basis
    from indicators
),
figures as (select * from figures_printed where breakdown = 'all' and period_end <= $month),
own as (select * from figures where area_code = $authority),
points as (
    select
        indicator_id, period_basis,
        list({month: period_end, value: value, value_status: status} order by period_end) as points
    from own group by all
),
beside as (
    select
        figures.indicator_id, figures.period_basis,
        list({
            comparator: case when area_code = $england then 'england' else 'region' end,
            value: value, upper: null::double, period_end: period_end, difference: null::double,
            judgement: null::varchar, words: ''
        }) as beside
    from figures
    where period_end = $month and value is not null and area_code in ($england, $region)
    group by all
)
select
    known.* exclude (display_order), now.value, now.status as value_status,
    to_date.value as year_to_date, to_date.status as year_to_date_status,
    beside.beside, points.points
from known
inner join own as now
    on known.indicator_id = now.indicator_id and known.period_basis = now.period_basis
    and now.period_end = $month
left join own as to_date
    on known.indicator_id = to_date.indicator_id
    and to_date.period_basis = 'year_to_date' and to_date.period_end = $month
left join beside on known.indicator_id = beside.indicator_id and known.period_basis = beside.period_basis
left join points on known.indicator_id = points.indicator_id and known.period_basis = points.period_basis
order by known.display_order
"""


class PublicEdition:
    """Protected figures, from the public pack of the current release, opened read-only."""

    def __init__(self, release: Path) -> None:
        current = (release / "current").resolve()
        self.manifest = manifest_of(current)
        pack = current / "public" / "public.duckdb"
        if not pack.exists():
            raise ReportError(
                f"this release has no public pack ({pack} is not there), and the public edition is made "
                "from nothing else; close a month to make one (line-of-sight close), or ask for "
                "--edition restricted"
            )
        self.db = duckdb.connect()
        self.db.execute(f"attach '{pack}' as pack (read_only)")
        self.db.execute(f"create temp view figures_printed as from pack.{self._table(pack)}")
        self.db.execute(f"create temp table indicators as from read_csv('{CATALOGUE}')")

    def _table(self, pack: Path) -> str:
        """The pack's long table, known by its columns. Raises ReportError where there is not just one."""
        found = rows_of(
            self.db,
            """
            select table_name from duckdb_columns() where database_name = 'pack'
            group by table_name having list_has_all(list(column_name), $needed)
            """,
            {"needed": [*GRAIN, "value", "status"]},
        )
        if len(found) != 1:
            raise ReportError(
                f"{pack} has {len(found)} tables with {', '.join(GRAIN)}, value and status, not 1"
            )
        return str(found[0]["table_name"])

    def months(self) -> list[date]:
        """The months that the pack prints of any authority, oldest first."""
        found = rows_of(
            self.db,
            """
            select distinct period_end::date as month from figures_printed
            where geographic_level = $authority and period_basis in ('month', 'point_in_time') order by 1
            """,
            {"authority": AUTHORITY},
        )
        return [row["month"] for row in found]

    def authorities(self, month: date) -> dict[str, str]:
        """Name by code of each authority that has figures for the month."""
        found = rows_of(
            self.db,
            """
            select area_code, area_name from pack.dim_area
            semi join (from figures_printed where period_end = $month) using (geographic_level, area_code)
            where geographic_level = $authority order by 1
            """,
            {"authority": AUTHORITY, "month": month},
        )
        return {row["area_code"]: row["area_name"] for row in found}

    def report(self, authority: str, month: date) -> Report:
        """All that the public pack says of one authority and month. Raises ReportError."""
        known = self.authorities(month)
        if authority not in known:
            raise ReportError(
                f"the public pack has nothing for authority {authority} in {month:%Y-%m}; it has "
                f"{', '.join(known) or 'no authority at all'}"
            )
        [about] = rows_of(
            self.db,
            "from pack.dim_area where geographic_level = $level and area_code = $authority",
            {"level": AUTHORITY, "authority": authority},
        )
        asked = {
            "authority": authority,
            "month": month,
            "england": ENGLAND,
            "region": about["region_code"],
        }
        return Report(
            la_code=authority,
            la_name=about["area_name"],
            region_name=about["region_name"],
            month=month,
            edition="public",
            month_state="final",  # the pack holds no other
            state_words="Final: the month is closed, and its figures are as they stood then.",
            release=self.manifest["release"],
            commit=self.manifest["commit"],
            lines=tuple(line_of(row) for row in rows_of(self.db, LINES, asked)),
        )
