"""Great Expectations over the figures of the public pack, as they lie in it: what none of them may be."""

import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from expectations.checks import Check
from expectations.context import open_context, reopen_context, write_docs
from expectations.gate import judge

SUITE = "public_pack"
FIGURES = """
select
    row_number() over ()::int as row_no, figures.geographic_level, figures.area_code, figures.indicator_id,
    figures.period_basis, figures.period_end::varchar as period_end, figures.breakdown, figures.value,
    figures.status, about.unit, date_diff('day', $last::date, figures.period_end) as days_ahead,
    about.unit in ('count', 'fte') and about.count_unit in ('child', 'event', 'worker')
        as is_small_count_hidden,
    coalesce(figures.value % 10, 0)::int as of_ten
from figures inner join dim_indicator as about using (indicator_id)
"""


class Judge:
    """Judges a pack in the context that the refresh has opened, so that Data Docs show it with the rest.

    Where there is none (a pack that is made by itself), in one of its own.
    """

    def __init__(self, context: Path | None = None, docs: Path | None = None) -> None:
        self.context, self.docs = context, docs

    def figures(self, db: duckdb.DuckDBPyConnection, last: str) -> pd.DataFrame:
        """Grain: one figure of the pack, as `figures` and `dim_indicator` of the connection have it."""
        return db.execute(FIGURES, {"last": last}).df()

    def judge(self, frame: pd.DataFrame) -> list[Check]:
        """How each expectation of the suite ended; `failing` holds the row_no of figures."""
        if self.context is None:
            with tempfile.TemporaryDirectory() as folder:
                opened, suites = open_context(Path(folder) / "context", required=[SUITE])
                return judge(opened, SUITE, suites[SUITE], frame, "row_no")
        opened, suites = reopen_context(self.context)
        if SUITE not in suites:  # opened by an earlier version: nothing has passed
            return [
                Check(SUITE, SUITE, "none", "critical", "crashed", "the suite is there", looked_at=len(frame))
            ]
        checks = judge(opened, SUITE, suites[SUITE], frame, "row_no")
        if self.docs is not None:
            write_docs(opened, self.docs)
        return checks
