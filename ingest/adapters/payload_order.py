"""In which order payloads were made, by the days and numbers in their names; nothing else tells it."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = rf"(?<![a-z])(?P<named>{'|'.join(MONTHS)})[a-z]*"
DAY, YEAR, APART = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>20\d\d)(?!\d)", r"[-_./ ]*"
# A day of which the parts could be told in more than one way is none of these: it tells no order.
FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>20\d\d)[-_. ]?(?P<month>\d\d)[-_. ]?(?P<day>\d\d)(?=\D|$|\d{4}(?:\d\d)?(?!\d))",
        rf"{DAY}{APART}{NAMED}{APART}{YEAR}",  # 15 April 2025, 15Apr2025
        rf"{NAMED}{APART}{DAY},?{APART}{YEAR}",  # April 15 2025
        rf"(?<!\d)(?P<year>20\d\d){APART}{NAMED}{APART}(?P<day>\d{{1,2}})(?!\d)",  # 2025-Apr-15
        rf"(?<!\d)(?P<day>\d\d?)[-_. ](?P<month>\d\d?)[-_. ]{YEAR}",  # 15-04-2025
        r"(?<!\d)(?P<day>\d\d)(?P<month>\d\d)(?P<year>20\d\d)(?!\d)",  # 15042025
    )
]
Order = tuple[object, ...]
UNTOLD: Order = (0,)
BEFORE_ALL: Order = (-1,)


def kind_of(name: str) -> str | None:
    """Whether a payload is full or partial, where its name says so."""
    if re.search("partial|delta|changes", name, re.IGNORECASE):
        return "partial"
    return "full" if "full" in name.lower() else None


def orders_of(names: Sequence[str]) -> list[Order]:
    """What each payload sorts by. Those whose names do not tell which came first sort alike.

    One full payload without a day or number comes before what changes it.
    """
    stems = [name.rpartition(".")[0] or name for name in names]
    full = [i for i, name in enumerate(names) if kind_of(name) == "full"]
    told = _told(stems)
    if told is None and len(full) == 1:
        told = _told([stem for i, stem in enumerate(stems) if i != full[0]])
        if told is not None:
            told.insert(full[0], BEFORE_ALL)
        elif not _days(stems[full[0]]):
            return [BEFORE_ALL if i == full[0] else UNTOLD for i in range(len(stems))]
    return told or [UNTOLD] * len(stems)


def _told(stems: Sequence[str]) -> list[Order] | None:
    """By days where every name has one, else by the one number in which they differ; None by neither."""
    days = [_days(stem) for stem in stems]
    if all(len(of_one) == 1 for of_one in days):
        orders: list[Order] = [(1, day, *rest) for [(day, rest)] in days]
        return orders
    if any(days) or any(re.search(NAMED, stem, re.IGNORECASE) for stem in stems):
        return None
    numbers = [tuple(map(int, re.findall(r"\d+", stem))) for stem in stems]
    if len(set(map(len, numbers))) != 1 or sum(len(set(at)) > 1 for at in zip(*numbers, strict=True)) > 1:
        return None
    return [(1, *of_one) for of_one in numbers]


def _days(stem: str) -> list[tuple[date, tuple[int, ...]]]:
    """The day in a name, and the numbers after it: times, or the place of one of several of a day."""
    for form in FORMS:
        found = list(form.finditer(stem))
        days = []
        for one in found:
            parts = one.groupdict()
            named = parts.get("named")
            month = MONTHS.index(named.lower()) + 1 if named else int(parts["month"])
            with suppress(ValueError):  # no day of the calendar in this form; it may be in another
                day = date(int(parts["year"]), month, int(parts["day"]))
                days.append((day, tuple(map(int, re.findall(r"\d+", stem[one.end() :])))))
        if days:
            return days
    return []
