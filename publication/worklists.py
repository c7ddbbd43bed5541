"""Work lists: the children behind what is overdue, by team and worker, for the weekly performance meeting.

They name children by the council's own ids, so they are made in the restricted zone, stay there, and are
never part of a release. Who is on a list is decided by the evidence that the figures are counted from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingest.paths import WarehousePaths
from publication.error_reports import FORMULA
from publication.reports.charts import DRAWN
from publication.reports.figures import Cell, ReportError, month_words, rows_of
from publication.reports.make import write
from publication.reports.tables import Table

SOON_DAYS, SOON_WORKING_DAYS, NEAR_TWO_YEARS = 30, 10, 640
COLUMNS = ("Team", "Worker", "Child", "State", "Date", "Days")


@dataclass(frozen=True)
class Kind:
    """One work list: what it is called, the figure whose return it needs, what its date is, and its rows.

    The SQL gives la_child_id, state, on_date and days, of the view $view as it stands on $month.
    """

    name: str
    title: str
    indicator_id: str
    dated: str
    sql: str


def _evidence(area: str, indicator_id: str, numerator: int) -> str:
    """The children who count, or fail to count, towards a figure of the month."""
    return f"""
    select la_child_id from intermediate.int_{area}__evidence
    where vintage_id = $view and counted_on = $month
        and indicator_id = '{indicator_id}' and numerator = {numerator}
    """


KINDS = (
    Kind(
        "assessments",
        "Assessments out of time, or within 10 working days of it",
        "assessments_open_overdue",
        "Date the clock started; working days so far",
        f"""
        select
            clocks.la_child_id, clocks.clock_date as on_date,
            today.working_day_number - clocks.clock_number as days,
            case when days > clocks.standard_working_days then 'overdue' else 'due soon' end as state
        from intermediate.int_assessment__clocks as clocks
        inner join marts.dim_calendar as today on today.calendar_date = $month
        where clocks.vintage_id = $view and clocks.assessment_start_date <= $month
            and (clocks.no_longer_open_date is null or clocks.no_longer_open_date > $month)
            and days > clocks.standard_working_days - {SOON_WORKING_DAYS}
        """,
    ),
    Kind(
        "plan_visits",
        "Children on a plan not seen in the last 10 working days",
        "cp_visit_10wd_pct",
        "Date last seen, or since when on the plan; days since",
        f"""
        select
            seen.la_child_id, greatest(seen.last_seen_date, seen.on_plan_since) as on_date,
            $month - on_date as days, 'overdue' as state
        from intermediate.int_plans__last_seen as seen
        semi join ({_evidence("plans", "cp_visit_10wd_pct", 0)}) as late using (la_child_id)
        where seen.vintage_id = $view and seen.period_end = $month
        """,
    ),
    Kind(
        "plan_reviews",
        "Reviews of plans overdue, or due within 30 days",
        "cp_reviews_children_intime_pct",
        "Date due; days past it",
        f"""
        select
            children.la_child_id, max(reviews.due_date) as on_date, $month - on_date as days,
            case when days > 0 then 'overdue' else 'due soon' end as state
        from intermediate.int_plans__children as children
        inner join intermediate.int_plans__missed_reviews as reviews using (vintage_id, cp_plan_id)
        where children.vintage_id = $view and children.period_end = $month
        group by all
        having on_date <= $month + {SOON_DAYS}
        """,
    ),
    Kind(
        "long_plans",
        "Plans of 2 years, or near it",
        "cp_2y_open_count",
        "Date the plan started; days on it",
        f"""
        select
            la_child_id, on_plan_since as on_date, $month - on_plan_since as days,
            case when days >= 730 then '2 years or more' else 'near 2 years' end as state
        from intermediate.int_plans__children
        where vintage_id = $view and period_end = $month and $month - on_plan_since >= {NEAR_TWO_YEARS}
        """,
    ),
    Kind(
        "care_visits",
        "Looked after children not visited in time",
        "cla_visit_intime_pct",
        "Date care began; days in care",
        f"""
        select
            children.la_child_id, children.care_start_date as on_date,
            $month - children.care_start_date as days, 'overdue' as state
        from intermediate.int_care__children as children
        semi join ({_evidence("care", "cla_visit_intime_pct", 0)}) as late using (la_child_id)
        where children.vintage_id = $view and children.period_end = $month
        """,
    ),
    Kind(
        "care_reviews",
        "Looked after reviews overdue, or due within 30 days",
        "cla_review_intime_pct",
        "Date due; days past it",
        f"""
        select
            children.la_child_id, reviews.due_date as on_date, $month - reviews.due_date as days,
            case when days > 0 then 'overdue' else 'due soon' end as state
        from staging.stg_returns__cla_reviews as reviews
        inner join intermediate.int_care__children as children using (vintage_id, cla_id)
        where children.vintage_id = $view and children.period_end = $month and not reviews.is_cancelled
            and reviews.review_date is null and reviews.due_date <= $month + {SOON_DAYS}
        """,
    ),
    Kind(
        "unallocated",
        "Open cases with no worker",
        "cases_unallocated",
        "Date in need since; days since",
        f"""
        select
            children.la_child_id, children.in_need_since as on_date,
            $month - children.in_need_since as days, 'no worker' as state
        from intermediate.int_need__children as children
        semi join ({_evidence("need", "cases_unallocated", 1)}) as alone using (la_child_id)
        where children.vintage_id = $view and children.period_end = $month
        """,
    ),
)

# The social worker of a child, by the newest live involvement; a child without one stands under nobody.
BY_WORKER = """
with workers as (
    select la_child_id, team, worker_id from staging.stg_returns__involvements
    where vintage_id = $view and role_code = 'SW' and involvement_start_date <= $month
        and (involvement_end_date is null or involvement_end_date > $month)
    qualify row_number() over (
        partition by la_child_id order by involvement_start_date desc, involvement_id desc
    ) = 1
)
select
    coalesce(workers.team, 'no team') as team,
    coalesce(replace(workers.worker_id::varchar, '-', ''), 'no worker') as worker,
    replace(listed.la_child_id::varchar, '-', '') as child, listed.state, listed.on_date, listed.days
