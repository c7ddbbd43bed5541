"""Consecutive Annex A workbooks as one record: what a workbook no longer covers is carried into its month.

A list holds the last 6 or 12 months (annex_a.yml). A record that has moved out of that window is taken from
the workbook before, and so from all before it while none is further off than the window is long. Where the
same key stands in both, the newer workbook's row stands; one that falls in the newer window and is not there
has been withdrawn, and goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.adapters.annex_a.lists import AnnexList, Lists, load_lists


@dataclass(frozen=True)
class MonthLists:
    """The lists of one workbook with what is carried into them."""

    as_at: date
    lists: Lists
    complete_from: Mapping[str, date]  # by list that has a window: the first day it holds everything from

    @property
    def has_carried(self) -> bool:
        """Whether earlier workbooks have a part in it."""
        return any(pc.any(pc.is_valid(t["carried_from"])).as_py() for t in self.lists.tables.values()) or any(
            day < first_day_of_window(self.as_at, known.window.months)
            for name, known in load_lists().items()
            if known.window and (day := self.complete_from.get(name))
        )

    @property
    def month(self) -> str:
        return self.as_at.strftime("%Y-%m")


def carry(own: Lists, as_at: date, before: Mapping[str, MonthLists]) -> MonthLists:
    """The lists of a workbook as it stood on `as_at`; `before` is the newest earlier month with each list."""
    tables = dict(own.tables)
    complete_from = {}
    for name, known in load_lists().items():
        if known.window is None:
            continue
        first_day = first_day_of_window(as_at, known.window.months)
        complete_from[name] = first_day
        earlier = before.get(name)
        if name in tables and earlier and earlier.as_at + timedelta(days=1) >= first_day:
            complete_from[name] = min(first_day, earlier.complete_from[name])
            tables[name] = pa.concat_tables(
                [tables[name], _moved_on(earlier, tables[name], known, first_day)]
            )
    if "List 3" in tables:
        tables["List 3"] = _without_cases_withdrawn(tables["List 3"], tables.get("List 6"))
    return MonthLists(as_at, Lists(tables, own.held), complete_from)


def own_rows(table: pa.Table) -> pa.Table:
    """The rows of a list that are the workbook's own."""
    carried_from = table["carried_from"]
    return table if carried_from.null_count == len(carried_from) else table.filter(pc.is_null(carried_from))


def first_day_of_window(as_at: date, months: int) -> date:
    """The day after the same day so many months earlier."""
    return (pd.Timestamp(as_at) - pd.DateOffset(months=months)).date() + timedelta(days=1)


def _moved_on(earlier: MonthLists, own: pa.Table, known: AnnexList, first_day: date) -> pa.Table:
    assert known.window is not None
    table = earlier.lists.tables[known.name]
    latest = pc.max_element_wise(*(table[f"{heading}: day"] for heading in known.window.days))
    has_moved = pc.fill_null(pc.less(latest, first_day.isoformat()), False)
    keys = _keys(table, known)
    is_new = pc.and_(pc.is_valid(keys), pc.invert(pc.is_in(keys, _keys(own, known).combine_chunks())))
    rows = table.filter(pc.and_(has_moved, is_new))
    is_own = pc.is_null(rows["carried_from"])
    origin = pc.binary_join_element_wise(rows["origin"], f"of {earlier.month}", " ")
    columns = {
        "origin": pc.if_else(is_own, origin, rows["origin"]),
        "carried_from": pc.fill_null(rows["carried_from"], earlier.month),
    }
    return pa.table({name: columns.get(name, rows[name]) for name in table.column_names}, schema=table.schema)


def _keys(table: pa.Table, known: AnnexList) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["child"], table[f"{known.key}: day"], "|")


def _without_cases_withdrawn(three: pa.Table, six: pa.Table | None) -> pa.Table:
    """A referral that went further has its case on List 6, then or now; if not, it has been withdrawn too."""
    if six is None:
        return own_rows(three)
    lists = load_lists()
    has_case = pc.is_in(_keys(three, lists["List 3"]), _keys(six, lists["List 6"]).combine_chunks())
    is_no_further = pc.fill_null(pc.equal(three["Referral NFA?"], "Y"), False)
    is_own = pc.is_null(three["carried_from"])
    return three.filter(pc.or_(is_own, pc.or_(has_case, is_no_further)))
