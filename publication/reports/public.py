"""The public edition: what the public pack says, and nothing else. What it hides has a symbol, no value.

The pack is one long table: a figure for an area, indicator, basis, period end and breakdown, with a value or
the symbol of why there is none. What an area is called is in the pack too; what an indicator is called comes
from the project's own catalogue, which is public. Nothing is worked out here: a change or a sum of printed
figures could tell a hidden one. Of the exact marts it takes the comments and actions that a person has marked
as public, and no figure.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from publication.reports.figures import (
    Action,
    Line,
    Point,
    Report,
    ReportError,
    actions_of,
    by_figure,
    line_of,
    manifest_of,
    public_comments,
    themes_of,
)
from publication.reports.kinds import CATALOGUE, ReportKind
from publication.select import has, rows_of

GRAIN = ("geographic_level", "area_code", "indicator_id", "period_basis", "period_end", "breakdown")
MARTS = "marts.main."  # the exact marts, for what is marked as public in them
AUTHORITY, ENGLAND = "Local authority", "E92000001"

LINE = "indicator_id, title, area, unit, polarity, can_be_negative"
FIGURE = "indicator_id, period_basis, period_end as month, value, status as value_status"
BESIDE = (
    "indicator_id, period_basis, value, period_end, "
    f"case when area_code = '{ENGLAND}' then 'england' else 'region' end as comparator"
)


# nothing is worked out from what is printed
NOT_COMPARED = {"upper": None, "difference": None, "judgement": None, "words": ""}


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
        marts = current / "marts.duckdb"
        if marts.exists():
            self.db.execute(f"attach '{marts}' as marts (read_only)")
        self.has_words = has(self.db, "rpt_actions")  # a release made before it has none
        self.db.execute(f"create temp table indicators as from read_csv('{CATALOGUE}')")

    def _table(self, pack: Path) -> str:
        """The pack's long table, known by its columns. Raises ReportError where there is not just one."""
        columns = rows_of(self.db, "duckdb_columns()", "table_name, column_name", database_name="pack")
        names: dict[str, set[str]] = defaultdict(set)
        for row in columns:
            names[row["table_name"]].add(row["column_name"])
        found = [table for table, held in names.items() if held >= {*GRAIN, "value", "status"}]
        if len(found) != 1:
            raise ReportError(
                f"{pack} has {len(found)} tables with {', '.join(GRAIN)}, value and status, not 1"
            )
        return found[0]

    def months(self) -> list[date]:
        """The months that the pack prints of any authority, oldest first."""
        found = rows_of(
            self.db, "figures_printed", "distinct period_end::date as month", geographic_level=AUTHORITY,
            where="period_basis in ('month', 'point_in_time')", order="month",
        )  # fmt: skip
        return [row["month"] for row in found]

    def authorities(self, month: date) -> dict[str, str]:
        """Name by code of each authority that has figures for the month."""
        printed = "(from figures_printed where period_end = $month)"
        found = rows_of(
            self.db, f"pack.dim_area semi join {printed} using (geographic_level, area_code)",
            "area_code, area_name", geographic_level=AUTHORITY, given={"month": month}, order="area_code",
        )  # fmt: skip
        return {row["area_code"]: row["area_name"] for row in found}

    def report(self, authority: str, month: date, kind: ReportKind) -> Report:
        """All that the public pack says for a report of one authority and month. Raises ReportError."""
        known = self.authorities(month)
        if authority not in known:
            raise ReportError(
                f"the public pack has nothing for authority {authority} in {month:%Y-%m}; it has "
                f"{', '.join(known) or 'no authority at all'}"
            )
        [about] = rows_of(self.db, "pack.dim_area", geographic_level=AUTHORITY, area_code=authority)
        lines = self._lines(authority, about["region_code"], month, kind)
        actions: tuple[Action, ...] = ()
        if self.has_words:
            said = public_comments(self.db, authority, month, MARTS)
            lines = {figure: replace(line, commentary=said.get(figure[0])) for figure, line in lines.items()}
            actions = actions_of(self.db, authority, month, MARTS, is_public=True)
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
            kind=kind,
            themes=themes_of(kind, lines),
            actions=actions,
        )

    def _lines(
        self, authority: str, region: str | None, month: date, kind: ReportKind
    ) -> dict[tuple[str, str], Line]:
        """The lines of the figures asked for that the pack prints of the authority for the month."""
        own = by_figure(
            rows_of(
                self.db,
                "figures_printed",
                FIGURE,
                area_code=authority,
                breakdown="all",
                where="period_end <= $month",
                given={"month": month},
                order="period_end",
            )  # fmt: skip
        )
        beside = by_figure(
            rows_of(
                self.db,
                "figures_printed",
                BESIDE,
                period_end=month,
                breakdown="all",
                where="value is not null and area_code in ($england, $region)",
                given={"england": ENGLAND, "region": region},
            )  # fmt: skip
        )
        now = {figure: points[-1] for figure, points in own.items() if points[-1]["month"] == month}
        about = {row["indicator_id"]: row for row in rows_of(self.db, "indicators", LINE)}
        asked = {figure for section in kind.sections for figure in section.figures}
        found = {}
        for figure in asked & now.keys():
            name, basis = figure
            to_date = now.get((name, "year_to_date"), {})
            found[figure] = line_of(
                {
                    **about[name],
                    "period_basis": basis,
                    "value": now[figure]["value"],
                    "value_status": now[figure]["value_status"],
                    "year_to_date": to_date.get("value"),
                    "year_to_date_status": to_date.get("value_status"),
                },
                beside=[given | NOT_COMPARED for given in beside.get(figure, [])],
                points=[Point(**point) for point in own[figure]],
            )
        return found
