"""What is wrong with rows of our own reference files: they are returns too, and nothing is passed over."""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from ingest.paths import DBT_PROJECT
from ingest.reference.parsed import literal, registered

SEEDS = DBT_PROJECT / "seeds"
# ENG is no authority elsewhere
SPEAKS_FOR_ALL = frozenset({"targets", "named_periods", "process_changes", "comparators"})
OF_ALL_ENGLAND = frozenset({"population", "authorities"})  # kept for more authorities than send returns

# Each finding: the column, the kind, the rows that it is of, why, and what to do. Of a row it is known what
# the catalogue says of its indicator, and whether a cell of it could not be read.
BASIS_NOT_ANSWERED = (
    "period_basis",
    "basis_not_answered",
    "bases is not null and (period_basis = 'since' or not list_contains(bases, period_basis))",
    "the indicator has no figure on this basis that is compared, so the row is read by none",
    "take a basis that the indicator's page of the handbook names, or leave the cell empty",
)
OF_TARGETS = (
    (
        "target",
        "target_sets_nothing",
        "coalesce(target, limit_lower, limit_upper) is null and since_month is null and not is_unread",
        "the row has neither a target nor a band, and names no month to count from, so it sets nothing",
        "fill target, or limit_lower and limit_upper, or since_month",
    ),
    (
        "since_month",
        "since_month_unread",
        "since_month is not null and not regexp_full_match(since_month, "
        "'[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?|[0-9]{2}/(0[1-9]|1[0-2])/[0-9]{4}')",
        "it is neither a month nor a date, so nothing is counted from it",
        "write the month as 2015-05",
    ),
    (
        "since_month",
        "since_month_not_taken",
        "since_month is not null and bases is not null and not list_contains(bases, 'since')",
        "the indicator is not counted over a stretch of months, so the month was not read",
        "leave the cell empty, or name the month for an indicator whose page of the handbook names since",
    ),
    (
        "target",
        "target_not_taken",
        "target is not null and polarity = 'neutral'",
        "the figure is neither better high nor better low, so its target was not read",
        "give the edges of a band in limit_lower and limit_upper, or correct the indicator",
    ),
    (
        "target",
        "target_not_taken",
        "target is not null and polarity = 'band'",
        "the figure is to keep within a band, so its target was not read",
        "give the edges of the band in limit_lower and limit_upper",
    ),
    (
        "limit_lower, limit_upper",
        "band_not_taken",
        "coalesce(limit_lower, limit_upper) is not null and target is not null and due_date is not null "
        "and polarity in ('higher', 'lower')",
        "a milestone is its target, so the band beside it was not read",
        "give the band a row of its own, without due_date",
    ),
    (
        "limit_lower, limit_upper",
        "band_upside_down",
        "limit_lower > limit_upper",
        "the lower edge of the band is above the upper one, so no figure can keep within it",
        "exchange the edges, or correct them",
    ),
    BASIS_NOT_ANSWERED,
)
OF_COMPARATORS = (
    (
        "indicator_id",
        "comparator_not_taken",
        "unit not in ('percent', 'per_10k', 'days', 'ratio')",
        "a count or a sum depends on the size of a place, so it is set beside no other's",
        "take a share, a rate, a mean or a ratio of the same thing",
    ),
    BASIS_NOT_ANSWERED,
)
OF_PEERS = (
    (
        "peer_la_code",
        "peer_is_the_council",
        "peer_la_code = la_code",
        "the list names the council itself, so the row was left out: a council is no peer of its own",
        "take the row away, or correct peer_la_code",
    ),
    (
        "peer_la_code",
        "unknown_authority",
        "peer_la_code not in (select la_code from known)",
        "no authority has this code, so the row is no peer",
        "correct peer_la_code: three digits, as DfE has them, zeros in front",
    ),
)
OF_FILE = {"targets": OF_TARGETS, "comparators": OF_COMPARATORS, "peers": OF_PEERS}
# What is offered for a name or a code that is not known, from our own lists: no word of the row is quoted.
MEANT = {
    "unknown_indicator": """
        select arg_max(meant.indicator_id, jaro_winkler_similarity(meant.indicator_id, listed.indicator_id))
        from catalogued as meant
        where jaro_winkler_similarity(meant.indicator_id, listed.indicator_id) > 0.9
    """,
    # an authority may be written by its name
    "unknown_authority": """
        select min(meant.la_code) from known as meant
        where lower(meant.la_name) = lower(trim(listed.{column}))
    """,
}


