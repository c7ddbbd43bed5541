"""Read the dates of a column in one order, decided by all dates of its file; none is guessed.

What nearly every column holds (2025-03-14 or 14/03/2025) is read by `plain_sql`, each cell by itself. Only a
column with a cell that this does not read is looked at whole, and where one shows that the day is not first,
every other of the file: they were written by one machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.contracts.findings import Finding

SECONDS = r"(:[0-9]{2}){1,2}(\.[0-9]+)?"
TIME = rf"[ T]+[0-9]{{1,2}}{SECONDS} ?([AaPp][Mm])? ?(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
# behind which the day is that of London as it stands: without a zone, or in UTC and not in its last hour
PLAIN_TIME = rf"[ T]+[0-9]{{1,2}}{SECONDS} ?([AaPp][Mm])?|[ T]+([01]?[0-9]|2[0-2]){SECONDS} ?(Z|[+-]00:?00)"
TIME_OF_ZONE = (
    r"[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)? ?([AaPp][Mm])? ?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
)
ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
BRITISH = "[0-9]{2}/[0-9]{2}/[0-9]{4}"
# what needs no second look, unless another date of the file shows that its day is not first
PLAIN = f"^({ISO}|(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-2])/[0-9]{{4}})?$"
UNSURE = "=??"  # stands for a date that can be read two ways, where the column does not tell which
EXCEL_DAY_0 = date(1899, 12, 30)
DAYS_TO_1904 = 1462  # by which old Macintoshes number a day lower
FIRST_EVENT = date(1990, 1, 1)  # before it, a column of day numbers is not one of events
FIRST_BIRTH = date(1900, 3, 1)  # before it Excel counts a day that never was
MAY_BE_YEARS = (1900, 2100)  # numbers that are years of birth as likely as days of 1905
IN_SENSE = (date(1900, 1, 1), date(2100, 12, 31))  # what is before or after is a slip: 0024, 1824, 9999
YEARS_AHEAD = 2  # of the year reported, for a column of day numbers
EVENT_WITHIN = 50  # years: an event is never so far ahead, so its two digits are of the century before

READ, UNREAD, OF_EITHER_ORDER, OF_EITHER_CENTURY, OF_EITHER_DAY = range(5)
WHY = {
    UNREAD: (
        "not a date that exists, from 1900 to 2100, in a form that is read "
        "(2025-03-14, 14/03/2025, 14-Mar-25, 20250314)"
    ),
    OF_EITHER_ORDER: (
        "not a date that can be read in one way only: "
        "the file also holds dates with the month or the year first, in this column or another; or nothing "
        "tells which two digits are the year (24-07-14), or which the day beside AM or PM"
    ),
    OF_EITHER_CENTURY: (
        "not a date that can be read in one way only: its year of two digits is that of a birth to come, "
        "or of one a hundred years ago"
    ),
    OF_EITHER_DAY: (
        "not a date that can be read in one way only: its last second of a day in UTC is the next day in "
        "London, unless it stands for the end of a day in London"
    ),
}
SEND_ISO = "send the dates of this column as yyyy-mm-dd; until then the cell counts as empty"
NOTED = {
    "day_first": "are read day first, as 14.03.2025, 14-03-2025 or 4/3/2025",
    "month_first": "have the month first, as 3/14/2025, and are read so: their day is past the 12th",
    "two_digit_year": "have a year of two digits, which is taken {century}",
    "year_first": "have the year first, as 2025/03/14 or 2025-3-14",
    "month_name": "name the month, as 14-Mar-2025 or 14 March 2025",
    "compact": "are written without separators, as 20250314",
    "of_zone": "have a time in UTC or of another zone (2025-06-30T23:30:00Z), and are read as the day that "
    "it was in London",
    "day_number": "are day numbers of Excel (45730 is 2025-03-14), as every cell of the column is",
}
SHOWN = pa.schema([("file_no", pa.int32()), ("has_month_first", pa.bool_()), ("has_year_first", pa.bool_())])
CENTURY = {
    False: f"for one less than {EVENT_WITHIN} years after the month reported",
    True: "for the last that is not after the month reported",
}
MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)


def plain_sql(cell: str) -> str:
    """The SQL that reads a trimmed cell as yyyy-mm-dd or dd/mm/yyyy, a time behind it or not; else null.

    Null too where the day in London may be another: such a column is looked at whole.
    """
    return _plain_day(cell, PLAIN_TIME)


def _plain_day(cell: str, time: str) -> str:
    iso = f"left({cell}, 10)"
    british = f"substr({cell}, 7, 4) || '-' || substr({cell}, 4, 2) || '-' || left({cell}, 2)"
    has_tail = f"len({cell}) > 10 and not regexp_full_match(substr({cell}, 11), '{time}')"
    return (
        f"case when {has_tail} then null "
        f"when regexp_full_match({iso}, '{ISO}') then {_in_sense(f'try_cast({iso} as date)')} "
        f"when right({cell}, 1) in ('M', 'm') then null "
        f"when regexp_full_match({iso}, '{BRITISH}') then {_in_sense(f'try_cast({british} as date)')} end"
    )


def _in_sense(day: str) -> str:
    return f"case when {day} between date '{IN_SENSE[0]}' and date '{IN_SENSE[1]}' then {day} end"


@dataclass(frozen=True)
class Dates:
    """A column as dates. The first two have a value a row; `notes` one a file and form that was not plain."""

    typed: pa.Array
    why: pa.Array  # READ where it is a date or empty, else why it is none
    notes: pa.Table  # file_no, form, cell_count
    shown: pa.Table  # of SHOWN: the files in which a value leaves no doubt that the day is not first


def read_dates(
    db: duckdb.DuckDBPyConnection,
    spellings: pa.Array,
    indices: pa.Array,
    file_numbers: pa.Array,
    is_birth: bool,
    as_at: date | None,
    elsewhere: pa.Table | None = None,
) -> Dates:
    """Read a column whose cells are `indices` into trimmed `spellings`, each spelling of a file once.

    `as_at` is the last day of what is reported; without one no year of two digits and no day number is read.
    `elsewhere` is what other columns have `shown` of the order: it holds where the column shows none.
    """
    count = max(len(spellings), 1)
    key = pc.add(pc.multiply(file_numbers.cast(pa.int64()), count), indices.cast(pa.int64()))
    encoded = key.dictionary_encode()
    at = encoded.dictionary.to_numpy()
    written = pa.table(
        {
            "place": np.arange(len(at)),
            "file_no": pa.array(at // count, pa.int32()),
            "cell": spellings.take(pa.array(at % count)),
            "cell_count": _counts(encoded.indices, len(at)),
        }
    )
    db.register("written", written)
    db.register("elsewhere", SHOWN.empty_table() if elsewhere is None else elsewhere)
    db.execute(f"create or replace temp table dates_read as {_read_sql(is_birth, as_at)}")
    db.unregister("written")
    db.unregister("elsewhere")
    read = db.sql("select typed, why from dates_read order by place").to_arrow_table().combine_chunks()
    notes = db.sql(
        """
        select file_no, form, sum(cell_count)::bigint as cell_count from dates_read
        where typed is not null and form is not null group by all order by all
        """
    ).to_arrow_table()
    shown = db.sql(
        """
        select distinct file_no, has_month_first, has_year_first from dates_read
        where has_month_first or has_year_first order by all
        """
    ).to_arrow_table()
    typed, why = (read.column(name).combine_chunks().take(encoded.indices) for name in ("typed", "why"))
    return Dates(typed, pc.fill_null(why, READ), notes, shown)


def together(shown: Iterable[pa.Table | None]) -> pa.Table | None:
    """What columns have shown of the order of dates in their files; None where no day is other than first."""
    tables = [table for table in shown if table is not None and table.num_rows]
    return pa.concat_tables(tables) if tables else None


def noted(form: str, count: int, is_birth: bool, column: str) -> Finding:
    """What is said of the cells of a column that were read although not plainly written."""
    reason = NOTED[form].format(century=CENTURY[is_birth])
    return Finding(
        "date_form_noted",
        f"{count} {'cell' if count == 1 else 'cells'} of the column {reason}",
        "nothing, if that is what they are; dates as 2025-03-14 need no reading",
        column_name=column,
    )


Place = tuple[str, str]  # a table and a column of it


@dataclass(frozen=True)
class Received:
    """A column of dates as text, as it came, under the sender's name for it."""

    text: pa.ChunkedArray
    name: str
    is_birth: bool


