"""England's working days, numbered once, so that counting between two dates is a subtraction."""

from datetime import date, timedelta

import holidays
import numpy as np
import pyarrow as pa

FIRST = date(2005, 1, 1)  # an earlier date counts as this one (spec/counting.md)
LAST = date(2040, 12, 31)


def calendar() -> pa.Table:
    """Grain: one day from FIRST to LAST: calendar_date, is_working_day, working_day_number.

    The number is a running count to the end of the day, so the working days after a, up to and including b,
    are number(b) - number(a). Bank holidays, moved and one-off days included, are those of `holidays` for
    England.
    """
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST + timedelta(days=1)))
    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST.year, LAST.year + 1))
    is_working = np.is_busday(days, holidays=np.array(sorted(closed), dtype="datetime64[D]"))
    return pa.table(
        {
            "calendar_date": pa.array(days, pa.date32()),
            "is_working_day": is_working,
            "working_day_number": pa.array(np.cumsum(is_working), pa.int32()),
        }
    )
