"""Days are whole numbers, and working days are a running count of them.

A day is its proleptic ordinal and a month is 12 x year + month - 1, so that both compare and subtract.
"""

from bisect import bisect_right
from datetime import date, timedelta

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

# What royal occasions and anniversaries did to the ordinary rules.
ONE_OFF_DAYS = {date(2011, 4, 29), date(2012, 6, 5), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
MOVED_EARLY_MAY = {2020: date(2020, 5, 8)}
MOVED_SPRING = {2012: date(2012, 6, 4), 2022: date(2022, 6, 2)}

FIRST_YEAR, LAST_YEAR = 2005, 2150


def month_number(text: str) -> int:
    year, month = text.split("-")
    return 12 * int(year) + int(month) - 1


def first_day(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


def last_day(month: int) -> int:
    return first_day(month + 1) - 1


def month_of(day: int) -> int:
    as_date = date.fromordinal(day)
    return 12 * as_date.year + as_date.month - 1


def financial_year_start(month: int) -> int:
    """The April on or before this month."""
    return month - (month % 12 - 3) % 12


def year_of_31_march_on_or_after(day: int) -> int:
    as_date = date.fromordinal(day)
    return as_date.year if as_date.month <= 3 else as_date.year + 1


def financial_year(day: int) -> str:
    ends_in = year_of_31_march_on_or_after(day)
    return f"{ends_in - 1}-{ends_in % 100:02d}"


def plus_months(day: int, months: int) -> int:
    """The same day of the month, months on; in a shorter month, its last day."""
    as_date = date.fromordinal(day)
    month = month_of(day) + months
    return min(first_day(month) + as_date.day - 1, last_day(month))


def age(born: int, day: int) -> int:
    """Whole years. 29 February sorts after 28 and before 1 March, so a leap birthday falls on 1 March."""
    birth, on = date.fromordinal(born), date.fromordinal(day)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def easter_sunday(year: int) -> date:
    """The anonymous Gregorian computus."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def _last_monday_of_31(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


def bank_holidays_of(year: int) -> set[date]:
    easter = easter_sunday(year)
    new_year = date(year, 1, 1)
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    days = {
        new_year + timedelta(days={SATURDAY: 2, SUNDAY: 1}.get(new_year.weekday(), 0)),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        MOVED_EARLY_MAY.get(year, _first_monday(year, 5)),
        MOVED_SPRING.get(year, _last_monday_of_31(year, 5)),
        _last_monday_of_31(year, 8),
        # Each of the two moves two days on when it falls at a weekend, so that they never meet.
        christmas + timedelta(days=2 if christmas.weekday() >= SATURDAY else 0),
        boxing + timedelta(days=2 if boxing.weekday() >= SATURDAY else 0),
    }
    return days | {day for day in ONE_OFF_DAYS if day.year == year}


BANK_HOLIDAYS = sorted(
    day.toordinal() for year in range(FIRST_YEAR, LAST_YEAR + 1) for day in bank_holidays_of(year)
)
_EARLIEST = date(FIRST_YEAR, 1, 1).toordinal()
_MONDAY_BEFORE = _EARLIEST - date(FIRST_YEAR, 1, 1).weekday()


def working_days_to(day: int) -> int:
    """n(x): working days to the end of the day; anything before 2005 counts as 1 January 2005."""
    weeks, rest = divmod(max(day, _EARLIEST) - _MONDAY_BEFORE, 7)
    # All bank holidays of the list are weekdays, so each takes one day off the weekdays.
    return 5 * weeks + min(rest + 1, 5) - bisect_right(BANK_HOLIDAYS, max(day, _EARLIEST))


def wd(start: int, end: int) -> int:
    """Working days after the start, up to and including the end: the start is day 0."""
    return working_days_to(end) - working_days_to(start)


def in_wd(start: int | None, end: int | None, limit: int) -> bool:
    return start is not None and end is not None and start <= end and wd(start, end) <= limit


def is_working_day(day: int) -> bool:
    at = bisect_right(BANK_HOLIDAYS, day)
    return date.fromordinal(day).weekday() <= FRIDAY and not (at and BANK_HOLIDAYS[at - 1] == day)


def next_wd(day: int) -> int:
    day = max(day, _EARLIEST)
    while not is_working_day(day):
        day += 1
    return day