def settled(
    db: duckdb.DuckDBPyConnection, columns: Mapping[Place, Received], as_at: date | None
) -> dict[Place, tuple[pa.ChunkedArray, list[Finding]]]:
    """All columns of dates of one received file, so that each date can be read by itself, and what is noted.

    Those of an order that is not sure become UNSURE; what is no date stays as it came, for conform to report.
    """
    read = {key: _settled(db, column, as_at, None) for key, column in columns.items()}
    elsewhere = together(shown for _, _, shown in read.values())
    if elsewhere is not None:
        read = {key: _settled(db, column, as_at, elsewhere) for key, column in columns.items()}
    return {key: (text, notes) for key, (text, notes, _) in read.items()}


def _settled(
    db: duckdb.DuckDBPyConnection, column: Received, as_at: date | None, elsewhere: pa.Table | None
) -> tuple[pa.ChunkedArray, list[Finding], pa.Table | None]:
    if not len(column.text):
        return column.text, [], None
    encoded = pc.dictionary_encode(pc.cast(column.text, pa.string())).combine_chunks()
    spellings = pc.utf8_trim_whitespace(encoded.dictionary)
    is_plain = pc.fill_null(pc.match_substring_regex(spellings, PLAIN), True)
    if elsewhere is None and pc.all(is_plain, min_count=0).as_py():
        return column.text, [], None
    nothing = pa.scalar(None, pa.string())
    spellings = pc.if_else(pc.is_in(pc.utf8_upper(spellings), pa.array(["", "NULL"])), nothing, spellings)
    one_file = pa.repeat(pa.scalar(0, pa.int32()), len(column.text))
    dates = read_dates(db, spellings, encoded.indices, one_file, column.is_birth, as_at, elsewhere)
    is_unsure = pc.equal(dates.why, OF_EITHER_ORDER)
    day = pc.if_else(is_unsure, UNSURE, pc.cast(dates.typed, pa.string()))
    as_came = encoded.dictionary.take(encoded.indices)
    is_sure = pc.and_not(pc.fill_null(is_plain.take(encoded.indices), True), is_unsure)
    notes = [
        noted(form, count, column.is_birth, column.name)
        for form, count in zip(*(dates.notes.column(i).to_pylist() for i in (1, 2)), strict=True)
    ]
    text = pc.if_else(pc.or_(is_sure, pc.is_null(day)), as_came, day)
    return pa.chunked_array([text]), notes, dates.shown


