"""Every date is a whole number of days since 1 January 1970, so that sums and look-ups are array work."""

from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from ingest.contracts.working_days import calendar

Days = npt.NDArray[np.int32]

FAR = np.int32(40_000)  # stands for "not within this story": beyond every snapshot, and printed as nothing
LAST = 30_000  # 2052: the tables below answer for days 0 to LAST
EPOCH = date(1970, 1, 1)
YEAR = 365.25


def day(text: str) -> int:
    """The day number of an ISO date."""
    return (date.fromisoformat(text) - EPOCH).days


def first_day(month: str) -> int:
    """The first day of a month written as 2025-01."""
    return day(f"{month}-01")


def last_day(month: str) -> int:
    """The as-at date of a month's snapshot."""
    return first_day(months_later(month, 1)) - 1


def months_later(month: str, count: int) -> str:
    """The month so many months on, or back where count is negative."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + count
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def as_days(values: npt.ArrayLike) -> Days:
    """Whole days, none beyond FAR: adding to FAR is FAR still."""
    return np.minimum(np.asarray(values), FAR).astype(np.int32)


@cache
def iso_dates() -> list[str]:
    """ISO text of each day from 0 to LAST."""
    return list(np.datetime_as_string(np.arange(LAST + 1).astype("datetime64[D]")))


@cache
def is_working() -> npt.NDArray[np.bool_]:
    """Whether each day from 0 to LAST is worked in England; only weekends are known outside the calendar."""
    days = np.arange(LAST + 1).astype("datetime64[D]")
    worked = np.is_busday(days)
    known = calendar()
    start = known["calendar_date"][0].as_py()
    at = (start - EPOCH).days
    until = min(LAST + 1, at + len(known))
    worked[at:until] = known["is_working_day"].to_numpy(zero_copy_only=False)[: until - at]
    return np.asarray(worked, dtype=np.bool_)


@cache
def _worked() -> tuple[Days, Days]:
    """The working days in order, and the running count of them to the end of each day."""
    worked = is_working()
    return np.flatnonzero(worked).astype(np.int32), np.cumsum(worked).astype(np.int32)


def _inside(days: npt.ArrayLike) -> npt.NDArray[np.intp]:
    return np.clip(np.asarray(days), 0, LAST - 60).astype(np.intp)


def working_after(days: npt.ArrayLike, count: npt.ArrayLike) -> Days:
    """The count-th working day after each day; the day itself where count is 0. FAR stays FAR."""
    order, number = _worked()
    start = np.asarray(days, dtype=np.int32)
    steps = np.asarray(count, dtype=np.int32)
    found = order[np.minimum(number[_inside(start)] + np.maximum(steps, 1) - 1, len(order) - 1)]
    return np.where(start >= LAST - 60, np.minimum(start, FAR), np.where(steps > 0, found, start)).astype(
        np.int32
    )


def next_working(days: npt.ArrayLike) -> Days:
    """The day itself if worked, else the first working day after it."""
    start = np.asarray(days, dtype=np.int32)
    worked = is_working()[_inside(start)]
    return np.where(worked, start, working_after(start, 1)).astype(np.int32)


def previous_working(days: npt.ArrayLike) -> Days:
    """The day itself if worked, else the last working day before it."""
    order, number = _worked()
    start = np.asarray(days, dtype=np.int32)
    found = order[np.maximum(number[_inside(start)] - 1, 0)]
    return np.where(start >= LAST - 60, start, found).astype(np.int32)


def working_between(start: Days, end: Days) -> npt.NDArray[np.int32]:
    """Working days after start, up to and including end."""
    _, number = _worked()
    return np.asarray(number[_inside(end)] - number[_inside(start)], dtype=np.int32)


def financial_year(as_at: int) -> tuple[int, str]:
    """The calendar year in which the financial year holding a day began, and its name as 2024-25."""
    at = date.fromordinal(EPOCH.toordinal() + as_at)
    began = at.year if at.month >= 4 else at.year - 1
    return began, f"{began}-{(began + 1) % 100:02d}"


def as_at_days(months: Sequence[str]) -> Days:
    """The as-at date of each month, in order."""
    return np.array([last_day(month) for month in months], dtype=np.int32)