from ({rows}) as listed
left join workers using (la_child_id)
order by team, worker, listed.on_date, child
"""


@dataclass(frozen=True)
class WorkList:
    """One list as made: its rows as a table of team, worker, child, state, on_date and days.

    `is_told` is false where the return it needs did not come for the month: nobody is listed then.
    """

    kind: Kind
    rows: pa.Table
    is_told: bool

    def csv(self) -> bytes:
        """The rows as CSV, where no text can be taken for a formula by the spreadsheet that opens it."""
        safe = [
            pc.replace_substring_regex(column, f"({FORMULA})", r"'\1")
            if pa.types.is_string(column.type)
            else column
            for column in self.rows.itercolumns()
        ]
        held = pa.BufferOutputStream()
        pa_csv.write_csv(pa.table(safe, self.rows.column_names), held)
        return held.getvalue().to_pybytes()

    def table(self) -> Table:
        return Table(
            f"{self.kind.title}. {self.kind.dated}",
            COLUMNS,
            tuple(tuple(Cell(str(cell)) for cell in row.values()) for row in self.rows.to_pylist()),
        )


def write_work_lists(places: WarehousePaths, authority: str) -> Iterator[Path]:
    """Write restricted/work_lists/<la_code>/<list>.csv and work_lists.html, for their owner's eyes only.

    They are of the newest month that was refreshed. Raises ReportError where there is no such authority, and
    duckdb.IOException where a refresh is writing.
    """
    if not places.warehouse.exists():
        raise ReportError(f"there is no warehouse in {places.restricted}; run `line-of-sight refresh`")
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        month, lists = work_lists(db, authority)
    folder = places.work_lists / authority
    for made in lists:
        yield write(folder / f"{made.kind.name}.csv", made.csv())
    page = DRAWN.get_template("work_lists.html").render(
        title=f"Work lists: {authority}, {month_words(month)}", lists=lists, month=month, large_print=False
    )
    yield write(folder / "work_lists.html", page.encode())


def work_lists(db: duckdb.DuckDBPyConnection, authority: str) -> tuple[date, list[WorkList]]:
    """Every list of an authority as the newest refresh has it, and of which month end. Raises ReportError."""
    found = rows_of(
        db,
        """
        select vintage_id, last_day((view_month || '-01')::date) as month from ledger.vintages
        where edition = 'restated' and la_code = $authority
        """,
        {"authority": authority},
    )
    if not found:
        raise ReportError(f"the warehouse has nothing of authority {authority}")
    given = {"view": found[0]["vintage_id"], "month": found[0]["month"]}
    return found[0]["month"], [_work_list(db, kind, given, authority) for kind in KINDS]


def _work_list(
    db: duckdb.DuckDBPyConnection, kind: Kind, given: dict[str, object], authority: str
) -> WorkList:
    answers = rows_of(
        db,
        """
        select value_status from marts.fct_indicator_values
        where la_code = $authority and indicator_id = $indicator and period_end = $month
            and breakdown_type = 'all' and period_basis in ('month', 'point_in_time')
        """,
        {"authority": authority, "indicator": kind.indicator_id, "month": given["month"]},
    )
    is_told = any(answer["value_status"] != "not_submitted" for answer in answers)
    rows = db.execute(BY_WORKER.format(rows=kind.sql), given).to_arrow_table()
    return WorkList(kind, rows if is_told else rows.slice(0, 0), is_told)