def are_plain(spellings: pa.Array) -> bool:
    """Whether each of some trimmed spellings can be read by itself, so that no order is to be decided."""
    return bool(pc.all(pc.match_substring_regex(spellings, PLAIN), min_count=0).as_py())


def from_1904(cells: pa.Array) -> pa.Array:
    """Cells of dates of a workbook that counts from 1904, with day numbers as they are counted from 1900."""
    is_number = pc.match_substring_regex(cells, r"^[1-9][0-9]{3,4}(\.[0-9]+)?$")
    said = cells.filter(pc.fill_null(is_number, False)).to_pylist()
    if not said:
        return cells
    parts = [cell.partition(".") for cell in said]
    as_1900 = [
        cell if MAY_BE_YEARS[0] <= int(days) <= MAY_BE_YEARS[1] else f"{int(days) + DAYS_TO_1904}{dot}{rest}"
        for cell, (days, dot, rest) in zip(said, parts, strict=True)
    ]
    return pc.replace_with_mask(cells, is_number, pa.array(as_1900, pa.string()))


def pattern_of(days: Iterable[date]) -> str:
    """The regular expression of some days, in each form in which a date is read."""
    return f"(?i)^({'|'.join(map(_forms_of, days))})({TIME})?$"


def _forms_of(day: date) -> str:
    year, month, number = f"{day:%Y}", f"0?{day.month}", f"0?{day.day}"
    name = f"({MONTHS.split('|')[day.month - 1]})"
    forms = [rf"{day:%Y%m%d}(\.0+)?", rf"{number}(st|nd|rd|th)?[ /.-]*{name}\.?,?[ /.-]*{year}"]
    forms.append(rf"{name}\.? +{number}(st|nd|rd|th)?,? +{year}")
    orders = [(year, month, number), (number, month, year), (month, number, year)]  # no other day is meant
    forms += [sign.join(order) for order in orders for sign in ("-", "/", r"\.")]
    return "|".join(forms)