def check_rows(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, pa.Table], month: str | None = None
) -> None:
    """Add to `reference.findings` what no cell by itself tells. `files`: the rows kept of each, by format.

    With the month reported, `ledger.folders` tells who sends returns: whose rows are of nobody, and whose
    population is missing.
    """
    catalogue, areas = str(SEEDS / "indicator_catalogue.csv"), str(SEEDS / "authorities.csv")
    db.execute(
        f"""
        create temp table catalogued as
        select indicator_id, unit, polarity, string_split(bases, ' ') as bases
        from read_csv('{catalogue}', header = true, all_varchar = true);
        create temp table sending as {_sending(month)};
        create temp table known as
        select la_code, la_name from read_csv('{areas}', header = true, all_varchar = true)
        union select la_code, la_name from reference.authorities
        union select la_code, null from sending;
        """
    )
    for name, rows in files.items():
        with registered(db, "rows_kept", rows):
            for sql in _checks(name, rows.column_names, month):
                db.execute(f"insert into reference.findings by name {sql}")
    if month:
        db.execute(_missing_populations(month))
        # of nobody, where nobody of that code sends returns
        db.execute(
            "update reference.findings set la_code = null where la_code not in (select la_code from sending)"
        )
    for name in ("catalogued", "known", "sending"):
        db.execute(f"drop table {name}")


def _sending(month: str | None) -> str:
    if month is None:
        return "select null::varchar as la_code where false"
    return f"select distinct la_code from ledger.folders where reporting_month <= '{month}'"


def _checks(name: str, columns: list[str], month: str | None) -> list[str]:
    england = "la_code <> 'ENG' and" if name in SPEAKS_FOR_ALL else ""
    move = "correct la_code: three digits, as DfE has them, zeros in front"
    is_unknown = "not regexp_full_match(la_code, '[0-9]{3}')"
    if name != "authorities":
        is_unknown = "la_code not in (select la_code from known)"
    checks = [
        (
            "la_code",
            "unknown_authority",
            f"{england} {is_unknown}",
            "no authority has this code, so the row is read by no figure",
            f"{move}, or ENG for all" if england else move,
        )
    ]
    if month and name not in OF_ALL_ENGLAND:
        checks.append(
            (
                "la_code",
                "authority_without_returns",
                f"{england} la_code in (select la_code from known) "
                "and la_code not in (select la_code from sending)",
                "no return of this authority has come, so the row is read by no figure",
                "correct la_code, or put the authority's returns under raw/",
            )
        )
    if "indicator_id" in columns:
        checks.append(
            (
                "indicator_id",
                "unknown_indicator",
                "polarity is null",
                "there is no indicator of this name, so the row is read by no figure",
                "take the name from the handbook's page of indicators, as contacts_received",
            )
        )
    checks += OF_FILE.get(name, ())
    catalogued = "using (indicator_id)" if "indicator_id" in columns else "on false"
    return [_finding(name, catalogued, *check) for check in checks]


def _finding(
    name: str, catalogued: str, column: str, finding: str, where: str, reason: str, next_move: str
) -> str:
    """The SQL of one finding a row, naming its authority where it has one. No value is quoted."""
    words = {"column_name": column, "finding": finding, "reason": reason}
    said = ", ".join(f"{literal(text)} as {field}" for field, text in words.items())
    meant = MEANT.get(finding, "select null").format(column=column)
    move = f"coalesce('did you mean ' || ({meant}) || '? ', '') || {literal(next_move)} as next_move"
    return f"""
    with listed as (
        select
            rows_kept.*, catalogued.unit, catalogued.polarity, catalogued.bases,
            exists (
                select 1 from reference.findings as found
                where found.file = '{name}.csv' and found.row_number = rows_kept.row_number
                    and found.finding in ('unreadable_cell', 'order_of_dates_unsure')
            ) as is_unread
        from rows_kept left join catalogued {catalogued}
    )
    select '{name}.csv' as file, row_number, {said}, {move},
        case when la_code <> 'ENG' then la_code end as la_code
    from listed where {where}
    """


def _missing_populations(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    latest = year - 1 if number <= 3 else year  # mid-year before the 31 March on or after the month
    return f"""
    insert into reference.findings by name
    select
        'population.csv' as file, 'population_0_17' as column_name, 'population_missing' as finding,
        'an authority with returns has no population up to mid-year {latest}, so no rates' as reason,
        'add its row to population.csv, or put the mid-year estimates of ONS in reference/' as next_move,
        la_code
    from sending
    where la_code not in (select la_code from reference.population where mid_year <= {latest})
    order by la_code
    """