def in_words(month: str) -> str:
    """A month as a reader says it: March 2025, of 2025-03."""
    return date.fromisoformat(f"{month}-01").strftime("%B %Y")


def last_day_of(month: str) -> date:
    """The last day of a month, as YYYY-MM."""
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _counts(indices: pa.Array, length: int) -> NDArray[np.int64]:
    return np.bincount(pc.drop_null(indices).to_numpy(), minlength=length)


def _day(year: str, month: str, day: str) -> str:
    return f"try_cast({year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0') as date)"


def _in_centuries(year: str, month: str, day: str, as_at: date) -> list[str]:
    """A date whose year has two digits, in each century that may be meant."""
    around = (as_at.year // 100 + ahead for ahead in (-1, 0, 1))
    return [_day(f"'{century}' || {year}", month, day) for century in around]


def _of_century(parts: str, is_birth: bool, as_at: date | None) -> str:
    """The date of year, month and day: where the year has two digits, the last that may be."""
    year, month, day = parts.split()
    whole = f"case when len({year}) = 4 then {_day(year, month, day)}"
    if as_at is None:
        return f"{whole} end"
    may_be = f"<= date '{as_at}'" if is_birth else f"< date '{as_at}' + interval {EVENT_WITHIN} year"
    every = _in_centuries(year, month, day, as_at)
    latest = ", ".join(f"case when {one} {may_be} then {one} end" for one in every)
    return f"{whole} when len({year}) = 2 then greatest({latest}) end"


def _is_to_come(parts: str, is_birth: bool, as_at: date | None) -> str:
    """Whether two digits may be those of a birth in the year after what is reported, as well as long ago."""
    if as_at is None or not is_birth:
        return "false"
    year, month, day = parts.split()
    within = f"between date '{as_at}' + 1 and date '{as_at}' + interval 1 year"
    every = " or ".join(f"{one} {within}" for one in _in_centuries(year, month, day, as_at))
    return f"(len({year}) = 2 and coalesce({every}, false))"


def _possible_number(is_birth: bool, as_at: date | None) -> str:
    """Whether `number` may be a day number of Excel."""
    if as_at is None:
        return "false"
    first = ((FIRST_BIRTH if is_birth else FIRST_EVENT) - EXCEL_DAY_0).days
    last = (date(as_at.year + YEARS_AHEAD, 12, 31) - EXCEL_DAY_0).days
    years = f"between {MAY_BE_YEARS[0]} and {MAY_BE_YEARS[1]}"
    return f"coalesce(number between {first} and {last} and number not {years}, false)"


def _no_year_first(as_at: date | None) -> str:
    """Whether two digits that stand first can be no year of what is reported up to a day."""
    last = date(as_at.year + YEARS_AHEAD, 12, 31) if as_at else IN_SENSE[1]
    return f"(year_first is null or year_first > date '{last}')"


def _in_london(day: str) -> str:
    """The day in London of a `day` and its time `t`, which has a zone; null where there is no such time."""
    hour, minute = (f"try_cast(t.{part} as integer)" for part in ("hour", "minute"))
    half = f"case when {hour} between 1 and 12 then {hour} % 12 + 12 * (lower(t.half) = 'pm')::integer end"
    minutes = f"(case when t.half = '' then {hour} else {half} end) * 60 + {minute}"
    ahead = "coalesce(try_cast(left(t.zone, 3) as integer) * 60, 0)"
    ahead += " + coalesce(try_cast(left(t.zone, 1) || right(t.zone, 2) as integer), 0)"
    moment = f"{day} + to_minutes({minutes} - ({ahead}))"
    london = f"timezone('Europe/London', timezone('UTC', {moment}))::date"  # whatever zone this machine has
    return f"case when {hour} <= 24 and {minute} < 60 and t.second < '60' then {london} end"


def _read_sql(is_birth: bool, as_at: date | None) -> str:
    """Grain: a spelling of a file. `typed` and `why` as in Dates; `form` of NOTED, null where plain."""

    def whole(parts: str) -> str:
        return _of_century(parts, is_birth, as_at)

    def to_come(parts: str) -> str:
        return _is_to_come(parts, is_birth, as_at)

    return f"""
with said as (
    select *, regexp_replace(cell, '{TIME}$', '') as said from written
),
parted as (
    select
        *,
        {_plain_day("cell", TIME)} as plain,
        regexp_extract(
            cell, '{TIME_OF_ZONE}', ['hour', 'minute', 'second', 'half', 'zone']
        ) as t,
        regexp_extract(
            said, '^([0-9]{{1,2}})([/.-])([0-9]{{1,2}})([/.-])([0-9]{{4}}|[0-9]{{2}})$',
            ['a', 'sign', 'b', 'other_sign', 'year']
        ) as n,
        regexp_extract(
            said, '^([0-9]{{4}})([/.-])([0-9]{{1,2}})([/.-])([0-9]{{1,2}})$',
            ['year', 'sign', 'month', 'other_sign', 'day']
        ) as y,
        regexp_extract(
            said,
            '(?i)^([0-9]{{1,2}})(?:st|nd|rd|th)?[ /.-]*({MONTHS})\\.?,?[ /.-]*([0-9]{{4}}|[0-9]{{2}})$',
            ['day', 'name', 'year']
        ) as day_named,
        regexp_extract(
            said, '(?i)^({MONTHS})\\.? +([0-9]{{1,2}})(?:st|nd|rd|th)?,? +([0-9]{{4}})$',
            ['name', 'day', 'year']
        ) as named_day,
        regexp_extract(
            said, '^((?:19|20)[0-9]{{2}})([0-9]{{2}})([0-9]{{2}})(?:\\.0+)?$', ['year', 'month', 'day']
        ) as c,
        try_cast(regexp_extract(cell, '^([1-9][0-9]{{0,5}})(?:\\.[0-9]+)?$', 1) as integer) as number
    from said
),
named as (
    select
        *,
        struct_pack(
            year := day_named.year || named_day.year,
            month := list_position(
                ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
                lower(left(day_named.name || named_day.name, 3))
            )::varchar,
            day := day_named.day || named_day.day
        ) as w
    from parted
),
readings as (
    select
        *,
        case when n.sign = n.other_sign then {whole("n.year n.b n.a")} end as day_first,
        case when n.sign = n.other_sign then {whole("n.year n.a n.b")} end as month_first,
        case when n.sign = n.other_sign and len(n.year) = 2 then
            {_day("'20' || lpad(n.a, 2, '0')", "n.b", "n.year")}
        end as year_first,
        coalesce(
            plain,
            case when y.sign = y.other_sign then {_day("y.year", "y.month", "y.day")} end,
            {whole("w.year w.month w.day")},
            {_day("c.year", "c.month", "c.day")}
        ) as read_alone,
        case when y.sign = y.other_sign then {_day("y.year", "y.day", "y.month")} end as month_last,
        regexp_matches(cell, '[0-9] ?[AaPp][Mm]') as is_of_half_days,
        {to_come("n.year n.b n.a")} as is_to_come_day_first,
        {to_come("n.year n.a n.b")} as is_to_come_month_first,
        {to_come("w.year w.month w.day")} as is_to_come_named
    from named
),
evidence as (
    select
        file_no,
        bool_and({_possible_number(is_birth, as_at)}) filter (cell is not null) as are_numbers,
        coalesce(bool_or(day_first is null and month_first is not null), false) as has_month_first,
        coalesce(
            bool_or(
                day_first is null and year_first is not null
                and try_cast(n.a as integer) not between 1 and 31
            ),
            false
        ) as has_year_first,
        coalesce(bool_or(day_first is not null and month_first is null), false) as has_month_second,
        coalesce(bool_or(len(n.year) = 2 and day_first is not null and year_first is null), false)
            as has_year_last,
        coalesce(bool_or(len(n.year) = 2 and day_first is not null and {_no_year_first(as_at)}), false)
            as shows_year_last,
        coalesce(bool_or(read_alone is null and month_last is not null), false) as has_day_second
    from readings group by file_no
),
of_others as (
    select
        file_no,
        bool_or(has_month_first) as others_have_month_first,
        bool_or(has_year_first) as others_have_year_first
    from elsewhere group by file_no
),
decided as (
    select
        *,
        coalesce(
            cell = '{UNSURE}'
            or (
                (has_month_first or (others_have_month_first and not has_month_second))
                and day_first is not null and month_first <> day_first
            )
            or (
                (has_year_first or (others_have_year_first and not has_year_last))
                and day_first is not null and year_first is not null
            )
            or (n.sign = '-' and not shows_year_last and day_first <> year_first)
            or (is_of_half_days and not has_month_second and day_first <> month_first)
            or (has_day_second and y.year <> '' and month_last <> read_alone),
            false
        ) as is_of_either_order,
        coalesce(
            is_to_come_named or is_to_come_day_first or (day_first is null and is_to_come_month_first), false
        ) as is_of_either_century
    from readings
    inner join evidence using (file_no)
    left join of_others using (file_no)
),
dated as (
    select
        *,
        case
            when is_of_either_order or is_of_either_century then null
            when n.year <> '' then {_in_sense("coalesce(day_first, month_first)")}
            when are_numbers then date '{EXCEL_DAY_0}' + number
            else {_in_sense("read_alone")}
        end as day
    from decided
),
placed as (
    select
        *,
        case when t.zone = '' then day else {_in_london("day")} end as in_london,
        coalesce(in_london > day and (t.hour = '24' or t.second = '59'), false) as is_of_either_day
    from dated
)
select
    place, file_no, cell_count, has_month_first, has_year_first,
    case when not is_of_either_day then in_london end as typed,
    case
        when cell is null or typed is not null then {READ}
        when is_of_either_order then {OF_EITHER_ORDER}
        when is_of_either_century then {OF_EITHER_CENTURY}
        when is_of_either_day then {OF_EITHER_DAY}
        else {UNREAD}
    end::tinyint as why,
    case
        when in_london <> day then 'of_zone'
        when plain is not null then null
        when len(n.year || w.year) = 2 then 'two_digit_year'
        when n.year <> '' and day_first is null then 'month_first'
        when n.year <> '' then 'day_first'
        when y.year <> '' then 'year_first'
        when w.year <> '' then 'month_name'
        when c.year <> '' then 'compact'
        when are_numbers then 'day_number'
    end as form
from placed
"""
